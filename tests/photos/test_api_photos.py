"""POST and GET /api/v1/photos/: the contract that phones and other programs rely on."""

import json
import uuid
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from photos.models import Claim, IntakeRefusal
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory
from tests.photos.sent import FAR, HERE, bare_photo, photo_at

URL = "/api/v1/photos/"


def log_in(user, **options) -> Client:
    client = Client(**options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, fiscal_year=timezone.localdate().year)


def recent(lon: float = HERE[0], lat: float = HERE[1]) -> bytes:
    return photo_at(lon, lat, taken=timezone.now() - timedelta(hours=1))


def send(client: Client, to, content: bytes, *, name: str = "IMG.jpg", **more):
    fields = {"uuid": str(uuid.uuid4()), "project": str(to.pk), "progress": "50"} | more
    return client.post(URL, fields | {"file": SimpleUploadedFile(name, content, "image/jpeg")})


def test_a_photo_is_answered_with_its_verdict_and_sentences(cast: Cast, project):
    answer = send(log_in(cast.ani), project, recent())
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert body["verdict"] == "verified"
    assert body["verdict_label"] == "Sesuai lokasi"
    assert body["distance_m"] == pytest.approx(0, abs=0.1)
    assert body["position"]["source"] == "exif"
    assert body["stands"] is True
    near = next(check for check in body["checks"] if check["code"] == "near_site")
    assert near["status"] == "passed"
    assert near["limit"] == 50
    assert near["message"].endswith("batasnya 50 m.")


def test_the_project_may_be_named_by_its_code(cast: Cast, project):
    assert send(log_in(cast.ani), project, recent(), project=project.code).status_code == 201


def test_a_kilometre_away_is_outside(cast: Cast, project):
    body = send(log_in(cast.ani), project, recent(*FAR)).json()
    assert body["verdict"] == "outside"
    assert body["sentence"].startswith("995 m dari lokasi; batasnya 50 m.")


def test_a_fix_gives_a_bare_picture_its_position(cast: Cast, project):
    at = timezone.now().isoformat()
    fix = json.dumps({"lon": HERE[0], "lat": HERE[1], "accuracy_m": 6, "at": at, "shot_at": at})
    body = send(log_in(cast.ani), project, bare_photo(), fix=fix).json()
    assert body["verdict"] == "verified"
    assert body["position"]["error_m"] == 6
    assert body["taken_at_source"] == "capture"


@pytest.mark.parametrize(
    "fix", ["{", "[1]", '{"lon": 1}', '{"lon": NaN, "lat": 1}', '{"lon": 1, "lat": 1, "at": "kemarin"}']
)
def test_an_unreadable_fix_is_said(cast: Cast, project, fix):
    answer = send(log_in(cast.ani), project, bare_photo(), fix=fix)
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "fix.not_readable"
    assert "fix" in answer.json()["error"]["fields"]


def test_sending_again_is_answered_with_the_same_claim(cast: Cast, project):
    client, content, number = log_in(cast.ani), recent(), str(uuid.uuid4())
    first = send(client, project, content, uuid=number)
    again = send(client, project, content, uuid=number)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json()["id"] == again.json()["id"]


def test_the_same_number_for_another_file_is_a_conflict(cast: Cast, project):
    client, number = log_in(cast.ani), str(uuid.uuid4())
    send(client, project, recent(), uuid=number)
    answer = send(client, project, recent(), uuid=number)
    assert answer.status_code == 409
    assert answer.json()["error"]["code"] == "intake.uuid_taken"


def test_a_refusal_has_the_one_error_shape(cast: Cast, project):
    answer = send(log_in(cast.ani), project, b"bukan foto")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "refused.not_an_image"
    assert error["message"].startswith("File ini bukan foto")
    assert error["fields"]["file"] == [error["message"]]
    assert IntakeRefusal.objects.count() == 1


def test_the_name_that_was_sent_is_judged(cast: Cast, project):
    assert (
        send(log_in(cast.ani), project, recent(), name="x.php.jpg").json()["error"]["code"]
        == "refused.executable_name"
    )


def test_a_file_over_30_mb_is_answered_413_and_not_kept(cast: Cast, project):
    answer = send(log_in(cast.ani), project, recent() + bytes(30_000_001))
    assert answer.status_code == 413
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"uuid": "x"}, "uuid"),
        ({"progress": "101"}, "progress"),
        ({"progress": ""}, "progress"),
        ({"purpose": "x"}, "purpose"),
    ],
    ids=["uuid", "101 %", "no progress", "purpose"],
)
def test_wrong_fields_are_named_and_leave_no_file(cast: Cast, project, more, field):
    answer = send(log_in(cast.ani), project, recent(), **more)
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == [field]
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []


def test_a_missing_file_is_named(cast: Cast, project):
    answer = log_in(cast.ani).post(URL, {"uuid": str(uuid.uuid4()), "project": project.pk, "progress": 50})
    assert list(answer.json()["error"]["fields"]) == ["file"]


def test_a_site_of_another_project_is_refused(cast: Cast, project):
    other = ProjectFactory(village=cast.sragi)
    answer = send(log_in(cast.ani), project, recent(), site=str(other.sites.get().pk))
    assert answer.json()["error"]["fields"]["site"] == [
        "Titik lokasi ini bukan bagian dari pekerjaan yang dipilih. Pilih titiknya lagi."
    ]


