"""Lists compared at once: the pairs, scores and sentences that each pair has by itself."""

import itertools
from decimal import Decimal

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from duplicates.kernel import Record, ScoredPair, score_pairs
from duplicates.lists import LONG_ID, LONG_TITLE, compare_lists
from duplicates.titles import Frequencies
from tests.duplicates.test_batches import RECORDS

NEAR = st.floats(-0.0006, 0.0006)
POINTS = st.builds(lambda x, y: shapely.Point(114.2 + x, -8.25 + y), NEAR, NEAR)
PLACES = st.one_of(
    st.just(()),
    POINTS.map(lambda one: (one,)),
    st.tuples(POINTS, POINTS),
    st.tuples(POINTS, POINTS).map(lambda ends: (shapely.LineString(ends),)),
    POINTS.map(lambda one: (one.buffer(0.0001),)),
)
LISTS = st.lists(st.tuples(RECORDS, PLACES), max_size=7)


def made(known: list[tuple[dict, tuple]], first: int) -> list[Record]:
    """Records whose ids go on from `first`, so that two lists can have some in common; every third declares one."""
    return [
        Record(
            f"r{number}",
            **(one | {"geometries": places}),
            relations=frozenset({("continues", f"r{number - 1}")} if number % 3 == 1 else ()),
        )
        for number, (one, places) in enumerate(known, first)
    ]


def one_by_one(
    records: list[Record], against: list[Record] | None, radius_m: float, least: float
) -> list[ScoredPair]:
    frequencies = Frequencies.of(record.title for record in (*records, *(against or ())))
    pairs = itertools.combinations(records, 2) if against is None else itertools.product(records, against)
    return score_pairs(
        pairs, frequencies, radius_m=radius_m, min_probability=least, keep_sides=against is not None
    )


@settings(max_examples=120, deadline=None)
@given(LISTS, st.sampled_from([5.0, 40.0, 100.0]), st.sampled_from([0.0, 0.05, 0.5]))
def test_it_finds_inside_a_list_what_each_pair_says(known: list, radius_m: float, least: float) -> None:
    records = made(known, 0)
    found = compare_lists(records, radius_m=radius_m, min_probability=least)
    assert found == one_by_one(records, None, radius_m, least)


@settings(max_examples=120, deadline=None)
@given(LISTS, LISTS, st.integers(0, 5), st.sampled_from([40.0, 100.0]), st.sampled_from([0.0, 0.05]))
def test_it_finds_between_two_lists_what_each_pair_says(
    known: list, others: list, first: int, radius_m: float, least: float
) -> None:
    records, against = made(known, 0), made(others, first)
    found = compare_lists(records, against, radius_m=radius_m, min_probability=least)
    assert found == one_by_one(records, against, radius_m, least)


def test_it_takes_whatever_lists_hold() -> None:
    """Long titles and ids, two hundred work types, sums beyond all budgets, years from all times."""
    records = [
        Record.at(
            f"{n}" + "x" * (LONG_ID + 1 if n == 3 else 0),
            f"Jalan {n} " + "Kenanga " * (LONG_TITLE if n in (5, 7) else 1),
            114.2 + n / 1_000_000,
            -8.25,
            work_type=f"type {n}",
            budget=Decimal(10) ** (n % 30),
            year=1900 + n * 5,
            fund_sources=frozenset({f"S{n}"}),
        )
        for n in range(200)
    ]
    found = compare_lists(records, radius_m=3, min_probability=0)
    assert found == one_by_one(records, None, 3, 0)
    assert len(found) > 1000


@pytest.mark.parametrize("against", [None, []])
def test_it_compares_nothing_with_nothing(against: list[Record] | None) -> None:
    assert compare_lists([], against, radius_m=100, min_probability=0) == []
    assert compare_lists([Record.at("a", "Jalan", 114, -8)], against, radius_m=100, min_probability=0) == []
