"""Vector tiles of the projects that a person may see and a filter selects (docs/design/tiles.md).

A project belongs to exactly one tile and one feature at every zoom: the integer cell of the Web Mercator grid that
its pin falls into, with half-open edges. Tiles have no buffer, so their counts add up.
"""

import hashlib
import math
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
from maps import cells
from maps.cells import EXTENT
from maps.named_sql import as_named
from maps.pyramid import GRID_BITS
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
        return bounds(self.z, self.x, self.y)


def bounds(z: int, x: int, y: int) -> tuple[float, float, float, float]:
    """West, south, east, north in degrees of a square of the grid with 2^z squares along an edge."""
    side = 2**z

    def latitude(row: int) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / side))))

    return x / side * 360 - 180, latitude(y + 1), (x + 1) / side * 360 - 180, latitude(y)


# Relies on the GiST index on projects_project.point: `selected` is cut to the tile's surroundings (&&) before
# anything is computed. fx and fy count tiles from the map's north-west corner; scaling by 2^z is exact in binary
# floating point, so that a point falls into the same half-open tile whichever is asked for.
_SINGLES_SQL = """
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
features AS (
    SELECT
        ST_MakePoint(
            least(floor((fx - %(x)s) * %(extent)s), %(extent)s - 1),
            least(floor((fy - %(y)s) * %(extent)s), %(extent)s - 1)
        ) AS geom,
        1 AS count,
        id,
        code,
        shown_title AS title,
        work_type,
        status,
        progress::double precision AS progress,
        evidence
    FROM placed
    WHERE floor(fx) = %(x)s
      AND floor(fy) = %(y)s
    ORDER BY id
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
    if where.z < SINGLE_FROM_ZOOM:
        return cells.tile(
            user, chosen, where.z, where.x, where.y, shown_to(Project.objects.visible_to(user), user)
        )
    west, south, east, north = where.bounds()
    margin = _PREFILTER_MARGIN_DEG
    around = Polygon.from_bbox((west - margin, south - margin, east + margin, north + margin))
    around.srid = 4326
    projects = shown_to(on_map(user, chosen).filter(point__bboverlaps=around), user).order_by()
    columns = ("id", "code", "work_type", "status", "progress", "evidence", "pin", "shown_title")
    try:
        selected, values = as_named(*projects.values(*columns).query.sql_with_params())
    except EmptyResultSet:
        return b""
    numbers = {"side": float(2**where.z), "x": where.x, "y": where.y, "extent": EXTENT}
    with connection.cursor() as cursor:
        cursor.execute(_SINGLES_SQL.format(selected=selected), {**numbers, **values})
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


def extent(user: Person, chosen: Filters, cell: Tile) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees of the pins in a group's cell, widened by less than a metre; None for none.

    cell: a square of the grid, written like a tile; a group of a tile of zoom z stands in a cell of zoom z + 2.
    """
    found = cells.extent(user, chosen, cell.z, cell.x, cell.y)
    if found is None:
        return None
    left, top, right, bottom = found
    west, _south, _east, north = bounds(GRID_BITS, left, top)
    _west, south, east, _north = bounds(GRID_BITS, right, bottom)
    return west, south, east, north


def etag(content: bytes) -> str:
    """A strong ETag for a tile's bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def description(tile_url: str, bounds: tuple[float, float, float, float]) -> dict[str, Any]:
    """TileJSON 3.0 of the layer; tile_url has {z}, {x} and {y}."""
    single = {
        "id": "Number", "code": "String", "title": "String", "work_type": "String", "status": "String",
        "progress": "Number", "evidence": "String",
    }  # fmt: skip
    grouped = dict.fromkeys(("p0", "p1", "p50", "p100", "look"), "Number")
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
