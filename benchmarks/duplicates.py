"""All pairs of a clustered register, from rows in PostGIS to stored pairs with their signals; and one new project.

.venv/bin/python benchmarks/duplicates.py [--projects 100000] [--spread 0.325] [--skip-joins] [--database NAME]
    [--splink PYTHON]

In a scratch database beside the one in the settings, which is removed at the end; `--database` names one that is
kept, so that the next run finds it filled. Villages lie in a square whose side grows with the root of the number of
projects, so that density stays the same; at 1,000,000 projects the spread of 0.325 gives about 1,250,000 pairs within
100 m, 165,000 of one work type. Figures are CPU seconds of this process and of PostgreSQL's, and the peak memory of
this process. Beside them, on the same rows: PostGIS' own self-join (ST_DWithin on geography) with pg_trgm's similarity,
within one work type; geopandas' sjoin(dwithin); and splink with DuckDB (benchmarks/splink_pairs.py), blocked by grid
cells and trained, run by the Python that `--splink` names.
"""

import argparse
import csv
import io
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import django

django.setup()

import geopandas
import numpy as np
from django.db import connection, transaction
from django.test.utils import override_settings

from duplicates import readings
from duplicates.engines import Request
from duplicates.engines.array import ArrayEngine
from duplicates.models import Case, Compared, Pair, Scan, ScanPart
from duplicates.register import candidate_pairs
from duplicates.scan import scan_register
from duplicates.sites import Near, Radius, Sites, nearest
from duplicates.storing import store
from tests.factories import PlaceFactory

WORKS = (
    ("road", "rabat beton"), ("road", "paving"), ("road", "pengaspalan jalan"), ("drain", "drainase"),
    ("irrigation", "saluran irigasi"), ("bridge", "jembatan"), ("retaining_wall", "TPT"), ("lighting", "PJU"),
    ("water", "sumur bor"), ("sanitation", "MCK"), ("building", "gedung posyandu"), ("house", "rehab RTLH"),
    ("other", "lapangan voli"),
)  # fmt: skip
VERBS = ("Pembangunan", "Pemb.", "Rehabilitasi", "Peningkatan", "Lanjutan", "")
FIRST = "ram kri gov chan lak sita bhim nara hari sona mal kal dev raj pur amb tul ven mah jai"
LAST = "rejo sari agung mulyo harjo wangi dadi kerto asih jati tani makmur bumi sono anyar"
COLUMNS = (
    "village_id", "fiscal_year", "number", "code", "title", "public_title", "work_type", "status", "published",
    "unit", "executor", "executor_name", "source_key", "imported", "version", "created_at", "updated_at", "progress",
    "evidence", "sources", "planned", "volume", "point",
)  # fmt: skip


