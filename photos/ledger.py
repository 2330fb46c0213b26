"""A claim's ledger: verdict → checks → the facts each rests on → the tag as written, and what happened since.

One shape for the page and the API. A check cites facts by key ("exif:GPSLatitude"); here each key becomes the rows
of that name, or the word that there is none. docs/design/photo-ledger.md follows one verdict down.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext

from accounts.access import Action, Person, reach
from photos import fact_words, ledger_history
from photos.checks import CHECKS
from photos.conclusions import sentence_of
from photos.ledger_history import Happening
from photos.models import CheckResult, CheckStatus, Claim, Fact, FactSource
from photos.queueing import CHECK_WORDS
from places.earth import metres_between
from places.message import Message
from places.saying import say

_FROM_FILE = (FactSource.EXIF, FactSource.XMP, FactSource.IPTC)
# In what a check's measured value and limit are counted; others are plain numbers.
_UNITS = {
    "near_site": "m", "in_village": "m", "fix_agrees": "m", "surveyed_site": "m", "nearer_site": "m",
    "hemisphere": "m", "time_plausible": "min", "fix_age": "min", "speed": "km/h", "progress_order": "%",
}  # fmt: skip
_BY_PIXELS = {check.CODE for check in CHECKS if check.TIER == "pixel"} | {"not_reused"}


@dataclass(frozen=True)
class Said:
    """One fact as a reader meets it. is_missing: a check asked for it and no source has it."""

    source: str
    name: str
    word: str = ""
    value: str = ""
    raw: str = ""
    is_missing: bool = False
    reason: str = ""
    fact_id: int | None = None

    @property
    def key(self) -> str:
        return f"{self.source}:{self.name}"

    @property
    def source_label(self) -> str:
        return str(FactSource(self.source).label) if self.source in FactSource.values else self.source

    def as_json(self) -> dict[str, Any]:
        return {
            "source": self.source,
            "name": self.name,
            "value": self.value,
            "raw": self.raw,
            "missing": self.is_missing,
            "reason": self.reason or None,
        }


@dataclass(frozen=True)
class Line:
    """One check with what it rests on."""

    code: str
    title: str
    status: str
    status_label: str
    sentence: str
    measured: float | None
    limit: float | None
    unit: str
    rule: int
    facts: tuple[Said, ...]

    def as_json(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "title": self.title,
            "status": self.status,
            "sentence": self.sentence,
            "measured": self.measured,
            "limit": self.limit,
            "unit": self.unit or None,
            "rule": self.rule,
            "facts": [said.as_json() for said in self.facts],
        }


@dataclass(frozen=True)
class Witnesses:
    """What the file and the capture fix say of one shot: rows of (word, file, fix), and metres between them."""

    rows: tuple[tuple[str, str, str], ...]
    metres: float


@dataclass(frozen=True)
class Ledger:
    """All that is known of a claim. others: facts that no check cites."""

    claim: Claim
    sentence: str
    lines: tuple[Line, ...]
    others: tuple[Said, ...]
    witnesses: Witnesses | None
    history: tuple[Happening, ...] = field(default=())

    def as_json(self) -> dict[str, Any]:
        """The API's form; the same facts may stand under several checks."""
        both = self.witnesses
        return {
            "claim": self.claim.pk,
            "verdict": self.claim.verdict,
            "verdict_label": self.claim.get_verdict_display(),
            "sentence": self.sentence,
            "stands": self.claim.stands,
            "judged_at": self.claim.judged_at,
            "checks": [line.as_json() for line in self.lines],
            "other_facts": [said.as_json() for said in self.others],
            "witnesses": None
            if both is None
            else {
                "metres": both.metres,
                "rows": [{"name": word, "file": file, "capture": fix} for word, file, fix in both.rows],
            },
            "history": [happening.as_json() for happening in self.history],
            "file": _file_as_json(self.claim),
        }


def claim_for(user: Person, pk: int) -> Claim:
    """The claim, withdrawn ones too, if the person may see originals and facts there.

    Raises PermissionDenied for who may see the picture only, Http404 for all others.
    """
    full = Claim.objects.select_related(
        "photo__removed_by", "project__village__parent", "site", "uploaded_by", "taken_by", "answers"
    )
    found = full.filter(reach(user, Action.ORIGINALS).q("project__village__code"), pk=pk).first()
    if found is not None:
        return found
    if Claim.objects.visible_to(user).filter(pk=pk).exists():
        raise PermissionDenied(gettext("Rincian foto hanya untuk petugas yang bertugas di wilayah ini."))
    raise Http404


def of(claim: Claim, user: Person) -> Ledger:
    """The ledger of a claim that the person may see (`claim_for`)."""
    facts = [*claim.photo.facts.filter(claim=None).order_by("pk"), *claim.facts.order_by("pk")]
    _keep_readable(facts, user)
    by_key: dict[str, list[Fact]] = {}
    for fact in facts:
        by_key.setdefault(fact.key, []).append(fact)
    checks = list(claim.checks.order_by("order"))
    is_looked_at = claim.photo.looked_at is not None
    lines = tuple(
        Line(
            code=check.code,
            title=_title(check.code),
            status=check.status,
            status_label=_status(check, is_looked_at=is_looked_at),
            sentence=say(Message.from_json(check.message)),
            measured=check.measured,
            limit=check.limit,
            unit=_UNITS.get(check.code, ""),
            rule=check.rule,
            facts=tuple(said for key in dict.fromkeys(check.cites) for said in _cited(key, by_key)),
        )
        for check in checks
    )
    cited = {key for check in checks for key in check.cites}
    return Ledger(
        claim=claim,
        sentence=sentence_of(claim),
        lines=lines,
        others=tuple(_said(fact) for fact in facts if fact.key not in cited),
        witnesses=_witnesses(claim, by_key),
        history=ledger_history.of(claim, user),
    )


