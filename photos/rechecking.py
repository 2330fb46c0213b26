"""Judges a stored claim again: after a look at its pixels, when a rule, limit or site changed, or on command.

The same input gives the same verdict, and then nothing is written at all. What changed is said check by check, with
why; people's decisions stay as they are. docs/design/photo-rechecks.md follows one claim through.
"""

import hashlib
import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import timedelta, timezone
from typing import Any, Literal, NamedTuple

from django.contrib.gis.geos import Point
from django.core.files.storage import FileSystemStorage, storages
from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone as clock
from django_tasks import task

from accounts import audit
from accounts.models import Notice, User
from photos import devices, doubt, exif, looking, standing, turns
from photos.capture import read_fix
from photos.checks import CHECKS
from photos.containers import Bytes, layout_of, opened
from photos.decoding import as_pixels
from photos.evidence import CheckOutcome, Fix, Pixels
from photos.exif import Facts
from photos.facts import keep, rows_of, rows_of_claim
from photos.intake import keep_results, results_of
from photos.judging import Asked, judge_claim
from photos.models import Binding, CheckResult, Claim, Fact, FactSource, Photo
from photos.sniff import Sniffed, sniff
from photos.verdict import Judgement, verdict_of
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

logger = logging.getLogger(__name__)

SENTENCES = sentences(
    {
        "recheck.verdict": _(
            "Foto %(progress_pct)s untuk “%(title)s” diperiksa lagi: %(was_word)s menjadi %(now_word)s."
        ),
    }
)

Original = Literal["read", "missing", "removed", "damaged"]
_FILE_SOURCES = (FactSource.EXIF, FactSource.XMP, FactSource.IPTC)
_FILE_KEYS = ("exif:", "xmp:", "iptc:")
# Why a check's answer changed, by the beginning of the facts it cites that changed.
_WHY = (
    ("exif:", "reader"),
    ("xmp:", "reader"),
    ("iptc:", "reader"),
    ("server:site_shots", "register"),
    ("server:same_picture", "reuse"),
    ("server:site", "site"),
    ("server:tolerance_m", "site"),
    ("server:window", "project"),
    ("server:boundary", "project"),
    ("server:village", "project"),
    ("server:stages", "project"),
    ("capture:", "claim"),
    ("officer:", "claim"),
)
_LOOKS = ("pixels", "reuse")  # causes: the worker looked at the pixels, or at those of another photo
_BY_REUSE = {"not_reused"}


@dataclass(frozen=True)
class CheckChange:
    """One check that answers otherwise. was, now: status, None where it was not asked.

    why: "rule" (another version), "setting" (severity or limit), "reader" (the file reads differently), "site",
    "project", "claim", "register" (other photos), "pixels", "reuse", else the recheck's own cause.
    """

    code: str
    was: str | None
    now: str | None
    measured_was: float | None
    measured_now: float | None
    limit_was: float | None
    limit_now: float | None
    rule_was: int | None
    rule_now: int | None
    why: str


@dataclass(frozen=True)
class Change:
    """What a recheck changed. facts: keys of facts that read otherwise; original: whether its bytes were there."""

    claim_id: int
    cause: str
    verdict_was: str
    verdict_now: str
    checks: tuple[CheckChange, ...]
    facts: tuple[str, ...] = ()
    original: Original = "read"
    written: bool = True

    @property
    def whys(self) -> tuple[str, ...]:
        """The distinct reasons, in the order of the checks."""
        return tuple(dict.fromkeys(check.why for check in self.checks)) or (self.cause,)

    def as_json(self) -> dict[str, Any]:
        """The stored and printed form."""
        return {
            "claim": self.claim_id,
            "cause": self.cause,
            "verdict_was": self.verdict_was,
            "verdict_now": self.verdict_now,
            "why": list(self.whys),
            "checks": [asdict(check) for check in self.checks],
            "facts": list(self.facts),
            "original": self.original,
        }


@dataclass(frozen=True)
class _File:
    """What the original says now; sniffed is None where its bytes cannot be had."""

    facts: Facts
    sniffed: Sniffed | None
    original: Original


def rejudge(
    claim_id: int,
    *,
    cause: str,
    actor: User | None = None,
    only: Iterable[str] | None = None,
    write: bool = True,
) -> Change | None:
    """Judge a claim again and write down what is different; None if nothing is, or there is no such kept claim.

    cause: what made it necessary ("pixels", "reuse", "site", "command" …). only: codes of the checks that may change.
    write: False changes nothing and only says what would. Never raises for what files say, nor for missing ones.
    """
    with transaction.atomic():
        claims = Claim.objects.kept().select_for_update(of=("self",))
        related = ("photo", "project__village", "site", "taken_by")
        whole = claims.select_related(*related).defer("project__village__boundary")
        claim = whole.filter(pk=claim_id).order_by().first()
        if claim is None:
            return None
        claim.site.project = claim.project  # known: no need to ask again
        file = _file_of(claim)
        return _rejudged(claim, file, cause=cause, actor=actor, only=only, write=write)


