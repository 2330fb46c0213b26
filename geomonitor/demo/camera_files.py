"""[pure] Complete JPEG files as phones write them, tag by tag, and the odd ones that reach a register.

The tags are written here from nothing (TIFF 6.0, Exif 2.32), without the reader that later judges them:
IFD0, Exif IFD, GPS IFD, interoperability, and IFD1 with the thumbnail. exiftool finds nothing to complain of.
"""

import random
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from fractions import Fraction

from PIL import Image

from geomonitor.demo import pictures

WIB = timezone(timedelta(hours=7))

_BYTE, _ASCII, _SHORT, _LONG, _RATIONAL, _UNDEFINED, _SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_SIZES = {_BYTE: 1, _ASCII: 1, _SHORT: 2, _LONG: 4, _RATIONAL: 8, _UNDEFINED: 1, _SRATIONAL: 8}

Value = bytes | str | Sequence[int] | Sequence[Fraction]
Entry = tuple[int, int, Value]


@dataclass(frozen=True)
class Phone:
    """One model: what it writes of itself and of its lens, and its habits."""

    make: str
    model: str
    software: str
    order: str  # "<" (II) or ">" (MM)
    f_number: Fraction
    focal: Fraction
    focal_35: int
    maker_note: bytes
    subsec: int  # digits
    zone: bool  # writes OffsetTime*
    error: bool  # writes GPSHPositioningError
    heading: bool  # writes GPSImgDirection
    user_comment: str = ""


def _samsung_note() -> bytes:
    rows = [
        (1, 7, 4, b"0100"),
        (2, 4, 1, b"\x00\x20\x01\x00"),
        (12, 4, 1, b"\0\0\0\0"),
        (16, 7, 4, b"\0\0\0\0"),
    ]
    rows += [(64, 4, 1, b"\0\0\0\0"), (80, 4, 1, b"\1\0\0\0"), (256, 3, 1, b"\0\0\0\0")]
    body = b"".join(struct.pack("<HHI", tag, kind, count) + value for tag, kind, count, value in rows)
    return struct.pack("<H", len(rows)) + body + bytes(4)


def _apple_note() -> bytes:
    rows = [(1, 9, 1, 14), (4, 9, 1, 1), (5, 9, 1, 172), (6, 9, 1, 168), (7, 9, 1, 1), (20, 9, 1, 10)]
    body = b"".join(struct.pack(">HHIi", *row) for row in rows)
    return b"Apple iOS\0\0\1MM" + struct.pack(">H", len(rows)) + body + bytes(4)


_VIVO_NOTE = b"filter: 0; fileterIntensity: 0.0; filterMask: 0; captureOrientation: 0; module: photo; \0"

# Their software is older than the demo's first photos: a phone may be years behind, never ahead.
PHONES = (
    Phone(
        "samsung",
        "SM-A155F",
        "A155FXXU1AWL6",
        "<",
        Fraction(9, 5),
        Fraction(393, 100),
        25,
        _samsung_note(),
        3,
        True,
        False,
        False,
    ),
    Phone(
        "samsung",
        "SM-A057F",
        "A057FXXU2AWJ9",
        "<",
        Fraction(9, 5),
        Fraction(403, 100),
        26,
        _samsung_note(),
        3,
        True,
        False,
        False,
    ),
    Phone(
        "Xiaomi",
        "23106RN0DA",
        "MediaTek Camera Application",
        ">",
        Fraction(9, 5),
        Fraction(471, 100),
        26,
        b"",
        2,
        False,
        False,
        False,
    ),
    Phone(
        "Xiaomi",
        "Redmi Note 11",
        "spes-user 13 TKQ1.221114.001 release-keys",
        ">",
        Fraction(179, 100),
        Fraction(471, 100),
        26,
        b"",
        6,
        True,
        False,
        True,
        '{"mirror":false,"sensor_type":"rear"}',
    ),
    Phone(
        "OPPO",
        "CPH2577",
        "MediaTek Camera Application",
        ">",
        Fraction(9, 5),
        Fraction(410, 100),
        27,
        b"",
        3,
        True,
        False,
        False,
        "oppo_32",
    ),
    Phone(
        "vivo",
        "V2247",
        "MediaTek Camera Application",
        ">",
        Fraction(9, 5),
        Fraction(394, 100),
        26,
        _VIVO_NOTE,
        3,
        True,
        False,
        True,
    ),
    Phone(
        "Apple",
        "iPhone 11",
        "16.7.2",
        ">",
        Fraction(9, 5),
        Fraction(17, 4),
        26,
        _apple_note(),
        3,
        True,
        True,
        True,
    ),
)


