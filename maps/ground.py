"""What lies beneath the pins: coast and neighbouring regencies (a fixture), borders and names (places).

Sent once as plain rings and lines in four decimals (about 11 m, finer than the borders are known), then cached by
the browser by its ETag. It needs no tiles from outside.
"""

import gzip
import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import connection

from places.models import Level, Place

FIXTURE = Path(settings.BASE_DIR) / "fixtures" / "ground.geojson"
CACHE_KEY = "maps.ground"
CACHE_SECONDS = 600
DECIMALS = 4

# Every border once, however many places share it: the boundaries of all places of a level, dissolved into lines.
# Reads whole levels, so it needs no index.
_BORDERS_SQL = """
SELECT ST_AsGeoJSON(ST_LineMerge(ST_UnaryUnion(ST_Collect(ST_Boundary(boundary)))), %(decimals)s)
FROM places_place
WHERE level = %(level)s
  AND boundary IS NOT NULL
"""


def as_json() -> bytes:
    """The ground as JSON bytes; computed once in ten minutes."""
    known = cache.get(CACHE_KEY)
    if known is None:
        known = gzip.compress(json.dumps(build(), separators=(",", ":")).encode(), mtime=0)
        cache.set(CACHE_KEY, known, CACHE_SECONDS)
    return gzip.decompress(known)


def build() -> dict[str, Any]:
    """land and neighbours: rings; home: rings of the regency; districts and villages: lines; names: points."""
    land, neighbours = _fixture()
    home = Place.objects.filter(pk=settings.REGENCY, boundary__isnull=False).first()
    return {
        "bounds": list(home_bounds()),
        "land": land,
        "neighbours": neighbours,
        "home": _rings(json.loads(home.boundary.geojson)) if home and home.boundary else [],
        "districts": _borders(Level.DISTRICT),
        "villages": _borders(Level.VILLAGE),
        "names": [
            {"name": name, "level": level, "lon": round(point.x, DECIMALS), "lat": round(point.y, DECIMALS)}
            for name, level, point in Place.objects.filter(
                level__in=[Level.DISTRICT, Level.VILLAGE], point__isnull=False
            ).values_list("name", "level", "point")
            if point
        ],
    }


def home_bounds() -> tuple[float, float, float, float]:
    """West, south, east, north of the home regency; of all of Java where its border is not loaded."""
    home = Place.objects.filter(pk=settings.REGENCY, boundary__isnull=False).first()
    if home is None or home.boundary is None:
        return (105.0, -9.0, 116.0, -5.5)
    west, south, east, north = home.boundary.extent
    return (round(west, 3), round(south, 3), round(east, 3), round(north, 3))


def _fixture() -> tuple[list[Any], list[Any]]:
    """Rings of the land, and the neighbouring regencies with their names."""
    if not FIXTURE.is_file():
        return [], []
    land: list[Any] = []
    neighbours: list[Any] = []
    for feature in json.loads(FIXTURE.read_text())["features"]:
        rings = _rings(feature["geometry"])
        if feature["properties"]["layer"] == "land":
            land.extend(rings)
        else:
            neighbours.append({"name": feature["properties"].get("name") or "", "rings": rings})
    return land, neighbours


def _rings(geometry: dict[str, Any]) -> list[Any]:
    """Polygons as lists of rings, each ring a list of [lon, lat] in four decimals."""
    polygons = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    return [[[_short(point) for point in ring] for ring in polygon] for polygon in polygons]


def _short(point: list[float]) -> list[float]:
    return [round(point[0], DECIMALS), round(point[1], DECIMALS)]


def _borders(level: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BORDERS_SQL, {"level": level, "decimals": DECIMALS})
        row = cursor.fetchone()
    if not row or not row[0]:
        return []
    geometry = json.loads(row[0])
    lines = geometry["coordinates"]
    return [lines] if geometry["type"] == "LineString" else lines
