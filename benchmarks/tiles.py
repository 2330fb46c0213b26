"""Milliseconds a tile, through Django without a network, at every zoom over the projects that are there.

.venv/bin/python benchmarks/tiles.py
"""

import math
import os
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import django

django.setup()

from django.db.models.functions import Random
from django.test import Client

from projects.models import Project

TILES = 40


def cell_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the web-mercator tile that holds a position."""
    across = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * across), int(down * across)


def main() -> None:
    client = Client(headers={"host": "localhost"})
    pins = list(
        Project.objects.filter(published=True).order_by(Random()).values_list("point", flat=True)[:TILES]
    )
    print(f"{Project.objects.count()} projects, {len(pins)} tiles a zoom, median and worst in milliseconds")
    for zoom in range(5, 18):
        taken = []
        for pin in pins:
            x, y = cell_of(pin.x, pin.y, zoom)
            began = time.perf_counter()
            answer = client.get(f"/tiles/projects/{zoom}/{x}/{y}.mvt")
            taken.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200, answer.status_code
        print(f"z{zoom:<3} {statistics.median(taken):6.1f} {max(taken):6.1f}")


main()