def _rejudged(
    claim: Claim, file: _File, *, cause: str, actor: User | None, only: Iterable[str] | None, write: bool
) -> Change | None:
    stored, known = list(claim.checks.all()), _known_facts(claim)
    evidence, judgement = judge_claim(
        _asked(claim),
        photo=claim.photo,
        facts=file.facts,
        sniffed=file.sniffed,
        pixels=_pixels(claim, known),
    )
    judgement = _settled(claim, judgement, stored, file, only)
    results = results_of(claim, judgement.outcomes)
    file_rows = rows_of(claim.photo, file.facts) if file.sniffed else []
    claim_rows = rows_of_claim(claim, evidence)
    of_file = _file_facts_changed(known, file_rows) if file.sniffed else ()
    of_claim = _claim_facts_changed(known, claim_rows)
    change = Change(
        claim_id=claim.pk,
        cause=cause,
        verdict_was=claim.verdict,
        verdict_now=judgement.verdict or claim.verdict,
        checks=tuple(_differences(stored, results, {*of_file, *of_claim}, cause)),
        facts=of_file,
        original=file.original,
        written=write,
    )
    tells = bool(change.checks or change.facts or change.verdict_was != change.verdict_now)
    if write:
        if of_file:
            _replace_file_facts(claim.photo, file_rows)
        _keep_claim_facts(claim, claim_rows, known, anew=bool(of_claim))
        _keep_columns(claim, judgement, results, file, anew=tells)
        if tells:
            _renew_checks(stored, results)
            if not _only_answers_what_waited(change):
                _write(claim, change, actor)
    return change if tells else None


def _asked(claim: Claim) -> Asked:
    return Asked(
        project=claim.project,
        site=claim.site,
        progress=claim.progress,
        purpose=claim.purpose,
        received_at=claim.received_at,
        fix=_fix_of(claim),
        binding=claim.binding,
        shared_reason=claim.shared_reason,
        claim_id=claim.pk,
        uploader_id=claim.uploaded_by_id,
    )


def _fix_of(claim: Claim) -> Fix | None:
    try:
        return read_fix(claim.fix)
    except Problem:
        logger.warning("the stored fix of claim %s cannot be read", claim.pk)
        return None


# A site that moved ------------------------------------------------------------------------------------------


def site_changed(*, project_id: int, cause: str = "site") -> None:
    """Called when a project's sites, dates, tolerance or kind changed (settings.SITE_CHANGED_STEPS).

    The worker judges its photos again. cause: "site" or "project".
    """
    if Claim.objects.kept().filter(project_id=project_id).exists():
        # The queue is in the same database: the task is there exactly when the new position is.
        rejudge_project.enqueue(project_id, cause)


@task()
def rejudge_project(project_id: int, cause: str = "site") -> int:
    """Judge a project's kept claims again by the project as it is now. Returns how many changed."""
    claims = Claim.objects.kept().filter(project_id=project_id).order_by("pk")
    changed = (rejudge(pk, cause=cause) for pk in claims.values_list("pk", flat=True))
    return sum(change is not None for change in changed)


# The file --------------------------------------------------------------------------------------------------


def _file_of(claim: Claim) -> _File:
    """The original read again; where its bytes are gone or changed, what was read of them when they came."""
    photo = claim.photo
    if photo.removed_at:
        return _File(_stored_facts(claim), None, "removed")
    try:
        with _original(photo) as data:
            if hashlib.sha256(data).hexdigest() != photo.sha256:
                logger.error("the original %s is not what came in", photo.original)
                return _File(_stored_facts(claim), None, "damaged")
            layout = layout_of(data)
            # What today's door would refuse was taken in once; that is not undone here.
            sniffed = replace(sniff(data, name=claim.file_name, layout=layout), refusal=None)
            return _File(exif.read(data, layout=layout, name=claim.file_name), sniffed, "read")
    except OSError as error:
        logger.warning("the original %s cannot be read: %s", photo.original, error)
        return _File(_stored_facts(claim), None, "missing")


