"""[pure] What the two clocks in one file say together: the camera's and the satellites'.

One cause must give one failed check: `clocks_of` decides once whether a difference is a time zone, a fix that is
older than the shot, or a wrong clock; `time_plausible` and `fix_age` each speak of their own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from photos.evidence import CLOCK_SLACK_MIN, Evidence, whole_hours
from photos.exif import WIB, gps_day_slipped

APART_MIN = 15.0  # minutes between them that mean nothing: fixes are a few minutes old, clocks a few off
ZONE_SLACK_H = 2.0  # hours that a clock without offset may be ahead: it may stand on WITA (1) or WIT (2)
LIKELY_ZONES = (1, 2, -7)  # hours that a clock on WITA, WIT or UTC is ahead of WIB

Kind = Literal["one", "agree", "zone", "gps_day", "stale", "differ"]


@dataclass(frozen=True)
class Clocks:
    """minutes: camera minus satellites; hours: of the zone. kind: "one" (only one of them is there, or none), "agree",
    "zone" (whole hours apart), "gps_day" (the local date beside the UTC time), "stale" (the fix is older than the
    shot), "differ" (one of them is wrong)."""

    kind: Kind
    minutes: float | None = None
    hours: int | None = None


def clocks_of(evidence: Evidence) -> Clocks:
    """Compare the clocks. A camera that is later than its satellites, yet not later than the receipt, took the shot
    with an old fix; no fix can come after its shot, so a camera that is earlier is wrong."""
    gps_at, camera_at = evidence.facts.gps_at, evidence.facts.camera_at
    if gps_at is None or camera_at is None:
        return Clocks("one")
    apart = camera_at - gps_at
    minutes = round(apart / timedelta(minutes=1), 1)
    slack = evidence.limit("time_plausible", "clocks_apart_min", APART_MIN)
    if abs(minutes) <= slack:
        return Clocks("agree", minutes)
    if hours := _zone(apart, slack, stated=camera_at.tzinfo is not WIB):
        return Clocks("zone", minutes, hours)
    if gps_day_slipped(gps_at, camera_at):
        return Clocks("gps_day", minutes)
    return Clocks("stale" if minutes > 0 and not ahead(evidence, camera_at) else "differ", minutes)


def _zone(apart: timedelta, slack: float, *, stated: bool) -> int | None:
    """Hours of another zone that explain the difference; where the file states none, one of ours with the usual slack."""
    hours = whole_hours(apart)
    if hours is None and not stated:
        rest = {zone: abs(apart / timedelta(minutes=1) - 60 * zone) for zone in LIKELY_ZONES}
        hours = next((zone for zone in LIKELY_ZONES if rest[zone] <= slack), None)
    return hours


def ahead(evidence: Evidence, at: datetime) -> bool:
    """Whether a camera's time is later than the receipt by more than clocks and, without an offset, zones explain."""
    slack = timedelta(minutes=evidence.limit("time_plausible", "clock_slack_min", CLOCK_SLACK_MIN))
    if at.tzinfo is WIB:  # assumed by the reader, not stated by the file
        slack += timedelta(hours=evidence.limit("time_plausible", "zone_slack_h", ZONE_SLACK_H))
    return at - evidence.received_at > slack


def shot_at(evidence: Evidence) -> datetime | None:
    """When the picture was taken: as `evidence.taken`, but the camera's word where the satellites' is of an old fix."""
    return evidence.facts.camera_at if clocks_of(evidence).kind == "stale" else evidence.taken.at