@dataclass(frozen=True)
class Shot:
    """One release of the shutter: when (aware), where (WGS 84), and how the phone was held.

    gps: `full`, `none` (location switched off), `zeroed` (0,0), `leftover` (latitude and longitude removed, height
    and satellite time left behind) or `malformed` (without hemispheres). gps_at: satellite time if it differs.
    """

    taken_at: datetime
    lon: float = 0.0
    lat: float = 0.0
    altitude_m: float = 60.0
    error_m: float = 6.0
    heading: float = 90.0
    phone: Phone = PHONES[0]
    orientation: int = 1
    gps: str = "full"
    gps_at: datetime | None = None
    seed: int = 0


class _Block:
    """One IFD: its entries in order, and the values that do not fit into four bytes behind them."""

    def __init__(self, order: str, entries: Sequence[Entry]) -> None:
        self.order, self.entries = order, sorted(entries, key=lambda e: e[0])

    def size(self) -> int:
        """Bytes this block will take, so that the next one's place is known before it is written."""
        outside = sum((n + 1) // 2 * 2 for n in (len(self._packed(e)) for e in self.entries) if n > 4)
        return 2 + 12 * len(self.entries) + 4 + outside

    def _packed(self, entry: Entry) -> bytes:
        _tag, kind, value = entry
        if isinstance(value, str):
            return value.encode("ascii") + b"\0"
        if isinstance(value, bytes):
            return value
        if kind in (_RATIONAL, _SRATIONAL):
            form = self.order + ("II" if kind == _RATIONAL else "ii")
            return b"".join(struct.pack(form, Fraction(v).numerator, Fraction(v).denominator) for v in value)
        form = {_BYTE: "B", _SHORT: "H", _LONG: "I"}[kind]
        return struct.pack(f"{self.order}{len(value)}{form}", *(int(v) for v in value))

    def bytes(self, at: int, following: int = 0) -> bytes:
        """The block as it stands at offset `at`; `following`: offset of the next IFD or 0."""
        head, tail = struct.pack(self.order + "H", len(self.entries)), b""
        place = at + 2 + 12 * len(self.entries) + 4
        for entry in self.entries:
            packed = self._packed(entry)
            count = len(packed) // _SIZES[entry[1]]
            head += struct.pack(self.order + "HHI", entry[0], entry[1], count)
            if len(packed) <= 4:
                head += packed.ljust(4, b"\0")
            else:
                head += struct.pack(self.order + "I", place + len(tail))
                tail += packed + b"\0" * (len(packed) % 2)
        return head + struct.pack(self.order + "I", following) + tail


def _dms(degrees: float) -> list[Fraction]:
    """Degrees, minutes and seconds to a ten-thousandth, as phones write them (3 mm)."""
    units = round(abs(degrees) * 3600 * 10_000)
    whole, rest = divmod(units, 36_000_000)
    minutes, seconds = divmod(rest, 600_000)
    return [Fraction(whole), Fraction(minutes), Fraction(seconds, 10_000)]


def _stamp(moment: datetime) -> str:
    return moment.strftime("%Y:%m:%d %H:%M:%S")


def _offset(moment: datetime) -> str:
    text = moment.strftime("%z")
    return f"{text[:3]}:{text[3:5]}"


def _first(shot: Shot) -> list[Entry]:
    phone = shot.phone
    return [
        (0x010F, _ASCII, phone.make),
        (0x0110, _ASCII, phone.model),
        (0x0112, _SHORT, [shot.orientation]),
        (0x011A, _RATIONAL, [Fraction(72)]),
        (0x011B, _RATIONAL, [Fraction(72)]),
        (0x0128, _SHORT, [2]),
        (0x0131, _ASCII, phone.software),
        (0x0132, _ASCII, _stamp(shot.taken_at)),
        (0x0213, _SHORT, [1]),
    ]


def _exif(shot: Shot, size: tuple[int, int]) -> list[Entry]:
    phone, rng = shot.phone, random.Random(f"exposure-{shot.seed}")
    iso, speed = rng.choice((50, 64, 80, 100, 125, 200)), rng.choice((100, 120, 250, 500, 640, 1000))
    subsec = str(rng.randrange(10**phone.subsec)).zfill(phone.subsec)
    entries: list[Entry] = [
        (0x829A, _RATIONAL, [Fraction(1, speed)]),
        (0x829D, _RATIONAL, [phone.f_number]),
        (0x8822, _SHORT, [2]),
        (0x8827, _SHORT, [iso]),
        (0x9000, _UNDEFINED, b"0232" if phone.zone else b"0220"),
        (0x9003, _ASCII, _stamp(shot.taken_at)),
        (0x9004, _ASCII, _stamp(shot.taken_at)),
        (0x9101, _UNDEFINED, b"\1\2\3\0"),
        (0x9204, _SRATIONAL, [Fraction(0)]),
        (0x9207, _SHORT, [2]),
        (0x9209, _SHORT, [16]),
        (0x920A, _RATIONAL, [phone.focal]),
        (0x9290, _ASCII, subsec),
        (0x9291, _ASCII, subsec),
        (0x9292, _ASCII, subsec),
        (0xA000, _UNDEFINED, b"0100"),
        (0xA001, _SHORT, [1]),
        (0xA002, _LONG, [size[0]]),
        (0xA003, _LONG, [size[1]]),
        (0xA402, _SHORT, [0]),
        (0xA403, _SHORT, [0]),
        (0xA405, _SHORT, [phone.focal_35]),
        (0xA406, _SHORT, [0]),
    ]
    return entries + _habits(shot)


def _habits(shot: Shot) -> list[Entry]:
    phone = shot.phone
    entries: list[Entry] = []
    if phone.zone:
        entries += [(tag, _ASCII, _offset(shot.taken_at)) for tag in (0x9010, 0x9011, 0x9012)]
    if phone.maker_note:
        entries.append((0x927C, _UNDEFINED, phone.maker_note))
    if phone.user_comment:
        entries.append((0x9286, _UNDEFINED, b"ASCII\0\0\0" + phone.user_comment.encode("ascii")))
    return entries


def _gps(shot: Shot) -> list[Entry]:
    moment = (shot.gps_at or shot.taken_at).astimezone(UTC)
    clock = [Fraction(moment.hour), Fraction(moment.minute), Fraction(moment.second)]
    entries: list[Entry] = [
        (0x00, _BYTE, [2, 3, 0, 0]),
        (0x05, _BYTE, [0]),
        (0x06, _RATIONAL, [Fraction(round(max(shot.altitude_m, 0) * 10), 10)]),
        (0x07, _RATIONAL, clock),
        (0x1B, _UNDEFINED, b"ASCII\0\0\0GPS"),
        (0x1D, _ASCII, moment.strftime("%Y:%m:%d")),
    ]
    return entries if shot.gps == "leftover" else entries + _where(shot)


def _where(shot: Shot) -> list[Entry]:
    lat, lon = (0.0, 0.0) if shot.gps == "zeroed" else (shot.lat, shot.lon)
    entries: list[Entry] = [(0x02, _RATIONAL, _dms(lat)), (0x04, _RATIONAL, _dms(lon))]
    if shot.gps == "malformed":
        return entries
    entries += [(0x01, _ASCII, "S" if lat < 0 else "N"), (0x03, _ASCII, "W" if lon < 0 else "E")]
    if shot.phone.error and shot.gps == "full":
        entries.append((0x1F, _RATIONAL, [Fraction(round(shot.error_m * 100), 100)]))
    if shot.phone.heading and shot.gps == "full":
        entries += [(0x10, _ASCII, "T"), (0x11, _RATIONAL, [Fraction(round(shot.heading * 100), 100)])]
    return entries


def _thumbnail_entries(at: int, length: int) -> list[Entry]:
    return [
        (0x0103, _SHORT, [6]),
        (0x011A, _RATIONAL, [Fraction(72)]),
        (0x011B, _RATIONAL, [Fraction(72)]),
        (0x0128, _SHORT, [2]),
        (0x0201, _LONG, [at]),
        (0x0202, _LONG, [length]),
    ]


def tags(shot: Shot, size: tuple[int, int], thumbnail: bytes) -> bytes:
    """The content of the APP1 segment ("Exif", then a TIFF file) for a picture of this stored size."""
    order = shot.phone.order
    has_gps = shot.gps != "none"
    first, exif, gps = _first(shot), _exif(shot, size), _gps(shot)
    interop: list[Entry] = [(0x0001, _ASCII, "R98"), (0x0002, _UNDEFINED, b"0100")]

    def with_pointers(a: int, b: int, c: int) -> tuple[_Block, _Block]:
        pointers: list[Entry] = [(0x8769, _LONG, [a])]
        if has_gps:
            pointers.append((0x8825, _LONG, [b]))
        return _Block(order, first + pointers), _Block(order, [*exif, (0xA005, _LONG, [c])])

    ifd0, sub = with_pointers(0, 0, 0)
    gps_block, interop_block = _Block(order, gps), _Block(order, interop)
    at_sub = 8 + ifd0.size()
    at_interop = at_sub + sub.size()
    at_gps = at_interop + interop_block.size()
    at_ifd1 = at_gps + (gps_block.size() if has_gps else 0)
    ifd0, sub = with_pointers(at_sub, at_gps, at_interop)
    at_thumb = at_ifd1 + _Block(order, _thumbnail_entries(0, 0)).size()
    ifd1 = _Block(order, _thumbnail_entries(at_thumb, len(thumbnail)))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    body = ifd0.bytes(8, at_ifd1) + sub.bytes(at_sub) + interop_block.bytes(at_interop)
    body += (gps_block.bytes(at_gps) if has_gps else b"") + ifd1.bytes(at_ifd1) + thumbnail
    return b"Exif\0\0" + head + body


def stored(picture: Image.Image, orientation: int) -> Image.Image:
    """The pixels as a phone stores them for an orientation 1, 3, 6 or 8; 6 and 8 are cut to an upright shape."""
    if orientation == 1:
        return picture
    if orientation == 3:
        return picture.transpose(Image.Transpose.ROTATE_180)
    left = (picture.width - 720) // 2
    upright = picture.crop((left, 0, left + 720, picture.height))
    turn = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270}
    return upright.transpose(turn[orientation])


