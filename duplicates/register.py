"""The register's projects as records, what they share, and candidate pairs out of PostGIS."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Protocol

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection
from django.db.models import Count, Q

from duplicates import readings
from duplicates.comparison import Record
from duplicates.sites import OVERFETCH_M
from duplicates.titles import Frequencies
from photos.models import Claim, SamePicture
from projects.models import Project, ProjectQuerySet, Relation, Site, SiteStatus, Status

# Drafts are not decided yet; cancelled and merged projects are no works any more.
LEFT_OUT = (Status.DRAFT, Status.CANCELLED, Status.MERGED)

# Which works are asked about; `{project}` is the alias of projects_project.
CHOSEN = """
    {project}.status <> ALL(%(left_out)s)
    AND (%(years)s::int[] IS NULL OR {project}.fiscal_year = ANY(%(years)s::int[]))
    AND (%(places)s::text[] IS NULL OR {project}.village_id LIKE ANY(%(places)s::text[]))
    AND (%(projects)s::bigint[] IS NULL OR {project}.id = ANY(%(projects)s::bigint[]))
"""

# Index: site_where_geography (GiST on COALESCE(extent, point)::geography). "+ 0" keeps the planner from serving
# the comparison of ids by the primary key, which costs 10 to 60 times as much.
CANDIDATES = f"""
WITH chosen AS (
    SELECT site.project_id, COALESCE(site.extent, site.point)::geography AS place
    FROM projects_site AS site
    JOIN projects_project AS project ON project.id = site.project_id
    WHERE site.status = %(active)s
      AND {CHOSEN.format(project="project")}
      AND (%(part)s::int IS NULL OR project.id %% %(parts)s::int = %(part)s::int)
)
SELECT DISTINCT
    LEAST(chosen.project_id, other.project_id),
    GREATEST(chosen.project_id, other.project_id)
FROM chosen
JOIN projects_site AS other
    ON ST_DWithin(COALESCE(other.extent, other.point)::geography, chosen.place, %(reach_m)s)
JOIN projects_project AS neighbour ON neighbour.id = other.project_id
WHERE other.status = %(active)s
  AND neighbour.status <> ALL(%(left_out)s)
  AND other.project_id + 0 <> chosen.project_id
  AND (other.project_id + 0 > chosen.project_id OR NOT ({CHOSEN.format(project="neighbour")}))
"""


@dataclass(frozen=True)
class Choice:
    """Which works are asked about: at least one of a pair's two is among them. None or empty = all.

    places: codes of places, with all below them. projects: primary keys.
    """

    years: Sequence[int] = ()
    places: Sequence[str] | None = None
    projects: Collection[int] | None = None

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of `CHOSEN`."""
        places = None if self.places is None else [p for code in self.places for p in (code, f"{code}.%")]
        return {
            "left_out": [status.value for status in LEFT_OUT],
            "years": list(self.years) or None,
            "places": places,
            "projects": None if self.projects is None else list(self.projects),
        }

    @property
    def everything(self) -> bool:
        """Whether nothing was chosen."""
        return not self.years and self.places is None and self.projects is None

    def works(self) -> ProjectQuerySet:
        """The projects asked about."""
        chosen = works()
        if self.years:
            chosen = chosen.filter(fiscal_year__in=self.years)
        if self.places is not None:
            inside = Q(pk__in=[])
            for code in self.places:
                inside |= Q(village_id=code) | Q(village__code__startswith=f"{code}.")
            chosen = chosen.filter(inside)
        return chosen if self.projects is None else chosen.filter(pk__in=list(self.projects))


def works() -> ProjectQuerySet:
    """The projects that a scan looks at."""
    return Project.objects.exclude(status__in=LEFT_OUT)


