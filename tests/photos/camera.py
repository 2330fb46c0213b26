"""Writes small but complete camera files for the tests: JPEG, PNG, WebP and HEIC with any tag one asks for.

Written for the tests alone, so that reader and writer share no code; exiftool judges both.
"""

import io
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from PIL import Image

BYTE, ASCII, SHORT, LONG, RATIONAL, UNDEFINED, SRATIONAL = 1, 2, 3, 4, 5, 7, 10
_CODES = {BYTE: "B", SHORT: "H", LONG: "I", RATIONAL: "I", SRATIONAL: "i"}

Tag = tuple[int, Any]  # type, value
Tags = dict[int, Tag]


def dms(degrees: float, scale: int = 1_000_000) -> list[tuple[int, int]]:
    """Degrees, minutes and seconds as rationals, the way phones write them."""
    total = round(abs(degrees) * 3600 * scale)
    return [(total // (3600 * scale), 1), (total // (60 * scale) % 60, 1), (total % (60 * scale), scale)]


def gps(lon: float, lat: float, **more: Tag) -> Tags:
    """A GPS directory with a position; more: by name, see `GPS_NAMES`."""
    tags: Tags = {
        0: (BYTE, [2, 3, 0, 0]),
        1: (ASCII, "S" if lat < 0 else "N"),
        2: (RATIONAL, dms(lat)),
        3: (ASCII, "W" if lon < 0 else "E"),
        4: (RATIONAL, dms(lon)),
    }
    return tags | {GPS_NAMES[name]: tag for name, tag in more.items()}


GPS_NAMES = {
    "altitude_ref": 5, "altitude": 6, "time": 7, "status": 9, "heading": 17, "method": 27, "date": 29, "error": 31,
}  # fmt: skip


@dataclass
class Shot:
    """What a file is to say; None leaves the directory out. more, sub: further tags of IFD0 and of the EXIF directory."""

    make: str | None = "samsung"
    model: str | None = "SM-A546E"
    original: str | None = "2026:11:24 09:15:00"
    offset: str | None = "+07:00"
    orientation: int | None = 1
    gps: Tags | None = field(default_factory=lambda: gps(114.3691, -8.2192))
    note: bytes | None = b"maker's own"
    more: Tags = field(default_factory=dict)
    sub: Tags = field(default_factory=dict)
    thumbnail: bytes | None = None
    order: str = "<"


def exif(shot: Shot) -> bytes:
    """The TIFF block of a shot."""
    root: Tags = dict(shot.more)
    sub: Tags = {0x9000: (UNDEFINED, b"0232")} | shot.sub
    for tags, tag, kind, value in (
        (root, 0x010F, ASCII, shot.make),
        (root, 0x0110, ASCII, shot.model),
        (root, 0x0112, SHORT, None if shot.orientation is None else [shot.orientation]),
        (sub, 0x9003, ASCII, shot.original),
        (sub, 0x9011, ASCII, shot.offset),
        (sub, 0x927C, UNDEFINED, shot.note),
    ):
        if value is not None:
            tags[tag] = (kind, value)
    children = {0x8769: sub} | ({0x8825: shot.gps} if shot.gps is not None else {})
    return tiff(root, children, shot.order, shot.thumbnail)


def tiff(root: Tags, children: Mapping[int, Tags], order: str = "<", thumbnail: bytes | None = None) -> bytes:
    """A TIFF block: one directory with child directories under the given pointer tags, and IFD1 for a thumbnail."""
    root = root | {tag: (LONG, [0]) for tag in children}
    at = 8 + len(_directory(root, order, 8))
    bodies = b""
    for tag, child in children.items():
        root[tag] = (LONG, [at + len(bodies)])
        bodies += _directory(child, order, at + len(bodies))
    head = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    if thumbnail is None:
        return head + _directory(root, order, 8) + bodies
    second = at + len(bodies)
    pointers: Tags = {0x0103: (SHORT, [6]), 0x0201: (LONG, [0]), 0x0202: (LONG, [len(thumbnail)])}
    pointers[0x0201] = (LONG, [second + len(_directory(pointers, order, second))])
    return (
        head + _directory(root, order, 8, second) + bodies + _directory(pointers, order, second) + thumbnail
    )


def _directory(tags: Tags, order: str, at: int, following: int = 0) -> bytes:
    values_at = at + 2 + 12 * len(tags) + 4
    entries, values = b"", b""
    for tag, (kind, value) in sorted(tags.items()):
        count, content = _packed(kind, value, order)
        if len(content) > 4:
            place = struct.pack(order + "I", values_at + len(values))
            values += content + b"\0" * (len(content) % 2)
        else:
            place = content.ljust(4, b"\0")
        entries += struct.pack(order + "HHI", tag, kind, count) + place
    return struct.pack(order + "H", len(tags)) + entries + struct.pack(order + "I", following) + values


def _packed(kind: int, value: Any, order: str) -> tuple[int, bytes]:
    if kind == ASCII:
        content = value.encode() + b"\0"
        return len(content), content
    if kind == UNDEFINED:
        return len(value), value
    flat = [part for pair in value for part in pair] if kind in (RATIONAL, SRATIONAL) else list(value)
    return len(value), struct.pack(f"{order}{len(flat)}{_CODES[kind]}", *flat)


def xmp(**properties: str) -> bytes:
    """An XMP packet; properties by name with _ for the colon: exif_GPSLatitude="8,13.152S"."""
    attributes = " ".join(f'{name.replace("_", ":", 1)}="{value}"' for name, value in properties.items())
    return (
        '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/" '
        f'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" {attributes}/></rdf:RDF></x:xmpmeta>'
        '<?xpacket end="w"?>'
    ).encode()


def _picture(size: tuple[int, int]) -> Image.Image:
    return Image.effect_noise(size, 60).convert("RGB")


def segment(marker: int, content: bytes) -> bytes:
    """A JPEG segment."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def jpeg(
    block: bytes | None = None, packet: bytes | None = None, *, size: tuple[int, int] = (64, 48), **save: Any
) -> bytes:
    """A JPEG with an EXIF block and an XMP packet."""
    file = io.BytesIO()
    _picture(size).save(file, "JPEG", quality=70, **save)
    plain = file.getvalue()
    head = b"" if block is None else segment(0xE1, b"Exif\0\0" + block)
    head += b"" if packet is None else segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet)
    return plain[:2] + head + plain[2:]


def chunk(kind: bytes, content: bytes) -> bytes:
    """A PNG chunk."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    block: bytes | None = None,
    packet: bytes | None = None,
    *,
    raw_profile: bool = False,
    size: tuple[int, int] = (64, 48),
) -> bytes:
    """A PNG with an eXIf chunk (or ImageMagick's raw profile, deflated) and an XMP packet."""
    file = io.BytesIO()
    _picture(size).save(file, "PNG")
    plain = file.getvalue()
    extra = b"" if packet is None else chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + packet)
    if block is not None and raw_profile:
        content = b"Exif\0\0" + block
        digits = content.hex()
        lines = "\n".join(digits[at : at + 72] for at in range(0, len(digits), 72))
        text = f"\nexif\n{len(content):8}\n{lines}\n".encode()
        extra += chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(text))
    elif block is not None:
        extra += chunk(b"eXIf", block)
    return plain[:33] + extra + plain[33:]


