"""The checks that ask how a file came about: mirrored positions, old fixes, cameras, editors, tagging tools."""

import shutil
import subprocess
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely
from PIL import Image

from photos import exif
from photos.checks import (
    camera_existed,
    edited,
    fix_age,
    has_position,
    hemisphere,
    run_checks,
    tagging_tool,
    time_plausible,
)
from photos.clocks import clocks_of
from photos.editors import kind_of, program_of_tables
from photos.evidence import Evidence, Fix, Pixels
from photos.exif import WIB, Camera, Facts, Position, Taken
from photos.sniff import sniff
from places.saying import say
from tests.photos import camera, tagged
from tests.photos.camera import ASCII, LONG, RATIONAL, Shot, gps

SITE = (114.3691, -8.2192)
SHOT = datetime(2026, 11, 24, 9, 15, tzinfo=WIB)
RECEIVED = SHOT + timedelta(minutes=3)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)


def of(file: bytes, name: str = "foto.jpg", **more: Any) -> Evidence:
    """What is judged of a file sent under that name."""
    facts = exif.read(file, name=name)
    said = {"received_at": RECEIVED, "site": shapely.Point(SITE), "sniffed": sniff(file, name=name)}
    return Evidence(facts=facts, **(said | more))


def jpeg(packet: bytes | None = None, **shot: Any) -> bytes:
    return camera.jpeg(camera.exif(Shot(**shot)), packet)


def timed(camera_at: datetime | None, gps_at: datetime | None, **more: Any) -> Evidence:
    """A photo at the site with these clocks."""
    at = gps_at.astimezone(WIB) if gps_at else camera_at
    taken = Taken(at, "gps" if gps_at else "exif_offset")
    facts = Facts(position=Position(*SITE), taken=taken, camera_at=camera_at, gps_at=gps_at)
    return Evidence(facts=facts, received_at=RECEIVED, site=shapely.Point(SITE), **more)


# has_position: each cause with its own way out -----------------------------------------------------------------

CAUSES = [
    ("absent", "camera", "pengaturan kamera"), ("absent", "screenshot", "tangkapan layar"), ("absent", "no_tags", "Foto tanpa"),
    ("stripped", "whatsapp", "Dokumen"), ("stripped", "telegram", "sebagai File"), ("stripped", "facebook", "Instagram"),
    ("stripped", "messenger", "Dokumen"), ("stripped", "camera_name", "aplikasi File"), ("stripped", "rewritten", "iPhone"),
    ("stripped", "gps_leftovers", "hapus lokasi"), ("stripped", "empty_gps_block", "hapus lokasi"),
    ("printed", "app", "mencetak koordinat"), ("zeroed", "redacted", "Android"),
    ("zeroed", "no_value", "kosong atau nol"), ("zeroed", "no_fix", "Tunggu"),
    ("zeroed", "zero_zero", "0,0"), ("malformed", "missing_ref", "utara/selatan"), ("malformed", "negative", "minus"),
    ("malformed", "half", "hanya bujur"), ("malformed", "gps_block", "rusak"), ("malformed", "out_of_range", "di luar bumi"),
]  # fmt: skip


@pytest.mark.parametrize(("reason", "trace", "words"), CAUSES, ids=[f"{r}-{t}" for r, t, _ in CAUSES])
def test_it_says_each_cause_with_its_own_way_out(reason: str, trace: str, words: str) -> None:
    facts = Facts(position_reason=reason, position_trace=trace)
    outcome = has_position.run(Evidence(facts=facts, received_at=RECEIVED))
    assert (outcome.status, outcome.measured) == ("failed", reason)
    said = say(outcome.message)
    assert words in said
    assert "halaman ini" in said or "ambil ulang" in said


def test_no_two_causes_share_a_sentence() -> None:
    said = {
        say(has_position.run(Evidence(Facts(position_reason=r, position_trace=t), RECEIVED)).message)
        for r, t, _ in CAUSES
    }
    assert len(said) == len(CAUSES)


