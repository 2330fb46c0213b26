"""Before a project is saved: is there already something like it nearby? A step of settings.NEAR_STEPS."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import shapely
from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.db import connection

from accounts.access import Person
from budgets.models import FundSource
from duplicates.comparison import Record
from duplicates.kernel import OVERFETCH_M, score_pairs
from duplicates.register import LEFT_OUT, record_of, relations_of, to_shapely
from duplicates.score import STORED_FROM
from duplicates.titles import Frequencies
from places.message import Message, message, sentences
from places.message import mark as _
from projects.models import Project, Site, SiteStatus, WorkType
from projects.public import position_for

SENTENCES = sentences(
    {
        "near.several": _("Mirip: %(count)s pekerjaan dalam %(distance_m)s (%(each)s)."),
        "near.similar": _("Mirip: “%(title)s” (%(year)s, %(sources)s), %(distance_m)s dari sini."),
        "near.similar_unfunded": _("Mirip: “%(title)s” (%(year)s), %(distance_m)s dari sini."),
    }
)

MOST_SHOWN = 5
ROUNDED_BY_M = 80.0  # more than rounding to three decimals moves a house
UNSAVED = "\uffff"  # the unsaved project's code: after every real one
# What records and access need of a project; the rest of its row is not read.
KNOWN = (
    "code", "title", "public_title", "work_type", "planned", "volume", "unit", "fiscal_year", "sources",
    "executor_name", "planned_start", "planned_end", "village_id", "activity__code",
)  # fmt: skip

# Index: site_where_geography (GiST), asked once for each place.
NEAR = """
WITH asked AS (
    SELECT ST_GeomFromEWKB(place)::geography AS place FROM unnest(%(places)s::bytea[]) AS given (place)
)
SELECT DISTINCT site.project_id
FROM asked
JOIN projects_site AS site ON ST_DWithin(COALESCE(site.extent, site.point)::geography, asked.place, %(reach_m)s)
WHERE site.status = %(active)s
"""


def warnings(
    *,
    user: Person | None,
    title: str,
    places: Iterable[GEOSGeometry],
    work_type: str = "",
    year: int | None = None,
    project: Project | None = None,
    volume: Decimal | None = None,
    unit: str = "",
    budget: Decimal | None = None,
) -> list[Message]:
    """Sentences about works like an unsaved one, the most alike first, at most five; of several, first in one line.

    places: its sites, points, lines or areas (lon, lat); without one nothing can be near. project: the one being
    edited, which is not near itself. volume, unit, budget (rupiah): as far as they are known already.
    Only projects that the user may see are named, as the user may know them. user None: the system, which knows all.
    """
    asked = list(places)
    if not asked:
        return []
    mine = Record(
        id=UNSAVED,
        code=project.code if project else UNSAVED,
        title=title,
        geometries=tuple(to_shapely(place) for place in asked),
        work_type=work_type or None,
        year=year,
        volume=volume,
        unit=unit,
        budget=budget,
        relations=relations_of([project.pk]).get(project.pk, frozenset()) if project else frozenset(),
    )
    near = {record.id: record for record in _visible(user, asked, project)}
    pairs = score_pairs(
        ((record, mine) for record in near.values()),
        Frequencies(),
        radius_m=float(settings.DUPLICATE_RADIUS_M),
        min_probability=STORED_FROM,
        keep_sides=True,
    )
    if not pairs:
        return []
    short = dict(FundSource.objects.values_list("code", "short"))
    found = [(near[pair.left_id], pair.distance_m or 0.0) for pair in pairs]
    said = [_said(other, distance_m, short) for other, distance_m in found[:MOST_SHOWN]]
    return [_in_one_line(found, short), *said] if len(found) > 1 else said


def _in_one_line(found: Sequence[tuple[Record, float]], short: dict[str, str]) -> Message:
    """How many there are, how near, of which years and sources: "2 dalam 80 m (2024, DD; 2025, BKK)"."""
    each = {
        ", ".join([str(other.year), *(short.get(code, code) for code in sorted(other.fund_sources))]): None
        for other, _distance in sorted(found, key=lambda one: one[0].year or 0)
    }
    farthest = max(distance_m for _other, distance_m in found)
    return message("near.several", count=len(found), distance_m=farthest, each="; ".join(each))


def _visible(user: Person | None, asked: Sequence[GEOSGeometry], project: Project | None) -> list[Record]:
    """The works around these places that the user may see, each as the user may know it."""
    values: dict[str, Any] = {
        "places": [bytes(place.ewkb) for place in asked],
        "reach_m": float(settings.DUPLICATE_RADIUS_M) + OVERFETCH_M + ROUNDED_BY_M,
        "active": SiteStatus.ACTIVE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAR, values)
        near = [key for (key,) in cursor.fetchall() if project is None or key != project.pk]
    if not near:
        return []
    known = Project.objects.all() if user is None else Project.objects.visible_to(user)
    found = (
        known.filter(pk__in=near)
        .exclude(status__in=LEFT_OUT)
        .select_related("activity")
        .only(*KNOWN)
        .in_bulk()
    )
    places: dict[int, list[Any]] = {}
    sites = Site.objects.filter(project__in=list(found), status=SiteStatus.ACTIVE).order_by(
        "project_id", "no"
    )
    for project_id, point, extent in sites.values_list("project_id", "point", "extent"):
        places.setdefault(project_id, []).append(to_shapely(extent or point))
    return [_as_known(_record(one, places.get(key, [])), one, user) for key, one in found.items()]


def _record(project: Project, places: Sequence[Any]) -> Record:
    """What a work is compared by. An unsaved one has no pictures, so those of others are not asked for."""
    activity = project.activity.code if project.activity else ""
    return record_of(project, places, activity=activity, village=project.village_id)


def _as_known(record: Record, project: Project, user: Person | None) -> Record:
    """For outsiders: the public title, and a house where the public sees it; else distances would tell where it is."""
    if user is None or project.is_inside(user):
        return record
    places = record.geometries
    if project.work_type == WorkType.HOUSE:
        middles = [place.centroid for place in places]
        places = tuple(shapely.Point(position_for(project, (at.x, at.y), user)) for at in middles)
    return replace(record, title=project.title_for(user), geometries=places)


def _said(other: Record, distance_m: float, short: dict[str, str]) -> Message:
    known = {"title": other.title, "year": str(other.year), "distance_m": distance_m}
    if not other.fund_sources:
        return message("near.similar_unfunded", **known)
    sources = ", ".join(short.get(code, code) for code in sorted(other.fund_sources))
    return message("near.similar", sources=sources, **known)
