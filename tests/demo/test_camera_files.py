"""Camera files: exiftool, a reader that knows nothing of ours, agrees with every number and has no complaint."""

import io
import json
import shutil
import subprocess
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image

from geomonitor.demo import camera_files, pictures
from geomonitor.demo.camera_files import PHONES, WIB, Shot
from photos.checks.camera_existed import known_of
from photos.containers import layout_of
from photos.exif import read
from places.earth import metres_between

TAKEN = datetime(2026, 3, 14, 9, 15, 22, tzinfo=WIB)
HERE = (114.2712345, -8.3051234)

exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")


@pytest.fixture(scope="module")
def picture() -> Image.Image:
    return pictures.draw(3, "road", 50)


def shot(**changes) -> Shot:
    return Shot(
        **{"taken_at": TAKEN, "lon": HERE[0], "lat": HERE[1], "altitude_m": 87.3, "error_m": 4.7, **changes}
    )


def asked(folder: Path) -> list[dict]:
    done = subprocess.run(
        ["exiftool", "-json", "-n", "-validate", "-warning", "-a", "-G1", str(folder)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return json.loads(done.stdout)


@exiftool
def test_exiftool_has_no_warning_for_any_phone_and_orientation(picture: Image.Image, tmp_path: Path):
    for n, phone in enumerate(PHONES):
        for orientation in (1, 3, 6, 8):
            content = camera_files.phone_file(picture, shot(phone=phone, orientation=orientation, seed=n))
            (tmp_path / f"{n}-{orientation}.jpg").write_bytes(content)
    found = subprocess.run(
        ["exiftool", "-json", "-validate", "-warning", "-a", str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    answers = json.loads(found.stdout)
    assert len(answers) == len(PHONES) * 4
    assert {(a["Validate"], a.get("Warning")) for a in answers} == {("OK", None)}


@exiftool
def test_exiftool_reads_what_was_meant(picture: Image.Image, tmp_path: Path):
    """Position within a centimetre, time, zone, satellite time in UTC, stated error of an iPhone."""
    (tmp_path / "a.jpg").write_bytes(camera_files.phone_file(picture, shot(phone=PHONES[-1], heading=123.4)))
    done = subprocess.run(
        ["exiftool", "-json", "-n", str(tmp_path)], capture_output=True, text=True, check=True
    )
    [said] = json.loads(done.stdout)
    assert metres_between((said["GPSLongitude"], said["GPSLatitude"]), HERE) < 0.01
    assert said["DateTimeOriginal"] == "2026:03:14 09:15:22"
    assert said["OffsetTimeOriginal"] == "+07:00"
    assert said["GPSDateTime"] == "2026:03:14 02:15:22Z"
    assert said["GPSHPositioningError"] == 4.7
    assert said["GPSImgDirection"] == 123.4
    assert (said["Make"], said["Model"]) == ("Apple", "iPhone 11")
    assert said["ThumbnailLength"] > 1000


@pytest.mark.parametrize(
    ("orientation", "size"), [(1, (1280, 960)), (3, (1280, 960)), (6, (720, 960)), (8, (720, 960))]
)
def test_turned_as_the_tag_says_every_file_shows_the_same_upright_scene(
    picture: Image.Image, orientation: int, size: tuple[int, int]
):
    from PIL import ImageOps

    content = camera_files.phone_file(picture, shot(orientation=orientation))
    with Image.open(io.BytesIO(content)) as image:
        upright = ImageOps.exif_transpose(image)
    assert upright.size == size
    sky, ground = upright.getpixel((size[0] // 2, 40)), upright.getpixel((size[0] // 2, 920))
    assert sky[2] > ground[2] + 30


REASONS = [("none", "absent"), ("zeroed", "zeroed"), ("leftover", "stripped"), ("malformed", "malformed")]


@pytest.mark.parametrize(("gps", "reason"), REASONS, ids=[gps for gps, _reason in REASONS])
def test_the_product_says_why_a_file_has_no_position(picture: Image.Image, gps: str, reason: str):
    content = camera_files.phone_file(picture, shot(gps=gps))
    facts = read(content, layout=layout_of(content), name="20260314_091522.jpg")
    assert (facts.position, facts.position_reason) == (None, reason)


def test_a_messenger_leaves_no_tags_and_printed_coordinates_are_none(picture: Image.Image):
    for content in (camera_files.messenger_file(picture), camera_files.printed_file(picture, shot())):
        facts = read(content, layout=layout_of(content), name="IMG-20260314-WA0007.jpg")
        assert (facts.position, facts.position_reason) == (None, "stripped")


def test_a_wrong_clock_shows_against_the_satellites(picture: Image.Image):
    content = camera_files.phone_file(picture, shot(taken_at=TAKEN + timedelta(days=3), gps_at=TAKEN))
    facts = read(content, layout=layout_of(content), name="a.jpg")
    assert facts.gps_at == TAKEN
    assert facts.camera_at is not None
    assert facts.camera_at.replace(microsecond=0) == TAKEN + timedelta(days=3)


@pytest.mark.parametrize("phone", PHONES, ids=lambda phone: phone.model)
def test_no_phone_is_younger_than_the_first_photos(phone):
    """Three fiscal years up to today's: the oldest works of 2026's demo are of 2024, their survey a little before."""
    known = known_of(phone.make, phone.model, phone.software)
    assert [one for one in known if one.since > date(2023, 12, 1)] == []
