"""The sites of a project: several on one screen, each keeping every position it was ever given."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GeometryCollection, GEOSGeometry, Point
from django.db import models, transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.access import Action, Person, may
from accounts.models import User
from places.earth import LonLat, metres_between
from places.geography import geos_point
from places.locating import outside_regency, outside_village, regency_of
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Place
from places.problems import Problem
from places.saying import say
from projects import progress
from projects.editing import Editing, person_of
from projects.models import Project, Site, SiteSource, SiteStatus, SiteVersion, Status

SENTENCES = sentences(
    {
        "sites.area_without_radius": _("Pusat dusun memerlukan radius dalam meter. Isi radiusnya."),
        "sites.area_too_late": _(
            "Posisi “pusat dusun dan radius” hanya untuk pekerjaan yang masih direncanakan. Isi titik survei."
        ),
        "sites.none": _("Pekerjaan yang bukan draf memerlukan sedikitnya satu titik lokasi."),
        "sites.weight": _("Bobot harus lebih dari nol."),
        "sites.extent": _("Ruas atau luasan ini tidak berupa garis atau area yang utuh. Gambar ulang."),
        "sites.foreign": _("Titik lokasi ini bukan milik pekerjaan ini. Muat ulang halaman."),
        "sites.override_refused": _("Hanya pemantau kabupaten yang dapat menyimpan titik di luar kabupaten."),
    }
)

# A position typed back from the form's six decimals is the same position.
SAME_WITHIN_M = 0.15
# Hamlet centre and radius is enough while nothing is built yet.
ROUGH_ALLOWED = {Status.DRAFT, Status.PLANNED, Status.AWAITING_FUNDS, Status.POSTPONED}
# Numbers that are no position can't be overridden by anybody.
_NO_POSITION = (".zero", ".out_of_range")
_LINES_AND_AREAS = {"LineString", "MultiLineString", "Polygon", "MultiPolygon"}


@dataclass(frozen=True)
class SiteDraft:
    """A site as somebody wants it: where, from which source, how heavy. pk: the stored site it replaces.

    point: (lon, lat). radius_m belongs to source `area`. valid_from: from when the position holds; by default
    now, and for a site's first position the year before the fiscal year, so that survey photos are judged by it.
    """

    point: LonLat
    pk: int | None = None
    label: str = ""
    public_label: str = ""
    extent: GEOSGeometry | None = None
    source: str = SiteSource.PLANNED
    radius_m: float | None = None
    accuracy_m: float | None = None
    weight: Decimal = Decimal(1)
    valid_from: datetime | None = None
    document: str = ""

    @property
    def geometry(self) -> GEOSGeometry:
        """The line or area, else the point (lon, lat)."""
        return self.extent or Point(*self.point, srid=4326)


@dataclass
class _Change:
    """What set_sites did, for the audit event."""

    added: list[int] = field(default_factory=list)
    moved: dict[str, Any] = field(default_factory=dict)
    dropped: list[int] = field(default_factory=list)
    described: list[int] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.moved or self.dropped or self.described)

    @property
    def moves(self) -> bool:
        """Whether photos may be judged otherwise: words and weights do not count."""
        return bool(self.added or self.moved or self.dropped)

    def as_json(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if value}


def set_sites(
    *,
    actor: Person | None,
    project: Project,
    sites: Sequence[SiteDraft],
    version: int | None = None,
    reason: str = "",
    override_reason: str = "",
) -> list[Site]:
    """Make the project's sites exactly these, and return the active ones in order.

    A site whose position changes keeps the old one as an earlier SiteVersion. A site that is left out is
    deleted, or dropped where photos or money hang on it. The pin and the progress follow.
    version: as the person saw it; another one raises Conflict (409). override_reason: why a monitor saves a
    point outside the regency. Raises Problem for sites that cannot be, PermissionDenied for others' projects.
    """
    with transaction.atomic():
        editing = Editing.begin(actor=actor, project=project, version=version, reason=reason)
        check_sites(
            actor=actor,
            village=editing.project.village,
            status=editing.project.status,
            sites=sites,
            override_reason=override_reason,
        )
        change = store_sites(editing.project, sites, author=person_of(actor))
        if change:
            told = change.as_json() | ({"override_reason": override_reason} if override_reason else {})
            editing.finish("project.sites", {"changes": {"sites": told}})
        project.refresh_from_db()
        return list(project.sites.filter(status=SiteStatus.ACTIVE))


def check_sites(
    *,
    actor: Person | None,
    village: Place,
    status: str,
    sites: Sequence[SiteDraft],
    override_reason: str = "",
) -> None:
    """Raises Problem with one message per site (fields "sites.0", "sites.1" …) if any cannot be stored."""
    if not sites and status != Status.DRAFT:
        raise Problem(message("sites.none"), fields={"sites": [say(message("sites.none"))]})
    regency = regency_of(village)
    overrides = bool(override_reason.strip())
    if overrides and actor is not None and not may(actor, Action.OVERRIDE, village.code):
        raise Problem(message("sites.override_refused"), status=403)
    wrong: dict[str, list[Message]] = {}
    for index, site in enumerate(sites):
        found = list(_own_mistakes(site, status))
        found += _outside(site, regency, overrides=overrides)
        if found:
            wrong[f"sites.{index}"] = found
    if wrong:
        first = next(iter(wrong.values()))[0]
        raise Problem(first, fields={name: [say(text) for text in texts] for name, texts in wrong.items()})


def _own_mistakes(site: SiteDraft, status: str) -> Iterable[Message]:
    if site.source == SiteSource.AREA and status not in ROUGH_ALLOWED:
        yield message("sites.area_too_late")
    if site.source == SiteSource.AREA and not (site.radius_m and site.radius_m >= 1):
        yield message("sites.area_without_radius")
    if site.weight <= 0:
        yield message("sites.weight")
    if site.extent is not None and (
        site.extent.geom_type not in _LINES_AND_AREAS or site.extent.empty or not site.extent.valid
    ):
        yield message("sites.extent")


def _outside(site: SiteDraft, regency: Place | None, *, overrides: bool) -> list[Message]:
    if regency is None:
        return []
    points = [site.point]
    if site.extent is not None and not site.extent.empty:
        west, south, east, north = site.extent.extent
        points += [(west, south), (east, north)]
    found = next((said for point in points if (said := outside_regency(point, regency))), None)
    if found is None or (overrides and not found.code.endswith(_NO_POSITION)):
        return []
    return [found]


def village_warnings(village: Place, sites: Iterable[SiteDraft]) -> list[Message]:
    """For each site outside the village's drawn area: how far, and where it lies. A warning, never a refusal."""
    return [said for site in sites if (said := outside_village(site.point, village))]


