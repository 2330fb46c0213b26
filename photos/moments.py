"""[pure] When a photo was taken, by the clocks that its file states: the satellites', the camera's, XMP's."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone

from photos.said import Said

WIB = timezone(timedelta(hours=7), "WIB")

TAKEN_SOURCES = ("gps", "exif_offset", "exif_assumed_wib", "xmp", "capture", "none")


@dataclass(frozen=True)
class Taken:
    """When a photo was taken, aware, in the offset that applied; source: one of TAKEN_SOURCES."""

    at: datetime | None = None
    source: str = "none"


_TIME = re.compile(
    r"\s*(\d{4})[:/.-]([ \d]\d)[:/.-]([ \d]\d)[ T]([ \d]\d):([ \d]\d)(?::([ \d]\d))?(?:[.,](\d{1,9}))?"
    r"\s*(Z|[+-]\d\d:?\d\d)?\s*",
    re.ASCII,
)
_YEARS = range(1970, 2200)


def time_of(text: str) -> datetime | None:
    """A time like "2026:11:24 09:15:00" (EXIF) or ISO 8601 (XMP), aware only if it states an offset; None if no time."""
    match = _TIME.fullmatch(text) if len(text) <= 64 else None
    if match is None:
        return None
    numbers = [int(part) for part in match.groups("0")[:6]]
    if numbers[0] not in _YEARS:
        return None
    micros = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(*numbers, micros, tzinfo=offset_of(match[8] or ""))  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def offset_of(text: str) -> timezone | None:
    """The offset in "+07:00", "-0800" or "Z"; None if it is none or beyond ±14 hours."""
    if text.strip() == "Z":
        return UTC
    match = re.fullmatch(r"\s*([+-])(\d\d):?(\d\d)\s*", text, re.ASCII)
    if match is None or int(match[3]) > 59 or int(match[2]) * 60 + int(match[3]) > 14 * 60:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def offset_that_applied(said: Said) -> timezone | None:
    """OffsetTimeOriginal, else that of a time which is the same as DateTimeOriginal."""
    offset = offset_of(said.text("OffsetTimeOriginal"))
    original = said.text("DateTimeOriginal")
    for time, offset_name in (("DateTimeDigitized", "OffsetTimeDigitized"), ("ModifyDate", "OffsetTime")):
        if offset is None and original and said.text(time) == original:
            offset = offset_of(said.text(offset_name))
    return offset


def camera_time(said: Said) -> tuple[datetime | None, str]:
    """DateTimeOriginal with its parts of a second and the offset that applied, and the source of that."""
    time = _with_fraction(said, "DateTimeOriginal", "SubSecTimeOriginal")
    if time is None:
        return None, "none"
    offset = time.tzinfo or offset_that_applied(said)
    return time.replace(tzinfo=offset or WIB), "exif_offset" if offset else "exif_assumed_wib"


def other_time(said: Said, name: str, fraction: str, offset: str) -> datetime | None:
    """Another EXIF time (DateTimeDigitized, ModifyDate), aware: by its own offset, else the camera's, else WIB."""
    time = _with_fraction(said, name, fraction)
    if time is None or time.tzinfo:
        return time
    return time.replace(tzinfo=offset_of(said.text(offset)) or offset_that_applied(said) or WIB)


def _with_fraction(said: Said, name: str, fraction_name: str) -> datetime | None:
    time = time_of(said.text(name))
    fraction = re.match(r" ?(\d{1,9})", said.text(fraction_name), re.ASCII)
    if time and not time.microsecond and fraction:
        return time.replace(microsecond=int(fraction[1].ljust(6, "0")[:6]))
    return time


def gps_time(said: Said) -> datetime | None:
    """The satellites' time in UTC; None unless date and time of day are both there."""
    day = re.fullmatch(r"\s*(\d{4})[:/.-]?(\d\d)[:/.-]?(\d\d)\s*", said.text("GPSDateStamp"), re.ASCII)
    clock = said.text("GPSTimeStamp")
    time = time_of(f"{day[1]}:{day[2]}:{day[3]} {clock}") if day and clock else None
    return time.replace(tzinfo=UTC) if time else None


def gps_day_slipped(gps_at: datetime, camera_at: datetime) -> bool:
    """Phones are known that write the local date beside the UTC time: a day off, to the minute."""
    return abs(abs(gps_at - camera_at) - timedelta(days=1)) <= timedelta(minutes=3)


def taken_by(said: Said, gps_at: datetime | None, camera_at: datetime | None, source: str) -> Taken:
    """The time that counts, and whose it is."""
    if gps_at and not (camera_at and gps_day_slipped(gps_at, camera_at)):
        return Taken(gps_at.astimezone(offset_that_applied(said) or WIB), "gps")
    if camera_at:
        return Taken(camera_at, source)
    for name in ("DateTimeOriginal", "DateCreated", "CreateDate"):
        time = time_of(said.text(name, "xmp"))
        if time:
            return Taken(time if time.tzinfo else time.replace(tzinfo=WIB), "xmp")
    return Taken()
