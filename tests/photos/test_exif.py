"""What the reader makes of complete camera files, and that exiftool says the same."""

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from photos import exif
from tests.photos import camera
from tests.photos.camera import ASCII, BYTE, RATIONAL, SHORT, SRATIONAL, UNDEFINED, Shot, Tags, gps

LON, LAT = 114.3691234, -8.2192345
WRITERS = {
    "JPEG": camera.jpeg,
    "PNG": camera.png,
    "PNG raw profile": lambda block: camera.png(block, raw_profile=True),
    "WebP": camera.webp,
    "HEIC": camera.heic,
}

needs_exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is the judge here")


def judged_by_exiftool(files: dict[str, bytes], folder: Path) -> dict[str, dict]:
    """exiftool's reading by file name."""
    for name, content in files.items():
        (folder / name).write_bytes(content)
    tags = ["GPSLatitude", "GPSLongitude", "GPSAltitude", "DateTimeOriginal", "Orientation", "Make", "Model"]
    command = ["exiftool", "-n", "-json", "-api", "structformat=json", *(f"-{tag}" for tag in tags), "."]
    said = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return {Path(row["SourceFile"]).name: row for row in json.loads(said.stdout)}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("order", "<>")
def test_it_reads_position_time_and_camera_from_every_format(kind: str, order: str) -> None:
    block = camera.exif(
        Shot(gps=gps(LON, LAT, error=(RATIONAL, [(65, 10)]), altitude=(RATIONAL, [(1234, 10)])), order=order)
    )
    facts = exif.read(WRITERS[kind](block))
    assert (facts.position.lon, facts.position.lat) == pytest.approx((LON, LAT), abs=1e-7)
    assert (facts.position.error_m, facts.position.altitude_m, facts.position.source) == (6.5, 123.4, "exif")
    assert facts.taken.at.isoformat() == "2026-11-24T09:15:00+07:00"
    assert facts.taken.source == "exif_offset"
    assert (facts.camera.make, facts.camera.model, facts.orientation, facts.maker_note) == (
        "samsung",
        "SM-A546E",
        1,
        True,
    )


@needs_exiftool
def test_it_agrees_with_exiftool_over_formats_orders_and_hemispheres(tmp_path: Path) -> None:
    suffixes = {"JPEG": "jpg", "PNG": "png", "PNG raw profile": "png", "WebP": "webp", "HEIC": "heic"}
    files = {}
    for number, (lon, lat) in enumerate(((LON, LAT), (-0.000001, 89.9999999), (179.9999999, -0.0000003))):
        for kind, write in WRITERS.items():
            for order in "<>":
                more = {"altitude": (RATIONAL, [(9, 2)]), "altitude_ref": (BYTE, [number % 2])}
                block = camera.exif(Shot(gps=gps(lon, lat, **more), order=order, orientation=1 + number * 2))
                files[f"{kind.replace(' ', '_')}-{number}-{ord(order)}.{suffixes[kind]}"] = write(block)
    said = judged_by_exiftool(files, tmp_path)
    assert len(said) == len(files) == 30
    for name, content in files.items():
        facts, truth = exif.read(content), said[name]
        assert facts.position.lat == pytest.approx(truth["GPSLatitude"], abs=1e-7), name
        assert facts.position.lon == pytest.approx(truth["GPSLongitude"], abs=1e-7), name
        assert facts.position.altitude_m == pytest.approx(truth["GPSAltitude"]), name
        assert facts.value("DateTimeOriginal") == truth["DateTimeOriginal"], name
        assert (facts.orientation, facts.camera.make) == (truth["Orientation"], truth["Make"]), name


@needs_exiftool
def test_it_reads_what_exiftool_wrote(tmp_path: Path) -> None:
    path = tmp_path / "written.jpg"
    path.write_bytes(camera.jpeg())
    tags = ["-GPSLatitude=-8.2192345", "-GPSLatitudeRef=S", "-GPSLongitude=114.3691234", "-GPSLongitudeRef=E"]
    tags += ["-GPSDateStamp=2026:11:24", "-GPSTimeStamp=02:15:07", "-DateTimeOriginal=2026:11:24 09:15:09"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *tags, str(path)], check=True)
    facts = exif.read_file(path)
    assert (facts.position.lon, facts.position.lat) == pytest.approx((LON, LAT), abs=1e-7)
    assert facts.taken.at.isoformat() == "2026-11-24T09:15:07+07:00"
    assert facts.taken.source == "gps"


