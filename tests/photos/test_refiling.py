"""Putting right what was meant otherwise: moving a photo to its site, one picture for two projects, replacements."""

import json
import uuid
from datetime import timedelta

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Notice, Role
from photos import refiling
from photos.models import Claim
from photos.suggesting import for_claim
from places.problems import Problem
from projects.models import Status
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory, SiteFactory
from tests.photos.sent import FAR, HERE, RECEIVED, bare_photo, photo_at, take
from tests.photos.test_capture import sealed

URL = "/api/v1/photos/"


@pytest.fixture
def project(cast: Cast):
    return ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")


@pytest.fixture
def other(cast: Cast):
    """The project that lies where the far photos are taken."""
    return ProjectFactory(village=cast.sragi, title="Gorong-gorong", point=Point(*FAR, srid=4326))


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def post(user, path: str, **data):
    return client_of(user).post(path, data, content_type="application/json")


def send(user, project, content: bytes, **more):
    fields = {"uuid": str(uuid.uuid4()), "project": project.pk, "progress": 50} | more
    return client_of(user).post(URL, fields | {"file": SimpleUploadedFile("IMG.jpg", content, "image/jpeg")})


def recent() -> bytes:
    return photo_at(taken=timezone.now() - timedelta(hours=1))


# ---- moving


def test_a_photo_is_moved_and_judged_anew(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR), note="Awas licin")
    assert old.verdict == "outside"
    new = refiling.refile(actor=cast.ani, claim=old, site=other.sites.get())
    old.refresh_from_db()
    assert old.withdrawn_at
    assert old.withdrawn_reason == f"dipindahkan ke {other.code}, titik 1"
    assert (new.project, new.verdict, new.stands) == (other, "verified", True)
    assert (new.photo, new.progress, new.note, new.received_at) == (old.photo, 50, "Awas licin", RECEIVED)
    assert new.checks.get(code="near_site").status == "passed"
    assert new.facts.filter(source="server", name="site").exists()
    project.refresh_from_db()
    other.refresh_from_db()
    assert (project.progress, project.evidence) == (0, "none")
    assert (other.progress, other.evidence) == (50, "verified")


