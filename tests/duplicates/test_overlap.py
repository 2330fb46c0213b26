"""How much of two lines is the same stretch."""

import pytest
from shapely import LineString, MultiLineString, Point

from duplicates.overlap import shared_metres

DEG = 110_240  # metres in a degree of longitude at 8.25° S


def lane(start_m: float, end_m: float, north_m: float = 0.0) -> LineString:
    lat = -8.25 + north_m / 110_577
    return LineString([(114.2 + start_m / DEG, lat), (114.2 + end_m / DEG, lat)])


@pytest.mark.parametrize(
    ("left", "right", "shared", "shorter"),
    [
        (lane(0, 412), lane(0, 412), 412, 412),
        (lane(0, 400), lane(37, 449, 4), 363, 400),
        (lane(0, 200), lane(200, 400), 0, 200),
        (lane(0, 200), lane(0, 200, 40), 0, 200),
        (MultiLineString([lane(0, 100), lane(300, 400)]), lane(50, 350), 100, 200),
    ],
    ids=["the same", "drawn 4 m beside, shifted", "the next stretch", "the next lane", "two parts"],
)
def test_it_measures_the_same_stretch(left, right, shared: float, shorter: float) -> None:
    assert shared_metres([left], [right]) == (pytest.approx(shared, abs=0.5), pytest.approx(shorter, abs=0.5))


def test_it_has_nothing_to_say_of_points() -> None:
    assert shared_metres([Point(114.2, -8.25)], [lane(0, 100)]) is None
