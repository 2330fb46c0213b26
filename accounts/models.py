"""Users, their duties, notices to them, and the record of every act."""

from typing import NamedTuple

import pgtrigger
from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from places.models import Place


class Role(models.TextChoices):
    """What a person does; the access table (accounts/access.py) says what each may."""

    OFFICER = "officer", _("Pelaksana desa (TPK, operator)")
    VILLAGE_HEAD = "village_head", _("Kepala desa / lurah")
    DISTRICT = "district", _("Petugas kecamatan")
    MONITOR = "monitor", _("Pemantau kabupaten (DPMD)")
    AUDITOR = "auditor", _("Pemeriksa (Inspektorat)")
    ADMIN = "admin", _("Pengelola sistem")


class Held(NamedTuple):
    """A duty in force: the role, the place's code, and the engagement it comes from (empty: none)."""

    role: Role
    place: str
    engagement: str


class User(AbstractUser):
    """A person who logs in by user name. No e-mail is needed: the village or district restores access."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField(_("nama lengkap"), max_length=150, blank=True)
    phone = models.CharField(_("nomor HP"), max_length=30, blank=True)
    language = models.CharField(
        _("bahasa"), max_length=2, choices=[("id", "Indonesia"), ("en", "English")], default="id"
    )
    password_must_change = models.BooleanField(_("kata sandi harus diganti"), default=False)

    REQUIRED_FIELDS = []

    class Meta:
        verbose_name = _("pengguna")
        verbose_name_plural = _("pengguna")
        ordering = ["username"]

    def __str__(self) -> str:
        return self.name or self.username

    @cached_property
    def duties_in_force(self) -> list["Held"]:
        """Today's duties, asked of the database once per loaded user."""
        rows = self.duties.current().values_list("role", "place_id", "engagement")
        return [Held(Role(role), place, engagement) for role, place, engagement in rows]

    def get_full_name(self) -> str:
        return str(self)

    def get_short_name(self) -> str:
        return str(self).split(" ")[0]


class DutyQuerySet(models.QuerySet["Duty"]):
    def current(self) -> "DutyQuerySet":
        """Duties in force today (until is the last day, included)."""
        today = timezone.localdate()
        return self.filter(Q(until__isnull=True) | Q(until__gte=today), since__lte=today)


class Duty(models.Model):
    """A role for a place and everything below it, from a day until a day, by a decree."""

    user = models.ForeignKey(
        User, on_delete=models.CASCADE, related_name="duties", verbose_name=_("pengguna")
    )
    role = models.CharField(_("peran"), max_length=12, choices=Role.choices)
    place = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="duties", verbose_name=_("wilayah")
    )
    since = models.DateField(_("sejak"), default=timezone.localdate)
    until = models.DateField(_("sampai"), null=True, blank=True)
    decree = models.CharField(_("nomor SK"), max_length=100, blank=True)
    # Filled by the slice that opens audit engagements; some rights of an auditor hold only inside one.
    engagement = models.CharField(_("nomor penugasan"), max_length=60, blank=True)

    objects = DutyQuerySet.as_manager()

    class Meta:
        verbose_name = _("tugas")
        verbose_name_plural = _("tugas")
        ordering = ["user", "-since"]
        constraints = [
            # The duty list and imports: a duty that ends before it begins would silently give no access.
            models.CheckConstraint(
                name="duty_until_after_since", condition=Q(until__isnull=True) | Q(until__gte=F("since"))
            ),
            # Imports by CSV: the same duty twice is one duty.
            models.UniqueConstraint(
                name="duty_once", fields=["user", "role", "place", "since", "engagement"]
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()} · {self.place}"

    @property
    def is_over(self) -> bool:
        """Whether the last day of the duty lies behind us; one that begins later is not over."""
        return self.until is not None and self.until < timezone.localdate()


class Notice(models.Model):
    """A message to one person: what happened and where to look."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    message = models.JSONField()  # places.message.Message in its stored form
    url = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pemberitahuan")
        verbose_name_plural = _("pemberitahuan")
        ordering = ["-created_at"]
        indexes = [models.Index(name="notice_unread", fields=["user"], condition=Q(read_at__isnull=True))]

    def __str__(self) -> str:
        return str(self.message.get("code", ""))


class AuditEvent(models.Model):
    """One act, written in the act's own transaction; the database refuses to change or delete it.

    The actor is a value, not a reference, so that the record outlives the account.
    """

    at = models.DateTimeField(default=timezone.now, editable=False)
    actor_id = models.BigIntegerField(null=True, editable=False)
    actor_name = models.CharField(max_length=200, editable=False)
    action = models.CharField(max_length=60, editable=False)
    subject_type = models.CharField(max_length=60, editable=False)
    subject_id = models.CharField(max_length=60, editable=False)
    place_code = models.CharField(max_length=13, blank=True, editable=False)
    data = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("catatan tindakan")
        verbose_name_plural = _("catatan tindakan")
        ordering = ["-id"]
        indexes = [models.Index(name="audit_subject", fields=["subject_type", "subject_id"])]
        triggers = [
            pgtrigger.Protect(name="audit_event_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject_type} {self.subject_id}"


class AuditSeal(models.Model):
    """A link of the chain: event, its position, and the digest over it and the link before it."""

    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, primary_key=True, related_name="seal")
    position = models.BigIntegerField(unique=True, editable=False)
    digest = models.CharField(max_length=64, editable=False)
    sealed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("segel catatan")
        verbose_name_plural = _("segel catatan")
        ordering = ["position"]
        triggers = [
            pgtrigger.Protect(name="audit_seal_append_only", operation=pgtrigger.Update | pgtrigger.Delete)
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.digest[:12]}"
