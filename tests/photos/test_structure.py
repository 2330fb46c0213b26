"""What the build of a file shows: segments, tables, directories, thumbnail, trailer."""

import io

import pytest
from PIL import Image

from photos import exif
from photos.containers import layout_of
from photos.structure import Structure
from tests.photos import camera
from tests.photos.camera import SHORT, UNDEFINED, Shot

THUMBNAIL = camera.jpeg(size=(16, 12))


def built(content: bytes) -> Structure:
    return exif.read(content).structure


def test_it_lists_the_segments_of_a_jpeg_in_file_order() -> None:
    comment = camera.segment(0xFE, b"Sumberagung")
    content = camera.jpeg(camera.exif(Shot()), camera.xmp(xmp_CreatorTool="x"))
    structure = built(content[:2] + comment + content[2:])
    assert structure.segments[:4] == ("COM", "APP1:Exif", "APP1:XMP", "APP0")
    assert structure.segments[-1] == "SOS"
    assert structure.comment == "Sumberagung"


@pytest.mark.parametrize("quality", [30, 75, 95])
def test_it_reads_the_quantisation_tables_as_pillow_does(quality: int) -> None:
    file = io.BytesIO()
    Image.effect_noise((64, 48), 60).convert("RGB").save(file, "JPEG", quality=quality)
    said = Image.open(file).quantization  # type: ignore[attr-defined]
    assert built(file.getvalue()).quantisation == tuple(tuple(said[number]) for number in sorted(said))


@pytest.mark.parametrize(
    ("save", "subsampling", "progressive", "standard"),
    [
        ({"subsampling": 0}, "4:4:4", False, True),
        ({"subsampling": 1}, "4:2:2", False, True),
        ({"subsampling": 2}, "4:2:0", False, True),
        ({"optimize": True}, "4:2:0", False, False),
        ({"progressive": True}, "4:2:0", True, False),
    ],
    ids=["4:4:4", "4:2:2", "4:2:0", "optimised", "progressive"],
)
def test_it_tells_how_a_jpeg_was_packed(
    save: dict, subsampling: str, progressive: bool, standard: bool
) -> None:
    structure = built(camera.jpeg(**save))
    assert (structure.subsampling, structure.progressive) == (subsampling, progressive)
    assert structure.huffman_standard is standard


def test_it_tells_where_the_directories_lie() -> None:
    structure = built(camera.jpeg(camera.exif(Shot(order=">"))))
    assert structure.byte_order == "MM"
    assert [name for name, _at in structure.offsets] == ["IFD0", "Exif", "MakerNote", "GPS"]
    assert structure.offsets[0] == ("IFD0", 8)
    assert structure.lies_after("GPS", "MakerNote") is True
    assert structure.lies_after("GPS", "Thumbnail") is None
    assert structure.ifd0_tags == (0x010F, 0x0110, 0x0112, 0x8769, 0x8825)
    assert structure.gps_tags == (0, 1, 2, 3, 4)
    assert not (structure.has_ifd1)
    assert not (structure.has_interop)
    assert not structure.jumbf


def test_it_finds_the_embedded_thumbnail() -> None:
    content = camera.jpeg(camera.exif(Shot(thumbnail=THUMBNAIL, more={0x0131: (camera.ASCII, "x")})))
    structure = built(content)
    assert structure.has_ifd1
    assert structure.lies_after("Thumbnail", "GPS") is True
    assert structure.thumbnail is not None
    assert structure.thumbnail[1] == len(THUMBNAIL)
    assert exif.thumbnail_of(content) == THUMBNAIL
    assert exif.thumbnail_of(content, layout_of(content)) == THUMBNAIL
    assert exif.thumbnail_of(camera.jpeg(camera.exif(Shot()))) == b""


@pytest.mark.parametrize(
    ("trailer", "kind"),
    [
        (b"", ""), (b"\0\0\0\x18ftypmp42", "motion_photo"), (bytes(40), "padding"), (THUMBNAIL, "jpeg"),
        (b"\0\0\1\nImage_UTC_DataSEFH....SEFT", "samsung"), (b"jxrs", "other"),
    ],
)  # fmt: skip
def test_it_names_what_follows_the_picture(trailer: bytes, kind: str) -> None:
    assert built(camera.jpeg() + trailer).trailer == kind


def test_it_knows_the_second_picture_that_mpf_announces() -> None:
    content = camera.jpeg()
    announced = content[:2] + camera.segment(0xE2, b"MPF\0MM\0*") + content[2:]
    assert built(announced + content).trailer == "mpf"


def test_it_lists_chunks_and_boxes_once_each_in_a_row() -> None:
    assert built(camera.png(camera.exif(Shot()))).segments[:2] == ("IHDR", "eXIf")
    assert built(camera.webp(camera.exif(Shot()))).segments == ("VP8X", "VP8", "EXIF")
    assert built(camera.heic(camera.exif(Shot()))).segments == ("ftyp", "meta", "mdat")


def test_it_sees_content_credentials() -> None:
    content = camera.jpeg()
    assert built(content[:2] + camera.segment(0xEB, b"JP\0\1\0\0\0\1") + content[2:]).jumbf
    png = camera.png()
    assert built(png[:33] + camera.chunk(b"caBX", b"x") + png[33:]).jumbf


def test_it_writes_the_build_into_the_ledger_as_seen_by_the_server() -> None:
    facts = exif.read(camera.jpeg(camera.exif(Shot(thumbnail=THUMBNAIL))))
    assert facts.value("Subsampling", "server") == "4:2:0"
    assert facts.value("HuffmanTables", "server") == "standard"
    assert facts.value("GPSTags", "server") == "0000 0001 0002 0003 0004"
    assert str(facts.value("Thumbnail", "server")).startswith(f"{len(THUMBNAIL)} bytes at ")
    assert facts.value("Progressive", "server") is None


def test_it_takes_a_file_without_any_build() -> None:
    assert built(b"") == Structure()
    assert exif.thumbnail_of(b"") == b""
    broken = camera.tiff({0x0112: (SHORT, [1])}, {0x8769: {0x927C: (UNDEFINED, b"n" * 9)}})
    assert exif.thumbnail_of(camera.jpeg(broken[:40])) == b""