@contextmanager
def _original(photo: Photo) -> Iterator[Bytes]:
    """The original's bytes: mapped from a file system, fetched from any other storage. Raises OSError."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        with opened(storage.path(photo.original)) as data:
            yield data
        return
    with storage.open(photo.original, "rb") as file:
        yield file.read()


def _stored_facts(claim: Claim) -> Facts:
    """What was read of a file when its bytes were there: its stored tags, and position and time as concluded then."""
    rows = claim.photo.facts.filter(claim=None, source__in=_FILE_SOURCES).order_by("pk")
    read = exif.concluded([_fact_of(row) for row in rows], name=claim.file_name)
    position = _stored_position(claim)
    reason = None if position else read.position_reason if claim.position else claim.position_reason
    return replace(read, position=position, position_reason=reason, taken=_stored_time(claim))


def _fact_of(row: Fact) -> exif.Fact:
    if isinstance(row.value, dict):
        return exif.Fact(row.source, row.name, None, row.raw, str(row.value.get("reason", "")))
    return exif.Fact(row.source, row.name, row.value, row.raw)


def _stored_position(claim: Claim) -> exif.Position | None:
    if claim.position is None or f"{claim.position_source}:" not in _FILE_KEYS:
        return None
    lon, lat = claim.position.coords
    return exif.Position(float(lon), float(lat), error_m=claim.error_m, source=claim.position_source)


def _stored_time(claim: Claim) -> exif.Taken:
    if claim.taken_at is None or claim.taken_at_source == "capture":
        return exif.Taken()
    there = timezone(timedelta(minutes=claim.taken_at_offset_min))
    return exif.Taken(claim.taken_at.astimezone(there), claim.taken_at_source)


# What is kept, what is new ---------------------------------------------------------------------------------


def _settled(
    claim: Claim, judgement: Judgement, stored: list[CheckResult], file: _File, only: Iterable[str] | None
) -> Judgement:
    """The judgement with the stored answers put back that this recheck may not or cannot give anew.

    Without its bytes, what rests on the file alone stays as it was found; with `only`, all other checks stay.
    """
    wanted = set(only) if only is not None else None
    kept = {result.code: result for result in stored}
    of_file = set() if file.sniffed else _keys_of_file(claim.photo)

    def stays(outcome: CheckOutcome) -> bool:
        if wanted is not None and outcome.code not in wanted:
            return True
        named = [key for key in outcome.cites if not key.startswith(_FILE_KEYS)]
        return file.sniffed is None and of_file.issuperset(named)

    outcomes = tuple(
        _as_outcome(kept[outcome.code]) if outcome.code in kept and stays(outcome) else outcome
        for outcome in judgement.outcomes
        if outcome.code in kept or not stays(outcome) or wanted is None
    )
    if outcomes == judgement.outcomes:
        return judgement
    return replace(judgement, outcomes=outcomes, verdict=verdict_of(outcomes))


def _keys_of_file(photo: Photo) -> set[str]:
    """Keys of the facts that are the file's own, and what every claim has anyway."""
    rows = photo.facts.filter(claim=None)
    return {row.key for row in rows} | {"server:sha256", "server:size", "server:received_at"}


def _as_outcome(result: CheckResult) -> CheckOutcome:
    return CheckOutcome(
        code=result.code,
        status=result.status,  # type: ignore[arg-type]
        message=message(result.message.get("code", ""), **(result.message.get("params") or {})),
        measured=result.measured,
        limit=result.limit,
        cites=tuple(result.cites),
        rule=result.rule,
    )


def _differences(
    stored: Iterable[CheckResult], fresh: Iterable[CheckResult], changed_facts: Iterable[str], cause: str
) -> Iterator[CheckChange]:
    """The checks that answer otherwise: another status, number, sentence, rule, or other facts cited."""
    was, now = {row.code: row for row in stored}, {row.code: row for row in fresh}
    changed = set(changed_facts)
    for code in dict.fromkeys([*now, *was]):
        before, after = was.get(code), now.get(code)
        if before and after and _content(before) == _content(after):
            continue
        yield CheckChange(
            code=code,
            was=before.status if before else None,
            now=after.status if after else None,
            measured_was=before.measured if before else None,
            measured_now=after.measured if after else None,
            limit_was=before.limit if before else None,
            limit_now=after.limit if after else None,
            rule_was=before.rule if before else None,
            rule_now=after.rule if after else None,
            why=_why(before, after, changed, cause),
        )


def _content(row: CheckResult) -> tuple[Any, ...]:
    return row.status, row.measured, row.limit, _plain(row.message), row.rule, list(row.cites)


def _plain(value: Any) -> Any:
    """A value as the database gives it back."""
    return json.loads(json.dumps(value))


