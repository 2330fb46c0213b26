"""[pure] What the checks judge (`Evidence`), what they answer (`CheckOutcome`), and what both sources say together.

Two sources: the file's own tags (`photos.exif.Facts`) and the capture fix, the position that the page's camera
took at the shutter. Beside them stand what only the register knows (`Register`) and what only the pixels show
(`Pixels`); a check that lacks one of them says "unknown". docs/design/photo-verdicts.md has the rules with worked
examples.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Literal

from shapely.geometry.base import BaseGeometry

from photos.exif import WIB, Facts, Position, Taken
from photos.sniff import Sniffed
from places.earth import metres_between
from places.message import Message

Status = Literal["passed", "failed", "unknown", "warning"]
Limits = Mapping[str, float]

COARSE_M = 100.0  # a stated error above this proves nothing about a site
FIX_AGE_MIN = 2.0  # minutes; a fix further than this from the shot is not of this shot
CLOCK_SLACK_MIN = 5.0  # minutes that a telephone's clock may be ahead of the server's
DEFAULT_ERROR_M = 20.0  # of a phone's position whose file states none
BROKEN_SEALS = frozenset({"changed", "replayed", "foreign"})  # of models.Binding
WALK_M = 50.0  # between the shot and the fix people walk, and two receivers differ


@dataclass(frozen=True)
class Fix:
    """A capture fix. at: when the fix was taken; shot_at: the shutter, if the page said so. Times are aware.

    nonce, mac: the seal of the page's camera; raw: the values as they were written (docs/design/capture.md).
    """

    lon: float
    lat: float
    accuracy_m: float | None = None
    at: datetime | None = None
    altitude_m: float | None = None
    heading_deg: float | None = None
    speed_m_s: float | None = None
    shot_at: datetime | None = None
    age_s: float | None = None
    nonce: str = ""
    mac: str = ""
    raw: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True)
class Shot:
    """Another claim that this one is compared with. at: aware; lon, lat: None without a position."""

    claim_id: int
    at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    error_m: float | None = None
    progress: int = 0
    purpose: str = "progress"
    stands: bool = False
    same_project: bool = True
    same_site: bool = True
    sha256: str = ""


@dataclass(frozen=True)
class Reuse:
    """Another claim of the same picture. how: "bytes", "pixels" or "near"; shared: declared with a reason.

    earlier: it was received before this one, so that this one is the repetition. rejected: people said no to it.
    """

    shot: Shot
    how: str
    similarity: float = 1.0
    shared: bool = False
    earlier: bool = True
    rejected: bool = False


@dataclass(frozen=True)
class Nearer:
    """A site that the photo lies nearer to than the one claimed. distance_m: to its nearest part."""

    site_id: int
    distance_m: float
    same_project: bool


@dataclass(frozen=True)
class Register:
    """What only the database knows of a claim; gathered by `photos.judging`, so that the checks stay pure.

    site_source: of the site version ("area", "planned", "surveyed", "photos", "as_built", "" for none).
    binding: of the capture fix (`models.Binding`), "" without one. site_shots: kept progress claims of the site, by
    time. device: the camera's key (`photos.devices`). device_shots: the nearest ones of the same camera before and
    after. stages: per cents at which pictures are expected. same_position: other shots with the same coordinates to
    the last digit. reuse: claims of the same picture, None while the pixels are not searched.
    """

    progress: int = 0
    purpose: str = "progress"
    site_source: str = ""
    radius_m: float | None = None
    binding: str = ""
    site_version: int | None = None
    device: str = ""
    stages: tuple[int, ...] = ()
    site_shots: tuple[Shot, ...] = ()
    device_shots: tuple[Shot, ...] = ()
    same_position: tuple[Shot, ...] = ()
    nearer: Nearer | None = None
    same_bytes: tuple[Reuse, ...] = ()
    near_same: tuple[Reuse, ...] | None = None


@dataclass(frozen=True)
class Pixels:
    """What a look at the pixels measured, in the worker (`photos.pixels`). None: not measured or not there.

    thumbnail: difference of the embedded thumbnail from the picture, 0 (the same) to 1. screen: how strongly the
    picture looks like one of a screen or print, 0 to 1. printed: text of drawn coordinates, "" if none was found.
    manifest: "none", "valid", "untrusted", "broken" (C2PA). failure: why the pixels could not be decoded.
    """

    thumbnail: float | None = None
    screen: float | None = None
    printed: str | None = None
    printed_position: tuple[float, float] | None = None  # lon, lat as drawn
    manifest: str | None = None
    signer: str = ""
    failure: str = ""


@dataclass(frozen=True)
class Evidence:
    """All that a claim is judged by. received_at: aware, server's clock.

    site: geometry (point, line, area, or a collection) of the site version valid when the photo was taken.
    boundary: of the village, None if not known. not_before, not_after: days of the works' window, None if open.
    register, pixels: None where there is no database or the pixels were not looked at yet. severity, limits: by the
    check's code, only where they differ from the module's own (`models.CheckSetting`).
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
    work_type: str = ""
    register: Register | None = None
    pixels: Pixels | None = None
    severity: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)

    def limit(self, code: str, name: str, default: float) -> float:
        """A check's limit: the setting's where there is one, else the module's own."""
        return self.limits.get(code, {}).get(name, default)

    def keys(self, *names: str, source: str = "exif") -> tuple[str, ...]:
        """Keys of those of the named facts that the file has, in the order asked."""
        there = {fact.name for fact in self.facts.facts if fact.source == source}
        return tuple(f"{source}:{name}" for name in names if name in there)

    @property
    def fix_facts(self) -> tuple[str, ...]:
        """Keys of the facts of the capture fix; none without one."""
        if self.fix is None:
            return ()
        times = [f"capture:{name}" for name in ("at", "shot_at") if getattr(self.fix, name)]
        return ("capture:lon", "capture:lat", "capture:accuracy_m", *times)

    @property
    def position_facts(self) -> tuple[str, ...]:
        """Keys of the facts that `position` rests on."""
        position = self.position
        if position is None:
            return ()
        if position.source == "capture":
            return ("capture:lon", "capture:lat", "capture:accuracy_m")
        names = ("GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef", "GPSHPositioningError")
        return tuple(f"{position.source}:{name}" for name in names)

    @property
    def time_facts(self) -> tuple[str, ...]:
        """Keys of the facts that `taken` rests on."""
        by_source = {
            "gps": ("exif:GPSDateStamp", "exif:GPSTimeStamp"),
            "exif_offset": ("exif:DateTimeOriginal", "exif:OffsetTimeOriginal"),
            "exif_assumed_wib": ("exif:DateTimeOriginal",),
            "xmp": ("xmp:DateTimeOriginal", "xmp:DateCreated", "xmp:CreateDate"),
            "capture": ("capture:shot_at", "capture:at"),
        }
        return by_source.get(self.taken.source, ())

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
    def position_reason(self) -> str | None:
        """Why there is no position; "printed" where the pixels show coordinates that the file lacks. None with one."""
        if self.position:
            return None
        reason, printed = self.facts.position_reason, self.pixels.printed if self.pixels else None
        return "printed" if printed and reason in ("absent", "stripped") else reason

    @property
    def taken(self) -> Taken:
        """The file's time, else the usable fix's in Asia/Jakarta."""
        if self.facts.taken.at or self.fix is None or fix_flaw(self):
            return self.facts.taken
        at = self.fix.shot_at or self.fix.at
        return Taken(at.astimezone(WIB), "capture") if at else Taken()


