"""A scan inside an engagement: its places and period as of the cut-off, seen by its team only.

It reads the register and writes into the engagement alone: no pair, case or conclusion of the monitors is touched.
After the cut-off day the first look at an engagement has it scanned once more, for good (`finish`).
"""

from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts import audit
from accounts.access import Reach
from accounts.models import User
from duplicates import engagement_pairs as pairs
from duplicates import freezing
from duplicates.engagements import require_member
from duplicates.models import Engagement, Scan
from duplicates.scan import start
from duplicates.scan_keeping import OPEN, Cancelled, Keeper, TakenOver, why_failed
from duplicates.sites import Radius
from places.message import mark as _
from places.message import message, sentences
from places.models import Place
from places.problems import Problem

SENTENCES = sentences(
    {
        "engagement.scan_closed": _("Penugasan %(assignment)s sudah ditutup; tidak dipindai lagi."),
        "engagement.freezing": _(
            "Penugasan %(assignment)s sedang dibekukan per tanggal datanya. Coba lagi beberapa saat lagi."
        ),
    }
)

_REST = timedelta(minutes=10)  # after a scan that failed, before the system tries again by itself


def scan_engagement(
    *, actor: User, engagement: Engagement, radius_m: float, place: Place | None = None
) -> Scan:
    """Queue a scan of the engagement, or of one of its places. Raises PermissionDenied, Problem when it is closed."""
    require_member(actor, engagement)
    if engagement.closed_at:
        raise Problem(message("engagement.scan_closed", assignment=engagement.assignment), status=409)
    return start(actor=actor, radius_m=radius_m, years=_years(engagement), place=place, engagement=engagement)


def _years(engagement: Engagement) -> list[int]:
    return list(range(engagement.first_year, engagement.last_year + 1))


def finish(engagement: Engagement) -> bool:
    """Once the cut-off day is over, have the engagement scanned for good. Returns whether that is done, or not due."""
    if not freezing.is_over(engagement) or pairs.is_frozen(engagement):
        return True
    scans = Scan.objects.filter(engagement=engagement)
    failed = scans.filter(state=Scan.State.FAILED, finished_at__gt=timezone.now() - _REST)
    if not scans.filter(state__in=OPEN).exists() and not failed.exists():
        widest = scans.order_by("-radius_m").values_list("radius_m", flat=True).first()
        radius_m = widest or float(settings.DUPLICATE_RADIUS_M)
        start(actor=None, radius_m=radius_m, years=_years(engagement), engagement=engagement)
    return pairs.is_frozen(engagement)


def scan_at_once(engagement: Engagement) -> Scan:
    """Scan the engagement without the worker, as the system."""
    scan = Scan.objects.create(
        engagement=engagement,
        years=_years(engagement),
        radius_m=float(settings.DUPLICATE_RADIUS_M),
        engine="array",
        state=Scan.State.WAITING,
    )
    run(scan)
    return scan


def require_frozen(engagement: Engagement) -> None:
    """Raises Problem (503) where the state of the cut-off is due and not there yet."""
    if not finish(engagement):
        raise Problem(message("engagement.freezing", assignment=engagement.assignment), status=503)


# In the worker ----------------------------------------------------------------------------------------------


def run(scan: Scan) -> None:
    """Run a scan of an engagement; one that was cut off begins anew. Nothing happens to one that is over."""
    keeper = Keeper.of(scan)
    if keeper is None:
        return
    try:
        keeper.look()
        _look_for_pairs(keeper)
    except Cancelled:
        _end(scan, Scan.State.CANCELLED)
    except TakenOver:
        scan.refresh_from_db()
    except Exception as error:
        if keeper.owns():
            scan.message = why_failed(error).as_json()
            _end(scan, Scan.State.FAILED)
        raise
    finally:
        keeper.let_go()


def _look_for_pairs(keeper: Keeper) -> None:
    scan = keeper.scan
    engagement = Engagement.objects.prefetch_related("places").get(scans=scan)
    final = freezing.is_over(engagement)
    whole = pairs.places_of(engagement)
    # The last word is of all places: a single one is looked at again only beside it.
    partly = scan.place_id is not None and (not final or pairs.is_frozen(engagement))
    places = Reach((str(scan.place_id),)) if partly else whole
    frequencies = pairs.frequencies_of(engagement)
    Scan.objects.filter(pk=scan.pk).update(steps_done=0)  # one that was cut off begins anew
    found, projects, candidates = pairs.find(
        engagement,
        places=places,
        radius=Radius(scan.radius_m, settings.DUPLICATE_RADIUS_BY_TYPE_M),
        frequencies=frequencies,
        step=lambda steps: keeper.step(steps=steps),
    )
    with transaction.atomic():
        pairs.store(engagement, found, places=places, frequencies=frequencies, final=final)
        scan.projects, scan.candidates, scan.stored = projects, candidates, len(found)
        scan.state, scan.finished_at = Scan.State.DONE, timezone.now()
        scan.save()
        _write_down(scan)


def _end(scan: Scan, state: str) -> None:
    with transaction.atomic():
        scan.state, scan.finished_at = state, timezone.now()
        scan.save(update_fields=["state", "finished_at", "message"])
        _write_down(scan)


def _write_down(scan: Scan) -> None:
    """That the team scanned, and how it ended; what was found, and where, is the team's."""
    data = {"engagement": str(scan.engagement), "state": str(scan.state)}
    audit.record(actor=scan.started_by, action="engagement.scanned", subject=scan, data=data)
