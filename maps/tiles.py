"""Vector tiles of the projects that a person may see and a filter selects (docs/design/tiles.md).

A project belongs to exactly one tile and one feature at every zoom: the integer cell of the Web Mercator grid that
its pin falls into, with half-open edges. Tiles have no buffer, so their counts add up.
"""

import hashlib
import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib.gis.db.models import PointField
from django.contrib.gis.db.models.functions import SnapToGrid
from django.contrib.gis.geos import Polygon
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Coalesce, NullIf

from accounts.access import Action, Person, reach
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects import filters
from projects.filters import Filters
from projects.models import Project, ProjectQuerySet, WorkType

SENTENCES = sentences(
    {"tile.outside": _("Ubin %(z)s/%(x)s/%(y)s tidak ada; pada zoom z, x dan y bernilai 0 sampai 2^z − 1.")}
)

MAX_ZOOM = 22
SINGLE_FROM_ZOOM = 14  # from here on every project is its own feature
EXTENT = 4096  # units along a tile's edge
CELLS = 4  # cells along a tile's edge below SINGLE_FROM_ZOOM: 64 px each
PUBLIC_HOUSE_GRID_DEG = 0.001  # house sites are public to three decimals only
_PREFILTER_MARGIN_DEG = 0.002  # more than the grid above moves a point


@dataclass(frozen=True)
class Tile:
    """One tile of the XYZ scheme. Raises Problem (400) if there is no such tile."""

    z: int
    x: int
    y: int

    def __post_init__(self) -> None:
        side = 2**self.z if 0 <= self.z <= MAX_ZOOM else 0
        if not (0 <= self.x < side and 0 <= self.y < side):
            raise Problem(message("tile.outside", z=self.z, x=self.x, y=self.y))

    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        side = 2**self.z

        def latitude(row: int) -> float:
            return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

        return (
            self.x / side * 360 - 180,
            latitude(self.y + 1),
            (self.x + 1) / side * 360 - 180,
            latitude(self.y),
        )


# Relies on the GiST index on projects_project.point: `selected` is cut to the tile's surroundings (&&) before
# anything is computed. fx and fy count tiles from the map's north-west corner; scaling by 2^z is exact in binary
# floating point, so that a point falls into the same half-open cell whichever tile is asked for.
_TILE_SQL = """
WITH selected AS (
    {selected}
),
placed AS (
    SELECT
        *,
        (ST_X(pin) + 180) / 360 * %(side)s AS fx,
        (1 - ln(tan(radians(ST_Y(pin))) + 1 / cos(radians(ST_Y(pin)))) / pi()) / 2 * %(side)s AS fy
    FROM selected
),
here AS (
    SELECT
        *,
        CASE WHEN %(grouped)s THEN floor((fx - %(x)s) * %(cells)s)::integer ELSE id::integer END AS cell_x,
        CASE WHEN %(grouped)s THEN floor((fy - %(y)s) * %(cells)s)::integer ELSE 0 END AS cell_y
    FROM placed
    WHERE floor(fx) = %(x)s
      AND floor(fy) = %(y)s
),
grouped AS (
    SELECT
        count(*)::integer AS count,
        avg(fx) AS fx,
        avg(fy) AS fy,
        count(*) FILTER (WHERE progress = 0)::integer AS p0,
        count(*) FILTER (WHERE progress > 0 AND progress < 50)::integer AS p1,
        count(*) FILTER (WHERE progress >= 50 AND progress < 100)::integer AS p50,
        count(*) FILTER (WHERE progress = 100)::integer AS p100,
        count(*) FILTER (WHERE evidence IN ('outside', 'suspect'))::integer AS look,
        min(ST_X(pin)) AS west,
        min(ST_Y(pin)) AS south,
        max(ST_X(pin)) AS east,
        max(ST_Y(pin)) AS north,
        min(id) AS id,
        min(code) AS code,
        min(shown_title) AS title,
        min(work_type) AS work_type,
        min(status) AS status,
        min(progress) AS progress,
        min(evidence) AS evidence
    FROM here
    GROUP BY cell_x, cell_y
),
features AS (
    SELECT
        ST_MakePoint(
            least(floor((fx - %(x)s) * %(extent)s), %(extent)s - 1),
            least(floor((fy - %(y)s) * %(extent)s), %(extent)s - 1)
        ) AS geom,
        count,
        CASE WHEN count = 1 THEN id END AS id,
        CASE WHEN count = 1 THEN code END AS code,
        CASE WHEN count = 1 THEN title END AS title,
        CASE WHEN count = 1 THEN work_type END AS work_type,
        CASE WHEN count = 1 THEN status END AS status,
        CASE WHEN count = 1 THEN progress::double precision END AS progress,
        CASE WHEN count = 1 THEN evidence END AS evidence,
        CASE WHEN count > 1 THEN p0 END AS p0,
        CASE WHEN count > 1 THEN p1 END AS p1,
        CASE WHEN count > 1 THEN p50 END AS p50,
        CASE WHEN count > 1 THEN p100 END AS p100,
        CASE WHEN count > 1 THEN look END AS look,
        CASE WHEN count > 1 THEN west END AS west,
        CASE WHEN count > 1 THEN south END AS south,
        CASE WHEN count > 1 THEN east END AS east,
        CASE WHEN count > 1 THEN north END AS north
    FROM grouped
    ORDER BY count DESC, id
)
SELECT ST_AsMVT(features, 'projects', %(extent)s, 'geom')
FROM features
"""


