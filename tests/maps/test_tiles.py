"""Tiles: exact counts at every zoom, nobody sees what is not theirs, one error shape."""

import math
import random
from pathlib import Path
from urllib.parse import urlencode

import mapbox_vector_tile
import pytest
from django.contrib.gis.geos import Point

from maps import tiles
from projects import filters
from projects.models import Project, Status
from tests.cast import BUBUK, BUBUK_POINT, SRAGI, SRAGI_POINT, Cast
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db
BOX = (113.80, -8.85, 114.65, -7.85)  # the regency


def cell_of(lon: float, lat: float, z: int) -> tuple[int, int]:
    """The tile that holds a point, computed independently of the SQL."""
    side = 2**z
    x = int((lon + 180) / 360 * side)
    return x, int((1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * side)


def read(client, z: int, x: int, y: int, **params: str) -> list[dict]:
    response = client.get(f"/tiles/projects/{z}/{x}/{y}.mvt", params)
    assert response.status_code in {200, 204}, response.content
    if not response.content:
        return []
    return [
        feature["properties"]
        for feature in mapbox_vector_tile.decode(response.content)["projects"]["features"]
    ]


def over_regency(client, z: int, **params: str) -> list[dict]:
    west, south, east, north = BOX
    (left, top), (right, bottom) = cell_of(west, north, z), cell_of(east, south, z)
    return [
        feature
        for x in range(left, right + 1)
        for y in range(top, bottom + 1)
        for feature in read(client, z, x, y, **params)
    ]


@pytest.fixture
def scattered(cast: Cast) -> list[Project]:
    """60 projects at random places and 12 exactly on edges and corners of tiles."""
    chance = random.Random(7)
    points = [(chance.uniform(BOX[0], BOX[2]), chance.uniform(BOX[1], BOX[3])) for _ in range(60)]
    for z in (10, 11, 12, 13):
        side = 2**z
        x, y = cell_of(114.2, -8.3, z)
        lon, lat = x / side * 360 - 180, math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / side))))
        points += [(lon, lat), (lon, -8.3), (114.2, lat)]
    return [
        ProjectFactory(
            village=cast.sragi if number % 2 else cast.bubuk,
            point=Point(lon, lat, srid=4326),
            fiscal_year=2025 + number % 2,
            status=[Status.PLANNED, Status.IN_PROGRESS, Status.COMPLETED][number % 3],
            progress=[0, 20, 50, 99, 100][number % 5],
            evidence=["none", "verified", "outside", "unlocated", "suspect"][number % 5],
            sites=0,
        )
        for number, (lon, lat) in enumerate(points)
    ]


@pytest.mark.parametrize("z", [0, 5, 8, 10])
@pytest.mark.parametrize(
    "params",
    [
        {},
        {"year": "2026"},
        {"status": "in_progress,completed"},
        {"verdict": "verified"},
        {"place": SRAGI},
        {"stage": "50-99", "year": "2025"},
        {"q": "Melati"},
        {"bbox": "114.0,-8.5,114.3,-8.1"},
    ],
    ids=lambda params: urlencode(params) or "all",
)
def test_it_counts_every_project_once_whatever_the_filter(client, scattered, z, params):
    wanted = filters.apply(Project.objects.filter(published=True), filters.read(params), None).count()
    assert wanted > 0
    assert sum(feature["count"] for feature in over_regency(client, z, **params)) == wanted


@pytest.mark.parametrize("z", [9, 11, 12, 13])
def test_it_counts_every_project_once_at_every_zoom(client, scattered, z):
    assert sum(feature["count"] for feature in over_regency(client, z)) == len(scattered) == 72


def test_it_shows_every_project_alone_from_zoom_14(client, scattered):
    project = scattered[0]
    features = read(client, 14, *cell_of(project.point.x, project.point.y, 14))
    assert [feature["id"] for feature in features] == [project.pk]
    assert features[0] == {
        "count": 1,
        "id": project.pk,
        "code": project.code,
        "title": project.title,
        "work_type": "road",
        "status": "planned",
        "progress": 0.0,
        "evidence": "none",
    }


def test_it_keeps_projects_at_one_spot_apart_from_zoom_14(client, cast):
    for _ in range(3):
        ProjectFactory(village=cast.sragi, sites=0)
    at = cell_of(*SRAGI_POINT, 14)
    assert [feature["count"] for feature in read(client, 14, *at)] == [1, 1, 1]
    (cluster,) = read(client, 13, *cell_of(*SRAGI_POINT, 13))
    assert cluster["count"] == 3


def test_it_says_the_shares_of_a_cluster(client, cast):
    for progress, evidence in (
        (0, "none"),
        (30, "verified"),
        (50, "outside"),
        (99, "suspect"),
        (100, "verified"),
    ):
        ProjectFactory(village=cast.sragi, progress=progress, evidence=evidence, sites=0)
    (cluster,) = read(client, 10, *cell_of(*SRAGI_POINT, 10))
    shares = {name: cluster[name] for name in ("count", "p0", "p1", "p50", "p100", "look")}
    assert shares == {"count": 5, "p0": 1, "p1": 1, "p50": 2, "p100": 1, "look": 2}
    assert "id" not in cluster


