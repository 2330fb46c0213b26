"""[pure] What a picture file says about itself: where, when, which camera.

Reads EXIF and XMP from JPEG, PNG, WebP and HEIC/HEIF. Agrees with exiftool to 1e-7 degrees, with two exceptions
on purpose: a position without a valid N/S or E/W letter, or out of range, is no position here
(docs/design/photo-verdicts.md). Whatever the bytes say, nothing raises: what cannot be read is a fact with a
reason.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from photos import structure as built
from photos import xmp
from photos.containers import Bytes, Layout, layout_of, opened
from photos.structure import Directories, Structure, directories_of, structure_of
from photos.tiff import Entry, Number, Tiff

WIB = timezone(timedelta(hours=7), "WIB")

Value = str | int | float | None

POSITION_REASONS = ("absent", "stripped", "printed", "zeroed", "malformed")
TAKEN_SOURCES = ("gps", "exif_offset", "exif_assumed_wib", "xmp", "capture", "none")


@dataclass(frozen=True)
class Fact:
    """One thing a file says. source: exif, xmp, iptc, or server for how it is built; raw: as written.

    reason: why value is None.
    """

    source: str
    name: str
    value: Value
    raw: str
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        """The stored form: source, name, value (or {"reason": …} where it could not be read), raw."""
        value: object = {"reason": self.reason} if self.reason and self.value is None else self.value
        return {"source": self.source, "name": self.name, "value": value, "raw": self.raw}


@dataclass(frozen=True)
class Position:
    """A position in degrees; source: exif, xmp or capture. error_m: as stated by the phone, not measured."""

    lon: float
    lat: float
    altitude_m: float | None = None
    error_m: float | None = None
    heading_deg: float | None = None
    source: str = "exif"


@dataclass(frozen=True)
class Taken:
    """When a photo was taken, aware, in the offset that applied; source: one of TAKEN_SOURCES."""

    at: datetime | None = None
    source: str = "none"


@dataclass(frozen=True)
class Camera:
    """What took or wrote the picture."""

    make: str | None = None
    model: str | None = None
    software: str | None = None


@dataclass(frozen=True)
class Facts:
    """All that was read. position_reason: why there is no position; position_trace: what told so.

    gps_at: the satellites' time (UTC), only with a position; camera_at: DateTimeOriginal, aware.
    gps_status: "V" where the receiver itself calls the position void. structure: how the file is built.
    """

    facts: tuple[Fact, ...] = ()
    position: Position | None = None
    position_reason: str | None = "absent"
    position_trace: str = ""
    taken: Taken = Taken()
    gps_at: datetime | None = None
    camera_at: datetime | None = None
    camera: Camera = Camera()
    orientation: int | None = None
    maker_note: bool = False
    gps_status: str = ""
    structure: Structure = field(default_factory=Structure)

    def value(self, name: str, source: str = "exif") -> Value:
        """The value of the fact of that name, None if there is none."""
        return next((f.value for f in self.facts if f.name == name and f.source == source), None)


def read_file(path: str | Path, *, name: str | None = None) -> Facts:
    """Facts of a file; name: the name under which it was sent, if another. Raises OSError."""
    with opened(path) as data:
        return read(data, name=Path(path).name if name is None else name)


def read(data: Bytes, *, layout: Layout | None = None, name: str = "") -> Facts:
    """Facts of the bytes of a file. Never raises for what they say.

    layout: the walk already done (`containers.layout_of`), to do it once; name: as sent, it can tell a messenger.
    """
    layout = layout_of(data) if layout is None else layout
    ledger = _Ledger()
    for block in layout.exif:
        if _read_exif(ledger, block):
            break
    for packet in layout.xmp:
        if _read_xmp(ledger, packet):
            break
    if layout.turn is not None:
        ledger.add(Fact("exif", "ContainerOrientation", layout.turn, "irot, imir"))
    structure = structure_of(layout, ledger.directories, ledger.xmp_toolkit)
    ledger.facts.extend(_structure_facts(structure))
    return replace(_concluded(ledger, layout, name), structure=structure)


def thumbnail_of(data: Bytes, layout: Layout | None = None) -> bytes:
    """The embedded thumbnail's bytes, b"" if there is none. layout: the walk already done."""
    return built.thumbnail_of(layout_of(data) if layout is None else layout)


