"""From outcomes to one verdict, and the worked examples of docs/design/photo-verdicts.md, recomputed."""

import re
from datetime import date, datetime
from pathlib import Path

import pytest
import shapely

from photos.evidence import CheckOutcome, Evidence, Fix
from photos.exif import Facts, Position, Taken
from photos.sniff import sniff
from photos.verdict import VERDICTS, judge, verdict_of
from places.earth import WGS84
from places.message import message
from tests.photos import camera

SITE = (114.3691, -8.2192)


def outcomes(**statuses: str) -> list[CheckOutcome]:
    passed = dict.fromkeys(("has_position", "near_site", "time_plausible"), "passed")
    return [CheckOutcome(code, status, message(code)) for code, status in (passed | statuses).items()]


@pytest.mark.parametrize(
    ("statuses", "with_site", "verdict"),
    [
        ({}, True, "verified"),
        ({"in_village": "warning", "time_plausible": "warning", "fix_agrees": "unknown"}, True, "verified"),
        ({"near_site": "failed"}, True, "outside"),
        ({"has_position": "failed", "near_site": "unknown", "time_plausible": "failed"}, True, "unlocated"),
        ({"time_plausible": "failed"}, True, "suspect"),
        ({"near_site": "failed", "fix_agrees": "failed"}, True, "suspect"),
        ({"time_plausible": "unknown"}, True, "suspect"),
        ({"near_site": "unknown"}, True, "suspect"),
        ({"near_site": "unknown"}, False, None),
        ({"near_site": "unknown", "time_plausible": "unknown"}, False, None),
        ({"near_site": "unknown", "time_plausible": "failed"}, False, "suspect"),
        ({"reused": "failed"}, True, "suspect"),  # a check that comes later needs no change here
        ({"reused": "unknown"}, True, "verified"),  # "masih diperiksa"
    ],
)
def test_it_concludes(statuses: dict[str, str], with_site: bool, verdict: str | None) -> None:
    assert verdict_of(outcomes(**statuses), with_site=with_site) == verdict


def test_a_refused_file_is_unreadable_with_its_reason() -> None:
    sniffed = sniff(b"%PDF-1.7", name="foto.jpg")
    judgement = judge(Evidence(facts=Facts(), received_at=datetime.now().astimezone(), sniffed=sniffed))
    assert (judgement.verdict, judgement.refusal.code) == ("unreadable", "refused.not_an_image")


def test_headers_without_a_picture_are_never_better_than_suspect() -> None:
    whole = camera.jpeg(camera.exif(camera.Shot()))
    scan = whole.index(b"\xff\xda")
    sniffed = sniff(whole[: scan + 2 + whole[scan + 3]])
    facts = Facts(
        position=Position(*SITE), taken=Taken(datetime(2026, 11, 24, 9).astimezone(), "exif_offset")
    )
    received = datetime(2026, 11, 24, 10).astimezone()
    judgement = judge(Evidence(facts=facts, received_at=received, sniffed=sniffed, site=shapely.Point(SITE)))
    assert judgement.verdict == "suspect"


# The worked examples -----------------------------------------------------------------------------------------

PAGE = Path(__file__).parents[2] / "docs" / "design" / "photo-verdicts.md"
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in PAGE.read_text().splitlines()
    if re.match(r"\| \d+ \|", line)
]


def _number(cell: str) -> float | None:
    return None if cell == "–" else float(cell)


def _time(cell: str) -> datetime | None:
    return None if cell == "–" else datetime.fromisoformat(f"2026-11-{cell}:00+07:00")


def _place(metres: float | None) -> tuple[float, float] | None:
    return None if metres is None else WGS84.fwd(*SITE, 90, metres)[:2]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_the_worked_examples_come_out_as_written(row: list[str]) -> None:
    _no, file_m, error, fix_m, accuracy, taken, received, after, distance, limit, verdict = row
    place, fix_place = _place(_number(file_m)), _place(_number(fix_m))
    position = Position(*place, error_m=_number(error)) if place else None
    at = _time(taken)
    judgement = judge(
        Evidence(
            facts=Facts(
                position=position,
                position_reason=None if position else "stripped",
                taken=Taken(at, "exif_offset" if at else "none"),
            ),
            received_at=_time(received),
            fix=Fix(*fix_place, accuracy_m=_number(accuracy), at=_time(taken) or _time(received))
            if fix_place
            else None,
            site=shapely.Point(SITE),
            tolerance_m=50,
            not_before=None if after == "–" else date.fromisoformat(f"2026-11-{after}"),
        )
    )
    near = next(outcome for outcome in judgement.outcomes if outcome.code == "near_site")
    assert judgement.distance_m == (None if distance == "–" else pytest.approx(float(distance), abs=0.011))
    assert near.limit == _number(limit)
    assert judgement.verdict == verdict


def test_the_page_shows_every_verdict_of_a_readable_file() -> None:
    assert {row[-1] for row in ROWS} == set(VERDICTS) - {"unreadable"}
