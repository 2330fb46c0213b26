"""[pure] How a picture file is built: its segments in order, its tables, its tag directories and where they lie.

Cameras, editors, messengers and tagging tools each build files in their own way; the checks judge it, this module
only says what is there. Works on the walk already done (`containers.Layout`), never raises for what the bytes say.
"""

import struct
import zlib
from dataclasses import dataclass, field

from photos.containers import Layout
from photos.iptc import resources_of
from photos.tiff import Entry, Tiff

TAGS_LIMIT = 400  # of one directory that are listed
COMMENT_LIMIT = 1_000  # characters

_POINTER_EXIF, _POINTER_GPS, _POINTER_INTEROP = 0x8769, 0x8825, 0xA005
_MAKER_NOTE, _THUMBNAIL_AT, _THUMBNAIL_SIZE = 0x927C, 0x0201, 0x0202


@dataclass(frozen=True)
class Structure:
    """What a file's build shows. Empty where the format has no such thing or nothing was found.

    byte_order: "II" or "MM". segments: JPEG segments up to the picture data in file order ("APP1:Exif", "APP2:MPF",
    "DQT", "SOF0", …), else names of chunks or boxes, repeats taken together. quantisation: tables of 64 numbers by
    their id, in natural (row by row) order. huffman_standard: None unless there are tables. *_tags: tag numbers in
    file order. offsets: where directories, MakerNote and thumbnail lie in the EXIF block, by place, ("IFD0", 8)
    first. unterminated: directories that lack the pointer to a next one, whose values start in its place (piexif).
    resources: numbers of Photoshop's resources in APP13. thumbnail: (offset, size) in the EXIF block. trailer: ""
    (none), "motion_photo", "mpf", "samsung", "jpeg", "padding" or "other".
    """

    byte_order: str = ""
    segments: tuple[str, ...] = ()
    quantisation: tuple[tuple[int, ...], ...] = ()
    progressive: bool = False
    subsampling: str = ""
    huffman_standard: bool | None = None
    ifd0_tags: tuple[int, ...] = ()
    exif_tags: tuple[int, ...] = ()
    gps_tags: tuple[int, ...] = ()
    interop_tags: tuple[int, ...] = ()
    ifd1_tags: tuple[int, ...] = ()
    offsets: tuple[tuple[str, int], ...] = ()
    unterminated: tuple[str, ...] = ()
    has_ifd1: bool = False
    thumbnail: tuple[int, int] | None = None
    jumbf: bool = False
    resources: tuple[int, ...] = ()
    xmp_toolkit: str = ""
    comment: str = ""
    trailer: str = ""

    @property
    def has_interop(self) -> bool:
        """Whether an Interoperability directory is there, as cameras write it and few tools do."""
        return bool(self.interop_tags)

    def lies_after(self, name: str, other: str) -> bool | None:
        """Whether one of `offsets` lies behind another; None unless both are there: ("GPS", "MakerNote")."""
        at = dict(self.offsets)
        return at[name] > at[other] if name in at and other in at else None


@dataclass
class Directories:
    """The tag directories of one EXIF block. by_name: IFD0, Exif, GPS, Interop, IFD1 → (offset, entries)."""

    tiff: Tiff
    by_name: dict[str, tuple[int, dict[int, Entry]]] = field(default_factory=dict)

    def entries(self, name: str) -> dict[int, Entry]:
        """Entries of a directory by tag, in file order; none if the directory is not there."""
        return self.by_name.get(name, (0, {}))[1]

    def open(self, name: str, offset: int) -> dict[int, Entry] | None:
        """Read a directory and keep it; None if there is none, or it was read before."""
        found = self.tiff.directory(offset)
        if found is not None:
            self.by_name[name] = (offset, found)
        return found

    def follow(self, name: str, owner: str, pointer: int) -> dict[int, Entry] | None:
        """Read the directory that a pointer tag of another one names."""
        entry = self.entries(owner).get(pointer)
        numbers = self.tiff.numbers(entry) if entry else []
        return self.open(name, int(numbers[0][0])) if numbers and isinstance(numbers[0][0], int) else None


def directories_of(block: bytes) -> Directories | None:
    """All directories of an EXIF block; None if it has not even a first one."""
    found = Directories(Tiff(block))
    if found.open("IFD0", found.tiff.first) is None:
        return None
    found.follow("Exif", "IFD0", _POINTER_EXIF)
    found.follow("GPS", "IFD0", _POINTER_GPS)
    found.follow("Interop", "Exif", _POINTER_INTEROP)
    if following := found.tiff.next_of(found.tiff.first):
        found.open("IFD1", following)
    return found


def structure_of(layout: Layout, directories: Directories | None, xmp_toolkit: str = "") -> Structure:
    """What the walk and the directories show."""
    thumbnail = _thumbnail_place(directories) if directories else None
    tags = {
        name: tuple(directories.entries(name))[:TAGS_LIMIT] if directories else ()
        for name in ("IFD0", "Exif", "GPS", "Interop", "IFD1")
    }
    return Structure(
        byte_order=directories.tiff.block[:2].decode("latin-1") if directories else "",
        segments=tuple(layout.segments),
        quantisation=_quantisation(layout.tables["DQT"]),
        progressive=layout.frame[:1] in (b"\xc2", b"\xc6", b"\xca", b"\xce"),
        subsampling=_subsampling(layout.frame),
        huffman_standard=_huffman_standard(layout.tables["DHT"]),
        ifd0_tags=tags["IFD0"],
        exif_tags=tags["Exif"],
        gps_tags=tags["GPS"],
        interop_tags=tags["Interop"],
        ifd1_tags=tags["IFD1"],
        offsets=_offsets(directories, thumbnail) if directories else (),
        unterminated=_unterminated(directories) if directories else (),
        has_ifd1=bool(directories and "IFD1" in directories.by_name),
        thumbnail=thumbnail,
        jumbf=layout.jumbf,
        resources=resources_of(layout.iptc),
        xmp_toolkit=xmp_toolkit,
        comment=_comment(layout.comment),
        trailer=layout.trailer,
    )


