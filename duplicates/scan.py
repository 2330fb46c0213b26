"""A scan of the register: an engine finds and scores, part by part; pairs are stored and grouped into cases.

It runs in the worker (`start`) or at once (`scan_register`). Every part is one transaction: a scan that was cut off
goes on with the parts that are missing (scan_keeping.py), a cancelled one keeps what it found. Decisions belong to
pairs and are untouched. A pair that is no longer found is marked as gone, never deleted, and comes back under its number.
docs/design/duplicate-scan.md.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q, Sum
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Action, reach
from accounts.models import User
from duplicates import fresh, reopening
from duplicates.comparison import Record
from duplicates.engines import Prepared, Request, Scored, prepare
from duplicates.kernel import PairTable, ScoredPair
from duplicates.models import Engagement, Pair, Scan, ScanPart
from duplicates.register import LEFT_OUT, Choice
from duplicates.scan_keeping import OPEN, Cancelled, Keeper, TakenOver, is_held, why_failed
from duplicates.score import CASE_FROM, STORED_FROM
from duplicates.sites import Radius
from duplicates.storing import count_money, group, store
from places.models import Place

FEW = 500  # changed works up to which asking PostGIS for each is cheaper than reading the whole register
_LOCK = 0x53434E  # one scan stores at a time


@dataclass(frozen=True)
class ScanResult:
    """A finished scan and the pairs it gives out."""

    scan: Scan
    table: PairTable


@dataclass
class _Gathered:
    """Pairs to give out when the scan is done."""

    min_probability: float
    pairs: list[ScoredPair] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)

    def take(self, part: Scored) -> None:
        """Keep a part's pairs from the minimum on, with their records."""
        for number, probability in enumerate(part.probabilities.tolist()):
            if probability >= self.min_probability:
                both = part.batch.pair(number)
                self.pairs.append(part.pair(number))
                self.records[both.left.id], self.records[both.right.id] = both.left, both.right

    def table(self) -> PairTable:
        """The pairs, strongest first."""
        ordered = sorted(self.pairs, key=lambda p: (-p.weight, p.distance_m or 0, p.left_id, p.right_id))
        return PairTable(ordered, self.records, self.records)


def place_named(code: str | None) -> Place | None:
    """The place with a code; None for no code. Raises LookupError for a code that no place has."""
    if not code:
        return None
    place = Place.objects.filter(pk=code).first()
    if place is None:
        raise LookupError(code)
    return place


def start(
    *,
    actor: User | None,
    radius_m: float = float(settings.DUPLICATE_RADIUS_M),
    years: Sequence[int] = (),
    place: Place | None = None,
    engine: str = "array",
    incremental: bool = False,
    engagement: Engagement | None = None,
) -> Scan:
    """Queue a scan for the worker. actor: None for the system; a person scans the places of their own duties.

    years, place: at least one of a pair's two projects is of them. incremental: only works that changed since they
    were compared, wherever they are. Raises PermissionDenied when the actor may not scan the place.
    """
    from duplicates.scan_task import run_scan

    scan = _made(actor, radius_m, years, place, engine, incremental, engagement)
    run_scan.enqueue(scan.pk)  # the queue is in the same database: the task is there exactly when the scan is
    return scan


def scan_register(
    *,
    actor: User | None,
    radius_m: float = float(settings.DUPLICATE_RADIUS_M),
    years: Sequence[int] = (),
    place: Place | None = None,
    min_probability: float = CASE_FROM,
    engine: str = "array",
    incremental: bool = False,
) -> ScanResult:
    """Scan at once and store the pairs with p ≥ 0.05; give out those from min_probability on. See `start`."""
    scan = _made(actor, radius_m, years, place, engine, incremental, None)
    gathered = _Gathered(min_probability)
    run(scan, gathered=gathered)
    return ScanResult(scan, gathered.table())


def _made(
    actor: User | None,
    radius_m: float,
    years: Sequence[int],
    place: Place | None,
    engine: str,
    incremental: bool,
    engagement: Engagement | None,
) -> Scan:
    _codes(actor, place)
    return Scan.objects.create(
        radius_m=radius_m, years=list(years), place=place, started_by=actor, engine=engine,
        incremental=incremental, engagement=engagement, state=Scan.State.WAITING,
    )  # fmt: skip


def cancel(scan: Scan, *, actor: User | None) -> None:
    """Ask a scan to stop: one that nobody runs is over at once, a running one stops after the part it is at."""
    now = timezone.now()
    with transaction.atomic():
        asked = Scan.objects.filter(pk=scan.pk, state__in=OPEN)
        asked.update(cancel_asked_at=now)
        if not is_held(scan):
            asked.update(state=Scan.State.CANCELLED, finished_at=now)
        audit.record(actor=actor, action="scan.cancel", subject=scan, place=scan.place_id or "")
    scan.refresh_from_db()


