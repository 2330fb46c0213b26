"""A scan of the register: candidates from PostGIS, scored by the kernel, stored as pairs, grouped into cases.

Decisions belong to pairs and are untouched by a scan. A pair that is no longer found is marked as gone, never
deleted, and comes back under its old number when it is found again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import audit
from accounts.access import Action, reach
from accounts.models import User
from duplicates.cases import group_pairs
from duplicates.kernel import PairTable, ScoredPair, score_pairs
from duplicates.models import Case, Pair, Scan
from duplicates.register import LEFT_OUT, candidate_pairs, records_of, register_frequencies, works
from duplicates.score import CASE_FROM, STORED_FROM
from places.message import mark as _mark
from places.message import message, sentences
from places.models import Place
from projects.models import ProjectQuerySet

SENTENCES = sentences({"scan.failed": _mark("Pemindaian gagal: %(reason)s.")})

_LOCK = 0x53434E  # one scan stores at a time
_STORED_FIELDS = ["scan", "distance_m", "weight", "probability", "signals", "gone_at"]


@dataclass(frozen=True)
class ScanResult:
    """A finished scan and the pairs it gives out."""

    scan: Scan
    table: PairTable


def place_named(code: str | None) -> Place | None:
    """The place with a code; None for no code. Raises LookupError for a code that no place has."""
    if not code:
        return None
    place = Place.objects.filter(pk=code).first()
    if place is None:
        raise LookupError(code)
    return place


def scan_register(
    *,
    actor: User | None,
    radius_m: float = float(settings.DUPLICATE_RADIUS_M),
    years: Sequence[int] = (),
    place: Place | None = None,
    min_probability: float = CASE_FROM,
) -> ScanResult:
    """Scan the register and store the pairs with p ≥ 0.05; give out those from min_probability on.

    years, place: at least one of a pair's two projects is of them. actor: None for the system (a command); a
    person scans the places of their own duties.
    Raises PermissionDenied when the actor may not scan the place.
    """
    codes = _codes(actor, place)
    scan = Scan.objects.create(radius_m=radius_m, years=list(years), place=place, started_by=actor)
    try:
        with transaction.atomic():
            found = _run(scan, codes, min(min_probability, STORED_FROM))
            audit.record(
                actor=actor,
                action="scan.done",
                subject=scan,
                place=place.pk if place else "",
                data={
                    "radius_m": radius_m,
                    "years": list(years),
                    "pairs": scan.candidates,
                    "stored": scan.stored,
                },
            )
    except Exception as error:
        scan.state, scan.finished_at = Scan.State.FAILED, timezone.now()
        scan.message = message("scan.failed", reason=type(error).__name__).as_json()
        with transaction.atomic():
            scan.save()
            audit.record(actor=actor, action="scan.failed", subject=scan, place=place.pk if place else "")
        raise
    pairs = [pair for pair in found.pairs if pair.probability >= min_probability]
    return ScanResult(scan, PairTable(pairs, found.left, found.right))


def _codes(actor: User | None, place: Place | None) -> list[str] | None:
    """The codes to scan; None means everything."""
    if actor is None:
        return [place.pk] if place else None
    own = reach(actor, Action.SCAN)
    if not own or (place and not own.covers(place.pk)):
        raise PermissionDenied(_("Tugas Anda tidak mencakup pemindaian di wilayah ini."))
    return [place.pk] if place else list(own.codes)


def _run(scan: Scan, codes: list[str] | None, min_probability: float) -> PairTable:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    candidates = candidate_pairs(radius_m=scan.radius_m, years=scan.years, places=codes)
    records = records_of(project for pair in candidates for project in pair)
    both = [(records[a], records[b]) for a, b in candidates]
    pairs = score_pairs(both, register_frequencies(), radius_m=scan.radius_m, min_probability=0)
    kept = [pair for pair in pairs if pair.probability >= STORED_FROM]
    key_of = {record.id: key for key, record in records.items()}
    _store(scan, kept, key_of)
    _mark_gone(scan, codes)
    _group()
    scan.projects = _covered(scan.years, codes).count()
    scan.candidates, scan.stored = len(pairs), len(kept)
    scan.state, scan.finished_at = Scan.State.DONE, timezone.now()
    scan.save()
    given = [pair for pair in pairs if pair.probability >= min_probability]
    return PairTable.of(given, records.values())


def _covered(years: Sequence[int], codes: Iterable[str] | None) -> ProjectQuerySet:
    covered = works()
    if years:
        covered = covered.filter(fiscal_year__in=years)
    if codes is not None:
        inside = Q(pk__in=[])
        for code in codes:
            inside |= Q(village_id=code) | Q(village__code__startswith=f"{code}.")
        covered = covered.filter(inside)
    return covered


def _store(scan: Scan, pairs: Iterable[ScoredPair], key_of: dict[str, int]) -> None:
    rows = [
        Pair(
            left_id=key_of[pair.left_id],
            right_id=key_of[pair.right_id],
            scan=scan,
            distance_m=pair.distance_m or 0.0,
            weight=pair.weight,
            probability=pair.probability,
            signals=pair.signals_json(),
            gone_at=None,
        )
        for pair in pairs
    ]
    Pair.objects.bulk_create(
        rows,
        batch_size=1000,
        update_conflicts=True,
        unique_fields=["left", "right"],
        update_fields=_STORED_FIELDS,
    )


def _mark_gone(scan: Scan, codes: list[str] | None) -> None:
    """Pairs that this scan looked for and did not find; those beyond its radius it did not look for."""
    covered = _covered(scan.years, codes).values("pk")
    looked_for = Q(left__in=covered) | Q(right__in=covered)
    out = Q(left__status__in=LEFT_OUT) | Q(right__status__in=LEFT_OUT)
    missing = (
        Pair.objects.current().filter(looked_for | out, distance_m__lte=scan.radius_m).exclude(scan=scan)
    )
    missing.update(gone_at=timezone.now())


def _group() -> None:
    """Give every strong pair without a case its case."""
    numbered: dict[int, list[tuple[int, int]]] = {}
    for number, left, right in Pair.objects.filter(case__isnull=False).values_list(
        "case_id", "left_id", "right_id"
    ):
        numbered.setdefault(number, []).append((left, right))
    strong = Pair.objects.current().filter(case__isnull=True, probability__gte=CASE_FROM)
    waiting = {
        (p.left_id, p.right_id): p
        for p in strong.order_by("-weight", "distance_m", "left__code", "right__code")
    }
    joined, fresh = group_pairs(waiting, numbered)
    for key, number in joined.items():
        waiting[key].case_id = number
    for members in fresh:
        case = Case.objects.create()
        for key in members:
            waiting[key].case_id = case.pk
    Pair.objects.bulk_update(waiting.values(), ["case"], batch_size=1000)
