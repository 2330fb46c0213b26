"""The register cut into squares: each work in one, everybody within reach around it, numbers for life."""

import random

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from duplicates.partitions import LEVELS, Partitions, Places, squares
from duplicates.sites import OVERFETCH_M, Sites, nearest

CENTRES = [(114.2, -8.25), (179.9995, -16.2), (-179.9995, -16.2), (20.0, 89.7), (0.0, 0.0)]


def places_of(works: list[list[shapely.Geometry]], chosen: list[bool]) -> Places:
    owner = [row for row, sites in enumerate(works) for _site in sites]
    bounds = shapely.bounds(np.array([site for sites in works for site in sites], dtype=object))
    keys = np.arange(len(works), dtype=np.int64) * 3 + 5
    return Places(keys, np.array(chosen), np.array(owner, dtype=np.int64), bounds.reshape(-1, 4))


def site(rng: random.Random, lon: float, lat: float) -> shapely.Geometry:
    x, y = lon + rng.gauss(0, 0.001), lat + rng.gauss(0, 0.001)
    if rng.random() < 0.3:
        return shapely.LineString([(x, y), (x + rng.gauss(0, 0.003), y + rng.gauss(0, 0.003))])
    return shapely.Point((x + 180) % 360 - 180, y)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([30.0, 100.0, 1000.0, 5000.0]), st.integers(1, 9))
def test_it_has_everybody_within_reach_around(seed: int, radius_m: float, most: int) -> None:
    rng = random.Random(seed)
    centres = [rng.choice(CENTRES) for _n in range(40)]
    works = [[site(rng, *rng.choice([own, own, rng.choice(CENTRES)])) for _no in range(2)] for own in centres]
    places = places_of(works, [rng.random() < 0.8 for _work in works])
    along = np.array([rng.randrange(4**LEVELS) for _work in works])
    cut = Partitions(places, along, radius_m + OVERFETCH_M, most)
    near = nearest(Sites.of(works), radius_m)
    seen: list[int] = []
    for number in cut.numbers:
        core, around = set(cut.core(number).tolist()), set(cut.around(number).tolist())
        assert core <= around
        seen += core
        for left, right in zip(near.left.tolist(), near.right.tolist(), strict=True):
            both = {int(places.keys[left]), int(places.keys[right])}
            assert both <= around or not both & core
    assert sorted(seen) == places.keys[places.chosen].tolist()


def test_it_numbers_squares_for_life() -> None:
    rng = random.Random(3)
    before = sorted(rng.randrange(4**LEVELS) for _n in range(400))
    of = {n: before[a:b] for n, a, b in squares(np.array(before), 20)}
    more = sorted([*before, *(rng.randrange(4 ** (LEVELS - 3)) for _n in range(100))])
    then = {n: more[a:b] for n, a, b in squares(np.array(more), 20)}
    same = of.keys() & then.keys()
    assert len(same) > len(of) / 2
    for number in same:
        assert set(of[number]) <= set(then[number])
    assert all(len(own) <= 20 for own in then.values())
    assert sum(map(len, then.values())) == 500
    assert max(then) < 2**31


def test_it_cuts_no_smaller_than_the_smallest_square() -> None:
    crowd = np.full(30, 7, dtype=np.int64)
    assert list(squares(crowd, 10)) == [(4**LEVELS + 7, 0, 30)]


@pytest.mark.parametrize("most", [1, 1000])
def test_it_has_no_partition_where_nobody_was_asked_about(most: int) -> None:
    places = places_of([[shapely.Point(114, -8)], [shapely.Point(114, -8)]], [False, False])
    assert Partitions(places, np.array([1, 2]), 100, most).numbers == []
