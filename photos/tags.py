"""[pure] The EXIF tags that are read, and what each of them says: an EXIF block becomes facts.

A value that cannot be read is a fact with a reason. Personal tags (owner, artist) are left out on purpose.
"""

import math
import re
from collections.abc import Mapping

from photos.said import Fact, Said, Value
from photos.structure import Directories, directories_of
from photos.tiff import Entry, Number, Tiff

_POINTERS = {0x8769: "ExifOffset", 0x8825: "GPSInfo"}
_IFD0 = {
    0x000B: "ProcessingSoftware", 0x010F: "Make", 0x0110: "Model", 0x0112: "Orientation", 0x0131: "Software",
    0x0132: "ModifyDate", 0x013C: "HostComputer",
}  # fmt: skip
_EXIF = {
    0x9000: "ExifVersion", 0x9003: "DateTimeOriginal", 0x9004: "DateTimeDigitized", 0x9010: "OffsetTime",
    0x9011: "OffsetTimeOriginal", 0x9012: "OffsetTimeDigitized", 0x9290: "SubSecTime", 0x9291: "SubSecTimeOriginal",
    0x9292: "SubSecTimeDigitized", 0x927C: "MakerNote", 0x9286: "UserComment", 0xA002: "ExifImageWidth",
    0xA003: "ExifImageHeight", 0xA420: "ImageUniqueID", 0xA431: "BodySerialNumber", 0xA433: "LensMake",
    0xA434: "LensModel", 0xA435: "LensSerialNumber",
}  # fmt: skip
_GPS = {
    0x00: "GPSVersionID", 0x01: "GPSLatitudeRef", 0x02: "GPSLatitude", 0x03: "GPSLongitudeRef",
    0x04: "GPSLongitude", 0x05: "GPSAltitudeRef", 0x06: "GPSAltitude", 0x07: "GPSTimeStamp", 0x09: "GPSStatus",
    0x0A: "GPSMeasureMode", 0x0B: "GPSDOP", 0x0C: "GPSSpeedRef", 0x0D: "GPSSpeed", 0x10: "GPSImgDirectionRef",
    0x11: "GPSImgDirection", 0x12: "GPSMapDatum", 0x1B: "GPSProcessingMethod", 0x1D: "GPSDateStamp",
    0x1F: "GPSHPositioningError",
}  # fmt: skip
DEGREES = frozenset({"GPSLatitude", "GPSLongitude"})
PLAIN = frozenset({"GPSAltitude", "GPSDOP", "GPSSpeed", "GPSImgDirection", "GPSHPositioningError"})
_WHOLE = frozenset({"Orientation", "GPSAltitudeRef", "ExifImageWidth", "ExifImageHeight"})
_TEXT_KINDS = (1, 2, 7, 129)


def read_exif(said: Said, block: bytes) -> bool:
    """Read one EXIF block; False if there was no directory in it."""
    directories = directories_of(block)
    if directories is None:
        if not said.get("EXIF"):
            said.add(Fact("exif", "EXIF", None, block[:16].hex(), "malformed"))
        return False
    said.directories = directories
    root = directories.entries("IFD0")
    _take(said, directories.tiff, root, _IFD0)
    for tag, kind, names in ((0x8769, "Exif", _EXIF), (0x8825, "GPS", _GPS)):
        if tag in root:
            _pointed(said, directories, root[tag], kind)
            _take(said, directories.tiff, directories.entries(kind), names)
    for kind, names in (("IFD0", _EXIF), ("Exif", _IFD0)):
        missing = {tag: name for tag, name in names.items() if said.text(name) == ""}
        _take(said, directories.tiff, directories.entries(kind), missing)  # some writers mix the two up
    return True


def _pointed(said: Said, directories: Directories, pointer: Entry, kind: str) -> None:
    """The fact of a pointer to another directory: where it lies, or "malformed" or "empty"."""
    there = kind in directories.by_name
    reason = "" if directories.entries(kind) else "empty" if there else "malformed"
    value = None if reason else directories.by_name[kind][0]
    said.add(Fact("exif", _POINTERS[pointer.tag], value, directories.tiff.raw(pointer), reason))


def _take(said: Said, tiff: Tiff, directory: dict[int, Entry], names: Mapping[int, str]) -> None:
    for tag, name in names.items():
        if tag in directory:
            said.add(_fact(said, tiff, directory[tag], name))


def _fact(said: Said, tiff: Tiff, entry: Entry, name: str) -> Fact:
    if name == "MakerNote":  # its size alone
        return Fact("exif", name, entry.size, f"{entry.size} bytes")
    if entry.flaw:
        return Fact("exif", name, None, tiff.raw(entry), "malformed")
    value, reason = _value(said, tiff, entry, name)
    return Fact("exif", name, value, tiff.raw(entry), reason)