def webp(
    block: bytes | None = None, packet: bytes | None = None, *, size: tuple[int, int] = (64, 48)
) -> bytes:
    """An extended WebP with EXIF and XMP chunks."""
    file = io.BytesIO()
    _picture(size).save(file, "WEBP", quality=60, exif=block or b"", xmp=packet or b"")
    return file.getvalue()


def box(kind: bytes, *contents: bytes) -> bytes:
    """An ISO box."""
    content = b"".join(contents)
    return struct.pack(">I", 8 + len(content)) + kind + content


def heic(
    block: bytes | None = None,
    *,
    size: tuple[int, int] = (64, 48),
    turns: Sequence[tuple[bytes, int]] = (),
    brands: bytes = b"heic\0\0\0\0mif1heic",
) -> bytes:
    """The structure of a HEIC file: one item with its properties, an Exif item, data (no decodable pixels)."""
    pixels, meta_block = b"\x5a" * 500, b"\0\0\0\0" + (block or b"")
    properties = [box(b"ispe", struct.pack(">III", 0, *size))]
    properties += [box(kind, bytes([value])) for kind, value in turns]
    owns = bytes([len(properties), *range(1, len(properties) + 1)])
    items = [(1, b"hvc1", pixels)] + ([(2, b"Exif", meta_block)] if block is not None else [])
    infos = b"".join(
        box(b"infe", struct.pack(">IHH4s", 0x02000000, i, 0, kind) + b"\0") for i, kind, _ in items
    )

    def meta(at: int) -> bytes:
        places = b""
        for item, _kind, content in items:
            places += struct.pack(">HHHII", item, 0, 1, at, len(content))
            at += len(content)
        parts = [
            box(b"hdlr", bytes(8) + b"pict" + bytes(13)),
            box(b"pitm", struct.pack(">IH", 0, 1)),
            box(b"iinf", struct.pack(">IH", 0, len(items)), infos),
            box(b"iloc", struct.pack(">IBBH", 0, 0x44, 0, len(items)), places),
            box(b"iref", bytes(4), box(b"cdsc", struct.pack(">HHH", 2, 1, 1))) if block is not None else b"",
            box(b"iprp", box(b"ipco", *properties), box(b"ipma", struct.pack(">IIH", 0, 1, 1), owns)),
        ]
        return box(b"meta", bytes(4), *parts)

    ftyp = box(b"ftyp", brands)
    at = len(ftyp) + len(meta(0)) + 8
    return ftyp + meta(at) + box(b"mdat", *(content for _i, _k, content in items))
