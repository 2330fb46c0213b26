"""Audit engagements: opened by an auditor, seen by their team only; findings are written inside them."""

from collections.abc import Iterable
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit, people
from accounts.access import Action, Person, may
from accounts.models import User
from duplicates.models import Engagement, Pair
from places.models import Place


def engagements_of(user: Person) -> QuerySet[Engagement]:
    """The engagements on whose team the person is."""
    return Engagement.objects.filter(team=user.pk) if user.is_authenticated else Engagement.objects.none()


def open_for(user: Person, pair: Pair) -> QuerySet[Engagement]:
    """Open engagements of the person in whose places and period one of the pair's projects lies."""
    fitting = [
        engagement.pk
        for engagement in engagements_of(user).filter(closed_at__isnull=True).prefetch_related("places")
        if covers(engagement, pair)
    ]
    return Engagement.objects.filter(pk__in=fitting)


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
) -> Engagement:
    """Open an engagement with the actor on its team. Raises PermissionDenied outside the actor's places."""
    chosen = list(places)
    if not chosen or not all(may(actor, Action.FINDING, place.pk) for place in chosen):
        raise PermissionDenied(_("Penugasan hanya untuk pemeriksa, di wilayah tugasnya."))
    engagement = Engagement.objects.create(
        assignment=assignment, title=title, first_year=first_year, last_year=last_year, cut_off=cut_off
    )
    engagement.places.set(chosen)
    members = {actor, *team}
    engagement.team.set(members)
    people.engage(actor=actor, users=members, places=chosen, engagement=assignment)
    audit.record(actor=actor, action="engagement.opened", subject=engagement, place=chosen[0].pk)
    return engagement


@transaction.atomic
def close_engagement(*, actor: User, engagement: Engagement) -> Engagement:
    """Close an engagement: its findings stay as they are, its team's rights end. Only a member may."""
    if not engagement.team.filter(pk=actor.pk).exists():
        raise PermissionDenied(_("Hanya tim penugasan yang dapat menutupnya."))
    engagement.closed_at = timezone.now()
    engagement.save(update_fields=["closed_at"])
    people.disengage(actor=actor, engagement=engagement.assignment)
    audit.record(actor=actor, action="engagement.closed", subject=engagement)
    return engagement
