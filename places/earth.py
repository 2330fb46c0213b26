"""[pure] Distances on the earth: WGS 84 (EPSG:4326), order lon, lat, metres on the spheroid.

A geodesic distance between two points is exact (Karney 2013, through pyproj). For lines and areas the nearest
part is found first: in a gnomonic plane, where the great circles that PostGIS takes for edges are straight
lines, so that only the *place* of the nearest part comes from the plane. The distance to it is geodesic again.
For extents up to 5 km and distances up to 20 km this agrees with PostGIS' ST_Distance(geography) to within
2 cm (docs/design/distance.md).
"""

import math
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

WGS84 = Geod(ellps="WGS84")
_A, _F = 6378137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)
_RADIUS = 6371008.77  # only to give the gnomonic plane a scale near metres
_NEAR = 0.5  # cosine of the reach of a gnomonic plane (60° of less than 90°); farther off, vertices only

LonLat = tuple[float, float]


def _checked(point: LonLat) -> LonLat:
    lon, lat = point
    if not (math.isfinite(lon) and math.isfinite(lat)) or not -90 <= lat <= 90:
        raise ValueError(f"not a position in lon, lat order: {point!r}")
    return lon, lat


def metres_between(a: LonLat, b: LonLat) -> float:
    """Geodesic distance between two WGS 84 points.

    a, b: (longitude, latitude) in degrees.
    Returns metres, >= 0, within 1 mm (Karney 2013, via pyproj.Geod).
    Raises ValueError for a latitude outside -90..90 or a number that is not finite.
    """
    (lon_a, lat_a), (lon_b, lat_b) = _checked(a), _checked(b)
    return float(WGS84.inv(lon_a, lat_a, lon_b, lat_b)[2])


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres per degree of longitude and of latitude on the spheroid at a latitude in degrees."""
    phi = math.radians(lat)
    w2 = 1 - _E2 * math.sin(phi) ** 2
    east = _A / math.sqrt(w2) * math.cos(phi)
    north = _A * (1 - _E2) / w2**1.5
    return math.radians(1) * east, math.radians(1) * north


def metres_to_geometry(point: LonLat, geometry: BaseGeometry) -> float:
    """Geodesic distance from a point (lon, lat) to the nearest part of a geometry; 0 inside an area.

    Raises ValueError for an empty geometry or a point that is no position.
    """
    return metres_between(_checked(point), _nearest_part(point, geometry))


def metres_between_geometries(a: BaseGeometry, b: BaseGeometry) -> float:
    """Geodesic distance between the nearest parts of two geometries in WGS 84 (lon, lat); 0 if they touch.

    Raises ValueError for an empty geometry.
    """
    if a.geom_type == "Point" and not a.is_empty:
        return metres_to_geometry((a.x, a.y), b)
    if b.geom_type == "Point" and not b.is_empty:
        return metres_to_geometry((b.x, b.y), a)
    return _metres_between_shapes(a, b)


def _metres_between_shapes(a: BaseGeometry, b: BaseGeometry) -> float:
    """Nearest pair in one plane about a's middle, then each end sought again about the other, until it rests."""
    middle = _some_middle(a)
    plane_a, plane_b = _gnomonic(a, middle), _gnomonic(b, middle)
    if plane_a is None or plane_b is None:
        near_a = _nearest_part(_some_middle(b), a)
    else:
        line = shapely.shortest_line(plane_a, plane_b)
        if line.length == 0:
            return 0.0
        near_a = _back(line.coords[0], middle)
    best = math.inf
    for _turn in range(12):
        near_b = _nearest_part(near_a, b)
        near_a = _nearest_part(near_b, a)
        metres = metres_between(near_a, near_b)
        if best - metres < 0.001:
            return min(best, metres)
        best = metres
    return best


def _some_middle(geometry: BaseGeometry) -> LonLat:
    if geometry.is_empty:
        raise ValueError("an empty geometry is nowhere, so no distance to it exists")
    west, south, east, north = geometry.bounds
    return _checked(((west + east) / 2, (south + north) / 2))


def _nearest_part(point: LonLat, geometry: BaseGeometry) -> LonLat:
    """The place of a geometry that is nearest to a point: the point itself inside an area."""
    if geometry.is_empty:
        raise ValueError("an empty geometry is nowhere, so no distance to it exists")
    if geometry.geom_type == "Point":
        return _checked((geometry.x, geometry.y))
    plane = _gnomonic(geometry, point)
    if plane is None:
        vertices: list[LonLat] = [(lon, lat) for lon, lat in shapely.get_coordinates(geometry).tolist()]
        return min(vertices, key=lambda vertex: metres_between(point, vertex))
    near = shapely.shortest_line(shapely.Point(0, 0), plane).coords[1]
    return point if near == (0, 0) else _back(near, point)


def _gnomonic(geometry: BaseGeometry, centre: LonLat) -> BaseGeometry | None:
    """The geometry in the gnomonic plane about a centre, in near-metres; None if it reaches too far for one."""
    lon0, lat0 = np.radians(centre)
    reach = 1.0

    def project(xy: Any) -> Any:
        nonlocal reach
        lon, lat = np.radians(xy).T
        dlon, sin_lat, cos_lat = lon - lon0, np.sin(lat), np.cos(lat)
        north = np.cos(lat0) * sin_lat - np.sin(lat0) * cos_lat * np.cos(dlon)
        ahead = np.sin(lat0) * sin_lat + np.cos(lat0) * cos_lat * np.cos(dlon)
        reach = float(ahead.min())
        ahead = np.where(ahead > _NEAR, ahead, 1.0)
        return np.column_stack((cos_lat * np.sin(dlon), north)) / ahead[:, None] * _RADIUS

    plane = shapely.transform(geometry, project)
    return plane if reach > _NEAR else None


def _back(xy: tuple[float, ...], centre: LonLat) -> LonLat:
    """From the gnomonic plane about a centre back to (lon, lat)."""
    lon0, lat0 = map(math.radians, centre)
    x, y = xy[0] / _RADIUS, xy[1] / _RADIUS
    ahead, north = math.cos(lat0) - y * math.sin(lat0), math.sin(lat0) + y * math.cos(lat0)
    lon = lon0 + math.atan2(x, ahead)
    return math.degrees(lon), math.degrees(math.atan2(north, math.hypot(x, ahead)))
