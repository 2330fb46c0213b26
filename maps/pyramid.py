"""The pyramid of counts beneath the tiles: folding what changed into it, and making it anew.

Triggers on projects_project keep a pin of every project and note each change as a row of its own (PinChange), so
that no writer ever waits for another. `fold` moves those rows into the counts; until then the tiles add them
themselves, so that a count is right from the moment a change is committed. docs/design/tiles.md.
"""

from itertools import combinations

from django.db import connection, transaction

GRID_BITS = 26  # a pin's column and row: 0.6 m at the equator
CELL_BITS = 2  # a tile has 4 × 4 cells below SINGLE_FROM_ZOOM
TOP = 10  # the finest zoom that is counted beforehand; finer ones are grouped on the fly
LEVELS = tuple(
    range(TOP, -1, -2)
)  # every second zoom is kept: the one between adds up four cells of the next
FACETS = ("year", "work_type", "status", "evidence", "sources", "stage")
# Cube 0 counts all pins; every other one counts by two facets, so that any two filters are answered by one cube.
CUBES: tuple[tuple[str, str] | None, ...] = (None, *combinations(FACETS, 2))
CHUNK = 50_000  # changes folded in one transaction
_LOCK = 0x54494C45  # one process folds at a time

_SUMS = ("count", "p0", "p1", "p50", "p100", "look", "x", "y", "projects")
_COLUMNS = ", ".join(_SUMS)
_ZEROS = ", ".join("0" for _name in _SUMS)
_SUMMED = ", ".join(f"sum({name}) AS {name}" for name in _SUMS)
_LEVEL_ROWS = ", ".join(f"({level})" for level in LEVELS)
_CUBE_ROWS = ", ".join(
    f"({no}, {pair[0]}, {pair[1]})" if pair else f"({no}, '', '')" for no, pair in enumerate(CUBES)
)

# Counts of the finest level from rows with a sign: every row counts once in each cube.
_FINEST = f"""
SELECT scope, cube, key >> {2 * (GRID_BITS - TOP - CELL_BITS)} AS cell, a, b,
    sum(sign) AS count,
    coalesce(sum(sign) FILTER (WHERE stage = '0'), 0) AS p0,
    coalesce(sum(sign) FILTER (WHERE stage = '1-49'), 0) AS p1,
    coalesce(sum(sign) FILTER (WHERE stage = '50-99'), 0) AS p50,
    coalesce(sum(sign) FILTER (WHERE stage = '100'), 0) AS p100,
    coalesce(sum(sign) FILTER (WHERE evidence IN ('outside', 'suspect')), 0) AS look,
    sum(sign * x::bigint) AS x,
    sum(sign * y::bigint) AS y,
    sum(sign * project_id) AS projects
FROM {{rows}}
CROSS JOIN LATERAL (VALUES {_CUBE_ROWS}) AS cubes(cube, a, b)
GROUP BY scope, cube, cell, a, b
"""

# A change that moves nothing in a cube (its two facets stayed) leaves that cube's rows alone.
_FOLD = f"""
WITH taken AS (
    DELETE FROM maps_pinchange
    WHERE id IN (SELECT id FROM maps_pinchange ORDER BY id LIMIT %(chunk)s)
    RETURNING *
),
finest AS MATERIALIZED (
    SELECT * FROM ({_FINEST.format(rows="taken")}) AS counted
    WHERE ({_COLUMNS}) <> ({_ZEROS})
),
counts AS (
    INSERT INTO maps_tilecount AS old (level, scope, cube, cell, a, b, {_COLUMNS})
    SELECT level, scope, cube, cell >> 2 * ({TOP} - level), a, b, {_SUMMED}
    FROM finest CROSS JOIN (VALUES {_LEVEL_ROWS}) AS levels(level)
    GROUP BY 1, 2, 3, 4, 5, 6
    ON CONFLICT (level, scope, cube, cell, a, b)
        DO UPDATE SET {", ".join(f"{name} = old.{name} + EXCLUDED.{name}" for name in _SUMS)}
    RETURNING level, scope, cube, cell, a, b, {_COLUMNS}
)
SELECT (SELECT count(*) FROM taken), array_agg(level), array_agg(scope), array_agg(cube), array_agg(cell),
    array_agg(a), array_agg(b)
FROM counts
WHERE ({_COLUMNS}) = ({_ZEROS})
"""
_EMPTY = """
DELETE FROM maps_tilecount AS old
USING unnest(%s::smallint[], %s::text[], %s::smallint[], %s::bigint[], %s::text[], %s::text[])
    AS empty(level, scope, cube, cell, a, b)
WHERE (old.level, old.scope, old.cube, old.cell, old.a, old.b)
    = (empty.level, empty.scope, empty.cube, empty.cell, empty.a, empty.b)
"""

# All pins as changes that came.
_ALL_CAME = """
SELECT scope, key, x, y, project_id, year, work_type, status, evidence, sources, stage, 1 AS sign
FROM maps_pin
UNION ALL
SELECT 'r', key, x, y, project_id, year, work_type, status, evidence, sources, stage, -1
FROM maps_pin
WHERE scope = 'p' AND work_type = 'house'
"""
_BOTTOM = f"""
INSERT INTO maps_tilecount (level, scope, cube, cell, a, b, {_COLUMNS})
SELECT {TOP}, scope, cube, cell, a, b, {_COLUMNS}
FROM ({_FINEST.format(rows=f"({_ALL_CAME}) AS pins")}) AS counted
WHERE ({_COLUMNS}) <> ({_ZEROS})
"""
_ABOVE = f"""
INSERT INTO maps_tilecount (level, scope, cube, cell, a, b, {_COLUMNS})
SELECT level - 2, scope, cube, cell >> 4, a, b, {_SUMMED}
FROM maps_tilecount
WHERE level = %(level)s
GROUP BY 1, 2, 3, 4, 5, 6
HAVING ({", ".join(f"sum({name})" for name in _SUMS)}) <> ({_ZEROS})
"""


def fold() -> int:
    """Move what changed since the last time into the counts. Returns how many changes; 0 too while another folds."""
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
            if not cursor.fetchone()[0]:
                return done
            cursor.execute(_FOLD, {"chunk": CHUNK})
            folded, *emptied = cursor.fetchone()
            if emptied[0]:
                cursor.execute(_EMPTY, emptied)
        done += folded
        if folded < CHUNK:
            return done


def rebuild() -> int:
    """Make pins and counts anew from the projects, in one transaction; tiles wait for it. Returns how many pins."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        # Writers of projects wait too, so that no change falls between the pins and the list of changes.
        cursor.execute("LOCK TABLE projects_project IN SHARE MODE")
        cursor.execute("TRUNCATE maps_pin, maps_pinchange, maps_tilecount")
        cursor.execute("INSERT INTO maps_pin SELECT * FROM maps_wanted_pin")
        pins = cursor.rowcount
        cursor.execute(_BOTTOM)
        for level in LEVELS[:-1]:
            cursor.execute(_ABOVE, {"level": level})
    return pins


def level_of(zoom: int) -> int:
    """The level whose cells a zoom up to TOP is made of: its own, or the next finer one."""
    return zoom + (TOP - zoom) % 2


def cube_of(facets: set[str]) -> tuple[int, tuple[str, ...]] | None:
    """The cube that answers filters on these facets, with its two facets; None for more than two of them."""
    if not facets:
        return 0, ()
    # With one facet, the other one of the cube is the one with fewest values.
    fitting = [(no, pair) for no, pair in enumerate(CUBES) if pair and facets <= set(pair)]
    return max(fitting, key=lambda entry: "stage" in entry[1], default=None)
