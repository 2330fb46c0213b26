"""Each door check on its own, with the numbers it answers; and that folder, registry and docs agree."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import shapely

from photos import checks, exif
from photos.checks import complete, fix_agrees, has_position, in_village, near_site, time_plausible
from photos.evidence import Evidence, Fix, Register, whole_hours
from photos.exif import WIB, Facts, Position, Taken
from photos.sniff import sniff
from places.earth import WGS84
from places.saying import say
from tests.photos import camera

SITE = (114.3691, -8.2192)
SHOT = datetime(2026, 11, 24, 9, 15, tzinfo=WIB)
RECEIVED = SHOT + timedelta(minutes=3)


def metres_away(metres: float, azimuth: float = 90) -> tuple[float, float]:
    lon, lat, _back = WGS84.fwd(*SITE, azimuth, metres)
    return lon, lat


def evidence(
    metres: float | None = 10, error_m: float | None = None, at: datetime | None = SHOT, **more
) -> Evidence:
    """A photo so many metres east of the site; None: without position."""
    position = None if metres is None else Position(*metres_away(metres), error_m=error_m)
    facts = Facts(
        position=position,
        position_reason=None if position else "absent",
        taken=Taken(at, "exif_offset" if at else "none"),
    )
    defaults = {"facts": facts, "received_at": RECEIVED, "site": shapely.Point(SITE)}
    return Evidence(**(defaults | more))


def fix(metres: float = 12, accuracy_m: float | None = 8, minutes: float = 0, **more) -> Fix:
    return Fix(*metres_away(metres), accuracy_m=accuracy_m, at=SHOT + timedelta(minutes=minutes), **more)


# The registry ----------------------------------------------------------------------------------------------


def test_folder_registry_and_docs_agree() -> None:
    root = Path(checks.__file__).parents[2]
    files = {path.stem for path in (root / "photos" / "checks").glob("*.py")} - {"__init__"}
    pages = {path.stem for path in (root / "docs" / "checks").glob("*.md")} - {"README"}
    assert {check.CODE for check in checks.CHECKS} == files == pages


def test_every_check_says_its_tier_and_has_its_own_sentences() -> None:
    for check in checks.CHECKS:
        assert check.TIER in ("door", "pixel")
        assert all(code.startswith(check.CODE + ".") for code in check.SENTENCES)


def test_it_leaves_out_what_only_the_register_can_answer() -> None:
    everything = [check.CODE for check in checks.CHECKS]
    asked = [outcome.code for outcome in checks.run_checks(evidence(register=Register()))]
    alone = [outcome.code for outcome in checks.run_checks(evidence())]
    assert asked == everything
    assert alone == [c.CODE for c in checks.CHECKS if getattr(c, "ASKS", "file") != "register"]
    assert "not_reused" not in alone


def test_a_setting_softens_a_check_or_leaves_it_out() -> None:
    far = {"metres": 90}
    assert _status(evidence(**far), "near_site") == "failed"
    assert _status(evidence(**far, severity={"near_site": "warning"}), "near_site") == "warning"
    assert _status(evidence(**far, severity={"near_site": "off"}), "near_site") is None


def _status(judged: Evidence, code: str) -> str | None:
    return next((outcome.status for outcome in checks.run_checks(judged) if outcome.code == code), None)


# has_position ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", exif.POSITION_REASONS)
def test_it_has_a_sentence_with_a_way_out_for_every_reason(reason: str) -> None:
    facts = Facts(position_reason=reason)
    outcome = has_position.run(Evidence(facts=facts, received_at=RECEIVED))
    assert outcome.status == "failed"
    assert "Ambil" in say(outcome.message) or "ambil" in say(outcome.message)


@pytest.mark.parametrize(
    ("reason", "trace", "code"),
    [
        ("stripped", "messenger", "has_position.stripped_messenger"),
        ("stripped", "some_other", "has_position.stripped"),
        ("zeroed", "no_fix", "has_position.zeroed_no_fix"),
        ("malformed", "missing_ref", "has_position.malformed_missing_ref"),
        ("malformed", "not_a_number", "has_position.malformed"),
    ],
)
def test_it_speaks_to_what_was_found(reason: str, trace: str, code: str) -> None:
    facts = Facts(position_reason=reason, position_trace=trace)
    assert has_position.run(Evidence(facts=facts, received_at=RECEIVED)).message.code == code


def test_it_warns_when_the_receiver_calls_its_position_void() -> None:
    facts = replace(evidence().facts, gps_status="V")
    assert has_position.run(Evidence(facts=facts, received_at=RECEIVED)).status == "warning"


# near_site -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("metres", "error_m", "status", "limit"),
    [
        (49.9, None, "passed", 50), (50, None, "passed", 50), (50.02, None, "failed", 50),
        (55, 6, "passed", 56), (57, 6, "failed", 56), (149, 100, "passed", 150), (151, 100, "failed", 150),
        (10, 500, "unknown", 150), (300, 500, "unknown", 150), (551, 500, "failed", 150),
    ],
)  # fmt: skip
def test_it_allows_tolerance_plus_stated_error(
    metres: float, error_m: float | None, status: str, limit: float
) -> None:
    outcome = near_site.run(evidence(metres, error_m))
    assert (outcome.status, outcome.limit) == (status, limit)
    assert outcome.measured == pytest.approx(metres, abs=0.005)


def test_it_measures_to_the_nearest_part_of_a_line_and_an_area() -> None:
    line = shapely.LineString([SITE, metres_away(1_000)])
    assert near_site.run(evidence(500, site=line)).measured == pytest.approx(0, abs=0.02)
    area = shapely.Point(SITE).buffer(0.01)
    assert near_site.run(evidence(200, site=area)).measured == 0
    both = shapely.GeometryCollection([shapely.Point(SITE), line])
    assert near_site.run(evidence(1_040, site=both)).measured == pytest.approx(40, abs=0.02)


def test_it_says_distance_and_limit() -> None:
    said = say(near_site.run(evidence(1_312)).message)
    assert said == "1,3 km dari lokasi; batasnya 50 m. Pindah ke titik lokasi, lalu ambil ulang."


def test_it_leaves_the_distance_open_without_site_or_position() -> None:
    assert near_site.run(evidence(site=None)).message.code == "near_site.no_site"
    assert near_site.run(evidence(None)).message.code == "near_site.no_position"


# in_village ------------------------------------------------------------------------------------------------


def test_it_only_warns_outside_the_drawn_border() -> None:
    village = shapely.box(SITE[0] - 0.01, SITE[1] - 0.01, SITE[0], SITE[1] + 0.01)
    outcome = in_village.run(evidence(25, boundary=village, village="Desa Kalirejo"))
    assert (outcome.status, outcome.measured) == ("warning", pytest.approx(25, abs=0.02))
    assert "25 m di luar batas Desa Kalirejo" in say(outcome.message)
    assert in_village.run(evidence(0, boundary=village)).status == "passed"
    assert in_village.run(evidence(0)).status == "unknown"


# time_plausible --------------------------------------------------------------------------------------------


def timed(
    camera_at: datetime | None, gps_at: datetime | None = None, source: str = "exif_offset", **more
) -> Evidence:
    at = gps_at.astimezone(WIB) if gps_at else camera_at
    facts = replace(
        evidence().facts, taken=Taken(at, "gps" if gps_at else source), camera_at=camera_at, gps_at=gps_at
    )
    return evidence(facts=facts, **more)


HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
GPS = SHOT.astimezone(UTC)


@pytest.mark.parametrize(
    ("judged", "status", "code"),
    [
        (timed(SHOT), "passed", "passed"),
        (timed(SHOT, GPS), "passed", "passed"),
        (timed(SHOT, GPS - 14 * MINUTE), "passed", "passed"),
        (timed(SHOT + HOUR, GPS), "warning", "zone"),
        (timed(SHOT - 7 * HOUR + MINUTE, GPS), "warning", "zone"),
        (timed(SHOT + 24 * HOUR, GPS), "warning", "gps_day"),
        (timed(SHOT - 90 * MINUTE, GPS), "failed", "clocks_differ"),
        (timed(SHOT - 400 * 24 * HOUR, GPS), "failed", "clocks_differ"),
        (timed(RECEIVED + 4 * MINUTE), "passed", "passed"),
        (timed(RECEIVED + 6 * MINUTE), "failed", "future"),
        (timed(RECEIVED + HOUR, source="exif_assumed_wib"), "warning", "assumed_zone"),
        (timed(RECEIVED + 3 * HOUR, source="exif_assumed_wib"), "failed", "future"),
        (timed(SHOT, not_before=date(2026, 11, 24), not_after=date(2026, 11, 24)), "passed", "passed"),
        (timed(SHOT, not_before=date(2026, 11, 25)), "failed", "before"),
        (timed(SHOT, not_after=date(2026, 11, 23)), "failed", "after"),
        (timed(None), "unknown", "missing"),
    ],
)
def test_it_tells_wrong_clocks_from_zones(judged: Evidence, status: str, code: str) -> None:
    outcome = time_plausible.run(judged)
    assert (outcome.status, outcome.message.code) == (status, f"time_plausible.{code}")
    assert "%(" not in say(outcome.message)


@pytest.mark.parametrize(
    ("minutes", "hours"),
    [(60, 1), (62, 1), (-121, -2), (64, None), (30, None), (0, None), (840, 14), (900, None)],
)
def test_it_knows_whole_hours(minutes: int, hours: int | None) -> None:
    assert whole_hours(minutes * MINUTE) == hours


# fix_agrees ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("judged", "status", "code"),
    [
        (evidence(10, fix=fix(80)), "passed", "agree"),  # 70 m apart; 50 + 20 + 8 = 78 m
        (evidence(10, fix=fix(90)), "failed", "differ"),
        (evidence(10, 5, fix=fix(72)), "passed", "agree"),  # 62 m; 50 + 5 + 8 = 63 m
        (evidence(10, 5, fix=fix(74)), "failed", "differ"),
        (evidence(10, 9_000, fix=fix(170)), "failed", "differ"),  # stated errors count to 100 m: 158 m
        (evidence(10), "unknown", "no_fix"),
        (evidence(None), "unknown", "neither"),
        (evidence(None, at=None, fix=fix()), "unknown", "only_fix"),
        (evidence(10, fix=fix(2_000, accuracy_m=100.1)), "unknown", "coarse"),
        (evidence(10, fix=fix(accuracy_m=None)), "unknown", "no_accuracy"),
        (evidence(10, fix=fix(accuracy_m=float("nan"))), "unknown", "no_accuracy"),
        (evidence(10, fix=Fix(0, 0, 5, SHOT)), "unknown", "impossible"),
        (evidence(10, fix=Fix(114, -95, 5, SHOT)), "unknown", "impossible"),
        (evidence(10, fix=fix(minutes=-3)), "unknown", "other_time"),
        (evidence(10, fix=fix(minutes=-1)), "passed", "agree"),
        (evidence(10, fix=fix(minutes=-3, shot_at=SHOT - 3 * MINUTE)), "passed", "agree"),
    ],
)
def test_it_compares_the_fix_with_the_file(judged: Evidence, status: str, code: str) -> None:
    outcome = fix_agrees.run(judged)
    assert (outcome.status, outcome.message.code) == (status, f"fix_agrees.{code}")
    assert "%(" not in say(outcome.message)


def test_it_takes_a_zone_out_before_it_calls_a_fix_old() -> None:
    facts = replace(evidence().facts, taken=Taken(SHOT + HOUR, "exif_assumed_wib"))
    assert fix_agrees.run(evidence(facts=facts, fix=fix())).status == "passed"


def test_the_fix_is_the_position_only_where_the_file_has_none() -> None:
    both = evidence(10, fix=fix(30))
    assert both.position == both.facts.position
    alone = evidence(None, at=None, fix=fix(30))
    assert alone.position.source == "capture"
    assert (alone.taken.source, alone.taken.at) == ("capture", SHOT)
    assert evidence(None, fix=fix(30, accuracy_m=101)).position is None


# complete --------------------------------------------------------------------------------------------------


def test_it_fails_headers_without_a_picture() -> None:
    whole = camera.jpeg()
    scan = whole.index(b"\xff\xda")
    headers = whole[: scan + 2 + whole[scan + 3]]
    assert complete.run(evidence(sniffed=sniff(whole))).status == "passed"
    assert complete.run(evidence(sniffed=sniff(headers))).status == "failed"
    assert complete.run(evidence()).status == "unknown"
