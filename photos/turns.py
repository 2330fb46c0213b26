"""Whose turn it is to look at a claim (Claim.turn), pushed by each decision and each recheck.

The queue reads this column, so it costs what waits and not what was ever decided. docs/design/reviews.md has the
rules with a worked example.
"""

from collections.abc import Iterable, Sequence

from django.conf import settings

from photos.models import Claim, Review, ReviewDecision, ReviewTier, Turn, Verdict

AGAIN = (Turn.DISTRICT_AGAIN, Turn.REGENCY_AGAIN)


def regency_looks_too(*, decision: str, verdict: str, doubt: int, control: bool) -> bool:
    """Whether the regency looks at what the district decided: a drawn one, a doubtful one, one against the checks."""
    if control:
        return True
    if decision == ReviewDecision.ACCEPTED:
        return verdict != Verdict.VERIFIED or doubt >= settings.REVIEW_DOUBTFUL_FROM
    # What the district turned down needs no second "no", unless the checks had verified it.
    return decision == ReviewDecision.REJECTED and verdict == Verdict.VERIFIED


def after(*, decision: str, tier: str, claim: Claim, regency_has_looked: bool) -> str:
    """The turn after a decision. A tier of "" (an old review) counts as the regency's."""
    if tier != ReviewTier.DISTRICT:
        return Turn.NOBODY
    if claim.turn == Turn.REGENCY_AGAIN:
        return claim.turn
    looks = regency_looks_too(
        decision=decision, verdict=claim.verdict, doubt=claim.doubt, control=claim.control
    )
    return Turn.REGENCY if looks and not regency_has_looked else Turn.NOBODY


def decided(reviews: Sequence[Review]) -> None:
    """Push the turn of the claims that were just decided. They are locked; one statement for each different turn."""
    by_district = [made.claim_id for made in reviews if made.tier == ReviewTier.DISTRICT]
    seen = _seen_by_regency(by_district)
    by_turn: dict[str, list[int]] = {}
    for made in reviews:
        claim = made.claim
        turn = after(decision=made.decision, tier=made.tier, claim=claim, regency_has_looked=claim.pk in seen)
        if turn != claim.turn:
            claim.turn = turn
            by_turn.setdefault(turn, []).append(claim.pk)
    for turn, keys in by_turn.items():
        Claim.objects.filter(pk__in=keys).update(turn=turn)


def _seen_by_regency(claims: Iterable[int]) -> set[int]:
    others = Review.objects.filter(claim__in=list(claims)).exclude(tier=ReviewTier.DISTRICT)
    return set(others.values_list("claim_id", flat=True))


def rechecked(claim: Claim, *, verdict_was: str) -> None:
    """Push the turn of a locked claim that was judged anew: against a person's decision it is shown once more.

    The decision keeps counting. Where the checks come round to it again, there is nothing left to look at.
    """
    if claim.turn == Turn.DISTRICT or (newest := claim.reviews.order_by("-at", "-pk").first()) is None:
        return
    is_against = (newest.decision == ReviewDecision.ACCEPTED) != (claim.verdict == Verdict.VERIFIED)
    by_regency = claim.pk in _seen_by_regency([claim.pk])
    if is_against and (claim.verdict != verdict_was or claim.turn in AGAIN):
        turn: str = Turn.REGENCY_AGAIN if by_regency else Turn.DISTRICT_AGAIN
    else:
        tier = ReviewTier.REGENCY if by_regency else ReviewTier.DISTRICT
        claim.turn = Turn.NOBODY
        turn = after(decision=newest.decision, tier=tier, claim=claim, regency_has_looked=by_regency)
    Claim.objects.filter(pk=claim.pk).update(turn=turn)
    claim.turn = turn
