"""The field page's pure functions, run in the browser through the import map."""

import json
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page
from shapely.geometry import shape

from photos.capture import canonical, read_fix
from places.earth import metres_to_geometry
from tests.cast import make_cast
from tests.photos.test_capture import example as capture_example


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


def test_a_server_in_trouble_is_asked_ever_less_often(call):
    assert [call("queue", "pauseAfter", troubles) for troubles in (1, 2, 4, 5, 500)] == [
        120_000, 240_000, 960_000, 1_800_000, 1_800_000,
    ]  # fmt: skip


def test_the_token_of_the_latest_log_in_counts(call):
    assert call("sending", "tokenOf", "sessionid=a; csrftoken=neu; x=1") == "neu"
    assert call("sending", "tokenOf", "sessionid=a") is None


def test_the_page_seals_as_the_server_reads(call):
    """The worked example of docs/design/capture.md, in the browser."""
    said = capture_example()
    fix = json.loads(said["fix"])
    read = read_fix(said["fix"])
    assert read is not None
    text = canonical(replace(read, nonce=said["nonce"]), said["sha256"])
    assert call("sealing", "canonical", said["nonce"], said["sha256"], fix) == text
    assert call("sealing", "macOf", said["key"], said["nonce"], said["sha256"], fix) == said["mac"]


def test_without_a_secure_context_nothing_is_sealed(call):
    assert call("sealing", "canSeal", {"isSecureContext": False, "crypto": {"subtle": {}}}) is False
    assert call("sealing", "canSeal", {"isSecureContext": True, "crypto": {}}) is False
    assert call("sealing", "seal", {"lon": 1, "lat": 2}, None, None) == {"lon": 1, "lat": 2}


def test_numbers_that_expired_are_put_away(call):
    numbers = [
        {"nonce": "a", "expires_at": "2026-11-24T00:00:00Z"},
        {"nonce": "b", "expires_at": "2026-11-26T00:00:00+07:00"},
    ]
    assert call("sealing", "stillGood", numbers, 1_795_568_400_000) == numbers[1:]  # 25 November 2026


def test_what_proves_nothing_is_known_before_it_is_sent(call):
    flaws = [
        call("position", "flawOf", fix)
        for fix in ({"accuracy_m": 6}, {"accuracy_m": 101}, {"accuracy_m": 6, "age_s": 121})
    ]
    assert flaws == ["", "coarse", "old"]
    agents = [
        "Mozilla/5.0 (Linux; Android 14)",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0)",
        "Mozilla/5.0 (X11; Linux)",
    ]
    assert [call("position", "phoneOf", agent) for agent in agents] == ["android", "ios", "other"]