RATIONALS = [(8, 1), (13, 1), (9, 1)]


def located(tags: Tags | None) -> bytes:
    """A JPEG with these GPS tags."""
    return camera.jpeg(camera.exif(Shot(gps=tags)))


def located_by(software: str, gps: Tags | None = None) -> bytes:
    """A JPEG of a named camera and program."""
    return camera.jpeg(camera.exif(Shot(gps=gps, more={0x0131: (ASCII, software)})))


SCREENSHOT = b"ASCII\0\0\0Screenshot"
FACEBOOK = camera.segment(0xED, b"Photoshop 3.0\0 FBMD0100")
REDACTED: Tags = {1: (ASCII, ""), 2: (RATIONAL, [(0, 0)] * 3), 3: (ASCII, ""), 4: (RATIONAL, [(0, 0)] * 3)}
REASONS = {
    "no EXIF at all": (camera.jpeg(), "", "absent", "no_tags"),
    "location switched off": (located(None), "20261124_091500.jpg", "absent", "camera"),
    "version only, as Canon and Nikon write": (located({0: (BYTE, [2, 3, 0, 0])}), "", "absent", "camera"),
    "WhatsApp": (camera.jpeg(), "IMG-20261124-WA0001.jpg", "stripped", "whatsapp"),
    "WhatsApp on a computer": (
        camera.jpeg(),
        "WhatsApp Image 2026-11-24 at 09.15.jpeg",
        "stripped",
        "whatsapp",
    ),
    "WhatsApp, a copy": (camera.jpeg(), "Salinan IMG-20261124-WA0001.jpg", "stripped", "whatsapp"),
    "WhatsApp, named by people": (
        camera.jpeg(),
        "0 persen - IMG-20261124-WA0001.jpg",
        "stripped",
        "whatsapp",
    ),
    "GPS Map Camera's short name": (camera.jpeg(), "20_11_2026_GPSMAPCAM.jpg", "printed", "app"),
    "a part of a screen": (camera.jpeg(), "SmartSelect_20261120_091500_WhatsApp.jpg", "absent", "screenshot"),
    "not WhatsApp's name": (camera.jpeg(), "XIMG-20261124-WA0001.jpg", "absent", "no_tags"),
    "Viber": (camera.jpeg(), "viber_image_2026-11-24_09-15-00.jpg", "stripped", "messenger"),
    "OPPO's and realme's name": (camera.jpeg(), "IMG20261124091500.jpg", "stripped", "camera_name"),
    "Sony's name": (camera.jpeg(), "DSC01234.JPG", "stripped", "camera_name"),
    "Panasonic's name": (camera.jpeg(), "P1010023.JPG", "stripped", "camera_name"),
    "a year is no camera's name": (camera.jpeg(), "APBDes P 2026.jpg", "absent", "no_tags"),
    "Telegram": (camera.jpeg(), "photo_2026-11-24_09-15-00.jpg", "stripped", "telegram"),
    "Signal": (camera.jpeg(), "signal-2026-11-24-091500.jpg", "stripped", "messenger"),
    "Facebook's name": (camera.jpeg(), "FB_IMG_1732414500000.jpg", "stripped", "facebook"),
    "sent as a document, tags whole": (located(None), "IMG-20261124-WA0001.jpg", "absent", "camera"),
    "Facebook's mark": (b"\xff\xd8" + FACEBOOK + camera.jpeg()[2:], "", "stripped", "facebook"),
    "a camera's name, no camera inside": (
        camera.jpeg(),
        "IMG_20261124_091500.jpg",
        "stripped",
        "camera_name",
    ),
    "iPhone rewritten without its notes": (
        camera.jpeg(camera.exif(Shot(make="Apple", note=None, gps=None))),
        "",
        "stripped",
        "rewritten",
    ),
    "empty GPS block": (located({}), "", "stripped", "empty_gps_block"),
    "height left behind": (located({6: (RATIONAL, [(450, 10)])}), "", "stripped", "gps_leftovers"),
    "no fix yet": (located({29: (ASCII, "2026:11:24")}), "", "zeroed", "no_fix"),
    "0,0": (located(gps(0, 0)), "", "zeroed", "zero_zero"),
    "Android's picker": (
        located(REDACTED),
        "",
        "zeroed",
        "redacted",
    ),
    "numbers over nothing, letters left": (
        located(REDACTED | {1: (ASCII, "S"), 3: (ASCII, "E")}),
        "",
        "zeroed",
        "no_value",
    ),
    "words instead of degrees": (
        located({1: (ASCII, "S"), 2: (ASCII, "di lokasi"), 3: (ASCII, "E"), 4: (ASCII, "di lokasi")}),
        "",
        "malformed",
        "not_a_number",
    ),
    "letters without values": (located({1: (ASCII, "S"), 3: (ASCII, "E")}), "", "zeroed", "no_value"),
    "no N or S": (
        located({2: (RATIONAL, RATIONALS), 3: (ASCII, "E"), 4: (RATIONAL, RATIONALS)}),
        "",
        "malformed",
        "missing_ref",
    ),
    "a blank before the letter": (
        located(gps(LON, LAT) | {1: (ASCII, " S")}),
        "",
        "malformed",
        "missing_ref",
    ),
    "a fourth number over nothing": (
        located(gps(LON, LAT) | {2: (RATIONAL, [*RATIONALS, (1, 0)])}),
        "",
        "malformed",
        "zero_denominator",
    ),
    "a letter that is none": (located(gps(LON, LAT) | {1: (ASCII, "X")}), "", "malformed", "missing_ref"),
    "latitude 91": (located(gps(LON, -91)), "", "malformed", "out_of_range"),
    "longitude 181": (located(gps(181, LAT)), "", "malformed", "out_of_range"),
    "half a position": (located({1: (ASCII, "S"), 2: (RATIONAL, RATIONALS)}), "", "malformed", "half"),
    "minutes over nothing": (
        located(gps(LON, LAT) | {2: (RATIONAL, [(8, 1), (13, 0), (0, 1)])}),
        "",
        "malformed",
        "zero_denominator",
    ),
    "negative degrees": (
        located(gps(LON, LAT) | {2: (SRATIONAL, [(-8, 1), (13, 1), (9, 1)])}),
        "",
        "malformed",
        "negative",
    ),
    "a camera that draws, by its tag": (located_by("GPS Map Camera"), "", "printed", "app"),
    "a camera that draws, by its name": (camera.jpeg(), "TimePhoto_20261124_091500.jpg", "printed", "app"),
    "a camera that draws, in the name": (camera.jpeg(), "Solocator_2026-11-24.jpg", "printed", "app"),
    "a camera that draws, emptied after": (located_by("Timemark", gps={}), "", "stripped", "empty_gps_block"),
    "an editor is no camera that draws": (located_by("Snapseed 2.0"), "", "absent", "camera"),
    "Android's screenshot": (camera.png(), "Screenshot_20261124-091500.png", "absent", "screenshot"),
    "a screenshot in Indonesian": (camera.jpeg(), "Tangkapan Layar 2026-11-24.jpg", "absent", "screenshot"),
    "iPhone's screenshot": (
        camera.png(camera.exif(Shot(make=None, model=None, gps=None, sub={0x9286: (UNDEFINED, SCREENSHOT)}))),
        "IMG_0042.PNG",
        "absent",
        "screenshot",
    ),
    "a PNG of a phone's screen": (camera.png(size=(1080, 2400)), "", "absent", "screenshot"),
    "GPS block that lies elsewhere": (
        camera.jpeg(camera.tiff({0x010F: (ASCII, "samsung"), 0x8825: (SHORT, [60_000])}, {})),
        "",
        "malformed",
        "gps_block",
    ),
}


