"""Photos (files), what their metadata says, what people claim they show, and how each claim was judged."""

import uuid

import pgtrigger
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q
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
    looked_at = models.DateTimeField(_("piksel diperiksa"), null=True)  # by the worker; None: still to come
    # Removing the bytes is a recorded act of an admin; the row, its hash and the reason stay.
    removed_at = models.DateTimeField(_("berkas dihapus"), null=True)
    removed_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("dihapus oleh")
    )
    removed_reason = models.CharField(_("alasan penghapusan"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("berkas foto")
        verbose_name_plural = _("berkas foto")
        ordering = ["-pk"]
        constraints = [
            # The auditor: bytes never go without a reason.
            models.CheckConstraint(
                name="photo_removal_has_reason",
                condition=Q(removed_at__isnull=True) | ~Q(removed_reason=""),
            )
        ]

    def __str__(self) -> str:
        return self.sha256[:12]


class FactSource(models.TextChoices):
    EXIF = "exif", "EXIF"
    XMP = "xmp", "XMP"
    IPTC = "iptc", "IPTC"
    CAPTURE = "capture", _("Kamera Geomonitor")
    SERVER = "server", _("Server")
    OFFICER = "officer", _("Pelaksana")


class Fact(models.Model):
    """One thing that a source says, as read (value) and as written there (raw).

    What a file says of itself (exif, xmp, iptc, and what the server measured in it) belongs to the photo alone;
    what was said beside it (capture, officer) and what the server compared it with belong to one claim.
    """

    photo = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="facts")
    claim = models.ForeignKey("Claim", on_delete=models.CASCADE, null=True, related_name="facts")
    source = models.CharField(_("sumber"), max_length=8, choices=FactSource.choices)
    name = models.CharField(_("nama"), max_length=60)
    value = models.JSONField(_("nilai"), null=True)
    raw = models.TextField(_("tertulis"), blank=True)

    class Meta:
        verbose_name = _("fakta")
        verbose_name_plural = _("fakta")
        ordering = ["photo_id", "pk"]

    def __str__(self) -> str:
        return f"{self.key}={self.value}"

    @property
    def key(self) -> str:
        """How checks cite it: "exif:GPSLatitude"."""
        return f"{self.source}:{self.name}"


class Fingerprint(models.Model):
    """What finds a picture again among hundreds of thousands (photos/fingerprints.py); made by the worker.

    words: one integer for each of the strongest keypoints; places: where each lies, how large and how turned,
    packed in the same order. detail: how much there is to recognise; a plain wall has none and is never searched.
    """

    photo = models.OneToOneField(
        Photo, on_delete=models.CASCADE, primary_key=True, related_name="fingerprint"
    )
    version = models.PositiveSmallIntegerField()
    phash = models.BigIntegerField()  # 64 signs of the picture's lowest frequencies
    words = ArrayField(models.IntegerField())
    places = models.BinaryField()
    detail = models.FloatField()

    class Meta:
        verbose_name = _("sidik gambar")
        verbose_name_plural = _("sidik gambar")
        # The indexes (one GIN over the words, four over 16 bits each of the hash) are SQL: migration 0004.

    def __str__(self) -> str:
        return f"{self.photo_id}: {len(self.words)}"


class SamePicture(models.Model):
    """Two files that show one picture, found by the second, stronger comparison (docs/design/photo-reuse.md)."""

    class How(models.TextChoices):
        PIXELS = "pixels", _("gambar sama, disimpan ulang")
        NEAR = "near", _("gambar sama, diubah")

    left = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    right = models.ForeignKey(Photo, on_delete=models.CASCADE, related_name="+")
    how = models.CharField(max_length=6, choices=How.choices)
    similarity = models.FloatField()  # 0 to 1
    details = models.JSONField(default=dict)  # what links them: turn, mirrored, part (x, y, width, height) …
    found_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("gambar yang sama")
        verbose_name_plural = _("gambar yang sama")
        constraints = [
            models.UniqueConstraint(name="same_picture_once", fields=["left", "right"]),
            models.CheckConstraint(name="same_picture_in_order", condition=Q(left__lt=models.F("right"))),
        ]

    def __str__(self) -> str:
        return f"{self.left} = {self.right} ({self.how})"


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


class Binding(models.TextChoices):
    """Whether the capture fix and the file are what the page's camera sealed (docs/design/capture.md)."""

    BOUND = "bound", _("terikat")
    UNBOUND = "unbound", _("tidak terikat")
    CHANGED = "changed", _("berubah setelah diambil")
    REPLAYED = "replayed", _("nomor sudah dipakai")
    EXPIRED = "expired", _("nomor kedaluwarsa")
    FOREIGN = "foreign", _("nomor milik orang lain atau tidak dikenal")


class Turn(models.TextChoices):
    """Whose turn it is to look at a claim (photos/turns.py); "again": decided, and the checks said otherwise since."""

    NOBODY = "", _("tidak menunggu")
    DISTRICT = "district", _("kecamatan")  # nobody has decided
    REGENCY = "regency", _("kabupaten")  # the district has, the regency looks too
    DISTRICT_AGAIN = "district_again", _("kecamatan, lagi")
    REGENCY_AGAIN = "regency_again", _("kabupaten, lagi")


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
        """Claims that somebody is still to look at."""
        return self.kept().exclude(turn=Turn.NOBODY)

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
    # One picture for two projects (one board, one heap of material): declared with a reason it raises no alarm.
    shared_reason = models.CharField(_("alasan foto dipakai bersama"), max_length=300, blank=True)
    answers = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, related_name="answered_by", verbose_name=_("menjawab")
    )
    taken_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, related_name="+", verbose_name=_("diambil oleh")
    )
    taken_by_name = models.CharField(_("diambil oleh (bukan pengguna)"), max_length=120, blank=True)
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
    binding = models.CharField(max_length=9, blank=True, choices=Binding.choices)
    device = models.CharField(
        max_length=80, blank=True
    )  # what tells one camera from another (photos/devices.py)

    verdict = models.CharField(_("hasil pemeriksaan"), max_length=10, choices=Verdict.choices)
    distance_m = models.FloatField(_("jarak (m)"), null=True)
    judged_at = models.DateTimeField(_("dinilai"), null=True, editable=False)
    doubt = models.PositiveSmallIntegerField(default=0, editable=False)  # orders the queue (photos/doubt.py)
    control = models.BooleanField(default=False, editable=False)  # drawn into the regency's random sample
    # Pushed by photos/turns.py at each decision and recheck.
    turn = models.CharField(
        max_length=14,
        choices=Turn.choices,
        blank=True,
        default=Turn.DISTRICT,
        db_default=Turn.DISTRICT,
        editable=False,
    )
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
            # The review queue: most doubtful first, then the oldest; what is settled costs it nothing.
            models.Index(
                name="claim_queue",
                fields=["-doubt", "received_at"],
                condition=Q(withdrawn_at__isnull=True) & ~Q(turn=""),
            ),
            # The speed check asks for the shots of one camera around a moment.
            models.Index(name="claim_device", fields=["device", "taken_at"], condition=~Q(device="")),
            # Identical coordinates to the last digit.
            models.Index(name="claim_position", fields=["position"], condition=Q(position__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.project} · {self.progress} %"


class CheckStatus(models.TextChoices):
    PASSED = "passed", _("sesuai")
    FAILED = "failed", _("tidak sesuai")
    UNKNOWN = "unknown", _("masih diperiksa")
    WARNING = "warning", _("perhatian")


class CheckResult(models.Model):
    """What one check said of a claim: status, what it measured, the limit, the message (code, params), and why.

    rule: the version of the check's rule; cites: keys of the facts that it rests on ("exif:GPSLatitude").
    """

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="checks")
    order = models.PositiveSmallIntegerField(default=0)
    code = models.CharField(max_length=40)
    status = models.CharField(max_length=8, choices=CheckStatus.choices)
    measured = models.FloatField(null=True)
    limit = models.FloatField(null=True)
    message = models.JSONField()
    rule = models.PositiveSmallIntegerField(default=1)
    cites = models.JSONField(default=list)

    class Meta:
        verbose_name = _("hasil cek")
        verbose_name_plural = _("hasil cek")
        ordering = ["claim_id", "order"]
        constraints = [models.UniqueConstraint(name="check_once", fields=["claim", "code"])]

    def __str__(self) -> str:
        return f"{self.code}: {self.status}"


