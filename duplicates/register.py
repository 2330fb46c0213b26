"""The register's projects as records, and candidate pairs out of PostGIS (engine "postgis")."""

from collections.abc import Iterable, Sequence
from typing import Any

import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from duplicates.comparison import Record
from duplicates.kernel import OVERFETCH_M
from duplicates.titles import Frequencies
from projects.models import Project, ProjectQuerySet, Site, SiteStatus, Status

# Drafts are not decided yet; cancelled and merged projects are no works any more.
LEFT_OUT = (Status.DRAFT, Status.CANCELLED, Status.MERGED)

# Index: site_where_geography (GiST on COALESCE(extent, point)::geography). "+ 0" keeps the planner from serving
# the comparison of ids by the primary key, which costs 10 to 60 times as much.
CANDIDATES = """
WITH chosen AS (
    SELECT site.project_id, COALESCE(site.extent, site.point)::geography AS place
    FROM projects_site AS site
    JOIN projects_project AS project ON project.id = site.project_id
    WHERE site.status = %(active)s
      AND project.status <> ALL(%(left_out)s)
      AND (%(years)s::int[] IS NULL OR project.fiscal_year = ANY(%(years)s::int[]))
      AND (%(places)s::text[] IS NULL OR project.village_id LIKE ANY(%(places)s::text[]))
      AND (%(project)s::bigint IS NULL OR project.id = %(project)s::bigint)
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
  AND (other.project_id + 0 > chosen.project_id OR (%(some)s AND other.project_id + 0 < chosen.project_id))
"""


def works() -> ProjectQuerySet:
    """The projects that a scan looks at."""
    return Project.objects.exclude(status__in=LEFT_OUT)


def candidate_pairs(
    *,
    radius_m: float,
    years: Sequence[int] = (),
    places: Sequence[str] | None = None,
    project_id: int | None = None,
) -> list[tuple[int, int]]:
    """Pairs of project ids with sites within the radius and a metre more, each once.

    years, places (codes), project_id: at least one of the two must be among them; None or empty means all.
    """
    patterns = None if places is None else [p for code in places for p in (code, f"{code}.%")]
    values: dict[str, Any] = {
        "active": SiteStatus.ACTIVE.value,
        "left_out": [status.value for status in LEFT_OUT],
        "years": list(years) or None,
        "places": patterns,
        "project": project_id,
        "some": bool(years) or places is not None or project_id is not None,
        "reach_m": radius_m + OVERFETCH_M,
    }
    with connection.cursor() as cursor:
        cursor.execute(CANDIDATES, values)
        return [(left, right) for left, right in cursor.fetchall()]


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
    projects = Project.objects.filter(pk__in=wanted).select_related("activity")
    return {project.pk: record_of(project, places.get(project.pk, ())) for project in projects}


def record_of(project: Project, places: Iterable[Any]) -> Record:
    """A project as a record; places: shapely geometries of its sites."""
    return Record(
        id=project.code,
        code=project.code,
        title=project.title,
        geometries=tuple(places),
        work_type=project.work_type or None,
        activity=project.activity.code if project.activity else "",
        budget=project.planned,
        volume=project.volume,
        unit=project.unit,
        year=project.fiscal_year,
        fund_sources=frozenset(project.sources),
        executor=project.executor_name,
    )


def register_frequencies() -> Frequencies:
    """Words of all titles of the register's works, so that a scan of a part scores as a scan of the whole."""
    return Frequencies.of(works().order_by().values_list("title", flat=True).iterator(5000))