def shown_to(queryset: ProjectQuerySet, user: Person) -> ProjectQuerySet:
    """Annotates pin and shown_title: what this person sees of a project.

    In the places of one's duties that is the exact point and the title; elsewhere the public title, and houses
    only to three decimals.
    """
    own = reach(user, Action.SEE_DRAFTS).q("village__code")
    rough = SnapToGrid(F("point"), PUBLIC_HOUSE_GRID_DEG)
    return queryset.annotate(
        pin=Case(
            When(Q(work_type=WorkType.HOUSE) & ~own, then=rough),
            default=F("point"),
            output_field=PointField(),
        ),
        shown_title=Case(
            When(own, then=F("title")), default=Coalesce(NullIf("public_title", Value("")), F("title"))
        ),
    )


def on_map(user: Person, chosen: Filters) -> ProjectQuerySet:
    """Projects with a pin that the person may see and the filters select."""
    return filters.apply(Project.objects.visible_to(user), chosen, user).filter(point__isnull=False)


def tile(user: Person, chosen: Filters, where: Tile) -> bytes:
    """The tile as Mapbox Vector Tile bytes, layer `projects`; b"" where nothing is."""
    west, south, east, north = where.bounds()
    margin = _PREFILTER_MARGIN_DEG
    around = Polygon.from_bbox((west - margin, south - margin, east + margin, north + margin))
    around.srid = 4326
    projects = shown_to(on_map(user, chosen).filter(point__bboverlaps=around), user).order_by()
    columns = ("id", "code", "work_type", "status", "progress", "evidence", "pin", "shown_title")
    try:
        selected, values = _as_named(*projects.values(*columns).query.sql_with_params())
    except EmptyResultSet:
        return b""
    numbers = {
        "side": float(2**where.z),
        "x": where.x,
        "y": where.y,
        "cells": CELLS,
        "extent": EXTENT,
        "grouped": where.z < SINGLE_FROM_ZOOM,
    }
    with connection.cursor() as cursor:
        cursor.execute(_TILE_SQL.format(selected=selected), {**numbers, **values})
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


def _as_named(sql: str, values: Iterable[Any]) -> tuple[str, dict[str, Any]]:
    """A compiled queryset with %(v0)s, %(v1)s … in place of %s, so that it can stand inside our own SQL."""
    named = {f"v{number}": value for number, value in enumerate(values)}
    names = iter(named)
    return re.sub(r"%%|%s", lambda found: f"%({next(names)})s" if found[0] == "%s" else "%%", sql), named


def etag(content: bytes) -> str:
    """A strong ETag for a tile's bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def description(tile_url: str, bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    """TileJSON 3.0 of the layer; tile_url has {z}, {x} and {y}."""
    single = {
        "id": "Number", "code": "String", "title": "String", "work_type": "String", "status": "String",
        "progress": "Number", "evidence": "String",
    }  # fmt: skip
    grouped = dict.fromkeys(("p0", "p1", "p50", "p100", "look", "west", "south", "east", "north"), "Number")
    return {
        "tilejson": "3.0.0",
        "name": "Geomonitor",
        "scheme": "xyz",
        "tiles": [tile_url],
        "minzoom": 0,
        "maxzoom": MAX_ZOOM,
        "bounds": list(bounds),
        "vector_layers": [
            {
                "id": "projects",
                "description": "Village projects; below zoom 14 grouped by cells, single ones with id",
                "fields": {"count": "Number", **single, **grouped},
            }
        ],
    }
