"""Before a project is saved: is there already something like it nearby? A step of settings.NEAR_STEPS."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import shapely
from django.conf import settings
from django.db import connection

from accounts.access import Person
from budgets.models import FundSource
from duplicates.comparison import Record
from duplicates.kernel import OVERFETCH_M, PairTable, score_pairs
from duplicates.register import LEFT_OUT, records_of
from duplicates.score import STORED_FROM
from duplicates.titles import Frequencies
from places.earth import LonLat
from places.message import Message, message, sentences
from places.message import mark as _
from projects.models import Project, SiteStatus, WorkType
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

# Index: site_where_geography (GiST).
NEAR = """
SELECT DISTINCT site.project_id
FROM projects_site AS site
JOIN projects_project AS project ON project.id = site.project_id
WHERE ST_DWithin(
        COALESCE(site.extent, site.point)::geography,
        ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326)::geography,
        %(reach_m)s
      )
  AND site.status = %(active)s
  AND project.status <> ALL(%(left_out)s)
"""


def warnings(
    *,
    user: Person,
    title: str,
    point: LonLat | None,
    work_type: str = "",
    year: int | None = None,
    project: Project | None = None,
    volume: Decimal | None = None,
    unit: str = "",
    budget: Decimal | None = None,
) -> list[Message]:
    """Sentences about works like an unsaved one, the most alike first, at most five; of several, first in one line.

    point: lon, lat, or None (then nothing can be near). project: the one being edited, which is not near itself.
    volume, unit, budget (rupiah): as far as they are known already.
    Only projects that the user may see are named.
    """
    if point is None:
        return []
    mine = Record.at(
        UNSAVED,
        title,
        *point,
        work_type=work_type or None,
        year=year,
        volume=volume,
        unit=unit,
        budget=budget,
    )
    near = _visible(user, point, project)
    pairs = score_pairs(
        ((record, mine) for record in near.values()),
        Frequencies(),
        radius_m=float(settings.DUPLICATE_RADIUS_M),
        min_probability=STORED_FROM,
    )
    table = PairTable.of(pairs[:MOST_SHOWN], [mine, *near.values()])
    short = dict(FundSource.objects.values_list("code", "short"))
    found = [(other, pair.distance_m or 0.0) for pair, other, _mine in table.rows()]
    said = [_said(other, distance_m, short) for other, distance_m in found]
    return [_in_one_line(found, short), *said] if len(said) > 1 else said


def _in_one_line(found: list[tuple[Record, float]], short: dict[str, str]) -> Message:
    """How many there are, how near, of which years and sources: "2 dalam 80 m (2024, DD; 2025, BKK)"."""
    each = "; ".join(
        ", ".join([str(other.year), *(short.get(code, code) for code in sorted(other.fund_sources))])
        for other, _distance in sorted(found, key=lambda one: one[0].year or 0)
    )
    farthest = max(distance_m for _other, distance_m in found)
    return message("near.several", count=len(found), distance_m=farthest, each=each)


def _visible(user: Person, point: LonLat, project: Project | None) -> dict[int, Record]:
    """The works around the point that the user may see, each as the user may know it."""
    lon, lat = point
    values: dict[str, Any] = {
        "lon": lon,
        "lat": lat,
        "reach_m": float(settings.DUPLICATE_RADIUS_M) + OVERFETCH_M + ROUNDED_BY_M,
        "active": SiteStatus.ACTIVE.value,
        "left_out": [status.value for status in LEFT_OUT],
    }
    with connection.cursor() as cursor:
        cursor.execute(NEAR, values)
        near = [key for (key,) in cursor.fetchall() if project is None or key != project.pk]
    visible = Project.objects.visible_to(user).in_bulk(near)
    records = records_of(visible)
    return {key: _as_known(records[key], found, user) for key, found in visible.items()}


def _as_known(record: Record, project: Project, user: Person) -> Record:
    """For outsiders: the public title, and a house where the public sees it; else distances would tell where it is."""
    if project.is_inside(user):
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
