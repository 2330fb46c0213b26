"""A conclusion is opened again only when something it rests on changed."""

import pytest
from django.contrib.gis.geos import Point

from accounts.models import AuditEvent
from duplicates.changes import changes_of
from duplicates.decisions import conclude
from duplicates.models import Decision, Pair
from duplicates.reopening import look
from duplicates.scan import scan_register
from photos.models import Claim, SamePicture
from projects.models import Project, Relation
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory


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


def test_a_photo_that_one_side_alone_has_opens_nothing(decision: Decision) -> None:
    for project in (decision.pair.left, decision.pair.right):
        ClaimFactory(project=project, photo=PhotoFactory())
    assert look(both(decision)) == []


@pytest.mark.parametrize("how", ["bytes", "near"])
def test_a_picture_that_both_sides_have_now_opens_it(decision: Decision, how: str) -> None:
    left, right = decision.pair.left, decision.pair.right
    mine = PhotoFactory()
    theirs = mine if how == "bytes" else PhotoFactory()
    ClaimFactory(project=left, photo=mine)
    assert look(both(decision)) == []
    ClaimFactory(project=right, photo=theirs)
    if how == "near":
        SamePicture.objects.create(left=mine, right=theirs, how="near", similarity=0.9)
    assert look(both(decision)) == [decision]
    decision.refresh_from_db()
    (change,) = changes_of(decision, {"PBK": "BKK"})
    what = {"bytes": "foto yang sama di keduanya", "near": "gambar yang sama di keduanya"}[how]
    assert (change.where, change.name, change.was, change.now) == ("", what, "0 gambar", "1 gambar")


def test_a_shared_picture_that_is_explained_opens_it_too(cast: Cast) -> None:
    same = PhotoFactory()
    for year in (2025, 2026):
        project = ProjectFactory(
            village=cast.sragi, fiscal_year=year, title="Drainase RT 2", work_type="drain"
        )
        ClaimFactory(project=project, photo=same)
    scan_register(actor=None)
    pair = Pair.objects.get()
    decision = conclude(pair=pair, kind="duplicate", reason="Foto sama.", actor=cast.eko)
    Claim.objects.filter(project=pair.right).update(shared_reason="Satu papan nama untuk dua pekerjaan.")
    assert look(both(decision)) == [decision]
    assert [(change.was, change.now) for change in changes_of(_again(decision), {"PBK": "BKK"})] == [
        ("1 gambar", "0 gambar")
    ]


def _again(decision: Decision) -> Decision:
    return Decision.objects.select_related("pair__left", "pair__right").get(pk=decision.pk)


def test_a_relation_counts_only_between_the_two(cast: Cast, decision: Decision) -> None:
    left, right = decision.pair.left, decision.pair.right
    Relation.objects.create(project=left, other=ProjectFactory(village=cast.sragi), kind="continues")
    assert look(both(decision)) == []
    Relation.objects.create(project=right, other=left, kind="layer_on")
    assert look(both(decision)) == [decision]
    (change,) = changes_of(_again(decision), {"PBK": "BKK"})
    assert (change.name, change.was) == ("hubungan keduanya", "–")
    assert right.code in change.now


@pytest.mark.parametrize(
    ("field", "value", "was", "now"),
    [
        ("planned", 184_500_000, "Rp100.000.000", "Rp184.500.000"),
        ("work_type", "road", "Drainase & gorong-gorong", "Jalan"),
        ("sources", ["PBK"], "–", "BKK"),
        ("planned_start", "2026-05-04", "–", "4 Mei 2026"),
        ("volume", "412.50", "–", "412,5"),
        ("executor_name", "CV Maju", "–", "CV Maju"),
        ("fiscal_year", 2024, "2025", "2024"),
    ],
)
def test_it_says_in_words_what_was_and_what_is(decision: Decision, field, value, was, now) -> None:
    Project.objects.filter(pk=decision.pair.left_id).update(**{field: value})
    assert look(both(decision)) == [decision]
    (change,) = changes_of(_again(decision), {"PBK": "BKK"})
    assert (change.where, change.was, change.now) == (decision.pair.left.code, was, now)


def test_it_says_where_a_place_was_and_is(decision: Decision) -> None:
    site = decision.pair.right.sites.get()
    line = "LINESTRING (114.2 -8.25, 114.203 -8.25)"
    for geometry, now in (
        ({"point": Point(114.201, -8.25, srid=4326)}, "titik -8.250000, 114.201000"),
        ({"extent": f"SRID=4326;{line}"}, "ruas 331 m"),
    ):
        type(site).objects.filter(pk=site.pk).update(**geometry)
        Decision.objects.update(reopened_at=None, reopened_by=[])
        look(both(decision))
        (change,) = changes_of(_again(decision), {"PBK": "BKK"})
        assert (change.where, change.name) == (decision.pair.right.code, "lokasi")
        assert (change.was, change.now) == ("titik -8.250000, 114.200000", now)


def test_a_line_that_moved_without_growing_is_told_apart(decision: Decision) -> None:
    decision.reopened_by = [
        [
            "left",
            "places",
            ["LINESTRING (114.2 -8.25, 114.203 -8.25)"],
            ["LINESTRING (114.2 -8.26, 114.203 -8.26)"],
        ]
    ]
    (change,) = changes_of(decision, {"PBK": "BKK"})
    assert (change.was, change.now) == ("-8.2500000, 114.2000000", "-8.2600000, 114.2000000")
