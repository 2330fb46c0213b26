"""[pure] What a file's bytes are, and whether it may pass the door: never its name or its declared type.

Reads structure and headers only; no pixel is decoded, so a decompression bomb stays folded.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from photos.containers import Bytes, Layout, layout_of, opened
from photos.scanning import find_after_pair
from places.message import Message, message, sentences
from places.message import mark as _

SIZE_LIMIT = 30_000_000
# Declared in the headers. The biggest cameras make 200 million; whether a picture can be decoded is the worker's to
# say, which keeps an original that is too big for it without derivatives.
PIXEL_LIMIT = 1_000_000_000

SENTENCES = sentences(
    {
        "refused.empty": _("File ini kosong (0 byte). Kirim ulang fotonya."),
        "refused.not_an_image": _("File ini bukan foto. Kirim foto JPEG, PNG, WebP atau HEIC dari kamera."),
        "refused.other_format": _(
            "File ini berformat %(found)s, yang tidak diterima. Kirim foto JPEG, PNG, WebP atau HEIC dari kamera."
        ),
        "refused.too_large": _(
            "File %(size_mb)s; batasnya %(limit_mb)s. Turunkan resolusi kamera, lalu ambil ulang."
        ),
        "refused.too_many_pixels": _(
            "Gambar %(width)s × %(height)s piksel (%(megapixels)s megapiksel); batasnya %(limit_megapixels)s megapiksel. "
            "Pilih resolusi kamera yang lebih kecil, lalu ambil ulang."
        ),
        "refused.cut": _("File terpotong: bagian akhir foto tidak ada. Kirim ulang file aslinya."),
        "refused.no_picture": _(
            "File ini tidak berisi gambar, hanya keterangannya. Kirim ulang file aslinya."
        ),
        "refused.broken": _("File rusak: susunan %(format)s tidak utuh. Kirim ulang file aslinya."),
        "refused.executable_name": _(
            "Nama file memuat akhiran program (.%(suffix)s). Kirim foto langsung dari kamera dengan nama aslinya."
        ),
        "refused.polyglot": _(
            "Foto ini membawa isi lain (%(found)s) yang bisa dibuka sebagai program atau dokumen. "
            "Kirim foto asli dari kamera."
        ),
    }
)

_EXECUTABLE = frozenset(
    {
        *(
            "php",
            "php2",
            "php3",
            "php4",
            "php5",
            "php6",
            "php7",
            "php8",
            "phps",
            "pht",
            "phtm",
            "phtml",
            "phar",
        ),
        *("asp", "aspx", "ashx", "asmx", "cer", "jsp", "jspx", "jsw", "cgi", "fcgi", "pl", "py", "pyc", "rb"),
        *(
            "sh",
            "bash",
            "zsh",
            "exe",
            "bat",
            "cmd",
            "msi",
            "dll",
            "scr",
            "pif",
            "lnk",
            "hta",
            "vbs",
            "vbe",
            "wsf",
        ),
        *("ps1", "jar", "war", "apk", "js", "mjs", "htm", "html", "xhtml", "shtml", "svg", "swf", "htaccess"),
    }
)
_PICTURES = frozenset({"AVIF", "TIFF", "GIF", "BMP", "SVG", "JPEG XL", "JPEG 2000", "video"})


@dataclass(frozen=True)
class Sniffed:
    """What the bytes are. format: JPEG, PNG, WebP, HEIC, HEIF, or "" if not accepted; refusal: None if it may pass.

    flaw: as in `containers.Layout`. trailer: bytes behind the picture's end (motion photos, previews, padding).
    """

    format: str
    width: int
    height: int
    size: int
    refusal: Message | None
    flaw: str = ""
    trailer: int = 0


def sniff_file(path: str | Path, *, name: str | None = None) -> Sniffed:
    """Sniff a file; name: the name under which it was sent, if another. Raises OSError."""
    with opened(path) as data:
        return sniff(data, name=Path(path).name if name is None else name)


def sniff(data: Bytes, *, name: str = "", layout: Layout | None = None) -> Sniffed:
    """What the bytes are and why they are refused, if they are. Never raises for their content.

    layout: the walk already done (`containers.layout_of`), to do it once.
    """
    layout = layout_of(data) if layout is None else layout
    return Sniffed(
        format=layout.format,
        width=layout.width,
        height=layout.height,
        size=len(data),
        refusal=_refusal(data, layout, name),
        flaw=layout.flaw,
        trailer=max(0, len(data) - layout.end),
    )


def _refusal(data: Bytes, layout: Layout, name: str) -> Message | None:
    if not len(data):
        return message("refused.empty")
    if len(data) > SIZE_LIMIT:
        return message("refused.too_large", size_mb=len(data), limit_mb=SIZE_LIMIT)
    if suffix := executable_suffix(name):
        return message("refused.executable_name", suffix=suffix)
    if not layout.format:
        code = "refused.other_format" if layout.other in _PICTURES else "refused.not_an_image"
        return message(code, found=layout.other or None)
    return _too_many(layout) or _carries(data, layout) or _flawed(layout)


def _flawed(layout: Layout) -> Message | None:
    if layout.flaw == "broken":
        return message("refused.broken", format=layout.format)
    return message(f"refused.{layout.flaw}") if layout.flaw else None


def _carries(data: Bytes, layout: Layout) -> Message | None:
    found = _other_content(data, layout)
    return message("refused.polyglot", found=found) if found else None


def _too_many(layout: Layout) -> Message | None:
    if layout.width * layout.height <= PIXEL_LIMIT:
        return None
    return message(
        "refused.too_many_pixels",
        width=layout.width,
        height=layout.height,
        megapixels=round(layout.width * layout.height / 1e6),
        limit_megapixels=round(PIXEL_LIMIT / 1e6),
    )


def executable_suffix(name: str) -> str:
    """The suffix in a file name that a server or a computer would run, "" if none: "x.php.jpg" → "php"."""
    parts = [part.strip().lower() for part in re.split(r"[./\\\0;:]", name)[1:]]
    return next((part for part in parts if part in _EXECUTABLE), "")


# What other programs would run or open as a document of its own. Long enough that compressed pictures and motion
# photos hit them by chance less than once in a million files; no repetition may reach over the next "<".
_PHP = re.compile(rb"<\?php[\s/#]", re.I)
_MARKUP = re.compile(
    rb"<(?:(?P<PHP>\?php[\s/#]|\?=\s{0,20}(?:\$[a-z_]\w|`[\x20-\x7e]{3}|[a-z_]\w{1,40}\())|(?P<SVG>svg\s[^\0<>]{0,400}xmlns)"
    rb"|(?P<HTML>script[\s>]|!doctype html|html[\s>][^\0<]{0,200}<|iframe[\s>]))",
    re.I,
)
_PDF = re.compile(rb"%PDF-[12]\.\d")
_TRAILER_STARTS = (
    (b"PK\x03\x04", "ZIP"), (b"Rar!\x1a\x07", "RAR"), (b"7z\xbc\xaf\x27\x1c", "7-Zip"), (b"\x7fELF", "program"),
    (b"#!/", "program"),
)  # fmt: skip


def _other_content(data: Bytes, layout: Layout) -> str:
    """What else the file would open as: PHP anywhere, documents and programs in metadata and behind the end."""
    if find_after_pair(data, b"<?", _PHP) >= 0:
        return "PHP"
    head_end = min(layout.head_end or 1_024, 1_000_000)
    regions = ((data, 0, head_end), (data, layout.end, len(data)), *((b, 0, len(b)) for b in _blocks(layout)))
    for content, start, stop in regions:
        if found := _MARKUP.search(content, start, stop):
            return found.lastgroup or ""
    if data.find(b"%PDF-", 0, min(head_end, 1_024)) >= 0 or _PDF.search(data, layout.end):
        return "PDF"
    if _is_zip(data):
        return "ZIP"
    behind = bytes(data[layout.end : layout.end + 65_536]).lstrip(b"\0\r\n ")
    return next((name for magic, name in _TRAILER_STARTS if behind.startswith(magic)), "")


def _blocks(layout: Layout) -> Iterator[bytes]:
    """Metadata that the file itself may hold packed."""
    yield from layout.exif
    yield from layout.xmp
    yield from layout.iptc


def _is_zip(data: Bytes) -> bool:
    """Readers find a ZIP by its last record: its comment must end with the file."""
    tail = bytes(data[-66_000:])
    at = tail.rfind(b"PK\x05\x06")
    return (
        at >= 0
        and len(tail) - at >= 22
        and at + 22 + int.from_bytes(tail[at + 20 : at + 22], "little") <= len(tail)
    )