def _why(before: CheckResult | None, after: CheckResult | None, changed: set[str], cause: str) -> str:
    """Why one check answers otherwise, from what is different in its rule, its setting and the facts it cites."""
    rows = [row for row in (before, after) if row]
    code = rows[0].code
    cited = ({key for row in rows for key in row.cites} or changed) & changed
    reasons = (
        ("setting", f"server:settings.{code}" in changed),
        ("rule", len({row.rule for row in rows}) > 1),
        *((why, any(key.startswith(start) for key in cited)) for start, why in _WHY),
        ("rule", len(rows) == 1),  # a check came or went
        ("reuse", code in _BY_REUSE),
        ("pixels", code in _pixel_codes()),
        ("register", bool(cited)),
    )
    return next((why for why, applies in reasons if applies), cause)


def _pixel_codes() -> set[str]:
    return {check.CODE for check in CHECKS if check.TIER == "pixel"}


class _Known(NamedTuple):
    """A stored fact of the file, or (of_claim) of what was said beside it."""

    of_claim: bool
    source: str
    name: str
    value: Any
    raw: str

    @property
    def key(self) -> str:
        return f"{self.source}:{self.name}"


_KNOWN = """
SELECT claim_id IS NOT NULL, source, name, value, raw
FROM photos_fact
WHERE photo_id = %s AND (claim_id IS NULL OR claim_id = %s)
ORDER BY id
"""


def _known_facts(claim: Claim) -> list[_Known]:
    with connection.cursor() as cursor:  # plain SQL: the worker asks it for every photo
        cursor.execute(_KNOWN, [claim.photo_id, claim.pk])
        return [
            _Known(of_claim, source, name, None if value is None else json.loads(value), raw)
            for of_claim, source, name, value, raw in cursor.fetchall()
        ]


def _pixels(claim: Claim, known: list[_Known]) -> Pixels | None:
    """As `looking.pixels_of`, from what was read already."""
    if claim.photo.looked_at is None:
        return None
    looked = (row for row in known if not row.of_claim and row.source == FactSource.SERVER)
    return as_pixels({row.name: row.value for row in looked if row.name in looking.FACTS})


def _file_facts_changed(known: list[_Known], rows: list[Fact]) -> tuple[str, ...]:
    """Keys of the file's facts that today's reader reads otherwise."""
    named = {row.name for row in rows if row.source == FactSource.SERVER}
    stored = [
        row
        for row in known
        if not row.of_claim
        and (row.source in _FILE_SOURCES or (row.source == FactSource.SERVER and row.name in named))
    ]
    return tuple(_keys_that_differ(stored, rows))


def _of_file(photo: Photo, rows: list[Fact]) -> QuerySet[Fact]:
    """The stored facts that a reading gives anew; what a look at the pixels measured is none of them."""
    named = {row.name for row in rows if row.source == FactSource.SERVER}
    read = Q(source__in=_FILE_SOURCES) | Q(source=FactSource.SERVER, name__in=named)
    return photo.facts.filter(read, claim=None)


def _claim_facts_changed(known: list[_Known], rows: list[Fact]) -> tuple[str, ...]:
    """Keys of what the server compared the claim with that is otherwise now; what people said does not change."""
    fresh = [row for row in rows if row.source == FactSource.SERVER]
    stored = [row for row in known if row.of_claim and row.source == FactSource.SERVER]
    return tuple(_keys_that_differ(stored, fresh))


def _keys_that_differ(stored: Iterable[_Known], fresh: Iterable[Fact]) -> list[str]:
    was, now = _by_key(stored), _by_key(fresh)
    return [key for key in dict.fromkeys([*was, *now]) if was.get(key) != now.get(key)]


def _by_key(rows: Iterable[Fact | _Known]) -> dict[str, list[Any]]:
    by_key: dict[str, list[Any]] = {}
    for key, value, raw in _plain([[row.key, row.value, row.raw] for row in rows]):
        by_key.setdefault(key, []).append([value, raw])
    for values in by_key.values():
        if len(values) > 1:
            values.sort(key=json.dumps)
    return by_key


# Writing ---------------------------------------------------------------------------------------------------


_UPDATE = """
UPDATE photos_checkresult
SET status = given.status, measured = given.measured, "limit" = given."limit", message = given.message,
    rule = given.rule, cites = given.cites
FROM jsonb_to_recordset(%s::jsonb) AS given (
    id bigint, status text, measured float8, "limit" float8, message jsonb, rule smallint, cites jsonb
)
WHERE photos_checkresult.id = given.id
"""


