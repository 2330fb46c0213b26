"""A person decides on a photo; the queue; and an officer takes an own photo back."""

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts import audit
from accounts.models import AuditEvent, Notice
from photos import standing, turns
from photos.models import Claim, Fact, Photo, Review
from photos.reviewing import review
from photos.withdrawing import withdraw
from places.message import Message
from places.problems import Problem
from places.saying import say
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory


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


def test_the_queue_shows_the_first_with_its_sentences(cast: Cast, claim: Claim):
    claim.checks.create(
        code="near_site", status="failed", measured=995.3, limit=50,
        message={"code": "near_site.outside", "params": {"distance_m": 995.3, "limit_m": 50}},
    )  # fmt: skip
    ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    page = log_in(cast.dewi).get("/photos/review/")
    text = page.content.decode()
    assert page.context["claim"] == claim
    assert page.context["counts"].all == 2
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
    assert client.get("/photos/review/?scope=all&verdict=unlocated").context["claim"] == elsewhere
    page = client.get("/photos/review/?scope=all&place=35.10.17.2001")
    assert page.context["claim"] == claim
    assert page.context["counts"].all == 1
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


def test_asking_again_takes_the_photo_out_and_says_what_to_do(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(verdict="verified", stands=True)
    made = review(actor=cast.dewi, claim=claim, decision="asked", reason="Terlalu gelap.")
    claim.refresh_from_db()
    claim.project.refresh_from_db()
    assert made.tier == "district"
    assert not claim.stands
    assert claim.project.progress == 0
    assert (
        say(Message.from_json(Notice.objects.get(user=cast.ani).message))
        == "Foto 50 % untuk “Rabat beton Krajan” perlu diulang: Terlalu gelap. Kirim foto baru sebagai jawabannya."
    )
    assert AuditEvent.objects.get(action="claim.asked").data["tier"] == "district"


def test_asking_again_needs_a_reason_too(cast: Cast, claim: Claim):
    with pytest.raises(Problem, match=r"review\.reason_missing"):
        review(actor=cast.dewi, claim=claim, decision="asked")


def test_who_did_not_see_that_it_was_asked_for_again_is_told(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="asked", reason="Buram")
    with pytest.raises(Problem) as problem:
        review(actor=cast.eko, claim=claim, decision="accepted", reason="Cukup jelas")
    assert problem.value.sentence.startswith("Bu Dewi sudah meminta foto ini diulang pada ")


def test_an_answer_is_shown_beside_what_it_answers(cast: Cast, claim: Claim):
    review(actor=cast.dewi, claim=claim, decision="asked", reason="Terlalu gelap sekali")
    answer = ClaimFactory(project=claim.project, uploaded_by=cast.ani, answers=claim)
    text = log_in(cast.dewi).get(f"/photos/review/?claim={answer.pk}").content.decode()
    assert "Menjawab foto yang tidak diterima" in text
    assert "Terlalu gelap sekali" in text
    assert f"/photos/review/?claim={claim.pk}" in text


def test_all_decisions_and_rechecks_are_shown(cast: Cast, claim: Claim):
    first = review(actor=cast.dewi, claim=claim, decision="rejected", reason="Buram sekali")
    review(actor=cast.eko, claim=claim, decision="accepted", reason="Cukup jelas", seen=first.pk)
    data = {"cause": "pixels", "verdict_was": "verified", "verdict_now": "outside", "checks": []}
    audit.record(actor=None, action="claim.rechecked", subject=claim, data=data)
    history = log_in(cast.eko).get(f"/photos/review/?claim={claim.pk}").context["history"]
    assert [(entry.kind, entry.who, entry.tier, entry.reason) for entry in history] == [
        ("rechecked", "", "", "Sesuai lokasi menjadi Di luar lokasi"),
        ("accepted", "Pak Eko", "kabupaten", "Cukup jelas"),
        ("rejected", "Bu Dewi", "kecamatan", "Buram sekali"),
    ]


def test_what_changed_after_a_decision_is_said_and_the_sender_is_told_once(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(verdict="verified", stands=True)
    claim.refresh_from_db()
    first = review(actor=cast.dewi, claim=claim, decision="accepted")
    Claim.objects.filter(pk=claim.pk).update(verdict="suspect")
    claim.refresh_from_db()
    turns.rechecked(claim, verdict_was="verified")
    data = {"verdict_was": "verified", "verdict_now": "suspect", "checks": [{"code": "not_reused"}]}
    audit.record(actor=None, action="claim.rechecked", subject=claim, data=data)
    own, other = (log_in(user).get("/photos/review/") for user in (cast.dewi, cast.eko))
    text = " ".join(own.content.decode().split())
    assert (
        "Dinilai ulang sesudah Anda memutuskan “Diterima”:</b> Sesuai lokasi menjadi Perlu diperiksa." in text
    )
    assert "Pemakaian gambar sebelumnya. Keputusan itu tetap berlaku sampai diputuskan lagi." in text
    assert "changed=1" in text
    assert other.context["changed"].who == "Bu Dewi"
    assert log_in(cast.dewi).get("/photos/review/?changed=1").context["claim"] == claim
    review(actor=cast.dewi, claim=claim, decision="accepted", reason="Tetap benar", seen=first.pk)
    assert Notice.objects.filter(user=cast.ani).count() == 1
    assert log_in(cast.dewi).get("/photos/review/").context["claim"] is None


def test_failed_checks_come_first_and_the_pending_ones_are_said(cast: Cast, claim: Claim):
    for order, (code, status) in enumerate(
        [
            ("has_position", "passed"),
            ("near_site", "failed"),
            ("not_reused", "unknown"),
            ("complete", "warning"),
        ]
    ):
        claim.checks.create(order=order, code=code, status=status, message={"code": f"x.{code}"})
    page = log_in(cast.dewi).get("/photos/review/")
    assert [said.word for said in page.context["doubted"]] == ["Jarak ke titik", "Berkas utuh"]
    assert [said.word for said in page.context["unknown"]] == ["Pemakaian gambar sebelumnya"]
    assert "data-pending" in page.content.decode()
    Photo.objects.filter(pk=claim.photo_id).update(looked_at=timezone.now())
    assert "data-pending" not in log_in(cast.dewi).get("/photos/review/").content.decode()


def test_both_positions_are_shown_apart_where_both_exist(cast: Cast, claim: Claim):
    for name, value in (
        ("GPSLatitude", 8.25), ("GPSLatitudeRef", "S"), ("GPSLongitude", 114.2), ("GPSLongitudeRef", "E"),
    ):  # fmt: skip
        Fact.objects.create(photo=claim.photo, source="exif", name=name, value=value)
    claim.fix = {"lon": 114.2, "lat": -8.2501, "accuracy_m": 6}
    claim.save()
    sources = log_in(cast.dewi).get("/photos/review/").context["sources"]
    assert [source["value"] for source in sources] == [
        "-8.250000, 114.200000",
        "-8.250100, 114.200000 ± 6,0 m",
        "11 m",
    ]


def test_the_same_picture_stands_beside_it_with_what_links_them(cast: Cast, claim: Claim):
    other = ClaimFactory(photo=claim.photo, project=ProjectFactory(village=cast.bubuk, title="Drainase Dam"))
    claim.checks.create(code="not_reused", status="failed", message={"code": "x"})
    page = log_in(cast.eko).get(f"/photos/review/?claim={claim.pk}")
    assert [link.claim for link in page.context["links"]] == [other]
    assert "Berkas yang sama, byte demi byte." in page.content.decode()


def test_a_stage_from_the_same_viewpoint_is_compared_with(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(viewpoint="jembatan")
    shown = PhotoFactory(display="d.jpg", thumb="t.jpg"), PhotoFactory(display="e.jpg", thumb="u.jpg")
    other = ClaimFactory(photo=shown[0], project=claim.project, progress=40, uploaded_by=cast.ani)
    same = ClaimFactory(
        photo=shown[1], project=claim.project, progress=0, viewpoint="jembatan", uploaded_by=cast.ani
    )
    page = log_in(cast.dewi).get(f"/photos/review/?claim={claim.pk}")
    assert page.context["compare"] == same
    assert page.context["siblings"] == [same, other]


def test_previous_goes_back(cast: Cast, claim: Claim):
    second = ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    client = log_in(cast.dewi)
    assert client.get(f"/photos/review/?before={second.pk}").context["claim"] == claim
    assert client.get(f"/photos/review/?before={claim.pk}").context["claim"] == second


def test_a_script_gets_the_photo_s_part_alone_and_decisions_as_json(cast: Cast, claim: Claim):
    client = log_in(cast.dewi)
    part = client.get("/photos/review/", headers={"X-Requested-With": "XMLHttpRequest"}).content.decode()
    assert "<html" not in part
    assert f'data-claim="{claim.pk}"' in part
    url, accept = f"/photos/{claim.pk}/review/", {"Accept": "application/json"}
    missing = client.post(url, {"decision": "asked"}, headers=accept)
    assert missing.status_code == 400
    assert missing.json()["error"]["fields"]["reason"]
    made = client.post(url, {"decision": "asked", "reason": "Buram"}, headers=accept)
    assert made.json() == {
        "review": claim.reviews.get().pk,
        "decision": "asked",
        "sentence": "Foto diminta ulang; pengirim diberi tahu.",
    }
    conflict = client.post(url, {"decision": "accepted", "reason": "x"}, headers=accept)
    assert conflict.status_code == 409
    assert conflict.json()["error"]["code"] == "review.already_asked"


def test_a_page_of_the_queue_asks_few_questions(cast: Cast, claim: Claim, django_assert_max_num_queries):
    for progress in range(10):
        ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=progress, verdict="outside")
    client = log_in(cast.eko)
    with django_assert_max_num_queries(20):
        client.get(f"/photos/review/?scope=all&claim={claim.pk}")
    with django_assert_max_num_queries(15):
        client.get(
            f"/photos/review/?scope=all&after={claim.pk}", headers={"X-Requested-With": "XMLHttpRequest"}
        )


# ---- one decision over the whole filter, on its pages


def test_the_confirm_page_says_how_many_of_which_kind(cast: Cast, claim: Claim):
    ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    client = log_in(cast.dewi)
    text = client.get("/photos/review/bulk/?decision=accepted").content.decode()
    assert "Terima 1 foto sesuai saringan?" in text
    assert "1 foto yang bukan “Sesuai lokasi” tidak ikut diterima." in text
    with_all = client.get("/photos/review/bulk/?decision=accepted&doubted=1").content.decode()
    assert "Terima 2 foto sesuai saringan?" in with_all
    assert "Alasan untuk semuanya (wajib)" in with_all


def test_a_decision_over_the_filter_is_made_and_what_it_left_alone_is_said(cast: Cast, claim: Claim):
    late = ClaimFactory(project=claim.project, uploaded_by=cast.ani, progress=100)
    client = log_in(cast.dewi)
    token = client.get("/photos/review/bulk/?decision=rejected").context["plan"].token
    sent = {"token": token, "decision": "rejected"}
    missing = client.post("/photos/review/bulk/", sent)
    assert missing.status_code == 400
    assert "Tulis satu alasan untuk semuanya" in missing.content.decode()
    review(actor=cast.eko, claim=late, decision="accepted")
    answer = client.post("/photos/review/bulk/", sent | {"reason": "Buram", "place": "35.10.17"}, follow=True)
    assert answer.redirect_chain == [("/photos/review/?place=35.10.17", 302)]
    text = answer.content.decode()
    assert "1 foto ditolak; pengirimnya diberi tahu." in text
    assert "1 dilewati karena sudah diputuskan orang lain." in text
    assert claim.reviews.get().decision == "rejected"
    assert late.reviews.get().decision == "accepted"


def test_a_stale_confirm_page_is_refused_in_words(cast: Cast, claim: Claim):
    answer = log_in(cast.dewi).post("/photos/review/bulk/", {"token": "x", "decision": "accepted"})
    assert answer.status_code == 409
    assert "Muat ulang, lalu konfirmasi lagi." in answer.content.decode()


@pytest.mark.parametrize(("who", "status"), [("ani", 403), ("fitri", 403), ("dewi", 200), ("eko", 200)])
def test_who_may_decide_over_a_filter(cast: Cast, who, status):
    assert log_in(getattr(cast, who)).get("/photos/review/bulk/?decision=accepted").status_code == status


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