def _structure_facts(structure: Structure) -> list[Fact]:
    """The file's build as the server saw it, for the ledger; only what is there."""
    thumbnail = structure.thumbnail
    said: dict[str, Value] = {
        "ByteOrder": structure.byte_order,
        "Segments": " ".join(structure.segments),
        "Quantisation": " / ".join(" ".join(map(str, table)) for table in structure.quantisation),
        "Progressive": "yes" if structure.progressive else "",
        "Subsampling": structure.subsampling,
        "HuffmanTables": {True: "standard", False: "own", None: ""}[structure.huffman_standard],
        "IFD0Tags": _tag_numbers(structure.ifd0_tags),
        "ExifTags": _tag_numbers(structure.exif_tags),
        "GPSTags": _tag_numbers(structure.gps_tags),
        "InteropTags": _tag_numbers(structure.interop_tags),
        "IFD1Tags": _tag_numbers(structure.ifd1_tags),
        "Offsets": " ".join(f"{name}@{at}" for name, at in structure.offsets),
        "Unterminated": " ".join(structure.unterminated),
        "Thumbnail": f"{thumbnail[1]} bytes at {thumbnail[0]}" if thumbnail else "",
        "ContentCredentials": "yes" if structure.jumbf else "",
        "XMPToolkit": structure.xmp_toolkit,
        "Comment": structure.comment,
        "Trailer": structure.trailer,
    }
    return [Fact("server", name, value, str(value)) for name, value in said.items() if value]


def _tag_numbers(tags: tuple[int, ...]) -> str:
    return " ".join(f"{tag:04X}" for tag in tags)


# EXIF ------------------------------------------------------------------------------------------------------

_POINTERS = {0x8769: "ExifOffset", 0x8825: "GPSInfo"}
_IFD0 = {0x010F: "Make", 0x0110: "Model", 0x0112: "Orientation", 0x0131: "Software", 0x0132: "ModifyDate"}
_EXIF = {
    0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized", 0x9010: "OffsetTime", 0x9011: "OffsetTimeOriginal",
    0x9012: "OffsetTimeDigitized", 0x9290: "SubSecTime", 0x9291: "SubSecTimeOriginal",
    0x9292: "SubSecTimeDigitized", 0x927C: "MakerNote", 0xA420: "ImageUniqueID", 0xA433: "LensMake",
    0xA434: "LensModel",
}  # fmt: skip
_GPS = {
    0x00: "GPSVersionID", 0x01: "GPSLatitudeRef", 0x02: "GPSLatitude", 0x03: "GPSLongitudeRef",
    0x04: "GPSLongitude", 0x05: "GPSAltitudeRef", 0x06: "GPSAltitude", 0x07: "GPSTimeStamp", 0x09: "GPSStatus",
    0x0B: "GPSDOP", 0x0C: "GPSSpeedRef", 0x0D: "GPSSpeed", 0x10: "GPSImgDirectionRef", 0x11: "GPSImgDirection",
    0x12: "GPSMapDatum", 0x1B: "GPSProcessingMethod", 0x1D: "GPSDateStamp", 0x1F: "GPSHPositioningError",
}  # fmt: skip
_DEGREES = {"GPSLatitude", "GPSLongitude"}
_PLAIN = {"GPSAltitude", "GPSDOP", "GPSSpeed", "GPSImgDirection", "GPSHPositioningError"}


