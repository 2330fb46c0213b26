"""Audit engagements: opened by an auditor, seen by their team only; findings are written inside them.

What closing means: nothing new is concluded, written or reviewed in it, and the team's own rights inside it end.
Every project of its pairs is kept as it was at the cut-off, as soon as that day is over (engagement_scan.py). What
the villages answer and do afterwards is still recorded.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, people
from accounts.access import Action, Person, may
from accounts.models import User
from duplicates.models import (
    Decision,
    DecisionKind,
    DecisionQuerySet,
    Engagement,
    EngagementPair,
    Pair,
)
from places.message import mark, message, sentences
from places.models import Place
from places.problems import Problem

SENTENCES = sentences(
    {
        "engagement.closed_already": mark("Penugasan %(assignment)s sudah ditutup."),
        "engagement.member_unknown": mark(
            "%(name)s tidak bertugas sebagai pemeriksa di wilayah penugasan ini."
        ),
        "engagement.team_empty": mark(
            "Tim memerlukan sedikitnya satu anggota; Anda tidak dapat keluar sendirian."
        ),
    }
)
# Conclusions that speak of money spent twice; all others say that a pair is no duplicate, or is not settled.
DUPLICATES = (DecisionKind.DUPLICATE, DecisionKind.PARTLY, DecisionKind.SAME_RECORD)


def engagements_of(user: Person) -> QuerySet[Engagement]:
    """The engagements on whose team the person is."""
    return Engagement.objects.filter(team=user.pk) if user.is_authenticated else Engagement.objects.none()


def pairs_of(engagement: Engagement) -> QuerySet[EngagementPair]:
    """The engagement's pairs: of its places and period, as they stood at the cut-off (engagement_pairs.py)."""
    return EngagementPair.objects.filter(engagement=engagement)


def findings_of(engagement: Engagement) -> DecisionQuerySet:
    """The engagement's conclusions in force, one for each pair: the newest."""
    newest = Decision.objects.in_force().filter(engagement=engagement, pair=OuterRef("pair"))
    newest = newest.order_by("-at", "-pk")
    return Decision.objects.in_force().filter(engagement=engagement, pk=Subquery(newest.values("pk")[:1]))


def has_finding(engagement: Engagement) -> Exists:
    """A condition for the engagement's pairs that are concluded in it."""
    return Exists(Decision.objects.in_force().filter(engagement=engagement, pair=OuterRef("pair")))


def with_finding(pairs: QuerySet[EngagementPair], engagement: Engagement) -> QuerySet[EngagementPair]:
    """Annotates `finding` (primary key), `conclusion` (kind) and `reviewed` (who) of the engagement."""
    newest = Decision.objects.in_force().filter(engagement=engagement, pair=OuterRef("pair"))
    newest = newest.order_by("-at", "-pk")
    return pairs.annotate(
        finding=Subquery(newest.values("pk")[:1]),
        conclusion=Subquery(newest.values("kind")[:1]),
        reviewed=Subquery(newest.values("reviewed_by")[:1]),
    )


@dataclass(frozen=True)
class State:
    """How far an engagement is: pairs, concluded ones, findings with and without review, sheets still to write."""

    pairs: int
    concluded: int
    reviewed: int
    to_review: int
    without_sheet: int

    @property
    def open(self) -> int:
        return max(0, self.pairs - self.concluded)


def state_of(engagement: Engagement) -> State:
    """The figures of an engagement's head, in two queries."""
    counts = findings_of(engagement).aggregate(
        all=Count("pk"),
        reviewed=Count("pk", filter=Q(reviewed_by__isnull=False)),
        bare=Count("pk", filter=Q(sheet__isnull=True, kind__in=DUPLICATES)),
    )
    return State(
        pairs=pairs_of(engagement).count(),
        concluded=counts["all"],
        reviewed=counts["reviewed"],
        to_review=counts["all"] - counts["reviewed"] if engagement.four_eyes else 0,
        without_sheet=counts["bare"],
    )


