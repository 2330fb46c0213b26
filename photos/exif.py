"""[pure] What a picture file says about itself: where, when, which camera.

Reads EXIF, XMP and IPTC from JPEG, PNG, WebP and HEIC/HEIF. Agrees with exiftool to 1e-7 degrees, with two exceptions
on purpose: a position without a valid N/S or E/W letter, or out of range, is no position here
(docs/design/photo-verdicts.md). Whatever the bytes say, nothing raises: what cannot be read is a fact with a
reason.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from photos import iptc, xmp
from photos import structure as built
from photos.containers import Bytes, Layout, layout_of, opened
from photos.moments import (
    TAKEN_SOURCES,
    WIB,
    Taken,
    camera_time,
    gps_day_slipped,
    gps_time,
    other_time,
    taken_by,
)
from photos.no_position import POSITION_REASONS, Told, why_absent
from photos.said import Fact, Said, Value
from photos.structure import Structure, structure_of
from photos.tags import DEGREES, PLAIN, ratio_of, read_exif

__all__ = [
    "POSITION_REASONS", "TAKEN_SOURCES", "WIB", "Camera", "Fact", "Facts", "Position", "Structure", "Taken",
    "gps_day_slipped", "read", "read_file", "thumbnail_of",
]  # fmt: skip


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
class Camera:
    """What took or wrote the picture."""

    make: str | None = None
    model: str | None = None
    software: str | None = None


@dataclass(frozen=True)
class Facts:
    """All that was read. position_reason: why there is no position; position_trace: what told so.

    position_candidate: (lon, lat) as written, without sign, of a position whose letters or range are wrong; only to
    propose. gps_at: the satellites' time (UTC), only with a position; camera_at: DateTimeOriginal, digitized_at,
    modified_at: the other two, all aware. gps_status: "V" where the receiver itself calls the position void.
    structure: how the file is built.
    """

    facts: tuple[Fact, ...] = ()
    position: Position | None = None
    position_reason: str | None = "absent"
    position_trace: str = ""
    position_candidate: tuple[float, float] | None = None
    taken: Taken = field(default_factory=Taken)
    gps_at: datetime | None = None
    camera_at: datetime | None = None
    digitized_at: datetime | None = None
    modified_at: datetime | None = None
    camera: Camera = Camera()
    orientation: int | None = None
    maker_note: bool = False
    gps_status: str = ""
    structure: Structure = field(default_factory=Structure)

    def value(self, name: str, source: str = "exif") -> Value:
        """The value of the fact of that name, None if there is none."""
        said = (f.value for f in self.facts if f.name == name and f.source == source)
        return next((value for value in said if value is not None), None)


def read_file(path: str | Path, *, name: str | None = None) -> Facts:
    """Facts of a file; name: the name under which it was sent, if another. Raises OSError."""
    with opened(path) as data:
        return read(data, name=Path(path).name if name is None else name)


def read(data: Bytes, *, layout: Layout | None = None, name: str = "") -> Facts:
    """Facts of the bytes of a file. Never raises for what they say.

    layout: the walk already done (`containers.layout_of`), to do it once; name: as sent, it can tell a messenger.
    """
    layout = layout_of(data) if layout is None else layout
    said = Said()
    for block in layout.exif:
        if read_exif(said, block):
            break
    for packet in layout.xmp:
        if _read_xmp(said, packet):
            break
    for tag, value, raw in iptc.records_of(layout.iptc):
        said.add(Fact("iptc", tag, value, raw, "" if value else "malformed" if raw else "empty"))
    if layout.turn is not None:
        said.add(Fact("exif", "ContainerOrientation", layout.turn, "irot, imir"))
    structure = structure_of(layout, said.directories, said.xmp_toolkit)
    for fact in _structure_facts(structure):
        said.add(fact)
    return _concluded(said, layout, name, structure)


def concluded(facts: Iterable[Fact], *, name: str = "") -> Facts:
    """What facts that were read before amount to, where their file is gone: all but its structure."""
    said = Said()
    for fact in facts:
        said.add(fact)
    return _concluded(said, Layout(), name, Structure())


def thumbnail_of(data: Bytes, layout: Layout | None = None) -> bytes:
    """The embedded thumbnail's bytes, b"" if there is none. layout: the walk already done."""
    return built.thumbnail_of(layout_of(data) if layout is None else layout)


def _structure_facts(structure: Structure) -> list[Fact]:
    """The file's build as the server saw it, for the ledger; only what is there."""
    thumbnail = structure.thumbnail
    shown: dict[str, Value] = {
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
        "PhotoshopResources": " ".join(f"{number:04X}" for number in structure.resources),
        "XMPToolkit": structure.xmp_toolkit,
        "Comment": structure.comment,
        "Trailer": structure.trailer,
    }
    return [Fact("server", name, value, str(value)) for name, value in shown.items() if value]


def _tag_numbers(tags: tuple[int, ...]) -> str:
    return " ".join(f"{tag:04X}" for tag in tags)


# XMP -------------------------------------------------------------------------------------------------------


def _read_xmp(said: Said, packet: bytes) -> bool:
    properties, flaw = xmp.properties_of(packet)
    said.xmp_toolkit = said.xmp_toolkit or properties.pop("x:xmptk", "")
    if flaw:
        said.add(Fact("xmp", "XMP", None, f"{len(packet)} bytes", flaw))
        return False
    for name, raw in properties.items():
        short = name.split(":")[1]
        if short.endswith(tuple(DEGREES)):
            value, reason = xmp.degrees_of(raw, "NS" if short.endswith("GPSLatitude") else "EW")
            said.add(Fact("xmp", short, value, raw, reason))
        elif short.removeprefix("LocationCreated") in PLAIN:
            number = _rational_text(raw)
            said.add(Fact("xmp", short, number, raw, "" if number is not None else "malformed"))
        else:
            said.add(Fact("xmp", short, raw or None, raw, "" if raw else "empty"))
    return True