class _Ledger:
    """Facts while they are collected."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.directories: Directories | None = None
        self.xmp_toolkit = ""
        self.numbers: dict[str, list[tuple[Number, Number]]] = {}

    def add(self, fact: Fact) -> None:
        self.facts.append(fact)

    def get(self, name: str, source: str = "exif") -> Fact | None:
        return next((f for f in self.facts if f.name == name and f.source == source), None)

    def text(self, name: str, source: str = "exif") -> str:
        fact = self.get(name, source)
        return str(fact.value) if fact and fact.value is not None else ""

    def number(self, name: str, source: str = "exif") -> float | None:
        fact = self.get(name, source)
        return float(fact.value) if fact and isinstance(fact.value, int | float) else None


def _read_exif(ledger: _Ledger, block: bytes) -> bool:
    """Read one EXIF block; False if there was no directory in it."""
    directories = directories_of(block)
    if directories is None:
        if not ledger.get("EXIF"):
            ledger.add(Fact("exif", "EXIF", None, block[:16].hex(), "malformed"))
        return False
    ledger.directories = directories
    root = directories.entries("IFD0")
    _take(ledger, directories.tiff, root, _IFD0)
    for tag, kind, names in ((0x8769, "Exif", _EXIF), (0x8825, "GPS", _GPS)):
        if tag in root:
            _pointed(ledger, directories, root[tag], kind)
            _take(ledger, directories.tiff, directories.entries(kind), names)
    return True


def _pointed(ledger: _Ledger, directories: Directories, pointer: Entry, kind: str) -> None:
    """The fact of a pointer to another directory: where it lies, or "malformed" or "empty"."""
    there = kind in directories.by_name
    reason = "" if directories.entries(kind) else "empty" if there else "malformed"
    value = None if reason else directories.by_name[kind][0]
    ledger.add(Fact("exif", _POINTERS[pointer.tag], value, directories.tiff.raw(pointer), reason))


def _take(ledger: _Ledger, tiff: Tiff, directory: dict[int, Entry], names: Mapping[int, str]) -> None:
    for tag, name in names.items():
        if tag in directory:
            ledger.add(_fact(ledger, tiff, directory[tag], name))


def _fact(ledger: _Ledger, tiff: Tiff, entry: Entry, name: str) -> Fact:
    raw = tiff.raw(entry)
    if entry.flaw and name != "MakerNote":
        return Fact("exif", name, None, raw, "malformed")
    value, reason = _value(ledger, tiff, entry, name)
    return Fact("exif", name, value, f"{entry.size} bytes" if name == "MakerNote" else raw, reason)


def _value(ledger: _Ledger, tiff: Tiff, entry: Entry, name: str) -> tuple[Value, str]:
    """The value in the form in which people read it, and "" or why there is none."""
    value: Value
    numbers = ledger.numbers[name] = tiff.numbers(entry)
    missing = "malformed"
    if name in _DEGREES:
        return _degrees(numbers or _numbers_in(tiff.text(entry)))
    if name == "MakerNote":
        value = entry.size
    elif name == "GPSTimeStamp":
        value = (_clock(numbers) if entry.kind not in (1, 2, 7, 129) else tiff.text(entry)) or None
    elif name in _PLAIN:
        value = _ratio(numbers[0]) if numbers else None
    elif name in ("Orientation", "GPSAltitudeRef") and numbers:
        value = _whole(numbers[0][0])
    elif name == "GPSVersionID":
        value = ".".join(str(n) for n, _ in numbers[:4]) or None
    elif name == "GPSProcessingMethod":
        value = _method(tiff, entry)
    else:
        value, missing = tiff.text(entry) or None, "empty"
    return value, missing if value is None else ""


def _whole(number: Number) -> int | None:
    return int(number) if math.isfinite(number) else None


def _method(tiff: Tiff, entry: Entry) -> str:
    content = tiff.block[entry.at : entry.at + min(entry.size, 200)]
    return content.removeprefix(b"ASCII\0\0\0").split(b"\0")[0].decode("latin-1").strip()


def _ratio(number: tuple[Number, Number]) -> float | None:
    top, bottom = number
    if bottom == 0 or not (math.isfinite(top) and math.isfinite(bottom)):
        return None
    return top / bottom


def _numbers_in(text: str) -> list[tuple[Number, Number]]:
    found = re.findall(r"\d{1,10}(?:\.\d{1,15})?", text)[:3]
    return [(float(number), 1) for number in found]


def _degrees(numbers: list[tuple[Number, Number]]) -> tuple[float | None, str]:
    """Degrees from degrees, minutes and seconds (the last two may be missing), and "" or why not."""
    parts = numbers[:3]
    if not parts or all(top == 0 and bottom == 0 for top, bottom in parts):
        return None, "no_value"
    ratios = [_ratio(part) for part in parts]
    if any(ratio is None for ratio in ratios):
        return None, "zero_denominator"
    degrees, minutes, seconds = ([float(r) for r in ratios if r is not None] + [0.0, 0.0])[:3]
    return abs(degrees) + (
        minutes + seconds / 60
    ) / 60 if degrees >= 0 else degrees, "" if degrees >= 0 else "negative"


def _clock(numbers: list[tuple[Number, Number]]) -> str:
    """Hours, minutes and seconds as "HH:MM:SS.sss"; "" if that is no time of day."""
    ratios = [_ratio(number) for number in numbers[:3]]
    if len(ratios) != 3 or any(ratio is None or ratio < 0 for ratio in ratios):
        return ""
    total = sum(round((ratio or 0) * unit, 6) for ratio, unit in zip(ratios, (3600, 60, 1), strict=True))
    if total >= 86_400:
        return ""
    minutes, seconds = divmod(round(total, 3), 60)
    return f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:06.3f}".removesuffix(".000")


# XMP -------------------------------------------------------------------------------------------------------


def _read_xmp(ledger: _Ledger, packet: bytes) -> bool:
    properties, flaw = xmp.properties_of(packet)
    ledger.xmp_toolkit = ledger.xmp_toolkit or properties.pop("x:xmptk", "")
    if flaw:
        ledger.add(Fact("xmp", "XMP", None, f"{len(packet)} bytes", flaw))
        return False
    for name, raw in properties.items():
        short = name.split(":")[1]
        if short in _DEGREES:
            value, reason = xmp.degrees_of(raw, "NS" if short == "GPSLatitude" else "EW")
            ledger.add(Fact("xmp", short, value, raw, reason))
        elif short in _PLAIN:
            number = _rational_text(raw)
            ledger.add(Fact("xmp", short, number, raw, "" if number is not None else "malformed"))
        else:
            ledger.add(Fact("xmp", short, raw or None, raw, "" if raw else "empty"))
    return True


def _rational_text(text: str) -> float | None:
    match = re.fullmatch(r"([+-]?\d{1,12}(?:\.\d{1,12})?)(?:/(\d{1,12}))?", text)
    return _ratio((float(match[1]), float(match[2] or 1))) if match else None


# Conclusions -----------------------------------------------------------------------------------------------


def _concluded(ledger: _Ledger, layout: Layout, name: str) -> Facts:
    camera = Camera(*(ledger.text(n) or ledger.text(n, "xmp") or None for n in ("Make", "Model", "Software")))
    position, reason, trace = _position(ledger)
    if position is None and reason == "absent":
        reason, trace = _why_absent(ledger, layout, camera, name)
    camera_at, camera_source = _camera_time(ledger)
    gps_at = _gps_time(ledger) if position and position.source == "exif" else None
    return Facts(
        facts=tuple(ledger.facts),
        position=position,
        position_reason=None if position else reason,
        position_trace="" if position else trace,
        taken=_taken(ledger, gps_at, camera_at, camera_source),
        gps_at=gps_at,
        camera_at=camera_at,
        camera=camera,
        orientation=_orientation(ledger, layout),
        maker_note=bool(ledger.number("MakerNote")),
        gps_status=ledger.text("GPSStatus")[:1].upper(),
    )


def _orientation(ledger: _Ledger, layout: Layout) -> int | None:
    """EXIF's word as in exiftool, else the turns that HEIF itself states."""
    number = ledger.number("Orientation")
    return int(number) if number is not None and 1 <= number <= 8 else layout.turn


