"""Photos (files), what their metadata says, what people claim they show, and how each claim was judged."""

import uuid

import pgtrigger
from django.contrib.gis.db import models
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from accounts.access import Action, Person, reach
from accounts.models import User
from projects.models import Project, Site


class Format(models.TextChoices):
    JPEG = "JPEG", "JPEG"
    PNG = "PNG", "PNG"
    WEBP = "WEBP", "WebP"
    HEIC = "HEIC", "HEIC"
    HEIF = "HEIF", "HEIF"


class Photo(models.Model):
    """A file, kept byte for byte under its SHA-256; it knows nothing of projects (that is a Claim)."""

    sha256 = models.CharField("SHA-256", max_length=64, unique=True)
    format = models.CharField(_("format"), max_length=4, choices=Format.choices)
    size = models.PositiveBigIntegerField(_("ukuran (byte)"))
    width = models.PositiveIntegerField(_("lebar"))
    height = models.PositiveIntegerField(_("tinggi"))
    original = models.CharField(_("berkas asli"), max_length=120)  # a name in the default storage
    display = models.CharField(
        _("gambar 1000 px"), max_length=120, blank=True
    )  # made by the worker, no metadata
    thumb = models.CharField(_("gambar 320 px"), max_length=120, blank=True)
    received_at = models.DateTimeField(_("diterima"))

    class Meta:
        verbose_name = _("berkas foto")
        verbose_name_plural = _("berkas foto")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return self.sha256[:12]


class FactSource(models.TextChoices):
    EXIF = "exif", "EXIF"
    XMP = "xmp", "XMP"
    CAPTURE = "capture", _("Kamera Geomonitor")
    SERVER = "server", _("Server")
    OFFICER = "officer", _("Pelaksana")


class Fact(models.Model):
    """One thing that a source says of a file, as read (value) and as written there (raw)."""

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="facts")
    source = models.CharField(_("sumber"), max_length=8, choices=FactSource.choices)
    name = models.CharField(_("nama"), max_length=60)
    value = models.JSONField(_("nilai"), null=True)
    raw = models.TextField(_("tertulis"), blank=True)

    class Meta:
        verbose_name = _("fakta")
        verbose_name_plural = _("fakta")
        ordering = ["photo_id", "pk"]

    def __str__(self) -> str:
        return f"{self.source}:{self.name}={self.value}"


class Purpose(models.TextChoices):
    """What the picture is to show; only `progress` moves progress."""

    PROGRESS = "progress", _("Progres")
    BOARD = "board", _("Papan nama")
    MEASURE = "measure", _("Pengukuran")
    MATERIAL = "material", _("Material")
    LABOUR = "labour", _("Tenaga kerja")
    MEETING = "meeting", _("Musyawarah")
    HANDOVER = "handover", _("Serah terima")


class Verdict(models.TextChoices):
    """What the checks say of a claim (design, section 5); people decide last."""

    VERIFIED = "verified", _("Sesuai lokasi")
    OUTSIDE = "outside", _("Di luar lokasi")
    UNLOCATED = "unlocated", _("Tanpa koordinat")
    SUSPECT = "suspect", _("Perlu diperiksa")


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, user: Person) -> "ClaimQuerySet":
        """Claims on projects the person may see; the public sees standing ones of published projects."""
        own = reach(user, Action.SEE_DRAFTS).q("project__village__code")
        public = Q(project__published=True, stands=True)
        return self.filter(own | public, withdrawn_at__isnull=True)

    def kept(self) -> "ClaimQuerySet":
        """Claims that were not withdrawn."""
        return self.filter(withdrawn_at__isnull=True)

    def standing(self) -> "ClaimQuerySet":
        """Claims that count: accepted by a person, or verified and not rejected by one."""
        return self.kept().filter(stands=True)

    def waiting(self) -> "ClaimQuerySet":
        """Claims that nobody has reviewed yet."""
        return self.kept().filter(~Exists(Review.objects.filter(claim=OuterRef("pk"))))

    def reviewable_by(self, user: Person) -> "ClaimQuerySet":
        return self.filter(reach(user, Action.REVIEW).q("project__village__code"))


