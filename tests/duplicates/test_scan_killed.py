"""Processes that are really killed in the middle of a scan: a worker, its session, the command, PostgreSQL itself.

A scan stops where the test wants it: the row of a part, written but not committed by the test, holds up whoever
stores the same part.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.contrib.gis.geos import Point
from django.db import connection
from django.test import Client
from django_tasks_db.models import DBTaskResult

from duplicates.models import Case, Pair, Scan
from duplicates.scan import cancel, scan_register, start
from duplicates.scan_keeping import is_held
from projects.models import Project
from tests.cast import Cast
from tests.duplicates.own_cluster import Cluster
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)

ROOT = Path(__file__).resolve().parents[2]
DEADLINE_S = 120  # of a machine that is busy with other things
PART = 9  # the part at which scans are held up; those before it are stored

Answer = Callable[[], Any]


@pytest.fixture(autouse=True)
def _queue(settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}


@pytest.fixture
def street(cast: Cast) -> list[Project]:
    """Thirty works twelve metres apart: pairs in every part of a scan."""
    places = [Point(114.2225 + 12 * n / 110_200, -8.25, srid=4326) for n in range(30)]
    known = {"village": cast.sragi, "title": "Drainase Gang Kenanga RT 2 RW 1", "work_type": "drain"}
    return [ProjectFactory(point=place, **known) for place in places]


class Started:
    """A manage.py command as a process of its own, in the test's database."""

    def __init__(self, log: Path, *words: str, url: str = "") -> None:
        address = urlsplit(configured.DATABASE_URL)
        here = urlunsplit(address._replace(path=f"/{connection.settings_dict['NAME']}"))
        known = {**os.environ, "GEOMONITOR_DATABASE_URL": url or here, "GEOMONITOR_DEMO": "0"}
        self.log = log
        with log.open("w") as out:
            command = [sys.executable, str(ROOT / "manage.py"), *words]
            self.process = subprocess.Popen(command, env=known, cwd=ROOT, stdout=out, stderr=out)

    def kill(self) -> None:
        """SIGKILL: nothing in it gets another say."""
        self.process.kill()
        self.process.wait(DEADLINE_S)

    def end(self) -> None:
        """Ask it to end, as scripts/server does."""
        self.process.terminate()
        assert self.process.wait(DEADLINE_S) == 0, self.log.read_text()


Start = Callable[..., Started]


@pytest.fixture
def run_command(tmp_path: Path) -> Iterator[Start]:
    """run_command("db_worker"): killed at the end of the test, if it is still there."""
    started: list[Started] = []

    def run(*words: str, url: str = "") -> Started:
        started.append(Started(tmp_path / f"{words[0]}-{len(started)}.log", *words, url=url))
        return started[-1]

    yield run
    for one in started:
        one.kill()


@pytest.fixture
def worker(run_command: Start) -> Callable[[], Started]:
    return lambda: run_command("db_worker", "--interval", "0.1", "--no-startup-delay")


def until(answer: Answer, started: Started | None = None) -> Any:
    """Ask the database ten times a second until there is an answer; fails when none comes, with what the process said."""
    for _turn in range(DEADLINE_S * 10):
        if found := answer():
            return found
        if started and started.process.poll() is not None:
            break
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError(started.log.read_text() if started else "no answer")


WAITING = """
SELECT pid FROM pg_stat_activity
WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%duplicates_scanpart%'
"""
HOLD_UP = """
SET LOCAL session_replication_role = replica;  -- the scan may not be there yet
INSERT INTO duplicates_scanpart (scan_id, no, done_at, candidates, stored) VALUES (%s, %s, now(), 0, 0)
"""


def waiting_session() -> int | None:
    """The process number of the session that waits for the row of the test."""
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        found = cursor.fetchone()
    return found[0] if found else None