_LATITUDE_TAGS = ("GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef")


def _position(ledger: _Ledger) -> tuple[Position | None, str, str]:
    """(position, reason, trace): EXIF's; XMP's only where EXIF has no word at all about it."""
    if any(ledger.get(name) for name in _LATITUDE_TAGS):
        return _position_from(ledger, "exif")
    if ledger.get("GPSLatitude", "xmp") or ledger.get("GPSLongitude", "xmp"):
        return _position_from(ledger, "xmp")
    return None, "absent", ""


def _position_from(ledger: _Ledger, source: str) -> tuple[Position | None, str, str]:
    lat, lat_flaw = _coordinate(ledger, "GPSLatitude", "NS", 90, source)
    lon, lon_flaw = _coordinate(ledger, "GPSLongitude", "EW", 180, source)
    if lat is None or lon is None:
        flaws = {lat_flaw, lon_flaw}
        if flaws <= {"no_value"}:
            return None, "zeroed", "no_value"
        return None, "malformed", min(flaws - {"", "no_value"}, default="half")
    if lat == 0 and lon == 0:
        return None, "zeroed", "zero_zero"
    return _with_circumstances(ledger, Position(lon, lat, source=source)), "", ""


def _coordinate(
    ledger: _Ledger, name: str, letters: str, limit: int, source: str
) -> tuple[float | None, str]:
    fact = ledger.get(name, source)
    if fact is None or not isinstance(fact.value, int | float):
        return None, (fact.reason if fact else "no_value")
    value = float(fact.value)
    if fact.reason:
        return None, fact.reason
    if source == "exif":
        letter = ledger.text(name + "Ref").strip()[:1].upper()
        if letter not in tuple(letters):
            both_zero = value == 0 and not letter
            return (0.0, "") if both_zero else (None, "missing_ref")
        value = -value if letter == letters[1] else value
    return (value, "") if abs(value) <= limit else (None, "out_of_range")


