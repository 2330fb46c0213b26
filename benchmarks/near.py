"""One new project against a whole register: is there something like it nearby?

.venv/bin/python benchmarks/near.py [--projects 1000000] [--asked 1000]

In a scratch database with the clustered register of benchmarks/duplicates.py, which is removed at the end. New
projects are asked about near places of the register, under another spelling of a title there, so that there is
something to find and to score. Milliseconds as p50, p95, p99 and most: on the wall, of it in statements, and of CPU here
and in PostgreSQL's process, which hold whatever else the machine is doing:

- the search for candidates alone (the GiST index);
- the answer as the form calls it: candidates, rights, records, scores, sentences;
- the form's request through Django with all its middleware: session, log-in, form, answer as HTML.
"""

import argparse
import os
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

import django

django.setup()

from django.conf import settings
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django.test.utils import override_settings

from accounts.models import Role
from benchmarks.duplicates import scratch_database
from duplicates.near import NEAR, ROUNDED_BY_M, warnings
from duplicates.sites import OVERFETCH_M
from places.models import Place
from projects.models import Project, SiteStatus
from tests.factories import DutyFactory, UserFactory

WARMED_UP = 50
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@dataclass
class Asked:
    """A project that somebody types: a work of the register, spelled otherwise and up to 40 m away."""

    title: str
    work_type: str
    lon: float
    lat: float

    @property
    def values(self) -> dict[str, Any]:
        """The parameters of the search for candidates."""
        return {
            "places": [bytes(Point(self.lon, self.lat, srid=4326).ewkb)],
            "reach_m": float(settings.DUPLICATE_RADIUS_M) + OVERFETCH_M + ROUNDED_BY_M,
            "active": SiteStatus.ACTIVE.value,
        }

    @property
    def form(self) -> dict[str, str]:
        """What the browser sends of the half filled form."""
        return {
            "title": self.title, "work_type": self.work_type, "fiscal_year": "2026", "village": "35.10.01.2001",
            "status": "planned", "executor": "self_managed", "volume": "", "unit": "m", "activity_code": "",
            "site-TOTAL_FORMS": "1", "site-INITIAL_FORMS": "0", "site-0-position": f"{self.lat:.6f}, {self.lon:.6f}",
            "site-0-source": "planned", "site-0-weight": "1",
        }  # fmt: skip


def new_projects(many: int) -> list[Asked]:
    """Made of works from everywhere in the register."""
    rng = random.Random(11)
    last, projects = Project.objects.latest("pk").pk, Project.objects.count()
    keys = [rng.randrange(last - projects + 1, last + 1) for _n in range(many)]
    found = Project.objects.in_bulk(keys)
    made = []
    for key in keys:
        known = found[key]
        title = known.title.replace("Pembangunan", "Pemb.").replace(" RT 0", " rt ").replace("Dusun", "dsn")
        lon = known.point.x + rng.uniform(-40, 40) / 110_200
        made.append(Asked(title, known.work_type, lon, known.point.y + rng.uniform(-40, 40) / 110_577))
    return made


@dataclass
class Stopwatch:
    """Milliseconds spent in statements on the wall."""

    ms: float = 0.0
    statements: int = 0

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.ms, self.statements = self.ms + (time.perf_counter() - began) * 1000, self.statements + 1


def cpu(pid: int | str) -> float:
    """Milliseconds that a process was on a core (Linux' schedstat: to the nanosecond)."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def backend() -> int:
    """The PostgreSQL process of this connection."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        return int(cursor.fetchone()[0])


def measured(name: str, job: Callable[[Asked], object], asked: list[Asked]) -> None:
    """Run a job for every project and print how long it took."""
    for one in asked[:WARMED_UP]:
        job(one)
    server = backend()
    figures: dict[str, list[float]] = {}
    statements = 0
    for one in asked[WARMED_UP:]:
        watch = Stopwatch()
        own, its, began = cpu("self"), cpu(server), time.perf_counter()
        with connection.execute_wrapper(watch):
            job(one)
        wall = (time.perf_counter() - began) * 1000
        known = {
            "wall": wall,
            "in statements": watch.ms,
            "CPU of Python": cpu("self") - own,
            "CPU of PostgreSQL": cpu(server) - its,
        }
        for what, ms in known.items():
            figures.setdefault(what, []).append(ms)
        statements += watch.statements
    print(f"{name}: {statements / len(figures['wall']):.1f} statements")
    for what, many in figures.items():
        print(f"  {what:18} {spread(many)}")
    sys.stdout.flush()


def spread(ms: list[float]) -> str:
    """p50, p95, p99 and most of milliseconds."""
    ordered = sorted(ms)
    at = [ordered[min(len(ordered) - 1, int(len(ordered) * share))] for share in (0.5, 0.95, 0.99)]
    return "p50 {:6.2f}, p95 {:6.2f}, p99 {:6.2f}, most {:7.2f} ms".format(*at, ordered[-1])


def candidates(one: Asked) -> int:
    """How many works the search brings."""
    with connection.cursor() as cursor:
        cursor.execute(NEAR, one.values)
        return len(cursor.fetchall())


def show_plan(one: Asked) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS) {NEAR}", one.values)
        print("\n".join(line for (line,) in cursor.fetchall()))


def official() -> tuple[Any, Client]:
    """A monitor of everything, logged in."""
    user = UserFactory(username="monitor")
    DutyFactory(user=user, role=Role.MONITOR, place=Place.objects.get(pk="35.10"))
    client = Client(SERVER_NAME="localhost")
    client.force_login(user, backend=BACKEND)
    return user, client


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--projects", type=int, default=1_000_000)
    parser.add_argument(
        "--spread", type=float, default=0.325, help="degrees of a square for 100,000 projects"
    )
    parser.add_argument("--asked", type=int, default=1000, help="new projects")
    given = parser.parse_args()
    with scratch_database("", given.projects, given.spread), override_settings(DEBUG=False):
        asked = new_projects(given.asked + WARMED_UP)
        run(asked, *official(), given.projects)


def run(asked: list[Asked], user: Any, client: Client, projects: int) -> None:
    """All measurements."""
    found = [candidates(one) for one in asked]
    print(
        f"{projects:,} projects; {len(asked) - WARMED_UP:,} asked about, {sum(found) / len(found):.1f} works near each,"
    )
    print(f"at most {max(found)}; load of the machine {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")

    def answer(one: Asked) -> int:
        place = Point(one.lon, one.lat, srid=4326)
        return len(
            warnings(user=user, title=one.title, places=[place], work_type=one.work_type, year=2026, unit="m")
        )

    said = [answer(one) > 0 for one in asked]
    print(f"{sum(said) / len(said):.0%} have something alike")

    def request(one: Asked) -> int:
        response = client.post("/projects/near/", one.form)
        assert response.status_code == 200, response.status_code
        return len(response.content)

    measured("candidates alone", candidates, asked)
    measured("the answer as the form calls it", answer, asked)
    measured("the form's request through Django", request, asked)
    show_plan(asked[0])


if __name__ == "__main__":
    main()
