"""[pure] Why a file has no position, told only from what is left in it.

Each cause leaves its own trace, and each has its own way out (`checks/has_position.py`). Where nothing tells, the
position is absent; docs/design/photo-verdicts.md has the table.
"""

import re
from dataclasses import dataclass

from photos.containers import Layout
from photos.said import Said

POSITION_REASONS = ("absent", "stripped", "printed", "zeroed", "malformed")

LEFTOVERS = (
    "GPSAltitude", "GPSSpeed", "GPSImgDirection", "GPSHPositioningError", "GPSDOP", "GPSTimeStamp", "GPSDateStamp",
)  # fmt: skip


def _name(pattern: str) -> re.Pattern[str]:
    """A name that a program gives to its files, behind what people write before it ("Salinan ", "0 persen - ")."""
    return re.compile(rf"(?<![a-z0-9])(?:{pattern})", re.I)


_MESSENGERS = (
    ("whatsapp", _name(r"(IMG|VID)-\d{8}-WA\d{4}|WhatsApp[ _-]Image[ _-]\d{4}")),
    ("telegram", _name(r"photo_\d{4}-\d\d-\d\d_\d\d-\d\d-\d\d|photo_\d{9,}|telegram-cloud-photo")),
    ("facebook", _name(r"FB_IMG_\d{8,}|IG_IMG_\d{8,}|\d{6,}_\d{10,}_\d{10,}_[no]\.")),
    ("messenger", _name(
        r"received_\d{8,}|signal-\d{4}-\d\d-\d\d|LINE_ALBUM_|mmexport\d{10,}|Snapchat-\d{6,}|viber_image_\d{4}|IMG-[0-9a-f]{32}-V"
    )),
)  # fmt: skip
_CAMERA_NAME = _name(
    r"(IMG|PXL|MVIMG|DSC|CAM|P)_?\d{8}_?\d{6}|\d{8}_\d{6}"
    r"|(IMG_?E?|_?DSC|DSCN|DSCF|DJI|GOPR|P\d{3})_?\d{4,5}(\.|\s|\(|$)"
)
_SCREENSHOT_NAME = _name(
    r"Screen[ _-]?shots?([ _-]|\d|\.)|Tangkapan[ _-]?Layar|Cuplikan[ _-]?Layar|Bildschirmfoto|SmartSelect_\d{8}"
)
_APP_NAME = _name(r"TimePhoto_\d{8}")  # what Timestamp Camera calls its files
_APPS = re.compile(
    r"gps ?map ?cam|timestamp ?camera|time ?stamp ?cam\b|note ?cam\b|solocator|timemark|gps ?cam(era)?\b|conota"
    r"|photo ?stamp|gps ?stamp|geo ?stamp|geo ?tag ?(stamp|camera)|angle ?cam\b|survey ?cam",
    re.I,
)
_APP_TAGS = (
    ("exif", "Software"), ("exif", "ProcessingSoftware"), ("exif", "HostComputer"), ("exif", "UserComment"),
    ("exif", "Make"), ("exif", "Model"), ("xmp", "CreatorTool"), ("xmp", "Software"), ("iptc", "OriginatingProgram"),
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A reason (one of POSITION_REASONS) and the trace that told it."""

    reason: str
    trace: str


def why_absent(said: Said, layout: Layout, name: str) -> Told:
    """Why there are no coordinates at all. name: of the file as it was sent."""
    make, model = (said.text(tag) or said.text(tag, "xmp") for tag in ("Make", "Model"))
    named = bool(make or model)
    gps = said.get("GPSInfo")
    return (
        _by_gps_block(said, gps.reason if gps else "")
        or _by_app(said, name)
        or _by_screenshot(said, layout, named, name)
        or (None if named else _by_messenger(layout, name))
        or _by_rewriting(said, make)
        or Told("absent", "camera" if named else "no_tags")
    )


def _by_gps_block(said: Said, flaw: str) -> Told | None:
    if flaw == "malformed":
        return Told("malformed", "gps_block")
    if flaw == "empty":
        return Told("stripped", "empty_gps_block")
    if _position_left_traces(said):
        return Told("stripped", "gps_leftovers")
    if any(said.get(name) for name in (*LEFTOVERS, "GPSProcessingMethod")):
        return Told("zeroed", "no_fix")
    return None


def _position_left_traces(said: Said) -> bool:
    """A receiver without a fix writes neither height nor satellite time; both of time, or any other, tell."""
    left = {name for name in LEFTOVERS if (fact := said.get(name)) and fact.value not in (None, 0, 0.0)}
    return bool(left - {"GPSTimeStamp", "GPSDateStamp"}) or {"GPSTimeStamp", "GPSDateStamp"} <= left


def _by_app(said: Said, name: str) -> Told | None:
    texts = (said.text(tag, source) for source, tag in _APP_TAGS)
    plain = re.sub(r"[_.+-]+", " ", name)
    if any(map(_APPS.search, texts)) or _APPS.search(plain) or _APP_NAME.search(name):
        return Told("printed", "app")
    return None


def _by_screenshot(said: Said, layout: Layout, named: bool, name: str) -> Told | None:
    comments = (said.text("UserComment"), said.text("UserComment", "xmp"))
    marked = any(comment.lower() == "screenshot" for comment in comments)
    by_android = not named and said.text("Software").startswith("Android ") and layout.format == "PNG"
    short, long = sorted((layout.width, layout.height))
    tall = layout.format == "PNG" and 640 <= short <= 1_600 and long > 1.9 * short
    if marked or by_android or (not named and (_SCREENSHOT_NAME.search(name) or tall)):
        return Told("absent", "screenshot")
    return None


def _by_messenger(layout: Layout, name: str) -> Told | None:
    """By the mark or the name that a service leaves, where no camera is named any more."""
    if "facebook" in layout.traces:
        return Told("stripped", "facebook")
    for trace, pattern in _MESSENGERS:
        if pattern.search(name):
            return Told("stripped", trace)
    return Told("stripped", "camera_name") if _CAMERA_NAME.search(name) else None


def _by_rewriting(said: Said, make: str) -> Told | None:
    rewritten = make.lower() == "apple" and not said.get("MakerNote") and said.get("ExifOffset")
    return Told("stripped", "rewritten") if rewritten else None