def _with_circumstances(ledger: _Ledger, position: Position) -> Position:
    source = position.source
    altitude = ledger.number("GPSAltitude", source)
    below = ledger.text("GPSAltitudeRef", source) == "1"
    error = ledger.number("GPSHPositioningError", source)
    heading = ledger.number("GPSImgDirection", source)
    return replace(
        position,
        altitude_m=None if altitude is None else -abs(altitude) if below else altitude,
        error_m=error if error is not None and error > 0 else None,
        heading_deg=heading if heading is not None and 0 <= heading <= 360 else None,
    )


_MESSENGER_NAME = re.compile(
    r"IMG-\d{8}-WA\d{4}|WhatsApp[ _]Image[ _]\d{4}|photo_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d|photo_\d{9,}"
    r"|(FB_IMG|received)_\d{8,}|signal-\d{4}-\d\d-\d\d|telegram-cloud-photo"
)
_CAMERA_NAME = re.compile(
    r"(IMG|PXL|MVIMG|DSC|CAM)_?\d{8}_\d{6}|\d{8}_\d{6}|(IMG|DSC|DSCN|DSCF)_?\d{4}(\.|\s|$)"
)
_LEFTOVERS = (
    "GPSAltitude",
    "GPSSpeed",
    "GPSImgDirection",
    "GPSHPositioningError",
    "GPSTimeStamp",
    "GPSDateStamp",
)


def _why_absent(ledger: _Ledger, layout: Layout, camera: Camera, name: str) -> tuple[str, str]:
    """Reason and what told it; "stripped" only where something left behind tells so."""
    gps = ledger.get("GPSInfo")
    named = bool(camera.make or camera.model)
    rewritten = (camera.make or "").lower() == "apple" and not ledger.get("MakerNote")
    rules = (
        (gps is not None and gps.reason == "malformed", "malformed", "gps_block"),
        (gps is not None and gps.reason == "empty", "stripped", "empty_gps_block"),
        (_position_left_traces(ledger), "stripped", "gps_leftovers"),
        (any(ledger.get(name) for name in (*_LEFTOVERS, "GPSProcessingMethod")), "zeroed", "no_fix"),
        (not named and "facebook" in layout.traces, "stripped", "messenger"),
        (not named and _MESSENGER_NAME.match(name), "stripped", "messenger"),
        (not named and _CAMERA_NAME.match(name), "stripped", "camera_name"),
        (rewritten and ledger.get("ExifOffset"), "stripped", "rewritten"),
    )
    told = next(((reason, trace) for holds, reason, trace in rules if holds), None)
    return told or ("absent", "camera" if named else "no_tags")


def _position_left_traces(ledger: _Ledger) -> bool:
    """A receiver without a fix writes neither height nor satellite time; both of time, or any other, tell."""
    left = {name for name in _LEFTOVERS if (fact := ledger.get(name)) and fact.value not in (None, 0, 0.0)}
    return bool(left - {"GPSTimeStamp", "GPSDateStamp"}) or {"GPSTimeStamp", "GPSDateStamp"} <= left


