"""[pure] Did a program change the picture after the camera wrote it?

Failed only where an editor names itself or leaves its own blocks. Programs that turn, crop or compress again, and
files that their stated camera would have written otherwise, are warnings: they were saved again, not forged.
"""

from collections.abc import Iterator
from datetime import timedelta

from photos.editors import kind_of, program_of_tables
from photos.evidence import CheckOutcome, Evidence, Status, whole_hours
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "edited"
TIER = "door"
RULE = 2
LIMITS = {"modified_min": 60.0}  # minutes from the shot to the last change that mean nothing

SENTENCES = sentences(
    {
        "edited.clean": _("Tidak ada tanda penyuntingan."),
        "edited.editor": _(
            "File ini ditulis oleh aplikasi penyunting (%(program)s). Kirim file asli dari galeri, atau ambil ulang foto."
        ),
        "edited.blocks": _(
            "File ini memuat bagian yang hanya ditulis Photoshop (%(blocks)s). Kirim file asli dari galeri, "
            "atau ambil ulang foto."
        ),
        "edited.tables": _(
            "Gambar dikompresi seperti oleh %(program)s, bukan seperti oleh kamera. Kirim file asli dari galeri."
        ),
        "edited.viewer": _(
            "File ini disimpan ulang oleh %(program)s. Kirim file asli dari galeri bila masih ada."
        ),
        "edited.changed": _(
            "File ini terakhir diubah %(modified_at)s, padahal fotonya bertanggal %(taken_at)s. "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "edited.digitized": _(
            "Kamera mencatat dua waktu yang berbeda di dalam file: %(taken_at)s dan %(digitized_at)s. "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "edited.resized": _(
            "Gambar berukuran %(now)s piksel, padahal kamera mencatat %(then)s: sudah diperkecil atau dipotong. "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "edited.no_note": _(
            "File ini sudah disimpan ulang: catatan pabrik (MakerNote), yang selalu ditulis %(camera)s, tidak ada lagi. "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "edited.progressive": _(
            "File ini sudah disimpan ulang: gambarnya JPEG progresif, yang tidak ditulis kamera. "
            "Kirim file asli dari galeri bila masih ada."
        ),
        "edited.nothing": _("Tidak bisa diperiksa: file tanpa keterangan apa pun."),
    }
)

# Where programs name themselves: (source, tag).
_NAMES = (
    ("exif", "Software"), ("exif", "ProcessingSoftware"), ("xmp", "CreatorTool"), ("xmp", "Software"),
    ("xmp", "HistorySoftwareAgent"), ("iptc", "OriginatingProgram"), ("server", "Comment"),
)  # fmt: skip
_PHOTOSHOP_IDS = ("DocumentID", "InstanceID", "OriginalDocumentID")
# Photoshop's resources in APP13 that others do not write; 0x0404 (IPTC) and 0x0425 are written by many.
_PHOTOSHOP_RESOURCES = frozenset({0x03F3, 0x0406, 0x040C, 0x0414, 0x041A, 0x0421})
# Makers whose cameras always write a MakerNote, by the beginning of their name.
_ALWAYS_NOTE = ("canon", "nikon", "sony", "panasonic", "olympus", "fujifilm", "pentax")

Finding = tuple[Status, Message, str | float | None, str | float | None, tuple[str, ...]]


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the program, blocks, minutes or pixels found; limit: minutes or pixels, where there is one."""
    for status, said, measured, limit, cites in _findings(evidence):
        return CheckOutcome(CODE, status, said, measured, limit, cites)
    looked_at = tuple(key for source, name in _NAMES for key in evidence.keys(name, source=source))
    cites = (*looked_at, *evidence.keys("Segments", "Quantisation", source="server"))
    if not evidence.facts.facts:
        return CheckOutcome(CODE, "unknown", message("edited.nothing"), cites=cites)
    return CheckOutcome(CODE, "passed", message("edited.clean"), cites=cites)


def _findings(evidence: Evidence) -> Iterator[Finding]:
    """What tells of a change, failures first."""
    named = list(_named(evidence))
    for kind, said, program, cites in named:
        if kind == "editor":
            yield "failed", said, program, None, cites
    yield from _blocks(evidence)
    for kind, said, program, cites in named:
        if kind != "editor":
            yield "warning", said, program, None, cites
    yield from _tables(evidence)
    yield from _modified(evidence)
    yield from _resized(evidence)
    yield from _resaved(evidence)


def _named(evidence: Evidence) -> Iterator[tuple[str, Message, str, tuple[str, ...]]]:
    for source, name in _NAMES:
        text = evidence.facts.value(name, source)
        kind = kind_of(text) if isinstance(text, str) else None
        if kind and isinstance(text, str):
            code = "edited.editor" if kind == "editor" else "edited.viewer"
            yield kind, message(code, program=text[:80]), text[:80], (f"{source}:{name}",)


def _blocks(evidence: Evidence) -> Iterator[Finding]:
    """Photoshop's resources, its "Save for Web" block, and the identifiers it gives to documents."""
    structure = evidence.facts.structure
    cites = evidence.keys("Segments", "PhotoshopResources", source="server")
    if "APP12:Ducky" in structure.segments:
        yield "failed", message("edited.blocks", blocks="Ducky"), "Ducky", None, cites
    own = sorted(_PHOTOSHOP_RESOURCES.intersection(structure.resources))
    if own:
        shown = "8BIM " + " ".join(f"{number:04X}" for number in own)
        yield "failed", message("edited.blocks", blocks=shown), shown, None, cites
    for name in _PHOTOSHOP_IDS:
        text = str(evidence.facts.value(name, "xmp") or "")
        if text.startswith("adobe:docid:photoshop"):
            said = message("edited.blocks", blocks=f"XMP {name}")
            yield "failed", said, text[:80], None, (f"xmp:{name}",)


def _tables(evidence: Evidence) -> Iterator[Finding]:
    structure = evidence.facts.structure
    program = program_of_tables(structure.quantisation, structure.subsampling)
    if program:
        cites = evidence.keys("Quantisation", "Subsampling", source="server")
        yield "warning", message("edited.tables", program=program), program, None, cites


def _modified(evidence: Evidence) -> Iterator[Finding]:
    """ModifyDate or DateTimeDigitized far from DateTimeOriginal; whole hours apart are a zone, not a change."""
    facts = evidence.facts
    others = (
        ("edited.changed", "modified_at", facts.modified_at, "ModifyDate"),
        ("edited.digitized", "digitized_at", facts.digitized_at, "DateTimeDigitized"),
    )
    limit = evidence.limit(CODE, "modified_min", LIMITS["modified_min"])
    for code, name, other, tag in others:
        if facts.camera_at is None or other is None:
            continue
        apart = other - facts.camera_at
        minutes = round(apart / timedelta(minutes=1), 1)
        if abs(minutes) > limit and whole_hours(apart) is None:
            shown = {"taken_at": facts.camera_at.isoformat(), name: other.isoformat()}
            yield "warning", message(code, **shown), minutes, limit, evidence.keys(tag, "DateTimeOriginal")


def _resized(evidence: Evidence) -> Iterator[Finding]:
    """The size that the camera wrote down against the picture's own, either way round."""
    facts, sniffed = evidence.facts, evidence.sniffed
    then = facts.value("ExifImageWidth"), facts.value("ExifImageHeight")
    if sniffed is None or not (sniffed.width and all(isinstance(n, int) and n > 0 for n in then)):
        return
    now = sniffed.width, sniffed.height
    if now not in (then, then[::-1]):
        shown, was = f"{now[0]} × {now[1]}", f"{then[0]} × {then[1]}"
        cites = evidence.keys("ExifImageWidth", "ExifImageHeight")
        yield "warning", message("edited.resized", now=shown, then=was), shown, was, cites


def _resaved(evidence: Evidence) -> Iterator[Finding]:
    facts, make = evidence.facts, (evidence.facts.camera.make or "").lower()
    if make and facts.structure.progressive:
        cites = evidence.keys("Progressive", "Segments", source="server")
        yield "warning", message("edited.progressive"), "progressive", None, cites
    if make and not facts.maker_note and _writes_note(make, facts.camera.software or ""):
        camera = " ".join(filter(None, (facts.camera.make, facts.camera.model)))
        cites = evidence.keys("Make", "Model", "Software")
        yield "warning", message("edited.no_note", camera=camera), "MakerNote", None, cites


def _writes_note(make: str, software: str) -> bool:
    """iPhones write their notes since iOS 8; whoever strips them leaves "17.4.1" in Software."""
    major = software.split(".", maxsplit=1)[0]
    apple = make == "apple" and major.isdecimal() and int(major) >= 8
    return apple or make.startswith(_ALWAYS_NOTE)