def test_coordinates_read_from_the_picture_are_a_claim_and_never_proof() -> None:
    looked_at = Pixels(printed="-8.2192, 114.3691")
    evidence = of(camera.jpeg(), pixels=looked_at)
    outcome = has_position.run(evidence)
    assert (evidence.position, evidence.position_reason) == (None, "printed")
    assert "terbaca: -8.2192, 114.3691" in say(outcome.message)
    assert outcome.cites[0] == "server:printed"


# hemisphere -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lon", "lat", "status", "code"),
    [
        (114.3691, -8.2192, "passed", "as_stated"),
        (114.3691, 8.2192, "warning", "letters"),
        (-114.3691, -8.2192, "warning", "letters"),
        (-114.3691, 8.2192, "warning", "letters"),
        (8.2192, 60.0, "passed", "no_better"),
        (112.0, -7.0, "passed", "no_better"),
    ],
)
def test_it_proposes_other_letters(lon: float, lat: float, status: str, code: str) -> None:
    outcome = hemisphere.run(of(jpeg(gps=gps(lon, lat))))
    assert (outcome.status, outcome.message.code) == (status, f"hemisphere.{code}")


def test_it_proposes_and_never_applies() -> None:
    evidence = of(jpeg(gps=gps(114.3691, 8.2192)))
    outcome = hemisphere.run(evidence)
    assert evidence.position.lat == pytest.approx(8.2192)
    assert (outcome.measured, outcome.limit) == (pytest.approx(0, abs=0.02), 50)
    assert "bujur 114.369100, lintang -8.219200" in say(outcome.message)
    assert "exif:GPSLatitudeRef" in outcome.cites


def test_it_proposes_swapped_numbers_of_a_position_off_the_earth() -> None:
    swapped = gps(0, 0) | {2: (RATIONAL, camera.dms(114.3691)), 4: (RATIONAL, camera.dms(8.2192))}
    evidence = of(jpeg(gps=swapped))
    outcome = hemisphere.run(evidence)
    assert (evidence.position, evidence.position_reason) == (None, "malformed")
    assert (outcome.status, outcome.message.code) == ("warning", "hemisphere.swapped")
    assert has_position.run(evidence).status == "failed"


def test_it_proposes_the_missing_letters() -> None:
    tags = gps(*SITE)
    del tags[1], tags[3]
    outcome = hemisphere.run(of(jpeg(gps=tags)))
    assert (outcome.status, outcome.message.code) == ("warning", "hemisphere.no_letters")


def test_the_village_is_enough_for_a_proposal_where_the_site_is_farther() -> None:
    village = shapely.box(114.3, -8.3, 114.4, -8.2)
    far = gps(114.35, 8.25)
    assert hemisphere.run(of(jpeg(gps=far))).message.code == "hemisphere.no_better"
    assert hemisphere.run(of(jpeg(gps=far), boundary=village)).message.code == "hemisphere.letters"
    inside = gps(114.35, -8.25)
    assert hemisphere.run(of(jpeg(gps=inside), boundary=village)).message.code == "hemisphere.as_stated"


def test_it_has_nothing_to_say_without_site_or_numbers() -> None:
    assert hemisphere.run(of(jpeg(), site=None)).message.code == "hemisphere.no_site"
    assert hemisphere.run(of(jpeg(gps=None))).message.code == "hemisphere.no_position"
    assert hemisphere.run(of(jpeg(gps=gps(0, 0)))).message.code == "hemisphere.no_position"


# clocks: one cause, one failed check ------------------------------------------------------------------------------

GPS = SHOT.astimezone(UTC)


@pytest.mark.parametrize(
    ("camera_at", "gps_at", "kind", "failed"),
    [
        (SHOT, None, "one", None),
        (SHOT, GPS - 14 * MINUTE, "agree", None),
        (SHOT, GPS - 40 * MINUTE, "stale", None),
        (SHOT, GPS - 25.5 * HOUR, "stale", "fix_age"),
        (SHOT, GPS - 2 * HOUR, "zone", None),
        (SHOT + HOUR + 12 * MINUTE, GPS, "zone", None),  # on WITA, with a fix of 12 minutes
        (SHOT - 7 * HOUR - 8 * MINUTE, GPS, "zone", None),  # on UTC
        (SHOT + DAY, GPS, "gps_day", None),
        (SHOT - 90 * MINUTE, GPS, "differ", "time_plausible"),
        (SHOT + 400 * DAY, GPS, "differ", "time_plausible"),
        (SHOT - 400 * DAY, GPS, "differ", "time_plausible"),
    ],
)
def test_one_cause_gives_one_failed_check(
    camera_at: datetime, gps_at: datetime | None, kind: str, failed: str | None
) -> None:
    evidence = timed(camera_at, gps_at)
    assert clocks_of(evidence).kind == kind
    assert [o.code for o in run_checks(evidence) if o.status == "failed"] == ([failed] if failed else [])


