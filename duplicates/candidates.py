"""[pure] Candidate pairs without a database: an R-tree over boxes widened by the radius.

Boxes are generous (the kernel decides), never short: widths come from the spheroid at the box's higher
latitude, and boxes that cross the 180th meridian are looked up on both sides of it.
"""

from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from duplicates.comparison import Record
from duplicates.kernel import OVERFETCH_M
from places.earth import metres_per_degree


def _bounds(records: Sequence[Record]) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of all sites (minx, miny, maxx, maxy), and to which record each belongs."""
    owners = [number for number, record in enumerate(records) for _site in record.geometries]
    sites = [site for record in records for site in record.geometries]
    return shapely.bounds(np.array(sites, dtype=object)).reshape(-1, 4), np.array(owners, dtype=int)


def _widened(bounds: np.ndarray, metres: float) -> np.ndarray:
    _east, north = metres_per_degree(0)  # a degree of latitude is shortest at the equator
    dy = metres / north
    highest = np.minimum(np.abs(bounds[:, [1, 3]]).max(axis=1) + dy, 89.9)
    dx = metres / np.array([metres_per_degree(lat)[0] for lat in highest])
    return bounds + np.column_stack([-dx, np.full_like(dx, -dy), dx, np.full_like(dx, dy)])


def near_pairs(
    records: Sequence[Record], radius_m: float, against: Sequence[Record] | None = None
) -> Iterator[tuple[Record, Record]]:
    """Pairs of records whose sites may lie within the radius, each once.

    Without `against`: pairs inside the list. With it: the first of each pair from `records`, the second from
    `against`. Records without a place are in no pair.
    """
    others = records if against is None else against
    mine, my_owner = _bounds(records)
    theirs, their_owner = _bounds(others)
    if not len(mine) or not len(theirs):
        return
    tree = shapely.STRtree(shapely.box(*theirs.T))
    widened = _widened(mine, radius_m + OVERFETCH_M)
    found: set[tuple[int, int]] = set()
    for shift in (0.0, 360.0, -360.0):
        shifted = widened + np.array([shift, 0, shift, 0])
        left, right = tree.query(shapely.box(*shifted.T))
        found.update(zip(my_owner[left].tolist(), their_owner[right].tolist(), strict=True))
    for a, b in sorted(found):
        if against is not None or a < b:
            yield records[a], others[b]
