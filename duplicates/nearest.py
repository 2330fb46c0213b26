"""[pure] The line between two records at their nearest parts, for maps and layers. WGS 84, lon, lat.

The kernel measures; this only draws. The line is found in a flat plane about the left record, so its ends may lie a
few centimetres from where the geodesic distance is measured.
"""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from places.earth import metres_per_degree

# Where records touch, the line would have no length, and a line without length is no valid geometry: it is given the
# smallest one that seven decimals can say, about a centimetre, to which distances are rounded anyway.
SHORTEST_DEG = 1e-7


def nearest_line(left: Sequence[BaseGeometry], right: Sequence[BaseGeometry]) -> BaseGeometry | None:
    """From the one record's sites to the other's, coordinates to seven decimals; None when one has no place.

    A LineString, or a MultiLineString of two where the line crosses the 180th meridian (RFC 7946, section 3.1.9).
    """
    if not left or not right:
        return None
    origin = left[0].centroid
    scale = metres_per_degree(min(max(origin.y, -89.9), 89.9))

    def flat(xy: Any) -> Any:
        away = xy - (origin.x, origin.y)
        away[:, 0] = (away[:, 0] + 180) % 360 - 180
        return away * scale

    line = shapely.shortest_line(*(_together(side, flat) for side in (left, right)))
    ends = np.round(shapely.get_coordinates(line) / scale + (origin.x, origin.y), 7)
    if (ends[0] == ends[1]).all():
        ends[1, 0] = round(ends[1, 0] + SHORTEST_DEG, 7)
    return _cut(ends)


def _together(sites: Sequence[BaseGeometry], flat: Callable[[Any], Any]) -> BaseGeometry:
    return shapely.transform(shapely.GeometryCollection(list(sites)), flat)


def _cut(ends: Any) -> BaseGeometry:
    """The line inside -180..180: cut into two where it crosses the 180th meridian."""
    (x1, y1), (x2, y2) = ends.tolist()
    edge = 180.0 if x2 > 180 else -180.0
    if -180 <= x2 <= 180:
        return shapely.LineString(ends)
    middle = round(y1 + (y2 - y1) * (edge - x1) / (x2 - x1), 7)
    over = round(x2 - 2 * edge, 7)
    return shapely.MultiLineString([[(x1, y1), (edge, middle)], [(-edge, middle), (over, y2)]])
