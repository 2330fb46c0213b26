"""Activities (budget rows), projects, their sites and the versions of each site's position."""

from datetime import datetime
from decimal import Decimal

from django.contrib.gis.db import models
from django.contrib.gis.geos import GEOSGeometry
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, GistIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import F, Func, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.access import Action, Person, may, reach
from accounts.models import User
from places.models import Place


class WorkType(models.TextChoices):
    """What is built; decides tolerance, pictures and expected stages."""

    ROAD = "road", _("Jalan")
    BRIDGE = "bridge", _("Jembatan")
    DRAIN = "drain", _("Drainase & gorong-gorong")
    IRRIGATION = "irrigation", _("Irigasi")
    WATER = "water", _("Air bersih")
    SANITATION = "sanitation", _("Sanitasi")
    BUILDING = "building", _("Gedung")
    HOUSE = "house", _("Rumah tidak layak huni")
    LIGHTING = "lighting", _("Penerangan jalan")
    RETAINING_WALL = "retaining_wall", _("Tembok penahan tanah")
    OTHER = "other", _("Lainnya")


# Metres around a site within which a photo counts (design, section 4): 50 m, houses 25 m.
TOLERANCE_M = {WorkType.HOUSE: 25.0}
DEFAULT_TOLERANCE_M = 50.0


class Status(models.TextChoices):
    """Where a project stands; every change carries a reason (StatusChange)."""

    DRAFT = "draft", _("Draf")
    PLANNED = "planned", _("Direncanakan")
    AWAITING_FUNDS = "awaiting_funds", _("Menunggu dana")
    IN_PROGRESS = "in_progress", _("Berjalan")
    POSTPONED = "postponed", _("Ditunda")
    COMPLETED = "completed", _("Selesai")
    HANDED_OVER = "handed_over", _("Serah terima")
    CANCELLED = "cancelled", _("Dibatalkan")
    MERGED = "merged", _("Digabung")


class Evidence(models.TextChoices):
    """Verdict of the photo that counts for the project's progress; pushed by photos."""

    NONE = "none", _("Belum ada foto")
    VERIFIED = "verified", _("Sesuai lokasi")
    OUTSIDE = "outside", _("Di luar lokasi")
    UNLOCATED = "unlocated", _("Tanpa koordinat")
    SUSPECT = "suspect", _("Perlu diperiksa")


class CodeSystem(models.TextChoices):
    PERMENDAGRI_20_2018 = "permendagri_20_2018", _("Permendagri 20/2018")
    REGIONAL = "regional", _("Kode daerah")


class Executor(models.TextChoices):
    SELF_MANAGED = "self_managed", _("Swakelola (TPK)")
    COOPERATION = "cooperation", _("Kerja sama antardesa")
    CONTRACTOR = "contractor", _("Penyedia")
    DEPARTMENT = "department", _("Dinas kabupaten")


