"""/api/v1/photos/<pk>/reviews/: read and make decisions, with errors in the one shape."""

import pytest
from django.test import Client

from photos.models import Claim
from photos.reviewing import review
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory


@pytest.fixture
def claim(cast: Cast) -> Claim:
    project = ProjectFactory(village=cast.sragi)
    return ClaimFactory(project=project, verdict="outside", stands=False, uploaded_by=cast.ani)


def log_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def post(user, claim: Claim, **sent):
    return log_in(user).post(f"/api/v1/photos/{claim.pk}/reviews/", sent, content_type="application/json")


def test_it_makes_a_decision(cast: Cast, claim: Claim):
    answer = post(cast.dewi, claim, decision="asked", reason="Terlalu gelap")
    assert answer.status_code == 201
    made = answer.json()
    assert (made["decision"], made["reason"], made["tier"], made["reviewer"], made["batch"]) == (
        "asked", "Terlalu gelap", "district", "Bu Dewi", None,
    )  # fmt: skip
    assert claim.reviews.get().pk == made["id"]


def test_a_missing_reason_is_said_at_its_field(cast: Cast, claim: Claim):
    answer = post(cast.dewi, claim, decision="accepted")
    assert answer.status_code == 400
    error = answer.json()["error"]
    assert error["code"] == "review.reason_missing_accept"
    assert list(error["fields"]) == ["reason"]


@pytest.mark.parametrize("decision", ["", "perhaps", None])
def test_an_unknown_decision_is_said_at_its_field(cast: Cast, claim: Claim, decision):
    answer = post(cast.dewi, claim, decision=decision, reason="x")
    assert answer.status_code == 400
    assert list(answer.json()["error"]["fields"]) == ["decision"]


def test_who_did_not_see_the_newest_decision_gets_409_and_may_then_decide(cast: Cast, claim: Claim):
    first = review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    answer = post(cast.eko, claim, decision="accepted", reason="Jelas")
    assert answer.status_code == 409
    assert answer.json()["error"]["message"].startswith("Bu Dewi sudah menolak foto ini")
    assert post(cast.eko, claim, decision="accepted", reason="Jelas", seen=first.pk).status_code == 201


def test_it_lists_the_decisions_newest_first(cast: Cast, claim: Claim):
    first = review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    second = review(actor=cast.eko, claim=claim, decision="accepted", reason="Jelas", seen=first.pk)
    listed = log_in(cast.ani).get(f"/api/v1/photos/{claim.pk}/reviews/").json()
    assert [made["id"] for made in listed] == [second.pk, first.pk]


@pytest.mark.parametrize(("who", "status"), [("ani", 404), ("fitri", 404), ("galih", 404), ("tamu", 404)])
def test_others_do_not_decide(cast: Cast, claim: Claim, who, status):
    assert post(getattr(cast, who), claim, decision="rejected", reason="x").status_code == status
    assert not claim.reviews.exists()


def test_anonymous_people_are_told_to_log_in(cast: Cast, claim: Claim):
    url = f"/api/v1/photos/{claim.pk}/reviews/"
    assert Client().get(url).status_code in {401, 403}
    assert Client().post(url, {"decision": "rejected"}).status_code in {401, 403}


def test_nobody_decides_on_an_own_photo(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(uploaded_by=cast.dewi)
    answer = post(cast.dewi, claim, decision="rejected", reason="x")
    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Foto sendiri diverifikasi oleh orang lain."
