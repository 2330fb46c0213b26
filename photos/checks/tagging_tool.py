"""[pure] Was the position written by a tagging tool instead of the camera?

Failed only where the tool names itself. Its shape alone is a warning: some honest programs write the same way.
docs/checks/tagging_tool.md says how the shapes were learned.
"""

from collections.abc import Iterator

from photos.editors import tags_positions
from photos.evidence import CheckOutcome, Evidence
from places.earth import metres_between
from places.message import mark as _
from places.message import message, sentences

CODE = "tagging_tool"
TIER = "door"
RULE = 2
LIMITS = {
    "rich_tags": 15.0,  # a camera's EXIF has more tags than this; its position then has company too
    "apart_m": 100.0,  # between the positions of EXIF and XMP: more is not rounding
}

SENTENCES = sentences(
    {
        "tagging_tool.camera": _("Tidak ada tanda bahwa koordinat ditulis oleh alat lain."),
        "tagging_tool.no_position": _("Tidak bisa diperiksa: file tanpa koordinat."),
        "tagging_tool.named": _(
            "Koordinat ditulis oleh alat penanda lokasi (%(tool)s), bukan oleh kamera. Kirim file asli dari galeri, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "tagging_tool.touched": _(
            "Keterangan file ditulis ulang dengan %(tool)s. Kirim file asli dari galeri bila masih ada."
        ),
        "tagging_tool.two_places": _(
            "File ini menyebut dua tempat yang berjarak %(distance_m)s: koordinat kamera (EXIF) dan keterangan tambahan (XMP). "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "tagging_tool.shape": _(
            "Keterangan file tersusun seperti ditulis %(tool)s, bukan seperti oleh kamera. Kirim file asli dari galeri "
            "bila masih ada."
        ),
        "tagging_tool.bare": _(
            "Koordinat berdiri sendiri, tanpa waktu, tinggi, maupun arah GPS yang biasa ditulis telepon: mungkin ditambahkan "
            "kemudian. Kirim file asli dari galeri bila masih ada."
        ),
        "tagging_tool.beside": _(
            "Koordinat hanya ada di keterangan tambahan (XMP), yang tidak ditulis kamera. Kirim file asli dari galeri "
            "bila masih ada."
        ),
    }
)

# Where tools name themselves: (source, tag).
_NAMES = (
    ("exif", "Software"), ("exif", "ProcessingSoftware"), ("exif", "HostComputer"), ("exif", "UserComment"),
    ("xmp", "CreatorTool"), ("xmp", "Software"), ("xmp", "HistorySoftwareAgent"), ("iptc", "OriginatingProgram"),
    ("server", "Comment"),
)  # fmt: skip
_COORDINATES = frozenset(range(5))  # GPSVersionID, latitude, longitude and their letters
_CREATED = frozenset(
    {0x9000, 0x9101, 0xA000, 0xA001}
)  # what exiftool adds to an Exif directory that it makes
_EXPOSURE = frozenset({0x829A, 0x829D, 0x8827, 0xA002, 0xA003})  # and what a camera never leaves out


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the tool, or the metres between two places. Failed if a tool names itself, warning for its shape."""
    position = evidence.facts.position
    if position is None:
        missing = ("exif:GPSLatitude", "exif:GPSLongitude")
        return CheckOutcome(CODE, "unknown", message("tagging_tool.no_position"), cites=missing)
    for text, cites in _named(evidence):
        said = message("tagging_tool.named", tool=text[:80])
        return CheckOutcome(CODE, "failed", said, text[:80], cites=(*cites, *evidence.position_facts))
    apart = _too_far_apart(evidence)
    if apart is not None:
        limit = evidence.limit(CODE, "apart_m", LIMITS["apart_m"])
        cites = (*evidence.position_facts, *evidence.keys("GPSLatitude", "GPSLongitude", source="xmp"))
        said = message("tagging_tool.two_places", distance_m=apart)
        return CheckOutcome(CODE, "warning", said, apart, limit, cites)
    for code, tool, names in _shapes(evidence):
        cites = (*evidence.keys(*names, source="server"), *evidence.position_facts)
        return CheckOutcome(CODE, "warning", message(f"tagging_tool.{code}", tool=tool), tool, cites=cites)
    cites = (*evidence.keys("ByteOrder", "ExifTags", "GPSTags", source="server"), *evidence.position_facts)
    return CheckOutcome(CODE, "passed", message("tagging_tool.camera"), cites=cites)


def _named(evidence: Evidence) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names of tools, and exiftool's mark in the XMP packet whose position is not the camera's."""
    for source, name in _NAMES:
        text = evidence.facts.value(name, source)
        if isinstance(text, str) and tags_positions(text):
            yield text, (f"{source}:{name}",)
    toolkit = evidence.facts.structure.xmp_toolkit
    if tags_positions(toolkit) and _is_not_the_cameras(evidence):
        yield toolkit, ("server:XMPToolkit", "xmp:GPSLatitude", "xmp:GPSLongitude")


def _is_not_the_cameras(evidence: Evidence) -> bool:
    """Whether XMP's position is another than EXIF's, or stands in a camera's full file that has none in EXIF.

    One that repeats EXIF's, or in a picture without camera, may be an honest copy.
    """
    facts, position = evidence.facts, evidence.facts.position
    if position and position.source == "xmp":
        rich = evidence.limit(CODE, "rich_tags", LIMITS["rich_tags"])
        return bool(facts.camera.make) and (facts.maker_note or len(facts.structure.exif_tags) >= rich)
    return _too_far_apart(evidence) is not None


def _too_far_apart(evidence: Evidence) -> float | None:
    """Metres between the positions of EXIF and XMP where they are two places, else None."""
    position = evidence.facts.position
    lon, lat = (evidence.facts.value(name, "xmp") for name in ("GPSLongitude", "GPSLatitude"))
    if position is None or not (isinstance(lon, int | float) and isinstance(lat, int | float)):
        return None
    if position.source != "exif" or abs(lat) > 90 or abs(lon) > 180:
        return None
    apart = round(metres_between((position.lon, position.lat), (float(lon), float(lat))), 2)
    return apart if apart > evidence.limit(CODE, "apart_m", LIMITS["apart_m"]) else None


def _shapes(evidence: Evidence) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(sentence, tool, what shows it), the surest first."""
    structure, facts = evidence.facts.structure, evidence.facts
    exif, gps = set(structure.exif_tags), set(structure.gps_tags)
    if structure.byte_order == "MM" and "GPS" in structure.unterminated:
        yield "shape", "piexif", ("ByteOrder", "Unterminated", "GPSTags")
    if structure.byte_order == "MM" and exif >= _CREATED and not exif & _EXPOSURE:
        yield "shape", "exiftool", ("ByteOrder", "ExifTags", "GPSTags")
    if tags_positions(structure.xmp_toolkit):
        yield "touched", "exiftool", ("XMPToolkit",)
    if exif and gps and 0x9000 not in exif and facts.camera.make:
        yield "shape", "piexif, exiv2", ("ExifTags", "GPSTags")
    if facts.position and facts.position.source == "xmp" and facts.camera.make:
        yield "beside", "XMP", ("XMPToolkit",)
    rich = evidence.limit(CODE, "rich_tags", LIMITS["rich_tags"])
    if gps and gps <= _COORDINATES and len(exif) >= rich:
        yield "bare", "", ("GPSTags", "ExifTags")
