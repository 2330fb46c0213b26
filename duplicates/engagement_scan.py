"""A scan inside an engagement: its places and period, seen by its team only."""

from accounts.models import User
from duplicates.engagements import require_member
from duplicates.models import Engagement, Scan
from duplicates.scan import start
from places.message import mark as _
from places.message import message, sentences
from places.models import Place
from places.problems import Problem

SENTENCES = sentences(
    {"engagement.scan_closed": _("Penugasan %(assignment)s sudah ditutup; tidak dipindai lagi.")}
)


def scan_engagement(
    *, actor: User, engagement: Engagement, radius_m: float, place: Place | None = None
) -> list[Scan]:
    """Queue a scan of one of the engagement's places, or of each. Raises PermissionDenied, Problem when it is closed."""
    require_member(actor, engagement)
    if engagement.closed_at:
        raise Problem(message("engagement.scan_closed", assignment=engagement.assignment), status=409)
    years = list(range(engagement.first_year, engagement.last_year + 1))
    places = [place] if place else list(engagement.places.order_by("code"))
    return [
        start(actor=actor, radius_m=radius_m, years=years, place=one, engagement=engagement) for one in places
    ]
