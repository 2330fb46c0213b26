"""The field page's pure functions, run in the browser through the import map."""

from typing import Any

import pytest
from playwright.sync_api import Page
from shapely.geometry import shape

from places.earth import metres_to_geometry
from tests.cast import make_cast


@pytest.fixture
def call(open_page, transactional_db):
    """call(module, function, *arguments): what one of the field page's functions returns."""
    page: Page = open_page("/field/", user=make_cast().ani)

    def call_(module: str, function: str, *arguments: Any) -> Any:
        return page.evaluate(
            "async ([module, name, args]) => (await import(module))[name](...args)",
            [f"geomonitor/field/{module}", function, list(arguments)],
        )

    return call_


PLACES = {
    "point": {"type": "Point", "coordinates": [114.2, -8.25]},
    "line": {"type": "LineString", "coordinates": [[114.199, -8.25], [114.201, -8.251], [114.203, -8.25]]},
    "area": {
        "type": "Polygon",
        "coordinates": [
            [[114.2, -8.25], [114.204, -8.25], [114.204, -8.254], [114.2, -8.254], [114.2, -8.25]]
        ],
    },
    "lines": {
        "type": "MultiLineString",
        "coordinates": [[[114.19, -8.25], [114.191, -8.25]], [[114.2, -8.26], [114.21, -8.26]]],
    },
}


def test_the_live_distance_agrees_with_the_server_s(call):
    for here in ((114.2005, -8.2503), (114.202, -8.252), (114.21, -8.24)):
        for name, geometry in PLACES.items():
            exact = metres_to_geometry(here, shape(geometry))
            assert call("distance", "metresTo", here, geometry) == pytest.approx(exact, rel=0.005, abs=0.5), (
                name
            )


def test_lengths_are_written_the_indonesian_way(call):
    assert [call("distance", "metresText", metres) for metres in (4.4, 998.7, 1312, 123_456)] == [
        "4 m",
        "999 m",
        "1,3 km",
        "123 km",
    ]


def test_per_cents_and_their_stages(call):
    assert [call("stage", "percentOf", text) for text in ("0", " 80 ", "100", "101", "-1", "4.5", "", "x")] == [
        0, 80, 100, None, None, None, None, None,
    ]  # fmt: skip
    assert [call("stage", "stageOf", percent) for percent in (0, 1, 99, 100, 101)] == [
        "before", "between", "between", "after", "",
    ]  # fmt: skip


def test_a_fix_is_sent_with_its_own_time(call):
    position = {
        "coords": {"longitude": 114.2, "latitude": -8.25, "accuracy": 6.04},
        "timestamp": 1_795_486_500_000,
    }
    assert call("position", "fixOf", position, 1_795_486_503_000) == {
        "lon": 114.2,
        "lat": -8.25,
        "accuracy_m": 6,
        "at": "2026-11-24T02:15:00.000Z",
        "age_s": 3,
        "shot_at": "2026-11-24T02:15:03.000Z",
    }
    assert call("position", "isFresh", position, 1_795_486_530_000) is True
    assert call("position", "isFresh", position, 1_795_486_531_000) is False


def test_which_failures_are_worth_another_try(call):
    assert [call("queue", "mayHelp", status) for status in (0, 403, 413, 400, 409, 500, 503)] == [
        True, True, False, False, False, True, True,
    ]  # fmt: skip
    assert call("queue", "stateOf", {"status": 409}) == "refused"
    assert call("queue", "stateOf", {"status": 0}) == "failed"
    assert call("queue", "stateOf", {"status": 201, "claim": {"id": 1}}) == "done"


def test_the_token_of_the_latest_log_in_counts(call):
    assert call("sending", "tokenOf", "sessionid=a; csrftoken=neu; x=1") == "neu"
    assert call("sending", "tokenOf", "sessionid=a") is None