@pytest.mark.parametrize(("content", "name", "reason", "trace"), REASONS.values(), ids=REASONS.keys())
def test_it_says_why_there_is_no_position(content: bytes, name: str, reason: str, trace: str) -> None:
    facts = exif.read(content, name=name)
    assert facts.position is None
    assert (facts.position_reason, facts.position_trace) == (reason, trace)


def test_it_takes_longitude_beyond_90_and_latitude_on_the_line() -> None:
    facts = exif.read(camera.jpeg(camera.exif(Shot(gps=gps(-179.5, 0)))))
    assert (facts.position.lon, facts.position.lat) == (-179.5, 0)


@pytest.mark.parametrize(
    ("properties", "position", "reason"),
    [
        ({"exif_GPSLatitude": "8,13.15407S", "exif_GPSLongitude": "114,22.147404E"}, (LON, LAT), None),
        ({"exif_GPSLatitude": "8,13,9.2442S", "exif_GPSLongitude": "114,22,8.84424E"}, (LON, LAT), None),
        ({"exif_GPSLatitude": "8,13.15407", "exif_GPSLongitude": "114,22.147404E"}, None, "malformed"),
        ({"exif_GPSLatitude": "lorong", "exif_GPSLongitude": "114,22.147404E"}, None, "malformed"),
        ({"exif_GPSLatitude": "0,0.0N", "exif_GPSLongitude": "0,0.0E"}, None, "zeroed"),
    ],
)
def test_it_reads_an_xmp_position(
    properties: dict[str, str], position: tuple | None, reason: str | None
) -> None:
    facts = exif.read(camera.jpeg(None, camera.xmp(**properties)))
    assert facts.position_reason == reason
    if position:
        assert (facts.position.lon, facts.position.lat) == pytest.approx(position, abs=1e-7)
        assert facts.position.source == "xmp"


