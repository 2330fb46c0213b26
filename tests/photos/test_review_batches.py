"""One decision over a whole filter: exactly what was shown is decided; what changed in between is left alone."""

import threading

import pytest
from django.db import connection, connections
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Notice
from photos import review_batches
from photos.models import Claim, Review
from photos.queueing import Asked
from photos.review_batches import decide, plan
from photos.reviewing import review
from places.message import Message
from places.problems import Problem
from places.saying import say
from tests.cast import Cast, make_cast
from tests.factories import ClaimFactory, ProjectFactory

FAR = {"verdict": "outside", "stands": False}


def sent(cast: Cast, **more) -> Claim:
    more.setdefault("project", ProjectFactory(village=cast.sragi))
    more.setdefault("uploaded_by", cast.ani)
    return ClaimFactory(**more)


def log_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_an_acceptance_leaves_out_what_the_checks_did_not_verify(cast: Cast):
    fine, far = sent(cast), sent(cast, **FAR)
    shown = plan(cast.dewi, Asked(), "accepted")
    assert (shown.all, shown.many, shown.verdicts, shown.left_out) == (2, 1, {"verified": 1}, {"outside": 1})
    assert not shown.needs_reason
    done = decide(actor=cast.dewi, token=shown.token)
    assert done.many == 1
    assert [made.claim for made in Review.objects.all()] == [fine]
    assert not far.reviews.exists()


def test_asked_for_they_are_taken_in_with_one_reason_for_all(cast: Cast):
    sent(cast)
    far = sent(cast, **FAR)
    shown = plan(cast.dewi, Asked(), "accepted", with_doubted=True)
    assert shown.needs_reason
    with pytest.raises(Problem) as problem:
        decide(actor=cast.dewi, token=shown.token)
    assert problem.value.sentence.startswith("Di antaranya ada 1 foto yang bukan “Sesuai lokasi”.")
    assert "reason" in problem.value.fields
    assert decide(actor=cast.dewi, token=shown.token, reason="GPS lemah di lembah").many == 2
    far.refresh_from_db()
    assert far.stands


@pytest.mark.parametrize("decision", ["rejected", "asked"])
def test_turning_down_needs_a_reason_and_takes_all(cast: Cast, decision):
    claims = [sent(cast), sent(cast, **FAR)]
    shown = plan(cast.dewi, Asked(), decision)
    assert shown.many == 2
    with pytest.raises(Problem, match=r"batch\.reason_missing"):
        decide(actor=cast.dewi, token=shown.token, reason=" \0")
    decide(actor=cast.dewi, token=shown.token, reason="Buram")
    for claim in claims:
        claim.refresh_from_db()
        assert not claim.stands
        assert claim.reviews.get().decision == decision


def test_each_gets_a_review_and_an_event_and_each_sender_one_notice(cast: Cast):
    claims = [
        sent(cast),
        sent(cast),
        sent(cast, project=ProjectFactory(village=cast.bubuk), uploaded_by=cast.catur),
    ]
    done = decide(actor=cast.dewi, token=plan(cast.dewi, Asked(), "asked").token, reason="Terlalu gelap")
    reviews = Review.objects.all()
    assert {made.claim_id for made in reviews} == {claim.pk for claim in claims}
    assert {made.batch for made in reviews} == {done.batch}
    assert {made.tier for made in reviews} == {"district"}
    events = AuditEvent.objects.filter(action="claim.asked")
    assert {event.data["batch"] for event in events} == {str(done.batch)}
    assert events.count() == 3
    said = {notice.user: say(Message.from_json(notice.message)) for notice in Notice.objects.all()}
    assert said[cast.ani] == "2 foto Anda perlu diulang: Terlalu gelap Kirim foto baru sebagai jawabannya."
    assert said[cast.catur].startswith("Foto 50 % untuk “")


def test_projects_are_brought_up_to_date(cast: Cast):
    far = sent(cast, progress=100, **FAR)
    decide(
        actor=cast.dewi,
        token=plan(cast.dewi, Asked(), "accepted", with_doubted=True).token,
        reason="Dikenali",
    )
    far.project.refresh_from_db()
    assert far.project.progress == 100
    assert far.project.evidence == "outside"


def test_what_changed_since_it_was_shown_is_left_alone_and_counted(cast: Cast):
    same, decided, withdrawn, judged, gone = (sent(cast) for _ in range(5))
    shown = plan(cast.dewi, Asked(), "accepted")
    review(actor=cast.eko, claim=decided, decision="rejected", reason="Jalan lain")
    Claim.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    Claim.objects.filter(pk=judged.pk).update(verdict="suspect")
    Claim.objects.filter(pk=gone.pk).update(project=ProjectFactory(village__code="35.10.18.2001"))
    late = sent(cast)
    done = decide(actor=cast.dewi, token=shown.token)
    assert done.many == 1
    assert same.reviews.get().batch == done.batch
    assert [say(said) for said in done.messages] == [
        "1 dilewati karena sudah diputuskan orang lain.",
        "1 dilewati karena ditarik pengirimnya.",
        "1 dilewati karena hasil pemeriksaannya berubah.",
        "1 dilewati karena bukan wilayah tugas Anda.",
    ]
    assert decided.reviews.get().decision == "rejected"
    assert not late.reviews.exists()