def store_sites(project: Project, sites: Sequence[SiteDraft], *, author: User | None) -> _Change:
    """Write sites and versions, then pin and progress; checks and audit are the caller's."""
    stored = {site.pk: site for site in project.sites.select_for_update().order_by("no")}
    newest = _newest_versions(stored)
    change = _Change()
    kept: set[int] = set()
    next_no = max((site.no for site in stored.values()), default=0) + 1
    for draft in sites:
        if draft.pk is None:
            _add(project, draft, next_no, author)
            change.added.append(next_no)
            next_no += 1
            continue
        site = stored.get(draft.pk)
        if site is None:
            raise Problem(message("sites.foreign"), status=409)
        kept.add(draft.pk)
        _bring_up_to_date(site, draft, newest.get(site.pk), author, change)
    for pk, site in stored.items():
        if pk not in kept and site.status == SiteStatus.ACTIVE:
            change.dropped.append(site.no)
            _drop(site)
    if change:
        place_pin(project)
        note_crossed(project)
        progress.reweigh(project_id=project.pk)
    if stored and change.moves:
        tell_steps(project.pk, cause="site")
    return change


# What photos are judged by: the works' window, the limit of distance, the expected stages, and the settings of checks.
JUDGED_BY = frozenset({"planned_start", "planned_end", "tolerance_m", "work_type", "activity"})


def tell_steps(project_id: int, *, cause: str) -> None:
    """Let higher slices follow what they judge by and is another now (settings.SITE_CHANGED_STEPS), in order.

    cause: "site" for positions, "project" for a field of JUDGED_BY.
    """
    for path in settings.SITE_CHANGED_STEPS:
        import_string(path)(project_id=project_id, cause=cause)


def _newest_versions(stored: Mapping[int, Site]) -> dict[int, SiteVersion]:
    """By site: the version that holds now. The newest valid_from counts, then the one written last."""
    versions = SiteVersion.objects.filter(site__in=list(stored)).order_by("valid_from", "pk")
    return {version.site_id: version for version in versions}


def _add(project: Project, draft: SiteDraft, no: int, author: User | None) -> Site:
    site = Site.objects.create(
        project=project,
        no=no,
        label=draft.label,
        public_label=draft.public_label,
        point=geos_point(draft.point),
        extent=draft.extent,
        weight=draft.weight,
    )
    _write_version(site, draft, draft.valid_from or first_valid_from(project.fiscal_year), author)
    return site


