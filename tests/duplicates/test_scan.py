"""Scanning the register: what PostGIS finds, what is stored, what a second scan leaves alone."""

import random

import pytest
import shapely
from django.contrib.gis.geos import LineString, Point
from django.core.exceptions import PermissionDenied
from pyproj import Geod

from accounts.models import AuditEvent
from duplicates.decisions import conclude
from duplicates.lists import compare_lists
from duplicates.models import Case, Decision, Pair, Scan
from duplicates.register import candidate_pairs, records_of
from duplicates.scan import scan_register
from duplicates.signals import SIGNALS
from places.models import Place
from projects.models import Project, SiteStatus, Status
from tests.cast import Cast
from tests.factories import ProjectFactory, SiteFactory

TITLE = "Drainase Gang Kenanga RT 2 RW 1"


def project(cast: Cast, metres_east: float, title: str = TITLE, **known: object) -> Project:
    """A project at the border of Sragi and Bubuk, so many metres further east."""
    place = Point(114.2225 + metres_east / 110_200, -8.25, srid=4326)
    return ProjectFactory(
        **{"village": cast.sragi, "title": title, "work_type": "drain", "point": place} | known
    )


def scan(**asked: object) -> Scan:
    return scan_register(actor=None, **asked).scan


def pairs_now() -> list[tuple[str, str]]:
    return list(Pair.objects.current().values_list("left__code", "right__code"))


def test_it_finds_a_pair_across_villages_years_and_sources(cast: Cast) -> None:
    a = project(cast, 0, fiscal_year=2025, sources=["DDS"])
    b = project(cast, 12, village=cast.bubuk, fiscal_year=2026, sources=["PBK"])
    done = scan()
    pair = Pair.objects.get()
    assert (pair.left, pair.right, pair.distance_m) == (a, b, pytest.approx(12, abs=0.05))
    assert pair.probability > 0.9
    assert [part["signal"] for part in pair.signals] == [signal.name for signal in SIGNALS]
    assert (done.projects, done.candidates, done.stored, done.state) == (2, 1, 1, "done")
    assert pair.case is not None


def test_it_stores_weak_pairs_without_a_case_and_drops_the_weakest(cast: Cast) -> None:
    project(cast, 0)
    project(cast, 3, "Drainase Gang Kenanga RT 3 RW 1")
    project(cast, 6, "PJU Gang Kenanga", work_type="lighting")
    done = scan()
    assert (done.candidates, done.stored) == (3, 1)
    assert 0.05 <= Pair.objects.get().probability < 0.5
    assert not Case.objects.exists()


@pytest.mark.parametrize("status", [Status.DRAFT, Status.CANCELLED, Status.MERGED])
def test_it_leaves_out_what_is_no_work(cast: Cast, status: str) -> None:
    project(cast, 0)
    project(cast, 3, status=status, published=False)
    assert scan().candidates == 0


def test_it_never_pairs_sites_of_one_project(cast: Cast) -> None:
    houses = project(cast, 0, sites=0)
    for number in range(3):
        SiteFactory(project=houses, no=number + 1)
    assert scan().candidates == 0


def test_it_counts_every_site_and_the_nearest_part_of_an_extent(cast: Cast) -> None:
    lane = project(cast, 0, sites=0)
    SiteFactory(project=lane, no=1, extent=LineString((114.20, -8.25), (114.2225, -8.25), srid=4326))
    far = project(cast, 5000, sites=0)
    SiteFactory(project=far, no=1)
    SiteFactory(project=far, no=2, point=Point(114.21, -8.25 + 20 / 110_577, srid=4326))
    scan()
    assert Pair.objects.get().distance_m == pytest.approx(20, abs=0.1)


def test_it_ignores_sites_that_were_dropped(cast: Cast) -> None:
    project(cast, 0)
    other = project(cast, 3)
    other.sites.update(status=SiteStatus.DROPPED)
    assert scan().candidates == 0


def test_it_finds_exactly_the_pairs_of_brute_force_and_of_outside_lists(cast: Cast) -> None:
    rng = random.Random(3)
    titles = [TITLE, "Rabat beton Krajan RT 1", "Paving Gang Mawar", "Drainase Gang Kenanga"]
    for number in range(500):
        place = Point(114.0 + rng.uniform(-0.01, 0.01), -8.3 + rng.uniform(-0.004, 0.004), srid=4326)
        ProjectFactory(village=cast.sragi, number=number + 1, title=rng.choice(titles), point=place)
    geod, found = Geod(ellps="WGS84"), list(Project.objects.order_by("code"))
    expected = {}
    for i, a in enumerate(found):
        for b in found[i + 1 :]:
            metres = round(geod.inv(a.point.x, a.point.y, b.point.x, b.point.y)[2], 2)
            if metres <= 100:
                expected[a.code, b.code] = metres
    given = scan_register(actor=None, min_probability=0).table.pairs
    assert len(expected) > 100
    assert {(p.left_id, p.right_id): p.distance_m for p in given} == expected
    outside = list(records_of(p.pk for p in found).values())
    assert list(given) == compare_lists(outside, radius_m=100, min_probability=0)