def test_a_stated_offset_leaves_no_room_for_other_zones() -> None:
    stated = SHOT.replace(tzinfo=datetime.fromisoformat("2026-11-24T09:15:00+07:00").tzinfo)
    assert clocks_of(timed(stated, GPS - 72 * MINUTE)).kind == "stale"
    assert clocks_of(timed(SHOT, GPS - 72 * MINUTE)).kind == "zone"


def test_an_old_fix_is_warned_of_and_the_shot_is_dated_by_the_camera() -> None:
    evidence = timed(SHOT, GPS - 40 * MINUTE)
    outcome = fix_age.run(evidence)
    assert (outcome.status, outcome.measured, outcome.limit) == ("warning", 40, 15)
    assert "40 menit sebelum foto" in say(outcome.message)
    assert time_plausible.run(evidence).measured == SHOT.isoformat()


def test_the_limits_of_an_old_fix_are_data() -> None:
    softer = {"fix_age": {"warn_min": 60, "fail_min": 30}}
    assert fix_age.run(timed(SHOT, GPS - 40 * MINUTE, limits=softer)).status == "failed"
    wider = {"time_plausible": {"clocks_apart_min": 50}}
    assert clocks_of(timed(SHOT, GPS - 40 * MINUTE, limits=wider)).kind == "agree"


def test_it_says_the_age_of_a_capture_fix() -> None:
    fix = Fix(*SITE, accuracy_m=8, at=SHOT - MINUTE, shot_at=SHOT)
    evidence = Evidence(Facts(), RECEIVED, fix=fix)
    outcome = fix_age.run(evidence)
    assert (outcome.status, outcome.measured, outcome.limit) == ("passed", 1, 2)
    assert outcome.cites == (
        "capture:lon",
        "capture:lat",
        "capture:accuracy_m",
        "capture:at",
        "capture:shot_at",
    )
    unknown = fix_age.run(Evidence(Facts(), RECEIVED, fix=replace(fix, at=None)))
    assert unknown.status == "unknown"


def test_a_clock_that_lost_its_date_is_told_apart() -> None:
    outcome = time_plausible.run(timed(datetime(1980, 1, 1, tzinfo=WIB), None))
    assert (outcome.status, outcome.message.code, outcome.limit) == ("failed", "time_plausible.reset", "1995")


@pytest.mark.parametrize(("hours", "words"), [(1, "WITA"), (2, "WIT"), (-7, "UTC"), (-3, "zona waktu lain")])
def test_it_names_the_zone(hours: int, words: str) -> None:
    assert words in say(time_plausible.run(timed(SHOT + hours * HOUR, GPS)).message)


# camera_existed -------------------------------------------------------------------------------------------------


def by_camera(make: str, model: str, software: str | None, at: datetime | None, **more: Any) -> Evidence:
    facts = Facts(camera=Camera(make, model, software), taken=Taken(at, "exif_offset" if at else "none"))
    return Evidence(facts, RECEIVED, **more)


