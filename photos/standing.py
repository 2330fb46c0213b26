"""Which claims stand, and what they say of their project, pushed down to projects.

A claim stands when a person accepted it, or when it is verified and no person rejected it or asked for it again.
The newest review counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.db.models import OuterRef, Subquery

from photos.models import Claim, ClaimQuerySet, Purpose, Review, ReviewDecision, Verdict
from projects import progress
from projects.models import Evidence, Project, SiteStatus


@dataclass(frozen=True)
class Standing:
    """What a project's claims amount to; by_site: highest standing progress by the site's primary key."""

    by_site: dict[int, int]
    evidence: str
    last_photo_at: datetime | None


def with_decision(claims: ClaimQuerySet) -> ClaimQuerySet:
    """Claims with `decision`: the newest review's ("accepted", "rejected", "asked") or None."""
    newest = Review.objects.filter(claim=OuterRef("pk")).order_by("-at", "-pk").values("decision")[:1]
    return cast(ClaimQuerySet, claims.annotate(decision=Subquery(newest)))


def stands(*, verdict: str, decision: str | None) -> bool:
    """People decide last; without them the checks do."""
    if decision:
        return decision == ReviewDecision.ACCEPTED
    return verdict == Verdict.VERIFIED


# What `summarise` reads: it sees all claims of a project at every new photo.
_COLUMNS = (
    "site_id", "site__status", "progress", "purpose", "verdict", "stands", "taken_at", "received_at"
)  # fmt: skip


def push(project_id: int) -> Decimal:
    """Bring a project's claims and its pushed columns up to date; call it after every change of a claim.

    Locks the project first, so that two officers at once do not push numbers that miss each other's claim.
    Returns the project's progress in per cent. Raises Project.DoesNotExist.
    """
    with transaction.atomic(savepoint=False):
        Project.objects.select_for_update().only("pk").get(pk=project_id)
        kept = Claim.objects.kept().filter(project_id=project_id).select_related("site").only(*_COLUMNS)
        claims = list(with_decision(kept))
        _mark(claims)
        standing = summarise(claim for claim in claims if claim.site.status == SiteStatus.ACTIVE)
        return progress.record(
            project_id=project_id,
            by_site=standing.by_site,
            evidence=standing.evidence,
            last_photo_at=standing.last_photo_at,
        )


def _mark(claims: Iterable[Claim]) -> None:
    changed = []
    for claim in claims:
        now = stands(verdict=claim.verdict, decision=getattr(claim, "decision", None))
        if claim.stands != now:
            claim.stands = now
            changed.append(claim)
    Claim.objects.bulk_update(changed, ["stands"])


def summarise(claims: Iterable[Claim]) -> Standing:
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


def _when(claim: Claim) -> datetime:
    """When it was taken; a clock that runs ahead must not make a project look fresher than its last upload."""
    return min(claim.taken_at or claim.received_at, claim.received_at)
