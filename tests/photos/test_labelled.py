"""A labelled set: clean, stripped, printed, zeroed, malformed and forged files in every format; each gets its label.

Each file goes through the door as `check_photo` does it: sniffed, read, judged for one site.
"""

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image

from photos import exif, sniff
from photos.containers import layout_of
from photos.evidence import Evidence
from photos.exif import WIB
from photos.verdict import Judgement, judge
from tests.photos import camera, tagged
from tests.photos.camera import ASCII, RATIONAL, Shot, Tags, gps

SITE = (114.3691, -8.2192)
RECEIVED = datetime(2026, 11, 24, 10, 0, tzinfo=WIB)
FORMATS: dict[str, Callable[[bytes | None], bytes]] = {
    "jpeg": camera.jpeg, "png": camera.png, "webp": camera.webp, "heic": camera.heic,
}  # fmt: skip


@dataclass(frozen=True)
class Label:
    """What a file must come out as: verdict, why no position (reason, trace), which check failed."""

    verdict: str
    reason: str | None = None
    trace: str = ""
    failed: str = ""


def judged(content: bytes, name: str) -> tuple[Judgement, exif.Facts]:
    layout = layout_of(content)
    facts = exif.read(content, layout=layout, name=name)
    evidence = Evidence(
        facts=facts,
        received_at=RECEIVED,
        sniffed=sniff.sniff(content, layout=layout, name=name),
        site=shapely.Point(SITE),
        not_before=date(2025, 7, 1),
        not_after=date(2027, 6, 30),
    )
    return judge(evidence), facts


def assert_label(content: bytes, name: str, label: Label) -> None:
    judgement, facts = judged(content, name)
    failed = [o.code for o in judgement.outcomes if o.status == "failed" and o.code != "has_position"]
    assert (judgement.verdict, judgement.position_reason) == (label.verdict, label.reason)
    assert facts.position_trace == label.trace
    assert failed == ([label.failed] if label.failed else [])


def block(**shot: Any) -> bytes:
    return camera.exif(Shot(**shot))


def stamped(clock: tuple[int, int, int], day: str = "2026:11:24") -> Tags:
    """A position with a satellite time (UTC)."""
    return gps(*SITE, time=(RATIONAL, [(part, 1) for part in clock]), date=(ASCII, day))


def without(tags: Tags, *numbers: int) -> Tags:
    return {number: tag for number, tag in tags.items() if number not in numbers}


def named(text: str) -> dict[str, Any]:
    return {"more": {0x0131: (ASCII, text)}}


SET: dict[str, tuple[bytes | None, str, Label]] = {
    # clean
    "phone": (block(), "IMG_1.jpg", Label("verified")),
    "phone with satellite time": (block(gps=stamped((2, 15, 0))), "IMG_1.jpg", Label("verified")),
    "fix ten minutes old": (block(gps=stamped((2, 5, 0))), "IMG_1.jpg", Label("verified")),
    "fix an hour and a half old": (block(gps=stamped((0, 45, 0))), "IMG_1.jpg", Label("verified")),
    "phone on WITA": (block(original="2026:11:24 10:15:00", offset=None, gps=stamped((2, 15, 0))), "x.jpg", Label("verified")),
    "iPhone": (block(make="Apple", model="iPhone 15", **named("18.1")), "IMG_1.HEIC", Label("verified")),
    "big-endian": (block(order=">"), "IMG_1.jpg", Label("verified")),
    "turned by a gallery": (block(orientation=6, **named("Google")), "IMG_1.jpg", Label("verified")),
    # elsewhere
    "a kilometre off": (block(gps=gps(114.3782, -8.2192)), "IMG_1.jpg", Label("outside", failed="near_site")),
    "north for south": (block(gps=gps(114.3691, 8.2192)), "IMG_1.jpg", Label("outside", failed="near_site")),
    # stripped
    "WhatsApp": (None, "IMG-20261124-WA0007.jpg", Label("unlocated", "stripped", "whatsapp")),
    "Telegram": (None, "photo_2026-11-24_09-15-00.jpg", Label("unlocated", "stripped", "telegram")),
    "browser": (None, "IMG_20261124_091500.jpg", Label("unlocated", "stripped", "camera_name")),
    "GPS emptied": (block(gps={}), "IMG_1.jpg", Label("unlocated", "stripped", "empty_gps_block")),
    "coordinates removed": (
        block(gps=without(gps(*SITE, altitude=(RATIONAL, [(87, 1)])), 1, 2, 3, 4)),
        "IMG_1.jpg",
        Label("unlocated", "stripped", "gps_leftovers"),
    ),
    # absent
    "location off": (block(gps=None), "IMG_1.jpg", Label("unlocated", "absent", "camera")),
    "nothing at all": (None, "foto.jpg", Label("unlocated", "absent", "no_tags")),
    "screenshot": (None, "Screenshot_20261124-091500.jpg", Label("unlocated", "absent", "screenshot")),
    # printed
    "GPS Map Camera": (block(gps=None, **named("GPS Map Camera")), "x.jpg", Label("unlocated", "printed", "app")),
    "Timemark by name": (None, "Timemark_20261124_091500.jpg", Label("unlocated", "printed", "app")),
    # zeroed
    "0,0": (block(gps=gps(0, 0)), "IMG_1.jpg", Label("unlocated", "zeroed", "zero_zero")),
    "Android's picker": (
        block(gps={1: (ASCII, ""), 2: (RATIONAL, [(0, 0)] * 3), 3: (ASCII, ""), 4: (RATIONAL, [(0, 0)] * 3)}),
        "IMG_1.jpg",
        Label("unlocated", "zeroed", "redacted"),
    ),
    "letters without values": (
        block(gps=gps(*SITE) | {2: (RATIONAL, [(0, 0)] * 3), 4: (RATIONAL, [(0, 0)] * 3)}),
        "IMG_1.jpg",
        Label("unlocated", "zeroed", "no_value"),
    ),
    "no fix yet": (
        block(gps={29: (ASCII, "2026:11:24")}),
        "IMG_1.jpg",
        Label("unlocated", "zeroed", "no_fix"),
    ),
    # malformed
    "no letters": (block(gps=without(gps(*SITE), 1, 3)), "IMG_1.jpg", Label("unlocated", "malformed", "missing_ref")),
    "latitude only": (block(gps=without(gps(*SITE), 3, 4)), "IMG_1.jpg", Label("unlocated", "malformed", "half")),
    "off the earth": (
        block(gps=gps(*SITE) | {2: (RATIONAL, [(114, 1), (22, 1), (0, 1)])}),
        "IMG_1.jpg",
        Label("unlocated", "malformed", "out_of_range"),
    ),
    # forged
    "Photoshop": (block(**named("Adobe Photoshop 25.0 (Windows)")), "x.jpg", Label("suspect", failed="edited")),
    "Snapseed": (block(**named("Snapseed 2.0")), "x.jpg", Label("suspect", failed="edited")),
    "geotagger": (block(**named("GeoSetter 3.5.3")), "x.jpg", Label("suspect", failed="tagging_tool")),
    "camera not made yet": (
        block(model="SM-A576B", original="2026:01:24 09:15:00", **named("A576BXXU1AZH1")),
        "x.jpg",
        Label("suspect", failed="camera_existed"),
    ),
    "tomorrow": (block(original="2026:11:25 09:15:00"), "x.jpg", Label("suspect", failed="time_plausible")),
    "last year's harvest": (block(original="2024:11:24 09:15:00"), "x.jpg", Label("suspect", failed="time_plausible")),
    "camera before its satellites": (block(gps=stamped((3, 55, 0))), "x.jpg", Label("suspect", failed="time_plausible")),
    "fix of the day before": (block(gps=stamped((1, 0, 0), "2026:11:23")), "x.jpg", Label("suspect", failed="fix_age")),
}  # fmt: skip


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("title", SET)
def test_each_file_gets_its_label_in_every_format(kind: str, title: str) -> None:
    tags, name, label = SET[title]
    assert_label(FORMATS[kind](tags), name, label)