def test_it_never_takes_xmp_where_exif_was_emptied() -> None:
    packet = camera.xmp(exif_GPSLatitude="8,13.1S", exif_GPSLongitude="114,22.1E")
    emptied = {1: (ASCII, "S"), 2: (RATIONAL, [(0, 0)] * 3), 3: (ASCII, "E"), 4: (RATIONAL, [(0, 0)] * 3)}
    facts = exif.read(camera.jpeg(camera.exif(Shot(gps=emptied)), packet))
    assert (facts.position, facts.position_reason) == (None, "zeroed")
    assert facts.value("GPSLatitude", "xmp") == pytest.approx(-8.218333, abs=1e-6)


TIME = {"time": (RATIONAL, [(2, 1), (15, 1), (7, 1)]), "date": (ASCII, "2026:11:24")}
TIMES = {
    "satellites, camera's offset": (
        Shot(gps=gps(LON, LAT, **TIME), offset="+08:00"),
        "2026-11-24T10:15:07+08:00",
        "gps",
    ),
    "satellites, no offset": (
        Shot(gps=gps(LON, LAT, **TIME), offset=None),
        "2026-11-24T09:15:07+07:00",
        "gps",
    ),
    "satellites without a position": (
        Shot(gps=gps(0, 0, **TIME), offset=None),
        "2026-11-24T09:15:00+07:00",
        "exif_assumed_wib",
    ),
    "satellite date a day off": (
        Shot(gps=gps(LON, LAT, **(TIME | {"date": (ASCII, "2026:11:25")}))),
        "2026-11-24T09:15:00+07:00",
        "exif_offset",
    ),
    "satellite date blank": (
        Shot(gps=gps(LON, LAT, **(TIME | {"date": (ASCII, "0000:00:00")}))),
        "2026-11-24T09:15:00+07:00",
        "exif_offset",
    ),
    "camera with offset": (Shot(offset="-03:30"), "2026-11-24T09:15:00-03:30", "exif_offset"),
    "camera without offset": (Shot(offset=None), "2026-11-24T09:15:00+07:00", "exif_assumed_wib"),
    "offset that is none": (Shot(offset="  :  "), "2026-11-24T09:15:00+07:00", "exif_assumed_wib"),
    "blank": (Shot(original="    :  :     :  :  "), None, "none"),
    "month 13": (Shot(original="2026:13:24 09:15:00"), None, "none"),
    "year 9999": (Shot(original="9999:12:31 23:59:59"), None, "none"),
    "no tag": (Shot(original=None), None, "none"),
}


