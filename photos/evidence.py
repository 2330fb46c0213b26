"""[pure] What the checks judge (`Evidence`), what they answer (`CheckOutcome`), and what both sources say together.

Two sources: the file's own tags (`photos.exif.Facts`) and the capture fix, the position that the page's camera
took at the shutter. docs/design/photo-verdicts.md has the rules with worked examples.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from shapely.geometry.base import BaseGeometry

from photos.exif import WIB, Facts, Position, Taken
from photos.sniff import Sniffed
from places.earth import metres_between
from places.message import Message

Status = Literal["passed", "failed", "unknown", "warning"]

COARSE_M = 100.0  # a stated error above this proves nothing about a site
FIX_AGE = timedelta(minutes=2)  # a fix further than this from the shot is not of this shot
CLOCK_SLACK = timedelta(minutes=5)
DEFAULT_ERROR_M = 20.0  # of a phone's position whose file states none
WALK_M = 50.0  # between the shot and the fix people walk, and two receivers differ


@dataclass(frozen=True)
class Fix:
    """A capture fix. at: when the fix was taken; shot_at: the shutter, if the page said so. Times are aware."""

    lon: float
    lat: float
    accuracy_m: float | None = None
    at: datetime | None = None
    altitude_m: float | None = None
    heading_deg: float | None = None
    shot_at: datetime | None = None


@dataclass(frozen=True)
class Evidence:
    """All that a claim is judged by. received_at: aware, server's clock.

    site: geometry (point, line, area, or a collection) of the site version valid when the photo was taken.
    boundary: of the village, None if not known. not_before, not_after: days of the works' window, None if open.
    """

    facts: Facts
    received_at: datetime
    fix: Fix | None = None
    sniffed: Sniffed | None = None
    site: BaseGeometry | None = None
    site_label: str = ""
    tolerance_m: float = 50.0
    boundary: BaseGeometry | None = None
    village: str = ""
    not_before: date | None = None
    not_after: date | None = None

    @property
    def position(self) -> Position | None:
        """The file's position, else the usable fix's; where both exist the fix is the second witness."""
        if self.facts.position:
            return self.facts.position
        if self.fix is None or fix_flaw(self):
            return None
        fix = self.fix
        return Position(fix.lon, fix.lat, fix.altitude_m, fix.accuracy_m, fix.heading_deg, "capture")

    @property
    def taken(self) -> Taken:
        """The file's time, else the usable fix's in Asia/Jakarta."""
        if self.facts.taken.at or self.fix is None or fix_flaw(self):
            return self.facts.taken
        at = self.fix.shot_at or self.fix.at
        return Taken(at.astimezone(WIB), "capture") if at else Taken()


@dataclass(frozen=True)
class CheckOutcome:
    """A check's answer, storable: measured value and limit in the unit that the check's page names."""

    code: str
    status: Status
    message: Message
    measured: float | str | None = None
    limit: float | str | None = None


def fix_flaw(evidence: Evidence) -> str:
    """Why the fix proves nothing: "none", "impossible", "no_accuracy", "coarse", "other_time", or "" if it counts."""
    fix = evidence.fix
    if fix is None:
        return "none"
    if not (abs(fix.lat) <= 90 and abs(fix.lon) <= 180) or (fix.lat == 0 and fix.lon == 0):
        return "impossible"
    if fix.accuracy_m is None or not fix.accuracy_m >= 0:
        return "no_accuracy"
    if fix.accuracy_m > COARSE_M:
        return "coarse"
    minutes = fix_minutes_off(evidence)
    return "other_time" if minutes is not None and abs(minutes) > FIX_AGE.total_seconds() / 60 else ""


def fix_minutes_off(evidence: Evidence) -> float | None:
    """Minutes from the fix to the shot (positive: the fix is older), None if either time is unknown.

    A camera clock without offset may stand on WITA or WIT: one or two whole hours are taken out.
    """
    fix, taken = evidence.fix, evidence.facts.taken
    shot = (fix.shot_at if fix else None) or taken.at
    if fix is None or fix.at is None or shot is None:
        return None
    apart = shot - fix.at
    if fix.shot_at is None and taken.source in ("exif_assumed_wib", "xmp"):
        hours = whole_hours(apart)
        apart -= timedelta(hours=hours if hours in (-2, -1, 1, 2) else 0)
    return apart.total_seconds() / 60


def whole_hours(apart: timedelta) -> int | None:
    """The whole hours (1 to 14, either sign) that a difference amounts to within 3 minutes, else None."""
    hours = round(apart / timedelta(hours=1))
    near = abs(apart - timedelta(hours=hours)) <= timedelta(minutes=3)
    return hours if near and 1 <= abs(hours) <= 14 else None


def metres_between_fix_and_file(evidence: Evidence) -> float | None:
    """Metres between the file's position and the fix, rounded to 1 cm; None unless both exist."""
    fix, position = evidence.fix, evidence.facts.position
    if fix is None or position is None:
        return None
    return round(metres_between((fix.lon, fix.lat), (position.lon, position.lat)), 2)
