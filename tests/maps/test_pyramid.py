"""The pyramid: every tile counts what SQL counts, whatever changed, folded or not; no writer waits for another."""

import random
import threading
from collections import Counter

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.db import connection, connections, transaction

from maps import pyramid, selections
from maps.models import Pin, PinChange, TileCount
from maps.sight import Sight
from projects import filters
from projects.models import Project, Status
from tests.cast import SRAGI_POINT, Cast
from tests.factories import ProjectFactory
from tests.maps.test_tiles import cell_of, over_regency, read

STATUSES = [Status.PLANNED, Status.IN_PROGRESS, Status.COMPLETED]
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def some_projects(cast: Cast, chance: random.Random, many: int) -> list[Project]:
    return [
        ProjectFactory(
            village=chance.choice([cast.sragi, cast.bubuk]),
            point=Point(chance.uniform(113.85, 114.6), chance.uniform(-8.8, -7.9), srid=4326),
            fiscal_year=chance.choice([2024, 2025, 2026]),
            work_type=chance.choice(["road", "house", "drain"]),
            status=chance.choice(STATUSES),
            progress=chance.choice([0, 20, 50, 99, 100]),
            evidence=chance.choice(["none", "verified", "outside", "suspect"]),
            sources=chance.choice([[], ["DDS"], ["PBK", "DDS"], ["ADD"]]),
            published=chance.random() < 0.8,
            sites=0,
        )
        for _number in range(many)
    ]


def change_something(projects: list[Project], chance: random.Random) -> None:
    project = chance.choice(projects)
    rows = Project.objects.filter(pk=project.pk)
    what = chance.randrange(6)
    if what == 0:
        rows.update(point=Point(chance.uniform(113.85, 114.6), chance.uniform(-8.8, -7.9), srid=4326))
    elif what == 1:
        rows.update(status=chance.choice(STATUSES), progress=chance.choice([0, 20, 50, 99, 100]))
    elif what == 2:
        rows.update(sources=chance.choice([["DDS"], ["ADD", "DDS"], []]), evidence="outside")
    elif what == 3:
        rows.update(published=not rows.get().published)
    elif what == 4:
        Project.objects.filter(pk__in=[one.pk for one in projects]).update(title="Nama lain")
    elif len(projects) > 5:
        rows.delete()
        projects.remove(project)


def tiles_count(client, z: int, **params: str) -> Counter[str]:
    """Counts over all tiles of a zoom; a single pin tells its stage by its progress."""
    found: Counter[str] = Counter()
    for feature in over_regency(client, z, **params):
        found["count"] += feature["count"]
        if feature["count"] == 1:
            progress = feature["progress"]
            found["p0"] += progress == 0
            found["p100"] += progress == 100
            found["look"] += feature["evidence"] in {"outside", "suspect"}
        else:
            for name in ("p0", "p100", "look"):
                found[name] += feature[name]
            assert feature["p0"] + feature["p1"] + feature["p50"] + feature["p100"] == feature["count"]
    return found


def sql_counts(chosen) -> Counter[str]:
    found: Counter[str] = Counter()
    for progress, evidence in chosen.values_list("progress", "evidence"):
        found["count"] += 1
        found["p0"] += progress == 0
        found["p100"] += progress == 100
        found["look"] += evidence in {"outside", "suspect"}
    return found


CHOICES = [
    {},
    {"year": "2025"},
    {"work_type": "road,house"},
    {"stage": "0"},
    {"year": "2025,2026", "status": "in_progress"},
    {"fund_source": "DDS", "evidence": "outside"},
    {"fund_source": "dds,add", "year": "2026"},
    {"stage": "100", "work_type": "drain"},
    {"year": "2025", "status": "completed", "fund_source": "DDS"},
    {"place": "35.10"},
]


def wanted(params: dict[str, str], who: Cast | None):
    return filters.apply(Project.objects.visible_to(who), filters.read(params), who)


@pytest.mark.django_db
@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("who", [None, "ani", "dewi"])
def test_tiles_count_what_sql_counts_while_everything_changes(client, cast, seed, who):
    chance = random.Random(seed)
    projects = some_projects(cast, chance, 40)
    person = getattr(cast, who) if who else None
    if person:
        client.force_login(person, backend=BACKEND)
    reader = person or AnonymousUser()
    for _round in range(4):
        for _step in range(8):
            change_something(projects, chance)
        if chance.random() < 0.6:
            pyramid.fold()
        change_something(projects, chance)
        selections.forget()
        params = chance.choice(CHOICES)
        z = chance.choice([5, 8, 10, 11, 13])
        assert tiles_count(client, z, **params) == sql_counts(wanted(params, reader)), (params, z)


@pytest.mark.django_db
def test_folding_leaves_the_same_as_making_anew(cast):
    chance = random.Random(11)
    projects = some_projects(cast, chance, 30)
    for _step in range(40):
        change_something(projects, chance)
        if chance.random() < 0.2:
            pyramid.fold()
    assert pyramid.fold() >= 0
    assert not PinChange.objects.exists()
    columns = [field.attname for field in TileCount._meta.get_fields() if field.attname != "pk"]
    folded = sorted(TileCount.objects.values_list(*columns))
    pins = sorted(Pin.objects.values_list("project_id", "scope", "key"))
    assert pyramid.rebuild() == len(pins)
    assert sorted(TileCount.objects.values_list(*columns)) == folded
    assert sorted(Pin.objects.values_list("project_id", "scope", "key")) == pins


