"""Checks that compare a claim with other photos and other sites: the numbers of their pages, recomputed."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
import shapely

from photos import checks
from photos.checks import nearer_site, progress_order, same_coordinates, speed, stages_present
from photos.evidence import CheckOutcome, Evidence, Nearer, Register, Shot
from photos.exif import WIB, Facts, Position, Taken
from places.earth import WGS84
from places.saying import say

SITE = (114.3691, -8.2192)
SHOT = datetime(2026, 11, 24, 9, 15, tzinfo=WIB)


def away(metres: float, azimuth: float = 90) -> tuple[float, float]:
    lon, lat, _back = WGS84.fwd(*SITE, azimuth, metres)
    return lon, lat


def evidence(
    lon_lat: tuple[float, float] | None = None,
    *,
    error_m: float | None = 5,
    at: datetime | None = SHOT,
    work_type: str = "road",
    limits: dict[str, dict[str, float]] | None = None,
    **register: object,
) -> Evidence:
    """A photo three metres from the site unless said, and what the register knows of it."""
    lon, lat = lon_lat or away(3)
    return Evidence(
        facts=Facts(
            position=Position(lon, lat, error_m=error_m),
            position_reason=None,
            taken=Taken(at, "exif_offset" if at else "none"),
        ),
        received_at=SHOT + timedelta(hours=1),
        site=shapely.Point(SITE),
        work_type=work_type,
        limits=limits or {},
        register=Register(**{"progress": 50, "site_source": "surveyed", "stages": (0, 50, 100)} | register),
    )


def nowhere(**register: object) -> Evidence:
    """The same without position."""
    placed = evidence(**register)
    return replace(placed, facts=replace(placed.facts, position=None, position_reason="absent"))


def shot(
    minutes: float | None = None, progress: int = 0, metres: float | None = None, **more: object
) -> Shot:
    """Another photo, so many minutes after this one (negative: before), so many metres west of the site."""
    lon, lat = (None, None) if metres is None else away(metres, 270)
    at = None if minutes is None else SHOT + timedelta(minutes=minutes)
    return Shot(claim_id=1, at=at, lon=lon, lat=lat, progress=progress, **more)


def softened(judged: Evidence, code: str) -> str:
    """The status after the registry applied the check's severity."""
    return next(outcome.status for outcome in checks.run_checks(judged) if outcome.code == code)


# speed -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("minutes", "device", "status", "kmh"),
    [
        pytest.param(-4, "serial:123456|canon|eos", "passed", 119.8, id="12 km in 4 minutes"),
        pytest.param(-1, "serial:123456|canon|eos", "failed", 239.5, id="12 km in 1 minute"),
        pytest.param(1, "serial:123456|canon|eos", "failed", 239.5, id="the other is later"),
        pytest.param(-1, "user:7", "failed", 239.5, id="the page's camera of one account"),
        pytest.param(-1, "model:7|samsung|sm-a546e", "warning", 239.5, id="only the same model"),
        pytest.param(0, "serial:123456|canon|eos", "failed", 359.2, id="the same moment"),
    ],
)
def test_it_measures_the_speed_of_one_camera(minutes: float, device: str, status: str, kmh: float):
    before = shot(minutes, metres=12_000 - 3, error_m=20.0)
    outcome = speed.run(evidence(away(3), device=device, device_shots=(before,)))
    assert (outcome.status, outcome.measured, outcome.limit) == (status, pytest.approx(kmh, abs=0.1), 150.0)


def test_the_errors_and_the_slack_are_on_the_officer_s_side():
    near = shot(0, metres=4_000, error_m=None)
    assert speed.run(evidence(device="user:7", device_shots=(near,))).status == "passed"
    strict = {"speed": {"kmh": 100.0}}
    assert speed.run(evidence(device="user:7", device_shots=(near,), limits=strict)).status == "failed"


def test_speed_says_what_to_look_at():
    outcome = speed.run(
        evidence(away(3), device="user:7", device_shots=(shot(-1, metres=12_000 - 3, error_m=20.0),))
    )
    assert say(outcome.message) == (
        "Kamera ini juga mengambil foto 12,0 km dari sini, selisih 1 menit: 240 km/jam, "
        "batasnya 150 km/jam. Periksa jam dan lokasi telepon."
    )
    assert {"server:device", "server:device_shots", "exif:GPSLatitude"} <= set(outcome.cites)


