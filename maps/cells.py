"""Groups of pins below the zoom from which every project is alone: from the pyramid, the pins, or a selection."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from accounts.access import Person
from maps import pyramid
from maps.named_sql import as_named
from maps.pyramid import CELL_BITS, GRID_BITS, TOP
from maps.selections import selection
from maps.sight import Sight
from projects.filters import Filters
from projects.models import ProjectQuerySet

EXTENT = 4096  # units along a tile's edge
# The filter words that are facets of the pyramid.
_FACET_OF = {
    "year": "year",
    "work_type": "work_type",
    "status": "status",
    "evidence": "evidence",
    "stage": "stage",
    "fund_source": "sources",
}

# Primary key of maps_tilecount: level, scope, cube, cell. What is not folded yet is added, with the index
# pin_change_in_tile; a person's own places are counted in full instead of as the public sees them (pin_in_place).
_FROM_PYRAMID = """
SELECT cell >> %(deeper)s AS cell, count, p0, p1, p50, p100, look, x, y, projects
FROM maps_tilecount
WHERE level = %(level)s
  AND scope = ANY(%(scopes)s)
  AND cube = %(cube)s
  AND cell >= %(first)s >> %(level_shift)s
  AND cell < %(last)s >> %(level_shift)s
  AND {in_cube}
UNION ALL
SELECT key >> %(shift)s, sign, {signed}
FROM maps_pinchange
WHERE scope = ANY(%(scopes)s)
  AND key >= %(first)s
  AND key < %(last)s
  AND {in_row}
"""
_OWN_IN_FULL = """
UNION ALL
SELECT key >> %(shift)s, sign, {signed}
FROM (
    SELECT *, CASE scope WHEN 'r' THEN 1 ELSE -1 END AS sign
    FROM maps_pin
    WHERE {own}
      AND (scope = 'r' OR work_type = 'house')
) AS own
WHERE key >= %(first)s
  AND key < %(last)s
  AND {in_row}
"""
# Index pin_in_tile.
_FROM_PINS = """
SELECT key >> %(shift)s AS cell, sign AS count, {signed}
FROM maps_pin CROSS JOIN (VALUES (1)) AS plus(sign)
WHERE {seen}
  AND key >= %(first)s
  AND key < %(last)s
  AND {in_row}
"""
_FROM_SELECTION = """
SELECT ordinality AS cell, count, p0, p1, p50, p100, look, x, y, projects
FROM unnest(
    %(s0)s::bigint[], %(s1)s::bigint[], %(s2)s::bigint[], %(s3)s::bigint[], %(s4)s::bigint[], %(s5)s::bigint[],
    %(s6)s::bigint[], %(s7)s::bigint[], %(s8)s::bigint[]
) WITH ORDINALITY AS cells(count, p0, p1, p50, p100, look, x, y, projects, ordinality)
"""
_SIGNED = """CASE WHEN stage = '0' THEN sign ELSE 0 END AS p0,
    CASE WHEN stage = '1-49' THEN sign ELSE 0 END AS p1,
    CASE WHEN stage = '50-99' THEN sign ELSE 0 END AS p50,
    CASE WHEN stage = '100' THEN sign ELSE 0 END AS p100,
    CASE WHEN evidence IN ('outside', 'suspect') THEN sign ELSE 0 END AS look,
    sign * x::bigint AS x,
    sign * y::bigint AS y,
    sign * project_id AS projects"""

# A cell with one pin shows its project; one that was hidden since the selection was made is not told.
_TILE_SQL = """
WITH counted AS (
    {counted}
),
cells AS MATERIALIZED (
    SELECT
        sum(count)::integer AS count, sum(p0)::integer AS p0, sum(p1)::integer AS p1, sum(p50)::integer AS p50,
        sum(p100)::integer AS p100, sum(look)::integer AS look, sum(x) / sum(count) AS x, sum(y) / sum(count) AS y,
        sum(projects)::bigint AS projects
    FROM counted
    GROUP BY cell
    HAVING sum(count) > 0
),
shown AS (
    {shown}
),
features AS (
    SELECT
        ST_MakePoint(
            least(floor((cells.x + 0.5 - %(left)s) * %(scale)s), %(extent)s - 1),
            least(floor((cells.y + 0.5 - %(top)s) * %(scale)s), %(extent)s - 1)
        ) AS geom,
        cells.count,
        shown.id,
        shown.code,
        shown.shown_title AS title,
        shown.work_type,
        shown.status,
        shown.progress::double precision AS progress,
        shown.evidence,
        CASE WHEN cells.count > 1 THEN p0 END AS p0,
        CASE WHEN cells.count > 1 THEN p1 END AS p1,
        CASE WHEN cells.count > 1 THEN p50 END AS p50,
        CASE WHEN cells.count > 1 THEN p100 END AS p100,
        CASE WHEN cells.count > 1 THEN look END AS look
    FROM cells
    LEFT JOIN shown ON cells.count = 1 AND shown.id = cells.projects
    WHERE cells.count > 1 OR shown.id IS NOT NULL
    ORDER BY cells.count DESC, shown.id, cells.projects
)
SELECT ST_AsMVT(features, 'projects', %(extent)s, 'geom')
FROM features
"""


@dataclass(frozen=True)
class Counted:
    """Rows of cells as SQL, with their values."""

    sql: str
    values: dict[str, Any]


_EXTENT_SQL = """
SELECT min(x), min(y), max(x), max(y)
FROM maps_pin
WHERE {seen}
  AND key >= %(first)s
  AND key < %(last)s
  AND {in_row}