class Severity(models.TextChoices):
    """What a check's "no" amounts to."""

    FAILED = "failed", _("menggugurkan")
    WARNING = "warning", _("perhatian")
    OFF = "off", _("tidak diperiksa")


class CheckSetting(models.Model):
    """Where a check's severity or limits differ from its module's defaults, for an activity and a fund source.

    activity: the beginning of an activity code ("02.03"), "" for all; fund_source: a code, "" for all. The most
    specific one counts: longest activity, then fund source. limits: by the names in the check's LIMITS.
    """

    code = models.CharField(_("cek"), max_length=40)
    activity = models.CharField(_("kode kegiatan"), max_length=20, blank=True)
    fund_source = models.CharField(_("sumber dana"), max_length=10, blank=True)
    severity = models.CharField(_("bobot"), max_length=7, choices=Severity.choices, blank=True)
    limits = models.JSONField(_("batas"), default=dict, blank=True)
    reason = models.CharField(_("alasan"), max_length=300)

    class Meta:
        verbose_name = _("aturan cek")
        verbose_name_plural = _("aturan cek")
        ordering = ["code", "activity", "fund_source"]
        constraints = [
            models.UniqueConstraint(name="check_setting_once", fields=["code", "activity", "fund_source"])
        ]

    def __str__(self) -> str:
        return " · ".join(filter(None, [self.code, self.activity, self.fund_source]))


