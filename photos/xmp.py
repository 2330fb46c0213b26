"""[pure] The few XMP properties that say where and when: read with the entity-proof XML parser, bounded."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

PACKET_LIMIT = 512_000  # bytes of a packet that are parsed; more is not parsed at all

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PREFIXES = {
    "{http://ns.adobe.com/exif/1.0/}": "exif",
    "{http://ns.adobe.com/tiff/1.0/}": "tiff",
    "{http://ns.adobe.com/xap/1.0/}": "xmp",
    "{http://ns.adobe.com/photoshop/1.0/}": "photoshop",
}
WANTED = {
    "exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSAltitude", "exif:GPSAltitudeRef", "exif:GPSTimeStamp",
    "exif:GPSHPositioningError", "exif:DateTimeOriginal", "exif:DateTimeDigitized", "photoshop:DateCreated",
    "xmp:CreateDate", "xmp:CreatorTool", "tiff:Make", "tiff:Model", "tiff:Orientation", "tiff:Software",
}  # fmt: skip


def properties_of(packet: bytes) -> tuple[dict[str, str], str]:
    """The wanted properties of an XMP packet by name ("exif:GPSLatitude"), and "" or why it cannot be read.

    Reasons: "too_large", "malformed".
    """
    if len(packet) > PACKET_LIMIT:
        return {}, "too_large"
    try:
        root = fromstring(packet.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError):
        return {}, "malformed"
    found: dict[str, str] = {}
    if toolkit := root.get("{adobe:ns:meta/}xmptk"):
        found["x:xmptk"] = toolkit.strip()[:200]
    for rdf in root.iter(_RDF + "RDF"):
        for description in rdf.findall(_RDF + "Description"):
            for name, value in _pairs(description):
                if name in WANTED:
                    found.setdefault(name, value.strip()[:1_000])
    return found, ""


def _pairs(description: Element) -> Iterator[tuple[str, str]]:
    for key, value in description.attrib.items():
        yield _name(key), value
    for child in description:
        if isinstance(child.tag, str):
            yield _name(child.tag), child.text or ""


def _name(key: str) -> str:
    namespace, brace, local = key.rpartition("}")
    return f"{_PREFIXES.get(namespace + brace, '?')}:{local}"


def degrees_of(text: str, letters: str) -> tuple[float | None, str]:
    """Degrees of XMP's "8,12.345S" or "8,12,20.7S" and "" or why not: "missing_ref", "not_a_number".

    letters: the positive and the negative letter, "NS" or "EW".
    """
    match = re.fullmatch(
        r"\s*(\d{1,3}(?:\.\d{1,15})?)(?:,(\d{1,2}(?:\.\d{1,15})?))?(?:,(\d{1,2}(?:\.\d{1,15})?))?\s*([A-Za-z]?)\s*",
        text,
    )
    if match is None:
        return None, "not_a_number"
    degrees, minutes, seconds, letter = match.groups()
    if letter.upper() not in tuple(letters):
        return None, "missing_ref"
    value = float(degrees) + (float(minutes or 0) + float(seconds or 0) / 60) / 60
    return (-value if letter.upper() == letters[1] else value), ""
