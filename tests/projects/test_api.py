"""/api/v1/projects/: features, count, filters, who may see and change what."""

from decimal import Decimal

import pytest
from django.contrib.gis.geos import GEOSGeometry
from django.test import Client

from projects.models import Activity, Project, Status
from projects.saving import create_project
from projects.sites import SiteDraft
from tests.cast import Cast
from tests.factories import ProjectFactory

URL = "/api/v1/projects/"
NEW = {
    "village": "35.10.17.2001",
    "fiscal_year": 2026,
    "title": "Sumur bor",
    "work_type": "water",
    "status": "planned",
    "sites": [{"lon": 114.2, "lat": -8.25}],
}


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def post(user, **changes):
    return as_(user).post(URL, NEW | changes, content_type="application/json")


def test_a_list_answers_its_count_beside_the_features(cast: Cast) -> None:
    ProjectFactory.create_batch(3, village=cast.sragi)
    answer = Client().get(URL, {"page_size": 1}).json()
    assert (answer["count"], len(answer["features"]), answer["type"]) == (3, 1, "FeatureCollection")
    assert answer["features"][0]["geometry"] == {"type": "Point", "coordinates": [114.2, -8.25]}


def test_the_filter_vocabulary_works(cast: Cast) -> None:
    ProjectFactory(village=cast.sragi, work_type="water")
    ProjectFactory(village=cast.bubuk, work_type="road")
    assert Client().get(URL, {"work_type": "water"}).json()["count"] == 1
    assert Client().get(URL, {"bbox": "114.24,-8.26,114.25,-8.24"}).json()["count"] == 1
    refused = Client().get(URL, {"work_type": "castle"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "filter.unknown_value")


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 404), ("tamu", 404), ("catur", 404), ("ani", 200), ("budi", 200), ("dewi", 200), ("eko", 200),
     ("fitri", 200), ("galih", 200)],
)  # fmt: skip
def test_a_draft_is_nowhere_for_others(cast: Cast, who: str | None, status: int) -> None:
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False)
    client = as_(getattr(cast, who)) if who else Client()
    assert client.get(f"{URL}{draft.pk}/").status_code == status
    assert client.get(URL).json()["count"] == (1 if status == 200 else 0)


def test_outsiders_read_the_public_title_and_houses_to_three_decimals(cast: Cast) -> None:
    house = ProjectFactory(
        village=cast.sragi, work_type="house", title="Rumah nomor 4 RT 2", public_title="Rumah layak huni Sragi",
        point="SRID=4326;POINT(114.20123456 -8.25098765)",
    )  # fmt: skip
    shown = Client().get(f"{URL}{house.pk}/").json()
    assert shown["properties"]["title"] == "Rumah layak huni Sragi"
    assert shown["geometry"]["coordinates"] == [114.201, -8.251]
    assert [shown["properties"]["sites"][0][c] for c in ("lon", "lat")] == [114.201, -8.251]
    own = as_(cast.ani).get(f"{URL}{house.pk}/").json()
    assert own["properties"]["title"] == "Rumah nomor 4 RT 2"
    assert own["geometry"]["coordinates"] == [114.20123456, -8.25098765]


@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("ani", 201),
        ("budi", 201),
        ("galih", 201),
        ("catur", 403),
        ("dewi", 403),
        ("fitri", 403),
        ("tamu", 403),
    ],
)
def test_who_may_create(cast: Cast, who: str, status: int) -> None:
    assert post(getattr(cast, who)).status_code == status
    assert Project.objects.count() == (1 if status == 201 else 0)


def test_a_stranger_may_not_create(cast: Cast) -> None:
    assert Client().post(URL, NEW, content_type="application/json").status_code == 403


def test_a_mistake_is_said_in_the_one_error_shape(cast: Cast) -> None:
    refused = post(cast.ani, sites=[{"lon": -8.25, "lat": 114.2}])
    assert refused.status_code == 400
    error = refused.json()["error"]
    assert error["code"] == "places.outside_regency.swapped"
    assert "tertukar" in error["fields"]["sites.0"][0]
    assert post(cast.ani, title="").json()["error"]["code"] == "invalid"


