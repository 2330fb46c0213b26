"""Engines find the same pairs with the same scores, to the last one."""

import logging
import random
from collections.abc import Iterator
from typing import Any

import pytest
from distributed import LocalCluster
from django.contrib.gis.geos import LineString, MultiPoint, Point, Polygon
from django.db import connection

from duplicates.engines import Request, Scored, prepare
from duplicates.register import Choice
from duplicates.sites import Radius
from photos.models import SamePicture
from projects.models import Project, Relation, Status
from tests.cast import SRAGI, Cast
from tests.factories import ActivityFactory, ClaimFactory, PhotoFactory, ProjectFactory, SiteFactory

LON, LAT = 114.2225, -8.25
TITLES = (
    "Drainase Gang Kenanga RT 2 RW 1", "Pemb. drainase Gg. Kenanga RT 02/01", "Drainase Gang Kenangga RT 3",
    "Rabat beton Krajan", "Rabat cor Krajan 200 x 2,5 m", "Paving Gang Mawar tahap II", "Paving Gang Mawar",
    "TPT Kali Setail", "TPT Kalisetail", "Jalan usaha tani\nKrajan", 'Balai "Sragi", tahap 1', "PJU Krajan", "–",
    "Rehab rumah tidak layak huni Pak Budi", "Irigasi Sumberagung", "Jalan Sumber Agung",
)  # fmt: skip


def at(east_m: float, north_m: float = 0.0) -> Point:
    return Point(LON + east_m / 110_200, LAT + north_m / 110_577, srid=4326)


def line(rng: random.Random, start: Point) -> LineString:
    ends = [(start.x, start.y), (start.x + rng.uniform(-1, 1) / 900, start.y + rng.uniform(-1, 1) / 900)]
    return LineString(*ends, srid=4326)


def area(rng: random.Random, corner: Point) -> Polygon:
    wide, high = rng.uniform(1, 9) / 20_000, rng.uniform(1, 9) / 20_000
    return Polygon.from_bbox((corner.x, corner.y, corner.x + wide, corner.y + high))


def shape(rng: random.Random, point: Point) -> Any:
    kind = rng.random()
    if kind < 0.25:
        return line(rng, point)
    if kind < 0.4:
        made = area(rng, point)
        made.srid = 4326
        return made
    return MultiPoint(point, at(rng.uniform(0, 900)), srid=4326) if kind < 0.45 else None


def in_a_street(rng: random.Random) -> Point:
    return at(rng.uniform(0, 1200), rng.uniform(0, 300))


def in_many_places(rng: random.Random) -> Point:
    """Around the corners of the smallest squares into which the engine "dask" cuts the earth."""
    side = 360 / 2**15
    column, row = rng.choice([26779, 26780, 26786, 26790]), rng.choice([14881, 14882, 14889])
    corner = Point(column * side - 180, row * side / 2 - 90, srid=4326)
    return Point(corner.x + rng.gauss(0, 90) / 110_200, corner.y + rng.gauss(0, 90) / 110_577, srid=4326)


