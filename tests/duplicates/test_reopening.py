"""A conclusion is opened again only when something it rests on changed."""

import pytest
from django.contrib.gis.geos import Point

from accounts.models import AuditEvent
from duplicates.decisions import conclude
from duplicates.models import Decision, Pair
from duplicates.reopening import look
from duplicates.scan import scan_register
from projects.models import Project
from tests.cast import Cast
from tests.factories import ProjectFactory


@pytest.fixture
def decision(cast: Cast) -> Decision:
    for year in (2025, 2026):
        ProjectFactory(
            village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2", work_type="drain",
            point=Point(114.2, -8.25, srid=4326), planned=100_000_000,
        )  # fmt: skip
    scan_register(actor=None)
    return conclude(pair=Pair.objects.get(), kind="elsewhere", reason="Beda gang.", actor=cast.eko)


def both(decision: Decision) -> list[int]:
    return [decision.pair.left_id, decision.pair.right_id]


def test_it_keeps_what_the_conclusion_rests_on(decision: Decision) -> None:
    assert decision.inputs["left"]["title"] == "Drainase Gang Kenanga RT 2"
    assert decision.inputs["right"]["budget"] == "1E+8" or decision.inputs["right"]["budget"] == "100000000"


def test_it_stays_closed_when_nothing_it_rests_on_changed(decision: Decision) -> None:
    Project.objects.update(status="in_progress", progress=50)
    assert look(both(decision)) == []


def test_it_opens_and_says_what_changed(decision: Decision) -> None:
    Project.objects.filter(pk=decision.pair.left_id).update(title="Drainase Gang Mawar", planned=90_000_000)
    assert look(both(decision)) == [decision]
    decision.refresh_from_db()
    assert decision.reopened_at
    assert [(side, name) for side, name, _was, _now in decision.reopened_by] == [
        ("left", "title"),
        ("left", "budget"),
    ]
    assert decision.reopened_by[0][2:] == ["Drainase Gang Kenanga RT 2", "Drainase Gang Mawar"]
    assert AuditEvent.objects.get(action="triage.reopened").data["changed"] == [
        ["left", "title"],
        ["left", "budget"],
    ]
    assert look(both(decision)) == []  # once


def test_it_looks_only_at_pairs_of_the_projects_given(cast: Cast, decision: Decision) -> None:
    Project.objects.update(title="Lain")
    assert look([ProjectFactory(village=cast.sragi).pk]) == []
