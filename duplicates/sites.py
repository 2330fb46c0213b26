"""[pure] Where many works are, in columns: who is near whom, and how far apart to the centimetre.

Points are looked for in a grid of cubes in space (ECEF), which knows no poles and no 180th meridian; lines and
areas through an R-tree over widened boxes. Both are generous; the distance decides, and it is the kernel's:
geodesic between nearest parts, rounded to 1 cm.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from places.earth import WGS84, metres_between_geometries, metres_per_degree

OVERFETCH_M = 1.0  # engines look this much further than asked, so that rounding differences lose no pair
CHUNK = 500_000  # pairs of sites measured at a time
_A, _F = 6378137.0, 1 / 298.257223563
_CELLS = 1 << 20  # more cubes along an axis than the earth has at 13 m and wider
_THINNEST = 20.0  # metres: a cube is never smaller

Rows = NDArray[np.int64]
Metres = NDArray[np.float64]


@dataclass(frozen=True)
class Radius:
    """Up to how far apart works are compared. by_type: other radii of single work types; of two, the larger holds."""

    metres: float
    by_type: Mapping[str, float] = field(default_factory=dict)

    @property
    def largest(self) -> float:
        """The farthest that any pair may lie apart."""
        return max([self.metres, *self.by_type.values()])

    def of(self, work_type: str | None) -> float:
        """The radius of a work type."""
        return self.by_type.get(work_type or "", self.metres)

    def between(self, left: str | None, right: str | None) -> float:
        """The radius of a pair."""
        return max(self.of(left), self.of(right))


@dataclass(frozen=True, eq=False)
class Sites:
    """Sites in columns. owner: the row of the work. lon, lat: of points, nan for lines and areas; `shapes` has
    those by site number."""

    owner: NDArray[np.int32]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    shapes: Mapping[int, BaseGeometry]

    def __len__(self) -> int:
        return len(self.owner)

    @classmethod
    def of(cls, places: Sequence[Sequence[BaseGeometry]]) -> "Sites":
        """The sites of works, given as each work's geometries (WGS 84, lon, lat)."""
        owner = [row for row, own in enumerate(places) for _site in own]
        geometries = [site for own in places for site in own]
        points = [site.geom_type == "Point" for site in geometries]
        xy = [(g.x, g.y) if p else (np.nan, np.nan) for g, p in zip(geometries, points, strict=True)]
        lon_lat = np.array(xy, dtype=np.float64).reshape(-1, 2)
        shapes = {n: g for n, (g, p) in enumerate(zip(geometries, points, strict=True)) if not p}
        return cls(np.array(owner, dtype=np.int32), lon_lat[:, 0].copy(), lon_lat[:, 1].copy(), shapes)

    def geometry(self, number: int) -> BaseGeometry:
        """One site's geometry."""
        shape = self.shapes.get(number)
        return shapely.Point(self.lon[number], self.lat[number]) if shape is None else shape

    def bounds(self) -> NDArray[np.float64]:
        """minx, miny, maxx, maxy of every site."""
        boxes = np.column_stack([self.lon, self.lat, self.lon, self.lat])
        if self.shapes:
            boxes[list(self.shapes)] = shapely.bounds(np.array(list(self.shapes.values()), dtype=object))
        return boxes


@dataclass(frozen=True, eq=False)
class Near:
    """Pairs of works by row (left < right inside one list) with the distance of their nearest parts."""

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    distance_m: Metres


def to_cm(metres: Metres) -> Metres:
    """Rounded to 1 cm, as stored."""
    return np.asarray(np.rint(metres * 100) / 100)


def nearest(mine: Sites, radius_m: float, theirs: Sites | None = None) -> Near:
    """The pairs of works within the radius, each once, with exact distances.

    theirs: the other list of two; None = inside one list, where a work is never paired with itself.
    """
    one, other = site_pairs(mine, radius_m + OVERFETCH_M, theirs)
    return measured(mine, theirs or mine, one, other, radius_m, inside=theirs is None)


def site_pairs(mine: Sites, reach_m: float, theirs: Sites | None = None) -> tuple[Rows, Rows]:
    """Pairs of sites of different works that may lie within reach; some lie a little farther apart."""
    parts = [_points_near_points(mine, reach_m, theirs), *_shapes_near(mine, reach_m, theirs)]
    one, other = (np.concatenate(side) for side in zip(*parts, strict=True))
    if theirs is None:
        apart = mine.owner[one] != mine.owner[other]
        one, other = one[apart], other[apart]
    return one, other