def rows(projects: int, spread: float) -> Iterator[list[object]]:
    """Works around village centres, three in a hundred of them near copies of another."""
    rng = random.Random(7)
    side = spread * (projects / 100_000) ** 0.5
    centres = [
        (114 + rng.random() * side, -8.5 + rng.random() * side) for _n in range(max(200, projects // 12))
    ]
    first, last = FIRST.split(), LAST.split()
    names = [rng.choice(first) + rng.choice(first) + rng.choice(last) for _n in centres]
    made: list[tuple[str, str, float, float, int]] = []
    for number in range(projects):
        if made and rng.random() < 0.03:
            work_type, title, lon, lat, planned = rng.choice(made)
            lon, lat = lon + rng.gauss(0, 40) / 110_200, lat + rng.gauss(0, 40) / 110_577
            title = title.replace("Pembangunan", "Pemb.") if rng.random() < 0.5 else title[:-3] + title[-2:]
            planned = round(planned * rng.uniform(0.95, 1.05))
        else:
            village = rng.randrange(len(centres))
            work_type, what = rng.choice(WORKS)
            where = f"Dusun {names[village].title()} RT {rng.randint(1, 12):02d} RW {rng.randint(1, 5)}"
            title = f"{rng.choice(VERBS)} {what} {where}"
            lon = centres[village][0] + rng.gauss(0, 900) / 110_200
            lat = centres[village][1] + rng.gauss(0, 900) / 110_577
            planned = rng.randint(20, 900) * 1_000_000
            if len(made) < 200_000:
                made.append((work_type, title, lon, lat, planned))
        yield [
            "35.10.01.2001", rng.randint(2019, 2026), number, f"35.10.01.2001/{number:08d}", title.strip(), "", work_type,
            "planned", "t", "m", "self_managed", "", "", "{}", 1, "2026-01-01", "2026-01-01", 0, "none",
            rng.choice(["{DDS}", "{PBK}", "{ADD}"]), planned, rng.choice(["", rng.randint(20, 900)]),
            f"SRID=4326;POINT({lon:.6f} {lat:.6f})",
        ]  # fmt: skip


def fill(projects: int, spread: float) -> None:
    """The register, its sites, and its titles read as they are at save."""
    PlaceFactory(code="35.10.01.2001")
    lines = io.StringIO()
    csv.writer(lines).writerows(rows(projects, spread))
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.copy_expert(
            f"COPY projects_project ({', '.join(COLUMNS)}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL (public_title,"
            " executor_name, source_key))",
            lines,
        )
        cursor.execute(
            "INSERT INTO projects_site (project_id, no, label, public_label, point, weight, status, progress)"
            " SELECT id, 1, '', '', point, 1, 'active', 0 FROM projects_project"
        )
        cursor.execute("ANALYZE")


def servers_cpu() -> float:
    """CPU seconds of PostgreSQL's process that serves this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measured(name: str, job: Callable[[], object]) -> float:
    """Run a job; print its CPU here and in PostgreSQL. Returns the sum."""
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    own, server, began = time.process_time(), servers_cpu(), time.perf_counter()
    said = job()
    own, server = time.process_time() - own, servers_cpu() - server
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(
        f"{name:58} {own + server:8.2f} s CPU (here {own:.2f}, PostgreSQL {server:.2f}), "
        f"{time.perf_counter() - began:.1f} s; peak so far {peak:,.0f} MB; {said}",
        flush=True,
    )
    return own + server


SELF_JOIN = """
SELECT count(*), count(*) FILTER (WHERE similarity(a.title, b.title) > 0.3)
FROM projects_site AS s
JOIN projects_site AS t
    ON ST_DWithin(COALESCE(s.extent, s.point)::geography, COALESCE(t.extent, t.point)::geography, 100)
JOIN projects_project AS a ON a.id = s.project_id
JOIN projects_project AS b ON b.id = t.project_id
WHERE t.project_id + 0 > s.project_id AND a.work_type = b.work_type
"""


def self_join() -> str:
    """PostGIS alone, within one work type, with pg_trgm."""
    with connection.cursor() as cursor:
        cursor.execute(SELF_JOIN)
        pairs, alike = cursor.fetchone()
    return f"{pairs:,} pairs of one work type, {alike:,} with similarity above 0.3"


def one_project(asked: int) -> None:
    """Candidates of single projects in the database: p50 and p99."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM projects_project ORDER BY md5(id::text) LIMIT %s", [asked])
        keys = [key for (key,) in cursor.fetchall()]
    took = []
    for key in keys:
        began = time.perf_counter()
        candidate_pairs(radius_m=100, project_id=key)
        took.append((time.perf_counter() - began) * 1000)
    took.sort()
    print(
        f"one project against all: p50 {statistics.median(took):.2f} ms, p99 {took[int(asked * 0.99)]:.2f} ms"
    )


class WithinOneType(ArrayEngine):
    """The engine of scans without the pairs of two work types, which are left out before anything is scored."""

    def _near(self) -> Near:
        near, kinds = super()._near(), self._register.works.work_type
        same = kinds[near.left] == kinds[near.right]
        return Near(near.left[same], near.right[same], near.distance_m[same])


def within_one_type() -> str:
    """From rows to stored pairs with their signals, of one work type each."""
    scan = Scan.objects.create(radius_m=100)
    engine = WithinOneType(Request(Radius(100)))
    found = stored = 0
    for part in engine.scored(engine.numbers):
        with transaction.atomic():
            stored += store(scan, part)
        found += part.candidates
    return f"{found:,} pairs within 100 m of one work type, {stored:,} stored"


def empty() -> None:
    """A register that was never compared."""
    for model in (Pair, Case, Compared, ScanPart, Scan):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "VACUUM ANALYZE duplicates_pair, duplicates_case, duplicates_compared, duplicates_readtitle"
        )


