"""Criteria are a dated list: loaded from a file, offered to the periods in which they held."""

from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from duplicates.criteria import load_criteria, valid_in
from duplicates.models import Criterion, Engagement
from places.problems import Problem

HEADER = "code,title,text,valid_from,valid_until,source\n"


def test_the_shipped_list_loads_twice_as_one(db: None) -> None:
    call_command("load_references", verbosity=0)
    count = Criterion.objects.count()
    call_command("load_references", verbosity=0)
    assert Criterion.objects.count() == count > 0
    assert Criterion.objects.get(pk="permendagri-20-2018-2-1").valid_from == date(2018, 5, 8)


def test_every_rule_of_the_shipped_list_names_where_it_is_published(db: None) -> None:
    load_criteria(settings.BASE_DIR / "fixtures" / "criteria.csv")
    assert not Criterion.objects.filter(source="").exists()


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (",T,x,2018-01-01,,", "code"),
        ("a,,x,2018-01-01,,", "title"),
        ("a,T,x,1 Mei 2018,,", "valid_from"),
        ("a,T,x,2018-05-08,2018-05-07,", "valid_until"),
    ],
)
def test_a_wrong_row_is_named_and_nothing_is_stored(db: None, tmp_path: Path, row: str, column: str) -> None:
    path = tmp_path / "criteria.csv"
    path.write_text(f"{HEADER}b,B,teks,2018-01-01,,\n{row}\n", encoding="utf-8")
    with pytest.raises(Problem) as raised:
        load_criteria(path)
    assert (raised.value.message.params["row"], raised.value.message.params["column"]) == (3, column)
    assert not Criterion.objects.exists()


@pytest.mark.parametrize(
    ("years", "cut_off", "offered"),
    [
        ((2017, 2017), date(2018, 6, 1), {"old", "always"}),
        ((2018, 2018), date(2018, 12, 31), {"old", "new", "always"}),
        ((2018, 2018), date(2018, 4, 1), {"old", "always"}),
        ((2024, 2026), date(2026, 11, 24), {"new", "always"}),
    ],
    ids=["before", "both in one year", "cut off before the new one", "after"],
)
def test_only_rules_that_held_in_the_period_are_offered(
    db: None, years: tuple[int, int], cut_off: date, offered: set[str]
) -> None:
    for code, since, until in (
        ("old", date(2014, 12, 31), date(2018, 5, 7)),
        ("new", date(2018, 5, 8), None),
        ("always", date(2003, 4, 5), None),
    ):
        Criterion.objects.create(code=code, title=code, text="…", valid_from=since, valid_until=until)
    engagement = Engagement(assignment="1", first_year=years[0], last_year=years[1], cut_off=cut_off)
    assert {criterion.code for criterion in valid_in(engagement)} == offered