PACKET = 'exif:GPSLatitude="8,13.152S" exif:GPSLongitude="114,22.146E" exif:DateTimeOriginal="2026-11-24T09:15:00+07:00"'


@pytest.mark.parametrize(
    ("content", "label"),
    [
        (tagged.with_ducky(camera.jpeg(block())), Label("suspect", failed="edited")),
        (tagged.with_photoshop(camera.jpeg(block()), 0x0404, 0x040C), Label("suspect", failed="edited")),
        (tagged.with_photoshop(camera.jpeg(block()), 0x0404), Label("verified")),
        (camera.jpeg(block(), tagged.packet("", lists=tagged.HISTORY)), Label("suspect", failed="edited")),
        (camera.webp(block(), tagged.packet("", lists=tagged.HISTORY)), Label("suspect", failed="edited")),
        (camera.png(block(gps=None), tagged.packet(PACKET, "Image::ExifTool 12.57")), Label("suspect", failed="tagging_tool")),
        (camera.jpeg(tagged.piexif_block(*SITE)), Label("verified")),  # the shape alone is a warning
        (camera.jpeg(block(), progressive=True), Label("verified")),
        (camera.png(None, tagged.packet(PACKET)), Label("verified")),
    ],
)  # fmt: skip
def test_what_only_one_format_has(content: bytes, label: Label) -> None:
    assert_label(content, "IMG_1.jpg", label)


exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")
_POSITION = ["-GPSLatitude=8.2192", "-GPSLatitudeRef=S", "-GPSLongitude=114.3691", "-GPSLongitudeRef=E"]
_PHONE = ["-Make=samsung", "-Model=SM-A546E", "-DateTimeOriginal=2026:11:24 09:15:00"]


@exiftool
@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
@pytest.mark.parametrize(
    ("words", "label"),
    [
        ([*_PHONE, *_POSITION], Label("verified")),
        ([*_PHONE, *_POSITION, "-OffsetTimeOriginal=+07:00", "-GPSHPositioningError=6"], Label("verified")),
        ([*_PHONE], Label("unlocated", "absent", "camera")),
        ([*_PHONE, "-GPSAltitude=87"], Label("unlocated", "stripped", "gps_leftovers")),
        ([*_PHONE, "-GPSLatitude=8.2192", "-GPSLongitude=114.3691"], Label("unlocated", "malformed", "missing_ref")),
        ([*_PHONE, *_POSITION, "-Software=GIMP 2.10.34"], Label("suspect", failed="edited")),
        ([*_PHONE, *_POSITION, "-ModifyDate=2026:11:24 09:15:09"], Label("verified")),
    ],
)  # fmt: skip
def test_exiftool_s_files_get_their_label(
    words: list[str], label: Label, suffix: str, tmp_path: Path
) -> None:
    path = tmp_path / f"foto.{suffix}"
    Image.effect_noise((160, 120), 60).convert("RGB").save(path)
    subprocess.run(["exiftool", "-q", "-overwrite_original", *words, str(path)], check=True)
    assert_label(path.read_bytes(), path.name, label)


def test_the_set_has_every_verdict_and_reason() -> None:
    labels = [label for _tags, _name, label in SET.values()]
    assert {label.verdict for label in labels} == {"verified", "outside", "unlocated", "suspect"}
    assert {label.reason for label in labels} == {None, *exif.POSITION_REASONS}
