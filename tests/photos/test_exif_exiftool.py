"""exiftool writes every tag that we read into every format; both must then say the same.

exiftool is the independent writer and the judge; positions agree to 1e-7 degrees, times to the last digit.
"""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from photos import exif
from tests.photos import camera
from tests.photos.camera import Shot

pytestmark = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is the judge here")

SEED = camera.exif(
    Shot(gps=None, make=None, model=None, original=None, offset=None, note=None, orientation=1)
)
FORMATS: dict[str, Callable[[], bytes]] = {
    "jpg": camera.jpeg,
    "png": camera.png,
    "webp": lambda: camera.webp(SEED),
    "heic": lambda: camera.heic(SEED),
}
EXIF = {
    "GPSLatitude": "8.2192345678", "GPSLatitudeRef": "S", "GPSLongitude": "114.3691234567", "GPSLongitudeRef": "E",
    "GPSAltitude": "123.45", "GPSAltitudeRef": "1", "GPSTimeStamp": "02:15:07.25", "GPSDateStamp": "2026:11:24",
    "GPSStatus": "A", "GPSMeasureMode": "3", "GPSDOP": "1.7", "GPSSpeedRef": "K", "GPSSpeed": "4.125",
    "GPSImgDirectionRef": "T", "GPSImgDirection": "271.5", "GPSMapDatum": "WGS-84", "GPSProcessingMethod": "GPS",
    "GPSHPositioningError": "6.5", "DateTimeOriginal": "2026:11:24 09:15:09", "CreateDate": "2026:11:24 09:15:10",
    "ModifyDate": "2026:11:25 10:11:12", "SubSecTimeOriginal": "123", "SubSecTimeDigitized": "04", "SubSecTime": "5",
    "OffsetTimeOriginal": "+07:00", "OffsetTimeDigitized": "+08:00", "OffsetTime": "-03:30", "Orientation": "6",
    "Make": "samsung", "Model": "SM-A546E", "LensMake": "Samsung", "LensModel": "A54 5.5mm f/1.8",
    "Software": "A546EXXU9", "HostComputer": "iPhone 15", "ProcessingSoftware": "digiKam 8",
    "ImageUniqueID": "H50LLKJ00SM", "SerialNumber": "0123A", "LensSerialNumber": "77B", "UserComment": "Sumberagung",
}  # fmt: skip
OUR_NAMES = {"CreateDate": "DateTimeDigitized", "SerialNumber": "BodySerialNumber"}
XMP = {
    "XMP-exif:GPSLatitude": "-8.2192345678", "XMP-exif:GPSLongitude": "114.3691234567", "XMP-exif:GPSAltitude": "12.5",
    "XMP-exif:GPSImgDirection": "90.5", "XMP-exif:GPSSpeed": "3.5", "XMP-exif:GPSDOP": "2.5",
    "XMP-photoshop:DateCreated": "2026:11:24 09:15:00.5+07:00", "XMP-xmp:CreateDate": "2026:11:24 09:15:00",
    "XMP-xmp:ModifyDate": "2026:11:25 10:00:00Z", "XMP-xmp:CreatorTool": "Lightroom",
    "XMP-iptcExt:LocationCreatedGPSLatitude": "-8.25", "XMP-iptcExt:LocationCreatedGPSLongitude": "114.25",
    "XMP-xmpMM:HistorySoftwareAgent": "Photoshop 26",
}  # fmt: skip


def written(folder: Path, suffix: str, tags: dict[str, str], group: str = "") -> tuple[exif.Facts, dict]:
    """Our facts and exiftool's words of a file into which exiftool wrote these tags."""
    path = folder / f"written.{suffix}"
    path.write_bytes(FORMATS[suffix]())
    options = [f"-{group}{name}#={value}" for name, value in tags.items()]
    subprocess.run(["exiftool", "-q", "-m", "-overwrite_original", *options, str(path)], check=True)
    asked = [f"-{group}{name}" for name in tags]
    command = ["exiftool", "-json", "-n", *asked, "-Composite:SubSec*", str(path)]
    return exif.read_file(path), json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[
        0
    ]


@pytest.mark.parametrize("suffix", FORMATS)
def test_it_reads_every_exif_tag_as_exiftool_does(suffix: str, tmp_path: Path) -> None:
    facts, said = written(tmp_path, suffix, EXIF, "EXIF:")
    assert facts.position is not None
    for name in EXIF:
        ours, theirs = facts.value(OUR_NAMES.get(name, name)), said[name]
        if isinstance(ours, float | int) and not isinstance(theirs, str):
            assert ours == pytest.approx(theirs, abs=1e-7), name
        elif name.startswith(("SubSec", "GPSMeasure")):
            assert int(str(ours)) == int(theirs), name
        else:
            assert str(ours) == str(theirs), name
    assert facts.position.lat == pytest.approx(-said["GPSLatitude"], abs=1e-7)


@pytest.mark.parametrize("suffix", FORMATS)
def test_its_times_are_exiftools_to_the_last_digit(suffix: str, tmp_path: Path) -> None:
    facts, said = written(tmp_path, suffix, EXIF, "EXIF:")
    for at, name in (
        (facts.camera_at, "SubSecDateTimeOriginal"),
        (facts.digitized_at, "SubSecCreateDate"),
        (facts.modified_at, "SubSecModifyDate"),
    ):
        assert at is not None
        fraction = f"{at:%f}".rstrip("0")
        assert f"{at:%Y:%m:%d %H:%M:%S}.{fraction}{at.isoformat()[-6:]}" == said[name]
    assert facts.gps_at is not None
    assert facts.gps_at.isoformat() == "2026-11-24T02:15:07.250000+00:00"


@pytest.mark.parametrize("suffix", ["jpg", "png", "webp"])
def test_it_reads_every_xmp_property_as_exiftool_does(suffix: str, tmp_path: Path) -> None:
    facts, said = written(tmp_path, suffix, XMP)
    for tag in XMP:
        name = tag.split(":")[1]
        ours, theirs = facts.value(name, "xmp"), said[name]
        if isinstance(ours, float):
            assert ours == pytest.approx(theirs, abs=1e-7), name
        elif name.endswith("Date") or name == "DateCreated":
            assert str(ours).replace("-", ":", 2).replace("T", " ") == theirs, name
        else:
            assert ours == (theirs[0] if isinstance(theirs, list) else theirs), name
    assert facts.position is not None
    assert (facts.position.lon, facts.position.lat) == pytest.approx(
        (114.3691234567, -8.2192345678), abs=1e-7
    )


@pytest.mark.parametrize(
    ("original", "sub", "offset", "iso"),
    [
        ("2026:11:24 09:15:09", "999999", "+07:00", "2026-11-24T09:15:09.999999+07:00"),
        ("2026:02:28 23:59:59", "", "+14:00", "2026-02-28T23:59:59+14:00"),
        ("1999:12:31 00:00:00", "000", "-12:00", "1999-12-31T00:00:00-12:00"),
    ],
)
def test_it_reads_odd_times_as_exiftool_writes_them(
    original: str, sub: str, offset: str, iso: str, tmp_path: Path
) -> None:
    tags = {"DateTimeOriginal": original, "SubSecTimeOriginal": sub, "OffsetTimeOriginal": offset}
    facts, _said = written(tmp_path, "jpg", tags, "EXIF:")
    assert facts.camera_at is not None
    assert facts.camera_at.isoformat() == iso