@pytest.mark.parametrize(("shot", "taken_at", "source"), TIMES.values(), ids=TIMES.keys())
def test_it_tells_when_and_by_which_clock(shot: Shot, taken_at: str | None, source: str) -> None:
    taken = exif.read(camera.jpeg(camera.exif(shot))).taken
    assert (taken.at and taken.at.isoformat(timespec="seconds"), taken.source) == (taken_at, source)


def test_it_falls_back_to_the_time_in_xmp() -> None:
    packet = camera.xmp(exif_DateTimeOriginal="2026-11-24T09:15:00+08:00")
    taken = exif.read(camera.png(None, packet)).taken
    assert (taken.at.isoformat(), taken.source) == ("2026-11-24T09:15:00+08:00", "xmp")


@pytest.mark.parametrize(
    ("turns", "orientation"),
    [
        ([(b"irot", 0)], 1), ([(b"irot", 1)], 8), ([(b"irot", 2)], 3), ([(b"irot", 3)], 6),
        ([(b"imir", 0)], 2), ([(b"imir", 1)], 4), ([(b"imir", 0), (b"irot", 1)], 5), ([(b"imir", 0), (b"irot", 3)], 7),
        ([], None),
    ],
)  # fmt: skip
def test_it_reads_the_turn_that_heic_itself_states(turns: list, orientation: int | None) -> None:
    assert exif.read(camera.heic(turns=turns)).orientation == orientation


def test_it_keeps_the_raw_tag_beside_the_value() -> None:
    facts = exif.read(camera.jpeg(camera.exif(Shot(gps=gps(LON, LAT)))))
    latitude = next(fact for fact in facts.facts if fact.name == "GPSLatitude")
    assert latitude.as_json() == {
        "source": "exif",
        "name": "GPSLatitude",
        "value": pytest.approx(8.2192345, abs=1e-9),
        "raw": "8/1 13/1 9244200/1000000",
    }
    assert exif.Fact("exif", "GPSLatitude", None, "0/0", "no_value").as_json()["value"] == {
        "reason": "no_value"
    }


def test_it_puts_an_exif_block_over_two_segments_together() -> None:
    block = camera.exif(Shot(note=b"n" * 300))
    plain = camera.jpeg()
    parts = b"".join(camera.segment(0xE1, b"Exif\0\0" + part) for part in (block[:200], block[200:]))
    assert exif.read(plain[:2] + parts + plain[2:]).position is not None


def test_it_takes_undefined_processing_method_apart() -> None:
    shot = Shot(gps=gps(LON, LAT, method=(UNDEFINED, b"ASCII\0\0\0CELLID")))
    assert exif.read(camera.jpeg(camera.exif(shot))).value("GPSProcessingMethod") == "CELLID"


def test_it_proposes_the_magnitudes_of_a_position_whose_letters_are_wrong() -> None:
    no_letter = gps(LON, LAT) | {1: (ASCII, "X")}
    assert exif.read(located(no_letter)).position_candidate == pytest.approx((LON, -LAT))
    swapped = exif.read(located(gps(8.2, 114.3)))
    assert (swapped.position, swapped.position_candidate) == (None, pytest.approx((8.2, 114.3)))
    packet = camera.xmp(exif_GPSLatitude="-8.2192345", exif_GPSLongitude="114.3691234")
    assert exif.read(camera.jpeg(None, packet)).position_candidate == pytest.approx((LON, -LAT))


def test_it_proposes_nothing_beside_a_sound_or_an_empty_position() -> None:
    assert exif.read(located(gps(LON, LAT))).position_candidate is None
    assert exif.read(located(REDACTED)).position_candidate is None
    assert exif.read(located({1: (ASCII, "S"), 2: (RATIONAL, RATIONALS)})).position_candidate is None