@dataclass(frozen=True)
class CheckOutcome:
    """A check's answer, storable: measured value and limit in the unit that the check's page names.

    cites: keys of the facts it rests on ("exif:GPSLatitude", "server:site"). rule: filled in by `run_checks`.
    """

    code: str
    status: Status
    message: Message
    measured: float | str | None = None
    limit: float | str | None = None
    cites: tuple[str, ...] = ()
    rule: int = 1


def fix_flaw(evidence: Evidence) -> str:
    """Why the fix proves nothing, "" if it counts.

    "none", "broken_seal" (not what the page's camera sealed), "impossible", "no_accuracy", "coarse", "other_time".
    """
    fix = evidence.fix
    if fix is None:
        return "none"
    if evidence.register and evidence.register.binding in BROKEN_SEALS:
        return "broken_seal"
    if not (abs(fix.lat) <= 90 and abs(fix.lon) <= 180) or (fix.lat == 0 and fix.lon == 0):
        return "impossible"
    if fix.accuracy_m is None or not fix.accuracy_m >= 0:
        return "no_accuracy"
    if fix.accuracy_m > evidence.limit("fix_agrees", "coarse_m", COARSE_M):
        return "coarse"
    minutes, oldest = fix_minutes_off(evidence), evidence.limit("fix_agrees", "fix_age_min", FIX_AGE_MIN)
    return "other_time" if minutes is not None and abs(minutes) > oldest else ""


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
