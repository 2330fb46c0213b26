"""[pure] The XMP properties that say where, when and by what: read with the entity-proof XML parser, bounded."""

import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

PACKET_LIMIT = 512_000  # bytes of a packet that are parsed; more is not parsed at all
VALUE_LIMIT = 1_000  # characters of one value
LISTED_LIMIT = 50  # entries of a list that are looked at
_DEPTH_LIMIT = 8  # of elements below a property

_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_PREFIXES = {
    "{http://ns.adobe.com/exif/1.0/}": "exif",
    "{http://ns.adobe.com/tiff/1.0/}": "tiff",
    "{http://ns.adobe.com/xap/1.0/}": "xmp",
    "{http://ns.adobe.com/photoshop/1.0/}": "photoshop",
    "{http://ns.adobe.com/xap/1.0/mm/}": "xmpMM",
    "{http://ns.adobe.com/xap/1.0/sType/ResourceEvent#}": "stEvt",
    "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}": "Iptc4xmpExt",
    "{http://ns.google.com/photos/1.0/panorama/}": "GPano",
    "{http://ns.google.com/photos/1.0/camera/}": "GCamera",
    "{http://ns.adobe.com/exif/1.0/aux/}": "aux",
    "{http://cipa.jp/exif/1.0/}": "exifEX",
}
_LISTS = {  # properties whose entries are kept together, by the field that is kept and the name it gets
    "xmpMM:History": {
        "stEvt:softwareAgent": "xmpMM:HistorySoftwareAgent",
        "stEvt:action": "xmpMM:HistoryAction",
        "stEvt:when": "xmpMM:HistoryWhen",
    },
    "Iptc4xmpExt:LocationCreated": {
        "exif:GPSLatitude": "Iptc4xmpExt:LocationCreatedGPSLatitude",
        "exif:GPSLongitude": "Iptc4xmpExt:LocationCreatedGPSLongitude",
        "exif:GPSAltitude": "Iptc4xmpExt:LocationCreatedGPSAltitude",
        "Iptc4xmpExt:City": "Iptc4xmpExt:LocationCreatedCity",
        "Iptc4xmpExt:Sublocation": "Iptc4xmpExt:LocationCreatedSublocation",
        "Iptc4xmpExt:CountryName": "Iptc4xmpExt:LocationCreatedCountryName",
    },
}
WANTED = {
    "exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSAltitude", "exif:GPSAltitudeRef", "exif:GPSTimeStamp",
    "exif:GPSHPositioningError", "exif:GPSDOP", "exif:GPSSpeed", "exif:GPSSpeedRef", "exif:GPSImgDirection",
    "exif:GPSImgDirectionRef", "exif:GPSMapDatum", "exif:DateTimeOriginal", "exif:DateTimeDigitized",
    "exif:UserComment", "exif:ImageUniqueID", "exifEX:LensModel", "aux:SerialNumber", "photoshop:DateCreated",
    "photoshop:City", "photoshop:Country", "xmp:CreateDate", "xmp:ModifyDate", "xmp:MetadataDate", "xmp:CreatorTool",
    "xmpMM:DocumentID", "xmpMM:OriginalDocumentID", "xmpMM:InstanceID", "tiff:Make", "tiff:Model", "tiff:Orientation",
    "tiff:Software", "GPano:ProjectionType", "GPano:UsePanoramaViewer", "GCamera:MotionPhoto", "GCamera:MicroVideo",
}  # fmt: skip


def properties_of(packet: bytes) -> tuple[dict[str, str], str]:
    """The wanted properties of an XMP packet by name ("exif:GPSLatitude"), and "" or why it cannot be read.

    Fields of lists are named as exiftool names them ("xmpMM:HistorySoftwareAgent"), different values joined by
    "; "; the packet's writer is "x:xmptk". Reasons: "too_large", "malformed".
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
            _take(description, found)
    return found, ""


def _take(description: Element, found: dict[str, str]) -> None:
    for name, value, element in _pairs(description):
        if name in _LISTS and element is not None:
            _take_list(element, _LISTS[name], found)
        elif name in WANTED:
            text = value.strip() or (_first_text(element) if element is not None else "")
            found.setdefault(name, text[:VALUE_LIMIT])


def _pairs(description: Element) -> Iterator[tuple[str, str, Element | None]]:
    """(name, text, element) of what is said in attributes and in child elements."""
    for key, value in description.attrib.items():
        yield _name(key), value, None
    for child in description:
        if isinstance(child.tag, str):
            yield _name(child.tag), child.text or "", child


def _first_text(element: Element) -> str:
    """The first text of a property that is a list or a choice of languages."""
    for depth in range(_DEPTH_LIMIT):
        if len(element) == 0:
            return (element.text or "").strip() if depth else ""
        element = element[0]
    return ""


def _take_list(element: Element, fields: dict[str, str], found: dict[str, str]) -> None:
    """Fields of the structures in a list, wherever RDF puts them: in attributes, children, or a Description."""
    kept: dict[str, list[str]] = {}
    for structure in _structures(element, 0):
        for name, value, child in _pairs(structure):
            if name in fields:
                text = value.strip() or (_first_text(child) if child is not None else "")
                values = kept.setdefault(fields[name], [])
                if text and text not in values and len(values) < LISTED_LIMIT:
                    values.append(text)
    for name, values in kept.items():
        found.setdefault(name, "; ".join(values)[:VALUE_LIMIT])


def _structures(element: Element, depth: int) -> Iterator[Element]:
    yield element
    if depth < _DEPTH_LIMIT:
        for child in element[:LISTED_LIMIT]:
            if child.tag in _CONTAINERS:
                yield from _structures(child, depth + 1)


_CONTAINERS = {_RDF + name for name in ("Bag", "Seq", "Alt", "li", "Description")}


def _name(key: str) -> str:
    namespace, brace, local = key.rpartition("}")
    return f"{_PREFIXES.get(namespace + brace, '?')}:{local}"


_DEGREES = re.compile(
    r"\s*([+-]?)(\d{1,3}(?:\.\d{1,15})?)(?:,(\d{1,2}(?:\.\d{1,15})?))?(?:,(\d{1,2}(?:\.\d{1,15})?))?\s*([A-Za-z]?)\s*",
    re.ASCII,
)


def degrees_of(text: str, letters: str) -> tuple[float | None, str]:
    """Degrees of XMP's "8,12.345S" or "8,12,20.7S" and "" or why not: "missing_ref", "not_a_number".

    letters: the positive and the negative letter, "NS" or "EW". Without a valid one the value is the magnitude.
    """
    match = _DEGREES.fullmatch(text)
    if match is None:
        return None, "not_a_number"
    sign, degrees, minutes, seconds, letter = match.groups()
    value = float(degrees) + (float(minutes or 0) + float(seconds or 0) / 60) / 60
    if sign or letter.upper() not in tuple(letters):
        return value, "missing_ref"
    return (-value if letter.upper() == letters[1] else value), ""
