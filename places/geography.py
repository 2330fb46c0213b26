"""PostGIS as words for QuerySets: metres on the spheroid instead of degrees."""

from django.contrib.gis.geos import Point
from django.db.models import F, FloatField, Func, Value

from places.earth import LonLat


def geos_point(point: LonLat) -> Point:
    """A (lon, lat) as the point GeoDjango stores and compares: WGS 84."""
    return Point(float(point[0]), float(point[1]), srid=4326)


class _Position(Func):
    """A (lon, lat) as a geometry in SQL."""

    template = "ST_SetSRID(ST_MakePoint(%(expressions)s), 4326)"
    output_field = FloatField()

    def __init__(self, point: LonLat) -> None:
        super().__init__(Value(float(point[0])), Value(float(point[1])))


class MetresTo(Func):
    """Metres on the spheroid from a geometry column to a point (lon, lat); 0 inside an area.

    No index serves it: narrow the rows first.
    """

    template = "ST_Distance(%(expressions)s::geography)"
    arg_joiner = "::geography, "
    output_field = FloatField()

    def __init__(self, column: str, point: LonLat) -> None:
        super().__init__(F(column), _Position(point))


class DegreesTo(Func):
    """Distance in degrees, for ORDER BY alone: PostGIS walks the GiST index of the column by it."""

    template = "%(expressions)s"
    arg_joiner = " <-> "
    output_field = FloatField()

    def __init__(self, column: str, point: LonLat) -> None:
        super().__init__(F(column), _Position(point))