"""


def spread(number: int) -> int:
    """The bits of a column or row, each with a 0 after it, as maps_spread in the database."""
    return int(f"0{number:b}", 4)


def tile(user: Person, chosen: Filters, z: int, x: int, y: int, shown: ProjectQuerySet) -> bytes:
    """A tile of groups. shown: projects with what this person reads of them, for cells with one pin."""
    bits = 2 * (GRID_BITS - z)
    first = (spread(x) | spread(y) << 1) << bits
    shift = bits - 2 * CELL_BITS
    counted = _counted(user, chosen, z, first, first + (1 << bits), shift)
    columns = ("id", "code", "work_type", "status", "progress", "evidence", "shown_title")
    single = shown.extra(
        where=["projects_project.id = ANY(ARRAY(SELECT projects FROM cells WHERE count = 1))"]
    )
    details, named = as_named(*single.order_by().values(*columns).query.sql_with_params())
    side = 2 ** (GRID_BITS - z)
    values = {"left": x * side, "top": y * side, "scale": EXTENT / side, "extent": EXTENT}
    with connection.cursor() as cursor:
        cursor.execute(
            _TILE_SQL.format(counted=counted.sql, shown=details), {**counted.values, **named, **values}
        )
        row = cursor.fetchone()
    return bytes(row[0]) if row and row[0] else b""


def extent(user: Person, chosen: Filters, z: int, x: int, y: int) -> tuple[int, int, int, int] | None:
    """Lowest and highest column and row (of 2^26) of the pins in a cell, x and y counted at zoom z; None for no pin."""
    bits = 2 * (GRID_BITS - z)
    first = (spread(x) | spread(y) << 1) << bits
    last = first + (1 << bits)
    sight = Sight.of(user)
    if not set(chosen.values) <= set(_FACET_OF):
        return selection(user, chosen, sight).extent(first, last)
    conditions, values = _conditions(chosen)
    seen, own = sight.pins()
    sql = _EXTENT_SQL.format(seen=seen, in_row=" AND ".join(conditions.values()) or "true")
    with connection.cursor() as cursor:
        cursor.execute(sql, {"first": first, "last": last, **values, **own})
        found = cursor.fetchone()
    return None if found[0] is None else found


def _counted(user: Person, chosen: Filters, z: int, first: int, last: int, shift: int) -> Counted:
    """Where the counts come from: a cube, the pins, or a selection in memory."""
    sight = Sight.of(user)
    where = {"first": first, "last": last, "shift": shift}
    facets = {_FACET_OF[word] for word in chosen.values if word in _FACET_OF}
    cube = pyramid.cube_of(facets)
    if cube is None or any(word not in _FACET_OF for word in chosen.values):
        cells = selection(user, chosen, sight).cells(first, last, shift)
        columns = zip(*cells, strict=True) if cells else [()] * 9
        return Counted(_FROM_SELECTION, {f"s{no}": list(column) for no, column in enumerate(columns)})
    conditions, values = _conditions(chosen)
    in_row = " AND ".join(conditions.values()) or "true"
    if z > TOP:
        seen, own = sight.pins()
        return Counted(
            _FROM_PINS.format(signed=_SIGNED, seen=seen, in_row=in_row), {**where, **values, **own}
        )
    number, pair = cube
    of_cube, _same = _conditions(chosen, dict(zip(pair, "ab", strict=False)))
    in_cube = " AND ".join(of_cube.values()) or "true"
    sql = _FROM_PYRAMID.format(signed=_SIGNED, in_cube=in_cube, in_row=in_row)
    own_sql, own = sight.own_places()
    if own:
        sql += _OWN_IN_FULL.format(signed=_SIGNED, own=own_sql, in_row=in_row)
    level = pyramid.level_of(z)
    deeper = 2 * (level - z)
    levels = {"level": level, "deeper": deeper, "level_shift": shift - deeper, "scopes": sight.scopes}
    return Counted(sql, {**where, **values, **own, **levels, "cube": number})


def _conditions(
    chosen: Filters, columns: dict[str, str] | None = None
) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Conditions by facet, with their values. columns: what a facet's column is called, where it is not itself."""
    conditions, values = {}, {}
    for word, asked in chosen.values.items():
        facet = _FACET_OF[word]
        column = (columns or {}).get(facet, facet)
        values[f"in_{facet}"] = [_stored(word, value) for value in asked]
        if facet == "sources":
            conditions[facet] = f"string_to_array({column}, ',') && %(in_{facet})s::text[]"
        else:
            conditions[facet] = f"{column} = ANY(%(in_{facet})s::text[])"
    return conditions, values


def _stored(word: str, value: str) -> str:
    """A filter's value as pins have it."""
    if word == "year":
        return str(int(value))
    return value.upper() if word == "fund_source" else value
