"""Milliseconds a tile at every zoom over a province of clustered projects, nothing cached, through Django.

.venv/bin/python benchmarks/tiles.py [--projects 1000000] [--tiles 60] [--keep]

In a scratch database beside the one in the settings, removed at the end (--keep: left, its name is printed, for
servers beside). One client, without a network: what a worker needs for a tile. Tiles are half the fullest of a zoom
and half any that hold a project. Then what a change costs its writer, and how long until the counts are folded.
"""

import argparse
import io
import math
import os
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import django

django.setup()

import numpy as np
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from maps import pyramid, selections
from maps.models import TileCount
from projects.models import Evidence, Project, Status, WorkType
from tests.factories import PlaceFactory

FILTERS = ("", "year=2025", "year=2025,2026&work_type=road", "status=completed&evidence=outside",
           "fund_source=DDS&year=2024", "stage=100&work_type=drain", "fund_source=DDS&evidence=verified")  # fmt: skip
OTHERS = ("q=beton", "year=2025&work_type=road&status=completed")
STATUSES = [status for status in Status.values if status not in {"draft", "merged"}]
SOURCES = ("{DDS}", "{PBK}", "{ADD}", "{DDS,PBK}", "{PAD}", "{DLL}", "{ADD,DDS}")
COLUMNS = (
    "village_id", "fiscal_year", "number", "code", "title", "public_title", "work_type", "status", "published", "unit",
    "executor", "executor_name", "source_key", "imported", "version", "created_at", "updated_at", "progress", "evidence",
    "sources", "planned", "point",
)  # fmt: skip


