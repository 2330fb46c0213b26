"""A scan in the worker: progress, cancelling, going on after a kill, and looking only at what changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent
from duplicates import fresh, scan, scan_keeping, storing
from duplicates.decisions import conclude
from duplicates.models import Case, Compared, Decision, Pair, Scan, ScanPart
from duplicates.register import Choice
from duplicates.scan import cancel, run, scan_register, start
from duplicates.scan_keeping import MOST_TRIES, Keeper, is_held, resume_stale
from photos.models import SamePicture
from places.message import Message
from places.models import Place
from places.saying import say
from projects.models import Project, Relation
from tests.cast import Cast
from tests.factories import ActivityFactory, ClaimFactory, PhotoFactory, ProjectFactory

TITLE = "Drainase Gang Kenanga RT 2 RW 1"


class Killed(BaseException):
    """What no handler sees: the process is gone."""


def project(cast: Cast, metres_east: float, **known: Any) -> Project:
    place = Point(114.2225 + metres_east / 110_200, -8.25, srid=4326)
    return ProjectFactory(
        **{"village": cast.sragi, "title": TITLE, "work_type": "drain", "point": place} | known
    )


@pytest.fixture
def street(cast: Cast) -> list[Project]:
    """Ten works twelve metres apart: nine neighbours each, in many parts of a scan."""
    return [project(cast, 12 * n) for n in range(10)]


def everything() -> list[tuple[Any, ...]]:
    columns = ("left", "right", "distance_m", "weight", "probability", "signals", "gone_at")
    return sorted(Pair.objects.values_list(*columns), key=lambda row: row[:2])


def killed_in_part(monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    """Let the process die while it stores the part with this number, counted from 1."""
    real, calls = storing.store, []

    def store(*args: Any) -> int:
        calls.append(1)
        if len(calls) == number:
            raise Killed
        return real(*args)

    monkeypatch.setattr("duplicates.scan.store", store)


def cut_off(scan: Scan) -> None:
    Scan.objects.filter(pk=scan.pk).update(alive_at=timezone.now() - timedelta(minutes=5))


@contextmanager
def held(scan: Scan) -> Iterator[None]:
    """While somebody runs it, as far as others can see."""
    assert scan_keeping._own(scan.pk)
    yield
    Keeper(scan, timezone.now(), True).let_go()


def test_it_runs_in_the_worker_and_says_how_far_it_is(cast: Cast, street: list[Project]) -> None:
    done = start(actor=cast.fitri)
    done.refresh_from_db()
    assert (done.state, done.engine, done.projects, done.candidates) == ("done", "array", 10, 44)
    assert done.steps == done.steps_done == 26
    assert done.parts.count() == 24
    assert done.alive_at is not None
    assert AuditEvent.objects.get(action="scan.done").actor_id == cast.fitri.pk


def test_it_goes_on_after_a_kill_with_the_parts_that_are_missing(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_register(actor=None)
    expected = everything()
    Pair.objects.all().delete()
    Case.objects.all().delete()
    with monkeypatch.context() as patched:
        killed_in_part(patched, 9)
        with pytest.raises(Killed):
            run(scan._made(None, 100, [], None, "array", False, None))
    broken = Scan.objects.latest("pk")
    assert (broken.state, broken.parts.count()) == ("running", 8)
    assert not Case.objects.exists()
    before = set(broken.parts.values_list("pk", flat=True))
    assert resume_stale() == 1  # nobody holds it
    broken.refresh_from_db()
    assert (broken.state, broken.parts.count(), broken.candidates) == ("done", 24, 44)
    assert before < set(broken.parts.values_list("pk", flat=True))
    assert everything() == expected
    assert Case.objects.exists()
    assert say(Message.from_json(broken.message)).startswith("Terhenti pada ")
    assert AuditEvent.objects.get(action="scan.resumed").data["done"] == 8
    assert resume_stale() == 0


def test_a_slow_worker_that_lost_its_scan_writes_nothing_more(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting = scan._made(None, 100, [], None, "array", False, None)
    real = storing.store

    def store(mine: Scan, part: Any) -> int:
        if ScanPart.objects.count() == 3:
            cut_off(mine)  # so slow that another one took it over
        return real(mine, part)

    monkeypatch.setattr("duplicates.scan.store", store)
    run(waiting)
    assert (waiting.state, waiting.parts.count()) == ("running", 3)


def test_it_is_given_up_when_workers_die_at_the_same_part_again_and_again(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = scan._made(cast.fitri, 100, [], None, "array", False, None)
    for times in range(MOST_TRIES):
        with monkeypatch.context() as patched:
            killed_in_part(patched, 4 if times == 0 else 1)
            with pytest.raises(Killed):
                run(broken)
    run(broken)
    assert (broken.state, broken.parts.count()) == ("failed", 3)
    assert say(Message.from_json(broken.message)).startswith("Terhenti 5 kali di bagian yang sama")
    assert AuditEvent.objects.filter(action="scan.gave_up").count() == 1
    assert resume_stale() == 0


def test_dying_at_other_parts_is_not_held_against_it(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = scan._made(None, 100, [], None, "array", False, None)
    for _times in range(MOST_TRIES + 2):
        with monkeypatch.context() as patched:
            killed_in_part(patched, 2)
            with pytest.raises(Killed):
                run(broken)
    run(broken)
    assert (broken.state, broken.parts.count()) == ("done", 24)


def test_it_is_cancelled_by_ctrl_c(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_args: Any) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr("duplicates.scan.store", interrupted)
    with pytest.raises(KeyboardInterrupt):
        scan_register(actor=None)
    assert Scan.objects.get().state == "cancelled"


def test_it_lets_go_of_a_scan_however_it_ends(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    real = storing.store
    monkeypatch.setattr(
        "duplicates.scan.store", lambda mine, part: held.append(is_held(mine)) or real(mine, part)
    )
    done = scan_register(actor=None).scan
    assert all(held)
    assert not is_held(done)
    assert Keeper.of(done) is None
    assert not is_held(done)


def test_it_queues_a_waiting_scan_again_whose_task_was_lost(cast: Cast, street: list[Project]) -> None:
    lost = scan._made(None, 100, [], None, "array", False, None)
    assert resume_stale() == 0
    Scan.objects.filter(pk=lost.pk).update(started_at=timezone.now() - timedelta(minutes=1))
    assert resume_stale() == 1
    lost.refresh_from_db()
    assert lost.state == "done"


def test_it_is_queued_again_only_once(cast: Cast, half_way: Scan, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    assert [resume_stale(), resume_stale()] == [1, 0]
    assert DBTaskResult.objects.get().args_kwargs["args"] == [half_way.pk]


def test_it_stops_when_asked_and_keeps_what_it_found(
    cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = storing.store

    def store(mine: Scan, part: Any) -> int:
        if Pair.objects.exists():
            cancel(mine, actor=cast.fitri)
        return real(mine, part)

    monkeypatch.setattr("duplicates.scan.store", store)
    stopped = start(actor=cast.fitri)
    stopped.refresh_from_db()
    assert stopped.state == "cancelled"
    assert stopped.finished_at is not None
    assert 0 < Pair.objects.count() < 44
    assert AuditEvent.objects.filter(action="scan.cancelled").exists()


def test_it_never_starts_a_scan_that_was_cancelled_while_waiting(cast: Cast, street: list[Project]) -> None:
    waiting = scan._made(None, 100, [], None, "array", False, None)
    cancel(waiting, actor=cast.fitri)
    run(waiting)
    assert (waiting.state, Pair.objects.count()) == ("cancelled", 0)


def test_it_refuses_to_queue_where_the_duty_does_not_reach(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        start(actor=cast.eko, place=Place.objects.get(pk="35"))
    assert not Scan.objects.exists()


def test_it_counts_the_money_of_a_case_without_the_dearest(cast: Cast) -> None:
    for metres, planned in ((0, 100), (5, 90), (10, None)):
        project(cast, metres, planned=planned)
    scan_register(actor=None)
    assert Case.objects.get().money == Decimal(90)


def test_it_does_not_lose_pairs_that_a_newer_scan_found_too(cast: Cast, street: list[Project]) -> None:
    older = scan._made(None, 100, [], None, "array", False, None)
    newer = scan_register(actor=None).scan
    run(older)
    assert older.state == "done"
    assert Pair.objects.current().count() == 44
    assert set(Pair.objects.values_list("scan", flat=True)) == {newer.pk}


# Only what changed --------------------------------------------------------------------------------------


def test_it_looks_only_at_what_changed(cast: Cast, street: list[Project]) -> None:
    scan_register(actor=None)
    before = dict(Pair.objects.values_list("pk", "scan"))
    again = scan_register(actor=None, incremental=True).scan
    assert (again.projects, again.candidates) == (0, 0)
    assert dict(Pair.objects.values_list("pk", "scan")) == before
    Project.objects.filter(pk=street[0].pk).update(title="PJU lapangan")
    some = scan_register(actor=None, incremental=True).scan
    assert (some.projects, some.candidates, some.engine) == (1, 8, "postgis")
    touched = {key for key, number in Pair.objects.current().values_list("pk", "scan") if number == some.pk}
    of_it = Pair.objects.filter(left=street[0].pk) | Pair.objects.filter(right=street[0].pk)
    assert touched <= set(of_it.values_list("pk", flat=True))


def test_it_ends_with_the_pairs_of_a_whole_scan(cast: Cast, street: list[Project]) -> None:
    scan_register(actor=None)
    street[3].sites.update(point=Point(114.3, -8.25, srid=4326))
    project(cast, 30)
    Project.objects.filter(pk=street[5].pk).update(status="cancelled")
    scan_register(actor=None, incremental=True)
    found = {(row[0], row[1]): row[6] is None for row in everything()}
    Pair.objects.all().delete()
    scan_register(actor=None)
    assert {key for key, current in found.items() if current} == {(row[0], row[1]) for row in everything()}


@pytest.mark.parametrize("radius_m", [100, 50])
def test_it_looks_again_where_the_last_scan_looked_less_far(
    cast: Cast, street: list[Project], radius_m: float
) -> None:
    scan_register(actor=None, radius_m=radius_m)
    again = scan_register(actor=None, radius_m=100, incremental=True).scan
    assert again.projects == (0 if radius_m == 100 else 10)


def test_it_opens_a_conclusion_again_whose_input_changed(cast: Cast) -> None:
    a, _b = project(cast, 0), project(cast, 12)
    scan_register(actor=None)
    conclude(pair=Pair.objects.get(), kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    scan_register(actor=None, incremental=True)
    assert Decision.objects.get().reopened_at is None
    Project.objects.filter(pk=a.pk).update(volume=412)
    scan_register(actor=None, incremental=True)
    assert [said[1] for said in Decision.objects.get().reopened_by] == ["volume"]


def _photo(one: Project, other: Project) -> None:
    ClaimFactory(photo=PhotoFactory(), project=one)


def _picture(one: Project, other: Project) -> None:
    photos = [PhotoFactory(), PhotoFactory()]
    ClaimFactory(photo=photos[0], project=one)
    fresh.keep_digests(Scan.objects.get(), Choice(), only_changed=False)
    SamePicture.objects.create(left=photos[0], right=photos[1], how="near", similarity=0.9)


CHANGES: dict[str, Any] = {
    "title": lambda one, other: Project.objects.filter(pk=one.pk).update(title="Lain"),
    "work_type": lambda one, other: Project.objects.filter(pk=one.pk).update(work_type="road"),
    "activity": lambda one, other: Project.objects.filter(pk=one.pk).update(
        activity=ActivityFactory(village=one.village)
    ),
    "budget": lambda one, other: Project.objects.filter(pk=one.pk).update(planned=5),
    "volume": lambda one, other: Project.objects.filter(pk=one.pk).update(volume=5),
    "unit": lambda one, other: Project.objects.filter(pk=one.pk).update(unit="m"),
    "year": lambda one, other: Project.objects.filter(pk=one.pk).update(fiscal_year=2020),
    "sources": lambda one, other: Project.objects.filter(pk=one.pk).update(sources=["ADD"]),
    "executor": lambda one, other: Project.objects.filter(pk=one.pk).update(executor_name="CV A"),
    "starts": lambda one, other: Project.objects.filter(pk=one.pk).update(planned_start="2026-01-01"),
    "ends": lambda one, other: Project.objects.filter(pk=one.pk).update(planned_end="2026-01-01"),
    "places": lambda one, other: one.sites.update(point=Point(114.3, -8.2, srid=4326)),
    "relations": lambda one, other: Relation.objects.create(project=other, other=one, kind="continues"),
    "pictures": _photo,
    "picture_groups": _picture,
}


@pytest.mark.parametrize("name", CHANGES)
def test_it_notices_every_input(cast: Cast, name: str) -> None:
    one, other = project(cast, 0), project(cast, 500)
    number = Scan.objects.create(state="done", radius_m=100)
    fresh.keep_digests(number, Choice(), only_changed=False)
    CHANGES[name](one, other)
    later = Scan.objects.create(radius_m=100)
    fresh.keep_digests(later, Choice(), only_changed=True)
    assert one.pk in fresh.kept_by(later)
    assert sum(len(row.projects) for row in Compared.objects.all()) == 2


# On the page ----------------------------------------------------------------------------------------------


def logged_in(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def half_way(cast: Cast, street: list[Project], monkeypatch: pytest.MonkeyPatch) -> Scan:
    """A scan that is at its fifth part."""
    with monkeypatch.context() as patched:
        killed_in_part(patched, 5)
        with pytest.raises(Killed):
            run(scan._made(cast.fitri, 100, [], None, "array", False, None))
    return Scan.objects.get()


def test_it_shows_the_progress_and_asks_again(cast: Cast, half_way: Scan) -> None:
    with held(half_way):
        page = logged_in(cast.fitri).get("/duplicates/").content.decode()
        answer = logged_in(cast.fitri).get(
            f"/duplicates/scans/{half_way.pk}/", headers={"HX-Request": "true"}
        )
    assert "HX-Refresh" not in answer
    assert "erhenti" not in page
    assert f'hx-get="/duplicates/scans/{half_way.pk}/"' in page
    assert 'max="26" value="5"' in page
    assert "19 %" in page
    assert "detik lagi" in page


def test_it_answers_a_fragment_and_loads_the_page_anew_at_the_end(cast: Cast, half_way: Scan) -> None:
    client = logged_in(cast.fitri)
    answer = client.get(f"/duplicates/scans/{half_way.pk}/", headers={"HX-Request": "true"})
    assert answer["HX-Refresh"] == "true"
    assert Scan.objects.get().state == "done"
    assert client.get(f"/duplicates/scans/{half_way.pk}/").status_code == 302


def test_it_says_that_it_was_cut_off(cast: Cast, half_way: Scan, settings: Any) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
    Scan.objects.update(alive_at=datetime(2026, 3, 2, 2, 5, tzinfo=UTC))
    page = logged_in(cast.fitri).get("/duplicates/").content.decode()
    assert "Terhenti pada 19 % (2 Mar 2026 09.05); dilanjutkan otomatis begitu server siap" in page
    assert "detik lagi" not in page
    assert f'hx-get="/duplicates/scans/{half_way.pk}/"' in page  # and goes on to look
    assert DBTaskResult.objects.count() == 1


def test_it_says_afterwards_that_it_was_cut_off(cast: Cast, half_way: Scan) -> None:
    Scan.objects.update(alive_at=datetime(2026, 3, 2, 2, 5, tzinfo=UTC))
    page = logged_in(cast.fitri).get("/duplicates/").content.decode()
    assert Scan.objects.get().state == "done"
    assert "Terhenti pada 2 Mar 2026 09.05, dilanjutkan pada " in page


def test_it_is_stopped_from_the_page(cast: Cast, half_way: Scan) -> None:
    with held(half_way):
        answer = logged_in(cast.eko).post(f"/duplicates/scans/{half_way.pk}/cancel/", follow=True)
    assert "sedang dihentikan" in answer.content.decode()
    assert Scan.objects.get().state == "running"
    resume_stale()
    assert Scan.objects.get().state == "cancelled"


def test_one_that_nobody_runs_is_stopped_at_once(cast: Cast, half_way: Scan) -> None:
    cancel(half_way, actor=cast.eko)
    assert half_way.state == "cancelled"
    assert resume_stale() == 0
    run(half_way)
    assert (half_way.state, half_way.parts.count()) == ("cancelled", 4)


def test_it_scans_only_what_changed_from_the_page(cast: Cast, street: list[Project]) -> None:
    client = logged_in(cast.fitri)
    client.post("/duplicates/scan/", {"radius_m": "100"})
    client.post("/duplicates/scan/", {"radius_m": "100", "incremental": "on"})
    assert list(Scan.objects.order_by("pk").values_list("incremental", "projects")) == [
        (False, 10),
        (True, 0),
    ]


def test_it_knows_the_time_left_only_after_the_first_step() -> None:
    now = timezone.now()
    assert Scan(steps=0, started_at=now, alive_at=now).seconds_left is None
    half = Scan(steps=26, steps_done=13, started_at=now - timedelta(seconds=30), alive_at=now)
    assert (half.seconds_left, half.percent) == (30, 50)


def test_it_counts_the_time_left_from_where_it_went_on() -> None:
    now = timezone.now()
    resumed = {
        "code": "scan.resumed",
        "params": {"resumed_at": (now - timedelta(seconds=6)).isoformat(), "done": 10},
    }
    went_on = Scan(
        steps=26, steps_done=13, started_at=now - timedelta(hours=9), alive_at=now, message=resumed
    )
    assert went_on.seconds_left == 26
    went_on.steps_done = 10
    assert went_on.seconds_left is None