@pytest.mark.django_db
def test_a_change_that_no_tile_shows_is_no_change(cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    pyramid.fold()
    Project.objects.filter(pk=project.pk).update(title="Nama lain", realised=5)
    assert not PinChange.objects.exists()
    Project.objects.filter(pk=project.pk).update(status=Status.COMPLETED)
    signs = PinChange.objects.order_by("sign").values_list("sign", "status")
    assert list(signs) == [(-1, "planned"), (1, "completed")]


@pytest.mark.django_db
def test_an_empty_cell_leaves_no_row(cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    pyramid.fold()
    assert TileCount.objects.exists()
    Project.objects.filter(pk=project.pk).delete()
    pyramid.fold()
    assert not TileCount.objects.exists()


@pytest.mark.django_db
def test_every_two_facets_have_a_cube():
    facets = pyramid.FACETS
    for one in facets:
        for other in facets:
            number, pair = pyramid.cube_of({one, other})
            assert {one, other} <= set(pair)
            assert pyramid.CUBES[number] == pair
    assert pyramid.cube_of(set()) == (0, ())
    assert pyramid.cube_of(set(facets[:3])) is None


@pytest.mark.django_db
def test_a_group_tells_where_its_pins_lie(client, cast):
    lon, lat = SRAGI_POINT
    for east in (0, 0.004):
        ProjectFactory(village=cast.sragi, point=Point(lon + east, lat, srid=4326), sites=0)
    x, y = cell_of(lon, lat, 10)
    west, south, east, north = client.get(f"/tiles/projects/extent/10/{x}/{y}.json").json()["bbox"]
    assert (west, east) == (pytest.approx(lon, abs=1e-5), pytest.approx(lon + 0.004, abs=1e-5))
    assert south <= lat <= north
    found = client.get(f"/tiles/projects/extent/10/{x}/{y}.json", {"q": "tidak ada begitu"})
    assert found.json() == {"bbox": None}
    assert client.get(f"/tiles/projects/extent/10/{x}/{y}.json", {"year": "1999"}).json() == {"bbox": None}
    refused = client.get("/tiles/projects/extent/3/8/0.json")
    assert refused.status_code == 400


@pytest.mark.django_db
def test_a_project_hidden_within_the_minute_is_not_told(client, cast):
    project = ProjectFactory(village=cast.sragi, sites=0, title="Jalan Melati")
    at = cell_of(*SRAGI_POINT, 8)
    assert [feature["id"] for feature in read(client, 8, *at, q="Melati")] == [project.pk]
    Project.objects.filter(pk=project.pk).update(published=False)
    assert read(client, 8, *at, q="Melati") == []


@pytest.mark.django_db
def test_sight_is_everything_only_while_a_duty_covers_every_pin(cast):
    ProjectFactory(village=cast.sragi, sites=0)
    assert Sight.of(cast.dewi) == Sight(everything=True)
    elsewhere = ProjectFactory(village=cast.sragi, sites=0)
    Pin.objects.filter(project_id=elsewhere.pk).update(village="35.11.01.2001")
    assert Sight.of(cast.dewi) == Sight(own=("35.10.17",))


@pytest.mark.django_db(transaction=True)
def test_no_writer_waits_for_another_and_none_for_the_folding(cast):
    """A long import holds its changes open; a photo's progress in the same cell and the folding go on beside it."""
    one, other = (ProjectFactory(village=cast.sragi, sites=0) for _ in range(2))
    pyramid.fold()
    imported, done = threading.Event(), threading.Event()
    errors: list[Exception] = []

    def a_long_import() -> None:
        try:
            with transaction.atomic():
                Project.objects.filter(pk=one.pk).update(status=Status.COMPLETED, sources=["QQQ"])
                imported.set()
                done.wait(20)
        except Exception as error:  # noqa: BLE001
            errors.append(error)
        finally:
            connections.close_all()

    thread = threading.Thread(target=a_long_import)
    thread.start()
    assert imported.wait(20)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    try:
        Project.objects.filter(pk=other.pk).update(progress=50, sources=["QQQ"])
        assert pyramid.fold() > 0
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = 0")
        done.set()
        thread.join(20)
    assert not errors
    assert pyramid.fold() > 0
    counts = TileCount.objects.filter(level=6, scope="p", cube=0).values_list("count", "p0", "p50")
    assert list(counts) == [(2, 1, 1)]


@pytest.mark.django_db(transaction=True)
def test_only_one_folds_at_a_time(cast):
    ProjectFactory(village=cast.sragi, sites=0)
    held, done = threading.Event(), threading.Event()

    def another() -> None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [pyramid._LOCK])
                held.set()
                done.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=another)
    thread.start()
    assert held.wait(20)
    try:
        assert pyramid.fold() == 0
    finally:
        done.set()
        thread.join(20)
    assert pyramid.fold() > 0


@pytest.mark.django_db
def test_the_migration_counts_what_is_there(cast):
    ProjectFactory(village=cast.sragi, sites=0)
    call_command("migrate", "maps", "0001", verbosity=0)
    call_command("migrate", "maps", verbosity=0)
    assert Pin.objects.count() == 1
    assert pyramid.fold() == 1
