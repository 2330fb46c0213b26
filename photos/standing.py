"""Which claims stand, and what they say of their project, pushed down to projects.

A claim stands when a person accepted it, or when it is verified and no person rejected it or asked for it again.
The newest review counts.
"""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, cast

from django.db import connection, transaction
from django.db.models import OuterRef, Subquery

from photos.models import Claim, ClaimQuerySet, Purpose, Review, ReviewDecision, Verdict
from projects import progress
from projects.models import Evidence, SiteStatus
from projects.progress import Standing


def with_decision(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Claims with `decision`: the newest review's ("accepted", "rejected", "asked") or None."""
    newest = Review.objects.filter(claim=OuterRef("pk")).order_by("-at", "-pk").values("decision")[:1]
    return cast(ClaimQuerySet, claims.annotate(decision=Subquery(newest)))


def stands(*, verdict: str, decision: str | None) -> bool:
    """People decide last; without them the checks do."""
    if decision:
        return decision == ReviewDecision.ACCEPTED
    return verdict == Verdict.VERIFIED


class _Row(NamedTuple):
    """One kept claim of a project, as `_KEPT` reads it."""

    project_id: int
    pk: int
    site_id: int
    site_status: str
    progress: int
    purpose: str
    verdict: str
    stands: bool
    taken_at: datetime | None
    received_at: datetime
    decision: str | None


# All claims of a project at every new photo: plain SQL, since building the query would cost more than it.
_KEPT = """
SELECT claim.project_id, claim.id, claim.site_id, site.status, claim.progress, claim.purpose, claim.verdict, claim.stands,
    claim.taken_at, claim.received_at, newest.decision
FROM photos_claim claim
JOIN projects_site site ON site.id = claim.site_id
LEFT JOIN LATERAL (
    SELECT review.decision
    FROM photos_review review
    WHERE review.claim_id = claim.id
    ORDER BY review.at DESC, review.id DESC
    LIMIT 1
) newest ON TRUE
WHERE claim.project_id = ANY(%s) AND claim.withdrawn_at IS NULL
ORDER BY claim.id
"""


def push(project_id: int) -> Decimal:
    """Bring a project's claims and its pushed columns up to date; call it after every change of a claim.

    Returns the project's progress in per cent. Raises Project.DoesNotExist.
    """
    return push_all([project_id])[project_id]


def push_all(project_ids: Iterable[int]) -> dict[int, Decimal]:
    """The same for many projects in as many statements as for one.

    Locks them first, so that two officers at once do not push numbers that miss each other's claim.
    """
    by_project: dict[int, list[_Row]] = {project_id: [] for project_id in project_ids}
    with transaction.atomic(savepoint=False):
        progress.lock(by_project)
        with connection.cursor() as cursor:
            cursor.execute(_KEPT, [list(by_project)])
            claims = _marked(_Row(*row) for row in cursor.fetchall())
        for claim in claims:
            if claim.site_status == SiteStatus.ACTIVE:
                by_project[claim.project_id].append(claim)
        return progress.record({project_id: summarise(kept) for project_id, kept in by_project.items()})


def _marked(claims: Iterable[_Row]) -> list[_Row]:
    """The claims with `stands` as it is now, stored where it was another."""
    marked = [
        (claim, claim._replace(stands=stands(verdict=claim.verdict, decision=claim.decision)))
        for claim in claims
    ]
    for now in (True, False):
        if other := [is_now.pk for was, is_now in marked if was.stands != is_now.stands == now]:
            Claim.objects.filter(pk__in=other).update(stands=now)
    return [is_now for _was, is_now in marked]


def summarise(claims: Iterable[_Row]) -> Standing:
    """Progress by site, evidence and last photo of claims whose `stands` is up to date. Only progress photos count."""
    showing = [claim for claim in claims if claim.purpose == Purpose.PROGRESS]
    standing = [claim for claim in showing if claim.stands]
    by_site: dict[int, int] = {}
    for claim in standing:
        by_site[claim.site_id] = max(claim.progress, by_site.get(claim.site_id, 0))
    deciding = max(standing, key=lambda c: (c.progress, _when(c), c.pk), default=None) or max(
        showing, key=lambda c: (c.received_at, c.pk), default=None
    )
    return Standing(
        by_site=by_site,
        evidence=deciding.verdict if deciding else Evidence.NONE,
        last_photo_at=max((_when(claim) for claim in showing), default=None),
    )


def _when(claim: _Row) -> datetime:
    """When it was taken; a clock that runs ahead must not make a project look fresher than its last upload."""
    return min(claim.taken_at or claim.received_at, claim.received_at)
