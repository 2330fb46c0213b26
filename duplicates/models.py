"""Scans of the register, candidate pairs with their signals, cases, and what people concluded."""

from django.db import models
from django.db.models import F, OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, reach
from accounts.models import User
from places.models import Place
from projects.models import Project


class Engagement(models.Model):
    """An audit assignment: its number, team, places, period and cut-off date."""

    assignment = models.CharField(_("nomor penugasan"), max_length=60, unique=True)
    title = models.CharField(_("judul"), max_length=200, blank=True)
    team = models.ManyToManyField(User, related_name="engagements", verbose_name=_("tim"))
    places = models.ManyToManyField(Place, related_name="+", verbose_name=_("wilayah"))
    first_year = models.PositiveSmallIntegerField(_("dari tahun"))
    last_year = models.PositiveSmallIntegerField(_("sampai tahun"))
    cut_off = models.DateField(_("data per"))
    opened_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("penugasan")
        verbose_name_plural = _("penugasan")
        ordering = ["-opened_at"]
        constraints = [
            models.CheckConstraint(name="engagement_years", condition=Q(last_year__gte=F("first_year")))
        ]

    def __str__(self) -> str:
        return self.assignment


class Scan(models.Model):
    """One run of find_duplicates over the register, with its parameters and figures."""

    class State(models.TextChoices):
        RUNNING = "running", _("berjalan")
        DONE = "done", _("selesai")
        FAILED = "failed", _("gagal")

    engine = models.CharField(_("mesin"), max_length=10, default="postgis")
    radius_m = models.FloatField(_("radius (m)"), default=100)
    years = models.JSONField(_("tahun"), default=list, blank=True)
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("keadaan"), max_length=8, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    projects = models.PositiveIntegerField(_("pekerjaan diperiksa"), default=0)
    candidates = models.PositiveIntegerField(_("pasangan dalam radius"), default=0)
    stored = models.PositiveIntegerField(_("pasangan disimpan"), default=0)
    message = models.JSONField(null=True, blank=True)

    class Meta:
        verbose_name = _("pemindaian")
        verbose_name_plural = _("pemindaian")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} · {self.get_state_display()}"


class Case(models.Model):
    """Pairs that belong together (p >= 0.5, at most 20 projects); the number stays for life."""

    opened_at = models.DateTimeField(auto_now_add=True)
    assigned_to = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name = _("kasus")
        verbose_name_plural = _("kasus")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return f"/duplicates/cases/{self.pk}/"


class PairQuerySet(models.QuerySet["Pair"]):
    def visible_to(self, user: Person) -> "PairQuerySet":
        """Pairs for those who scan or conclude, when one of the two projects lies in their places."""
        places = reach(user, Action.SCAN)
        return self.filter(places.q("left__village__code") | places.q("right__village__code"))

    def current(self) -> "PairQuerySet":
        """Pairs that the newest scan over them still found."""
        return self.filter(gone_at__isnull=True)

    def with_triage(self) -> "PairQuerySet":
        """Annotates `triage`, the kind of the newest monitor's decision in force, or None."""
        newest = Decision.objects.filter(
            pair=OuterRef("pk"), engagement__isnull=True, withdrawn_at__isnull=True
        ).order_by("-at", "-pk")
        return self.annotate(triage=Subquery(newest.values("kind")[:1]))


class Pair(models.Model):
    """Two projects that may be the same work; left is the one with the lower code."""

    left = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pairs_left")
    right = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="pairs_right")
    case = models.ForeignKey(Case, on_delete=models.SET_NULL, null=True, blank=True, related_name="pairs")
    scan = models.ForeignKey(
        Scan, on_delete=models.SET_NULL, null=True, related_name="pairs"
    )  # last to find it
    distance_m = models.FloatField(_("jarak (m)"))
    weight = models.FloatField(_("bobot"))
    probability = models.FloatField(_("peluang"))
    signals = models.JSONField(default=list)  # as stored by duplicates.kernel: code, level, weight, message
    first_seen_at = models.DateTimeField(auto_now_add=True)
    gone_at = models.DateTimeField(null=True, blank=True)  # a later scan over it no longer found it

    objects = PairQuerySet.as_manager()

    class Meta:
        verbose_name = _("pasangan")
        verbose_name_plural = _("pasangan")
        ordering = ["-probability", "pk"]
        constraints = [
            models.UniqueConstraint(name="pair_once", fields=["left", "right"]),
            models.CheckConstraint(name="pair_two_projects", condition=~Q(left=F("right"))),
            models.CheckConstraint(
                name="pair_probability", condition=Q(probability__gte=0, probability__lte=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.left} ↔ {self.right}"


class DecisionKind(models.TextChoices):
    """What a person concludes of a pair (design, section 6)."""

    DUPLICATE = "duplicate", _("Ganda")
    PARTLY = "partly", _("Ganda sebagian")
    CARRIED_OVER = "carried_over", _("Bukan ganda: lanjutan tahun lalu (DPAL)")
    NEXT_STRETCH = "next_stretch", _("Bukan ganda: ruas berikutnya")
    LAYER = "layer", _("Bukan ganda: lapisan di atasnya")
    ELSEWHERE = "elsewhere", _("Bukan ganda: beda lokasi")
    SAME_RECORD = "same_record", _("Data dobel: satu pekerjaan tercatat dua kali")
    FIELD_CHECK = "field_check", _("Perlu cek lapangan")


class DecisionQuerySet(models.QuerySet["Decision"]):
    def visible_to(self, user: Person) -> "DecisionQuerySet":
        """A monitor's triage for all who see the pair; an auditor's finding for the engagement's team only."""
        team = user.engagements.values("pk") if user.is_authenticated else []
        return self.filter(Q(engagement__isnull=True) | Q(engagement__in=team))

    def in_force(self) -> "DecisionQuerySet":
        return self.filter(withdrawn_at__isnull=True)


class Decision(models.Model):
    """A conclusion on a pair with its reason: triage by a monitor, or a finding in an engagement by an auditor."""

    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="decisions")
    engagement = models.ForeignKey(
        Engagement,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="findings",
        verbose_name=_("penugasan"),
    )
    kind = models.CharField(_("kesimpulan"), max_length=12, choices=DecisionKind.choices)
    metres = models.FloatField(_("panjang yang sama (m)"), null=True, blank=True)
    reason = models.TextField(_("alasan"))
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        verbose_name = _("kesimpulan")
        verbose_name_plural = _("kesimpulan")
        ordering = ["-at", "-pk"]
        constraints = [
            # The report: a conclusion without a reason does not stand up.
            models.CheckConstraint(name="decision_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="decision_partly_has_metres", condition=~Q(kind="partly") | Q(metres__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair}: {self.get_kind_display()}"