def fill(projects: int) -> np.ndarray:
    """A province of projects around village centres; every facet by itself at random. Returns lon, lat."""
    chance = np.random.default_rng(7)
    villages = [f"35.{r:02d}.{d:02d}.2001" for r in range(1, 39) for d in range(1, 18)]
    for village in villages:
        PlaceFactory(code=village)
    centres = np.column_stack(
        [
            chance.uniform(111, 114.6, max(200, projects // 120)),
            chance.uniform(-8.4, -7, max(200, projects // 120)),
        ]
    )
    whose = chance.integers(0, len(centres), projects)
    where = centres[whose] + chance.normal(0, 0.012, (projects, 2))
    picks = {
        "year": chance.integers(2019, 2027, projects),
        "work_type": chance.choice(WorkType.values, projects),
        "status": chance.choice(STATUSES, projects),
        "evidence": chance.choice(Evidence.values, projects),
        "sources": chance.choice(SOURCES, projects),
        "progress": chance.choice([0, 20, 50, 80, 100], projects),
        "published": chance.random(projects) < 0.9,
    }
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE projects_project DISABLE TRIGGER USER")
        for begin in range(0, projects, 100_000):
            lines = io.StringIO()
            for n in range(begin, min(begin + 100_000, projects)):
                village = villages[whose[n] % len(villages)]
                lines.write(
                    f"{village}\t{picks['year'][n]}\t{n}\t{village}/{n:08d}\tPembangunan rabat beton RT {n % 12} RW {n % 5}"
                    f"\t\t{picks['work_type'][n]}\t{picks['status'][n]}\t{'t' if picks['published'][n] else 'f'}\tm\tself_managed"
                    f"\t\t\t{{}}\t1\t2026-01-01\t2026-01-01\t{picks['progress'][n]}\t{picks['evidence'][n]}"
                    f"\t{picks['sources'][n]}\t50000000\tSRID=4326;POINT({where[n][0]:.6f} {where[n][1]:.6f})\n"
                )
            lines.seek(0)
            cursor.copy_expert(f"COPY projects_project ({', '.join(COLUMNS)}) FROM STDIN", lines)
        cursor.execute("ALTER TABLE projects_project ENABLE TRIGGER USER")
    return where


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the web-mercator tile that holds a position."""
    across = 2**zoom
    down = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2
    return int((lon + 180) / 360 * across), int(down * across)


def some_tiles(where: np.ndarray, zoom: int, many: int) -> list[tuple[int, int]]:
    """Half the fullest tiles, half any with a project."""
    held = Counter(tile_of(lon, lat, zoom) for lon, lat in where[:: max(1, len(where) // 100_000)].tolist())
    fullest = [tile for tile, _count in held.most_common(many // 2)]
    return fullest + random.Random(3).choices(sorted(held), k=many - len(fullest))


def measure(client: Client, where: np.ndarray, many: int, queries: tuple[str, ...]) -> None:
    print(f"{'zoom':6}" + "".join(f"{query or 'all':>46}" for query in queries))
    for zoom in range(5, 18):
        tiles = some_tiles(where, zoom, many)
        said = []
        for query in queries:
            taken, largest = [], 0
            for x, y in tiles:
                began = time.perf_counter()
                answer = client.get(
                    f"/tiles/projects/{zoom}/{x}/{y}.mvt?{query}", headers={"accept-encoding": "gzip"}
                )
                taken.append((time.perf_counter() - began) * 1000)
                assert answer.status_code in {200, 204}, answer.status_code
                largest = max(largest, len(answer.content))
            taken.sort()
            p99 = taken[min(len(taken) - 1, int(len(taken) * 0.99))]
            said.append(f"p50 {statistics.median(taken):6.1f}  p99 {p99:6.1f}  {largest / 1000:5.1f} kB")
        print(f"z{zoom:<5}" + "".join(f"{one:>46}" for one in said), flush=True)


def changes(many: int = 500) -> None:
    """What one change of a project costs, and folding."""
    keys = list(Project.objects.order_by("?").values_list("pk", flat=True)[:many])
    for name, change in (
        ("title only", {"title": "Nama lain"}),
        ("progress and evidence", {"progress": 55, "evidence": "suspect"}),
    ):
        began = time.perf_counter()
        for key in keys:
            Project.objects.filter(pk=key).update(**change)
        print(f"a change of {name}: {(time.perf_counter() - began) / many * 1000:.2f} ms with its commit")
    began = time.perf_counter()
    folded = pyramid.fold()
    print(f"folding {folded} changes: {(time.perf_counter() - began) * 1000:.0f} ms")
    one = Project.objects.get(pk=keys[0])
    Project.objects.filter(pk=one.pk).update(status="cancelled", progress=0)
    began = time.perf_counter()
    pyramid.fold()
    print(f"folding one: {(time.perf_counter() - began) * 1000:.0f} ms")
    began = time.perf_counter()
    Project.objects.filter(pk__in=Project.objects.order_by("pk").values("pk")[:25_000]).update(
        status="postponed"
    )
    print(f"25,000 in one statement: {time.perf_counter() - began:.1f} s")
    began = time.perf_counter()
    folded = pyramid.fold()
    print(f"folding {folded} changes: {time.perf_counter() - began:.1f} s")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument("--tiles", type=int, default=60)
    parser.add_argument("--keep", action="store_true")
    asked = parser.parse_args()
    old = connection.settings_dict["NAME"]
    connection.settings_dict["TEST"]["NAME"] = f"benchmark_tiles_{os.getpid()}"
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        with override_settings(DEBUG=False):
            run(asked.projects, asked.tiles)
    finally:
        if asked.keep:
            print(f"kept: {connection.settings_dict['NAME']}")
        else:
            connection.creation.destroy_test_db(old, verbosity=0)


def run(projects: int, many: int) -> None:
    where = fill(projects)
    began = time.perf_counter()
    pins = pyramid.rebuild()
    print(f"{projects:,} projects; pyramid made anew in {time.perf_counter() - began:.0f} s: {pins:,} pins, "
          f"{TileCount.objects.count():,} counts")  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        for table in ("maps_pin", "maps_tilecount"):
            cursor.execute("SELECT pg_total_relation_size(%s)", [table])
            print(f"{table}: {cursor.fetchone()[0] / 1e6:.0f} MB with its indexes")
    client = Client(headers={"host": "localhost"})
    measure(client, where, many, FILTERS)
    selections.forget()
    measure(client, where, many, OTHERS)
    changes()


main()