@contextmanager
def scratch_database(name: str, projects: int, spread: float) -> Iterator[None]:
    """A filled database of this schema: an empty one that is removed at the end, or the one with this name."""
    old = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT FROM pg_database WHERE datname = %s)", [name])
        (there,) = cursor.fetchone()
    if there:
        connection.close()
        connection.settings_dict["NAME"] = name
    else:
        connection.settings_dict["TEST"]["NAME"] = name or f"benchmark_duplicates_{os.getpid()}"
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        fill(projects, spread)
    try:
        yield
    finally:
        if name:
            connection.close()
        else:
            connection.creation.destroy_test_db(old, verbosity=0)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument(
        "--spread", type=float, default=0.325, help="degrees of a square for 100,000 projects"
    )
    parser.add_argument("--skip-joins", action="store_true", help="without the comparators")
    parser.add_argument("--database", default="", help="a database to fill or find filled, and to keep")
    parser.add_argument("--splink", default="", help="a Python that has splink 4")
    asked = parser.parse_args()
    with (
        scratch_database(asked.database, asked.projects, asked.spread),
        override_settings(DEBUG=False),
    ):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM projects_project")
            print(f"{cursor.fetchone()[0]:,} projects")
        measured("titles read once, as at save", lambda: f"{readings.refresh():,} titles")
        empty()
        subset = measured("one work type, rows to stored pairs with signals", within_one_type)
        empty()

        def whole() -> str:
            done = scan_register(actor=None, min_probability=1.1).scan
            return f"{done.candidates:,} pairs within 100 m, {done.stored:,} stored"

        measured("scan, engine array, rows to stored pairs", whole)
        measured(
            "scan, only what changed (nothing)",
            lambda: scan_register(actor=None, min_probability=1.1, incremental=True).scan.candidates,
        )
        one_project(500)
        if not asked.skip_joins:
            compare(subset)
        if asked.splink:
            splink(asked.splink, subset)
        print(f"{Pair.objects.count():,} pairs in the database")


def compare(subset: float) -> None:
    """The pair finding alone, and others' on the same rows."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT ST_X(point), ST_Y(point) FROM projects_site ORDER BY project_id")
        lon, lat = np.array(cursor.fetchall()).T
    nearest(Sites(np.arange(2, dtype=np.int32), lon[:2], lat[:2], {}), 100)  # libraries load themselves
    sites = Sites(np.arange(len(lon), dtype=np.int32), lon.copy(), lat.copy(), {})
    ours = measured(
        "pair finding alone (rows of latitude, geodesic)", lambda: f"{len(nearest(sites, 100).left):,} pairs"
    )
    frame = geopandas.GeoDataFrame(geometry=geopandas.GeoSeries.from_xy(lon, lat, crs=4326).to_crs(32750))

    def theirs() -> str:
        found = frame.sjoin(frame, predicate="dwithin", distance=100)
        return f"{int((found.index < np.asarray(found['index_right'])).sum()):,} pairs"

    other = measured("geopandas sjoin(dwithin) in UTM 50S", theirs)
    print(f"  ratio {other / ours:.1f}")
    other = measured("PostGIS self-join with pg_trgm, one work type", self_join)
    print(f"  ratio to one work type from rows to stored pairs {other / subset:.1f}")


def splink(python: str, subset: float) -> None:
    """Splink end to end on the same records, in a process of its own."""
    with tempfile.NamedTemporaryFile("wb", suffix=".csv") as file:
        with connection.cursor() as cursor:
            cursor.copy_expert(
                "COPY (SELECT id AS unique_id, title, substring(title FROM 'Dusun ([a-zA-Z]+)') AS village, work_type,"
                " planned, ST_X(point) AS lon, ST_Y(point) AS lat FROM projects_project)"
                " TO STDOUT (FORMAT csv, HEADER)",
                file,
            )
        file.flush()
        before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        script = Path(__file__).with_name("splink_pairs.py")
        done = subprocess.run([python, script, file.name], capture_output=True, text=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"{'splink, grid blocking, trained, one work type':58} {spent:8.2f} s CPU, {time.perf_counter() - began:.1f} s; "
        f"peak {after.ru_maxrss / 1000:,.0f} MB; {done.stdout.strip().splitlines()[-1]}"
    )
    print(f"  ratio to one work type from rows to stored pairs {spent / subset:.1f}")


if __name__ == "__main__":
    main()