def _title(code: str) -> str:
    """What the check asks; a check of a newer release shows its code."""
    word = CHECK_WORDS.get(code)
    return gettext(word) if word else code


def _status(check: CheckResult, *, is_looked_at: bool) -> str:
    """The status in words: "still being checked" only while the worker has not looked."""
    if check.status == CheckStatus.UNKNOWN and (is_looked_at or check.code not in _BY_PIXELS):
        return gettext("tidak bisa diperiksa")
    return str(check.get_status_display())


def _keep_readable(facts: Iterable[Fact], user: Person) -> None:
    """Of facts that name other photos, keep those that the reader may know of; of the others only how many."""
    named = {
        item["claim"]
        for fact in facts
        if isinstance(fact.value, list)
        for item in fact.value
        if _names_claim(item)
    }
    seen = (
        set(Claim.objects.visible_to(user).filter(pk__in=named).values_list("pk", flat=True))
        if named
        else set()
    )
    for fact in facts:
        if isinstance(fact.value, list) and any(map(_names_claim, fact.value)):
            kept = [item for item in fact.value if not _names_claim(item) or item["claim"] in seen]
            hidden = len(fact.value) - len(kept)
            word = gettext("%(count)s foto di luar wilayah Anda") % {"count": hidden}
            fact.value = [*kept, word] if hidden else kept
        elif fact.name == "nearer_site" and isinstance(fact.value, dict):
            fact.value = {name: value for name, value in fact.value.items() if name != "site"}


def _names_claim(item: object) -> bool:
    return isinstance(item, dict) and isinstance(item.get("claim"), int)


def _cited(key: str, by_key: dict[str, list[Fact]]) -> list[Said]:
    """The rows that a check rests on, or the word that there is none."""
    rows = by_key.get(key)
    if rows:
        return [_said(fact) for fact in rows]
    source, _colon, name = key.partition(":")
    word, said = fact_words.name_of(name), fact_words.missing(source, name)
    return [Said(source, name, word, said, is_missing=True, reason="absent")]


def _said(fact: Fact) -> Said:
    reason = (
        str(fact.value["reason"]) if isinstance(fact.value, dict) and set(fact.value) == {"reason"} else ""
    )
    return Said(
        source=fact.source,
        name=fact.name,
        word=fact_words.name_of(fact.name),
        value=fact_words.value_of(fact.name, fact.value),
        raw=fact.raw,
        reason=reason,
        fact_id=fact.pk,
    )


def _witnesses(claim: Claim, by_key: dict[str, list[Fact]]) -> Witnesses | None:
    """File and fix side by side; None unless both have a position."""
    fix = claim.fix or {}
    here = claim.position if claim.position_source in _FROM_FILE else None
    if (
        here is None
        or not isinstance(fix.get("lon"), int | float)
        or not isinstance(fix.get("lat"), int | float)
    ):
        return None
    of_file = claim.position_source

    def pair(name: str, other: str) -> tuple[str, str]:
        return _first(by_key, f"{of_file}:{name}"), _first(by_key, f"capture:{other}")

    rows = [
        (gettext("Lintang"), f"{here.y:.7f}°", f"{fix['lat']:.7f}°"),
        (gettext("Bujur"), f"{here.x:.7f}°", f"{fix['lon']:.7f}°"),
        (gettext("Akurasi"), *pair("GPSHPositioningError", "accuracy_m")),
        (gettext("Ketinggian"), *pair("GPSAltitude", "altitude_m")),
        (gettext("Arah kamera"), *pair("GPSImgDirection", "heading_deg")),
        (gettext("Waktu foto"), *pair("DateTimeOriginal", "shot_at")),
        (gettext("Waktu posisi"), *pair("GPSTimeStamp", "at")),
    ]
    metres = round(metres_between((here.x, here.y), (float(fix["lon"]), float(fix["lat"]))), 2)
    return Witnesses(tuple(row for row in rows if row[1:] != ("–", "–")), metres)


def _first(by_key: dict[str, list[Fact]], key: str) -> str:
    rows: Iterable[Fact] = by_key.get(key, ())
    return next((fact_words.value_of(fact.name, fact.value) for fact in rows), "–")


def _file_as_json(claim: Claim) -> dict[str, Any]:
    photo = claim.photo
    removed: dict[str, Any] | None = None
    if photo.removed_at:
        removed = {"at": photo.removed_at, "by": _name(photo.removed_by), "reason": photo.removed_reason}
    return {
        "sha256": photo.sha256,
        "format": photo.format,
        "size": photo.size,
        "width": photo.width,
        "height": photo.height,
        "name": claim.file_name,
        "received_at": _iso(claim.received_at),
        "uploaded_by": _name(claim.uploaded_by),
        "taken_by": _name(claim.taken_by) or claim.taken_by_name or None,
        "removed": removed,
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds") if at else None


def _name(person: object | None) -> str | None:
    return str(person) if person else None