def first_valid_from(fiscal_year: int) -> datetime:
    """From when a first position holds: the year before, when the 0 % photo of the survey may be taken."""
    return datetime(fiscal_year - 1, 1, 1, tzinfo=UTC)


def _bring_up_to_date(
    site: Site, draft: SiteDraft, newest: SiteVersion | None, author: User | None, change: _Change
) -> None:
    words = {"label": draft.label, "public_label": draft.public_label, "weight": draft.weight}
    words["status"] = SiteStatus.ACTIVE
    described = {name: value for name, value in words.items() if getattr(site, name) != value}
    moved = newest is None or _differs(draft, newest)
    if moved:
        change.moved[str(site.no)] = [
            _place(site.point),
            [round(draft.point[0], 7), round(draft.point[1], 7)],
            draft.source,
        ]
        site.point, site.extent = geos_point(draft.point), draft.extent
        _write_version(site, draft, draft.valid_from or timezone.now(), author)
    elif described:
        change.described.append(site.no)
    if moved or described:
        for name, value in described.items():
            setattr(site, name, value)
        site.save()


def _differs(draft: SiteDraft, version: SiteVersion) -> bool:
    """Whether a draft says something else of the position than the newest version."""
    if metres_between(draft.point, (version.point.x, version.point.y)) > SAME_WITHIN_M:
        return True
    extents = (draft.extent, version.extent)
    if any(extents) and (not all(extents) or not _same_shape(*extents)):
        return True
    said = (draft.source, draft.radius_m, draft.document or version.document)
    return said != (version.source, version.radius_m, version.document)


def _same_shape(draft: GEOSGeometry | None, stored: GEOSGeometry | None) -> bool:
    return bool(draft is not None and stored is not None and draft.equals_exact(stored, 2e-6))


def _write_version(site: Site, draft: SiteDraft, valid_from: datetime, author: User | None) -> None:
    SiteVersion.objects.create(
        site=site,
        point=geos_point(draft.point),
        extent=draft.extent,
        radius_m=draft.radius_m if draft.source == SiteSource.AREA else None,
        source=draft.source,
        accuracy_m=draft.accuracy_m,
        valid_from=valid_from,
        document=draft.document,
        author=author,
    )


def _drop(site: Site) -> None:
    """Delete a site, or keep it as dropped where photos or money hang on it."""
    try:
        with transaction.atomic():
            site.delete()
    except models.ProtectedError:
        site.status = SiteStatus.DROPPED
        site.save(update_fields=["status"])


def place_pin(project: Project) -> None:
    """Put the project's pin on its only site, or on the site nearest to the middle of all."""
    points = [site.point for site in project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")]
    if not points:
        pin = None if project.status == Status.DRAFT else project.point
    else:
        x = sum(point.x for point in points) / len(points)
        y = sum(point.y for point in points) / len(points)
        pin = min(points, key=lambda point: metres_between((x, y), (point.x, point.y)))
    Project.objects.filter(pk=project.pk).update(point=pin)


def note_crossed(project: Project) -> None:
    """Write down which other villages the project's lines and areas reach into, by their indicative borders."""
    extents = [site.extent for site in project.sites.filter(status=SiteStatus.ACTIVE) if site.extent]
    if not extents:
        project.crossed.clear()
        return
    reached = Place.objects.villages().filter(boundary__intersects=GeometryCollection(*extents, srid=4326))
    project.crossed.set(reached.exclude(pk=project.village_id))


def _place(point: Point) -> list[float]:
    lon, lat = point.coords
    return [round(float(lon), 7), round(float(lat), 7)]


def drafts_of(project: Project) -> list[SiteDraft]:
    """The project's active sites as drafts, to change one thing and save them all."""
    sites = {site.pk: site for site in project.sites.filter(status=SiteStatus.ACTIVE).order_by("no")}
    newest = _newest_versions(sites)
    return [_draft_of(site, newest.get(site.pk)) for site in sites.values()]


def _draft_of(site: Site, version: SiteVersion | None) -> SiteDraft:
    return SiteDraft(
        pk=site.pk,
        point=(site.point.x, site.point.y),
        label=site.label,
        public_label=site.public_label,
        extent=site.extent,
        weight=site.weight,
        source=version.source if version else SiteSource.PLANNED,
        radius_m=version.radius_m if version else None,
        accuracy_m=version.accuracy_m if version else None,
        document=version.document if version else "",
    )
