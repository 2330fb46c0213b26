"""What passes the door and what is refused, by the bytes."""

import io
import random
import re
import struct
import time
import zipfile
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photos import scanning, sniff
from photos.sniff import Sniffed
from places.saying import say
from tests.photos import camera
from tests.photos.camera import Shot

BLOCK = camera.exif(Shot())
SOUND = {
    "JPEG": camera.jpeg(BLOCK),
    "JPEG progressive": camera.jpeg(BLOCK, progressive=True, size=(320, 240)),
    "PNG": camera.png(BLOCK),
    "WebP": camera.webp(BLOCK),
    "HEIC": camera.heic(BLOCK),
}


def look(content: bytes, name: str = "foto.jpg") -> Sniffed:
    return sniff.sniff(content, name=name)


def code_of(content: bytes, name: str = "foto.jpg") -> str | None:
    refusal = look(content, name).refusal
    return refusal and refusal.code


@pytest.mark.parametrize("kind", SOUND)
def test_it_lets_sound_pictures_pass_with_their_size(kind: str) -> None:
    sniffed = look(SOUND[kind])
    assert sniffed.refusal is None
    assert sniffed.format == kind.removesuffix(" progressive")
    assert (sniffed.width, sniffed.height) == ((320, 240) if "progressive" in kind else (64, 48))


def test_it_reads_plain_and_lossless_webp() -> None:
    for options in ({}, {"lossless": True}):
        file = io.BytesIO()
        camera._picture((33, 21)).save(file, "WEBP", **options)
        sniffed = look(file.getvalue())
        assert (sniffed.format, sniffed.width, sniffed.height, sniffed.refusal) == ("WebP", 33, 21, None)


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (b"", "refused.empty", None),
        (b"%PDF-1.7\n", "refused.not_an_image", "PDF"),
        (b"PK\x03\x04....", "refused.not_an_image", "ZIP"),
        (b"hello", "refused.not_an_image", None),
        (b"<html><img></html>", "refused.not_an_image", "HTML"),
        (b"GIF89a\x01\0\x01\0", "refused.other_format", "GIF"),
        (b"II*\0\x08\0\0\0", "refused.other_format", "TIFF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "refused.other_format", "SVG"),
        (camera.heic(brands=b"avif\0\0\0\0mif1avif"), "refused.other_format", "AVIF"),
        (camera.heic(brands=b"isom\0\0\0\0mp42"), "refused.other_format", "video"),
    ],
)
def test_it_refuses_what_is_no_accepted_picture(content: bytes, code: str, found: str | None) -> None:
    refusal = look(content).refusal
    assert refusal.code == code
    assert refusal.params.get("found") == found


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_it_refuses_a_file_that_is_cut(kind: str, share: float) -> None:
    content = SOUND[kind]
    assert code_of(content[: int(len(content) * share)]) in ("refused.cut", "refused.broken")


