"""Two records of one work made one, and taken apart again to the last row."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied
from django.forms.models import model_to_dict

from accounts.models import AuditEvent
from budgets.models import BudgetLine, Realisation
from budgets.money import recompute
from duplicates.decisions import conclude, withdraw
from duplicates.merging import plan, undo
from duplicates.models import Decision, FollowUp, Merge, Pair
from duplicates.scan import scan_register
from photos import standing
from photos.models import Claim
from photos.rechecking import rejudge_project
from places.problems import Problem
from projects.living import living_of
from projects.models import Project, Relation, Status
from projects.statuses import change_status
from tests.cast import Cast
from tests.factories import (
    BudgetVersionFactory,
    ClaimFactory,
    FundSourceFactory,
    PhotoFactory,
    ProjectFactory,
    SiteFactory,
)

HERE = (114.2, -8.25)
DAY = date(2026, 5, 4)


def record(cast: Cast, **known: Any) -> Project:
    asked = {
        "village": cast.sragi, "title": "Drainase Gang Kenanga RT 2", "work_type": "drain",
        "point": Point(*HERE, srid=4326), "status": Status.IN_PROGRESS,
    }  # fmt: skip
    return ProjectFactory(**asked | known)


def money(project: Project, amount: int, version: Any, source: str = "DDS") -> BudgetLine:
    line = BudgetLine.objects.create(
        project=project, version=version, source=FundSourceFactory(code=source, short=source), amount=amount
    )
    recompute([project.pk])
    return line


@pytest.fixture
def twice(cast: Cast) -> tuple[Project, Project, Pair]:
    """One work by import (100 million of DD, two photos) and by hand (the same money, one photo of its own)."""
    imported, by_hand = record(cast, source_key="ID-7"), record(cast)
    version = BudgetVersionFactory(village=cast.sragi)
    for project in (imported, by_hand):
        money(project, 100_000_000, version)
    Realisation.objects.create(project=by_hand, date=DAY, amount=40_000_000)
    same = PhotoFactory()
    for project, progress in ((imported, 0), (by_hand, 0)):
        ClaimFactory(project=project, photo=same, progress=progress)
    ClaimFactory(project=imported, progress=50)
    for project in (imported, by_hand):
        recompute([project.pk])
        rejudge_project.call(project.pk)
        standing.push(project.pk)
    scan_register(actor=None)
    return imported, by_hand, Pair.objects.get()


def merged(cast: Cast, pair: Pair, kept: Project | None, money: str = "once", **known: Any) -> Merge:
    asked = {"pair": pair, "kind": "same_record", "reason": "Tercatat dua kali.", "actor": cast.eko}
    return conclude(**asked | {"kept": kept, "money": money} | known).merge


def state() -> dict[str, Any]:
    """Every row that a merge may touch, without the clocks and counters that only rise."""
    rows: dict[str, Any] = {}
    for model in (Project, Claim, BudgetLine, Realisation, Relation, Pair):
        for row in model.objects.all():
            fields = model_to_dict(row) | {
                name: getattr(row, name)
                for name in (
                    "progress",
                    "evidence",
                    "planned",
                    "realised",
                    "sources",
                    "stands",
                    "withdrawn_at",
                )
                if hasattr(row, name)
            }
            fields |= {"source_key": getattr(row, "source_key", ""), "imported": getattr(row, "imported", {})}
            rows[f"{model.__name__} {row.pk}"] = fields
    return rows


def test_it_brings_photos_money_and_both_codes_to_the_record_that_lives(cast: Cast, twice) -> None:
    imported, by_hand, pair = twice
    made = merged(cast, pair, by_hand)
    by_hand.refresh_from_db()
    imported.refresh_from_db()
    assert imported.status == Status.MERGED
    assert living_of(imported) == by_hand
    assert (by_hand.planned, by_hand.realised) == (Decimal(100_000_000), Decimal(40_000_000))  # not twice
    assert sorted(Claim.objects.kept().filter(project=by_hand).values_list("progress", flat=True)) == [0, 50]
    assert by_hand.progress == 50
    assert by_hand.source_key == "ID-7"  # the file finds it from now on
    assert (made.kept, made.gone) == (by_hand, imported)
    assert FollowUp.objects.get().project == by_hand
    assert {"project.merged_into", "project.merged_from"} <= set(
        AuditEvent.objects.values_list("action", flat=True)
    )


def test_it_adds_money_that_is_another(cast: Cast, twice) -> None:
    _imported, by_hand, pair = twice
    merged(cast, pair, by_hand, "both")
    by_hand.refresh_from_db()
    assert by_hand.planned == Decimal(200_000_000)


def test_it_moves_only_money_that_the_living_record_lacks(cast: Cast, twice) -> None:
    imported, by_hand, pair = twice
    money(imported, 25_000_000, BudgetVersionFactory(village=cast.sragi, kind="outside"), "PBK")
    Realisation.objects.create(project=imported, date=DAY, amount=40_000_000)  # the same payment
    Realisation.objects.create(project=imported, date=DAY, amount=5_000_000)
    moving = plan(kept=by_hand, gone=imported, money="once")  # type: ignore[arg-type]
    assert (moving.moved_money, moving.moved_spending) == (Decimal(25_000_000), Decimal(5_000_000))
    merged(cast, pair, by_hand)
    by_hand.refresh_from_db()
    assert (by_hand.planned, by_hand.realised) == (Decimal(125_000_000), Decimal(45_000_000))
    assert by_hand.sources == ["DDS", "PBK"]


@pytest.mark.parametrize("choice", ["once", "both"])
@pytest.mark.parametrize("lives", [0, 1])
def test_it_is_undone_to_the_last_row(cast: Cast, twice, choice: str, lives: int) -> None:
    pair, other = twice[2], record(cast, point=Point(114.3, -8.25, srid=4326))
    Relation.objects.create(project=twice[1 - lives], other=other, kind="continues")
    before = state()
    made = merged(cast, pair, twice[lives], choice)
    assert state() != before
    withdraw(decision=made.decision, reason="Ternyata dua pekerjaan.", actor=cast.eko)
    assert state() == before
    made.refresh_from_db()
    assert made.undone_by == cast.eko
    with pytest.raises(Problem) as caught:
        undo(made=made, reason="Lagi.", actor=cast.eko)
    assert caught.value.code == "merge.undone_already"


def test_it_can_be_merged_again_after_it_was_undone(cast: Cast, twice) -> None:
    imported, by_hand, pair = twice
    withdraw(decision=merged(cast, pair, by_hand).decision, reason="Salah pilih.", actor=cast.eko)
    merged(cast, pair, imported)
    by_hand.refresh_from_db()
    assert by_hand.status == Status.MERGED


def test_it_leaves_what_came_since_with_the_living_record(cast: Cast, twice) -> None:
    _imported, by_hand, pair = twice
    made = merged(cast, pair, by_hand)
    later = ClaimFactory(project=by_hand, progress=80)
    withdraw(decision=made.decision, reason="Dua pekerjaan.", actor=cast.eko)
    later.refresh_from_db()
    assert later.project == by_hand


@pytest.mark.parametrize("what", ["lines", "realisations", "claims"])
def test_it_says_what_keeps_it_from_being_undone(cast: Cast, twice, what: str) -> None:
    imported, by_hand, pair = twice
    Realisation.objects.create(project=imported, date=DAY, amount=7_000_000)
    made = merged(cast, pair, by_hand, "both")
    if what == "lines":
        BudgetLine.objects.filter(pk=made.moved["lines"][0][0]).update(amount=1)
    elif what == "realisations":
        Realisation.objects.filter(pk=made.moved["realisations"][0][0]).delete()
    else:
        Claim.objects.filter(pk=made.moved["claims"][0][0]).update(site=SiteFactory(project=by_hand, no=9))
    held = {"lines": "baris anggaran", "realisations": "realisasi", "claims": "foto"}[what]
    with pytest.raises(Problem) as caught:
        withdraw(decision=made.decision, reason="Dua pekerjaan.", actor=cast.eko)
    assert caught.value.status == 409
    assert f"{held} pada {by_hand.code}" in caught.value.sentence
    assert Decision.objects.in_force().filter(pk=made.decision.pk).exists()  # nothing half done


def test_it_asks_to_undo_a_later_merge_first(cast: Cast, twice) -> None:
    imported, by_hand, pair = twice
    made = merged(cast, pair, by_hand)
    third = record(cast)
    scan_register(actor=None)
    next_pair = (
        Pair.objects.get(right=third, left=by_hand)
        if by_hand.code < third.code
        else Pair.objects.get(left=third, right=by_hand)
    )
    merged(cast, next_pair, third)
    imported.refresh_from_db()
    assert living_of(imported) == third  # one step, whatever came before
    with pytest.raises(Problem) as caught:
        withdraw(decision=made.decision, reason="Dua.", actor=cast.eko)
    assert caught.value.code == "merge.kept_merged"


@pytest.mark.parametrize(
    ("lives", "money", "code"),
    [(None, "once", "merge.no_kept"), (0, "", "merge.no_money"), (0, "half", "merge.no_money")],
)
def test_it_asks_which_lives_and_what_the_money_is(
    cast: Cast, twice, lives: int | None, money: str, code: str
) -> None:
    with pytest.raises(Problem) as caught:
        merged(cast, twice[2], None if lives is None else twice[lives], money)
    assert caught.value.code == code
    assert not Decision.objects.exists()


def test_it_refuses_a_record_that_is_not_of_the_pair_or_does_not_live(cast: Cast, twice) -> None:
    _imported, by_hand, pair = twice
    with pytest.raises(Problem) as caught:
        merged(cast, pair, record(cast))
    assert caught.value.code == "merge.foreign"
    change_status(actor=None, project=by_hand, after=Status.POSTPONED, reason="Tunda.")
    change_status(actor=None, project=by_hand, after=Status.CANCELLED, reason="Batal.")
    with pytest.raises(Problem) as caught:
        merged(cast, pair, by_hand)
    assert caught.value.code == "merge.not_living"


def test_it_refuses_a_record_without_a_site_for_the_photos(cast: Cast, twice) -> None:
    _imported, by_hand, pair = twice
    by_hand.sites.update(status="dropped")
    with pytest.raises(Problem) as caught:
        merged(cast, pair, by_hand)
    assert caught.value.code == "merge.no_site"
    assert not Merge.objects.exists()


def test_it_is_for_monitors_only(cast: Cast, twice) -> None:
    for who in (cast.ani, cast.fitri, cast.galih):
        with pytest.raises(PermissionDenied):
            merged(cast, twice[2], twice[0], actor=who)
    assert not Merge.objects.exists()