@contextmanager
def held_up(scan: int) -> Iterator[None]:
    """As long as this holds, nobody gets past PART."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute(HOLD_UP, [scan, PART])
        yield
    finally:
        other.close()


def everything() -> list[tuple[Any, ...]]:
    columns = ("left", "right", "distance_m", "weight", "probability", "signals", "gone_at")
    return sorted(Pair.objects.values_list(*columns), key=lambda row: row[:2])


@pytest.fixture
def unbroken(street: list[Project]) -> list[tuple[Any, ...]]:
    """The pairs of a scan that nobody disturbs; they are gone again."""
    scan_register(actor=None)
    found = everything()
    assert len(found) > 200
    Pair.objects.all().delete()
    Case.objects.all().delete()
    return found


def ended(scan: Scan) -> bool:
    scan.refresh_from_db()
    return not scan.is_open


def page(cast: Cast) -> str:
    client = Client()
    client.force_login(cast.fitri)
    return client.get("/duplicates/").content.decode()


def test_a_killed_workers_scan_goes_on_in_the_next_worker(
    cast: Cast, unbroken: list[Any], worker: Callable[[], Started]
) -> None:
    scan = start(actor=cast.fitri)
    with held_up(scan.pk):
        first = worker()
        until(waiting_session, first)
        first.kill()
        until(lambda: not is_held(scan))  # the database noticed, although the session waited for a lock
    scan.refresh_from_db()
    assert (scan.state, scan.parts.count()) == ("running", PART)
    before = dict(scan.parts.values_list("no", "pk"))
    assert "terhenti" in page(cast)
    second = worker()
    until(lambda: ended(scan), second)
    second.end()
    assert (scan.state, scan.message["code"]) == ("done", "scan.resumed")
    assert scan.message["params"]["done"] == PART
    after = dict(scan.parts.values_list("no", "pk"))
    assert len(after) == 24
    assert {no: after[no] for no in before} == before  # these were not done again
    assert everything() == unbroken


def test_another_worker_that_is_there_takes_it_up_without_being_asked(
    cast: Cast, unbroken: list[Any], worker: Callable[[], Started]
) -> None:
    scan = start(actor=cast.fitri)
    with held_up(scan.pk):
        workers = [worker(), worker()]
        until(waiting_session, workers[0])
        [name] = DBTaskResult.objects.running().get().worker_ids
        [busy, idle] = sorted(workers, key=lambda one: name not in one.log.read_text())
        busy.kill()
        until(lambda: not is_held(scan))
    until(lambda: ended(scan), idle)
    idle.end()
    assert scan.state == "done"
    assert everything() == unbroken


def test_a_worker_outlives_its_database_session(
    cast: Cast, unbroken: list[Any], worker: Callable[[], Started]
) -> None:
    scan = start(actor=cast.fitri)
    with held_up(scan.pk):
        one = worker()
        session = until(waiting_session, one)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s)", [session])
    until(lambda: ended(scan), one)
    one.end()
    assert (scan.state, scan.message["code"]) == ("done", "scan.resumed")
    assert everything() == unbroken


def test_a_scan_of_the_command_line_that_is_killed_goes_on_in_a_worker(
    cast: Cast, unbroken: list[Any], run_command: Start, worker: Callable[[], Started]
) -> None:
    with held_up(Scan.objects.get().pk + 1):
        command = run_command("find_duplicates", "--format", "csv")
        until(waiting_session, command)
        command.kill()
        scan = Scan.objects.latest("pk")
        until(lambda: not is_held(scan))
    assert (scan.state, scan.parts.count()) == ("running", PART)
    one = worker()
    until(lambda: ended(scan), one)
    one.end()
    assert scan.state == "done"
    assert everything() == unbroken


def test_no_second_worker_takes_a_scan_that_somebody_runs(
    cast: Cast, unbroken: list[Any], run_command: Start, worker: Callable[[], Started]
) -> None:
    scan = start(actor=cast.fitri)
    with held_up(scan.pk):
        one = worker()
        until(waiting_session, one)
        again = DBTaskResult.objects.running().get()
        again.pk, again.status = uuid4(), "READY"
        again.save(force_insert=True)
        other = run_command("db_worker", "--batch")
        assert other.process.wait(DEADLINE_S) == 0
        assert DBTaskResult.objects.successful().get().return_value == "running"
        scan.refresh_from_db()
        assert (scan.state, scan.parts.count()) == ("running", PART)
    until(lambda: ended(scan), one)
    one.end()
    assert (scan.state, scan.message) == ("done", None)  # nobody resumed it
    assert everything() == unbroken


def test_a_scan_that_is_stopped_after_its_worker_was_killed_stays_stopped(
    cast: Cast, unbroken: list[Any], worker: Callable[[], Started]
) -> None:
    scan = start(actor=cast.fitri)
    with held_up(scan.pk):
        one = worker()
        until(waiting_session, one)
        cancel(scan, actor=cast.fitri)
        assert scan.state == "running"  # its worker is still to see it
        one.kill()
        until(lambda: not is_held(scan))
    two = worker()
    until(lambda: ended(scan), two)
    two.end()
    assert (scan.state, scan.parts.count()) == ("cancelled", PART)
    assert 0 < len(everything()) < len(unbroken)


# PostgreSQL itself ------------------------------------------------------------------------------------------

PAIRS = "SELECT left_id, right_id, distance_m, weight, probability, signals, gone_at FROM duplicates_pair ORDER BY 1, 2"
STATE = """
SELECT state, (SELECT count(*) FROM duplicates_scanpart WHERE scan_id = scan.id), message->>'code'
FROM duplicates_scan AS scan ORDER BY id DESC LIMIT 1
"""


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    folder = Path(tempfile.mkdtemp(prefix="geomonitor-"))
    folder.chmod(0o755)  # PostgreSQL's user has to get in
    made = Cluster(folder)
    yield made
    made.end()
    shutil.rmtree(folder)


@pytest.mark.parametrize("with_worker", [False, True], ids=["the server", "the server and the worker"])
def test_a_scan_goes_on_after_the_server_was_killed(
    cast: Cast, unbroken: list[Any], cluster: Cluster, run_command: Start, with_worker: bool
) -> None:
    def a_worker() -> Started:
        return run_command("db_worker", "--interval", "0.1", "--no-startup-delay", url=cluster.url)

    scan = start(actor=cast.fitri)
    cluster.load_the_tests_database()
    blocker = cluster.connect()
    blocker.cursor().execute(HOLD_UP, [scan.pk, PART])
    one = a_worker()
    until(lambda: cluster.ask(WAITING), one)
    if with_worker:
        one.kill()
    cluster.crash()
    cluster.begin()
    if with_worker:
        assert cluster.ask(STATE) == [("running", PART, None)]  # what was stored is stored
        one = a_worker()
    until(lambda: cluster.ask(STATE)[0][0] == "done", one)
    one.end()
    assert cluster.ask(STATE) == [("done", 24, "scan.resumed")]
    assert cluster.ask(PAIRS) == unbroken