def thumbnail_of(layout: Layout) -> bytes:
    """Bytes of the embedded thumbnail (of EXIF's IFD1), b"" if there is none."""
    for block in layout.exif:
        directories = directories_of(block)
        if directories:
            place = _thumbnail_place(directories)
            return block[place[0] : sum(place)] if place else b""
    return b""


def _thumbnail_place(directories: Directories) -> tuple[int, int] | None:
    entries, tiff = directories.entries("IFD1"), directories.tiff
    numbers = [
        tiff.numbers(entries[tag]) if tag in entries else [] for tag in (_THUMBNAIL_AT, _THUMBNAIL_SIZE)
    ]
    if not all(numbers):
        return None
    at, size = (pairs[0][0] for pairs in numbers)
    inside = isinstance(at, int) and isinstance(size, int) and at >= 8 and 0 < size <= len(tiff.block) - at
    return (int(at), int(size)) if inside else None


def _offsets(directories: Directories, thumbnail: tuple[int, int] | None) -> tuple[tuple[str, int], ...]:
    places = {name: at for name, (at, _entries) in directories.by_name.items()}
    note = directories.entries("Exif").get(_MAKER_NOTE)
    if note and not note.flaw and note.size > 4:
        places["MakerNote"] = note.at
    if thumbnail:
        places["Thumbnail"] = thumbnail[0]
    return tuple(sorted(places.items(), key=lambda place: place[1]))


def _unterminated(directories: Directories) -> tuple[str, ...]:
    """Directories whose first value lies right behind their last entry, where four bytes name the next one."""
    found = []
    for name, (at, entries) in directories.by_name.items():
        values = [entry.at for entry in entries.values() if entry.size > 4 and not entry.flaw]
        if values and min(values) == at + 2 + 12 * len(entries):
            found.append(name)
    return tuple(found)


def _comment(content: bytes) -> str:
    return content[:COMMENT_LIMIT].decode("utf-8", "replace").replace("\0", "").strip()


# JPEG's tables ---------------------------------------------------------------------------------------------

# Natural place of each number of a table, which is written in zigzag (ITU-T T.81, figure A.6).
_ZIGZAG = sorted(
    range(64), key=lambda at: (at // 8 + at % 8, (at // 8 if (at // 8 + at % 8) % 2 else at % 8))
)
_NATURAL = [_ZIGZAG.index(at) for at in range(64)]

# CRC-32 of the tables of ITU-T T.81, annex K.3, by class and id; most cameras write them, optimisers never.
_STANDARD_HUFFMAN = {0x00: 0x9898900E, 0x10: 0x06F8F02E, 0x01: 0x57A406EB, 0x11: 0xA1415F28}


def _quantisation(segments: list[bytes]) -> tuple[tuple[int, ...], ...]:
    tables: dict[int, tuple[int, ...]] = {}
    for content in segments:
        at = 0
        while at < len(content):
            wide, number = content[at] >> 4, content[at] & 15
            form = ">64H" if wide else ">64B"
            if wide > 1 or at + 1 + struct.calcsize(form) > len(content):
                break
            written = struct.unpack_from(form, content, at + 1)
            tables[number] = tuple(written[place] for place in _NATURAL)
            at += 1 + struct.calcsize(form)
    return tuple(tables[number] for number in sorted(tables))


def _huffman_standard(segments: list[bytes]) -> bool | None:
    tables: dict[int, int] = {}
    for content in segments:
        at = 0
        while at + 17 <= len(content):
            size = 16 + sum(content[at + 1 : at + 17])
            tables[content[at]] = zlib.crc32(content[at + 1 : at + 1 + size])
            at += 1 + size
    if not tables:
        return None
    return all(_STANDARD_HUFFMAN.get(name) == crc for name, crc in tables.items())


_SUBSAMPLINGS = {
    (1, 1): "4:4:4", (2, 1): "4:2:2", (2, 2): "4:2:0", (1, 2): "4:4:0", (4, 1): "4:1:1", (4, 2): "4:1:0",
}  # fmt: skip


def _subsampling(frame: bytes) -> str:
    """Of the frame header (marker, then precision, height, width, components): "4:2:0", "grey", or "2x1 1x2 1x1"."""
    count = frame[6] if len(frame) > 6 else 0
    factors = [(n >> 4, n & 15) for n in frame[8 : 7 + 3 * count : 3]]
    if len(factors) == 1:
        return "grey"
    if len(factors) == 3 and factors[1] == factors[2] == (1, 1) and factors[0] in _SUBSAMPLINGS:
        return _SUBSAMPLINGS[factors[0]]
    return " ".join(f"{h}x{v}" for h, v in factors[:4])
