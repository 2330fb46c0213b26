"""[pure] How much of two lines is the same stretch of road or drain, and of two areas the same ground."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from places.earth import metres_per_degree

SAME_STRETCH_M = (
    15.0  # two drawings of one road by phone differ this much; the other side of a lane still does
)


@dataclass(frozen=True)
class Shared:
    """What two extents share: metres of lines or square metres of areas, and the smaller one's whole."""

    amount: float
    smaller: float
    is_area: bool

    @property
    def share(self) -> float:
        """0..1 of the smaller extent."""
        return self.amount / self.smaller if self.smaller else 0.0


def shared(left: Sequence[BaseGeometry], right: Sequence[BaseGeometry]) -> Shared | None:
    """What two records' lines share, or else their areas; None where they have no kind of extent in common."""
    lines = shared_metres(left, right)
    if lines is not None:
        return Shared(*lines, is_area=False)
    areas = shared_square_metres(left, right)
    return Shared(*areas, is_area=True) if areas is not None else None


def has_extent(geometries: Sequence[BaseGeometry]) -> bool:
    """Whether there is more than points."""
    return any(geometry.geom_type not in ("Point", "MultiPoint") for geometry in geometries)


def shared_metres(left: Sequence[BaseGeometry], right: Sequence[BaseGeometry]) -> tuple[float, float] | None:
    """(metres of the left lines that run beside the right ones, the length of the shorter of the two).

    None when one side has no line. Measured in a plane scaled at the left lines' middle: within 1 cm in 100 m.
    """
    mine, theirs = _parts(left, "LineString"), _parts(right, "LineString")
    if not mine or not theirs:
        return None
    a, b = _flat(shapely.MultiLineString(mine), shapely.MultiLineString(theirs))
    beside = a.intersection(b.buffer(SAME_STRETCH_M, cap_style="flat")).length
    shorter = min(a.length, b.length)
    return round(min(beside, shorter), 1), round(shorter, 1)


def shared_square_metres(
    left: Sequence[BaseGeometry], right: Sequence[BaseGeometry]
) -> tuple[float, float] | None:
    """(square metres that lie in areas of both, those of the smaller of the two); None when one has no area."""
    mine, theirs = _parts(left, "Polygon"), _parts(right, "Polygon")
    if not mine or not theirs:
        return None
    a, b = _flat(shapely.union_all(mine), shapely.union_all(theirs))
    smaller = min(a.area, b.area)
    return round(min(a.intersection(b).area, smaller)), round(smaller)


def _flat(mine: BaseGeometry, theirs: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """Both in metres in a plane scaled at the first one's middle; a torn outline is mended."""
    origin = mine.centroid
    kx, ky = metres_per_degree(origin.y)
    both = shapely.transform([mine, theirs], lambda xy: (xy - (origin.x, origin.y)) * (kx, ky))
    a, b = (one if one.is_valid else shapely.make_valid(one) for one in both)
    return a, b


def _parts(geometries: Sequence[BaseGeometry], kind: str) -> list[Any]:
    return [
        part
        for geometry in geometries
        for part in shapely.get_parts(geometry)
        if part.geom_type == kind and not part.is_empty
    ]