def test_it_refuses_a_jpeg_whose_last_half_of_picture_is_missing() -> None:
    content = camera.jpeg(BLOCK, size=(800, 600))
    assert code_of(content[: len(content) // 2]) == "refused.cut"
    assert code_of(content[:-2]) == "refused.cut"
    assert code_of(content[: len(content) // 2] + bytes(len(content) // 2)) == "refused.cut"


def test_it_tells_headers_without_picture_apart() -> None:
    content = camera.jpeg(BLOCK)
    scan = content.index(b"\xff\xda")
    end = scan + 2 + struct.unpack(">H", content[scan + 2 : scan + 4])[0]
    assert code_of(content[:end]) == "refused.no_picture"


def test_it_refuses_a_png_with_a_flipped_bit() -> None:
    content = bytearray(camera.png(size=(40, 40)))
    content[content.index(b"IDAT") + 20] ^= 1
    assert code_of(bytes(content)) == "refused.broken"


def test_it_refuses_30_mb_and_says_both_numbers() -> None:
    refusal = look(camera.jpeg() + bytes(sniff.SIZE_LIMIT)).refusal
    assert refusal.code == "refused.too_large"
    assert say(refusal).startswith("File 30,0 MB; batasnya 30,0 MB.")


@pytest.mark.parametrize(
    ("kind", "width", "height", "code"),
    [
        ("JPEG", 16_320, 12_240, None),  # a 200-megapixel phone
        ("HEIC", 16_320, 12_240, None),  # kept; the worker cannot decode it and says so
        ("PNG", 31_622, 31_622, None),
        ("PNG", 31_623, 31_623, "refused.too_many_pixels"),
        ("JPEG", 65_000, 65_000, "refused.too_many_pixels"),
        ("PNG", 2**31 - 1, 2**31 - 1, "refused.too_many_pixels"),
        ("WebP", 16_383, 16_383, None),
        ("HEIC", 50_000, 50_000, "refused.too_many_pixels"),
    ],
)
def test_it_counts_pixels_from_the_headers_alone(
    kind: str, width: int, height: int, code: str | None
) -> None:
    assert code_of(_declaring(kind, width, height)) == code


def _declaring(kind: str, width: int, height: int) -> bytes:
    if kind == "HEIC":
        return camera.heic(size=(width, height))
    if kind == "JPEG":
        content = bytearray(camera.jpeg())
        at = content.index(b"\xff\xc0")
        content[at + 5 : at + 9] = struct.pack(">HH", height, width)
    elif kind == "WebP":
        content = bytearray(camera.webp(BLOCK))
        content[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    else:
        content = bytearray(camera.png())
        content[16:24] = struct.pack(">II", width, height)
        content[29:33] = struct.pack(">I", zlib.crc32(content[12:29]))
    return bytes(content)


def _zip() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("index.html", "isi")
    return file.getvalue()


PAYLOADS = {
    "PHP": b"\n<?php system($_GET['c']); ?>",
    "HTML": b"<html><body>x</body></html>",
    "script": b"<SCRIPT>alert(1)</SCRIPT>",
    "PDF": b"%PDF-1.7\n1 0 obj",
    "ZIP": _zip(),
    "SVG": b"<svg onload='x' xmlns='http://www.w3.org/2000/svg'>",
    "RAR": b"Rar!\x1a\x07\x00",
    "program": b"\x7fELF\x02",
}


@pytest.mark.parametrize("kind", SOUND)
@pytest.mark.parametrize("payload", PAYLOADS)
def test_it_refuses_a_payload_behind_the_picture(kind: str, payload: str) -> None:
    refusal = look(SOUND[kind] + PAYLOADS[payload]).refusal
    assert refusal is not None
    assert refusal.code == "refused.polyglot"
    assert refusal.params["found"] == {"script": "HTML"}.get(payload, payload)


def test_it_takes_no_smooth_table_for_a_program() -> None:
    """Quantisation tables of real cameras run through every sign of ASCII."""
    table = b"89988:::989:;><;:;<<<?=<;<=>>==>>>>>=>>>>>?>>>?>>"
    assert code_of(camera.jpeg()[:2] + camera.segment(0xFE, table) + camera.jpeg()[2:]) is None


def in_picture_data(payload: bytes, size: int = 700_000) -> bytes:
    """A JPEG whose picture data is long noise with something in it."""
    content = camera.jpeg(BLOCK)
    noise = random.Random(1).randbytes(size).replace(b"\xff", b"\xfe").replace(b"<?", b"<!")
    start = content.index(b"\xff\xda") + 20
    return content[:start] + noise[: size // 2] + payload + noise[size // 2 :] + content[start:]


@pytest.mark.parametrize("payload", [b"<?php echo 1;", b"<?PHP\nsystem(1)", b"<?" * 200 + b"<?php/**/"])
@pytest.mark.parametrize("shift", [0, 1])
def test_it_finds_php_hidden_in_the_picture_data(payload: bytes, shift: int) -> None:
    assert look(in_picture_data(b"")).refusal is None
    refusal = look(in_picture_data(b"\0" * shift + payload)).refusal
    assert refusal is not None
    assert refusal.params["found"] == "PHP"


def test_it_finds_what_lies_across_two_pieces_of_the_search() -> None:
    for at in range(scanning._PIECE - 6, scanning._PIECE + 2):
        content = bytes(at) + b"<?php \xff\xd9" + bytes(9)
        assert scanning.find_after_pair(content, b"<?", re.compile(rb"<\?php ")) == at
        assert scanning.find_pair(content, b"\xff\xd9", 0) == at + 6
        assert scanning.find_pair(content, b"\xff\xd9", at + 7) == -1


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from([b"\xff", b"\xd9", b"<", b"?", b"x"]), max_size=40), st.integers(0, 45))
def test_it_finds_a_pair_where_python_finds_it(parts: list[bytes], start: int) -> None:
    content = b"".join(parts)
    assert scanning.find_pair(content, b"\xff\xd9", start) == content.find(b"\xff\xd9", start)


@pytest.mark.parametrize("many", [1, scanning._MANY - 1, scanning._MANY + 1, 3 * scanning._MANY])
@pytest.mark.parametrize("shift", [0, 1])
def test_it_finds_the_pattern_behind_many_that_only_begin_like_it(many: int, shift: int, monkeypatch) -> None:
    rule = re.compile(rb"<\?php ")
    content = bytes(shift) + b"<?" * many + bytes(3) + b"<?x" * many + b"<?php " + b"<?" * many + b"<?php "
    for piece in (64, 1 << 10, 1 << 19):
        monkeypatch.setattr(scanning, "_PIECE", piece)
        assert scanning.find_after_pair(content, b"<?", rule) == content.index(b"<?php ")
        assert scanning.find_after_pair(content[:-1], b"<?", rule, content.index(b"<?php ") + 1) == -1


def test_a_trailer_made_to_be_slow_to_search_is_not() -> None:
    content = camera.jpeg(BLOCK) + b"<svg " * 1_000_000 + b"<html " * 500_000 + b"<?" * 1_000_000
    started = time.process_time()
    look(content)
    assert time.process_time() - started < 1


@pytest.mark.parametrize(
    "content",
    [
        camera.jpeg()[:2] + camera.segment(0xFE, b"<?=`$_GET[1]`?>") + camera.jpeg()[2:],
        camera.jpeg()[:2] + camera.segment(0xFE, b"<?= $_GET[1]?>") + camera.jpeg()[2:],
        camera.jpeg()[:2] + camera.segment(0xFE, b"<?=system('id')?>") + camera.jpeg()[2:],
        camera.jpeg()[:2] + camera.segment(0xFE, b"<?php eval($x); ?>") + camera.jpeg()[2:],
        camera.jpeg(camera.exif(Shot(make="<?php phpinfo();"))),
        camera.jpeg()[:2] + camera.segment(0xFE, b"%PDF-1.7") + camera.jpeg()[2:],
        camera.png(camera.exif(Shot(model="<script >alert(1)</script>"))),
    ],
    ids=[
        "short tag",
        "short tag of a variable",
        "short tag of a call",
        "comment",
        "make",
        "PDF in the first kilobyte",
        "model",
    ],
)
def test_it_refuses_a_program_inside_the_metadata(content: bytes) -> None:
    assert code_of(content) == "refused.polyglot"


TRAILERS = {
    "second picture (MPF)": camera.jpeg(BLOCK),
    "Google's motion photo": b"\0\0\0\x18ftypmp42\0\0\0\0isommp42" + bytes(range(256)) * 20,
    "Samsung's trailer": b"\0\0\x01\n\x0e\0\0\0Image_UTC_Data1732414500000" + b"SEFH" + bytes(24) + b"SEFT",
    "Sony's padding and preview": bytes(30_000) + camera.jpeg(),
    "OPPO's text": b'{"deviceName":"CPH2577","watermark":""}' + b"jxrs",
    "line end": b"\r\n",
}


@pytest.mark.parametrize("trailer", TRAILERS.values(), ids=TRAILERS.keys())
def test_it_lets_the_trailers_of_phones_pass(trailer: bytes) -> None:
    sniffed = look(camera.jpeg(BLOCK) + trailer)
    assert sniffed.refusal is None
    assert sniffed.trailer == len(trailer)


@pytest.mark.parametrize(
    ("name", "suffix"),
    [
        ("x.php.jpg", "php"), ("foto.PHP5.JPG", "php5"), ("foto.jpg.exe", "exe"), ("a.phtml .jpg", "phtml"),
        ("a.php\0.jpg", "php"), ("a.php;.jpg", "php"), ("a.php%00.jpg", ""), ("IMG_2026.11.24.jpg", ""),
        ("Foto RT.02 RW.01.jpeg", ""), ("php.jpg", ""), ("titik.com.jpg", ""), ("", ""),
    ],
)  # fmt: skip
def test_it_refuses_double_names_of_programs(name: str, suffix: str) -> None:
    assert sniff.executable_suffix(name) == suffix
    assert code_of(camera.jpeg(), name) == ("refused.executable_name" if suffix else None)


def test_every_refusal_has_a_sentence_that_says_what_to_do() -> None:
    for code, sentence in sniff.SENTENCES.items():
        assert "Kirim" in sentence or "ambil ulang" in sentence, code


def test_it_reads_a_file_from_disk_by_its_sent_name(tmp_path) -> None:
    path = tmp_path / "incoming-7f"
    path.write_bytes(camera.jpeg())
    assert sniff.sniff_file(path).refusal is None
    assert sniff.sniff_file(path, name="x.php.jpg").refusal.code == "refused.executable_name"
