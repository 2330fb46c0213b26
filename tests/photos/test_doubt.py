"""The doubt that orders the review queue."""

import pytest

from photos import doubt
from photos.evidence import CheckOutcome, Status
from places.message import message


def answer(code: str, status: Status) -> CheckOutcome:
    return CheckOutcome(code, status, message(f"{code}.x"))


@pytest.mark.parametrize(
    ("verdict", "answers", "score"),
    [
        pytest.param("verified", [], 0, id="nothing odd"),
        pytest.param(
            "verified", [("near_site", "passed"), ("thumbnail_matches", "unknown")], 0, id="still looked at"
        ),
        pytest.param(
            "verified", [("progress_order", "warning"), ("stages_present", "warning")], 14, id="two warnings"
        ),
        pytest.param("outside", [("near_site", "failed")], 35, id="outside"),
        pytest.param(
            "outside", [("near_site", "failed"), ("nearer_site", "warning")], 43, id="the page's example"
        ),
        pytest.param(
            "unlocated", [("has_position", "failed"), ("near_site", "unknown")], 35, id="no position"
        ),
        pytest.param("suspect", [("not_reused", "failed")], 80, id="used before"),
        pytest.param("suspect", [("some_new_check", "failed")], 65, id="a check without a number of its own"),
        pytest.param(
            "suspect", [("not_reused", "failed"), ("speed", "failed"), ("edited", "failed")], 100, id="most"
        ),
        pytest.param(None, [], 0, id="no verdict"),
    ],
)
def test_it_adds_up(verdict: str | None, answers: list[tuple[str, Status]], score: int):
    assert doubt.score([answer(*one) for one in answers], verdict) == score


def test_every_number_stands_on_the_page():
    from pathlib import Path

    page = Path(__file__).parents[2].joinpath("docs/design/photo-rechecks.md").read_text()
    for verdict, base in doubt.BASE.items():
        assert f"| `{verdict}` | {base} |" in page
    for status, adds in doubt.ADDS.items():
        for code, number in adds.items():
            assert f"| {status} | {f'`{code}`' if code else 'any other'} | {number} |" in page