class Claim(models.Model):
    """What a file is said to show: which site of which project, at which progress, by whom.

    uuid comes from the client and makes sending again harmless. taken_at: aware UTC, with where it comes from.
    """

    uuid = models.UUIDField(unique=True, default=uuid.uuid4, editable=False)
    photo = models.ForeignKey(
        Photo, on_delete=models.PROTECT, related_name="claims", verbose_name=_("berkas")
    )
    project = models.ForeignKey(
        Project, on_delete=models.PROTECT, related_name="claims", verbose_name=_("pekerjaan")
    )
    site = models.ForeignKey(
        Site, on_delete=models.PROTECT, related_name="claims", verbose_name=_("titik lokasi")
    )
    progress = models.PositiveSmallIntegerField(_("progres (%)"), validators=[MaxValueValidator(100)])
    purpose = models.CharField(_("tujuan"), max_length=8, choices=Purpose.choices, default=Purpose.PROGRESS)
    viewpoint = models.CharField(_("sudut pandang"), max_length=60, blank=True)
    note = models.CharField(_("catatan"), max_length=500, blank=True)
    file_name = models.CharField(_("nama berkas"), max_length=255, blank=True)
    taken_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("diambil oleh")
    )
    uploaded_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="claims", verbose_name=_("dikirim oleh")
    )
    received_at = models.DateTimeField(_("diterima"))
    taken_at = models.DateTimeField(_("waktu foto"), null=True)
    taken_at_source = models.CharField(max_length=20, default="none")
    taken_at_offset_min = models.SmallIntegerField(default=420)  # minutes east of UTC that applied

    # The position used, and the capture fix as it came (lon, lat, accuracy_m, at).
    position = models.PointField(_("posisi foto"), null=True)
    position_source = models.CharField(max_length=8, blank=True, choices=FactSource.choices)
    position_reason = models.CharField(max_length=12, blank=True)  # why there is none: absent, stripped …
    error_m = models.FloatField(_("akurasi (m)"), null=True, validators=[MinValueValidator(0)])
    fix = models.JSONField(null=True, blank=True)

    verdict = models.CharField(_("hasil pemeriksaan"), max_length=10, choices=Verdict.choices)
    distance_m = models.FloatField(_("jarak (m)"), null=True)
    stands = models.BooleanField(_("diterima"), default=False, editable=False)
    withdrawn_at = models.DateTimeField(_("ditarik"), null=True, editable=False)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    objects = ClaimQuerySet.as_manager()

    class Meta:
        verbose_name = _("foto pekerjaan")
        verbose_name_plural = _("foto pekerjaan")
        ordering = ["project_id", "site_id", "progress", "taken_at", "pk"]
        constraints = [
            models.CheckConstraint(name="claim_progress_range", condition=Q(progress__lte=100)),
            # Officers with a bad signal: the same bytes for the same site and stage are the same claim.
            models.UniqueConstraint(
                name="claim_once",
                fields=["photo", "site", "progress", "purpose"],
                condition=Q(withdrawn_at__isnull=True),
            ),
        ]
        indexes = [
            models.Index(name="claim_timeline", fields=["project", "site", "progress"]),
            models.Index(name="claim_queue", fields=["verdict", "received_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.progress} %"


class CheckStatus(models.TextChoices):
    PASSED = "passed", _("sesuai")
    FAILED = "failed", _("tidak sesuai")
    UNKNOWN = "unknown", _("masih diperiksa")
    WARNING = "warning", _("perhatian")


class CheckResult(models.Model):
    """What one check said of a claim: status, what it measured, the limit, and the message (code, params)."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="checks")
    order = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=CheckStatus.choices)
    measured = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    message = models.JSONField()

    class Meta:
        verbose_name = _("hasil cek")
        verbose_name_plural = _("hasil cek")
        ordering = ["claim_id", "order"]
        constraints = [models.UniqueConstraint(name="check_once", fields=["claim", "code"])]

    def __str__(self) -> str:
        return f"{self.code}: {self.status}"


class ReviewDecision(models.TextChoices):
    ACCEPTED = "accepted", _("Diterima")
    REJECTED = "rejected", _("Ditolak")


class Review(models.Model):
    """A person's decision on a claim; the newest counts, all are kept."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(_("keputusan"), max_length=8, choices=ReviewDecision.choices)
    reason = models.CharField(_("alasan"), max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("verifikasi")
        verbose_name_plural = _("verifikasi")
        ordering = ["-at", "-pk"]
        constraints = [
            # The officer: a rejection without a reason leaves no way to do better.
            models.CheckConstraint(
                name="review_rejection_has_reason", condition=~Q(decision="rejected") | ~Q(reason="")
            )
        ]
        triggers = [pgtrigger.Protect(name="review_append_only", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return f"{self.claim}: {self.get_decision_display()}"


class IntakeRefusal(models.Model):
    """A file that was not taken, and why; the file itself is not kept."""

    at = models.DateTimeField(auto_now_add=True)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    project = models.ForeignKey(Project, on_delete=models.CASCADE, null=True, related_name="refusals")
    uuid = models.UUIDField(null=True)
    file_name = models.CharField(_("nama berkas"), max_length=255, blank=True)
    size = models.PositiveBigIntegerField(_("ukuran (byte)"), null=True)
    sha256 = models.CharField("SHA-256", max_length=64, blank=True)
    message = models.JSONField(_("alasan"))

    class Meta:
        verbose_name = _("berkas ditolak")
        verbose_name_plural = _("berkas ditolak")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.file_name}: {self.message.get('code', '')}"
