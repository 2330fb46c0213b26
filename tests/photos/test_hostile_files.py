"""Files built to break a reader: each is read in a process of its own under a limit of memory and time.

And random structures: trees of tag directories, boxes and chunks whose sizes, counts and pointers lie.
"""

import json
import struct
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photos import exif, iptc, sniff
from photos.containers import BLOCKS_BUDGET, layout_of
from tests.photos import camera
from tests.photos.camera import Shot

SECONDS, MEGABYTES = 1.0, 200
QUICK = settings(max_examples=120, deadline=2_000, suppress_health_check=[HealthCheck.too_slow])

JUDGE = """
import re, resource, sys, time
from pathlib import Path
from photos import exif, sniff
from photos.containers import layout_of, opened
sniff.sniff(exif.read(b"\\xff\\xd8\\xff") and b"\\xff\\xd8\\xff\\xe1")
private = int(re.search(r"VmData:\\s+(\\d+) kB", Path("/proc/self/status").read_text())[1]) * 1024
limit = private + int(sys.argv[-1]) * 1_000_000
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
slowest = most = 0
for path in sys.argv[1:-1]:
    started = time.process_time()
    with opened(path) as data:
        layout = layout_of(data)
        sniff.sniff(data, name="IMG_1.jpg", layout=layout)
        facts = exif.read(data, name="IMG_1.jpg", layout=layout)
        exif.thumbnail_of(data, layout)
    slowest, most = max(slowest, time.process_time() - started), max(most, len(facts.facts))
print(slowest, most)
"""


def png_of(*chunks: bytes) -> bytes:
    plain = camera.png(size=(8, 8))
    return plain[:33] + b"".join(chunks) + plain[33:]


def jpeg_of(*segments: bytes) -> bytes:
    plain = camera.jpeg(size=(8, 8))
    return plain[:2] + b"".join(segments) + plain[2:]


def heic_of(*tables: bytes) -> bytes:
    meta = camera.box(b"meta", bytes(4), camera.box(b"pitm", struct.pack(">IH", 0, 1)), *tables)
    return camera.box(b"ftyp", b"heic\0\0\0\0mif1heic") + meta + camera.box(b"mdat", bytes(100))


def text_bombs() -> bytes:
    """7,000 chunks of 4 KB, each of which unfolds to 4 MB."""
    bomb = zlib.compress(b"\nexif\n 9\n" + b"00" * 2_000_000, 9)
    return png_of(camera.chunk(b"zTXt", b"Raw profile type exif\0\0" + bomb) * 7_000)


def empty_extents() -> bytes:
    """iloc tables whose extents take no bytes at all, 65,535 for each of many items."""
    table = struct.pack(">IBBH", 0, 0, 0, 65_535) + struct.pack(">HHH", 1, 0, 65_535) * 20_000
    return heic_of(camera.box(b"iloc", table) * 100)


def many_owners() -> bytes:
    table = struct.pack(">III", 0, 0, 4_000_000) + (b"\0\1\xff" + bytes(255)) * 100_000
    return heic_of(camera.box(b"iprp", camera.box(b"ipco"), camera.box(b"ipma", table)))


def deep_rdf(depth: int) -> bytes:
    inner = b"<rdf:Bag><rdf:li>" * depth + b"</rdf:li></rdf:Bag>" * depth
    return (
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/"><xmpMM:History>' + inner
        + b"</xmpMM:History></rdf:Description></rdf:RDF></x:xmpmeta>"
    )  # fmt: skip


def exif_in_pieces() -> bytes:
    """One EXIF block over 20,000 segments, the first sixty of them as long as a segment can be."""
    long = camera.segment(0xE1, b"Exif\0\0" + bytes(65_000))
    first = camera.segment(0xE1, b"Exif\0\0" + camera.exif(Shot()))
    return jpeg_of(first, long * 60, camera.segment(0xE1, b"Exif\0\0" + bytes(8)) * 19_000)