def _renew_checks(stored: list[CheckResult], results: list[CheckResult]) -> None:
    """The new answers in place of the stored ones; those that are the same stay untouched."""
    if [row.code for row in stored] != [row.code for row in results]:
        CheckResult.objects.filter(pk__in=[row.pk for row in stored]).delete()
        keep_results(results)
        return
    names = ("status", "measured", "limit", "message", "rule", "cites")
    given = [
        {"id": was.pk} | {name: getattr(now, name) for name in names}
        for was, now in zip(stored, results, strict=True)
        if _content(was) != _content(now)
    ]
    if given:
        with connection.cursor() as cursor:
            cursor.execute(_UPDATE, [json.dumps(given, allow_nan=False)])


def _only_answers_what_waited(change: Change) -> bool:
    """Whether nothing happened but that checks which waited for the worker's look now say yes: no event of its own."""
    if change.cause not in _LOOKS or change.facts or change.verdict_was != change.verdict_now:
        return False
    return all(one.was == "unknown" and one.now in ("unknown", "passed") for one in change.checks)


def _write(claim: Claim, change: Change, actor: User | None) -> None:
    """The record of what the new answers changed, the word to the sender, the project's columns."""
    audit.record(
        actor=actor,
        action="claim.rechecked",
        subject=claim,
        place=claim.project.village_id,
        data=_plain(change.as_json()) | {"project": claim.project.code, "sha256": claim.photo.sha256},
    )
    is_told = actor is not None and actor.pk == claim.uploaded_by_id  # by the answer to what they just did
    if change.verdict_was != change.verdict_now and not is_told:
        _tell(claim, change)
    turns.rechecked(claim, verdict_was=change.verdict_was)
    standing.push(claim.project_id)


def _keep_claim_facts(claim: Claim, rows: list[Fact], known: list[_Known], *, anew: bool) -> None:
    """What the server compares with, anew; what people said stays as it was written, and is added where it is not."""
    there = {row.source for row in known if row.of_claim}
    if anew:
        claim.facts.filter(source=FactSource.SERVER).delete()
        there.discard(FactSource.SERVER)
    keep(row for row in rows if row.source not in there)


def _keep_columns(
    claim: Claim, judgement: Judgement, results: list[CheckResult], file: _File, *, anew: bool
) -> None:
    """The claim's columns that a judgement decides; judged_at only where something is new."""
    columns = _columns(judgement, results)
    if file.sniffed:
        bound = claim.binding == Binding.BOUND
        columns["device"] = devices.key_of(file.facts, uploader=claim.uploaded_by_id, bound=bound)
    if anew or claim.judged_at is None:
        columns["judged_at"] = clock.now()
    different = {name: value for name, value in columns.items() if getattr(claim, name) != value}
    for name, value in different.items():
        setattr(claim, name, value)
    if different:
        claim.save(update_fields=list(different))


def _replace_file_facts(photo: Photo, rows: list[Fact]) -> None:
    """Today's reading instead of the earlier one; what a look at the pixels measured stays."""
    Photo.objects.select_for_update().get(pk=photo.pk)  # two claims of one file may be judged at once
    _of_file(photo, rows).delete()
    keep(rows)


def _columns(judgement: Judgement, results: Iterable[CheckResult]) -> dict[str, Any]:
    position, taken_at = judgement.position, judgement.taken_at
    offset = taken_at.utcoffset() if taken_at else None
    return {
        "position": Point(position.lon, position.lat, srid=4326) if position else None,
        "position_source": FactSource(position.source) if position else "",
        "position_reason": judgement.position_reason or "",
        "error_m": position.error_m if position else None,
        "taken_at": taken_at,
        "taken_at_source": judgement.taken_at_source,
        "taken_at_offset_min": int(offset.total_seconds() // 60) if offset is not None else 420,
        "verdict": judgement.verdict,
        "distance_m": judgement.distance_m,
        "doubt": doubt.score(results, judgement.verdict),
    }


def _tell(claim: Claim, change: Change) -> None:
    """Tell the sender that the verdict is another now; what to do stands with the photo."""
    if claim.uploaded_by_id is None:
        return
    said = message(
        "recheck.verdict",
        progress_pct=claim.progress,
        title=claim.project.title,
        was_word=_WORDS.get(change.verdict_was, change.verdict_was),
        now_word=_WORDS.get(change.verdict_now, change.verdict_now),
    )
    Notice.objects.create(
        user_id=claim.uploaded_by_id, message=said.as_json(), url=f"{reverse('field_mine')}#claim-{claim.pk}"
    )


_WORDS: Mapping[str, str] = {
    "verified": _("Sesuai lokasi"),
    "outside": _("Di luar lokasi"),
    "unlocated": _("Tanpa koordinat"),
    "suspect": _("Perlu diperiksa"),
}