def test_what_is_refused_leaves_no_budget_row_behind(cast: Cast) -> None:
    assert post(cast.ani, activity="2.4.11.", sites=[{"lon": 0, "lat": 0}]).status_code == 400
    made = post(cast.ani).json()
    change = {"version": 9, "activity": "2.4.11."}
    late = as_(cast.ani).patch(f"{URL}{made['id']}/", change, content_type="application/json")
    assert late.status_code == 409
    assert not Activity.objects.exists()


def test_an_edit_needs_the_version_that_was_seen(cast: Cast) -> None:
    made = post(cast.ani).json()
    url = f"{URL}{made['id']}/"
    change = {"version": 1, "title": "Sumur bor RT 3", "activity": "2.4.11."}
    changed = as_(cast.ani).patch(url, change, content_type="application/json").json()
    assert (changed["properties"]["title"], changed["properties"]["version"]) == ("Sumur bor RT 3", 2)
    assert changed["properties"]["activity"] == "02.04.11"
    late = as_(cast.budi).patch(url, {"version": 1, "title": "Lain"}, content_type="application/json")
    assert (late.status_code, late.json()["error"]["code"]) == (409, "project.conflict")
    assert "Sumur bor RT 3" in late.json()["error"]["fields"]["title"][0]


@pytest.mark.parametrize(("who", "status"), [("catur", 403), ("dewi", 403), ("fitri", 403), ("ani", 200)])
def test_who_may_edit_a_published_project(cast: Cast, who: str, status: int) -> None:
    project = ProjectFactory(village=cast.sragi)
    answer = as_(getattr(cast, who)).patch(
        f"{URL}{project.pk}/", {"version": 1, "unit": "m"}, content_type="application/json"
    )
    assert answer.status_code == status


def test_a_site_keeps_what_the_request_does_not_name(cast: Cast) -> None:
    line = GEOSGeometry("LINESTRING (114.2 -8.25, 114.201 -8.25)", srid=4326)
    draft = SiteDraft(
        point=(114.2, -8.25), label="Gang Melati", public_label="Gang", extent=line, source="surveyed",
        weight=Decimal(3), document="BA 1",
    )  # fmt: skip
    project = create_project(
        actor=cast.ani, village=cast.sragi, fiscal_year=2026, title="Drainase", work_type="drain",
        sites=[draft], status="planned",
    )  # fmt: skip
    site = project.sites.get()
    change = {"version": 1, "sites": [{"id": site.pk, "lon": 114.2005, "lat": -8.25, "weight": 2}]}
    answer = as_(cast.ani).patch(f"{URL}{project.pk}/", change, content_type="application/json")
    assert answer.status_code == 200, answer.content
    site.refresh_from_db()
    newest = site.versions.order_by("pk").last()
    assert (site.label, site.public_label, site.extent.wkt, site.weight) == (
        "Gang Melati",
        "Gang",
        line.wkt,
        2,
    )
    assert (site.point.x, newest.source, newest.document) == (114.2005, "surveyed", "BA 1")


def test_numbers_that_no_work_has_are_refused_beside_their_field(cast: Cast) -> None:
    assert "volume" in post(cast.ani, volume=-5).json()["error"]["fields"]
    wrong = post(cast.ani, sites=[{"lon": 114.2, "lat": -8.25, "weight": "999999999"}]).json()["error"][
        "fields"
    ]
    assert list(wrong) == ["sites.0.weight"]
    assert "angka" in wrong["sites.0.weight"][0]


def test_what_is_not_there_is_said_in_the_readers_language(cast: Cast) -> None:
    told = as_(cast.ani).get(f"{URL}999999/").json()["error"]
    assert told["message"] == "Halaman atau data ini tidak ada, atau tidak tampil untuk akun Anda."