def candidate_pairs(
    *,
    radius_m: float,
    years: Sequence[int] = (),
    places: Sequence[str] | None = None,
    project_id: int | None = None,
    projects: Collection[int] | None = None,
    part: tuple[int, int] | None = None,
) -> list[tuple[int, int]]:
    """Pairs of project ids with sites within the radius and a metre more, each once.

    years, places (codes), project_id, projects: at least one of the two must be among them; None or empty means
    all. part: (number, of how many): only those of chosen projects whose primary key leaves that remainder.
    """
    choice = Choice(years, places, [project_id] if project_id is not None else projects)
    values: dict[str, Any] = choice.values | {
        "active": SiteStatus.ACTIVE.value,
        "reach_m": radius_m + OVERFETCH_M,
        "part": part[0] if part else None,
        "parts": part[1] if part else None,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, values)
        return [(left, right) for left, right in cursor.fetchall()]


@dataclass(frozen=True)
class Pictures:
    """By project: photo ids, and the smallest photo id of each group of files that show one picture.

    Claims whose sharing was declared with a reason, and withdrawn ones, are not among them.
    """

    pictures: Mapping[int, frozenset[int]] = field(default_factory=dict)
    groups: Mapping[int, frozenset[int]] = field(default_factory=dict)


def pictures_of(projects: Collection[int]) -> Pictures:
    """What these projects hold."""
    rows = list(_claims().filter(project__in=list(projects)).values_list("project_id", "photo_id"))
    return _held(rows, picture_groups({photo for _project, photo in rows}))


def picture_groups(photos: Collection[int]) -> dict[int, int]:
    """Of these photos and all that show the same as one of them: photo → the smallest photo id of its group."""
    return _groups(_links(photos))


def shared_pictures(projects: Collection[int] | None = None) -> Pictures:
    """What more than one project holds; `projects`: of these pictures only what these hold, and who else does."""
    if projects is None:
        group_of = _groups(SamePicture.objects.order_by().values_list("left_id", "right_id"))
        wanted = Q(photo__in=_held_by_several()) | Q(photo__in=list(group_of))
    else:
        own = set(_claims().filter(project__in=list(projects)).values_list("photo_id", flat=True))
        group_of = _groups(_links(own))
        wanted = Q(photo__in=own | set(group_of))
    return _by_several(_held(_claims().filter(wanted).values_list("project_id", "photo_id"), group_of))


def _claims() -> Any:
    """Claims that count as use of a picture."""
    return Claim.objects.kept().filter(shared_reason="").order_by()


def _held_by_several() -> Any:
    """Photos that more than one project claims."""
    holders = _claims().values("photo").annotate(holders=Count("project", distinct=True))
    return holders.filter(holders__gt=1).values("photo")


def _held(rows: Iterable[tuple[int, int]], group_of: Mapping[int, int]) -> Pictures:
    pictures: dict[int, set[int]] = {}
    groups: dict[int, set[int]] = {}
    for project, photo in rows:
        pictures.setdefault(project, set()).add(photo)
        if photo in group_of:
            groups.setdefault(project, set()).add(group_of[photo])
    return Pictures(
        {project: frozenset(held) for project, held in pictures.items()},
        {project: frozenset(held) for project, held in groups.items()},
    )


def _by_several(held: Pictures) -> Pictures:
    """Only what more than one project holds."""

    def several(by_project: Mapping[int, frozenset[int]]) -> dict[int, frozenset[int]]:
        count = Counter(thing for things in by_project.values() for thing in things)
        kept = {p: frozenset(t for t in things if count[t] > 1) for p, things in by_project.items()}
        return {project: things for project, things in kept.items() if things}

    return Pictures(several(held.pictures), several(held.groups))


def _links(photos: Collection[int]) -> list[tuple[int, int]]:
    """The links of these photos to others that show the same, and of those to further ones."""
    found: set[tuple[int, int]] = set()
    front = set(photos)
    seen: set[int] = set()
    while front:
        seen |= front
        touched = SamePicture.objects.order_by().filter(Q(left__in=front) | Q(right__in=front))
        new = set(touched.values_list("left_id", "right_id")) - found
        found |= new
        front = {photo for link in new for photo in link} - seen
    return sorted(found)


