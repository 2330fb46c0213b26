"""The labelled register: what is planted in it, and that labels and records agree."""

from collections import Counter
from pathlib import Path

import pytest

from geomonitor.demo.labelled import (
    LABELLED_WITHIN_M,
    PLANTED,
    LabelledRegister,
    labelled_register,
    villages_of,
)
from places.earth import metres_between

VILLAGES = villages_of(Path("fixtures/places.geojson"))
LABELS = {kind: label for kind, label, _share in PLANTED}


@pytest.fixture(scope="module")
def made() -> LabelledRegister:
    return labelled_register(VILLAGES, works=1000, seed=8)


def test_it_plants_every_kind_and_labels_it_rightly(made: LabelledRegister) -> None:
    kinds = {kind: label for label, kind in made.pairs.values()}
    assert kinds == LABELS | {"neighbours": 0}


def test_the_same_record_entered_twice_is_the_largest_class_of_duplicates(made: LabelledRegister) -> None:
    counted = Counter(kind for label, kind in made.pairs.values() if label)
    assert counted.most_common(1) == [("entered_twice", 24)]


def test_every_pair_in_reach_has_a_label(made: LabelledRegister) -> None:
    rows = sorted(made.rows, key=lambda row: row.lat)
    for number, row in enumerate(rows):
        for other in rows[number + 1 :]:
            if other.lat - row.lat > 0.0014:
                break
            if metres_between(row.at, other.at) <= LABELLED_WITHIN_M:
                assert tuple(sorted((row.id, other.id))) in made.pairs


def test_shifted_points_lie_5_to_150_m_apart(made: LabelledRegister) -> None:
    at = {row.id: row.at for row in made.rows}
    metres = [
        metres_between(at[a], at[b]) for (a, b), (_label, kind) in made.pairs.items() if kind == "shifted"
    ]
    assert len(metres) == 9
    assert all(4.9 <= one <= 150.1 for one in metres)


def test_it_names_nobody_and_leaks_no_label(made: LabelledRegister) -> None:
    kinds = {kind for kind, _label, _share in PLANTED}
    assert not any(kind in row.id or kind in row.title for row in made.rows for kind in kinds)
    assert len({row.id for row in made.rows}) == len(made.rows)


def test_another_seed_makes_another_register(made: LabelledRegister) -> None:
    other = labelled_register(VILLAGES, works=1000, seed=9)
    assert {row.title for row in other.rows} != {row.title for row in made.rows}


def test_it_refuses_what_holds_no_cases() -> None:
    with pytest.raises(ValueError, match="at least 100 works"):
        labelled_register(VILLAGES, works=99)
    with pytest.raises(ValueError, match="one village"):
        labelled_register([])