def phone_file(picture: Image.Image, shot: Shot) -> bytes:
    """A complete camera file of a picture (upright pixels in, stored as the orientation asks)."""
    pixels = stored(picture, shot.orientation)
    plain = pictures.jpeg(pixels)
    content = tags(shot, pixels.size, pictures.thumbnail(pixels))
    app0 = struct.unpack(">H", plain[4:6])[0]
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(content) + 2) + content + plain[4 + app0 :]


def messenger_file(picture: Image.Image) -> bytes:
    """What a messenger leaves of a picture: recompressed, JFIF, no tag at all."""
    return pictures.jpeg(picture, 66)


def printed(picture: Image.Image, shot: Shot) -> Image.Image:
    """The picture with time and coordinates drawn into it, as "map camera" apps do."""
    lines = [
        f"{shot.taken_at:%d/%m/%Y %H:%M:%S}",
        f"Lat {shot.lat:.6f}  Long {shot.lon:.6f}",
        f"Alt {shot.altitude_m:.0f} m  ±{shot.error_m:.0f} m",
    ]
    return pictures.print_on(picture, lines)


def printed_file(picture: Image.Image, shot: Shot) -> bytes:
    """Such a picture as it comes through a messenger: coordinates to see, no tags."""
    return messenger_file(printed(picture, shot))


def not_an_image() -> bytes:
    """A PDF that someone called .jpg."""
    return b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"


def truncated(file: bytes) -> bytes:
    """A file that broke off on its way."""
    return file[: len(file) * 2 // 5]


def polyglot(file: bytes) -> bytes:
    """A picture with a program behind it: harmless text here, but the shape that must be refused."""
    return file + b"\n<?php echo 'demo'; ?>\n"