def _rational_text(text: str) -> float | None:
    match = re.fullmatch(r"([+-]?\d{1,12}(?:\.\d{1,12})?)(?:/(\d{1,12}))?", text, re.ASCII)
    return ratio_of((float(match[1]), float(match[2] or 1))) if match else None


# Conclusions -----------------------------------------------------------------------------------------------


def _concluded(said: Said, layout: Layout, name: str, structure: Structure) -> Facts:
    camera = Camera(*(said.text(n) or said.text(n, "xmp") or None for n in ("Make", "Model", "Software")))
    position, told = _position(said)
    if position is None and told.reason == "absent":
        told = why_absent(said, layout, name)
    camera_at, camera_source = camera_time(said)
    gps_at = gps_time(said) if position and position.source == "exif" else None
    return Facts(
        facts=tuple(said.facts),
        position=position,
        position_reason=None if position else told.reason,
        position_trace="" if position else told.trace,
        position_candidate=_candidate(said) if told.reason == "malformed" else None,
        taken=taken_by(said, gps_at, camera_at, camera_source),
        gps_at=gps_at,
        camera_at=camera_at,
        digitized_at=other_time(said, "DateTimeDigitized", "SubSecTimeDigitized", "OffsetTimeDigitized"),
        modified_at=other_time(said, "ModifyDate", "SubSecTime", "OffsetTime"),
        camera=camera,
        orientation=_orientation(said, layout),
        maker_note=bool(said.number("MakerNote")),
        gps_status=said.text("GPSStatus")[:1].upper(),
        structure=structure,
    )


def _orientation(said: Said, layout: Layout) -> int | None:
    """EXIF's word as in exiftool, else the turns that HEIF itself states."""
    number = said.number("Orientation")
    return int(number) if number is not None and 1 <= number <= 8 else layout.turn


_LATITUDE_TAGS = ("GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef")


def _position(said: Said) -> tuple[Position | None, Told]:
    """EXIF's position, or why not; XMP's only where EXIF has no word at all about it."""
    if any(said.get(name) for name in _LATITUDE_TAGS):
        return _position_from(said, "exif")
    if said.get("GPSLatitude", "xmp") or said.get("GPSLongitude", "xmp"):
        return _position_from(said, "xmp")
    return None, Told("absent", "")


def _position_from(said: Said, source: str) -> tuple[Position | None, Told]:
    lat, lat_flaw = _coordinate(said, "GPSLatitude", "NS", 90, source)
    lon, lon_flaw = _coordinate(said, "GPSLongitude", "EW", 180, source)
    if lat is None or lon is None:
        flaws = {lat_flaw, lon_flaw}
        if flaws <= {"no_value"}:
            return None, Told("zeroed", "redacted" if _redacted(said, source) else "no_value")
        return None, Told("malformed", min(flaws - {"", "no_value"}, default="half"))
    if lat == 0 and lon == 0:
        return None, Told("zeroed", "zero_zero")
    return _with_circumstances(said, Position(lon, lat, source=source)), Told("", "")


def _redacted(said: Said, source: str) -> bool:
    """Android writes zeros over the numbers and over the letters, and leaves the tags where they were."""
    numbers = [said.numbers.get(name) for name in ("GPSLatitude", "GPSLongitude")]
    letters = [said.get(name) for name in ("GPSLatitudeRef", "GPSLongitudeRef")]
    return source == "exif" and all(numbers) and all(letter and letter.value is None for letter in letters)


def _candidate(said: Said) -> tuple[float, float] | None:
    """The magnitudes of both halves as they are written, EXIF's or else XMP's, None unless both are numbers."""
    for source in ("exif", "xmp"):
        lon, lat = (said.number(name, source) for name in ("GPSLongitude", "GPSLatitude"))
        if lon is not None and lat is not None and abs(lon) <= 360 and abs(lat) <= 360:
            return abs(lon), abs(lat)
    return None


def _coordinate(said: Said, name: str, letters: str, limit: int, source: str) -> tuple[float | None, str]:
    fact = said.get(name, source)
    if fact is None or not isinstance(fact.value, int | float):
        return None, (fact.reason if fact else "no_value")
    value = float(fact.value)
    if fact.reason:
        return None, fact.reason
    if source == "exif":
        letter = said.text(name + "Ref")[:1].upper()
        if letter not in tuple(letters):
            both_zero = value == 0 and not letter
            return (0.0, "") if both_zero else (None, "missing_ref")
        value = -value if letter == letters[1] else value
    return (value, "") if abs(value) <= limit else (None, "out_of_range")


def _with_circumstances(said: Said, position: Position) -> Position:
    source = position.source
    altitude = said.number("GPSAltitude", source)
    below = said.text("GPSAltitudeRef", source) == "1"
    error = said.number("GPSHPositioningError", source)
    heading = said.number("GPSImgDirection", source)
    return replace(
        position,
        altitude_m=None if altitude is None else -abs(altitude) if below else altitude,
        error_m=error if error is not None and error > 0 else None,
        heading_deg=heading if heading is not None and 0 <= heading <= 360 else None,
    )
