"""The plan: deterministic, whole, and true to how villages work."""

from collections import Counter
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest

from geomonitor.demo.case_table import case_table
from geomonitor.demo.plan import plan
from geomonitor.demo.register import Plan
from places.earth import metres_between
from tests.demo.villages import villages

DAY = date(2026, 11, 24)
DOCS = Path(__file__).parents[2] / "docs" / "demo.md"


@pytest.fixture(scope="module")
def full() -> Plan:
    return plan(villages(), as_of=DAY)


def test_it_has_600_projects_and_2400_photos_in_all_districts_and_three_years(full: Plan):
    assert len(full.projects) == 600
    assert full.photo_count() == 2400
    assert len({project.village[:8] for project in full.projects}) == 25
    assert {project.year for project in full.projects} == {2024, 2025, 2026}


def test_the_same_seed_and_day_give_the_same_plan_another_seed_another():
    small = {"projects": 60, "photos": 200, "as_of": DAY}
    assert plan(villages(), **small) == plan(villages(), **small)
    assert plan(villages(), seed=2, **small) != plan(villages(), **small)


@pytest.mark.parametrize("day", [date(2026, 1, 5), date(2026, 6, 1), DAY])
def test_nothing_arrives_or_is_paid_after_the_last_day(day: date):
    made = plan(villages(), as_of=day)
    late = [p.key for project in made.projects for p in project.photos if p.received_at.date() > day]
    assert late == []
    assert [p for project in made.projects for p in project.payments if p.day > day] == []


def test_kelurahan_have_neither_village_money_nor_an_activity(full: Plan):
    kelurahan = [p for p in full.projects if p.village.split(".")[-1].startswith("1")]
    assert len(kelurahan) > 10
    assert {source for p in kelurahan for source, _amount in p.money} == {"PBK"}
    assert {p.activity for p in kelurahan} == {None}


def test_money_is_paid_from_sources_the_project_has_and_never_more_than_planned(full: Plan):
    for project in full.projects:
        has = {source for source, _amount in project.revised or project.money}
        assert {payment.source for payment in project.payments} <= has, project.key
        assert sum((p.amount for p in project.payments), Decimal(0)) <= project.planned, project.key


def test_many_sources_stand_in_the_register(full: Plan):
    sources = Counter(source for project in full.projects for source, _amount in project.money)
    assert set(sources) >= {"DDS", "ADD", "PBH", "PBP", "PBK", "SWD"}
    assert sources.most_common(1)[0][0] == "DDS"


def test_roads_are_lines_of_their_length_inside_the_regency(full: Plan):
    roads = [p for p in full.projects if p.work_type == "road" and not p.case]
    assert len(roads) > 100
    for project in roads:
        line = project.sites[0].now.extent
        assert line is not None
        length = sum(metres_between(a, b) for a, b in pairwise(line))
        assert abs(length - float(project.volume)) < 1


def test_titles_are_many_and_name_nobody(full: Plan):
    titles = [project.title for project in full.projects]
    assert len(set(titles)) > 450
    assert not [title for title in titles if "a.n." in title.lower() or "nik" in title.lower().split()]


def test_docs_list_every_planted_case(full: Plan):
    names = {village.code: village.name for village in villages()}
    assert "\n".join(case_table(full, names)) in DOCS.read_text(encoding="utf-8")