def test_another_village_s_draft_is_not_there(cast: Cast):
    draft = ProjectFactory(village=cast.bubuk, published=False)
    assert send(log_in(cast.ani), draft, recent()).status_code == 404


def test_another_village_s_published_project_is_refused_in_words(cast: Cast):
    answer = send(log_in(cast.ani), ProjectFactory(village=cast.bubuk), recent())
    assert answer.status_code == 403
    assert "tidak mencakup mengirim foto" in answer.json()["error"]["message"]


def test_anonymous_people_send_nothing(cast: Cast, project):
    assert send(Client(), project, recent()).status_code == 403
    assert Claim.objects.count() == 0


def test_a_forged_request_without_token_is_refused(cast: Cast, project):
    client = log_in(cast.ani, enforce_csrf_checks=True)
    assert send(client, project, recent()).status_code == 403
    token = client.get("/field/").context["csrf_token"]
    fields = {
        "uuid": str(uuid.uuid4()),
        "project": project.pk,
        "progress": 50,
        "file": SimpleUploadedFile("a.jpg", recent()),
    }
    assert client.post(URL, fields, headers={"X-CSRFToken": str(token)}).status_code == 201


def test_outside_it_asks_whether_another_near_project_was_meant(cast: Cast, project):
    ProjectFactory(village=cast.bubuk, point=Point(*FAR, srid=4326))  # nearer, but not hers
    near = ProjectFactory(
        village=cast.sragi, title="Gorong-gorong RT 07", point=Point(114.2001, -8.259, srid=4326)
    )
    suggestion = send(log_in(cast.ani), project, recent(*FAR)).json()["suggestion"]
    assert suggestion["project"] == near.pk
    assert suggestion["distance_m"] == pytest.approx(11.0, abs=0.1)
    assert suggestion["sentence"] == "Ada “Gorong-gorong RT 07” 11 m dari tempat foto. Foto untuk itu?"


def test_a_good_photo_asks_nothing(cast: Cast, project):
    ProjectFactory(village=cast.sragi)
    assert send(log_in(cast.ani), project, recent()).json()["suggestion"] is None


# ---- reading


def test_outsiders_read_standing_photos_of_published_projects_without_people(cast: Cast, project):
    ClaimFactory(project=project, uploaded_by=cast.ani, note="Bu RT")
    ClaimFactory(project=project, stands=False, progress=70)
    ClaimFactory(project=ProjectFactory(village=cast.sragi, published=False))
    body = Client().get(URL).json()
    assert body["count"] == 1
    row = body["results"][0]
    assert "uploaded_by" not in row
    assert "note" not in row
    assert row["original"] is None
    assert row["verdict"] == "verified"


def test_the_position_of_a_house_is_rough_for_outsiders(cast: Cast):
    house = ProjectFactory(village=cast.sragi, work_type="house")
    claim = ClaimFactory(project=house)
    claim.position.x = 114.2001234
    claim.save()
    assert Client().get(f"{URL}{claim.pk}/").json()["position"] == {"lon": 114.2, "lat": -8.25}


def test_the_list_is_filtered_by_project_verdict_and_place(cast: Cast, project):
    claim = ClaimFactory(project=project, verdict="outside", stands=False)
    ClaimFactory(project=project, progress=100)
    ClaimFactory(project=ProjectFactory(village=cast.bubuk))
    client = log_in(cast.eko)
    assert client.get(URL).json()["count"] == 3
    assert client.get(URL, {"project": project.pk}).json()["count"] == 2
    assert client.get(URL, {"project": project.code}).json()["count"] == 2
    assert client.get(URL, {"place": "35.10.17.2002"}).json()["count"] == 1
    assert [row["id"] for row in client.get(URL, {"verdict": "outside"}).json()["results"]] == [claim.pk]
    assert client.get(URL, {"verdict": "sah"}).status_code == 400


def test_the_list_asks_few_questions(cast: Cast, project, django_assert_max_num_queries):
    for progress in range(10, 90, 10):
        ClaimFactory(project=project, progress=progress, uploaded_by=cast.ani)
    client = log_in(cast.eko)
    with django_assert_max_num_queries(9):
        assert client.get(URL).json()["count"] == 8


def test_of_a_picture_used_elsewhere_it_tells_the_title_that_the_sender_may_read(cast: Cast, project):
    other = ProjectFactory(
        village=cast.bubuk, point=project.point, fiscal_year=project.fiscal_year, title="Rehab rumah Suparman",
        public_title="Rehab rumah RT 2",
    )  # fmt: skip
    content = recent()
    assert send(log_in(cast.catur), other, content).json()["stands"]
    (told,) = send(log_in(cast.ani), project, content).json()["same_picture"]
    assert told == {"project": other.pk, "title": "Rehab rumah RT 2", "progress": 50}


@pytest.mark.parametrize("wrong", [{"lon": 500}, {"lat": -91}, {"accuracy_m": -3}])
def test_a_fix_that_is_nowhere_on_earth_is_refused(cast: Cast, project, wrong: dict):
    fix = {"lon": HERE[0], "lat": HERE[1], "accuracy_m": 6} | wrong
    answer = send(log_in(cast.ani), project, recent(), fix=json.dumps(fix))
    assert answer.status_code == 400
    assert answer.json()["error"]["code"] == "fix.not_readable"