@pytest.mark.parametrize(
    ("make", "model", "software", "day", "status", "code"),
    [
        ("samsung", "SM-A546E", None, "2023-01-29", "passed", "existed"),
        ("samsung", "SM-A546E", None, "2023-01-28", "failed", "model"),
        ("samsung", "SM-A546E", "A546EXXU1AWE3", "2023-03-20", "failed", "software"),
        ("samsung", "SM-A546E", "A546EXXU1AWE3", "2023-05-20", "passed", "existed"),
        ("samsung", "SM-X999Q", "A546EXXU1AWE3", "2020-05-20", "failed", "software"),
        ("Apple", "iPhone 15", "17.4.1", "2023-12-05", "passed", "existed"),
        ("Apple", "iPhone 15", "17.4.1", "2023-11-30", "failed", "software"),
        ("Apple", "iPhone 15", "17.3", "2023-11-30", "passed", "existed"),
        ("Apple", "iPhone 6", "99.1", "2013-05-01", "failed", "model"),
        ("vivo", "V2247", "MediaTek Camera Application", "2021-05-01", "failed", "model"),
        ("LGE", "V2247", None, "2021-05-01", "unknown", "unknown"),
        ("Canon", "Canon EOS 550D", "Firmware Version 1.0.8", "2009-05-01", "failed", "model"),
        ("Xiaomi", "2201117TY", None, "2021-11-30", "failed", "model"),
        ("Xiaomi", "2201117TY", None, "2021-12-05", "passed", "existed"),
        ("Xiaomi", "M2101K6G", None, "2020-06-01", "failed", "model"),
        ("Xiaomi", "23053RN02A", None, "2021-06-01", "failed", "model"),
        ("Xiaomi", "22101316UG", None, "2021-06-01", "failed", "model"),
        ("Xiaomi", "2013023", None, "2001-06-01", "unknown", "unknown"),  # of before the codes were dates
        ("samsung", "Galaxy S24 Ultra", None, "2022-06-01", "failed", "model"),
        ("Tecno", "TECNO KI5q", None, "2001-05-01", "unknown", "unknown"),
    ],
)
def test_it_dates_models_and_software(
    make: str, model: str, software: str | None, day: str, status: str, code: str
) -> None:
    at = datetime.fromisoformat(f"{day}T09:00:00+07:00")
    outcome = camera_existed.run(by_camera(make, model, software, at))
    assert (outcome.status, outcome.message.code) == (status, f"camera_existed.{code}")
    assert "%(" not in say(outcome.message)


def test_a_day_before_the_works_window_fails_once() -> None:
    at = datetime(2021, 5, 2, 9, tzinfo=WIB)
    evidence = by_camera("samsung", "SM-A546E", None, at, not_before=date(2025, 7, 1))
    failed = [o.code for o in run_checks(evidence) if o.status == "failed" and o.code != "has_position"]
    assert failed == ["time_plausible"]
    assert camera_existed.run(evidence).status == "warning"


def test_a_clock_that_lost_its_date_fails_once() -> None:
    evidence = by_camera("samsung", "SM-A546E", None, datetime(1970, 1, 1, 7, tzinfo=WIB))
    failed = [o.code for o in run_checks(evidence) if o.status == "failed" and o.code != "has_position"]
    assert failed == ["time_plausible"]
    assert camera_existed.run(evidence).status == "warning"


def test_it_needs_a_camera_and_a_time() -> None:
    assert camera_existed.run(by_camera("", "", None, SHOT)).message.code == "camera_existed.no_camera"
    assert (
        camera_existed.run(by_camera("Apple", "iPhone 15", None, None)).message.code
        == "camera_existed.no_time"
    )


def test_the_table_of_cameras_is_sound() -> None:
    lines = camera_existed.TABLE.read_text().splitlines()
    rows = [line.split(",") for line in lines[1:]]
    assert len(rows) >= 150
    assert len({(make, model) for make, model, _ in rows}) == len(rows)
    assert all(date.fromisoformat(since + "-01") < date(2026, 12, 1) for _, _, since in rows)


