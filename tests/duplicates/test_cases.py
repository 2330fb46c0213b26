"""Grouping pairs into cases: strongest first, at most twenty projects, numbers for life."""

from duplicates.cases import MOST_PROJECTS, group_pairs


def test_it_puts_pairs_that_share_a_project_together() -> None:
    joined, fresh = group_pairs([("a", "b"), ("c", "d"), ("b", "e")], {})
    assert joined == {}
    assert fresh == [[("a", "b"), ("b", "e")], [("c", "d")]]


def test_it_lets_a_new_pair_join_the_case_that_has_a_number() -> None:
    joined, fresh = group_pairs([("b", "c")], {7: [("a", "b")]})
    assert joined == {("b", "c"): 7}
    assert fresh == []


def test_it_never_makes_two_numbered_cases_one() -> None:
    joined, _fresh = group_pairs([("b", "c")], {7: [("a", "b")], 9: [("c", "d")]})
    assert joined == {("b", "c"): 7}


def test_it_holds_at_most_twenty_projects() -> None:
    chain = [(n, n + 1) for n in range(30)]
    _joined, fresh = group_pairs(chain, {})
    sizes = [len({project for pair in case for project in pair}) for case in fresh]
    assert sizes == [MOST_PROJECTS, 12]


def test_it_goes_to_a_case_with_room_when_the_first_is_full() -> None:
    full = [(n, n + 1) for n in range(MOST_PROJECTS - 1)]
    joined, _fresh = group_pairs([(0, "x")], {1: full, 2: [(0, "y")]})
    assert joined == {(0, "x"): 2}