def test_sending_it_twice_decides_once(cast: Cast):
    sent(cast)
    token = plan(cast.dewi, Asked(), "accepted").token
    assert decide(actor=cast.dewi, token=token).many == 1
    again = decide(actor=cast.dewi, token=token)
    assert (again.many, dict(again.skipped)) == (0, {"decided": 1})
    assert Notice.objects.count() == 1


def test_the_regency_decides_over_what_the_district_accepted(cast: Cast):
    claim = sent(cast, control=True)
    review(actor=cast.dewi, claim=claim, decision="accepted")
    assert decide(actor=cast.eko, token=plan(cast.eko, Asked(), "accepted").token).many == 1
    assert [made.tier for made in claim.reviews.all()] == ["regency", "district"]


def test_one_go_has_a_limit_and_says_so(cast: Cast, settings):
    settings.REVIEW_BULK_MAX = 2
    first, second, _third = (sent(cast, doubt=doubt) for doubt in (30, 20, 10))
    shown = plan(cast.dewi, Asked(), "accepted")
    assert (shown.all, shown.many) == (3, 2)
    decide(actor=cast.dewi, token=shown.token)
    assert {made.claim for made in Review.objects.all()} == {first, second}


@pytest.mark.parametrize("token", ["", "x", "a:b:c"])
def test_a_snapshot_that_is_not_ours_is_refused(cast: Cast, token):
    with pytest.raises(Problem) as problem:
        decide(actor=cast.dewi, token=token)
    assert problem.value.status == 409


def test_a_snapshot_of_somebody_else_or_of_yesterday_is_refused(cast: Cast, monkeypatch):
    sent(cast)
    token = plan(cast.dewi, Asked(), "accepted").token
    with pytest.raises(Problem, match=r"batch\.stale"):
        decide(actor=cast.eko, token=token)
    monkeypatch.setattr(review_batches, "_VALID_FOR_S", -1)
    with pytest.raises(Problem, match=r"batch\.stale"):
        decide(actor=cast.dewi, token=token)
    assert Review.objects.count() == 0


def test_an_unknown_decision_is_refused(cast: Cast):
    with pytest.raises(Problem, match=r"review\.unknown_decision"):
        plan(cast.dewi, Asked(), "perhaps")


def test_it_asks_the_database_as_often_for_many_as_for_few(cast: Cast, django_assert_max_num_queries):
    project = ProjectFactory(village=cast.sragi)
    for progress in range(60):
        sent(cast, project=project, progress=progress)
    token = plan(cast.dewi, Asked(), "accepted").token
    with django_assert_max_num_queries(20):
        assert decide(actor=cast.dewi, token=token).many == 60


def test_many_projects_cost_no_more_statements_than_one(cast: Cast, django_assert_max_num_queries):
    claims = [sent(cast, progress=10 + number, **FAR) for number in range(30)]
    token = plan(cast.dewi, Asked(), "accepted", with_doubted=True).token
    with django_assert_max_num_queries(20):
        assert decide(actor=cast.dewi, token=token, reason="Dikenali").many == 30
    for claim in claims:
        claim.project.refresh_from_db()
        claim.site.refresh_from_db()
        assert (claim.project.progress, claim.site.progress) == (claim.progress, claim.progress)
        assert claim.project.evidence == "outside"
        assert claim.project.last_photo_at == min(claim.taken_at or claim.received_at, claim.received_at)


# ---- two at once


@pytest.mark.django_db(transaction=True)
def test_two_reviewers_over_the_same_filter_decide_each_photo_once():
    cast = make_cast()
    for _ in range(20):
        sent(cast, doubt=60)
    tokens = {person: plan(person, Asked(), "accepted").token for person in (cast.dewi, cast.eko)}
    start, done = threading.Barrier(2), []

    def work(person) -> None:
        try:
            start.wait(10)
            done.append(decide(actor=person, token=tokens[person]))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[person]) for person in tokens]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(result.many for result in done) == [0, 20]
    assert Review.objects.count() == 20
    assert Notice.objects.count() == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("decision", ["accepted", "rejected", "asked"])
def test_two_reviewers_of_one_photo_never_overwrite_each_other(decision):
    cast = make_cast()
    claim = sent(cast)
    start, made, refused = threading.Barrier(2), [], []

    def work(person) -> None:
        try:
            start.wait(10)
            made.append(review(actor=person, claim=claim, decision=decision, reason="Alasan"))
        except Problem as problem:
            refused.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[person]) for person in (cast.dewi, cast.eko)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(made) == 1
    [problem] = refused
    assert problem.status == 409
    assert str(made[0].reviewer) in problem.sentence
    assert Review.objects.count() == 1