# edited ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Adobe Photoshop 25.0 (Windows)", "editor"), ("Adobe Photoshop Lightroom Classic 7.4", "editor"),
        ("GIMP 2.10.30", "editor"), ("Snapseed 2.0", "editor"), ("PicsArt", "editor"), ("Canva", "editor"),
        ("CapCut", "editor"), ("paint.net 4.2.13", "editor"), ("Midjourney v6", "editor"), ("VSCO", "editor"),
        ("Windows Photo Editor 10.0.10011.16384", "viewer"), ("Microsoft Windows Photo Viewer 6.1", "viewer"),
        ("Picasa", "viewer"), ("Google", "viewer"), ("Photos 1.5", "viewer"), ("ImageMagick 7.1", "coder"),
        ("CREATOR: gd-jpeg v1.0 (using IJG JPEG v62), quality = 82", "coder"),
        ("A546EXXU1AWC3", None), ("17.4.1", None), ("HDR+ 1.0.345618096z", None), ("MediaTek Camera Application", None),
        ("spes-user 13 TKQ1.221114.001 release-keys", None), ("Ver.1.00", None), ("Google Pixel", None), ("Canvas", None),
        ("GPS Map Camera", None), ("Firmware Version 1.0.8", None), ("fw 05.15 prm 07.53", None),
    ],
)  # fmt: skip
def test_it_knows_programs_from_firmware(text: str, kind: str | None) -> None:
    assert kind_of(text) == kind


def software(text: str) -> bytes:
    return jpeg(more={0x0131: (ASCII, text)})


def test_an_editor_by_name_fails_and_a_viewer_warns() -> None:
    outcome = edited.run(of(software("Adobe Photoshop 25.0 (Windows)")))
    assert (outcome.status, outcome.measured) == ("failed", "Adobe Photoshop 25.0 (Windows)")
    assert outcome.cites == ("exif:Software",)
    assert edited.run(of(software("Windows Photo Editor 10.0.10011.16384"))).status == "warning"
    assert edited.run(of(software("A546EXXU1AWC3"))).status == "passed"


def test_it_finds_the_editor_in_xmp_and_its_history() -> None:
    creator = jpeg(tagged.packet('xmp:CreatorTool="Snapseed"'))
    assert edited.run(of(creator)).cites == ("xmp:CreatorTool",)
    history = edited.run(of(jpeg(tagged.packet("", lists=tagged.HISTORY))))
    assert (history.status, history.cites) == ("failed", ("xmp:HistorySoftwareAgent",))


def test_it_finds_photoshop_s_own_blocks_but_not_iptc_alone() -> None:
    clean = jpeg()
    own = edited.run(of(tagged.with_photoshop(clean, 0x0404, 0x0406)))
    assert (own.status, own.measured) == ("failed", "8BIM 0406")
    assert edited.run(of(tagged.with_photoshop(clean, 0x0404, 0x0425))).status == "passed"
    assert edited.run(of(tagged.with_ducky(clean))).measured == "Ducky"
    document = jpeg(tagged.packet('xmpMM:DocumentID="adobe:docid:photoshop:8f1d"'))
    assert edited.run(of(document)).cites == ("xmp:DocumentID",)


def test_it_knows_photoshop_s_tables() -> None:
    table = next(iter(program_tables()))
    assert program_of_tables(table[0], table[1]).startswith("Adobe Photoshop, Quality")
    assert program_of_tables(table[0], "4:1:1") == ""
    ours = of(jpeg()).facts.structure
    assert program_of_tables(ours.quantisation, ours.subsampling) == ""
    assert program_of_tables((), "") == ""


def program_tables() -> list[tuple[tuple[tuple[int, ...], ...], str]]:
    """Photoshop's tables of quality 5, as they stand in a file of it."""
    luminance = (
        "12 8 8 12 17 21 24 17 8 9 9 11 15 19 12 12 8 9 10 12 19 12 12 12 12 11 12 21 12 12 12 12 "
        "17 15 19 12 12 12 12 12 21 19 12 12 12 12 12 12 24 12 12 12 12 12 12 12 17 12 12 12 12 12 12 12"
    )
    chrominance = (
        "13 11 13 16 20 20 17 17 11 14 14 14 14 12 12 12 13 14 14 14 12 12 12 12 16 14 14 12 12 12 12 12 "
        "20 14 12 12 12 12 12 12 20 12 12 12 12 12 12 12 17 12 12 12 12 12 12 12 17 12 12 12 12 12 12 12"
    )
    return [(tuple(tuple(map(int, text.split())) for text in (luminance, chrominance)), "4:2:0")]