def open_for(user: Person, pair: Pair) -> list[Engagement]:
    """Open engagements of the person in whose places and period one of the pair's projects lies."""
    own = engagements_of(user).filter(closed_at__isnull=True).prefetch_related("places")
    return [engagement for engagement in own if covers(engagement, pair)]


def covers(engagement: Engagement, pair: Pair) -> bool:
    """Whether one of the pair's projects lies in the engagement's places and years."""
    codes = [place.pk for place in engagement.places.all()]
    return any(
        engagement.first_year <= project.fiscal_year <= engagement.last_year
        and any(project.village_id == code or project.village_id.startswith(f"{code}.") for code in codes)
        for project in (pair.left, pair.right)
    )


@transaction.atomic
def open_engagement(
    *,
    actor: User,
    assignment: str,
    title: str,
    places: Iterable[Place],
    first_year: int,
    last_year: int,
    cut_off: date,
    team: Iterable[User] = (),
    objective: str = "",
    four_eyes: bool = True,
) -> Engagement:
    """Open an engagement with the actor on its team. Raises PermissionDenied outside the actor's places."""
    chosen = list(places)
    if not chosen or not all(may(actor, Action.FINDING, place.pk) for place in chosen):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa, di wilayah tugasnya."))
    engagement = Engagement.objects.create(
        assignment=assignment,
        title=title,
        objective=objective,
        first_year=first_year,
        last_year=last_year,
        cut_off=cut_off,
        four_eyes=four_eyes,
    )
    engagement.places.set(chosen)
    members = {actor, *team}
    engagement.team.set(members)
    people.engage(actor=actor, users=members, places=chosen, engagement=assignment)
    audit.record(actor=actor, action="engagement.opened", subject=engagement, place=chosen[0].pk)
    return engagement


def require_member(actor: Person, engagement: Engagement) -> None:
    """Raises PermissionDenied unless the person is on the team."""
    if not actor.is_authenticated or not engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(_("Penugasan ini hanya untuk timnya."))


def _locked(engagement: Engagement) -> Engagement:
    """The row as it is now. Raises Problem (409) when it has been closed."""
    locked = Engagement.objects.select_for_update().get(pk=engagement.pk)
    if locked.closed_at:
        raise Problem(message("engagement.closed_already", assignment=locked.assignment), status=409)
    return locked


@transaction.atomic
def change_team(
    *, actor: User, engagement: Engagement, team: Iterable[User], four_eyes: bool, objective: str
) -> Engagement:
    """Say who is on the team, and whether four eyes are wanted. Places, period and cut-off stay as they were opened.

    Raises PermissionDenied for others, Problem for someone who is no auditor in the places.
    """
    require_member(actor, engagement)
    locked = _locked(engagement)
    members, places = set(team), list(locked.places.all())
    if not members:
        raise Problem(message("engagement.team_empty"))
    for member in members:
        if not all(may(member, Action.FINDING, place.pk) for place in places):
            raise Problem(message("engagement.member_unknown", name=str(member)))
    before = set(locked.team.all())
    locked.team.set(members)
    locked.four_eyes, locked.objective = four_eyes, objective.strip()
    locked.save(update_fields=["four_eyes", "objective"])
    people.engage(actor=actor, users=members - before, places=places, engagement=locked.assignment)
    people.disengage(actor=actor, engagement=locked.assignment, users=before - members)
    data = {
        "joined": sorted(user.username for user in members - before),
        "left": sorted(user.username for user in before - members),
        "four_eyes": four_eyes,
    }
    audit.record(actor=actor, action="engagement.team", subject=locked, data=data)
    return locked


@transaction.atomic
def close_engagement(*, actor: User, engagement: Engagement) -> Engagement:
    """Close an engagement (see above what that means). Only a member may; Problem (409) when it is closed already."""
    if not engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(_("Hanya tim penugasan yang dapat menutupnya."))
    engagement = _locked(engagement)
    engagement.closed_at = timezone.now()
    engagement.save(update_fields=["closed_at"])
    people.disengage(actor=actor, engagement=engagement.assignment)
    audit.record(actor=actor, action="engagement.closed", subject=engagement)
    return engagement