@pytest.fixture(params=[in_a_street, in_many_places], ids=["a street", "many places"])
def register(cast: Cast, request: pytest.FixtureRequest) -> list[Project]:
    """A hundred and twenty works on both sides of a border: points, lines, areas, many sites, pictures, relations."""
    rng = random.Random(11)
    activity = ActivityFactory(village=cast.sragi)
    made = []
    for number in range(120):
        home = request.param(rng)
        one = ProjectFactory(
            village=cast.sragi if home.x < at(600).x else cast.bubuk,
            number=number + 1,
            fiscal_year=rng.choice([2024, 2025, 2026]),
            title=rng.choice(TITLES),
            work_type=rng.choice(["drain", "road", "house", "lighting", "other", "retaining_wall"]),
            activity=rng.choice([None, activity]),
            planned=rng.choice([None, 100_000_000, 104_000_000, 51_000_000]),
            volume=rng.choice([None, 200, 412.5]),
            unit=rng.choice(["", "m", "Mtr"]),
            sources=rng.choice([[], ["DDS"], ["DDS", "PBK"]]),
            executor_name=rng.choice(["", "CV. Karya", "karya", 'TPK "Sragi"']),
            planned_start=rng.choice([None, "2025-03-01", "2025-03-09"]),
            planned_end=rng.choice([None, "2025-06-01"]),
            status=rng.choice([Status.PLANNED] * 9 + [Status.CANCELLED]),
            published=False,
            point=home,
            sites=0,
        )
        for no in range(rng.choice([1, 1, 1, 3])):
            spot = home if no == 0 else request.param(rng)
            SiteFactory(project=one, no=no + 1, point=spot, extent=shape(rng, spot))
        made.append(one)
    photos = [PhotoFactory() for _n in range(6)]
    for photo in photos:
        for project in rng.sample(made, 3):
            ClaimFactory(photo=photo, project=project)
    ClaimFactory(photo=photos[0], project=made[0], shared_reason="Satu papan nama.")
    SamePicture.objects.create(left=photos[1], right=photos[2], how="near", similarity=0.9)
    SamePicture.objects.create(left=photos[2], right=photos[3], how="pixels", similarity=1)
    for number in range(0, 60, 7):
        Relation.objects.create(project=made[number], other=made[number + 1], kind="continues")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE projects_site, projects_project")
    return made


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of two processes."""
    with LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        host="127.0.0.1",
        dashboard_address=":0",
        silence_logs=logging.ERROR,
    ) as started:
        yield started.scheduler_address


@pytest.fixture
def _cut_small(cluster: str, settings: Any) -> None:
    settings.DASK_SCHEDULER, settings.DASK_PARTITION = cluster, 7


def found(engine: str, **asked: Any) -> dict[tuple[int, int], tuple[Any, ...]]:
    """Everything an engine says of each pair."""
    request = Request(**({"radius": Radius(100), "min_probability": 0.0} | asked))
    ready = prepare(engine, request)
    pairs: dict[tuple[int, int], tuple[Any, ...]] = {}
    for part in ready.scored(ready.numbers):
        pairs |= said(part, pairs)
    return pairs


def said(
    part: Scored, before: dict[tuple[int, int], tuple[Any, ...]]
) -> dict[tuple[int, int], tuple[Any, ...]]:
    pairs = {}
    for n in range(len(part.batch)):
        pair = part.pair(n)
        key = int(part.keys[part.batch.left[n]]), int(part.keys[part.batch.right[n]])
        assert key not in before
        pairs[key] = (
            pair.left_id, pair.right_id, pair.distance_m, pair.weight, pair.probability,
            bool(part.by_picture[n]), pair.signals_json(),
        )  # fmt: skip
    return pairs


@pytest.mark.usefixtures("_cut_small")
@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"min_probability": 0.05},
        {"radius": Radius(30)},
        {"radius": Radius(60, {"house": 20, "road": 150})},
        {"choice": Choice(years=[2025])},
        {"choice": Choice(places=[SRAGI], years=[2024])},
    ],
    ids=["all", "stored", "30 m", "by work type", "a year", "a village and year"],
)
def test_it_finds_the_same_pairs_with_the_same_scores(register: list[Project], asked: Any) -> None:
    expected = found("postgis", **asked)
    assert len(expected) > 10
    assert found("array", **asked) == expected
    assert found("dask", **asked) == expected


@pytest.mark.usefixtures("_cut_small")
@pytest.mark.parametrize("engine", ["array", "dask"])
def test_it_pairs_works_that_share_a_picture_at_any_distance(register: list[Project], engine: str) -> None:
    far = [pair for pair in found(engine, radius=Radius(5)).values() if pair[5]]
    assert far
    assert all(pair[2] > 5 for pair in far)


@pytest.mark.usefixtures("_cut_small")
def test_it_finds_pairs_of_some_projects_only(register: list[Project]) -> None:
    some = [project.pk for project in register[:7]]
    whole = found("array")
    expected = {key: pair for key, pair in whole.items() if key[0] in some or key[1] in some}
    assert expected
    assert found("postgis", choice=Choice(projects=some)) == expected
    assert found("array", choice=Choice(projects=some)) == expected
    assert found("dask", choice=Choice(projects=some)) == expected


def test_it_finds_nothing_in_an_empty_register(db: None) -> None:
    assert found("postgis") == found("array") == found("dask") == {}


def test_it_knows_no_other_engine() -> None:
    with pytest.raises(ValueError, match="abacus"):
        prepare("abacus", Request(Radius(100)))