@pytest.mark.parametrize(
    ("modified", "status"),
    [
        ("09:15:04", "passed"),
        ("10:14:00", "passed"),
        ("11:15:00", "passed"),
        ("11:05:00", "warning"),
        ("05:05:00", "warning"),
    ],
)
def test_it_warns_where_the_file_was_changed_much_later(modified: str, status: str) -> None:
    file = jpeg(more={0x0132: (ASCII, f"2026:11:24 {modified}")})
    assert edited.run(of(file)).status == status


def test_it_warns_where_the_size_is_not_the_camera_s() -> None:
    def sized(width: int, height: int) -> Evidence:
        return of(jpeg(sub={0xA002: (LONG, [width]), 0xA003: (LONG, [height])}))

    assert edited.run(sized(64, 48)).status == edited.run(sized(48, 64)).status == "passed"
    outcome = edited.run(sized(4000, 3000))
    assert (outcome.status, outcome.measured, outcome.limit) == ("warning", "64 × 48", "4000 × 3000")


def test_it_warns_where_a_camera_s_file_was_saved_again() -> None:
    progressive = camera.jpeg(camera.exif(Shot()), progressive=True)
    assert edited.run(of(progressive)).measured == "progressive"
    iphone = {"make": "Apple", "model": "iPhone 15", "more": {0x0131: (ASCII, "17.4.1")}}
    assert edited.run(of(jpeg(**iphone, note=None))).measured == "MakerNote"
    assert edited.run(of(jpeg(**iphone))).status == "passed"
    assert edited.run(of(jpeg(make="Infinix", note=None))).status == "passed"
    assert edited.run(of(camera.png(), name="x.png")).status == "passed"
    assert edited.run(Evidence(Facts(), RECEIVED)).status == "unknown"


def test_a_camera_that_digitized_at_another_time_than_it_shot_is_odd() -> None:
    outcome = edited.run(of(jpeg(sub={0x9004: (ASCII, "2025:03:05 11:21:00")})))
    assert (outcome.status, outcome.message.code) == ("warning", "edited.digitized")
    assert "24 Nov 2026 09.15 dan 5 Mar 2025 11.21" in say(outcome.message)
    assert "exif:DateTimeDigitized" in outcome.cites
    assert edited.run(of(jpeg(sub={0x9004: (ASCII, "2026:11:24 10:15:00")}))).status == "passed"  # a zone


# tagging_tool ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text", ["GeoSetter 3.5.3", "GeoTag 5.2", "geoimgr.com", "exiftool 12.57", "piexif", "Photo Exif Editor"]
)
def test_a_tagging_tool_by_name_fails(text: str) -> None:
    outcome = tagging_tool.run(of(software(text)))
    assert (outcome.status, outcome.measured) == ("failed", text)
    assert "exif:Software" in outcome.cites
    assert "exif:GPSLatitude" in outcome.cites


MARK = "Image::ExifTool 12.57"
HERE = 'exif:GPSLatitude="8,13.152S" exif:GPSLongitude="114,22.146E"'
AWAY = 'exif:GPSLatitude="8,14.152S" exif:GPSLongitude="114,22.146E"'


@pytest.mark.parametrize(
    ("packet", "shot", "status", "code"),
    [
        (
            tagged.packet(HERE, MARK),
            {"gps": None},
            "failed",
            "named",
        ),  # a camera's full file, position in XMP alone
        (tagged.packet(AWAY, MARK), {}, "failed", "named"),
        (tagged.packet(HERE, MARK), {}, "warning", "touched"),  # it repeats EXIF's
        (tagged.packet('xmp:CreatorTool="x"', MARK), {}, "warning", "touched"),
        (tagged.packet(AWAY), {}, "warning", "two_places"),
        (tagged.packet(HERE), {}, "passed", "camera"),
    ],
)
def test_exiftool_s_mark_fails_only_beside_a_position_that_is_not_the_camera_s(
    packet: bytes, shot: dict[str, Any], status: str, code: str
) -> None:
    outcome = tagging_tool.run(of(jpeg(packet, **shot)))
    assert (outcome.status, outcome.message.code) == (status, f"tagging_tool.{code}")


def test_exiftool_may_write_a_position_into_a_picture_without_camera() -> None:
    outcome = tagging_tool.run(of(camera.jpeg(None, tagged.packet(HERE, MARK))))
    assert (outcome.status, outcome.message.code) == ("warning", "tagging_tool.touched")


