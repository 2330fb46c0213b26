"""[pure] Distances on the earth: WGS 84 (EPSG:4326), order lon, lat, metres on the spheroid.

A geodesic distance between two points is exact (Karney 2013, through pyproj). For lines and areas the nearest
part is found in a local plane whose axes are scaled by the spheroid's radii of curvature at the point; only
the *place* of the nearest part is taken from the plane, the distance to it is geodesic again. Over the few
kilometres at which a photo is compared with its site this agrees with PostGIS' ST_Distance(geography) to
within 2 cm (docs/design/distance.md).
"""

import math

import shapely
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

WGS84 = Geod(ellps="WGS84")
_A, _F = 6378137.0, 1 / 298.257223563
_E2 = _F * (2 - _F)

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


def _to_plane(geometry: BaseGeometry, origin: LonLat) -> BaseGeometry:
    kx, ky = metres_per_degree(origin[1])
    return shapely.transform(geometry, lambda xy: (xy - origin) * (kx, ky))


def metres_between_geometries(a: BaseGeometry, b: BaseGeometry) -> float:
    """Geodesic distance between the nearest parts of two geometries in WGS 84 (lon, lat); 0 if they touch.

    Raises ValueError for an empty geometry.
    """
    if a.is_empty or b.is_empty:
        raise ValueError("an empty geometry is nowhere, so no distance to it exists")
    origin = (a.centroid.x, a.centroid.y)
    near_a, near_b = shapely.shortest_line(_to_plane(a, origin), _to_plane(b, origin)).coords
    kx, ky = metres_per_degree(origin[1])
    back = [(origin[0] + x / kx, origin[1] + y / ky) for x, y in (near_a, near_b)]
    return metres_between(*back)


def metres_to_geometry(point: LonLat, geometry: BaseGeometry) -> float:
    """Geodesic distance from a point (lon, lat) to the nearest part of a geometry; 0 inside an area."""
    return metres_between_geometries(shapely.Point(_checked(point)), geometry)