def _value(said: Said, tiff: Tiff, entry: Entry, name: str) -> tuple[Value, str]:
    """The value in the form in which people read it, and "" or why there is none."""
    value: Value
    numbers = said.numbers[name] = tiff.numbers(entry)
    missing = "malformed"
    if name in DEGREES:
        return _degrees(numbers, tiff.text(entry))
    if name == "GPSTimeStamp":
        value = (_clock(numbers) if entry.kind not in _TEXT_KINDS else tiff.text(entry)) or None
    elif name in PLAIN:
        value = ratio_of(numbers[0]) if numbers else None
    elif name in _WHOLE and numbers:
        value = _whole(numbers[0][0])
    elif name == "GPSVersionID":
        value = ".".join(str(n) for n, _ in numbers[:4]) or None
    elif name == "GPSDateStamp":
        value, missing = _day(tiff.text(entry)) or None, "empty"
    elif name in ("GPSProcessingMethod", "UserComment"):
        value, missing = _coded(tiff, entry) or None, "empty"
    else:
        value, missing = tiff.text(entry) or None, "empty"
    return value, missing if value is None else ""


def _degrees(numbers: list[tuple[Number, Number]], text: str) -> tuple[float | None, str]:
    """Degrees of rationals, or of a text that holds numbers; a text without any is "not_a_number"."""
    written = numbers or numbers_in(text)
    return (None, "not_a_number") if text.strip() and not written else degrees_of(written)


def _whole(number: Number) -> int | None:
    return int(number) if math.isfinite(number) else None


def _day(text: str) -> str:
    """A day in EXIF's own form, which some write without or with other marks: "2026:11:24"."""
    return re.sub(r"^\s*(\d{4})\D?(\d\d)\D?(\d\d)$", r"\1:\2:\3", text, flags=re.ASCII)


def _coded(tiff: Tiff, entry: Entry) -> str:
    """A text that begins with eight bytes for its code, as in UserComment and GPSProcessingMethod."""
    content = tiff.block[entry.at : entry.at + min(entry.size, 408)]
    code, text = content[:8], content[8:]
    if code == b"UNICODE\0":
        return (
            text.decode("utf-16-le" if tiff.order == "<" else "utf-16-be", "replace").split("\0")[0].strip()
        )
    text = text if code in (b"ASCII\0\0\0", bytes(8)) else content
    return text.split(b"\0")[0].decode("latin-1").strip()


def ratio_of(number: tuple[Number, Number]) -> float | None:
    """A rational as a number, None if it is none."""
    top, bottom = number
    if bottom == 0 or not (math.isfinite(top) and math.isfinite(bottom)):
        return None
    return top / bottom


def numbers_in(text: str) -> list[tuple[Number, Number]]:
    """Up to three decimal numbers of a text, as rationals over 1."""
    found = re.findall(r"\d{1,10}(?:\.\d{1,15})?", text)[:3]
    return [(float(number), 1) for number in found]


def degrees_of(numbers: list[tuple[Number, Number]]) -> tuple[float | None, str]:
    """Degrees from degrees, minutes and seconds (the last two may be missing), and "" or why not.

    Reasons: "no_value", "zero_denominator"; "negative" with the value as written, for degrees have no sign here.
    """
    parts = numbers[:3]
    if not parts or all(top == 0 and bottom == 0 for top, bottom in parts):
        return None, "no_value"
    ratios = [ratio_of(part) for part in parts]
    if any(ratio_of(number) is None for number in numbers):
        return None, "zero_denominator"
    degrees, minutes, seconds = ([float(r) for r in ratios if r is not None] + [0.0, 0.0])[:3]
    value = abs(degrees) + (minutes + seconds / 60) / 60
    return (value, "") if degrees >= 0 else (-value, "negative")


def _clock(numbers: list[tuple[Number, Number]]) -> str:
    """Hours, minutes and seconds as "HH:MM:SS.ssssss", without zeros at its end; "" if that is no time of day."""
    ratios = [ratio_of(number) for number in numbers[:3]]
    if len(ratios) != 3 or any(ratio is None or ratio < 0 for ratio in ratios):
        return ""
    total = round(sum((ratio or 0) * unit for ratio, unit in zip(ratios, (3600, 60, 1), strict=True)), 6)
    if total >= 86_400:
        return ""
    minutes, seconds = divmod(total, 60)
    clock = f"{int(minutes) // 60:02}:{int(minutes) % 60:02}:{seconds:09.6f}"
    return clock.rstrip("0").rstrip(".") if "." in clock else clock