def test_two_places_in_one_file_are_named_with_their_distance() -> None:
    outcome = tagging_tool.run(of(jpeg(tagged.packet(AWAY))))
    assert outcome.measured == pytest.approx(1842.9, abs=1)  # a minute of latitude at 8° south
    assert "dua tempat yang berjarak 1,8 km" in say(outcome.message)
    assert "xmp:GPSLatitude" in outcome.cites


def test_it_knows_the_shape_of_piexif() -> None:
    file = camera.jpeg(tagged.piexif_block(*SITE))
    evidence = of(file)
    outcome = tagging_tool.run(evidence)
    assert (outcome.status, outcome.measured) == ("warning", "piexif")
    assert "server:Unterminated" in outcome.cites
    assert "tersusun seperti ditulis piexif" in say(outcome.message)


def test_it_warns_of_a_position_without_company_in_a_full_directory() -> None:
    full = {tag: (LONG, [1]) for tag in (*range(0xA002, 0xA010), 0x829A)}
    bare = tagging_tool.run(of(jpeg(sub=full)))
    assert (bare.status, bare.message.code) == ("warning", "tagging_tool.bare")
    with_height = gps(*SITE, altitude_ref=(camera.BYTE, [0]), altitude=(RATIONAL, [(87, 1)]))
    assert tagging_tool.run(of(jpeg(sub=full, gps=with_height))).status == "passed"
    assert tagging_tool.run(of(jpeg())).status == "passed"
    loose = {"tagging_tool": {"rich_tags": 99}}
    assert tagging_tool.run(of(jpeg(sub=full), limits=loose)).status == "passed"


def test_a_position_in_xmp_alone_is_odd_for_a_camera() -> None:
    packet = tagged.packet('exif:GPSLatitude="8,13.152S" exif:GPSLongitude="114,22.146E"')
    assert tagging_tool.run(of(jpeg(packet, gps=None))).message.code == "tagging_tool.beside"
    assert tagging_tool.run(of(jpeg(gps=None))).status == "unknown"


exiftool = pytest.mark.skipif(shutil.which("exiftool") is None, reason="exiftool is not installed")


@exiftool
def test_exiftool_itself_gets_a_warning_and_never_a_failed_check(tmp_path: Path) -> None:
    """A drawn picture that exiftool gave a camera, a time and a position: clean, if oddly built."""
    path = tmp_path / "foto.jpg"
    Image.effect_noise((640, 480), 60).convert("RGB").save(path, quality=80)
    words = ["-Make=samsung", "-Model=SM-A546E", "-DateTimeOriginal=2026:11:24 09:15:00"]
    words += ["-GPSLatitude=8.2192", "-GPSLatitudeRef=S", "-GPSLongitude=114.3691", "-GPSLongitudeRef=E"]
    subprocess.run(["exiftool", "-q", "-overwrite_original", *words, str(path)], check=True)
    evidence = of(path.read_bytes())
    outcomes = {outcome.code: outcome for outcome in run_checks(evidence)}
    assert [code for code, outcome in outcomes.items() if outcome.status == "failed"] == []
    assert (outcomes["tagging_tool"].status, outcomes["tagging_tool"].measured) == ("warning", "exiftool")


# All of them ----------------------------------------------------------------------------------------------------


def test_every_outcome_cites_the_facts_that_it_rests_on() -> None:
    full = of(jpeg(more={0x0131: (ASCII, "A546EXXU1AWC3")}), not_before=date(2025, 7, 1))
    ours = {
        "has_position", "near_site", "hemisphere", "time_plausible", "camera_existed", "edited", "tagging_tool", "complete",
        "fix_agrees", "fix_age",
    }  # fmt: skip
    outcomes = [outcome for outcome in run_checks(full) if outcome.code in ours]
    assert {outcome.code for outcome in outcomes} == ours
    for outcome in outcomes:
        assert outcome.cites, outcome.code
        assert all(key.partition(":")[0] in ("exif", "xmp", "server", "capture") for key in outcome.cites)
