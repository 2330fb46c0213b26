"""Which photos wait for whom: the district first, the regency what is doubtful, overruled, drawn or left lying."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from accounts.models import Role, User
from photos import queueing, standing, turns
from photos.checks import CHECKS
from photos.models import Claim
from photos.queueing import Asked, count, neighbour, queue, read, tier_of, waiting_for
from photos.reviewing import review
from places.problems import Problem
from tests.cast import Cast
from tests.factories import ClaimFactory, DutyFactory, PlaceFactory, ProjectFactory

FAR = {"verdict": "outside", "stands": False, "doubt": 50}


@pytest.fixture(autouse=True)
def _shares(settings) -> None:
    settings.REVIEW_DOUBTFUL_FROM = 40
    settings.REVIEW_DISTRICT_DAYS = 7


def sent(cast: Cast, **more) -> Claim:
    """A photo of Bu Ani for a work of Sragi, verified unless said."""
    more.setdefault("project", ProjectFactory(village=cast.sragi))
    return ClaimFactory(uploaded_by=cast.ani, **more)


def regency(cast: Cast, scope: str = "mine") -> list[Claim]:
    return list(waiting_for(cast.eko, scope))


def district(cast: Cast) -> list[Claim]:
    return list(waiting_for(cast.dewi))


def accepted(claim: Claim, by: User, reason: str = "Dikenali") -> Claim:
    review(actor=by, claim=claim, decision="accepted", reason=reason)
    claim.refresh_from_db()
    return claim


# ---- who sees what


def test_the_district_looks_at_everything_that_its_villages_send(cast: Cast):
    plain, doubtful = sent(cast), sent(cast, **FAR)
    assert district(cast) == [doubtful, plain]


def test_what_anybody_decided_leaves_the_district_s_queue(cast: Cast):
    accepted(sent(cast), cast.eko)
    assert district(cast) == []


def test_the_regency_takes_what_is_doubtful_and_leaves_the_plain_to_the_district(cast: Cast):
    sent(cast, doubt=39)
    doubtful = sent(cast, doubt=40)
    assert regency(cast) == [doubtful]


def test_all_that_waits_is_one_choice_away(cast: Cast):
    plain = sent(cast)
    assert regency(cast) == []
    assert regency(cast, "all") == [plain]


def test_a_drawn_photo_stays_for_the_regency_after_the_district_accepted_it(cast: Cast):
    drawn = accepted(sent(cast, control=True), cast.dewi, reason="")
    accepted(sent(cast), cast.dewi, reason="")
    assert regency(cast) == [drawn]
    newest = drawn.reviews.get()
    review(actor=cast.eko, claim=drawn, decision="accepted", seen=newest.pk)
    assert regency(cast) == []


def test_an_acceptance_against_the_checks_goes_to_the_regency_even_with_little_doubt(cast: Cast):
    overruled = accepted(sent(cast, verdict="unlocated", stands=False, doubt=10), cast.dewi)
    assert regency(cast) == [overruled]


def test_a_rejection_against_the_checks_goes_to_the_regency(cast: Cast):
    claim = sent(cast)
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Jalan lain")
    assert regency(cast) == [claim]


@pytest.mark.parametrize("decision", ["rejected", "asked"])
def test_what_the_district_turned_down_with_the_checks_needs_no_second_no(cast: Cast, decision):
    review(actor=cast.dewi, claim=sent(cast, **FAR), decision=decision, reason="Di luar lokasi")
    assert regency(cast) == []


def test_the_district_s_second_word_does_not_bring_back_what_the_regency_decided(cast: Cast):
    claim = sent(cast)
    first = review(actor=cast.eko, claim=claim, decision="accepted")
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Jalan lain", seen=first.pk)
    assert regency(cast) == []


def test_a_district_that_changes_its_mind_against_the_checks_is_looked_at(cast: Cast):
    claim = sent(cast)
    first = review(actor=cast.dewi, claim=claim, decision="accepted")
    assert regency(cast) == []
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Jalan lain", seen=first.pk)
    assert regency(cast) == [claim]


def test_a_limit_that_is_raised_later_asks_for_nothing_that_is_settled(cast: Cast, settings):
    accepted(sent(cast, doubt=30), cast.dewi)
    settings.REVIEW_DOUBTFUL_FROM = 10
    assert regency(cast) == []


def test_a_photo_that_waits_too_long_goes_to_the_regency(cast: Cast):
    now = timezone.now()
    sent(cast, received_at=now - timedelta(days=6, hours=23))
    old = sent(cast, received_at=now - timedelta(days=7, hours=1))
    assert regency(cast) == [old]
    accepted(old, cast.dewi, reason="")
    assert regency(cast) == []


def test_a_district_without_a_reviewer_is_the_regency_s_at_once(cast: Cast):
    elsewhere = ProjectFactory(village=PlaceFactory(code="35.10.18.2001"))
    claim = ClaimFactory(project=elsewhere)
    assert regency(cast) == [claim]
    held = DutyFactory(role=Role.DISTRICT, place=elsewhere.village.parent)
    assert regency(cast) == []
    held.user.is_active = False
    held.user.save()
    assert regency(cast) == [claim]


def test_a_withdrawn_or_own_photo_waits_for_nobody(cast: Cast):
    sent(cast, withdrawn_at=timezone.now())
    ClaimFactory(project=ProjectFactory(village=cast.sragi), uploaded_by=cast.dewi)
    assert district(cast) == []


@pytest.mark.parametrize("who", ["ani", "budi", "fitri", "galih", "tamu"])
def test_nothing_waits_for_others(cast: Cast, who):
    sent(cast, **FAR)
    assert list(waiting_for(getattr(cast, who))) == []


def test_a_review_made_before_tiers_were_kept_counts_as_the_regency_s(cast: Cast):
    claim = sent(cast, doubt=80)
    made = claim.reviews.create(reviewer=cast.eko, decision="accepted", reason="x")
    turns.decided([made])
    assert regency(cast) == []


def test_the_tier_comes_from_the_duty(cast: Cast):
    DutyFactory(user=cast.catur, role=Role.DISTRICT, place=cast.regency)
    assert tier_of(cast.dewi, "35.10.17.2001") == "district"
    assert tier_of(cast.eko, "35.10.17.2001") == "regency"
    assert tier_of(cast.catur, "35.10.17.2001") == "district"
    assert tier_of(cast.dewi, "35.10.18.2001") == ""
    assert tier_of(cast.ani, "35.10.17.2001") == ""


# ---- order and filters


def test_the_most_doubtful_comes_first_then_the_oldest(cast: Cast):
    now = timezone.now()
    young = sent(cast, doubt=10, received_at=now)
    old = sent(cast, doubt=10, received_at=now - timedelta(days=3))
    worst = sent(cast, doubt=90, received_at=now)
    assert district(cast) == [worst, old, young]
    claims = waiting_for(cast.dewi)
    assert [neighbour(claims, claim) for claim in (worst, old, young)] == [old, young, None]
    assert [neighbour(claims, claim, before=True) for claim in (worst, old, young)] == [None, worst, old]


def test_it_is_narrowed_by_place_verdict_check_and_the_project_s_words(cast: Cast):
    far = sent(cast, **FAR)
    far.checks.create(code="near_site", status="failed", message={"code": "x"})
    fine = ClaimFactory(
        project=ProjectFactory(village=cast.bubuk, fiscal_year=2025, title="Drainase Dam"), doubt=60
    )
    fine.checks.create(code="near_site", status="passed", message={"code": "x"})

    def left(**params: str) -> list[Claim]:
        return list(queue(cast.eko, read(params)))

    assert left() == [fine, far]
    assert left(place="35.10.17") == [fine, far]
    assert left(place="35.10.17.2001") == [far]
    assert left(verdict="outside,suspect") == [far]
    assert left(check="near_site") == [far]
    assert left(year="2025") == [fine]
    assert left(q="drainase") == [fine]
    assert left(ids=str(far.project_id)) == [far]


@pytest.mark.parametrize(
    ("word", "value"),
    [("verdict", "baik"), ("check", "x"), ("place", "Sragi"), ("scope", "semua"), ("year", "x")],
)
def test_a_filter_that_cannot_be_meant_is_refused(word, value):
    with pytest.raises(Problem) as problem:
        read({word: value})
    assert problem.value.status == 400
    assert value in problem.value.sentence


def test_every_option_says_how_many_it_would_leave(cast: Cast):
    far = sent(cast, **FAR)
    far.checks.create(code="near_site", status="failed", message={"code": "x"})
    sent(cast)
    ClaimFactory(project=ProjectFactory(village=cast.bubuk), **FAR)
    counts = count(cast.dewi, Asked(verdicts=("outside",), places=("35.10.17.2001",)))
    assert counts.all == 1
    assert counts.any_verdict == 2
    assert counts.verdicts == {"outside": 1, "verified": 1}
    assert queueing.count_checks(cast.dewi, Asked(places=("35.10.17.2001",))) == [
        ("near_site", "Jarak ke titik", 1)
    ]
    assert [(code, many, villages) for _name, code, many, villages in counts.places] == [
        ("35.10.17", 2, [("35.10.17.2002", "Bubuk", 1), ("35.10.17.2001", "Sragi", 1)])
    ]


def test_every_check_has_a_word_for_the_filter():
    assert {check.CODE for check in CHECKS} - set(queueing.CHECK_WORDS) == set()


def test_the_filters_survive_in_a_link():
    asked = read({"place": "35.10.17", "verdict": "outside", "year": "2026", "scope": "all"})
    assert asked.query_string() == "scope=all&verdict=outside&place=35.10.17&year=2026"


def test_the_menu_counts_anew_after_a_decision(cast: Cast):
    cache.clear()
    claims = [sent(cast), sent(cast)]
    assert queueing.how_many_wait(cast.dewi) == 2
    accepted(claims[0], cast.dewi)
    assert queueing.how_many_wait(cast.dewi) == 1


# ---- judged anew after somebody decided


def rechecked(claim: Claim, verdict: str, doubt: int = 50) -> Claim:
    """What rechecking does to a claim whose verdict changes."""
    claim.refresh_from_db()
    was, claim.verdict, claim.doubt = claim.verdict, verdict, doubt
    claim.save(update_fields=["verdict", "doubt"])
    turns.rechecked(claim, verdict_was=was)
    standing.push(claim.project_id)
    claim.refresh_from_db()
    return claim


def test_an_accepted_photo_that_the_checks_then_doubt_is_shown_again_and_stands(cast: Cast):
    claim = accepted(sent(cast), cast.dewi, reason="")
    assert district(cast) == []
    rechecked(claim, "suspect")
    assert claim.stands
    assert district(cast) == regency(cast) == [claim]
    changed = Asked(changed=True)
    assert list(queue(cast.dewi, changed)) == [claim]
    assert count(cast.dewi, Asked()).changed == count(cast.dewi, changed).all == 1


def test_what_the_regency_decided_is_shown_again_to_the_regency(cast: Cast):
    claim = accepted(sent(cast), cast.eko)
    rechecked(claim, "suspect")
    assert district(cast) == []
    assert regency(cast) == [claim]


def test_a_rejected_photo_that_the_checks_then_verify_is_shown_again(cast: Cast):
    claim = sent(cast, **FAR)
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Di luar lokasi")
    rechecked(claim, "verified", doubt=0)
    assert district(cast) == [claim]
    assert not claim.stands


def test_a_verdict_that_changes_the_decision_s_way_brings_nothing_back(cast: Cast):
    bad = sent(cast, **FAR)
    review(actor=cast.dewi, claim=bad, decision="rejected", reason="Di luar lokasi")
    rechecked(bad, "suspect")
    good = accepted(sent(cast, **FAR), cast.eko)
    rechecked(good, "verified", doubt=0)
    assert district(cast) == regency(cast) == []


def test_the_new_decision_settles_it(cast: Cast):
    claim = rechecked(accepted(sent(cast), cast.eko), "suspect")
    review(
        actor=cast.eko, claim=claim, decision="accepted", reason="Tetap benar", seen=claim.reviews.get().pk
    )
    assert regency(cast) == []


def test_the_district_s_new_decision_still_goes_by_the_regency(cast: Cast):
    claim = rechecked(accepted(sent(cast), cast.dewi, reason=""), "suspect")
    review(
        actor=cast.dewi, claim=claim, decision="accepted", reason="Tetap benar", seen=claim.reviews.get().pk
    )
    assert district(cast) == []
    assert regency(cast) == [claim]
    assert count(cast.eko, Asked()).changed == 0


def test_what_the_regency_is_to_look_at_again_the_district_cannot_settle(cast: Cast):
    claim = rechecked(accepted(sent(cast), cast.eko), "suspect")
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="x", seen=claim.reviews.get().pk)
    assert regency(cast) == [claim]


def test_checks_that_come_round_to_the_decision_leave_nothing_to_look_at(cast: Cast):
    claim = rechecked(accepted(sent(cast), cast.dewi, reason=""), "suspect")
    rechecked(claim, "verified", doubt=0)
    assert district(cast) == regency(cast) == []


def test_more_doubt_alone_passes_an_acceptance_on_to_the_regency(cast: Cast):
    claim = accepted(sent(cast), cast.dewi, reason="")
    rechecked(claim, "verified", doubt=60)
    assert district(cast) == []
    assert regency(cast) == [claim]


def test_a_recheck_before_anybody_decided_changes_no_turn(cast: Cast):
    claim = rechecked(sent(cast), "suspect")
    assert claim.turn == "district"


def test_the_migration_fills_in_what_the_decisions_would_have_pushed(cast: Cast):
    sent(cast)
    accepted(sent(cast), cast.eko)
    accepted(sent(cast, control=True), cast.dewi)
    accepted(sent(cast, doubt=90), cast.dewi)
    accepted(sent(cast, verdict="unlocated", stands=False), cast.dewi)
    for decision in ("rejected", "asked"):
        review(actor=cast.dewi, claim=sent(cast), decision=decision, reason="x")
        review(actor=cast.dewi, claim=sent(cast, **FAR), decision=decision, reason="x")
    pushed = dict(Claim.objects.values_list("pk", "turn"))
    assert sorted(pushed.values()) == ["", "", "", "", "district", "regency", "regency", "regency", "regency"]
    Claim.objects.update(turn="district")
    with connection.schema_editor() as editor:
        import_module("photos.migrations.0006_turn").fill(None, editor)
    assert dict(Claim.objects.values_list("pk", "turn")) == pushed
