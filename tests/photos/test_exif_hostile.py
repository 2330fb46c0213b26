"""Broken, looping, huge and mutated metadata: nothing raises, nothing hangs."""

import json
import struct
import time
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photos import exif, sniff
from photos.containers import layout_of, opened
from photos.tiff import Tiff
from tests.photos import camera
from tests.photos.camera import ASCII, LONG, RATIONAL, Shot

QUICK = settings(max_examples=150, deadline=1_000, suppress_health_check=[HealthCheck.too_slow])
WHOLE = {
    "JPEG": camera.jpeg(
        camera.exif(Shot()), camera.xmp(exif_GPSLatitude="8,13.1S", exif_GPSLongitude="114,22.1E")
    ),
    "PNG": camera.png(camera.exif(Shot()), size=(8, 8)),
    "PNG raw": camera.png(camera.exif(Shot()), raw_profile=True, size=(8, 8)),
    "WebP": camera.webp(camera.exif(Shot()), size=(8, 8)),
    "HEIC": camera.heic(camera.exif(Shot()), turns=[(b"irot", 3)]),
}


def read(content: bytes) -> exif.Facts:
    """Read and sniff as the door does; everything found must be storable as JSON without NUL."""
    facts = exif.read(content, name="IMG_1.jpg")
    sniff.sniff(content, name="IMG_1.jpg")
    stored = json.dumps([fact.as_json() for fact in facts.facts], allow_nan=False)
    assert "\\u0000" not in stored
    if facts.position:
        assert abs(facts.position.lat) <= 90
        assert abs(facts.position.lon) <= 180
    return facts


@QUICK
@given(
    kind=st.sampled_from(sorted(WHOLE)),
    changes=st.lists(st.tuples(st.integers(0, 1_500), st.integers(0, 255)), min_size=1, max_size=12),
)
def test_it_survives_changed_bytes(kind: str, changes: list[tuple[int, int]]) -> None:
    content = bytearray(WHOLE[kind])
    for at, value in changes:
        content[at % len(content)] = value
    read(bytes(content))


@QUICK
@given(kind=st.sampled_from(sorted(WHOLE)), cut=st.floats(0, 1))
def test_it_survives_any_cut(kind: str, cut: float) -> None:
    content = WHOLE[kind]
    read(content[: int(len(content) * cut)])


@QUICK
@given(st.binary(max_size=400))
def test_it_survives_noise_behind_every_head(noise: bytes) -> None:
    for head in (
        b"",
        b"\xff\xd8\xff\xe1",
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x40\0\0\0WEBPEXIF",
        b"\0\0\0\x18ftypheic",
        b"\0\0\0\x0cftypheic\0\0\1\0meta\0\0\0\0",
    ):
        read(head + noise)
    read(camera.jpeg(b"II*\0\x08\0\0\0" + noise, noise, size=(8, 8)))


@QUICK
@given(
    tags=st.dictionaries(
        st.integers(0, 31),
        st.one_of(
            st.tuples(st.just(RATIONAL), st.lists(st.tuples(st.integers(0, 2**32 - 1), st.integers(0, 2**32 - 1)), max_size=4)),
            st.tuples(st.just(ASCII), st.text(max_size=12).filter(lambda text: "\0" not in text)),
            st.tuples(st.just(LONG), st.lists(st.integers(0, 2**32 - 1), max_size=4)),
        ),
    ),
    order=st.sampled_from("<>"),
)  # fmt: skip
def test_it_survives_any_gps_directory(tags: dict, order: str) -> None:
    read(camera.jpeg(camera.exif(Shot(gps=tags, order=order)), size=(8, 8)))


def test_it_never_follows_a_directory_twice() -> None:
    block = camera.tiff({0x8769: (LONG, [8]), 0x8825: (LONG, [8])}, {})
    assert Tiff(block).directory(8) is not None
    facts = read(camera.jpeg(block))
    assert {fact.reason for fact in facts.facts if fact.source == "exif"} == {"malformed"}


@pytest.mark.parametrize(
    ("kind", "count"), [(258, 1), (2, 40)], ids=["first entry of no type", "beyond the block"]
)
def test_it_takes_no_directory_that_exiftool_calls_bad(kind: int, count: int) -> None:
    block = (
        b"II*\0\x08\0\0\0" + struct.pack("<H", count) + struct.pack("<HHII", 0x010F, kind, 4, 0) + bytes(4)
    )
    facts = read(camera.jpeg(block))
    assert [(fact.name, fact.reason) for fact in facts.facts if fact.source == "exif"] == [
        ("EXIF", "malformed")
    ]


def test_it_reads_no_more_entries_than_its_limit() -> None:
    block = b"II*\0\x08\0\0\0" + struct.pack("<H", 65_535) + struct.pack("<HHII", 0x010F, 2, 4, 0) * 65_535
    assert read(camera.png(block)).camera.make is None
    assert Tiff(block).directory(8).keys() == {0x010F}


@pytest.mark.parametrize(
    "packet",
    [
        b"<a>" * 100_000,
        b'<!DOCTYPE x [<!ENTITY a "' + b"b" * 1_000 + b'"><!ENTITY c "&a;&a;&a;&a;&a;&a;">]><x>&c;</x>',
        b"<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF>",
        "<x>".encode("utf-16"),
        b"<?xml version='1.0' encoding='klingon'?><x/>",
        b"",
        b"x" * 3_000_000,
    ],
    ids=["deep", "entities", "unclosed", "utf-16", "unknown encoding", "empty", "huge"],
)
def test_it_makes_hostile_xmp_a_fact_with_a_reason(packet: bytes) -> None:
    started = time.process_time()
    facts = read(camera.png(None, packet))
    assert time.process_time() - started < 1
    assert [fact.reason for fact in facts.facts if fact.name == "XMP"] in (["malformed"], ["too_large"], [])
    assert facts.position is None


def test_it_unfolds_no_metadata_bomb() -> None:
    bomb = zlib.compress(b"\nexif\n 9\n" + b"00" * 40_000_000, 9)
    content = camera.png()
    content = content[:33] + camera.chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb) + content[33:]
    started = time.process_time()
    layout = layout_of(content)
    read(content)
    assert sum(map(len, layout.exif)) <= 4_000_000
    assert time.process_time() - started < 1


def test_it_walks_a_file_of_a_million_tiny_pieces_in_time() -> None:
    started = time.process_time()
    for content in (
        b"\xff\xd8" + b"\xff\xe2\0\2" * 1_000_000,
        b"\x89PNG\r\n\x1a\n" + camera.chunk(b"tEXt", b"") * 500_000,
        b"\0\0\0\x0cftypheic" + b"\0\0\0\x08free" * 500_000,
        b"\xff\xd8" + b"\xff" * 3_000_000,
    ):
        read(content)
    assert time.process_time() - started < 2


def test_it_reads_an_empty_file(tmp_path) -> None:
    (tmp_path / "empty.jpg").write_bytes(b"")
    with opened(tmp_path / "empty.jpg") as data:
        assert exif.read(data).position_reason == "absent"
