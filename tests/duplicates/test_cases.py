"""Grouping pairs into cases: strongest first, at most twenty projects, numbers for life."""

from django.contrib.gis.geos import Point

from duplicates.cases import MOST_PROJECTS, group_pairs
from duplicates.models import Case, Pair
from duplicates.scan import scan_register
from duplicates.score import CASE_FROM
from projects.models import Project
from tests.cast import Cast
from tests.factories import ProjectFactory


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


def of_one_spot(cast: Cast, count: int) -> None:
    for _number in range(count):
        ProjectFactory(
            village=cast.sragi, fiscal_year=2026, title="Drainase Gang Kenanga RT 2", work_type="drain",
            planned=100_000_000, point=Point(114.2, -8.25, srid=4326),
        )  # fmt: skip


def test_a_scan_fills_no_case_with_more_than_twenty_and_leaves_no_strong_pair_without_one(cast: Cast) -> None:
    of_one_spot(cast, MOST_PROJECTS + 2)
    scan_register(actor=None)
    strong = Pair.objects.filter(probability__gte=CASE_FROM)
    assert strong.count() == 22 * 21 // 2
    assert not strong.filter(case=None).exists()
    for case in Case.objects.all():
        members = {key for pair in case.pairs.all() for key in (pair.left_id, pair.right_id)}
        assert len(members) <= MOST_PROJECTS
    assert not Pair.objects.filter(probability__lt=CASE_FROM, case__isnull=False).exists()


def test_a_case_keeps_its_number_and_takes_in_what_comes_later(cast: Cast) -> None:
    of_one_spot(cast, 2)
    scan_register(actor=None)
    case = Case.objects.get()
    of_one_spot(cast, 1)
    scan_register(actor=None)
    assert Case.objects.get() == case
    assert case.pairs.count() == 3
    Project.objects.filter(pk=case.pairs.first().left_id).update(title="Sumur bor", work_type="water")
    scan_register(actor=None)  # weaker now, still of the case in which it was looked at
    assert Case.objects.get().pairs.count() == 3