def test_a_lone_project_is_a_single_pin_at_low_zoom_too(client, cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    assert read(client, 8, *cell_of(*SRAGI_POINT, 8))[0]["id"] == project.pk


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        (None, {"Terbit"}),
        ("tamu", {"Terbit"}),
        ("catur", {"Terbit"}),
        ("ani", {"Terbit", "Draf"}),
        ("dewi", {"Terbit", "Draf"}),
        ("eko", {"Terbit", "Draf"}),
    ],
)
def test_drafts_are_for_their_own_village_and_above(client, cast, who, seen):
    ProjectFactory(village=cast.sragi, title="Terbit", sites=0)
    ProjectFactory(village=cast.sragi, title="Draf", published=False, status=Status.DRAFT, sites=0)
    if who:
        client.force_login(getattr(cast, who), backend="allauth.account.auth_backends.AuthenticationBackend")
    assert {feature["title"] for feature in read(client, 14, *cell_of(*SRAGI_POINT, 14))} == seen


def test_houses_are_public_to_three_decimals_only(client, cast):
    ProjectFactory(
        village=cast.sragi, work_type="house", point=Point(114.20049, -8.25049, srid=4326), sites=0,
        title="Rehab rumah Pak Slamet", public_title="Rehab satu rumah",
    )  # fmt: skip
    (feature,) = read(client, 18, *cell_of(114.200, -8.250, 18))
    assert feature["title"] == "Rehab satu rumah"
    assert read(client, 18, *cell_of(114.20049, -8.25049, 18)) == []
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    (feature,) = read(client, 18, *cell_of(114.20049, -8.25049, 18))
    assert feature["title"] == "Rehab rumah Pak Slamet"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("23/0/0.mvt", "tile.outside"),
        ("3/8/0.mvt", "tile.outside"),
        ("3/0/8.pbf", "tile.outside"),
        ("10/800/500.mvt?year=dua", "filter.not_a_number"),
        ("10/800/500.mvt?status=hilang", "filter.unknown_value"),
        ("10/800/500.mvt?place=35.1", "filter.not_a_place"),
    ],
)
def test_a_wrong_tile_or_filter_is_refused_in_words(client, address, code):
    response = client.get(f"/tiles/projects/{address}")
    assert response.status_code == 400
    assert response.json()["error"]["code"] == code
    assert response.json()["error"]["message"]


def test_an_unchanged_tile_is_not_sent_again(client, cast):
    project = ProjectFactory(village=cast.sragi, sites=0)
    x, y = cell_of(*SRAGI_POINT, 12)
    first = client.get(f"/tiles/projects/12/{x}/{y}.pbf")
    assert first["Content-Type"] == "application/vnd.mapbox-vector-tile"
    again = client.get(f"/tiles/projects/12/{x}/{y}.pbf", headers={"If-None-Match": first["ETag"]})
    assert again.status_code == 304
    Project.objects.filter(pk=project.pk).update(progress=100)
    changed = client.get(f"/tiles/projects/12/{x}/{y}.pbf", headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200


def test_tiles_of_a_person_stay_with_that_person(client, cast):
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    response = client.get("/tiles/projects/12/0/0.mvt")
    assert response.status_code == 204
    assert "private" in response["Cache-Control"]
    assert "Cookie" in response["Vary"]


def test_tilejson_names_the_layer_and_keeps_the_filters(client, cast):
    body = client.get("/tiles/projects.json", {"year": "2026"}).json()
    assert body["tiles"] == ["http://testserver/tiles/projects/{z}/{x}/{y}.mvt?year=2026"]
    assert body["vector_layers"][0]["id"] == "projects"
    assert body["vector_layers"][0]["fields"]["count"] == "Number"


def test_the_tile_bounds_are_those_of_the_xyz_scheme():
    west, south, east, north = tiles.Tile(1, 1, 0).bounds()
    assert (west, south, east) == (0, 0, 180)
    assert north == pytest.approx(85.0511, abs=0.0001)


def test_two_villages_far_apart_are_two_features(client, cast):
    ProjectFactory(village=cast.sragi, sites=0)
    ProjectFactory(village=cast.bubuk, sites=0)
    assert BUBUK != SRAGI
    assert BUBUK_POINT != SRAGI_POINT
    assert [feature["count"] for feature in over_regency(client, 13)] == [1, 1]


def test_the_worked_example_of_the_design_page_is_true(client, cast):
    page = (Path(__file__).parents[2] / "docs" / "design" / "tiles.md").read_text()
    ProjectFactory(village=cast.sragi, point=Point(114.3691, -8.2192, srid=4326), sites=0)
    ProjectFactory(village=cast.sragi, point=Point(114.3691, -8.2192, srid=4326), sites=0)
    for z, x, y in ((11, 1674, 1070), (12, 3349, 2141), (13, 6698, 4283)):
        assert f"tile {z}/{x}/{y}" in page
        assert [feature["count"] for feature in read(client, z, x, y)] == [2]
