"""Files as tagging tools and editors leave them, for tests: the shapes alone, learned from the tools byte by byte."""

import struct

from tests.photos.camera import ASCII, RATIONAL, Tags, dms, segment

XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"


def piexif_block(lon: float, lat: float, model: str = "SM-A546E", at: str = "2026:11:24 09:15:00") -> bytes:
    """A TIFF block as piexif 1.1.3 writes it: big-endian, only IFD0 names a next directory, values unpadded."""
    root: Tags = {0x010F: (ASCII, "samsung"), 0x0110: (ASCII, model)}
    exif: Tags = {0x9003: (ASCII, at)}
    gps: Tags = {
        1: (ASCII, "S" if lat < 0 else "N"),
        2: (RATIONAL, dms(lat)),
        3: (ASCII, "W" if lon < 0 else "E"),
        4: (RATIONAL, dms(lon)),
    }
    place = 8 + 2 + 12 * 4 + 4 + sum(len(_packed(tag)) for tag in root.values() if len(_packed(tag)) > 4)
    second = place + len(_unterminated(exif, place))
    pointers = {0x8769: place, 0x8825: second}
    head = b"MM\0*" + struct.pack(">I", 8)
    return head + _root(root, pointers) + _unterminated(exif, place) + _unterminated(gps, second)


def _packed(tag: tuple[int, object]) -> bytes:
    kind, value = tag
    if kind == ASCII:
        return str(value).encode() + b"\0"
    assert isinstance(value, list)
    return struct.pack(f">{2 * len(value)}I", *(part for pair in value for part in pair))


def _entries(tags: Tags, values_at: int) -> tuple[bytes, bytes]:
    entries, values = b"", b""
    for number, tag in sorted(tags.items()):
        content = _packed(tag)
        count = len(content) if tag[0] == ASCII else len(content) // 8
        place = struct.pack(">I", values_at + len(values)) if len(content) > 4 else content.ljust(4, b"\0")
        values += content if len(content) > 4 else b""
        entries += struct.pack(">HHI", number, tag[0], count) + place
    return entries, values


def _unterminated(tags: Tags, at: int) -> bytes:
    entries, values = _entries(tags, at + 2 + 12 * len(tags))
    return struct.pack(">H", len(tags)) + entries + values


def _root(tags: Tags, pointers: dict[int, int]) -> bytes:
    count = len(tags) + len(pointers)
    entries, values = _entries(tags, 8 + 2 + 12 * count + 4)
    for number, place in pointers.items():
        entries += struct.pack(">HHII", number, 4, 1, place)
    return struct.pack(">H", count) + entries + bytes(4) + values


def with_photoshop(file: bytes, *resources: int) -> bytes:
    """The JPEG with Photoshop's APP13 block that holds resources of these numbers."""
    content = b"".join(b"8BIM" + struct.pack(">HHI", number, 0, 2) + b"\0\1" for number in resources)
    return file[:2] + segment(0xED, b"Photoshop 3.0\0" + content) + file[2:]


def with_ducky(file: bytes) -> bytes:
    """The JPEG with the block that Photoshop's "Save for Web" writes."""
    return file[:2] + segment(0xEC, b"Ducky\0\1\0\4\0\0\0\x3c\0\0") + file[2:]


def packet(properties: str, toolkit: str = "", lists: str = "") -> bytes:
    """An XMP packet; properties: attributes as written, toolkit: the program that built it, lists: child elements."""
    mark = f' x:xmptk="{toolkit}"' if toolkit else ""
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"{mark}><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmp="http://ns.adobe.com/xap/1.0/"'
        ' xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"'
        f" {properties}>{lists}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


HISTORY = (
    "<xmpMM:History><rdf:Seq>"
    '<rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Photoshop Lightroom 12.0"/></rdf:Seq></xmpMM:History>'
)