def measured(mine: Sites, theirs: Sites, one: Rows, other: Rows, limit_m: float, *, inside: bool) -> Near:
    """The works of pairs of sites with the least distance of their sites; beyond the limit they are dropped."""
    metres = site_metres(mine, theirs, one, other, limit_m)
    near = metres <= limit_m
    left, right, metres = mine.owner[one[near]], theirs.owner[other[near]], metres[near]
    if inside:
        left, right = np.minimum(left, right), np.maximum(left, right)
    order = np.lexsort((metres, right, left))
    left, right, metres = left[order], right[order], metres[order]
    first = np.ones(len(left), dtype=bool)
    first[1:] = (left[1:] != left[:-1]) | (right[1:] != right[:-1])
    return Near(left[first], right[first], metres[first])


def site_metres(mine: Sites, theirs: Sites, one: Rows, other: Rows, limit_m: float = np.inf) -> Metres:
    """Metres between pairs of sites, rounded to 1 cm; surely beyond the limit, any number beyond it."""
    metres = np.full(len(one), np.nan)
    for at in range(0, len(one), CHUNK):
        i, j = one[at : at + CHUNK], other[at : at + CHUNK]
        metres[at : at + CHUNK] = WGS84.inv(mine.lon[i], mine.lat[i], theirs.lon[j], theirs.lat[j])[2]
    rest = np.flatnonzero(np.isnan(metres))
    if len(rest):
        metres[rest] = _shape_metres(
            [mine.geometry(n) for n in one[rest].tolist()],
            [theirs.geometry(n) for n in other[rest].tolist()],
            limit_m,
        )
    return to_cm(metres)


def _shape_metres(left: list[BaseGeometry], right: list[BaseGeometry], limit_m: float) -> Metres:
    """Exact where a flat measure says that it can be within the limit; else the flat measure."""
    metres = flat_metres(left, right)
    for number in np.flatnonzero(metres <= limit_m * 1.02 + 2).tolist():
        metres[number] = metres_between_geometries(left[number], right[number])
    return metres


def flat_metres(left: Sequence[BaseGeometry], right: Sequence[BaseGeometry]) -> Metres:
    """Metres between pairs of geometries in planes about each left one's middle: within 1 % where they are near."""
    mine, theirs = np.array(left, dtype=object), np.array(right, dtype=object)
    boxes = shapely.bounds(mine)
    lon, lat = (boxes[:, 0] + boxes[:, 2]) / 2, (boxes[:, 1] + boxes[:, 3]) / 2
    scale = np.array([metres_per_degree(min(max(one, -89.9), 89.9)) for one in lat.tolist()]).reshape(-1, 2)
    return np.asarray(shapely.distance(_flat(mine, lon, lat, scale), _flat(theirs, lon, lat, scale)))


def _flat(geometries: Any, lon: Metres, lat: Metres, scale: Metres) -> Any:
    xy, whose = shapely.get_coordinates(geometries, return_index=True)
    east = (xy[:, 0] - lon[whose] + 540) % 360 - 180
    flat = np.column_stack([east, xy[:, 1] - lat[whose]]) * scale[whose]
    return shapely.set_coordinates(geometries.copy(), flat)


# Points: cubes in space -------------------------------------------------------------------------------------


def _in_space(lon: Metres, lat: Metres) -> Metres:
    """Metres from the earth's middle along three axes; a straight line between two points is never longer than the
    geodesic."""
    phi, lam = np.radians(lat), np.radians(lon)
    e2 = _F * (2 - _F)
    n = _A / np.sqrt(1 - e2 * np.sin(phi) ** 2)
    return np.column_stack(
        [n * np.cos(phi) * np.cos(lam), n * np.cos(phi) * np.sin(lam), n * (1 - e2) * np.sin(phi)]
    )


def _points_near_points(mine: Sites, reach_m: float, theirs: Sites | None) -> tuple[Rows, Rows]:
    own = np.flatnonzero(~np.isnan(mine.lon))
    space = _in_space(mine.lon[own], mine.lat[own])
    if theirs is None:
        one, other = _cube_pairs(space, space, reach_m, inside=True)
        return own[one], own[other]
    far = np.flatnonzero(~np.isnan(theirs.lon))
    one, other = _cube_pairs(space, _in_space(theirs.lon[far], theirs.lat[far]), reach_m, inside=False)
    return own[one], far[other]


def _cube_pairs(mine: Metres, theirs: Metres, reach_m: float, *, inside: bool) -> tuple[Rows, Rows]:
    """Pairs within reach in a straight line. Cubes as wide as the reach: neighbours stand in the 27 around.

    Cubes are numbered so that three of them in a column (z) are one run: nine runs, of which inside one list five
    are enough, each pair being seen from one side.
    """
    if not len(mine) or not len(theirs):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    side = max(reach_m, _THINNEST)
    key = _cube(theirs, side)
    order = np.argsort(key, kind="stable")
    key = key[order]
    from_key = key if inside else _cube(mine, side)
    from_row = order if inside else np.arange(len(mine))
    runs = [(x, y) for x in (-1, 0, 1) for y in (-1, 0, 1) if not inside or (x, y) > (0, 0)]
    parts = [_in_run(mine, theirs, from_row, order, key, from_key, run, reach_m) for run in runs]
    if inside:
        parts.append(_in_own_column(mine, order, key, reach_m))
    one, other = (np.concatenate(found) for found in zip(*parts, strict=True))
    return one, other


