"""[pure] Where many works are, in columns: who is near whom, and how far apart to the centimetre.

Points are looked for in rows of latitude (with the 180th meridian and the poles); lines and areas through an R-tree
over widened boxes. Both are generous; the distance decides, and it is the kernel's: geodesic between nearest parts,
rounded to 1 cm. Between near points the straight line through the earth, bent to an arc, is the geodesic to a
hundred-millionth of a metre: the geodesic itself is asked where rounding could fall either way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from places.earth import WGS84, metres_between_geometries, metres_per_degree

OVERFETCH_M = 1.0  # engines look this much further than asked, so that rounding differences lose no pair
CHUNK = 500_000  # pairs of sites measured at a time
_A, _F = 6378137.0, 1 / 298.257223563
_CIRCLE = 1 << 32  # parts of a circle of latitude: 9 mm at the equator
_THINNEST = 20.0  # metres: a row of latitude is never lower
_BENDS_ALIKE_M = (
    1000.0  # up to here the earth's curvature in whatever direction gives the same arc, within 0.1 µm
)
_CURVATURE_M = 6_367_000.0  # the earth's mean radius of curvature
_DOUBTFUL_CM = 1e-4  # so near to where rounding to 1 cm turns, in centimetres, the geodesic is asked

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

    @cached_property
    def single(self) -> bool:
        """Whether no work has more than one site."""
        return not len(self) or int(np.bincount(self.owner).max()) <= 1

    @cached_property
    def space(self) -> Metres:
        """Where the points are in space, one row an axis; nan for lines and areas."""
        return _in_space(self.lon, self.lat)

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
    if not (mine.single and theirs.single):
        left, right, metres = _least(left, right, metres)
    return Near(left, right, metres)


def _least(
    left: NDArray[np.int32], right: NDArray[np.int32], metres: Metres
) -> tuple[NDArray[np.int32], NDArray[np.int32], Metres]:
    """Each pair once, with its least distance."""
    key = left.astype(np.int64) << 32 | right
    order = np.argsort(key)
    key, metres = key[order], metres[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    key = key[first]
    least = np.minimum.reduceat(metres, first) if len(first) else metres
    return (key >> 32).astype(np.int32), key.astype(np.int32), least


def site_metres(mine: Sites, theirs: Sites, one: Rows, other: Rows, limit_m: float = np.inf) -> Metres:
    """Metres between pairs of sites, rounded to 1 cm; surely beyond the limit, any number beyond it."""
    metres = np.empty(len(one))
    for at in range(0, len(one), CHUNK):
        metres[at : at + CHUNK] = _point_metres(mine, theirs, one[at : at + CHUNK], other[at : at + CHUNK])
    rest = np.flatnonzero(np.isnan(metres))
    if len(rest):
        metres[rest] = _shape_metres(
            [mine.geometry(n) for n in one[rest].tolist()],
            [theirs.geometry(n) for n in other[rest].tolist()],
            limit_m,
        )
    return to_cm(metres)


def _point_metres(mine: Sites, theirs: Sites, one: Rows, other: Rows) -> Metres:
    """Metres between pairs of points, rounded to 1 cm as the geodesic is; nan where one is none."""
    line = np.sqrt(_squares(mine.space, theirs.space, one, other))
    cm = (line + line**3 / (24 * _CURVATURE_M**2)) * 100
    metres = np.rint(cm) / 100
    doubtful = (line > _BENDS_ALIKE_M) | (np.abs(cm - np.floor(cm) - 0.5) < _DOUBTFUL_CM)
    rows = np.flatnonzero(doubtful)
    i, j = one[rows], other[rows]
    exact = WGS84.inv(mine.lon[i], mine.lat[i], theirs.lon[j], theirs.lat[j])[2]
    metres[rows] = [round(one, 2) for one in np.atleast_1d(exact).tolist()]
    return metres


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


# Points: rows of latitude -----------------------------------------------------------------------------------


def _in_space(lon: Metres, lat: Metres) -> Metres:
    """Metres from the earth's middle along three axes, one after another; a straight line between two points is
    never longer than the geodesic."""
    phi, lam = np.radians(lat), np.radians(lon)
    e2 = _F * (2 - _F)
    sine, cosine = np.sin(phi), np.cos(phi)
    n = _A / np.sqrt(1 - e2 * sine**2)
    return np.stack([n * cosine * np.cos(lam), n * cosine * np.sin(lam), n * (1 - e2) * sine])


def _points_near_points(mine: Sites, reach_m: float, theirs: Sites | None) -> tuple[Rows, Rows]:
    """Pairs of points within reach in a straight line.

    Points are put into rows of latitude as high as the reach, and inside a row in order of longitude: who can be
    near stands in one run of the own row and one of each row beside it. Inside one list each pair is looked for
    from one side: onwards in the own row, and in the row above.
    """
    own = _Rowed.of(mine, reach_m)
    far = own if theirs is None else _Rowed.of(theirs, reach_m)
    if not len(own.site) or not len(far.site):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    runs = far.around(own, 1) if theirs is None else [run for up in (-1, 0, 1) for run in far.around(own, up)]
    if theirs is None:
        runs += own.onwards()
    parts = [_close(own.space, far.space, *run, reach_m) for run in runs]
    one, other = (np.concatenate(found) for found in zip(*parts, strict=True))
    return own.site[one], far.site[other]


Run = tuple[Rows, Rows, Rows]  # places in one list, and for each the run first..last in the other


@dataclass(frozen=True, eq=False)
class _Rowed:
    """Points by row of latitude and then by longitude. at: the longitude in parts of a circle of _CIRCLE. width: how
    many parts away a point within reach can stand at most, in the own row and the rows beside it; _CIRCLE = all.
    """

    site: Rows
    row: Rows
    at: Rows
    width: Rows
    space: Metres

    @classmethod
    def of(cls, sites: Sites, reach_m: float) -> "_Rowed":
        """Put the points of sites into rows."""
        site = np.flatnonzero(~np.isnan(sites.lon))
        height = max(reach_m, _THINNEST) / metres_per_degree(0)[1]  # a degree of latitude is shortest there
        row = ((sites.lat[site] + 90) / height).astype(np.int64)
        at = ((sites.lon[site] + 180) * (_CIRCLE / 360)).astype(np.int64) & (_CIRCLE - 1)
        order = np.argsort(row * _CIRCLE + at)
        site, row, at = site[order], row[order], at[order]
        first = int(row[0]) if len(row) else 0
        rows = np.arange(first, int(row[-1]) + 1 if len(row) else first)
        return cls(site, row, at, _widths(rows, height, reach_m)[row - first], sites.space[:, site])

    @cached_property
    def key(self) -> Rows:
        """Row and longitude as one number, ascending."""
        return self.row * _CIRCLE + self.at

    def around(self, points: "_Rowed", up: int) -> list[Run]:
        """For other points the runs of those within their width, so many rows up; beyond the 180th meridian, too."""
        base = (points.row + up) * _CIRCLE
        low, high = points.at - points.width, points.at + points.width
        whole = points.width >= _CIRCLE
        runs = [self._run(None, base + np.maximum(low, 0), base + np.minimum(high, _CIRCLE - 1))]
        west, east = np.flatnonzero((low < 0) & ~whole), np.flatnonzero((high >= _CIRCLE) & ~whole)
        runs.append(self._run(west, (base + low)[west] + _CIRCLE, base[west] + _CIRCLE - 1))
        runs.append(self._run(east, base[east], (base + high)[east] - _CIRCLE))
        return runs

    def onwards(self) -> list[Run]:
        """For the own points the runs of those that follow within their width, in the own row."""
        base, high = self.row * _CIRCLE, self.at + self.width
        places = np.arange(len(self.site))
        last = np.searchsorted(self.key, base + np.minimum(high, _CIRCLE - 1), side="right")
        east = np.flatnonzero((high >= _CIRCLE) & (self.width < _CIRCLE))
        return [(places, places + 1, last), self._run(east, base[east], (base + high)[east] - _CIRCLE)]

    def _run(self, places: Rows | None, low: Rows, high: Rows) -> Run:
        first, last = np.searchsorted(self.key, low), np.searchsorted(self.key, high, side="right")
        return np.arange(len(low)) if places is None else places, first, last


def _widths(rows: Rows, height: float, reach_m: float) -> Rows:
    """How many parts of a circle the reach is at most from a point of these rows, the way there included."""
    south, north = (rows - 2) * height - 90, (rows + 3) * height - 90
    highest = np.radians(np.minimum(np.maximum(np.abs(south), np.abs(north)), 90))
    e2 = _F * (2 - _F)
    around = 2 * np.pi * _A / np.sqrt(1 - e2 * np.sin(highest) ** 2) * np.cos(highest)
    parts = np.divide(reach_m, around, out=np.ones_like(around), where=around > 3 * reach_m)
    return np.where(parts < 0.5, np.ceil(parts * _CIRCLE) + 2, _CIRCLE).astype(np.int64)


def _close(
    mine: Metres, theirs: Metres, places: Rows, first: Rows, last: Rows, reach_m: float
) -> tuple[Rows, Rows]:
    """Of places with a run each, the pairs whose straight line is within reach; in chunks."""
    count = np.maximum(last - first, 0)
    found: list[tuple[Rows, Rows]] = [(np.empty(0, np.int64), np.empty(0, np.int64))]
    busy = np.flatnonzero(count)
    bounds = np.cumsum(count[busy])
    at = 0
    while at < len(busy):
        done = bounds[at - 1] if at else 0
        to = max(int(np.searchsorted(bounds, done + CHUNK, side="right")), at + 1)
        rows = busy[at:to]
        many = count[rows]
        other = np.repeat(first[rows] - np.concatenate([[0], np.cumsum(many)[:-1]]), many)
        other += np.arange(len(other))
        one = np.repeat(places[rows], many)
        near = np.flatnonzero(_squares(mine, theirs, one, other) <= reach_m**2)
        found.append((one[near], other[near]))
        at = to
    one, other = (np.concatenate(side) for side in zip(*found, strict=True))
    return one, other


def _squares(mine: Metres, theirs: Metres, one: Rows, other: Rows) -> Metres:
    """The squares of the straight lines between pairs of points in space."""
    squares = np.zeros(len(one))
    for axis in range(3):
        squares += (mine[axis][one] - theirs[axis][other]) ** 2
    return squares


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
