"""[pure] Where things lie in a picture file: its size in pixels, its metadata blocks, where it ends.

One bounded walk over the structure of JPEG, PNG, WebP and HEIC/HEIF. Pixels are never decoded, broken files
never raise: what could be read is in the `Layout`, and `flaw` says what is wrong. `photos.sniff` decides from it
what is refused, `photos.exif` reads the facts out of the blocks.
"""

import binascii
import mmap
import os
import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from photos.scanning import find_pair

Bytes = bytes | mmap.mmap

BLOCK_LIMIT = 4_000_000  # bytes of one metadata block that are looked at
BLOCKS_LIMIT = 8  # blocks of one kind in one file
BLOCKS_BUDGET = 24_000_000  # bytes of all metadata that are copied or unfolded out of one file
STEPS_LIMIT = 20_000  # segments, chunks or boxes walked through in one file
NAMES_LIMIT = 200  # of segments, chunks or boxes that are listed
TABLES_LIMIT = 16  # DQT or DHT segments that are kept

EXIF_HEAD = b"Exif\0"
XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
C2PA_UUID = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
PNG_HEAD = b"\x89PNG\r\n\x1a\n"

_OTHERS = (
    (b"GIF8", "GIF"), (b"BM", "BMP"), (b"II*\0", "TIFF"), (b"MM\0*", "TIFF"), (b"%PDF", "PDF"),
    (b"PK\x03\x04", "ZIP"), (b"\x7fELF", "program"), (b"MZ", "program"), (b"<?php", "PHP"),
    (b"\0\0\0\x0cJXL ", "JPEG XL"), (b"\xff\x0a", "JPEG XL"), (b"\0\0\0\x0cjP  ", "JPEG 2000"),
)  # fmt: skip
_HEVC_BRANDS = {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs"}
_HEIF_BRANDS = {b"mif1", b"mif2", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}


@dataclass
class Layout:
    """What the walk found. `format` is "" for anything but JPEG, PNG, WebP, HEIC, HEIF; `other` then names it.

    flaw: "" sound; "cut" the file ends too early; "no_picture" headers without picture data; "broken" otherwise.
    end: where the picture ends; what follows is a trailer.
    turn: EXIF orientation that HEIF's own rotation and mirror amount to, None where the file states none.
    traces: marks left by services that rewrite pictures ("facebook").
    segments: names of segments, chunks or boxes in file order (`photos.structure` says which). tables: contents of
    JPEG's DQT and DHT segments; frame: the marker and content of its frame header. iptc: Photoshop's APP13 blocks.
    jumbf: whether there is a box of content credentials. trailer: what follows the picture, see `Structure`.
    """

    format: str = ""
    other: str = ""
    width: int = 0
    height: int = 0
    exif: list[bytes] = field(default_factory=list)
    xmp: list[bytes] = field(default_factory=list)
    end: int = 0
    head_end: int = 0
    flaw: str = ""
    turn: int | None = None
    traces: set[str] = field(default_factory=set)
    segments: list[str] = field(default_factory=list)
    tables: dict[str, list[bytes]] = field(default_factory=lambda: {"DQT": [], "DHT": []})
    frame: bytes = b""
    iptc: list[bytes] = field(default_factory=list)
    comment: bytes = b""
    jumbf: bool = False
    trailer: str = ""
    exif_rest: list[bytes] = field(default_factory=list)
    budget: int = BLOCKS_BUDGET

    def name(self, name: str) -> None:
        """List a segment, chunk or box; repeats of chunks and boxes are listed once."""
        repeated = self.format != "JPEG" and self.segments[-1:] == [name]
        if not repeated and len(self.segments) < NAMES_LIMIT:
            self.segments.append(name)

    def add(self, kind: list[bytes], block: bytes) -> None:
        """Keep a metadata block, as long as there are not too many of them."""
        self.budget -= len(block)
        if block and len(kind) < BLOCKS_LIMIT and self.budget >= 0:
            kind.append(block)

    def add_exif(self, block: bytes) -> None:
        """Keep a JPEG's EXIF block, which may be the next part of the one before."""
        if self.exif and block[:2] not in (b"II", b"MM"):
            self.budget -= len(block)
            if self.budget >= 0:
                self.exif_rest.append(block)
        else:
            self.join_exif()
            self.add(self.exif, block)

    def join_exif(self) -> None:
        """Put the parts of the last EXIF block together; once for all, for copying at each part takes for ever."""
        if self.exif_rest:
            self.exif[-1] = b"".join((self.exif[-1], *self.exif_rest))[:BLOCK_LIMIT]
            self.exif_rest.clear()


@contextmanager
def opened(path: str | os.PathLike[str]) -> Iterator[Bytes]:
    """The bytes of a file, mapped and not read: nothing is in memory twice. Raises OSError."""
    with Path(path).open("rb") as file:
        if os.fstat(file.fileno()).st_size == 0:
            yield b""
            return
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            yield mapped


def layout_of(data: Bytes) -> Layout:
    """Walk a file. Never raises for its content; see `Layout` for what it says."""
    layout = _walked(data)
    layout.join_exif()
    if layout.format:
        layout.trailer = _trailer_of(data, layout)
    return layout


def _walked(data: Bytes) -> Layout:
    head = bytes(data[:64])
    if head[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    if head[:8] == PNG_HEAD:
        return _png(data)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return _webp(data)
    if head[4:8] == b"ftyp":
        return _heif(data)
    return Layout(other=_name_of(head), end=len(data))


def _trailer_of(data: Bytes, layout: Layout) -> str:
    """What follows the picture, told by its first and last bytes alone."""
    if layout.end >= len(data):
        return ""
    start, last = bytes(data[layout.end : layout.end + 4_096]), bytes(data[-4:])
    small = start.lstrip(b"\0\r\n ")
    if start[4:8] == b"ftyp" or b"MotionPhoto_Data" in start:
        return "motion_photo"
    if last == b"SEFT":
        return "samsung"
    if small.startswith(b"\xff\xd8\xff"):
        return "mpf" if "APP2:MPF" in layout.segments else "jpeg"
    return "other" if small else "padding"


def _name_of(head: bytes) -> str:
    for start, name in _OTHERS:
        if head.startswith(start):
            return name
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if text.startswith((b"<!doctype html", b"<html", b"<script")):
        return "HTML"
    return "SVG" if text.startswith((b"<svg", b"<?xml")) else ""


def _u(data: Bytes, at: int, size: int, order: str = "big") -> int:
    return int.from_bytes(data[at : at + size], "little" if order == "little" else "big")


# JPEG ------------------------------------------------------------------------------------------------------

_SOF = {0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF}


def _jpeg(data: Bytes) -> Layout:
    layout = Layout(format="JPEG", end=len(data), flaw="cut")
    at = 2
    for _step in range(STEPS_LIMIT):
        at = data.find(b"\xff", at, at + 65_536)  # a few cameras leave stray bytes between segments
        if at < 0:
            return layout
        marker = _u(data, at + 1, 1)
        if marker == 0xFF:
            at += 1
        elif marker in (0x00, 0x01) or 0xD0 <= marker <= 0xD8:
            at += 2
        elif marker == 0xD9:
            layout.flaw, layout.end, layout.head_end = "no_picture", at + 2, at
            return layout
        else:
            size = _u(data, at + 2, 2)
            if at + 2 + size > len(data) or size < 2:
                layout.head_end = at
                return layout
            if marker == 0xDA:
                return _jpeg_scan(data, layout, at, at + 2 + size)
            _jpeg_segment(data, layout, marker, at + 4, size - 2)
            at += 2 + size
    layout.flaw = "broken"
    return layout


_STARTS = (  # of a segment's content, and what it is called then
    (0xE1, EXIF_HEAD, "APP1:Exif"), (0xE1, XMP_HEAD, "APP1:XMP"), (0xE1, b"http://ns.adobe.com/xmp/ext", "APP1:XMPext"),
    (0xE2, b"ICC_PROFILE\0", "APP2:ICC"), (0xE2, b"MPF\0", "APP2:MPF"), (0xE2, b"FPXR\0", "APP2:FPXR"),
    (0xEB, b"JP", "APP11:JUMB"), (0xEC, b"Ducky", "APP12:Ducky"),
)  # fmt: skip
_MARKERS = {
    0xC4: "DHT",
    0xC8: "JPG",
    0xCC: "DAC",
    0xDA: "SOS",
    0xDB: "DQT",
    0xDC: "DNL",
    0xDD: "DRI",
    0xFE: "COM",
}


def _jpeg_name(marker: int, start: bytes) -> str:
    for of, head, name in _STARTS:
        if of == marker and start.startswith(head):
            return name
    if marker in _SOF:
        return f"SOF{marker - 0xC0}"
    return f"APP{marker - 0xE0}" if 0xE0 <= marker <= 0xEF else _MARKERS.get(marker, f"{marker:02X}")


def _jpeg_segment(data: Bytes, layout: Layout, marker: int, at: int, size: int) -> None:
    name = _jpeg_name(marker, bytes(data[at : at + min(size, 40)]))
    layout.name(name)
    if marker in _SOF and size >= 6 and not layout.width:
        layout.height, layout.width = _u(data, at + 1, 2), _u(data, at + 3, 2)
        layout.frame = bytes([marker]) + bytes(data[at : at + min(size, 20)])
    elif name == "APP1:Exif":
        layout.add_exif(bytes(data[at + 6 : at + size]))
    elif name == "APP1:XMP":
        layout.add(layout.xmp, bytes(data[at + len(XMP_HEAD) : at + size]))
    elif name in layout.tables and len(layout.tables[name]) < TABLES_LIMIT:
        layout.tables[name].append(bytes(data[at : at + size]))
    elif name == "APP13":
        layout.add(layout.iptc, bytes(data[at : at + size]))
        if data.find(b"FBMD", at, at + size) >= 0:
            layout.traces.add("facebook")
    elif name == "COM":
        layout.comment = layout.comment or bytes(data[at : at + min(size, 4_096)])
    layout.jumbf = layout.jumbf or name == "APP11:JUMB"


def _jpeg_scan(data: Bytes, layout: Layout, at: int, start: int) -> Layout:
    """Inside picture data FF is always followed by 00 or a restart marker, so the first FFD9 ends the picture."""
    layout.name("SOS")
    layout.head_end = start
    end = find_pair(data, b"\xff\xd9", start)
    if not (layout.width and layout.height):
        layout.flaw = "broken"
    elif end >= 0:
        layout.end, layout.flaw = end + 2, "" if end > start else "no_picture"
    elif start >= len(data):
        layout.flaw = "no_picture"
    return layout


# PNG -------------------------------------------------------------------------------------------------------


def _png(data: Bytes) -> Layout:
    layout = Layout(format="PNG", end=len(data), flaw="cut")
    at, pictures = 8, 0
    for _step in range(STEPS_LIMIT):
        size, kind = _u(data, at, 4), bytes(data[at + 4 : at + 8])
        if at + 12 + size > len(data):
            return layout
        body = at + 8
        layout.name(_printable(kind))
        layout.jumbf = layout.jumbf or kind == b"caBX"
        if kind[:1].isupper() and _u(data, body + size, 4) != _crc(data, at + 4, size + 4):
            layout.flaw = "broken"
            return layout
        if kind == b"IHDR":
            layout.width, layout.height = _u(data, body, 4), _u(data, body + 4, 4)
        elif kind == b"IDAT":
            pictures += 1
            layout.head_end = layout.head_end or at
        elif kind == b"IEND":
            layout.end = body + size + 4
            layout.flaw = "" if pictures and layout.width and layout.height else "broken"
            return layout
        elif kind in (b"eXIf", b"tEXt", b"zTXt", b"iTXt"):
            _png_text(layout, kind, bytes(data[body : body + min(size, BLOCK_LIMIT)]))
        at = body + size + 4
    layout.flaw = "broken"
    return layout


def _printable(kind: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "?" for byte in kind).strip()


def _crc(data: Bytes, at: int, size: int) -> int:
    crc = 0
    for start in range(at, at + size, 1 << 20):
        crc = zlib.crc32(data[start : min(start + (1 << 20), at + size)], crc)
    return crc


def _png_text(layout: Layout, kind: bytes, body: bytes) -> None:
    if kind == b"eXIf":
        layout.add(layout.exif, body.removeprefix(b"Exif\0\0"))
        return
    keyword, _zero, rest = body.partition(b"\0")
    if keyword != b"XML:com.adobe.xmp" and not keyword.lower().startswith(b"raw profile type "):
        return
    if kind == b"zTXt":
        rest = _inflated(layout, rest[1:])
    elif kind == b"iTXt":
        text = [*rest[2:].split(b"\0", 2), b"", b""][2]  # after language and translated keyword
        rest = _inflated(layout, text) if rest[:1] == b"\1" else text
    if keyword == b"XML:com.adobe.xmp":
        layout.add(layout.xmp, rest)
    elif keyword.lower() in (b"raw profile type exif", b"raw profile type app1"):
        _raw_profile(layout, rest)
    elif keyword.lower() in (b"raw profile type iptc", b"raw profile type 8bim"):
        layout.add(layout.iptc, b"Photoshop 3.0\0" + _from_hex(rest).removeprefix(b"Photoshop 3.0\0"))
    elif keyword.lower() == b"raw profile type xmp":
        layout.add(layout.xmp, _from_hex(rest))


def _raw_profile(layout: Layout, text: bytes) -> None:
    block = _from_hex(text)
    if block.startswith(XMP_HEAD):
        layout.add(layout.xmp, block[len(XMP_HEAD) :])
    else:
        layout.add(layout.exif, block.removeprefix(b"Exif\0\0"))


def _from_hex(text: bytes) -> bytes:
    """ImageMagick's "\\nexif\\n    1234\\n" and then hexadecimal digits in lines."""
    match = re.match(rb"\s*\S+\s+\d+\s+", text)
    digits = re.sub(rb"\s+", b"", text[match.end() :]) if match else b""
    try:
        return binascii.unhexlify(digits[: len(digits) // 2 * 2])
    except binascii.Error:
        return b""


def _inflated(layout: Layout, packed: bytes) -> bytes:
    limit = min(BLOCK_LIMIT, layout.budget)
    try:
        unfolded = zlib.decompressobj().decompress(packed, limit) if limit > 0 else b""
    except zlib.error:
        unfolded = b""
    layout.budget -= len(unfolded) + 1_000  # to try costs as well
    return unfolded


# WebP ------------------------------------------------------------------------------------------------------


def _webp(data: Bytes) -> Layout:
    layout = Layout(format="WebP", end=len(data), flaw="cut")
    end = 8 + _u(data, 4, 4, "little")
    if end > len(data) + 1:
        end = len(data) + 1  # walked all the same, for its metadata; stays "cut"
    else:
        layout.flaw = ""
    at, pictures = 12, 0
    for _step in range(STEPS_LIMIT):
        if at + 8 > end:
            break
        kind, size = bytes(data[at : at + 4]), _u(data, at + 4, 4, "little")
        if at + 8 + size > end:
            layout.flaw = layout.flaw or "broken"
            break
        pictures += _webp_chunk(data, layout, kind, at + 8, size)
        at += 8 + size + size % 2
    layout.end, layout.head_end = min(end, len(data)), min(end, len(data))
    if not (pictures and layout.width and layout.height):
        layout.flaw = layout.flaw or "broken"
    return layout


def _webp_chunk(data: Bytes, layout: Layout, kind: bytes, at: int, size: int) -> int:
    """Take in one chunk; returns 1 if it holds picture data."""
    known = bool(layout.width)
    layout.name(_printable(kind))
    layout.jumbf = layout.jumbf or kind == b"C2PA"
    if kind == b"VP8X" and size >= 10:
        layout.width, layout.height = 1 + _u(data, at + 4, 3, "little"), 1 + _u(data, at + 7, 3, "little")
    elif kind == b"VP8 " and size >= 10 and not known:
        layout.width = _u(data, at + 6, 2, "little") & 0x3FFF
        layout.height = _u(data, at + 8, 2, "little") & 0x3FFF
    elif kind == b"VP8L" and size >= 5 and not known:
        bits = _u(data, at + 1, 4, "little")
        layout.width, layout.height = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif kind == b"EXIF":
        layout.add(layout.exif, bytes(data[at : at + min(size, BLOCK_LIMIT)]).removeprefix(b"Exif\0\0"))
    elif kind == b"XMP ":
        layout.add(layout.xmp, bytes(data[at : at + min(size, BLOCK_LIMIT)]))
    return int(kind in (b"VP8 ", b"VP8L", b"ANMF"))


# HEIC, HEIF ------------------------------------------------------------------------------------------------


class _Steps:
    """Steps that are left for one file: whoever nests tables in tables gets no more of them."""

    def __init__(self) -> None:
        self.left = 3 * STEPS_LIMIT  # 200 megapixels in tiles need some 6,000

    def take(self, count: int = 1) -> bool:
        """Whether that many steps were left; they are used up then."""
        self.left -= count
        return self.left >= 0


def _boxes(data: Bytes, start: int, end: int, steps: _Steps) -> Iterator[tuple[bytes, int, int]]:
    """(kind, start of content, end) of the boxes between start and end; the end may lie beyond `end` if cut."""
    at = start
    while steps.take():
        if at + 8 > end:
            return
        size, kind, head = _u(data, at, 4), bytes(data[at + 4 : at + 8]), 8
        if size == 1:
            size, head = _u(data, at + 8, 8), 16
        elif size == 0:
            size = end - at
        if size < head:
            return
        yield kind, at + head, at + size
        at += size


def _heif(data: Bytes) -> Layout:
    layout = Layout(end=len(data))
    meta = None
    flaw, walked, steps = "broken", 0, _Steps()
    for kind, start, end in _boxes(data, 0, len(data), steps):
        if kind == b"ftyp" and not layout.format:
            _heif_brand(bytes(data[start : min(end, start + 256)]), layout)
            if not layout.format:
                return layout
        elif not kind.strip().isalnum():
            break  # not a box: something was put behind the picture
        elif kind == b"meta" and meta is None:
            meta = (start, end)
        layout.name(_printable(kind))
        layout.jumbf = layout.jumbf or (kind == b"uuid" and data[start : start + 16] == C2PA_UUID)
        flaw = "cut" if end > len(data) else ""
        walked = min(end, len(data))
    layout.flaw, layout.end, layout.head_end = flaw, walked, walked
    if meta:
        _heif_meta(data, layout, meta[0] + 4, min(meta[1], len(data)))
    if not (layout.width and layout.height):
        layout.flaw = layout.flaw or "broken"
    return layout


def _heif_brand(brands: bytes, layout: Layout) -> None:
    major, all_brands = brands[:4], {brands[at : at + 4] for at in range(0, len(brands), 4) if at != 4}
    if all_brands & _AVIF_BRANDS:
        layout.other = "AVIF"
    elif major in _HEVC_BRANDS or major in _HEIF_BRANDS or all_brands & (_HEVC_BRANDS | {b"mif1"}):
        layout.format = "HEIC" if major == b"heic" else "HEIF"
        if major in _HEIF_BRANDS and b"heic" in all_brands:
            layout.format = "HEIC"
    else:
        layout.other = "video"


@dataclass
class _Meta:
    """The tables of a `meta` box."""

    primary: int = 0
    kinds: dict[int, bytes] = field(default_factory=dict)
    mimes: dict[int, bytes] = field(default_factory=dict)
    places: dict[int, list[tuple[int, int, int]]] = field(
        default_factory=dict
    )  # item → (method, offset, size)
    describes: dict[int, set[int]] = field(default_factory=dict)
    properties: list[tuple[bytes, int, int]] = field(default_factory=list)
    owns: dict[int, list[int]] = field(default_factory=dict)
    idat: tuple[int, int] = (0, 0)
    steps: _Steps = field(default_factory=_Steps)


def _heif_meta(data: Bytes, layout: Layout, start: int, end: int) -> None:
    meta = _Meta()
    for kind, at, box_end in _boxes(data, start, end, meta.steps):
        stop = min(box_end, end)
        if kind == b"pitm":
            meta.primary = _u(data, at + 4, 2 if _u(data, at, 1) == 0 else 4)
        elif kind == b"iinf":
            _heif_items(data, meta, at, stop)
        elif kind == b"iloc":
            _heif_places(data, meta, at, stop)
        elif kind == b"iref":
            _heif_references(data, meta, at, stop)
        elif kind == b"iprp":
            _heif_properties(data, meta, at, stop)
        elif kind == b"idat":
            meta.idat = (at, stop)
    _heif_picture(data, layout, meta)
    for item in _heif_described(meta, [i for i, kind in meta.kinds.items() if kind == b"Exif"]):
        block = _heif_item(data, meta, item)
        layout.add(layout.exif, _heif_exif(block))
    rdf = [i for i, mime in meta.mimes.items() if mime == b"application/rdf+xml"]
    for item in _heif_described(meta, rdf):
        layout.add(layout.xmp, _heif_item(data, meta, item))


def _heif_described(meta: _Meta, items: list[int]) -> list[int]:
    """Metadata items of the primary picture first; without any reference all of them."""
    own = [i for i in items if meta.primary in meta.describes.get(i, ())]
    return own or [i for i in items if i not in meta.describes] or items


def _heif_exif(block: bytes) -> bytes:
    skip = 4 + int.from_bytes(block[:4], "big")
    if block[skip : skip + 2] in (b"II", b"MM"):
        return block[skip:]
    found = re.search(rb"II\*\0|MM\0\*", block[:64])
    return block[found.start() :] if found else b""


def _heif_items(data: Bytes, meta: _Meta, at: int, stop: int) -> None:
    first = at + 4 + (2 if _u(data, at, 1) == 0 else 4)
    for kind, start, end in _boxes(data, first, stop, meta.steps):
        version = _u(data, start, 1)
        if kind != b"infe" or version < 2:
            continue
        wide = 2 if version == 2 else 4
        item, name_at = _u(data, start + 4, wide), start + 4 + wide + 2 + 4
        meta.kinds[item] = bytes(data[name_at - 4 : name_at])
        if meta.kinds[item] == b"mime":
            texts = bytes(data[name_at : min(end, name_at + 256)]).split(b"\0")
            meta.mimes[item] = texts[1] if len(texts) > 1 else b""


def _heif_places(data: Bytes, meta: _Meta, at: int, stop: int) -> None:
    version, sizes = _u(data, at, 1), _u(data, at + 4, 2)
    offset_size, length_size, base_size = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
    index_size = sizes & 15 if version else 0
    wide = 4 if version == 2 else 2
    count, at = _u(data, at + 6, wide), at + 6 + wide
    for _item in range(min(count, STEPS_LIMIT)):
        item, at = _u(data, at, wide), at + wide
        method = 0
        if version:
            method, at = _u(data, at, 2) & 15, at + 2
        base, at = _u(data, at + 2, base_size), at + 2 + base_size
        extents, at = _u(data, at, 2), at + 2
        if not meta.steps.take(1 + min(extents, 64)):
            return
        for _extent in range(min(extents, 64)):
            offset, at = _u(data, at + index_size, offset_size), at + index_size + offset_size
            size, at = _u(data, at, length_size), at + length_size
            meta.places.setdefault(item, []).append((method, base + offset, size))
        at += max(0, extents - 64) * (index_size + offset_size + length_size)
        if at > stop:
            return


def _heif_references(data: Bytes, meta: _Meta, at: int, stop: int) -> None:
    wide = 2 if _u(data, at, 1) == 0 else 4
    for kind, start, _end in _boxes(data, at + 4, stop, meta.steps):
        if kind != b"cdsc":
            continue
        item, count = _u(data, start, wide), _u(data, start + wide, 2)
        if not meta.steps.take(min(count, 64)):
            return
        first = start + wide + 2
        meta.describes[item] = {_u(data, first + n * wide, wide) for n in range(min(count, 64))}


def _heif_properties(data: Bytes, meta: _Meta, at: int, stop: int) -> None:
    for kind, start, end in _boxes(data, at, stop, meta.steps):
        if kind == b"ipco":
            meta.properties = list(_boxes(data, start, min(end, stop), meta.steps))
        elif kind == b"ipma":
            _heif_owners(data, meta, start, min(end, stop))


def _heif_owners(data: Bytes, meta: _Meta, at: int, stop: int) -> None:
    version, flags = _u(data, at, 1), _u(data, at + 3, 1)
    wide, size = (2 if version < 1 else 4), (2 if flags & 1 else 1)
    count, at = _u(data, at + 4, 4), at + 8
    for _item in range(min(count, STEPS_LIMIT)):
        if at >= stop:
            return
        item, many = _u(data, at, wide), _u(data, at + wide, 1)
        if not meta.steps.take(1 + many):
            return
        at += wide + 1
        mask = 0x7FFF if size == 2 else 0x7F
        meta.owns.setdefault(item, []).extend(_u(data, at + n * size, size) & mask for n in range(many))
        at += many * size


def _heif_picture(data: Bytes, layout: Layout, meta: _Meta) -> None:
    turns: list[str] = []
    for index in meta.owns.get(meta.primary, []):
        if not 1 <= index <= len(meta.properties):
            continue
        kind, at, _end = meta.properties[index - 1]
        if kind == b"ispe":
            layout.width, layout.height = _u(data, at + 4, 4), _u(data, at + 8, 4)
        elif kind == b"irot":
            turns.append(f"irot{_u(data, at, 1) & 3}")
        elif kind == b"imir":
            turns.append(f"imir{_u(data, at, 1) & 1}")
    layout.turn = orientation_of(turns) if turns else None


# Where an orientation puts the picture's right-pointing and down-pointing axis.
_ORIENTATIONS = {
    (1, 0, 0, 1): 1, (-1, 0, 0, 1): 2, (-1, 0, 0, -1): 3, (1, 0, 0, -1): 4,
    (0, 1, 1, 0): 5, (0, -1, 1, 0): 6, (0, -1, -1, 0): 7, (0, 1, -1, 0): 8,
}  # fmt: skip
_TURNS = {
    "irot0": (1, 0, 0, 1), "irot1": (0, 1, -1, 0), "irot2": (-1, 0, 0, -1), "irot3": (0, -1, 1, 0),
    "imir0": (-1, 0, 0, 1), "imir1": (1, 0, 0, -1),
}  # fmt: skip


def orientation_of(turns: list[str]) -> int:
    """EXIF orientation (1–8) that HEIF's turns, in their order, amount to.

    turns: "irot0".."irot3" (quarter turns anticlockwise), "imir0" (left and right mirrored), "imir1" (up and down).
    """
    a, b, c, d = 1, 0, 0, 1
    for turn in turns:
        e, f, g, h = _TURNS[turn]
        a, b, c, d = e * a + f * c, e * b + f * d, g * a + h * c, g * b + h * d
    return _ORIENTATIONS[(a, b, c, d)]


def _heif_item(data: Bytes, meta: _Meta, item: int) -> bytes:
    parts: list[bytes] = []
    left = BLOCK_LIMIT
    for method, offset, size in meta.places.get(item, [])[:64]:
        base, limit = meta.idat if method == 1 else (0, len(data))
        start = min(base + offset, limit)
        stop = min(limit, start + (size or limit), start + left)
        if method > 1 or stop <= start:
            continue
        parts.append(bytes(data[start:stop]))
        left -= stop - start
    return b"".join(parts)