def test_it_reads_all_three_times_with_parts_of_a_second_and_offsets() -> None:
    sub: Tags = {
        0x9004: (ASCII, "2026:11:24 09:15:01"), 0x9010: (ASCII, "+08:00"), 0x9012: (ASCII, "+07:00"),
        0x9290: (ASCII, "7"), 0x9291: (ASCII, "123456"), 0x9292: (ASCII, "05 "),
    }  # fmt: skip
    facts = exif.read(camera.jpeg(camera.exif(Shot(sub=sub, more={0x0132: (ASCII, "2026:11:25 10:00:00")}))))
    assert facts.camera_at is not None
    assert facts.camera_at.isoformat() == "2026-11-24T09:15:00.123456+07:00"
    assert facts.digitized_at is not None
    assert facts.digitized_at.isoformat() == "2026-11-24T09:15:01.050000+07:00"
    assert facts.modified_at is not None
    assert facts.modified_at.isoformat() == "2026-11-25T10:00:00.700000+08:00"


XMP_LISTS = """<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 6.0.0">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about=""
 xmlns:xmpMM="http://ns.adobe.com/xap/1.0/mm/" xmlns:stEvt="http://ns.adobe.com/xap/1.0/sType/ResourceEvent#"
 xmlns:exif="http://ns.adobe.com/exif/1.0/" xmlns:ext="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
 xmlns:GCamera="http://ns.google.com/photos/1.0/camera/" GCamera:MotionPhoto="1">
<xmpMM:History><rdf:Seq><rdf:li stEvt:action="saved" stEvt:softwareAgent="Adobe Photoshop 26"/>
<rdf:li rdf:parseType="Resource"><stEvt:action>saved</stEvt:action><stEvt:softwareAgent>Lightroom</stEvt:softwareAgent>
</rdf:li></rdf:Seq></xmpMM:History>
<ext:LocationCreated><rdf:Bag><rdf:li><rdf:Description exif:GPSLatitude="8,13.15407S">
<exif:GPSLongitude>114,22.147404E</exif:GPSLongitude></rdf:Description></rdf:li></rdf:Bag></ext:LocationCreated>
<exif:UserComment><rdf:Alt><rdf:li xml:lang="x-default">Sumberagung</rdf:li></rdf:Alt></exif:UserComment>
</rdf:Description></rdf:RDF></x:xmpmeta>"""


def test_it_reads_lists_of_xmp_however_rdf_writes_them() -> None:
    facts = exif.read(camera.jpeg(None, XMP_LISTS.encode()))
    said = {fact.name: fact.value for fact in facts.facts if fact.source == "xmp"}
    assert said == {
        "HistoryAction": "saved",
        "HistorySoftwareAgent": "Adobe Photoshop 26; Lightroom",
        "LocationCreatedGPSLatitude": pytest.approx(LAT),
        "LocationCreatedGPSLongitude": pytest.approx(LON),
        "MotionPhoto": "1",
        "UserComment": "Sumberagung",
    }
    assert facts.structure.xmp_toolkit == "XMP Core 6.0.0"
    assert (facts.position, facts.position_reason) == (None, "absent")  # described by people, not measured


def test_it_finds_tags_that_a_writer_put_into_the_other_directory() -> None:
    """exiftool reads them as well; an emptied tag in its own place does not hide them."""
    block = camera.tiff(
        {0x9003: (ASCII, "2026:11:24 09:15:00"), 0x010F: (ASCII, "")},
        {0x8769: {0x010F: (ASCII, "HTC"), 0x0132: (ASCII, "2026:11:24 10:00:00")}},
    )
    facts = exif.read(camera.jpeg(block))
    assert facts.taken.source == "exif_assumed_wib"
    assert facts.camera.make == "HTC"
    assert facts.value("ModifyDate") == "2026:11:24 10:00:00"


def test_it_reads_a_day_of_the_satellites_in_any_writing() -> None:
    for written in ("20261124", "2026-11-24", "2026:11:24"):
        day = {"time": TIME["time"], "date": (ASCII, written)}
        assert exif.read(located(gps(LON, LAT, **day))).value("GPSDateStamp") == "2026:11:24"


@pytest.mark.parametrize(
    ("fraction", "micros"), [("8.2", 800_000), ("6836S0", 683_600), (" 5", 500_000), ("S", 0)]
)
def test_it_takes_the_digits_that_a_part_of_a_second_begins_with(fraction: str, micros: int) -> None:
    facts = exif.read(camera.jpeg(camera.exif(Shot(sub={0x9291: (ASCII, fraction)}))))
    assert facts.camera_at is not None
    assert facts.camera_at.microsecond == micros