class CaptureNonce(models.Model):
    """A number that the page's camera may seal one shot with; docs/design/capture.md."""

    nonce = models.CharField(max_length=43, primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    issued_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)  # of the file that used it

    class Meta:
        verbose_name = _("nomor kamera")
        verbose_name_plural = _("nomor kamera")
        # Unused ones are swept after they expire.
        indexes = [models.Index(name="capture_nonce_expiry", fields=["expires_at"])]

    def __str__(self) -> str:
        return self.nonce[:8]


class ReviewDecision(models.TextChoices):
    ACCEPTED = "accepted", _("Diterima")
    REJECTED = "rejected", _("Ditolak")
    ASKED = "asked", _("Diminta ulang")


class ReviewTier(models.TextChoices):
    """Who looked: the district first, the regency at what is doubtful and at a sample."""

    DISTRICT = "district", _("kecamatan")
    REGENCY = "regency", _("kabupaten")


class Review(models.Model):
    """A person's decision on a claim; the newest counts, all are kept."""

    claim = models.ForeignKey(Claim, on_delete=models.CASCADE, related_name="reviews")
    reviewer = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    decision = models.CharField(_("keputusan"), max_length=8, choices=ReviewDecision.choices)
    tier = models.CharField(_("tingkat"), max_length=8, choices=ReviewTier.choices, blank=True)
    batch = models.UUIDField(null=True)  # of a decision over a whole filter
    reason = models.CharField(_("alasan"), max_length=500, blank=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("verifikasi")
        verbose_name_plural = _("verifikasi")
        ordering = ["-at", "-pk"]
        constraints = [
            # The officer: a rejection without a reason leaves no way to do better.
            models.CheckConstraint(
                name="review_rejection_has_reason",
                condition=~Q(decision__in=["rejected", "asked"]) | ~Q(reason=""),
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