@pytest.mark.parametrize(
    "judged",
    [
        pytest.param(evidence(), id="no other photo"),
        pytest.param(evidence(device="user:7", device_shots=(shot(-1),)), id="the other has no position"),
        pytest.param(
            evidence(device="user:7", device_shots=(shot(None, metres=9e3),)), id="the other has no time"
        ),
        pytest.param(evidence(at=None, device="user:7", device_shots=(shot(-1, metres=9e3),)), id="no time"),
        pytest.param(nowhere(device="user:7", device_shots=(shot(-1, metres=9e3),)), id="no position"),
    ],
)
def test_speed_is_silent_where_there_is_nothing_to_compare(judged: Evidence):
    assert speed.run(judged).message.code == "speed.nothing_to_compare"


# progress_order --------------------------------------------------------------------------------------------

DAY = 24 * 60


@pytest.mark.parametrize(
    ("progress", "other", "code", "measured"),
    [
        pytest.param(50, shot(-DAY, 0), "grows", None, id="0 then 50"),
        pytest.param(50, shot(-DAY, 60), "back", 10, id="60 yesterday, 50 today"),
        pytest.param(50, shot(-60, 60), "grows", None, id="60 an hour ago: clocks may differ"),
        pytest.param(50, shot(DAY, 40), "ahead", 10, id="40 tomorrow"),
        pytest.param(100, shot(-375, 0), "same_day", 6.2, id="0 and 100 on one day"),
        pytest.param(0, shot(375, 100), "same_day", 6.2, id="the other way round"),
        pytest.param(90, shot(-DAY, 5), "jump", 24, id="85 points in a day"),
        pytest.param(90, shot(-2 * DAY, 5), "grows", None, id="85 points in two days"),
        pytest.param(50, shot(-60, 0), "grows", None, id="50 points in an hour"),
        pytest.param(50, shot(None, 100), "grows", None, id="a photo without time"),
    ],
)
def test_progress_grows_with_time(progress: int, other: Shot, code: str, measured: float | None):
    outcome = progress_order.run(evidence(progress=progress, site_shots=(other,)))
    assert outcome.message.code == f"progress_order.{code}"
    assert outcome.status == ("passed" if code == "grows" else "failed")
    assert outcome.measured == (None if measured is None else pytest.approx(measured, abs=0.05))


def test_it_is_a_warning_unless_a_setting_makes_it_more():
    judged = evidence(progress=50, site_shots=(shot(-DAY, 60),))
    assert softened(judged, "progress_order") == "warning"
    assert softened(replace(judged, severity={"progress_order": "failed"}), "progress_order") == "failed"


def test_a_lamp_may_be_put_up_in_a_day():
    before = shot(-375, 0)
    assert (
        progress_order.run(evidence(progress=100, work_type="lighting", site_shots=(before,))).status
        == "passed"
    )
    soon = shot(-60, 0)
    assert (
        progress_order.run(evidence(progress=100, work_type="lighting", site_shots=(soon,))).status
        == "failed"
    )


def test_the_limits_of_a_jump_are_data():
    judged = evidence(progress=50, site_shots=(shot(-DAY, 0),))
    tight = replace(judged, limits={"progress_order": {"jump_pct": 40.0}})
    assert progress_order.run(judged).status == "passed"
    assert progress_order.run(tight).status == "failed"


def test_a_photo_of_the_board_or_without_time_is_not_put_in_order():
    other = (shot(-DAY, 60),)
    assert progress_order.run(evidence(purpose="board", site_shots=other)).status == "passed"
    assert progress_order.run(evidence(at=None, site_shots=other)).status == "unknown"


def test_progress_that_goes_back_names_both_numbers():
    outcome = progress_order.run(evidence(progress=50, site_shots=(shot(-DAY, 60),)))
    assert say(outcome.message) == (
        "Progres 50 %, padahal foto 23 Nov 2026 09.15 sudah menunjukkan 60 %. Periksa angka progresnya."
    )


# stages_present --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("progress", "shown", "missing"),
    [
        pytest.param(100, [60], "0 %", id="the page's example"),
        pytest.param(100, [0, 60], None, id="all there"),
        pytest.param(100, [], "0 %, 50 %", id="only the last"),
        pytest.param(0, [], None, id="the first"),
        pytest.param(50, [0], None, id="the last is still to come"),
    ],
)
def test_it_names_the_stages_without_a_photo(progress: int, shown: list[int], missing: str | None):
    shots = tuple(shot(-DAY, one) for one in shown)
    outcome = stages_present.run(evidence(progress=progress, site_shots=shots))
    assert outcome.status == ("failed" if missing else "passed")
    assert outcome.message.params.get("stages") == missing
    assert outcome.measured == (len(missing.split(",")) if missing else 0)


def test_other_purposes_miss_no_stage():
    assert stages_present.run(evidence(progress=100, purpose="handover")).status == "passed"


