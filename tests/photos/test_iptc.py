"""IPTC's old records: what an editor wrote about day and place, as exiftool reads it."""

import json
import shutil
import subprocess
import zlib
from pathlib import Path

import pytest

from photos import exif, iptc
from tests.photos import camera

HEAD = iptc.PHOTOSHOP_HEAD


def record(number: int, value: bytes, of: int = 2) -> bytes:
    return b"\x1c" + bytes([of, number]) + len(value).to_bytes(2, "big") + value


def resource(content: bytes, kind: int = 0x0404, name: bytes = b"") -> bytes:
    label = bytes([len(name)]) + name
    label += b"\0" * (len(label) % 2)
    padding = b"\0" * (len(content) % 2)
    return b"8BIM" + kind.to_bytes(2, "big") + label + len(content).to_bytes(4, "big") + content + padding


RECORDS = (
    record(90, b"\x1b%G", of=1) + record(55, b"20261124") + record(60, b"091500+0700") + record(62, b"20261125")
    + record(63, b"101112+0800") + record(65, b"Adobe Photoshop") + record(90, "Banyuwangi ©".encode())
    + record(92, b"Sumberagung") + record(101, b"Indonesia")
)  # fmt: skip


def with_records(content: bytes) -> bytes:
    plain = camera.jpeg()
    return plain[:2] + camera.segment(0xED, HEAD + content) + plain[2:]


def said_by(content: bytes) -> dict[str, object]:
    return {fact.name: fact.value for fact in exif.read(content).facts if fact.source == "iptc"}


def test_it_reads_days_places_and_program() -> None:
    facts = said_by(with_records(resource(b"abc", kind=0x0425, name=b"odd") + resource(RECORDS)))
    assert facts == {
        "DateCreated": "2026:11:24",
        "TimeCreated": "09:15:00+07:00",
        "DigitalCreationDate": "2026:11:25",
        "DigitalCreationTime": "10:11:12+08:00",
        "OriginatingProgram": "Adobe Photoshop",
        "City": "Banyuwangi ©",
        "Sub-location": "Sumberagung",
        "Country-PrimaryLocationName": "Indonesia",
    }


def test_it_reads_imagemagicks_profile_in_a_png() -> None:
    content = resource(RECORDS)
    text = f"\niptc\n{len(content):8}\n{content.hex()}\n".encode()
    png = camera.png()
    profile = camera.chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text))
    assert said_by(png[:33] + profile + png[33:])["City"] == "Banyuwangi ©"


def test_it_concludes_no_time_from_them() -> None:
    assert exif.read(with_records(resource(RECORDS))).taken.source == "none"


@pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is the judge here")
def test_exiftool_reads_the_same(tmp_path: Path) -> None:
    path = tmp_path / "iptc.jpg"
    path.write_bytes(with_records(resource(RECORDS)))
    command = ["exiftool", "-json", "-IPTC:all", str(path)]
    said = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)[0]
    mine = said_by(path.read_bytes())
    assert {name: said[name] for name in mine} == mine


@pytest.mark.parametrize(
    ("content", "value"),
    [
        (resource(record(55, b"00000000")), "0000:00:00"),
        (resource(record(55, b"2026-1-1")), None),
        (resource(record(60, b"091500")), None),
        (resource(b"\x1c\x02\x37\x80\x04\0\0\0\x0820261124"), "2026:11:24"),
        (resource(b"\x1c\x02\x37\xff\xff20261124"), None),
        (resource(record(55, b"20261124")[:-1]), None),
        (b"8BIM\x04\x04\0\0\xff\xff\xff\xff" + record(55, b"20261124"), "2026:11:24"),
        (b"8BIM", None),
        (b"", None),
    ],
)
def test_it_survives_records_that_are_none(content: bytes, value: str | None) -> None:
    assert said_by(with_records(content)).get("DateCreated") == value


def test_it_says_why_a_date_cannot_be_read() -> None:
    fact = next(
        f for f in exif.read(with_records(resource(record(55, b"kemarin")))).facts if f.source == "iptc"
    )
    assert (fact.value, fact.raw, fact.reason) == (None, "kemarin", "malformed")
