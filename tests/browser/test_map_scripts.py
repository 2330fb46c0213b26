"""The map's pure functions, run in the browser through the import map."""

from typing import Any

import pytest
from playwright.sync_api import Page

from tests.cast import make_cast


@pytest.fixture
def call(open_page, transactional_db):
    """call(module, function, *arguments): what one of our modules' functions returns."""
    make_cast()
    page: Page = open_page("/map/")

    def call_(module: str, function: str, *arguments: Any) -> Any:
        return page.evaluate(
            "async ([module, name, args]) => (await import(module))[name](...args)",
            [f"geomonitor/{module}", function, list(arguments)],
        )

    return call_


def test_coordinates_are_read_without_guessing(call):
    here = {"lat": -8.2192, "lon": 114.3691}
    for written in ("-8.2192, 114.3691", "-8.2192 114.3691", "-8,2192; 114,3691", "S 8.2192 E 114.3691"):
        assert call("coordinates", "readCoordinates", written) == here, written
    for written in ("8°13'9\"S 114°22'9\"E", "8° 13' 9\" LS, 114° 22' 9\" BT", "-8°13'9\", 114°22'9\""):
        found = call("coordinates", "readCoordinates", written)
        assert found["lat"] == pytest.approx(-8.21917, abs=1e-5), written
        assert found["lon"] == pytest.approx(114.36917, abs=1e-5), written
    for written in (
        "114.3691, -8.2192",
        "Sragi",
        "-8.2192",
        "8°61'0\"S 114°0'0\"E",
        "8°1'0\"S 114°0'0\"S",
        "",
    ):
        assert call("coordinates", "readCoordinates", written) is None, written


def test_a_clusters_arcs_are_its_shares(call):
    assert call("symbols", "arcs", {"p0": 1, "p1": 0, "p50": 1, "p100": 2}) == [
        {"name": "p0", "start": 0, "length": 0.25},
        {"name": "p50", "start": 0.25, "length": 0.25},
        {"name": "p100", "start": 0.5, "length": 0.5},
    ]
    assert [call("symbols", "clusterSize", count) for count in (2, 25, 100, 10_000)] == [32, 44, 59, 62]
    assert [call("symbols", "clusterSize", count, 4096) for count in (2, 1024, 4096)] == [29, 46, 62]
    assert call("symbols", "scaleOf", [3, 2139, 84]) == 4096


def test_rings_that_overlap_are_pushed_apart_and_not_far(call):
    apart = call("project-tiles", "pushApart", [{"x": 0, "y": 0, "r": 20}, {"x": 20, "y": 0, "r": 20}])
    assert 20 + apart[1]["x"] - apart[0]["x"] == pytest.approx(41, abs=0.5)
    alone = call("project-tiles", "pushApart", [{"x": 0, "y": 0, "r": 20}, {"x": 90, "y": 0, "r": 20}])
    assert alone == [{"x": 0, "y": 0}, {"x": 0, "y": 0}]


def test_names_keep_clear_of_marks_and_of_each_other(call):
    label = {"x": 100, "y": 100, "width": 40, "height": 12}
    mark = {"left": 90, "top": 92, "right": 110, "bottom": 108}
    (free,) = call("names", "place", [label], [])
    assert (free["left"], free["top"]) == (80, 94)
    (moved,) = call("names", "place", [label], [mark])
    assert moved["top"] >= 108 or moved["top"] + 12 <= 92
    everywhere = {"left": 0, "top": 0, "right": 300, "bottom": 300}
    assert call("names", "place", [label], [everywhere]) == []


def test_the_sheet_rests_half_full_or_closed(call):
    assert [call("sheet", "restsAt", share) for share in (0.1, 0.4, 0.9)] == ["close", 0.56, 0.93]


def test_the_walk_starts_at_the_newest_picture_and_compares_with_the_first(call):
    frames = [{"missing": False}, {"missing": False}, {"missing": True}]
    assert call("timeline", "startOf", frames) == 1
    assert [call("timeline", "beforeOf", frames, index) for index in (0, 1, 2)] == [-1, 0, -1]


def test_the_edge_at_which_the_data_was_cut_is_no_coast(call):
    ring = [[113, -8], [113, -9], [114, -8.5], [113.5, -8.2], [113, -8]]
    assert call("ground", "coastOf", ring, [113, -9.5, 115, -7]) == [ring[1:]]
    assert call("ground", "boxOf", [[ring]]) == [113, -9, 114, -8]