def test_a_project_without_expected_stages_misses_none():
    assert stages_present.run(evidence(progress=100, stages=())).status == "passed"


# same_coordinates ------------------------------------------------------------------------------------------

FINE = (114.2001934, -8.2503171)


@pytest.mark.parametrize(
    ("other", "status"),
    [
        pytest.param(shot(-30 * DAY), "failed", id="a month before"),
        pytest.param(shot(-3), "passed", id="three minutes before: one fix"),
        pytest.param(shot(-3, same_project=False), "failed", id="three minutes before, for another project"),
        pytest.param(shot(None), "failed", id="without time"),
    ],
)
def test_it_finds_coordinates_that_repeat(other: Shot, status: str):
    outcome = same_coordinates.run(evidence(FINE, same_position=(other,)))
    assert (outcome.status, outcome.measured) == (status, 1.0 if status == "failed" else 0.0)


def test_a_softer_setting_is_the_default_for_coordinates():
    assert softened(evidence(FINE, same_position=(shot(-DAY),)), "same_coordinates") == "warning"


def test_coarse_coordinates_repeat_by_chance():
    tenths = (round(FINE[0] * 36_000) / 36_000, round(FINE[1] * 36_000) / 36_000)
    outcome = same_coordinates.run(evidence(tenths, same_position=(shot(-30 * DAY),)))
    assert (outcome.status, outcome.message.code) == ("passed", "same_coordinates.coarse")


@pytest.mark.parametrize(
    ("source", "progress", "off_deg", "status"),
    [
        pytest.param("surveyed", 50, 0.0, "failed", id="the typed point itself"),
        pytest.param("surveyed", 50, 9e-8, "failed", id="within 1e-7"),
        pytest.param("surveyed", 50, 2e-7, "passed", id="two centimetres off"),
        pytest.param("photos", 50, 0.0, "passed", id="the point came from a photo"),
        pytest.param("planned", 0, 0.0, "passed", id="the 0 % photo proposes the point"),
    ],
)
def test_it_finds_the_typed_site_point(source: str, progress: int, off_deg: float, status: str):
    judged = evidence((FINE[0] + off_deg, FINE[1]), site_source=source, progress=progress)
    assert same_coordinates.run(replace(judged, site=shapely.Point(FINE))).status == status


def test_a_line_is_no_typed_point():
    judged = replace(evidence(FINE), site=shapely.LineString([FINE, SITE]))
    assert same_coordinates.run(judged).status == "passed"


def test_without_position_no_coordinates_repeat():
    assert same_coordinates.run(nowhere(same_position=(shot(-DAY),))).status == "passed"


# nearer_site -----------------------------------------------------------------------------------------------


def beside(error_m: float | None, distance_m: float = 8.0, same_project: bool = False) -> CheckOutcome:
    """120 m from the claimed site, so many metres from another."""
    found = Nearer(site_id=77, distance_m=distance_m, same_project=same_project)
    return nearer_site.run(evidence(away(120), error_m=error_m, nearer=found))


@pytest.mark.parametrize(
    ("error_m", "status", "limit"),
    [
        pytest.param(6, "failed", 114.0, id="the page's example"),
        pytest.param(115, "passed", None, id="the error says nothing"),
        pytest.param(None, "failed", 100.0, id="no stated error counts as 20 m"),
    ],
)
def test_it_proposes_a_nearer_site_beyond_the_error(error_m: float | None, status: str, limit: float | None):
    outcome = beside(error_m)
    assert outcome.status == status
    assert outcome.limit == (None if limit is None else pytest.approx(limit, abs=0.02))


def test_the_sentence_names_no_title():
    outcome = beside(6)
    assert outcome.message.params == {"site": 77, "distance_m": 8.0, "claimed_m": 120.0}
    assert say(outcome.message) == (
        "Foto ini 8,0 m dari titik lokasi pekerjaan lain, tetapi 120 m dari titik yang dipilih. "
        "Periksa pilihan pekerjaannya."
    )
    assert beside(6, same_project=True).message.code == "nearer_site.other_site"


def test_without_another_site_or_position_nothing_is_proposed():
    assert nearer_site.run(evidence(away(120))).status == "passed"
    assert nearer_site.run(nowhere()).status == "passed"


@pytest.mark.parametrize(
    ("metres", "error_m", "outside"),
    [(40, 5, False), (54, 5, False), (56, 5, True), (140, 200, False), (151, 200, True)],
)
def test_only_photos_outside_their_site_look_for_another(metres: float, error_m: float, outside: bool):
    assert nearer_site.is_outside(evidence(away(metres), error_m=error_m)) is outside
