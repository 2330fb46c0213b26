"""[pure] The programs that change pictures, as they name themselves in the files they write.

Editors change what a picture shows; viewers turn, crop and save; coders only compress again; taggers write positions
into pictures. A phone's own firmware and camera names are in none of them.
"""

import csv
import hashlib
import re
from functools import cache
from pathlib import Path
from typing import Literal

TABLES = Path(__file__).parents[1] / "fixtures" / "editor_tables.csv"

_EDITORS = (
    "photoshop", "lightroom", "adobe (express|firefly|camera raw)", "imageready", "gimp", "snapseed", "picsart", "canva",
    "pixelmator", "photomator", "vsco", "capcut", "facetune", "affinity", "paint ?shop", r"paint\.net", "photoscape",
    "pixlr", "fotor", "befunky", "polarr", "meitu", "beautyplus", "airbrush", "youcam", "remini", "lensa", "prisma",
    "krita", "inkscape", "corel", "photopea", "picmonkey", "luminar", "inshot", "touchretouch", "photodirector",
    "photo editor", "photo ?impact", "on1 photo", "topaz", "toolwiz", "photo ?lab", "photofunia", "inpaint", "cleanup",
    "dall[-·. ]?e", "midjourney", "stable ?diffusion", "comfyui", "automatic1111", "invokeai", "firefly",
    "ideogram", "chatgpt", "openai", "made with google ai", "seaart", "picfinder", "hypic", "epik",
    "photoroom", r"remove\.bg", "picwish", "collage ?maker", "darktable", "rawtherapee", "capture one",
)  # fmt: skip
_VIEWERS = (
    "picasa", "microsoft windows photo", "windows photo", "microsoft (photo|office picture)", "irfanview", "xnview",
    "faststone", "acdsee", "gthumb", "shotwell", "digikam", "gwenview", "nomacs", "google photos", "quicktime",
    r"photos \d", "graphicconverter", "adobe bridge", "(ms|microsoft) paint", "digital photo professional", "view ?nx",
    "capture ?nx", "nikon transfer", r"olympus (studio|master|viewer|workspace)", "image data suite",
    "picture motion browser",
    "playmemories", "imaging edge", "finepixviewer", "silkypix", "zoombrowser", "imagebrowser", "photo gallery",
)  # fmt: skip
_CODERS = (
    "imagemagick", "graphicsmagick", "pil(low)?", "gd-jpeg", "lavc", "ffmpeg", "libvips", "mozjpeg", "jpegoptim", "tinypng",
    "tinify", "caesium", "squoosh", "lead technologies", "intel.{0,4}jpeg library", "jpeg ?mini", "compressed by", "cloudinary",
)  # fmt: skip

_TAGGERS = (
    "exif ?tool", "piexif", "geo ?setter", "geo ?imgr", r"tool\.geoimgr", "geo ?tagger", "geo ?tag photos", "geo ?tag online",
    r"geo ?tag(?=\s*(?:v?\d|$))",  # GeoTag for macOS; cameras say "GeoTag Camera"
    "gpicsync", "gps ?correlate", "gps ?photo ?linker", "houdah ?geo", "jetphoto", "exif ?pilot", "analog ?exif",
    "exif ?editor", "thexifer", "exifer", "photome", "exif ?fixer", "exif ?changer", "geotagr", "photo ?exif", "exifmixer",
    "batch ?geo ?tag", "fake ?gps", "fake ?location", "gps ?faker",
)  # fmt: skip

Kind = Literal["editor", "viewer", "coder"]


def _pattern(names: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(r"(?<![a-z])(?:" + "|".join(names) + r")(?![a-z])", re.I)


_WHOLE_NAMES = re.compile(
    r"windows photo editor\b.*|google", re.I
)  # viewers whose names hold an editor's, or a firm's
_TAGGER = _pattern(_TAGGERS)
_KINDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("editor", _pattern(_EDITORS)),
    ("viewer", _pattern(_VIEWERS)),
    ("coder", _pattern(_CODERS)),
)


def kind_of(text: str) -> Kind | None:
    """Which kind of program names itself in a text; None for cameras, phones and what is not known."""
    if _WHOLE_NAMES.fullmatch(text.strip()):
        return "viewer"
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


def tags_positions(text: str) -> bool:
    """Whether a program names itself in a text that writes positions into pictures."""
    return bool(_TAGGER.search(text))


@cache
def _programs() -> dict[tuple[str, str], str]:
    with TABLES.open(encoding="utf-8", newline="") as file:
        return {(row["tables"], row["subsampling"]): row["program"] for row in csv.DictReader(file)}


# Natural place (row by row) of each number of a quantisation table in the order in which it is written.
_WRITTEN = sorted(range(64), key=lambda at: (at // 8 + at % 8, at // 8 if (at // 8 + at % 8) % 2 else at % 8))


def program_of_tables(tables: tuple[tuple[int, ...], ...], subsampling: str) -> str:
    """The editor whose quantisation tables these are, "" if none is known.

    tables: of 64 numbers, row by row. Known by the MD5 that exiftool calls JPEGDigest, with the subsampling ("4:2:0").
    """
    if not tables or any(len(table) != 64 or max(table) > 255 for table in tables):
        return ""
    written = [bytes([number, *(table[place] for place in _WRITTEN)]) for number, table in enumerate(tables)]
    for between in (b"\0", b""):  # in segments of their own, or both in one
        digest = hashlib.md5(between.join(written), usedforsecurity=False).hexdigest()
        if program := _programs().get((digest, subsampling)):
            return program
    return ""
