"""The worked examples on the pages of docs/checks/, recomputed: what the page says is what comes out."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import shapely

from photos import exif
from photos.checks import (
    camera_existed,
    complete,
    edited,
    fix_age,
    fix_agrees,
    has_position,
    hemisphere,
    in_village,
    near_site,
    tagging_tool,
    time_plausible,
)
from photos.evidence import CheckOutcome, Evidence, Fix
from photos.exif import WIB, Camera, Facts, Position, Taken
from photos.sniff import sniff
from places.earth import WGS84, metres_between
from places.saying import say
from tests.photos import camera, tagged
from tests.photos.camera import ASCII, RATIONAL, Shot, gps

PAGES = Path(__file__).parents[2] / "docs" / "checks"
SITE = (114.3691, -8.2192)
SHOT = datetime(2026, 11, 24, 9, 15, tzinfo=WIB)
RECEIVED = SHOT + timedelta(minutes=3)


def east(metres: float) -> tuple[float, float]:
    lon, lat, _back = WGS84.fwd(*SITE, 90, metres)
    return lon, lat


def of_facts(facts: Facts, **more: Any) -> Evidence:
    return Evidence(**({"facts": facts, "received_at": RECEIVED, "site": shapely.Point(SITE)} | more))


def of_file(content: bytes, **more: Any) -> Evidence:
    return of_facts(exif.read(content), sniffed=sniff(content), **more)


def at(metres: float, error_m: float | None = None, **more: Any) -> Evidence:
    position, taken = Position(*east(metres), error_m=error_m), Taken(SHOT, "exif_offset")
    return of_facts(Facts(position=position, taken=taken), **more)


def clocks(camera_at: str, gps_at: str = "24T09:15") -> Evidence:
    camera_time, gps_time = (
        datetime.fromisoformat(f"2026-11-{text}:00+07:00") for text in (camera_at, gps_at)
    )
    facts = Facts(
        position=Position(*SITE),
        taken=Taken(gps_time, "gps"),
        camera_at=camera_time.astimezone(WIB),
        gps_at=gps_time,
    )
    return of_facts(facts)


def dated(day: str, model: str, make: str = "samsung", software: str | None = None) -> Evidence:
    when = datetime.fromisoformat(f"{day}T09:00:00+07:00")
    return of_facts(Facts(camera=Camera(make, model, software), taken=Taken(when, "exif_offset")))


def headers_only() -> bytes:
    whole = camera.jpeg()
    scan = whole.index(b"\xff\xda")
    return whole[: scan + 2 + whole[scan + 3]]


def no_letters() -> bytes:
    tags = gps(*SITE) | {2: (RATIONAL, [(8, 1), (13, 1), (912, 100)])}
    del tags[1]
    return camera.jpeg(camera.exif(Shot(gps=tags)))


def mirrored() -> bytes:
    north = gps(*SITE) | {1: (ASCII, "N"), 2: (RATIONAL, [(8, 1), (13, 1), (912, 100)])}
    north[4] = (RATIONAL, [(114, 1), (22, 1), (876, 100)])
    return camera.jpeg(camera.exif(Shot(gps=north)))


def changed(clock: str) -> bytes:
    return camera.jpeg(camera.exif(Shot(more={0x0132: (ASCII, f"2026:11:24 {clock}")})))


def by_photoshop() -> bytes:
    return camera.jpeg(camera.exif(Shot(more={0x0131: (ASCII, "Adobe Photoshop 25.0 (Windows)")})))


def fix(metres: float) -> Fix:
    return Fix(*east(metres), accuracy_m=8, at=SHOT)


VILLAGE = shapely.box(SITE[0] - 0.01, SITE[1] - 0.01, SITE[0], SITE[1] + 0.01)
Run = Callable[[Evidence], CheckOutcome]

# check, evidence, status, measured, limit, what of it the page says
EXAMPLES: list[tuple[Run, Evidence, str, Any, Any, str]] = [
    (complete.run, of_file(headers_only()), "failed", "no_picture", None, "→ failed, `no_picture`"),
    (fix_agrees.run, at(0, fix=fix(70)), "passed", 70, 78, "70 ≤ 50 + 20 + 8 = 78 → passed"),
    (fix_agrees.run, at(0, fix=fix(80)), "failed", 80, 78, "80 m apart → failed"),
    (has_position.run, of_file(no_letters()), "failed", "malformed", None, "has_position.malformed_missing_ref"),
    (in_village.run, at(25, boundary=VILLAGE, village="Desa Kalirejo"), "warning", 25, 0,
     "25 m di luar batas Desa Kalirejo. Batas peta bersifat indikatif."),
    (near_site.run, at(55, 6), "passed", 55, 56, "55.00 ≤ 56 → passed"),
    (near_site.run, at(57, 6), "failed", 57, 56, "57 m dari lokasi; batasnya 56 m"),
    (time_plausible.run, clocks("24T10:15"), "warning", 60, 15, "60 minutes, warning"),
    (time_plausible.run, clocks("24T07:45"), "failed", -90, 15, "90 minutes, failed"),
    (fix_age.run, clocks("24T09:15", "24T08:35"), "warning", 40, 15, "40 minutes → warning"),
    (fix_age.run, clocks("24T09:15", "23T08:00"), "failed", 1515, 1440, "1,515 > 1,440 → failed"),
    (fix_age.run, clocks("24T09:15", "24T08:15"), "unknown", 60, 15, "a whole hour → unknown"),
    (hemisphere.run, of_file(mirrored()), "warning", 0, 50,
     "bujur 114.369100, lintang -8.219200 berjarak 0 cm dari lokasi"),
    (camera_existed.run, dated("2021-05-02", "SM-A546E"), "failed", "2021-05-02", "2023-01-29",
     "Foto ini bertanggal 2 Mei 2021, padahal SM-A546E baru ada sejak 1 Mar 2023."),
    (camera_existed.run, dated("2023-12-05", "iPhone 15", "Apple", "17.4.1"), "passed", "2023-12-05", "2023-12-01",
     "dated 2023-12-05: iOS 17.4 is known since 2024-01, limit 2023-12-01 → passed"),
    (camera_existed.run, dated("2023-11-30", "iPhone 15", "Apple", "17.4.1"), "failed", "2023-11-30", "2023-12-01",
     "dated 2023-11-30 → failed"),
    (edited.run, of_file(by_photoshop()), "failed", "Adobe Photoshop 25.0 (Windows)", None,
     "File ini ditulis oleh aplikasi penyunting (Adobe Photoshop 25.0 (Windows))."),
    (edited.run, of_file(changed("11:05:00")), "warning", 110, 60, "110 > 60 → warning"),
    (edited.run, of_file(changed("11:15:00")), "passed", None, None, "two whole hours → passed"),
    (tagging_tool.run, of_file(camera.jpeg(tagged.piexif_block(*SITE))), "warning", "piexif", None,
     "Keterangan file tersusun seperti ditulis piexif"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("run", "evidence", "status", "measured", "limit", "words"), EXAMPLES, ids=[e[-1][:40] for e in EXAMPLES]
)
def test_the_page_s_example_comes_out_as_written(
    run: Run, evidence: Evidence, status: str, measured: Any, limit: Any, words: str
) -> None:
    outcome = run(evidence)
    assert outcome.status == status
    for found, expected in ((outcome.measured, measured), (outcome.limit, limit)):
        wanted = pytest.approx(expected, abs=0.02) if isinstance(expected, int | float) else expected
        assert found == wanted
    assert words in (PAGES / f"{outcome.code}.md").read_text()


def test_a_sentence_quoted_on_a_page_is_the_check_s_own() -> None:
    quoted = {
        in_village: EXAMPLES[4],
        near_site: EXAMPLES[6],
        hemisphere: EXAMPLES[12],
        camera_existed: EXAMPLES[13],
        edited: EXAMPLES[16],
        tagging_tool: EXAMPLES[19],
    }
    for module, (run, evidence, _status, _measured, _limit, words) in quoted.items():
        assert words in say(run(evidence).message), module.CODE


def test_the_figures_beside_the_examples() -> None:
    north, south = (114.3691, 8.2192), SITE
    assert metres_between(north, south) == pytest.approx(1_817_800, abs=100)
    assert "1,817.8 km" in (PAGES / "hemisphere.md").read_text()
    assert "1,818 km" in (PAGES / "has_position.md").read_text()


def test_the_shape_of_piexif_lies_where_the_page_says() -> None:
    block = tagged.piexif_block(*SITE)
    structure = exif.read(camera.jpeg(block)).structure
    assert dict(structure.offsets)["GPS"] == 113
    assert len(structure.gps_tags) == 4
    first_value = int.from_bytes(block[113 + 2 + 12 + 8 : 113 + 2 + 24], "big")
    assert first_value == 163 == 113 + 2 + 4 * 12
    assert "113 + 2 + 4 × 12" in (PAGES / "tagging_tool.md").read_text()


@pytest.mark.parametrize(
    "module",
    [
        camera_existed,
        edited,
        fix_age,
        fix_agrees,
        hemisphere,
        in_village,
        near_site,
        tagging_tool,
        time_plausible,
    ],
    ids=lambda module: module.CODE,
)
def test_every_limit_is_on_the_page_with_its_number(module: Any) -> None:
    page = (PAGES / f"{module.CODE}.md").read_text()
    for name, value in module.LIMITS.items():
        shown = {f"`{name}` {value:g}", f"`{name}` {value:,.0f}"}
        if (module, name) != (hemisphere, "error_ceiling_m"):  # "as in near_site"
            assert any(text in page for text in shown), f"{module.CODE}: {name} = {value:g}"
