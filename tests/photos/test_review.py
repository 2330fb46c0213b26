"""A person decides on a photo; the queue; and an officer takes an own photo back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Notice
from photos import standing
from photos.models import Claim, Review
from photos.reviewing import review
from photos.withdrawing import withdraw
from places.message import Message
from places.problems import Problem
from places.saying import say
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory


@pytest.fixture
def claim(cast: Cast) -> Claim:
    """A photo outside the site that Bu Ani sent for 50 %."""
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")
    claim = ClaimFactory(
        project=project, verdict="outside", stands=False, uploaded_by=cast.ani, distance_m=995.3
    )
    standing.push(project.pk)
    return claim


def log_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_accepted_photo_stands_whatever_the_checks_say(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="accepted", reason="GPS desa ini memang kacau")
    claim.refresh_from_db()
    claim.project.refresh_from_db()
    assert claim.stands
    assert claim.verdict == "outside"
    assert claim.project.progress == 50
    assert claim.project.evidence == "outside"
    assert AuditEvent.objects.get(action="claim.accepted").data["verdict"] == "outside"


def test_a_rejected_photo_no_longer_stands_and_its_sender_is_told(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(verdict="verified", stands=True)
    claim.refresh_from_db()
    review(actor=cast.eko, claim=claim, decision="rejected", reason="Ini foto jalan lain")
    claim.refresh_from_db()
    claim.project.refresh_from_db()
    assert not claim.stands
    assert claim.project.progress == 0
    notice = Notice.objects.get(user=cast.ani)
    assert (
        say(Message.from_json(notice.message))
        == "Foto 50 % untuk “Rabat beton Krajan” ditolak: Ini foto jalan lain"
    )
    assert notice.url == f"/field/mine/#claim-{claim.pk}"


@pytest.mark.parametrize("decision", ["rejected", "accepted"])
def test_rejecting_or_overruling_the_checks_needs_a_reason(cast: Cast, claim: Claim, decision):
    with pytest.raises(Problem) as problem:
        review(actor=cast.dewi, claim=claim, decision=decision, reason=" ")
    assert problem.value.status == 400
    assert "reason" in problem.value.fields
    assert Review.objects.count() == 0


def test_the_second_reviewer_is_told_what_the_first_decided(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    with pytest.raises(Problem) as problem:
        review(actor=cast.eko, claim=claim, decision="accepted", reason="Cukup jelas")
    assert problem.value.status == 409
    assert problem.value.sentence.startswith("Bu Dewi sudah menolak foto ini pada ")
    assert problem.value.sentence.endswith("Alasannya: Buram")


def test_who_saw_the_first_decision_may_decide_anew(cast: Cast, claim: Claim):
    first = review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    review(actor=cast.eko, claim=claim, decision="accepted", reason="Cukup jelas", seen=first.pk)
    claim.refresh_from_db()
    assert claim.stands
    assert claim.reviews.count() == 2


def test_a_decision_outlives_a_recheck(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    Claim.objects.filter(pk=claim.pk).update(verdict="verified")
    standing.push(claim.project_id)
    claim.refresh_from_db()
    assert not claim.stands


@pytest.mark.parametrize("who", ["ani", "budi", "catur", "fitri", "galih", "tamu"])
def test_only_district_and_monitor_review(cast: Cast, claim: Claim, who):
    with pytest.raises(PermissionDenied):
        review(actor=getattr(cast, who), claim=claim, decision="rejected", reason="x")


def test_nobody_reviews_an_own_photo(cast: Cast, claim: Claim):
    claim.uploaded_by = cast.eko
    with pytest.raises(PermissionDenied, match="orang lain"):
        review(actor=cast.eko, claim=claim, decision="accepted", reason="x")


# ---- the queue


def test_the_queue_shows_the_oldest_first_with_its_sentences(cast: Cast, claim: Claim):
    claim.checks.create(
        code="near_site", status="failed", measured=995.3, limit=50,
        message={"code": "near_site.outside", "params": {"distance_m": 995.3, "limit_m": 50}},
    )  # fmt: skip
    ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    page = log_in(cast.dewi).get("/photos/review/")
    text = page.content.decode()
    assert page.context["claim"] == claim
    assert page.context["count"] == 2
    assert "995 m dari lokasi; batasnya 50 m." in text
    assert "Rabat beton Krajan" in text


def test_next_goes_on_and_begins_again_at_the_end(cast: Cast, claim: Claim):
    second = ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    client = log_in(cast.dewi)
    assert client.get(f"/photos/review/?after={claim.pk}").context["claim"] == second
    assert client.get(f"/photos/review/?after={second.pk}").context["claim"] == claim


def test_the_queue_can_be_narrowed_by_verdict_and_place(cast: Cast, claim: Claim):
    elsewhere = ClaimFactory(project=ProjectFactory(village=cast.bubuk), verdict="unlocated", stands=False)
    client = log_in(cast.eko)
    assert client.get("/photos/review/?verdict=unlocated").context["claim"] == elsewhere
    page = client.get("/photos/review/?place=35.10.17.2001")
    assert page.context["claim"] == claim
    assert page.context["count"] == 1
    assert client.get("/photos/review/?place=Sragi").status_code == 400


def test_an_empty_queue_says_so(cast: Cast):
    assert "Semua foto sudah diverifikasi" in log_in(cast.dewi).get("/photos/review/").content.decode()


@pytest.mark.parametrize(
    ("who", "status"), [("ani", 403), ("fitri", 403), ("tamu", 403), ("dewi", 200), ("eko", 200)]
)
def test_who_may_open_the_queue(cast: Cast, who, status):
    assert log_in(getattr(cast, who)).get("/photos/review/").status_code == status


def test_anonymous_people_are_sent_to_log_in(cast: Cast):
    assert Client().get("/photos/review/").status_code == 302


def test_a_decision_on_the_page_goes_on_to_the_next(cast: Cast, claim: Claim):
    answer = log_in(cast.dewi).post(
        f"/photos/{claim.pk}/review/", {"decision": "rejected", "reason": "Buram", "verdict": "outside"}
    )
    assert answer.status_code == 302
    assert answer["Location"] == f"/photos/review/?verdict=outside&after={claim.pk}"
    assert claim.reviews.get().reviewer == cast.dewi


def test_the_page_says_a_conflict_with_409(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    answer = log_in(cast.eko).post(f"/photos/{claim.pk}/review/", {"decision": "accepted", "reason": "Baik"})
    assert answer.status_code == 409
    assert "Bu Dewi sudah menolak" in answer.content.decode()


def test_a_claim_of_another_district_is_not_there(cast: Cast, claim: Claim):
    assert log_in(cast.ani).post(f"/photos/{claim.pk}/review/", {"decision": "accepted"}).status_code == 404


# ---- taking back


def test_an_officer_takes_an_own_photo_back(cast: Cast, claim: Claim):
    withdraw(actor=cast.ani, claim=claim, reason="Salah pekerjaan")
    claim.refresh_from_db()
    claim.project.refresh_from_db()
    assert claim.withdrawn_at
    assert claim.withdrawn_reason == "Salah pekerjaan"
    assert claim.project.evidence == "none"
    assert AuditEvent.objects.filter(action="claim.withdrawn").count() == 1


def test_after_a_review_it_is_too_late(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram")
    with pytest.raises(Problem) as problem:
        withdraw(actor=cast.ani, claim=claim, reason="Salah")
    assert problem.value.status == 409


def test_nobody_takes_back_somebody_else_s_photo(cast: Cast, claim: Claim):
    with pytest.raises(PermissionDenied):
        withdraw(actor=cast.budi, claim=claim, reason="x")
    assert log_in(cast.budi).post(f"/photos/{claim.pk}/withdraw/", {"reason": "x"}).status_code == 404


def test_taking_back_needs_a_reason(cast: Cast, claim: Claim):
    with pytest.raises(Problem, match=r"withdraw\.reason_missing"):
        withdraw(actor=cast.ani, claim=claim, reason="")


def test_a_withdrawn_photo_cannot_be_reviewed(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(Problem, match=r"review\.withdrawn"):
        review(actor=cast.dewi, claim=claim, decision="rejected", reason="x")
