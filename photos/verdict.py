"""[pure] From the outcomes of the checks to one verdict. docs/design/photo-verdicts.md has it with examples."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from photos.checks import run_checks
from photos.evidence import CheckOutcome, Evidence
from photos.exif import Position
from places.message import Message

VERIFIED, OUTSIDE, UNLOCATED = "verified", "outside", "unlocated"
SUSPECT, UNREADABLE = "suspect", "unreadable"
VERDICTS = (VERIFIED, OUTSIDE, UNLOCATED, SUSPECT, UNREADABLE)

# Without these two nothing is verified; all others may stay unknown.
NEEDED = ("near_site", "time_plausible")


@dataclass(frozen=True)
class Judgement:
    """A verdict with all it rests on. verdict is None only where there was no site to compare with.

    taken_at_source: gps, exif_offset, exif_assumed_wib, xmp, capture or none. refusal: only with `unreadable`.
    """

    verdict: str | None
    position: Position | None = None
    position_reason: str | None = None
    distance_m: float | None = None
    taken_at: datetime | None = None
    taken_at_source: str = "none"
    outcomes: tuple[CheckOutcome, ...] = field(default_factory=tuple)
    refusal: Message | None = None


def judge(evidence: Evidence) -> Judgement:
    """Run the checks and conclude. A refused file (`sniffed.refusal`) is `unreadable`.

    Headers without picture (`refused.no_picture`) are judged by what they say, never better than `suspect`;
    it is for the door to refuse them.
    """
    sniffed = evidence.sniffed
    if sniffed and sniffed.refusal and sniffed.refusal.code != "refused.no_picture":
        return Judgement(UNREADABLE, refusal=sniffed.refusal)
    outcomes = run_checks(evidence)
    distance = next((o.measured for o in outcomes if o.code == "near_site"), None)
    return Judgement(
        verdict=verdict_of(outcomes, with_site=evidence.site is not None),
        position=evidence.position,
        position_reason=evidence.position_reason,
        distance_m=distance if isinstance(distance, float) else None,
        taken_at=evidence.taken.at,
        taken_at_source=evidence.taken.source,
        outcomes=outcomes,
    )


def verdict_of(outcomes: Iterable[CheckOutcome], *, with_site: bool = True) -> str | None:
    """The verdict of a set of outcomes: stored ones as well as fresh ones.

    In this order: no position (and no broken seal) → unlocated; any check failed but near_site → suspect;
    near_site failed → outside; no site → None; near_site or time_plausible left open → suspect (a person has to
    look); else verified.
    """
    status = {outcome.code: outcome.status for outcome in outcomes}
    # A fix that is not what the camera sealed is a contradiction, not a missing position.
    if status.get("has_position") == "failed" and status.get("capture_bound") != "failed":
        return UNLOCATED
    if any(value == "failed" for code, value in status.items() if code != "near_site"):
        return SUSPECT
    if status.get("near_site") == "failed":
        return OUTSIDE
    if not with_site:
        return None
    return VERIFIED if all(status.get(code) in ("passed", "warning") for code in NEEDED) else SUSPECT