# Times -----------------------------------------------------------------------------------------------------

_TIME = re.compile(
    r"\s*(\d{4})[:/.-]([ \d]\d)[:/.-]([ \d]\d)[ T]([ \d]\d):([ \d]\d)(?::([ \d]\d))?(?:[.,](\d{1,9}))?"
    r"\s*(Z|[+-]\d\d:?\d\d)?\s*"
)
_YEARS = range(1970, 2200)


def _time_of(text: str) -> datetime | None:
    """A time like "2026:11:24 09:15:00" (EXIF) or ISO 8601 (XMP), aware only if it states an offset; None if no time."""
    match = _TIME.fullmatch(text)
    if match is None:
        return None
    numbers = [int(part) for part in match.groups("0")[:6]]
    if numbers[0] not in _YEARS:
        return None
    micros = int((match[7] or "0").ljust(6, "0")[:6])
    try:
        return datetime(*numbers, micros, tzinfo=_offset_of(match[8] or ""))  # type: ignore[arg-type,misc]
    except ValueError:
        return None


def _offset_of(text: str) -> timezone | None:
    """The offset in "+07:00", "-0800" or "Z"; None if it is none or beyond ±14 hours."""
    if text.strip() == "Z":
        return UTC
    match = re.fullmatch(r"\s*([+-])(\d\d):?(\d\d)\s*", text)
    if match is None or int(match[3]) > 59 or int(match[2]) * 60 + int(match[3]) > 14 * 60:
        return None
    minutes = int(match[2]) * 60 + int(match[3])
    return timezone(timedelta(minutes=-minutes if match[1] == "-" else minutes))


def _offset_that_applied(ledger: _Ledger) -> timezone | None:
    """OffsetTimeOriginal, else that of a time which is the same as DateTimeOriginal."""
    offset = _offset_of(ledger.text("OffsetTimeOriginal"))
    original = ledger.text("DateTimeOriginal")
    for time, offset_name in (("DateTimeDigitized", "OffsetTimeDigitized"), ("ModifyDate", "OffsetTime")):
        if offset is None and original and ledger.text(time) == original:
            offset = _offset_of(ledger.text(offset_name))
    return offset


def _camera_time(ledger: _Ledger) -> tuple[datetime | None, str]:
    time = _time_of(ledger.text("DateTimeOriginal"))
    if time is None:
        return None, "none"
    if (
        not time.microsecond
        and (fraction := ledger.text("SubSecTimeOriginal")).isdecimal()
        and fraction.isascii()
    ):
        time = time.replace(microsecond=int(fraction.ljust(6, "0")[:6]))
    offset = time.tzinfo or _offset_that_applied(ledger)
    return time.replace(tzinfo=offset or WIB), "exif_offset" if offset else "exif_assumed_wib"


def _gps_time(ledger: _Ledger) -> datetime | None:
    day = re.fullmatch(r"\s*(\d{4})[:/.-]?(\d\d)[:/.-]?(\d\d)\s*", ledger.text("GPSDateStamp"))
    clock = ledger.text("GPSTimeStamp")
    time = _time_of(f"{day[1]}:{day[2]}:{day[3]} {clock}") if day and clock else None
    return time.replace(tzinfo=UTC) if time else None


def gps_day_slipped(gps_at: datetime, camera_at: datetime) -> bool:
    """Phones are known that write the local date beside the UTC time: a day off, to the minute."""
    return abs(abs(gps_at - camera_at) - timedelta(days=1)) <= timedelta(minutes=3)


def _taken(ledger: _Ledger, gps_at: datetime | None, camera_at: datetime | None, source: str) -> Taken:
    if gps_at and not (camera_at and gps_day_slipped(gps_at, camera_at)):
        return Taken(gps_at.astimezone(_offset_that_applied(ledger) or WIB), "gps")
    if camera_at:
        return Taken(camera_at, source)
    for name in ("DateTimeOriginal", "DateCreated", "CreateDate"):
        time = _time_of(ledger.text(name, "xmp"))
        if time:
            return Taken(time if time.tzinfo else time.replace(tzinfo=WIB), "xmp")
    return Taken()