def run(scan: Scan, *, gathered: _Gathered | None = None) -> None:
    """Run a scan to its end, or go on with one that was cut off. Nothing happens to one that is over or in other hands.

    A scan whose connection was lost is left as it is, for the next worker.
    """
    keeper = Keeper.of(scan)
    if keeper is None:
        return
    try:
        keeper.look()
        with transaction.atomic():
            asked = _asked(scan)
        minimum = min(gathered.min_probability, STORED_FROM) if gathered else STORED_FROM
        prepared = prepare(scan.engine, Request(_radius(scan), asked, minimum))
        _run_parts(keeper, prepared, gathered)
        with transaction.atomic():
            _finish(keeper, asked, prepared)
    except Cancelled:
        _end(scan, Scan.State.CANCELLED, "scan.cancelled")
    except KeyboardInterrupt:  # Ctrl-C at the command line
        _end(scan, Scan.State.CANCELLED, "scan.cancelled")
        raise
    except TakenOver:
        scan.refresh_from_db()
    except Exception as error:
        if keeper.owns():
            scan.message = why_failed(error).as_json()
            _end(scan, Scan.State.FAILED, "scan.failed")
        raise
    finally:
        keeper.let_go()


def _radius(scan: Scan) -> Radius:
    return Radius(scan.radius_m, settings.DUPLICATE_RADIUS_BY_TYPE_M)


def _asked(scan: Scan) -> Choice:
    """What to look at; for an incremental scan the works that changed, kept since its first start."""
    if not scan.incremental:
        choice = Choice(scan.years, _codes(scan.started_by, scan.place))
        fresh.keep_digests(scan, choice, only_changed=False)
        return choice
    if not scan.parts.exists():
        fresh.keep_digests(scan, Choice(), only_changed=True)
    changed = fresh.kept_by(scan)
    if len(changed) <= FEW and scan.engine == "array":
        scan.engine = "postgis"
        scan.save(update_fields=["engine"])
    return Choice(projects=changed)


def _run_parts(keeper: Keeper, prepared: Prepared, gathered: _Gathered | None) -> None:
    scan = keeper.scan
    done = set(scan.parts.values_list("no", flat=True))
    Scan.objects.filter(pk=scan.pk).update(steps_done=len(done))
    keeper.step(steps=len(prepared.numbers) + 2, projects=prepared.projects)
    for part in prepared.scored([number for number in prepared.numbers if number not in done]):
        with transaction.atomic():
            _lock()
            stored = store(scan, part)
            ScanPart.objects.create(scan=scan, no=part.no, candidates=part.candidates, stored=stored)
            keeper.step(candidates=_sum(scan, "candidates"), stored=_sum(scan, "stored"))
        if gathered:
            gathered.take(part)


def _sum(scan: Scan, column: str) -> int:
    return int(scan.parts.aggregate(sum=Sum(column))["sum"] or 0)


def _lock() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def _finish(keeper: Keeper, asked: Choice, prepared: Prepared) -> None:
    scan = keeper.scan
    _lock()
    _mark_gone(scan, asked)
    group()
    count_money()
    keeper.step()
    scan.projects = prepared.projects
    scan.candidates, scan.stored = _sum(scan, "candidates"), _sum(scan, "stored")
    scan.state, scan.finished_at = Scan.State.DONE, timezone.now()
    scan.save()
    reopening.look(fresh.kept_by(scan, among=_decided()))
    _audit(scan, "scan.done", pairs=scan.candidates, stored=scan.stored)


def _decided() -> set[int]:
    """The works on whose pairs there are conclusions."""
    pairs = Pair.objects.filter(decisions__withdrawn_at__isnull=True, decisions__isnull=False)
    return {key for pair in pairs.values_list("left_id", "right_id") for key in pair}


def _end(scan: Scan, state: str, action: str) -> None:
    with transaction.atomic():
        scan.state, scan.finished_at = state, timezone.now()
        scan.save(update_fields=["state", "finished_at", "message"])
        _audit(scan, action)


def _audit(scan: Scan, action: str, **found: int) -> None:
    data = {"radius_m": scan.radius_m, "years": scan.years, "engine": scan.engine} | found
    audit.record(actor=scan.started_by, action=action, subject=scan, place=scan.place_id or "", data=data)


def _codes(actor: User | None, place: Place | None) -> list[str] | None:
    """The codes to scan; None means everything."""
    if actor is None:
        return [place.pk] if place else None
    own = reach(actor, Action.SCAN)
    if not own or (place and not own.covers(place.pk)):
        raise PermissionDenied(_("Tugas Anda tidak mencakup pemindaian di wilayah ini."))
    return [place.pk] if place else list(own.codes)


def _mark_gone(scan: Scan, asked: Choice) -> None:
    """Pairs that this scan looked for and did not find; those beyond its radius it did not look for."""
    covered = asked.works().values("pk")
    looked_for = Q(left__in=covered) | Q(right__in=covered)
    out = Q(left__status__in=LEFT_OUT) | Q(right__status__in=LEFT_OUT)
    reached = Q(distance_m__lte=_radius(scan).largest) | Q(by_picture=True)
    missing = Pair.objects.current().filter(looked_for | out).filter(reached)
    missing.filter(Q(scan__isnull=True) | Q(scan__lt=scan.pk)).update(gone_at=timezone.now())