def test_both_are_recorded(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    new = refiling.refile(actor=cast.ani, claim=old, site=other.sites.get())
    gone = AuditEvent.objects.get(action="claim.withdrawn")
    come = AuditEvent.objects.get(action="claim.refiled")
    assert (gone.subject_id, gone.data["to"]) == (str(old.pk), other.code)
    assert (come.subject_id, come.data["from_claim"]) == (str(new.pk), old.pk)
    assert not Notice.objects.exists()  # the answer says it


def test_a_moved_photo_stays_sealed(cast: Cast, project, other):
    content = bare_photo()
    old = take(cast.ani, project, content, fix=sealed(cast.ani, content))
    new = refiling.refile(actor=cast.ani, claim=old, site=other.sites.get())
    assert (new.binding, new.verdict) == ("bound", "outside")
    assert new.checks.get(code="capture_bound").status == "passed"


def test_the_old_village_is_not_told_of_works_elsewhere(cast: Cast, project):
    elsewhere = ProjectFactory(village=cast.bubuk, point=Point(*FAR, srid=4326))
    DutyFactory(user=cast.ani, role=Role.OFFICER, place=cast.bubuk)
    old = take(cast.ani, project, photo_at(*FAR))
    new = refiling.refile(actor=cast.ani, claim=old, site=elsewhere.sites.get())
    old.refresh_from_db()
    assert (new.project, old.withdrawn_reason) == (elsewhere, "dipindahkan ke pekerjaan lain")
    page = client_of(cast.budi).get(f"/photos/{old.pk}/").content.decode()
    assert "dipindahkan ke pekerjaan lain" in page
    assert elsewhere.code not in page


def test_moving_again_is_harmless(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    site = other.sites.get()
    first = refiling.refile(actor=cast.ani, claim=old, site=site)
    assert refiling.refile(actor=cast.ani, claim=old, site=site) == first
    assert Claim.objects.count() == 2


def test_to_another_site_of_the_same_project(cast: Cast, project):
    SiteFactory(project=project, no=2, point=Point(*FAR, srid=4326))
    old = take(cast.ani, project, photo_at(*FAR), site=project.sites.get(no=1))
    new = refiling.refile(actor=cast.ani, claim=old, site=project.sites.get(no=2))
    assert (new.project, new.verdict) == (project, "verified")
    project.refresh_from_db()
    assert project.progress == 25


def test_what_is_there_already_is_not_doubled(cast: Cast, project, other):
    content = photo_at(*FAR)
    there = take(cast.ani, other, content)
    old = take(cast.ani, project, content)
    assert refiling.refile(actor=cast.ani, claim=old, site=other.sites.get()) == there


@pytest.mark.parametrize("who", ["budi", "catur", "dewi"])
def test_only_the_sender_moves_a_photo(cast: Cast, project, other, who):
    old = take(cast.ani, project, photo_at(*FAR))
    with pytest.raises(PermissionDenied):
        refiling.refile(actor=getattr(cast, who), claim=old, site=other.sites.get())


def test_only_to_where_the_sender_may_send_photos(cast: Cast, project):
    elsewhere = ProjectFactory(village=cast.bubuk, point=Point(*FAR, srid=4326))
    old = take(cast.ani, project, photo_at(*FAR))
    with pytest.raises(PermissionDenied):
        refiling.refile(actor=cast.ani, claim=old, site=elsewhere.sites.get())
    old.refresh_from_db()
    assert old.withdrawn_at is None


def test_not_after_a_review(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    old.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Jauh")
    with pytest.raises(Problem) as problem:
        refiling.refile(actor=cast.ani, claim=old, site=other.sites.get())
    assert (problem.value.code, problem.value.status) == ("refile.reviewed", 409)


def test_not_once_withdrawn_not_to_itself_not_to_what_is_not_built(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    with pytest.raises(Problem, match=r"refile\.same_site"):
        refiling.refile(actor=cast.ani, claim=old, site=project.sites.get())
    stopped = ProjectFactory(village=cast.sragi, status=Status.CANCELLED)
    with pytest.raises(Problem, match=r"intake\.not_building"):
        refiling.refile(actor=cast.ani, claim=old, site=stopped.sites.get())
    Claim.objects.filter(pk=old.pk).update(withdrawn_at=RECEIVED)
    with pytest.raises(Problem, match=r"refile\.withdrawn"):
        refiling.refile(actor=cast.ani, claim=old, site=other.sites.get())


def test_the_api_moves_and_answers_with_the_new_claim(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    answer = post(cast.ani, f"{URL}{old.pk}/refile/", site=other.sites.get().pk)
    assert answer.status_code == 201, answer.content
    body = answer.json()
    assert (body["project"]["id"], body["verdict"], body["suggestion"]) == (other.pk, "verified", None)


def test_the_api_knows_no_claim_of_others_and_no_hidden_site(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    assert post(cast.budi, f"{URL}{old.pk}/refile/", site=other.sites.get().pk).status_code == 404
    hidden = ProjectFactory(village=cast.bubuk, published=False)
    assert post(cast.ani, f"{URL}{old.pk}/refile/", site=hidden.sites.get().pk).status_code == 404
    assert post(cast.ani, f"{URL}{old.pk}/refile/").status_code == 400


def test_without_scripts_the_results_offer_to_move(cast: Cast):
    year = timezone.localdate().year
    here = ProjectFactory(village=cast.sragi, fiscal_year=year)
    there = ProjectFactory(
        village=cast.sragi, title="Gorong-gorong", fiscal_year=year, point=Point(*FAR, srid=4326)
    )
    far = photo_at(*FAR, taken=timezone.now() - timedelta(hours=1))
    fields = {"uuid": str(uuid.uuid4()), "progress": "50", "file": [SimpleUploadedFile("IMG.jpg", far)]}
    client = client_of(cast.ani)
    page = client.post(f"/field/{here.pk}/", fields).content.decode()
    assert "Ada “Gorong-gorong” " in page
    assert "dari tempat foto. Foto untuk itu?" in page
    claim = Claim.objects.get()
    assert f'action="/photos/{claim.pk}/refile/"' in page
    answer = client.post(f"/photos/{claim.pk}/refile/", {"site": there.sites.get().pk})
    new = Claim.objects.kept().get()
    assert answer["Location"] == f"/field/mine/#claim-{new.pk}"
    assert (new.project, new.verdict) == (there, "verified")


def test_my_photos_offer_to_move_until_somebody_decided(cast: Cast, project, other):
    old = take(cast.ani, project, photo_at(*FAR))
    near = take(cast.ani, project, photo_at(HERE[0] + 0.001, HERE[1]))  # nothing lies there
    client = client_of(cast.ani)
    page = client.get("/field/mine/").content.decode()
    assert "Ada “Gorong-gorong” " in page
    assert f'action="/photos/{old.pk}/refile/"' in page
    assert f'action="/photos/{near.pk}/refile/"' not in page
    old.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Jauh")
    assert "Foto untuk itu?" not in client.get("/field/mine/").content.decode()


def test_a_site_is_proposed_only_if_nearer_by_more_than_the_error(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    other = ProjectFactory(village=cast.sragi, point=Point(HERE[0] + 0.00168, HERE[1], srid=4326))
    claim = take(cast.ani, project, photo_at(HERE[0] + 0.001, HERE[1]))  # 110 m from one, 75 m from the other
    claim.error_m = 30
    assert for_claim(claim, cast.ani).site.project == other
    claim.error_m = 40
    assert for_claim(claim, cast.ani) is None


def test_a_wide_tolerance_is_looked_up_as_wide_as_it_is(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    claim = take(cast.ani, project, photo_at(HERE[0] + 0.01, HERE[1]))  # 1.1 km east
    place = Point(HERE[0] + 0.01, HERE[1] + 0.0072, srid=4326)  # some 800 m north of it
    other = ProjectFactory(village=cast.sragi, point=place, tolerance_m=700)
    assert for_claim(claim, cast.ani) is None
    other.tolerance_m = 900
    other.save()
    found = for_claim(claim, cast.ani)
    assert (found.site.project, round(found.distance_m, -1)) == (other, 800)
    for n in range(3):  # nearer ones that it does not belong to stand in nobody's way
        beside = Point(HERE[0] + 0.01, HERE[1] + 0.001 + n / 10_000, srid=4326)
        ProjectFactory(village=cast.sragi, point=beside, tolerance_m=20)
    assert for_claim(claim, cast.ani).site.project == other


# ---- one picture for two projects


def test_a_declared_picture_raises_no_alarm(cast: Cast, project):
    neighbour = ProjectFactory(village=cast.sragi)
    content = photo_at()
    take(cast.ani, neighbour, content, purpose="board")
    claim = take(cast.ani, project, content, purpose="board")
    assert claim.verdict == "suspect"
    assert refiling.may_share(claim)
    shared = refiling.declare_shared(actor=cast.ani, claim=claim, reason=" Satu papan nama ")
    assert (shared.verdict, shared.shared_reason) == ("verified", "Satu papan nama")
    assert not refiling.may_share(shared)
    assert AuditEvent.objects.get(action="claim.shared").data["reason"] == "Satu papan nama"


def test_it_may_be_declared_at_once(cast: Cast, project):
    neighbour = ProjectFactory(village=cast.sragi)
    content = photo_at()
    take(cast.ani, neighbour, content, purpose="board")
    claim = take(cast.ani, project, content, purpose="board", shared_reason="Satu papan nama")
    assert (claim.verdict, claim.shared_reason) == ("verified", "Satu papan nama")


def test_sharing_needs_a_reason_and_the_sender(cast: Cast, project):
    claim = take(cast.ani, project)
    with pytest.raises(Problem) as problem:
        refiling.declare_shared(actor=cast.ani, claim=claim, reason=" \0")
    assert list(problem.value.fields) == ["reason"]
    with pytest.raises(PermissionDenied):
        refiling.declare_shared(actor=cast.budi, claim=claim, reason="Satu papan")
    claim.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Buram")
    with pytest.raises(Problem, match=r"share\.reviewed"):
        refiling.declare_shared(actor=cast.ani, claim=claim, reason="Satu papan")


def test_the_api_and_the_page_declare(cast: Cast, project):
    neighbour = ProjectFactory(village=cast.sragi, fiscal_year=timezone.localdate().year)
    project.fiscal_year = neighbour.fiscal_year
    project.save()
    content = recent()
    send(cast.ani, neighbour, content, purpose="board")
    body = send(cast.ani, project, content, purpose="board").json()
    assert (body["verdict"], body["may_share"]) == ("suspect", True)
    path = f"{URL}{body['id']}/share/"
    assert list(post(cast.ani, path, reason="").json()["error"]["fields"]) == ["reason"]
    answer = post(cast.ani, path, reason="Satu papan nama").json()
    assert (answer["verdict"], answer["may_share"], answer["shared_reason"]) == (
        "verified",
        False,
        "Satu papan nama",
    )
    page = client_of(cast.ani).post(f"/photos/{body['id']}/share/", {"reason": "Satu papan, dua ruas"})
    assert page["Location"] == f"/field/mine/#claim-{body['id']}"


# ---- purpose, taker, replacements


def test_a_photo_that_is_not_of_progress_leaves_the_site_where_it_is(cast: Cast, project):
    take(cast.ani, project, progress=50)
    claim = take(cast.ani, project, purpose="material", progress=None, site=None)
    assert claim.progress == 50
    with pytest.raises(Problem, match=r"intake\.progress_missing"):
        take(cast.ani, project, progress=None)


def test_the_api_asks_for_the_per_cent_of_progress_only(cast: Cast, project):
    content = recent()
    fields = {"uuid": str(uuid.uuid4()), "project": project.pk}

    def sent(**more):
        file = SimpleUploadedFile("IMG.jpg", content, "image/jpeg")
        return client_of(cast.ani).post(URL, fields | {"file": file} | more)

    assert list(sent().json()["error"]["fields"]) == ["progress"]
    assert sent(purpose="meeting").status_code == 201


@pytest.mark.parametrize(
    ("taken_by", "user", "name"),
    [
        ("", None, ""),
        ("budi", "budi", ""),
        ("ani", "ani", ""),
        ("Pak RT 3", None, "Pak RT 3"),
        ("catur", None, "catur"),
    ],
    ids=["nobody said", "a colleague", "the sender", "a name", "somebody of another village"],
)
def test_taker_and_uploader_are_kept_apart(cast: Cast, project, taken_by, user, name):
    claim = take(cast.ani, project, taken_by=taken_by)
    assert claim.uploaded_by == cast.ani
    assert claim.taken_by == (getattr(cast, user) if user else None)
    assert claim.taken_by_name == name


def test_the_page_s_camera_is_in_the_hands_of_its_sender(cast: Cast, project):
    content = bare_photo()
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, content, fix=sealed(cast.ani, content), taken_by="Pak RT 3")
    assert list(problem.value.fields) == ["taken_by"]
    assert (
        take(cast.ani, project, content, fix=sealed(cast.ani, content), taken_by="ani").taken_by == cast.ani
    )


@pytest.mark.parametrize("key", ["pk", "uuid"])
@pytest.mark.parametrize("decision", ["rejected", "asked"])
def test_a_photo_that_was_sent_back_is_answered_by_a_new_one(cast: Cast, project, key, decision):
    old = take(cast.ani, project)
    old.reviews.create(reviewer=cast.dewi, decision=decision, reason="Buram")
    new = take(cast.budi, project, answers=str(getattr(old, key)))
    assert new.answers == old
    assert AuditEvent.objects.filter(action="claim.received").first().data["answers"] == old.pk


def answers_refused(cast: Cast, project, key) -> str:
    with pytest.raises(Problem) as problem:
        take(cast.ani, project, answers=str(key))
    assert (problem.value.status, list(problem.value.fields)) == (400, ["answers"])
    return problem.value.code


def test_only_a_photo_of_this_project_that_was_sent_back_is_answered(cast: Cast, project, other):
    waiting = take(cast.ani, project)
    assert answers_refused(cast, project, waiting.pk) == "intake.answers_open"
    waiting.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Buram")
    waiting.reviews.create(reviewer=cast.dewi, decision="accepted", reason="Ternyata jelas")
    assert answers_refused(cast, project, waiting.pk) == "intake.answers_open"
    elsewhere = take(cast.ani, other, photo_at(*FAR))
    elsewhere.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Buram")
    assert answers_refused(cast, project, elsewhere.pk) == "intake.answers_nothing"
    for nonsense in ("x", "0", "9" * 30, uuid.uuid4(), "²"):
        assert answers_refused(cast, project, nonsense) == "intake.answers_nothing"
    gone = take(cast.ani, project, photo_at(), progress=80)
    gone.reviews.create(reviewer=cast.dewi, decision="asked", reason="Ambil lagi")
    Claim.objects.filter(pk=gone.pk).update(withdrawn_at=RECEIVED)
    assert answers_refused(cast, project, gone.pk) == "intake.answers_withdrawn"


def test_the_card_offers_a_replacement_and_then_says_that_it_came(cast: Cast, project):
    old = take(cast.ani, project)
    old.reviews.create(reviewer=cast.dewi, decision="asked", reason="Ambil dari jalan")
    client = client_of(cast.ani)
    page = client.get("/field/mine/").content.decode()
    assert f"/field/{project.pk}/?answers={old.pk}" in page
    form = client.get(f"/field/{project.pk}/?answers={old.pk}")
    assert form.context["form"].initial["progress"] == 50
    assert "Ambil dari jalan" in form.content.decode()
    take(cast.ani, project, answers=str(old.pk))
    page = client.get("/field/mine/").content.decode()
    assert "Kirim foto pengganti" not in page
    assert "Sudah dijawab dengan foto baru" in page


def test_a_link_to_a_photo_that_needs_no_answer_says_so(cast: Cast, project):
    old = take(cast.ani, project)
    answer = client_of(cast.ani).get(f"/field/{project.pk}/?answers={old.pk}")
    assert answer.status_code == 400
    assert "tidak ditolak dan tidak diminta ulang" in answer.content.decode()


def test_the_random_control_share(cast: Cast, project, settings):
    settings.REVIEW_CONTROL_PERCENT = 100
    assert take(cast.ani, project).control
    settings.REVIEW_CONTROL_PERCENT = 0
    assert not take(cast.ani, project, progress=80).control


def test_doubt_and_device_are_stored_at_the_door(cast: Cast, project):
    clear, doubtful = take(cast.ani, project), take(cast.ani, project, photo_at(*FAR), progress=80)
    assert doubtful.doubt > clear.doubt
    assert doubtful.device == clear.device != ""


def test_the_api_tells_taker_seal_and_replacement(cast: Cast, project):
    at = timezone.now().isoformat()
    fix = json.dumps({"lon": HERE[0], "lat": HERE[1], "accuracy_m": 6, "at": at, "shot_at": at})
    body = send(cast.ani, project, bare_photo(), fix=fix).json()
    assert (body["binding"], body["taken_by"], body["answers"]) == ("unbound", "Bu Ani", None)
    assert body["fix"] == {"lon": 114.2, "lat": -8.25, "accuracy_m": 6, "at": at, "shot_at": at}
