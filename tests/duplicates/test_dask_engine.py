"""The engine "dask": workers that die, a scheduler that is not there, partitions that fail; going on and stopping."""

import logging
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from threading import Thread
from typing import Any

import psutil
import pytest
from distributed import LocalCluster
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.core.management.base import CommandError

from duplicates import scan, storing
from duplicates.decisions import conclude
from duplicates.models import Pair, Scan, ScanPart
from duplicates.partition import Limits
from duplicates.scan import cancel, run, scan_register
from duplicates.workers import workers
from places.problems import Problem
from projects.models import Project
from tests.cast import Cast
from tests.duplicates import dask_tasks
from tests.factories import ProjectFactory

TITLE = "Drainase Gang Kenanga RT 2 RW 1"
STEP_DEG = 360 / 2**15  # as wide as the smallest square


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dask")


@pytest.fixture(scope="module")
def cluster(folder: Path) -> Iterator[LocalCluster]:
    """A cluster of two processes."""
    os.environ[dask_tasks.FOLDER] = str(folder)
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=":0",
        silence_logs=logging.ERROR,
    ) as started:
        yield started


@pytest.fixture
def _on_the_cluster(cluster: LocalCluster, settings: Any) -> None:
    settings.DASK_SCHEDULER, settings.DASK_PARTITION = cluster.scheduler_address, 1


@pytest.fixture
def hamlets(cast: Cast) -> list[Project]:
    """Sixteen works in four hamlets, each in a square of its own: six pairs in every hamlet."""
    return [
        ProjectFactory(
            village=cast.sragi,
            title=TITLE,
            work_type="drain",
            point=Point(114.2225 + hamlet * STEP_DEG + 12 * work / 110_200, -8.25, srid=4326),
        )
        for hamlet in range(4)
        for work in range(4)
    ]


def everything() -> list[tuple[Any, ...]]:
    columns = ("left", "right", "distance_m", "weight", "probability", "signals", "gone_at")
    return sorted(Pair.objects.values_list(*columns), key=lambda row: row[:2])


def expected() -> list[tuple[Any, ...]]:
    """What the engine "array" finds; nothing is left of its scan."""
    scan_register(actor=None, engine="array")
    found = everything()
    assert len(found) == 24
    Pair.objects.all().delete()
    return found


def waiting(engine: str = "dask") -> Scan:
    return scan._made(None, 100, [], None, engine, False, None)


def kill_who_tells(pipe: Path, killed: list[int]) -> None:
    killed.append(int(pipe.read_text()))
    os.kill(killed[0], signal.SIGKILL)