def _cube(space: Metres, side: float) -> Rows:
    x, y, z = (np.floor(space / side).astype(np.int64) + _CELLS // 2).T
    return np.asarray((x * _CELLS + y) * _CELLS + z)


def _in_run(
    mine: Metres, theirs: Metres, from_row: Rows, order: Rows, key: Rows, from_key: Rows, run: tuple[int, int],
    reach_m: float,
) -> tuple[Rows, Rows]:  # fmt: skip
    base = from_key + (run[0] * _CELLS + run[1]) * _CELLS
    first = np.searchsorted(key, base - 1, side="left")
    last = np.searchsorted(key, base + 1, side="right")
    return _close(mine, theirs, from_row, order, first, last, reach_m)


def _in_own_column(mine: Metres, order: Rows, key: Rows, reach_m: float) -> tuple[Rows, Rows]:
    """Within the own cube and the one above it: those that stand later in the order."""
    first = np.arange(1, len(key) + 1)
    last = np.searchsorted(key, key + 1, side="right")
    return _close(mine, mine, order, order, first, last, reach_m)


def _close(
    mine: Metres, theirs: Metres, from_row: Rows, order: Rows, first: Rows, last: Rows, reach_m: float
) -> tuple[Rows, Rows]:
    """Runs first..last of `order` for each row, kept where the straight line is within reach; in chunks."""
    count = np.maximum(last - first, 0)
    found: list[tuple[Rows, Rows]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    busy = np.flatnonzero(count)
    bounds = np.cumsum(count[busy])
    at = 0
    while at < len(busy):
        done = bounds[at - 1] if at else 0
        to = max(int(np.searchsorted(bounds, done + 4 * CHUNK, side="right")), at + 1)
        rows = busy[at:to]
        many = count[rows]
        starts = np.repeat(first[rows] - np.concatenate([[0], np.cumsum(many)[:-1]]), many)
        other = order[starts + np.arange(len(starts))]
        one = np.repeat(from_row[rows], many)
        near = ((mine[one] - theirs[other]) ** 2).sum(axis=1) <= reach_m**2
        found.append((one[near], other[near]))
        at = to
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    return one, other


# Lines and areas: widened boxes -----------------------------------------------------------------------------


def _shapes_near(mine: Sites, reach_m: float, theirs: Sites | None) -> list[tuple[Rows, Rows]]:
    """Pairs with a line or area on at least one side."""
    if theirs is None:
        one, other = _boxes_near(mine, sorted(mine.shapes), reach_m, mine)
        both = np.isnan(mine.lon[other])
        keep = ~both | (one < other)
        return [(one[keep], other[keep])]
    found = [_boxes_near(mine, sorted(mine.shapes), reach_m, theirs)]
    other, one = _boxes_near(theirs, sorted(theirs.shapes), reach_m, mine)
    points = ~np.isnan(mine.lon[one])
    return [*found, (one[points], other[points])]


def _boxes_near(sites: Sites, chosen: list[int], reach_m: float, among: Sites) -> tuple[Rows, Rows]:
    """Pairs of the chosen sites with any whose box touches theirs widened by the reach."""
    if not chosen or not len(among):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    numbers = np.array(chosen, dtype=np.int64)
    tree = shapely.STRtree(shapely.box(*among.bounds().T))
    wide = widened(sites.bounds()[numbers], reach_m)
    found = [np.empty((2, 0), np.int64)]
    for shift in (0.0, 360.0, -360.0):
        shifted = wide + np.array([shift, 0, shift, 0])
        if shift and not ((shifted[:, 0] <= 180) & (shifted[:, 2] >= -180)).any():
            continue
        found.append(np.asarray(tree.query(shapely.box(*shifted.T)), dtype=np.int64))
    one, other = np.unique(np.concatenate(found, axis=1), axis=1)
    return numbers[one], other


def widened(bounds: NDArray[np.float64], metres: float) -> NDArray[np.float64]:
    """Boxes in degrees grown by so many metres on each side, generously."""
    _east, north = metres_per_degree(0)  # a degree of latitude is shortest at the equator
    dy = metres / north
    highest = np.minimum(np.abs(bounds[:, [1, 3]]).max(axis=1) + dy, 89.9)
    e2 = _F * (2 - _F)
    phi = np.radians(highest)
    dx = metres / (np.radians(1) * _A / np.sqrt(1 - e2 * np.sin(phi) ** 2) * np.cos(phi))
    return np.asarray(bounds + np.column_stack([-dx, np.full_like(dx, -dy), dx, np.full_like(dx, dy)]))