def iptc_records() -> bytes:
    record = b"\x1c\x02\x5a\x03\xe8" + b"x" * 1_000
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(record) * 3_000) + record * 3_000
    text = f"\niptc\n{len(resource)}\n{(resource).hex()}\n".encode()
    return png_of(camera.chunk(b"zTXt", b"Raw profile type iptc\0\0" + zlib.compress(text)) * 50)


HOSTILE: dict[str, Callable[[], bytes]] = {
    "PNG: 7,000 text bombs": text_bombs,
    "PNG: XMP of 100 MB": lambda: png_of(
        camera.chunk(b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"<a>" * 33_000_000)
    ),
    "PNG: XMP 5,000 lists deep": lambda: camera.png(None, deep_rdf(5_000), size=(8, 8)),
    "PNG: 300,000 chunks": lambda: png_of(camera.chunk(b"tEXt", b"a\0b") * 300_000),
    "PNG: records that never end": iptc_records,
    "JPEG: 20,000 segments": lambda: jpeg_of(camera.segment(0xE2, b"ICC_PROFILE\0") * 20_000),
    "JPEG: EXIF in 19,000 pieces": exif_in_pieces,
    "JPEG: 400 EXIF blocks": lambda: jpeg_of(
        camera.segment(0xE1, b"Exif\0\0II*\0" + b"\xff" * 60_000) * 400
    ),
    "JPEG: 30 MB of FF": lambda: b"\xff\xd8" + b"\xff" * 30_000_000,
    "JPEG: 28 MB of php tags that are none": lambda: camera.jpeg(size=(8, 8)) + b"<?phq" * 5_600_000,
    "JPEG: 28 MB of svg tags": lambda: camera.jpeg(size=(8, 8)) + b"<svg " * 5_600_000,
    "WebP: 400 EXIF chunks": lambda: (
        b"RIFF" + struct.pack("<I", 28_000_000) + b"WEBP"
        + (b"EXIF" + struct.pack("<I", 69_992) + b"II*\0" * 17_498) * 400
    ),
    "HEIC: extents without end": empty_extents,
    "HEIC: owners without end": many_owners,
    "HEIC: 3,000,000 boxes": lambda: heic_of(camera.box(b"iinf", bytes(6), camera.box(b"free") * 3_000_000)),
    "HEIC: tables of tables": lambda: heic_of(
        camera.box(b"iprp", camera.box(b"ipco", camera.box(b"free") * 19_000)) * 150
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_stays_within_memory_and_time(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "hostile"
    path.write_bytes(HOSTILE[kind]())
    assert_within_limits([path])


def assert_within_limits(paths: list[Path]) -> None:
    """Have a process of its own, with limited memory, read the files."""
    told = subprocess.run(
        [sys.executable, "-c", JUDGE, *map(str, paths), str(MEGABYTES)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert told.stderr == ""
    slowest, most_facts = map(float, told.stdout.split())
    assert slowest < SECONDS
    assert most_facts < 300


FULL = Shot(thumbnail=camera.jpeg(size=(8, 8)), order=">", sub={0x9286: (7, b"ASCII\0\0\0Sragi")})
EXIF_SEGMENT = camera.segment(0xE1, b"Exif\0\0" + camera.exif(FULL))
RECORDS = b"8BIM\x04\x04\0\0\0\0\0\x0d\x1c\x02\x37\0\x0820261124\0"
COMPLETE: dict[str, Callable[[], bytes]] = {
    "JPEG": lambda: camera.jpeg(camera.exif(FULL), camera.xmp(exif_GPSLatitude="8,13.1S")),
    "JPEG with records": lambda: jpeg_of(camera.segment(0xED, iptc.PHOTOSHOP_HEAD + RECORDS), EXIF_SEGMENT),
    "JPEG, progressive": lambda: camera.jpeg(camera.exif(FULL), progressive=True),
    "PNG": lambda: camera.png(camera.exif(FULL), camera.xmp(exif_GPSLatitude="8,13.1S"), size=(8, 8)),
    "PNG, raw profile": lambda: camera.png(camera.exif(FULL), raw_profile=True, size=(8, 8)),
    "WebP": lambda: camera.webp(camera.exif(FULL), camera.xmp(exif_GPSLatitude="8,13.1S"), size=(8, 8)),
    "HEIC": lambda: camera.heic(camera.exif(FULL), turns=[(b"irot", 3), (b"imir", 1)]),
}


@pytest.mark.parametrize("kind", COMPLETE)
def test_mutations_of_complete_files_stay_within_memory_and_time(kind: str, tmp_path: Path) -> None:
    """Changed, doubled, cut out, moved and overwritten with the numbers that break readers; always the same ones."""
    random, whole, paths = Random(kind), COMPLETE[kind](), []
    for number in range(150):
        content = bytearray(whole)
        for _change in range(random.choice((1, 1, 2, 5, 20))):
            at, size = random.randrange(len(content)), random.choice((1, 2, 4, 8, 100))
            other = random.randrange(len(content))
            content[at : at + random.choice((0, size))] = random.choice(
                (
                    random.randbytes(size),
                    b"\xff" * size,
                    bytes(size),
                    bytes(content[other : other + size]),
                    struct.pack(">I", random.choice((0x7FFFFFFF, 0x80000000, len(content), at, 8))),
                    b"",
                )
            )
            content = content or bytearray(b"\0")
        paths.append(tmp_path / f"{number}.bin")
        paths[-1].write_bytes(content)
    assert_within_limits(paths)


def test_the_limit_of_memory_is_one(tmp_path: Path) -> None:
    path = tmp_path / "sound.jpg"
    path.write_bytes(camera.jpeg())
    greedy = JUDGE.replace("        layout = ", "        bytes(250_000_000)\n        layout = ")
    command = [sys.executable, "-c", greedy, str(path), str(MEGABYTES)]
    told = subprocess.run(command, cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False)
    assert "MemoryError" in told.stderr


def looked_at(content: bytes) -> exif.Facts:
    """Read and sniff; what was found must be storable."""
    layout = layout_of(content)
    sniff.sniff(content, name="IMG_1.jpg", layout=layout)
    facts = exif.read(content, name="IMG_1.jpg", layout=layout)
    exif.thumbnail_of(content, layout)
    json.dumps([fact.as_json() for fact in facts.facts], allow_nan=False)
    assert sum(map(len, (*layout.exif, *layout.xmp, *layout.iptc))) <= BLOCKS_BUDGET
    return facts


small = st.integers(0, 40)
lie = st.one_of(st.integers(0, 400), st.sampled_from([0, 1, 7, 8, 65_535, 2**31, 2**32 - 1]))
TAGS = (
    0x010F, 0x0112, 0x0131, 0x0132, 0x8769, 0x8825, 0xA005, 0x9003, 0x9286, 0x927C, 0x0201, 0x0202,
    0, 1, 2, 3, 4, 5, 6, 7, 29,
)  # fmt: skip
entry = st.tuples(st.sampled_from(TAGS), st.integers(0, 15), lie, lie)
directory = st.tuples(st.lists(entry, max_size=9), st.one_of(st.none(), lie), lie)


@QUICK
@given(
    order=st.sampled_from("<>"),
    directories=st.lists(directory, min_size=1, max_size=5),
    tail=st.binary(max_size=60),
)
def test_it_survives_any_tree_of_directories(order: str, directories: list, tail: bytes) -> None:
    block = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    for entries, count, following in directories:
        block += struct.pack(order + "H", len(entries) if count is None else count % 65_536)
        block += b"".join(struct.pack(order + "HHII", *parts) for parts in entries)
        block += struct.pack(order + "I", following)
    looked_at(camera.jpeg(block + tail, size=(8, 8)))
    looked_at(camera.heic(block + tail))


KINDS = (b"meta", b"iinf", b"infe", b"iloc", b"iprp", b"ipco", b"ipma", b"iref", b"cdsc", b"pitm", b"idat", b"mdat",
         b"ispe", b"irot", b"imir", b"uuid", b"free")  # fmt: skip
boxes = st.recursive(
    st.builds(camera.box, st.sampled_from(KINDS), st.binary(max_size=40)),
    lambda inner: st.builds(
        lambda kind, head, parts: camera.box(kind, head, *parts),
        st.sampled_from(KINDS),
        st.sampled_from([b"", bytes(4), bytes(6), b"\1\0\0\0", b"\2\0\0\0\0\1"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=20,
)


@QUICK
@given(parts=st.lists(boxes, max_size=6), at=small, size=lie)
def test_it_survives_any_tree_of_boxes(parts: list[bytes], at: int, size: int) -> None:
    content = bytearray(camera.box(b"ftyp", b"heic\0\0\0\0mif1heic") + b"".join(parts))
    looked_at(bytes(content))
    content[20 + at : 24 + at] = struct.pack(">I", size)
    looked_at(bytes(content))


@QUICK
@given(
    parts=st.lists(
        st.tuples(
            st.sampled_from([b"eXIf", b"tEXt", b"zTXt", b"iTXt", b"IHDR", b"IDAT", b"caBX", b"abcd"]),
            st.sampled_from([b"", b"XML:com.adobe.xmp\0", b"Raw profile type exif\0\0", b"Raw profile type iptc\0\0"]),
            st.binary(max_size=60),
            st.booleans(),
        ),
        max_size=8,
    ),
    lies=st.booleans(),
    size=lie,
)  # fmt: skip
def test_it_survives_any_row_of_chunks(parts: list, lies: bool, size: int) -> None:
    chunks = b"".join(
        camera.chunk(kind, head + (zlib.compress(body) if packed else body))
        for kind, head, body, packed in parts
    )
    content = b"\x89PNG\r\n\x1a\n" + (struct.pack(">I", size) + chunks[4:] if lies and chunks else chunks)
    looked_at(content)
    inner = b"".join(
        kind + struct.pack("<I", size if lies else len(body)) + body for kind, _h, body, _p in parts
    )
    looked_at(b"RIFF" + struct.pack("<I", len(inner) + 4) + b"WEBP" + inner)


@QUICK
@given(
    records=st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 120), lie, st.binary(max_size=20)), max_size=9
    )
)
def test_it_survives_any_records(records: list) -> None:
    content = b"".join(
        b"\x1c" + bytes([of, number]) + struct.pack(">H", size % 65_536) + value
        for of, number, size, value in records
    )
    resource = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(content)) + content
    looked_at(jpeg_of(camera.segment(0xED, iptc.PHOTOSHOP_HEAD + resource)))


xml = st.recursive(
    st.sampled_from(["", "8,13.1S", "2026-11-24", "&lt;", "x" * 50]),
    lambda inner: st.builds(
        lambda name, value, parts: f"<{name} exif:GPSLatitude='{value}'>{''.join(parts)}</{name}>",
        st.sampled_from(
            ["rdf:li", "rdf:Bag", "rdf:Description", "xmpMM:History", "exif:UserComment", "rdf:RDF"]
        ),
        st.sampled_from(["8,13.1S", "", "x"]),
        st.lists(inner, max_size=4),
    ),
    max_leaves=30,
)


@QUICK
@given(inner=xml)
def test_it_survives_any_rdf(inner: str) -> None:
    names = (
        'xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" '
        'xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
    )
    packet = f"<rdf:RDF {names}><rdf:Description>{inner}</rdf:Description></rdf:RDF>"
    assert not any(fact.reason == "malformed" and fact.name == "XMP" for fact in looked_at(jpeg_of(camera.segment(
        0xE1, b"http://ns.adobe.com/xap/1.0/\0" + packet.encode()))).facts)  # fmt: skip
