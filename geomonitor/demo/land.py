"""[pure] Where works lie: points and lines inside a village's drawn area, never two by accident on one spot."""

import math
import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import shapely
from shapely.geometry.base import BaseGeometry

from places.earth import LonLat, metres_between, metres_per_degree


@dataclass
class Village:
    """A village of the register: code, name, kind (desa, kelurahan), a point inside and its drawn area."""

    code: str
    name: str
    kind: str
    point: LonLat
    boundary: BaseGeometry | None = None
    taken: list[LonLat] = field(default_factory=list)

    @property
    def has_budget(self) -> bool:
        """Whether it has an APBDes and Dana Desa."""
        return self.kind == "desa"

    def covers(self, point: LonLat) -> bool:
        """Whether a point lies in the drawn area, 60 m from its edge; with no area, within 1.5 km."""
        if self.boundary is None:
            return metres_between(point, self.point) < 1500
        if not hasattr(self, "_inner"):
            self._inner = self.boundary.buffer(-60 / 111_000)
            if self._inner.is_empty:
                self._inner = self.boundary
            shapely.prepare(self._inner)
        return bool(shapely.contains_xy(self._inner, *point))


def moved(point: LonLat, metres: float, heading: float) -> LonLat:
    """The point `metres` away in a direction (degrees from north), rounded to seven decimals (1 cm)."""
    east, north = metres_per_degree(point[1])
    way = math.radians(heading)
    lon = point[0] + metres * math.sin(way) / east
    return round(lon, 7), round(point[1] + metres * math.cos(way) / north, 7)


def spot(village: Village, rng: random.Random, apart: float = 260.0) -> LonLat:
    """A new place for a work in the village, `apart` metres from the others while there is room."""
    reach = 900.0
    for attempt in range(160):
        here = moved(village.point, abs(rng.gauss(0, reach)) + 30, rng.uniform(0, 360))
        room = apart if attempt < 110 else apart / 3
        if village.covers(here) and all(metres_between(here, other) >= room for other in village.taken):
            village.taken.append(here)
            return here
        reach = min(2600.0, reach * 1.015)
    village.taken.append(village.point)
    return moved(village.point, rng.uniform(0, 150), rng.uniform(0, 360))


def heading_of(village: Village, rng: random.Random) -> float:
    """A direction that lanes of this village follow: its own grid, along or across, a little off."""
    grid = random.Random(f"grid-{village.code}").uniform(0, 90)
    return grid + rng.choice((0, 90, 180, 270)) + rng.gauss(0, 9)


def lane(village: Village, start: LonLat, length: float, rng: random.Random) -> tuple[LonLat, ...]:
    """A line of about `length` metres from a point, bending a little, kept inside the village if it can be."""
    best: tuple[LonLat, ...] = ()
    for _ in range(24):
        line = _walk(start, length, heading_of(village, rng), rng)
        if all(village.covers(p) for p in line):
            return line
        best = best or line
    return best


def _walk(start: LonLat, length: float, heading: float, rng: random.Random) -> tuple[LonLat, ...]:
    steps = max(2, min(7, round(length / 70)))
    points, way = [start], heading
    for _ in range(steps):
        points.append(moved(points[-1], length / steps, way))
        way += rng.gauss(0, 9)
    return tuple(points)


def along(line: Sequence[LonLat], share: float) -> LonLat:
    """The point at a share (0 … 1) of a line's length."""
    spans = [metres_between(a, b) for a, b in pairwise(line)]
    left = max(0.0, min(1.0, share)) * sum(spans)
    for (a, b), span in zip(pairwise(line), spans, strict=True):
        if left <= span and span:
            t = left / span
            return round(a[0] + (b[0] - a[0]) * t, 7), round(a[1] + (b[1] - a[1]) * t, 7)
        left -= span
    return line[-1]


def part(line: Sequence[LonLat], start: float, end: float) -> tuple[LonLat, ...]:
    """The stretch of a line between two shares of its length."""
    return tuple(along(line, start + (end - start) * k / 5) for k in range(6))


def border_spot(one: Village, other: Village) -> LonLat | None:
    """A point on the drawn border that two villages share, near its middle; None if they share none."""
    if one.boundary is None or other.boundary is None:
        return None
    shared = one.boundary.intersection(other.boundary.buffer(0.00005)).boundary.intersection(
        other.boundary.buffer(0.00008)
    )
    if shared.is_empty or shared.length < 0.004:
        return None
    middle = shapely.line_interpolate_point(_longest(shared), 0.5, normalized=True)
    return round(middle.x, 7), round(middle.y, 7)


def _longest(geometry: BaseGeometry) -> BaseGeometry:
    merged = shapely.line_merge(geometry)
    return max(shapely.get_parts(merged), key=lambda g: float(g.length))