@pytest.mark.usefixtures("_on_the_cluster")
def test_it_ends_with_the_same_pairs_when_a_worker_is_killed_in_the_middle(
    hamlets: list[Project], cluster: LocalCluster, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = expected()
    os.mkfifo(folder / "told")
    killed: list[int] = []
    killer = Thread(target=kill_who_tells, args=(folder / "told", killed), daemon=True)
    killer.start()
    before = {nanny.pid for nanny in cluster.workers.values()}
    monkeypatch.setattr("duplicates.engines.dask.score_partition", dask_tasks.score_or_be_killed)
    done = scan_register(actor=None, engine="dask").scan
    killer.join()
    assert set(killed) <= before
    assert not psutil.pid_exists(killed[0])
    assert (done.state, done.candidates, done.parts.count()) == ("done", 24, 4)
    assert everything() == found


@pytest.mark.usefixtures("_on_the_cluster")
def test_it_goes_on_after_a_break_with_the_partitions_that_are_missing(
    hamlets: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = expected()
    real = storing.store

    def store(mine: Scan, part: Any) -> int:
        if ScanPart.objects.filter(scan=mine).count() == 2:
            raise SystemExit  # the scan's own process is told to go
        return real(mine, part)

    broken = waiting()
    with monkeypatch.context() as patched:
        patched.setattr("duplicates.scan.store", store)
        with pytest.raises(SystemExit):
            run(broken)
    before = dict(broken.parts.values_list("no", "pk"))
    assert len(before) == 2
    run(broken)
    broken.refresh_from_db()
    assert (broken.state, broken.candidates) == ("done", 24)
    assert before.items() <= dict(broken.parts.values_list("no", "pk")).items()
    assert everything() == found


@pytest.mark.usefixtures("_on_the_cluster")
def test_it_stops_when_asked_and_keeps_what_it_found(
    cast: Cast, hamlets: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storing.store

    def store(mine: Scan, part: Any) -> int:
        if ScanPart.objects.count() == 1:
            cancel(mine, actor=cast.fitri)
        return real(mine, part)

    monkeypatch.setattr("duplicates.scan.store", store)
    stopped = waiting()
    run(stopped)
    stopped.refresh_from_db()
    assert stopped.state == "cancelled"
    assert 0 < Pair.objects.current().count() < 24


@pytest.mark.usefixtures("_on_the_cluster")
@pytest.mark.parametrize(
    ("task", "code"),
    [(dask_tasks.never_score, "dask.failed"), (dask_tasks.die, "dask.workers_die")],
    ids=["raises", "kills its process"],
)
def test_it_fails_with_the_reason_and_loses_nothing(
    cast: Cast,
    hamlets: list[Project],
    cluster: LocalCluster,
    monkeypatch: pytest.MonkeyPatch,
    task: Any,
    code: str,
) -> None:
    scan_register(actor=None)
    conclude(pair=Pair.objects.earliest("pk"), kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    found = everything()
    monkeypatch.setattr(cluster.scheduler, "allowed_failures", 0)
    monkeypatch.setattr("duplicates.engines.dask.score_partition", task)
    with pytest.raises(Problem):
        run(waiting())
    failed = Scan.objects.latest("pk")
    assert (failed.state, failed.message["code"]) == ("failed", code)
    assert everything() == found
    assert Pair.objects.earliest("pk").decisions.count() == 1


@pytest.mark.usefixtures("_on_the_cluster")
def test_it_refuses_workers_with_other_rules(hamlets: list[Project], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duplicates.engines.dask.Limits", partial(Limits, rules="of last year"))
    with pytest.raises(Problem) as refused:
        run(waiting())
    assert refused.value.code == "dask.other_rules"
    assert not Pair.objects.exists()


def test_it_says_that_nobody_answers(
    hamlets: list[Project], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DASK_SCHEDULER = "tcp://127.0.0.1:1"
    monkeypatch.setattr("duplicates.workers.CONNECT_S", 0.2)
    with pytest.raises(CommandError, match=r"Penjadwal Dask di tcp://127\.0\.0\.1:1 tidak dapat dihubungi"):
        call_command("find_duplicates", "--engine", "dask")
    assert Scan.objects.get().message["code"] == "dask.unreachable"


def test_it_says_that_nobody_works(
    hamlets: list[Project], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("duplicates.engines.dask.PATIENCE_S", 0.2)
    with LocalCluster(
        n_workers=0, host="127.0.0.1", dashboard_address=":0", silence_logs=logging.ERROR
    ) as empty:
        settings.DASK_SCHEDULER = empty.scheduler_address
        with pytest.raises(Problem) as told:
            run(waiting())
    assert told.value.code == "dask.no_workers"


def test_it_says_that_the_scheduler_went_away(
    hamlets: list[Project], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storing.store
    closing = LocalCluster(
        n_workers=1,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=":0",
        silence_logs=logging.ERROR,
    )
    settings.DASK_SCHEDULER, settings.DASK_PARTITION = closing.scheduler_address, 1

    def store(mine: Scan, part: Any) -> int:
        closing.close()
        return real(mine, part)

    monkeypatch.setattr("duplicates.scan.store", store)
    monkeypatch.setattr("duplicates.engines.dask.PATIENCE_S", 0.2)
    with pytest.raises(Problem) as told:
        run(waiting())
    assert told.value.code == "dask.lost"
    assert Pair.objects.current().exists()


def test_it_takes_processes_here_that_only_this_machine_reaches(
    hamlets: list[Project], settings: Any
) -> None:
    found = expected()
    settings.DASK_SCHEDULER, settings.DASK_WORKERS, settings.DASK_PARTITION = "", 2, 1
    assert scan_register(actor=None, engine="dask").scan.candidates == 24
    assert everything() == found
    with workers("", 2) as client:
        shown = client.run_on_scheduler(lambda dask_scheduler: list(dask_scheduler.services))
        shown += [
            name
            for own in client.run(lambda dask_worker: list(dask_worker.services)).values()
            for name in own
        ]
        pids = client.run(os.getpid).values()
        opened = [
            one.laddr.ip
            for pid in pids
            for one in psutil.Process(pid).net_connections()
            if one.status == psutil.CONN_LISTEN
        ]
    assert shown == []
    assert opened == ["127.0.0.1"] * 2


def test_it_costs_nothing_at_start_up() -> None:
    code = (
        "import sys, django; django.setup(); import geomonitor.urls, duplicates.scan_task;"
        "print(sorted({'dask', 'distributed', 'dask_geopandas'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_its_workers_need_no_django() -> None:
    code = "import sys, duplicates.partition, duplicates.workers; print('django' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
