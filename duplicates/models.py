"""Scans of the register, candidate pairs with their signals, cases, and what people concluded."""

from datetime import datetime
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
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
    objective = models.TextField(_("tujuan"), blank=True)
    four_eyes = models.BooleanField(
        _("empat mata"),
        default=True,
        help_text=_("Temuan baru masuk laporan setelah diperiksa anggota lain."),
    )
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
        WAITING = "waiting", _("menunggu")
        RUNNING = "running", _("berjalan")
        DONE = "done", _("selesai")
        FAILED = "failed", _("gagal")
        CANCELLED = "cancelled", _("dibatalkan")

    engine = models.CharField(_("mesin"), max_length=10, default="postgis")
    radius_m = models.FloatField(_("radius (m)"), default=100)
    years = models.JSONField(_("tahun"), default=list, blank=True)
    place = models.ForeignKey(Place, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(_("keadaan"), max_length=9, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    started_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    projects = models.PositiveIntegerField(_("pekerjaan diperiksa"), default=0)
    candidates = models.PositiveIntegerField(_("pasangan dalam radius"), default=0)
    stored = models.PositiveIntegerField(_("pasangan disimpan"), default=0)
    message = models.JSONField(null=True, blank=True)
    # An auditor's scan inside an assignment: seen by its team only. Null: the monitors' scan of the register.
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, null=True, blank=True, related_name="scans"
    )
    incremental = models.BooleanField(_("hanya yang berubah"), default=False)
    steps_done = models.PositiveIntegerField(default=0)
    steps = models.PositiveIntegerField(default=0)  # 0: not known yet
    alive_at = models.DateTimeField(null=True, blank=True)  # written at every step
    cancel_asked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("pemindaian")
        verbose_name_plural = _("pemindaian")
        ordering = ["-started_at"]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} · {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether it waits or runs."""
        return self.state in (self.State.WAITING, self.State.RUNNING)

    @property
    def percent(self) -> int:
        """How far it is."""
        return min(99, 100 * self.steps_done // self.steps) if self.steps else 0

    @property
    def seconds_left(self) -> int | None:
        """About how long it still takes, from the time that the steps took since it was (re)started; None before one."""
        since, before = self.started_at, 0
        if self.message and self.message["code"] == "scan.resumed":
            since = datetime.fromisoformat(self.message["params"]["resumed_at"])
            before = self.message["params"]["done"]
        if not self.steps or self.steps_done <= before or not self.alive_at:
            return None
        took = (self.alive_at - since).total_seconds()
        return max(1, round(took / (self.steps_done - before) * (self.steps - self.steps_done)))


class ScanPart(models.Model):
    """What a scan has done of one of its parts: a scan that was cut off goes on with the others."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="parts")
    no = models.PositiveIntegerField()
    done_at = models.DateTimeField(auto_now_add=True)
    candidates = models.PositiveIntegerField(default=0)
    stored = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("bagian pemindaian")
        verbose_name_plural = _("bagian pemindaian")
        constraints = [models.UniqueConstraint(name="scan_part_once", fields=["scan", "no"])]

    def __str__(self) -> str:
        return f"{self.scan} · {self.no}"


class Compared(models.Model):
    """What projects were last compared by: an incremental scan looks only at those where this is different now.

    A row has the projects of `duplicates.fresh.BLOCK` primary keys. No foreign keys: what is said of a project or a
    scan that is no more counts for nothing.
    """

    block = models.BigIntegerField(primary_key=True)  # primary key of the projects, divided by BLOCK
    projects = ArrayField(models.BigIntegerField())
    digests = ArrayField(models.BigIntegerField())
    scans = ArrayField(models.BigIntegerField())  # which scan compared each by its digest

    class Meta:
        verbose_name = _("masukan pembanding")
        verbose_name_plural = _("masukan pembanding")

    def __str__(self) -> str:
        return str(self.block)


class TitleWord(models.Model):
    """A word that a title can be made of, in its one spelling (duplicates.titles)."""

    word = models.CharField(max_length=250, unique=True)

    class Meta:
        verbose_name = _("kata judul")
        verbose_name_plural = _("kata judul")

    def __str__(self) -> str:
        return self.word


class ReadTitle(models.Model):
    """A project's title as it was read, so that no scan has to read it again (duplicates.readings)."""

    project = models.OneToOneField(Project, on_delete=models.CASCADE, primary_key=True, related_name="+")
    title_hash = models.BigIntegerField()  # hashtextextended(title, 0): another title is read anew
    version = models.IntegerField()  # of the tables and rules of reading: others are read anew
    words = ArrayField(models.IntegerField(), default=list)  # TitleWord ids in the order of the title
    marks = models.TextField(blank=True)  # JSON: [[kind, [values]]]
    built = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("judul terbaca")
        verbose_name_plural = _("judul terbaca")

    def __str__(self) -> str:
        return str(self.project_id)


class Case(models.Model):
    """Pairs that belong together (p >= 0.5, at most 20 projects); the number stays for life."""

    opened_at = models.DateTimeField(auto_now_add=True)
    assigned_to = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("ditangani")
    )
    # Rupiah that would be spent twice: all members' plans without the largest one. Written with the pairs.
    money = models.DecimalField(_("nilai"), max_digits=17, decimal_places=2, default=Decimal(0))

    class Meta:
        verbose_name = _("kasus")
        verbose_name_plural = _("kasus")
        ordering = ["-pk"]
        indexes = [models.Index(name="case_money", fields=["-money", "-id"])]

    def __str__(self) -> str:
        return f"#{self.pk}"

    def get_absolute_url(self) -> str:
        return f"/duplicates/cases/{self.pk}/"


