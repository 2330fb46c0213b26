"""The shipped villages as the plan wants them, read without a database."""

import json
from functools import cache
from pathlib import Path

from shapely.geometry import shape

from geomonitor.demo.land import Village

PLACES = Path(__file__).parents[2] / "fixtures" / "places.geojson"


@cache
def _features() -> list[dict]:
    found = json.loads(PLACES.read_text(encoding="utf-8"))["features"]
    return [f for f in found if f["properties"]["level"] == "village"]


def villages() -> list[Village]:
    """All villages and kelurahan of Banyuwangi, fresh."""
    return [
        Village(
            p["code"],
            p["name"],
            p["kind"],
            (p["lon"], p["lat"]),
            shape(f["geometry"]),
        )
        for f in _features()
        for p in [f["properties"]]
    ]