def _groups(links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Photo → the smallest photo id of those linked with it, directly or through others."""
    root: dict[int, int] = {}

    def top(photo: int) -> int:
        while root.setdefault(photo, photo) != photo:
            root[photo] = root[root[photo]]
            photo = root[photo]
        return photo

    for left, right in links:
        a, b = top(left), top(right)
        root[max(a, b)] = min(a, b)
    return {photo: top(photo) for photo in list(root)}


def relations_of(projects: Collection[int] | None = None) -> dict[int, frozenset[tuple[str, str]]]:
    """Declared relations by project: (kind, the other's code), "~" before the kind where the other declares it."""
    rows = Relation.objects.order_by()
    if projects is not None:
        rows = rows.filter(Q(project__in=list(projects)) | Q(other__in=list(projects)))
    found: dict[int, set[tuple[str, str]]] = {}
    for kind, project, code, other, other_code in rows.values_list(
        "kind", "project_id", "project__code", "other_id", "other__code"
    ):
        found.setdefault(project, set()).add((kind, other_code))
        found.setdefault(other, set()).add((f"~{kind}", code))
    return {project: frozenset(relations) for project, relations in found.items()}


def to_shapely(geometry: GEOSGeometry) -> Any:
    """A GeoDjango geometry as shapely's."""
    return shapely.from_wkb(bytes(geometry.wkb))


def records_of(project_ids: Iterable[int]) -> dict[int, Record]:
    """Records of projects by primary key; a record's id and code are the project's code."""
    wanted = set(project_ids)
    places: dict[int, list[Any]] = {}
    sites = Site.objects.filter(project_id__in=wanted, status=SiteStatus.ACTIVE).order_by("project_id", "no")
    for site in sites.only("project_id", "point", "extent"):
        places.setdefault(site.project_id, []).append(to_shapely(site.geometry))
    held, relations = pictures_of(wanted), relations_of(wanted)
    projects = Project.objects.filter(pk__in=wanted).select_related("activity")
    return {
        project.pk: record_of(
            project,
            places.get(project.pk, ()),
            activity=project.activity.code if project.activity else "",
            village=project.village_id,
            pictures=held.pictures.get(project.pk, frozenset()),
            picture_groups=held.groups.get(project.pk, frozenset()),
            relations=relations.get(project.pk, frozenset()),
        )
        for project in projects
    }


class Work(Protocol):
    """What a project has, as it is now or as it was at a cut-off."""

    @property
    def code(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def work_type(self) -> str: ...
    @property
    def planned(self) -> Decimal | None: ...
    @property
    def volume(self) -> Decimal | None: ...
    @property
    def unit(self) -> str: ...
    @property
    def fiscal_year(self) -> int: ...
    @property
    def sources(self) -> Sequence[str]: ...
    @property
    def executor_name(self) -> str: ...
    @property
    def planned_start(self) -> date | None: ...
    @property
    def planned_end(self) -> date | None: ...


def record_of(
    work: Work,
    places: Iterable[Any],
    *,
    activity: str,
    village: str,
    pictures: frozenset[int] = frozenset(),
    picture_groups: frozenset[int] = frozenset(),
    relations: frozenset[tuple[str, str]] = frozenset(),
) -> Record:
    """A project as a record; places: shapely geometries of its sites; activity, village: their codes."""
    return Record(
        id=work.code,
        code=work.code,
        title=work.title,
        geometries=tuple(places),
        work_type=work.work_type or None,
        activity=activity,
        budget=work.planned,
        volume=work.volume,
        unit=work.unit,
        year=work.fiscal_year,
        fund_sources=frozenset(work.sources),
        executor=work.executor_name,
        starts=work.planned_start,
        ends=work.planned_end,
        village=village,
        pictures=pictures,
        picture_groups=picture_groups,
        relations=relations,
    )


def register_frequencies() -> Frequencies:
    """Words of all titles of the register's works, so that a scan of a part scores as a scan of the whole."""
    readings.refresh()
    return readings.frequencies([status.value for status in LEFT_OUT])