def test_it_changes_nothing_when_run_again(cast: Cast) -> None:
    project(cast, 0), project(cast, 12)
    scan()
    before = Pair.objects.values("pk", "case", "probability", "first_seen_at").get()
    scan()
    assert Pair.objects.values("pk", "case", "probability", "first_seen_at").get() == before
    assert Case.objects.count() == 1


def test_it_keeps_a_conclusion_through_the_next_scan(cast: Cast) -> None:
    project(cast, 0)
    moved = project(cast, 12)
    scan()
    decision = conclude(pair=Pair.objects.get(), kind="duplicate", reason="Satu saluran.", actor=cast.eko)
    scan()
    assert list(Pair.objects.get().decisions.all()) == [decision]
    moved.sites.update(point=Point(114.3, -8.25, srid=4326))
    scan()
    pair = Pair.objects.get()
    assert pair.gone_at is not None
    assert list(pair.decisions.all()) == [decision]


def test_it_brings_a_pair_back_under_its_number(cast: Cast) -> None:
    project(cast, 0)
    other = project(cast, 12)
    home = other.point
    scan()
    pair, case = Pair.objects.get().pk, Case.objects.get().pk
    other.sites.update(point=Point(114.3, -8.25, srid=4326))
    scan()
    assert pairs_now() == []
    other.sites.update(point=home)
    scan()
    found = Pair.objects.current().get()
    assert (found.pk, found.case_id) == (pair, case)


def test_it_leaves_alone_what_a_smaller_scan_did_not_look_for(cast: Cast) -> None:
    project(cast, 0), project(cast, 60)
    scan()
    scan(radius_m=20)
    scan(years=[2024])
    scan(place=cast.bubuk)
    assert len(pairs_now()) == 1


def test_it_drops_pairs_of_projects_that_were_cancelled(cast: Cast) -> None:
    a, _b = project(cast, 0), project(cast, 12)
    scan()
    Project.objects.filter(pk=a.pk).update(status=Status.CANCELLED)
    scan()
    assert pairs_now() == []


def test_it_scans_a_year_or_place_against_everything(cast: Cast) -> None:
    project(cast, 0, fiscal_year=2025)
    project(cast, 12, fiscal_year=2026, village=cast.bubuk)
    project(cast, 24, fiscal_year=2025)
    assert scan(years=[2026]).candidates == 2
    assert scan(place=cast.bubuk).candidates == 2
    assert scan(years=[2024]).candidates == 0


def test_it_scores_a_part_as_it_scores_the_whole(cast: Cast) -> None:
    for number in range(6):
        project(cast, number * 12, fiscal_year=2025 + number % 2)
    whole = {(p.left_id, p.right_id): p for p in scan_register(actor=None, min_probability=0).table.pairs}
    part = scan_register(actor=None, min_probability=0, years=[2025]).table.pairs
    assert part
    assert all(whole[p.left_id, p.right_id] == p for p in part)


def test_it_writes_an_audit_event(cast: Cast) -> None:
    scan_register(actor=cast.eko, years=[2026])
    event = AuditEvent.objects.get(action="scan.done")
    assert event.actor_id == cast.eko.pk
    assert event.data["years"] == [2026]


@pytest.mark.parametrize("who", ["ani", "budi", "dewi", "galih", "tamu"])
def test_it_refuses_those_who_may_not_scan(cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        scan_register(actor=getattr(cast, who))
    assert not Scan.objects.exists()


def test_it_refuses_a_place_outside_the_duty(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        scan_register(actor=cast.eko, place=Place.objects.get(pk="35"))


def test_it_says_when_a_scan_failed(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object, **_known: object) -> None:
        raise shapely.errors.GEOSException("torn")

    monkeypatch.setattr("duplicates.scan.prepare", broken)
    with pytest.raises(shapely.errors.GEOSException):
        scan()
    failed = Scan.objects.get()
    assert (failed.state, failed.message["code"]) == ("failed", "scan.failed")
    assert AuditEvent.objects.get(action="scan.failed").subject_id == str(failed.pk)


def test_it_finds_neighbours_of_one_project(cast: Cast) -> None:
    a, b, _far = project(cast, 0), project(cast, 12), project(cast, 900)
    assert candidate_pairs(radius_m=100, project_id=b.pk) == [(a.pk, b.pk)]


def test_it_keeps_decided_pairs_when_projects_are_deleted_only_by_refusing(cast: Cast) -> None:
    a, _b = project(cast, 0), project(cast, 12)
    scan()
    conclude(pair=Pair.objects.get(), kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    with pytest.raises(Exception, match="protected"):
        a.delete()
    assert Decision.objects.count() == 1