class PairQuerySet(models.QuerySet["Pair"]):
    def visible_to(self, user: Person) -> "PairQuerySet":
        """Pairs for those who scan or conclude, when one of the two projects lies in their places.

        A pair that only an engagement knows, since it stood at its cut-off and no scan of the register ever found
        it, is its team's.
        """
        places = reach(user, Action.SCAN)
        register = self.filter(Q(scan__isnull=False) | Q(gone_at__isnull=True))
        return register.filter(places.q("left__village__code") | places.q("right__village__code"))

    def current(self) -> "PairQuerySet":
        """Pairs that the newest scan over them still found."""
        return self.filter(gone_at__isnull=True)


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
    by_picture = models.BooleanField(
        default=False
    )  # farther apart than looked for: found by a shared picture

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
    # What both projects were when it was written (duplicates.inputs): only a change of these opens it again.
    inputs = models.JSONField(default=dict, editable=False)
    reopened_at = models.DateTimeField(null=True, blank=True, editable=False)
    reopened_by = models.JSONField(default=list, editable=False)  # what changed: [side, name, was, now]
    # Inside an engagement: the second pair of eyes, never the author's.
    reviewed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    reviewed_at = models.DateTimeField(null=True, blank=True)
    review_note = models.CharField(max_length=500, blank=True)

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
            # The auditor: who wrote it cannot be the second pair of eyes.
            models.CheckConstraint(
                name="decision_reviewed_by_another",
                condition=Q(reviewed_by__isnull=True) | ~Q(reviewed_by=F("decided_by")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pair}: {self.get_kind_display()}"


class Remark(models.Model):
    """A comment on a case, or on a pair of an engagement, which its team alone reads; with a file or without."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, null=True, blank=True, related_name="remarks")
    engagement = models.ForeignKey(
        Engagement, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks"
    )
    pair = models.ForeignKey(  # inside an engagement: what it is about
        Pair, on_delete=models.PROTECT, null=True, blank=True, related_name="remarks"
    )
    text = models.TextField(_("catatan"), blank=True)
    file = models.CharField(max_length=200, blank=True)  # name in the storage, by content
    file_name = models.CharField(max_length=200, blank=True)  # as it was sent
    sha256 = models.CharField(max_length=64, blank=True)
    size = models.PositiveBigIntegerField(default=0)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("catatan kasus")
        verbose_name_plural = _("catatan kasus")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(name="remark_says_something", condition=~Q(text="") | ~Q(file="")),
            # Outside an engagement a remark without its case would be read by nobody.
            models.CheckConstraint(
                name="remark_on_something",
                condition=Q(case__isnull=False) | Q(engagement__isnull=False, pair__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:60] or self.file_name


class FollowUpKind(models.TextChoices):
    """What follows a duplicate, or a recommendation."""

    LIVES = "lives", _("Pekerjaan yang dilanjutkan")
    MONEY_STOPPED = "money_stopped", _("Dana dihentikan")
    MONEY_RETURNED = "money_returned", _("Dana dikembalikan")
    LETTER = "letter", _("Surat")
    REPLY = "reply", _("Tanggapan desa")
    OTHER = "other", _("Lainnya")


class FollowUp(models.Model):
    """What was done after a decision: which project lives, money stopped, a letter, the village's reply."""

    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(_("tindak lanjut"), max_length=14, choices=FollowUpKind.choices)
    project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("pekerjaan"),
    )
    amount = models.DecimalField(_("nilai (Rp)"), max_digits=17, decimal_places=2, null=True, blank=True)
    document = models.CharField(_("nomor dokumen"), max_length=150, blank=True)
    date = models.DateField(_("tanggal"))
    due = models.DateField(_("batas waktu"), null=True, blank=True)
    note = models.TextField(_("uraian"), blank=True)
    written_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("tindak lanjut")
        verbose_name_plural = _("tindak lanjut")
        ordering = ["date", "pk"]
        constraints = [
            models.CheckConstraint(
                name="follow_up_lives_names_one", condition=~Q(kind="lives") | Q(project__isnull=False)
            ),
            models.CheckConstraint(
                name="follow_up_amount", condition=Q(amount__isnull=True) | Q(amount__gte=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.date:%Y-%m-%d}"


class Merge(models.Model):
    """Two records of one work made one: what moved to the one that lives, so that it can be taken back."""

    decision = models.OneToOneField(Decision, on_delete=models.PROTECT, related_name="merge")
    kept = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    gone = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    moved = models.JSONField(default=dict)  # by kind of thing: keys and what they were before
    at = models.DateTimeField(auto_now_add=True)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        verbose_name = _("penggabungan")
        verbose_name_plural = _("penggabungan")
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="merge_two_projects", condition=~Q(kept=F("gone"))),
            # A record goes into one other; a second merge of it first needs the first taken back.
            models.UniqueConstraint(
                name="merge_gone_once", fields=["gone"], condition=Q(undone_at__isnull=True)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.gone} → {self.kept}"


class Criterion(models.Model):
    """A rule that a finding is measured by (kriteria), with the days it holds; `load_references` fills it."""

    code = models.CharField(_("kode"), max_length=40, primary_key=True)
    title = models.CharField(_("peraturan"), max_length=250)
    text = models.TextField(_("isi"))
    valid_from = models.DateField(_("berlaku sejak"))
    valid_until = models.DateField(_("berlaku sampai"), null=True, blank=True)
    source = models.CharField(_("asal"), max_length=250, blank=True)  # where it is published

    class Meta:
        verbose_name = _("kriteria")
        verbose_name_plural = _("kriteria")
        ordering = ["code"]
        constraints = [
            # The report: a rule that ends before it begins would be offered for no period at all.
            models.CheckConstraint(
                name="criterion_days",
                condition=Q(valid_until__isnull=True) | Q(valid_until__gte=F("valid_from")),
            )
        ]

    def __str__(self) -> str:
        return self.title


class FindingSheet(models.Model):
    """What a finding says in the report: kondisi, kriteria, sebab, akibat, rekomendasi, nilai rupiah."""

    decision = models.OneToOneField(Decision, on_delete=models.CASCADE, related_name="sheet")
    condition = models.TextField(_("kondisi"))
    criteria = models.ManyToManyField(Criterion, blank=True, verbose_name=_("kriteria"))
    cause = models.TextField(_("sebab"), blank=True)
    effect = models.TextField(_("akibat"), blank=True)
    recommendation = models.TextField(_("rekomendasi"), blank=True)
    amount = models.DecimalField(_("nilai (Rp)"), max_digits=17, decimal_places=2, null=True, blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("lembar temuan")
        verbose_name_plural = _("lembar temuan")

    def __str__(self) -> str:
        return f"{self.decision}"


class FrozenRegister(models.Model):
    """That an engagement's pairs were looked for after its cut-off day, once and for all, and by which words."""

    engagement = models.OneToOneField(
        Engagement, on_delete=models.CASCADE, primary_key=True, related_name="frozen_register"
    )
    works = models.PositiveIntegerField()  # titles that the words were counted in
    words = models.JSONField(default=dict)  # in how many of them each word stands (duplicates.titles)
    projects = models.PositiveIntegerField()  # of the places and period, that existed at the cut-off
    younger = models.PositiveIntegerField()  # recorded there between the cut-off and the freezing
    frozen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("register per tanggal data")
        verbose_name_plural = _("register per tanggal data")

    def __str__(self) -> str:
        return str(self.engagement)


class EngagementPair(models.Model):
    """A pair of an engagement, scored from both projects as they were at the cut-off.

    The monitors' pair, with its score and its case, is another thing: neither ever changes the other.
    """

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="pairs")
    pair = models.ForeignKey(Pair, on_delete=models.PROTECT, related_name="in_engagements")
    distance_m = models.FloatField(_("jarak (m)"))
    weight = models.FloatField(_("bobot"))
    probability = models.FloatField(_("peluang"))
    signals = models.JSONField(default=list)
    case_no = models.PositiveIntegerField(_("kasus"), null=True, blank=True)  # in the engagement, for life
    is_final = models.BooleanField(default=False)  # scored after the cut-off day: never scored again
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pasangan penugasan")
        verbose_name_plural = _("pasangan penugasan")
        ordering = ["-weight", "pk"]
        constraints = [models.UniqueConstraint(name="engagement_pair_once", fields=["engagement", "pair"])]

    def __str__(self) -> str:
        return f"{self.engagement}: {self.pair}"


class FrozenProject(models.Model):
    """A project as it was at an engagement's cut-off, whatever is edited later; kept when it is first needed."""

    engagement = models.ForeignKey(Engagement, on_delete=models.CASCADE, related_name="frozen")
    project = models.ForeignKey(Project, on_delete=models.PROTECT, related_name="+")
    data = models.JSONField()
    frozen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("pekerjaan per tanggal data")
        verbose_name_plural = _("pekerjaan per tanggal data")
        constraints = [models.UniqueConstraint(name="frozen_once", fields=["engagement", "project"])]

    def __str__(self) -> str:
        return f"{self.project} ({self.engagement})"