class Activity(models.Model):
    """A row of a village's budget in a year; one activity splits into several projects."""

    village = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="activities", verbose_name=_("desa")
    )
    fiscal_year = models.PositiveSmallIntegerField(_("tahun anggaran"))
    code_system = models.CharField(
        _("sistem kode"), max_length=20, choices=CodeSystem.choices, default=CodeSystem.PERMENDAGRI_20_2018
    )
    code = models.CharField(_("kode kegiatan"), max_length=20)
    name = models.CharField(_("nama kegiatan"), max_length=300)
    source_key = models.CharField(_("kunci asal"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("kegiatan anggaran")
        verbose_name_plural = _("kegiatan anggaran")
        ordering = ["village", "-fiscal_year", "code"]
        constraints = [
            # import_projects: loading the same Siskeudes rows again must update them, never double them.
            models.UniqueConstraint(
                name="activity_source_once",
                fields=["village", "fiscal_year", "source_key"],
                condition=~Q(source_key=""),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


class ActivityCodeQuerySet(models.QuerySet["ActivityCode"]):
    def activities(self) -> "ActivityCodeQuerySet":
        """The rows that a budget can name; fields and subfields only group them."""
        return self.filter(level="activity")


class ActivityCode(models.Model):
    """A line of the list of activity codes, with the kind of work it leads to (`load_references` fills it).

    work_type is empty where the activity builds nothing or its name does not settle what is built.
    """

    code = models.CharField(_("kode"), max_length=20, primary_key=True)
    code_until = models.CharField(_("sampai kode"), max_length=20, blank=True)
    also_code = models.CharField(_("juga ditulis"), max_length=20, blank=True)
    level = models.CharField(_("tingkat"), max_length=10)
    name = models.CharField(_("nama"), max_length=300)
    work_type = models.CharField(_("jenis pekerjaan"), max_length=16, choices=WorkType.choices, blank=True)
    note = models.CharField(_("catatan"), max_length=300, blank=True)

    objects = ActivityCodeQuerySet.as_manager()

    class Meta:
        verbose_name = _("kode kegiatan")
        verbose_name_plural = _("kode kegiatan")
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"


NOT_BUILDING = (Status.DRAFT, Status.CANCELLED, Status.MERGED)


class ProjectQuerySet(models.QuerySet["Project"]):
    def visible_to(self, user: Person) -> "ProjectQuerySet":
        """What this person may know of: published projects, and everything in the places of their duties."""
        return self.filter(Q(published=True) | reach(user, Action.SEE_DRAFTS).q("village__code"))

    def editable_by(self, user: Person) -> "ProjectQuerySet":
        return self.filter(reach(user, Action.EDIT).q("village__code"))

    def claimable_by(self, user: Person) -> "ProjectQuerySet":
        """Projects for which this person may send photos."""
        return self.filter(reach(user, Action.CLAIM).q("village__code"))

    def within(self, code: str) -> "ProjectQuerySet":
        """Projects of the place with this code and everything below it, by an indexed prefix."""
        return self.filter(Q(village_id=code) | Q(village__code__startswith=f"{code}."))

    def building(self) -> "ProjectQuerySet":
        """Projects that count as works: not drafts, not cancelled, not merged into another."""
        return self.exclude(status__in=NOT_BUILDING)


# to_tsvector with a named configuration is immutable, which a generated column needs; SearchVector's concat is not.
_SEARCH = Func(
    F("title"),
    F("public_title"),
    F("code"),
    template="to_tsvector('indonesian'::regconfig, %(expressions)s)",
    arg_joiner=" || ' ' || ",
    output_field=SearchVectorField(),
)


class Project(models.Model):
    """One piece of work that a village builds: its pin, its plan, and what other slices push up to it."""

    activity = models.ForeignKey(
        Activity,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("kegiatan anggaran"),
    )
    village = models.ForeignKey(
        Place, on_delete=models.PROTECT, related_name="projects", verbose_name=_("desa")
    )
    crossed = models.ManyToManyField(
        Place, blank=True, related_name="+", verbose_name=_("desa yang dilintasi")
    )
    fiscal_year = models.PositiveSmallIntegerField(
        _("tahun anggaran"), validators=[MinValueValidator(2015), MaxValueValidator(2100)]
    )
    number = models.PositiveIntegerField(_("nomor urut"), editable=False)
    code = models.CharField(_("kode"), max_length=30, unique=True, editable=False)
    title = models.CharField(_("nama pekerjaan"), max_length=250)
    public_title = models.CharField(_("nama untuk publik"), max_length=250, blank=True)
    work_type = models.CharField(_("jenis pekerjaan"), max_length=16, choices=WorkType.choices)
    status = models.CharField(_("status"), max_length=16, choices=Status.choices, default=Status.DRAFT)
    published = models.BooleanField(_("tampil untuk publik"), default=False)
    volume = models.DecimalField(_("volume"), max_digits=14, decimal_places=2, null=True, blank=True)
    unit = models.CharField(_("satuan"), max_length=30, blank=True)
    executor = models.CharField(
        _("cara pelaksanaan"), max_length=16, choices=Executor.choices, default=Executor.SELF_MANAGED
    )
    executor_name = models.CharField(_("pelaksana"), max_length=150, blank=True)
    planned_start = models.DateField(_("rencana mulai"), null=True, blank=True)
    planned_end = models.DateField(_("rencana selesai"), null=True, blank=True)
    point = models.PointField(_("titik"), null=True, blank=True)
    tolerance_m = models.FloatField(
        _("batas jarak (m)"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
    )
    source_key = models.CharField(_("kunci asal"), max_length=100, blank=True)
    # What the imported file said last time, by field: loading again changes only what the file changed.
    imported = models.JSONField(default=dict, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    # Pushed columns, each with one writer: progress.record (photos) and money.record (budgets).
    progress = models.DecimalField(
        _("progres (%)"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )
    evidence = models.CharField(
        _("bukti foto"), max_length=10, choices=Evidence.choices, default=Evidence.NONE, editable=False
    )
    last_photo_at = models.DateTimeField(_("foto terakhir"), null=True, editable=False)
    planned = models.DecimalField(_("pagu"), max_digits=17, decimal_places=2, null=True, editable=False)
    realised = models.DecimalField(_("realisasi"), max_digits=17, decimal_places=2, null=True, editable=False)
    sources = ArrayField(
        models.CharField(max_length=3), default=list, editable=False, verbose_name=_("sumber dana")
    )

    search = models.GeneratedField(expression=_SEARCH, output_field=SearchVectorField(), db_persist=True)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("pekerjaan")
        verbose_name_plural = _("pekerjaan")
        ordering = ["-fiscal_year", "village", "number"]
        constraints = [
            # Everybody: every project is a PostGIS point; only drafts may lack one.
            models.CheckConstraint(
                name="project_has_point", condition=Q(point__isnull=False) | Q(status="draft")
            ),
            # The code is made of village, year and number; two projects must not get the same.
            models.UniqueConstraint(name="project_number_once", fields=["village", "fiscal_year", "number"]),
            # The public map: what is not ready must not be seen by mistake.
            models.CheckConstraint(
                name="project_draft_unpublished", condition=Q(published=False) | ~Q(status="draft")
            ),
            models.CheckConstraint(
                name="project_progress_range", condition=Q(progress__gte=0) & Q(progress__lte=100)
            ),
            # import_projects: the same row loaded again updates the project it made.
            models.UniqueConstraint(
                name="project_source_once",
                fields=["village", "fiscal_year", "source_key"],
                condition=~Q(source_key=""),
            ),
        ]
        indexes = [
            # "In this place" as a prefix, whatever the collation (register, map, tiles).
            models.Index(
                name="project_village_prefix", fields=["village"], opclasses=["varchar_pattern_ops"]
            ),
            models.Index(name="project_year_status", fields=["fiscal_year", "status"]),
            models.Index(name="project_activity_year", fields=["work_type", "fiscal_year"]),
            GinIndex(name="project_sources", fields=["sources"]),
            GinIndex(name="project_search", fields=["search"]),
            GinIndex(name="project_title_trgm", fields=["title"], opclasses=["gin_trgm_ops"]),
        ]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return f"/projects/{self.pk}/"

    def title_for(self, user: Person) -> str:
        """The title as this person may read it: the public one for people without a duty here."""
        return self.title if not self.public_title or self.is_inside(user) else self.public_title

    def is_inside(self, user: Person) -> bool:
        """Whether the person has a duty that covers the project's village."""
        return may(user, Action.SEE_DRAFTS, self.village_id)

    @property
    def is_building(self) -> bool:
        """Whether it counts as works, as `building()` selects."""
        return self.status not in NOT_BUILDING

    @property
    def limit_m(self) -> float:
        """Metres within which a photo counts: the project's own, else the work type's."""
        return self.tolerance_m or TOLERANCE_M.get(WorkType(self.work_type), DEFAULT_TOLERANCE_M)

    @property
    def needs_look(self) -> bool:
        """Whether the map marks it with the clay triangle: the photo that counts is far or doubtful."""
        return self.evidence in {Evidence.OUTSIDE, Evidence.SUSPECT}


class SiteStatus(models.TextChoices):
    ACTIVE = "active", _("Aktif")
    DROPPED = "dropped", _("Tidak jadi")


class Site(models.Model):
    """A place where a project builds: its own point, maybe a line or area, and a weight in the progress.

    point and extent repeat the newest version, so that lists and tiles need no join.
    """

    project = models.ForeignKey(
        Project, on_delete=models.CASCADE, related_name="sites", verbose_name=_("pekerjaan")
    )
    no = models.PositiveSmallIntegerField(_("nomor"))
    label = models.CharField(_("nama titik"), max_length=120, blank=True)
    public_label = models.CharField(_("nama untuk publik"), max_length=120, blank=True)
    point = models.PointField(_("titik"))
    extent = models.GeometryField(_("ruas / luasan"), null=True, blank=True)
    weight = models.DecimalField(
        _("bobot"),
        max_digits=9,
        decimal_places=3,
        default=Decimal(1),
        validators=[MinValueValidator(Decimal("0.001"))],
    )
    status = models.CharField(
        _("status"), max_length=8, choices=SiteStatus.choices, default=SiteStatus.ACTIVE
    )
    progress = models.DecimalField(
        _("progres (%)"), max_digits=5, decimal_places=2, default=Decimal(0), editable=False
    )

    class Meta:
        verbose_name = _("titik lokasi")
        verbose_name_plural = _("titik lokasi")
        ordering = ["project", "no"]
        constraints = [
            models.UniqueConstraint(name="site_no_once", fields=["project", "no"]),
            models.CheckConstraint(name="site_weight_positive", condition=Q(weight__gt=0)),
        ]
        indexes = [
            # find_duplicates and "near ones" ask within metres: geography, over the extent where there is one.
            GistIndex(
                Func(
                    F("extent"),
                    F("point"),
                    template="(COALESCE(%(expressions)s)::geography)",
                    output_field=models.GeometryField(geography=True),
                ),
                name="site_where_geography",
            ),
        ]

    def __str__(self) -> str:
        return self.label or f"{self.project} · {self.no}"

    @property
    def geometry(self) -> GEOSGeometry:
        """What a photo is measured against: the line or area, else the point (lon, lat)."""
        return self.extent or self.point


class SiteSource(models.TextChoices):
    """Where a position comes from, from rough to sure; work counts from surveyed points on."""

    AREA = "area", _("Pusat dusun dan radius")
    PLANNED = "planned", _("Rencana")
    SURVEYED = "surveyed", _("Survei lapangan")
    PHOTOS = "photos", _("Dari foto")
    AS_BUILT = "as_built", _("Sesuai terbangun")


class SiteVersionQuerySet(models.QuerySet["SiteVersion"]):
    def valid_at(self, moment: datetime) -> "SiteVersionQuerySet":
        """Versions already valid at a moment, the newest first."""
        return self.filter(valid_from__lte=moment).order_by("-valid_from", "-pk")


class SiteVersion(models.Model):
    """Where a site was held to be from a moment on; a photo is judged by the version valid when it was taken."""

    site = models.ForeignKey(
        Site, on_delete=models.CASCADE, related_name="versions", verbose_name=_("titik lokasi")
    )
    point = models.PointField(_("titik"))
    extent = models.GeometryField(_("ruas / luasan"), null=True, blank=True)
    radius_m = models.FloatField(_("radius (m)"), null=True, blank=True, validators=[MinValueValidator(1)])
    source = models.CharField(_("asal posisi"), max_length=8, choices=SiteSource.choices)
    accuracy_m = models.FloatField(_("akurasi (m)"), null=True, blank=True)
    valid_from = models.DateTimeField(_("berlaku sejak"))
    document = models.CharField(_("dokumen"), max_length=150, blank=True)
    author = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    objects = SiteVersionQuerySet.as_manager()

    class Meta:
        verbose_name = _("versi titik lokasi")
        verbose_name_plural = _("versi titik lokasi")
        ordering = ["site", "-valid_from", "-pk"]
        indexes = [models.Index(name="site_version_time", fields=["site", "-valid_from"])]
        constraints = [
            # Hamlet centre and radius go together: a rough position without its radius would look exact.
            models.CheckConstraint(
                name="site_version_area_has_radius", condition=~Q(source="area") | Q(radius_m__isnull=False)
            )
        ]

    def __str__(self) -> str:
        return f"{self.site} · {self.get_source_display()} · {self.valid_from:%Y-%m-%d}"

    @property
    def geometry(self) -> GEOSGeometry:
        """The line or area, else the point (lon, lat)."""
        return self.extent or self.point


class StatusChange(models.Model):
    """From one status to another: when, by whom, why, and by which document."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="status_changes")
    before = models.CharField(_("dari"), max_length=16, choices=Status.choices)
    after = models.CharField(_("menjadi"), max_length=16, choices=Status.choices)
    reason = models.TextField(_("alasan"), blank=True)
    document = models.CharField(_("dokumen"), max_length=150, blank=True)
    actor = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("perubahan status")
        verbose_name_plural = _("perubahan status")
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.before} → {self.after}"


class RelationKind(models.TextChoices):
    CARRIED_OVER_FROM = "carried_over_from", _("Lanjutan tahun lalu (DPAL)")
    CONTINUES = "continues", _("Ruas berikutnya")
    LAYER_ON = "layer_on", _("Lapisan di atas")
    REPLACES = "replaces", _("Menggantikan")
    MERGED_INTO = "merged_into", _("Digabung ke")


class Relation(models.Model):
    """A declared relation between two projects, read from `project` to `other`."""

    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="relations")
    other = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="related_from")
    kind = models.CharField(_("hubungan"), max_length=18, choices=RelationKind.choices)
    note = models.CharField(_("catatan"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("hubungan")
        verbose_name_plural = _("hubungan")
        constraints = [
            models.UniqueConstraint(name="relation_once", fields=["project", "other", "kind"]),
            models.CheckConstraint(name="relation_not_self", condition=~Q(project=F("other"))),
        ]

    def __str__(self) -> str:
        return f"{self.project} {self.get_kind_display()} {self.other}"


class StageSet(models.Model):
    """The per cents at which photos are expected, as data by year and work type (empty: every work type)."""

    name = models.CharField(_("nama"), max_length=60)
    first_year = models.PositiveSmallIntegerField(_("mulai tahun"))
    work_type = models.CharField(_("jenis pekerjaan"), max_length=16, choices=WorkType.choices, blank=True)
    stages = ArrayField(models.PositiveSmallIntegerField(), verbose_name=_("persentase"))
    required = models.BooleanField(_("wajib"), default=True)

    class Meta:
        verbose_name = _("tahapan foto")
        verbose_name_plural = _("tahapan foto")
        ordering = ["-first_year", "work_type", "name"]
        constraints = [
            models.UniqueConstraint(name="stage_set_once", fields=["name", "first_year", "work_type"]),
        ]

    def __str__(self) -> str:
        return f"{self.name} ({'/'.join(map(str, self.stages))} %)"


class ImportMapping(models.Model):
    """A saved mapping of an outside file's columns to the fields of a project (import_projects --mapping NAME)."""

    name = models.SlugField(_("nama"), unique=True)
    columns = models.JSONField(_("kolom"), default=dict)

    class Meta:
        verbose_name = _("pemetaan kolom")
        verbose_name_plural = _("pemetaan kolom")

    def __str__(self) -> str:
        return self.name


STAGE_WORDS = {0: pgettext_lazy("progres 0 %", "Sebelum"), 100: pgettext_lazy("progres 100 %", "Selesai")}


def stage_word(progress: float | Decimal) -> str:
    """Sebelum, Sedang or Selesai for a per cent."""
    return str(STAGE_WORDS.get(int(progress), pgettext_lazy("progres antara", "Sedang")))
