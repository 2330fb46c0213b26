"""What a project's budget is now, how it is set, spent and split."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from budgets.models import BudgetLine, FundSource, VersionKind
from budgets.money import recompute
from budgets.saving import record_realisation, set_budget
from budgets.splitting import Part, scaled, split_into_projects, split_over_sites
from places.models import Kind
from places.problems import Problem
from projects.models import ActivityCode, Project, StageSet
from tests.cast import Cast
from tests.factories import BudgetVersionFactory, FundSourceFactory, PlaceFactory, ProjectFactory

MILLION = Decimal(1_000_000)


@pytest.fixture
def project(cast: Cast) -> Project:
    FundSourceFactory()
    FundSourceFactory(code="PBK", name="Bantuan Keuangan Kabupaten", short="BKK")
    return ProjectFactory(village=cast.sragi, sites=2)


def line(project: Project, kind: str, amount: int, *, on: date | None = None, source: str = "DDS") -> None:
    version = BudgetVersionFactory(village=project.village, fiscal_year=2026, kind=kind, date=on)
    BudgetLine.objects.create(version=version, project=project, source_id=source, amount=amount)


def planned(project: Project) -> tuple[Decimal | None, list[str]]:
    recompute([project.pk])
    project.refresh_from_db()
    return project.planned, project.sources


def test_a_project_without_lines_has_no_plan(project: Project) -> None:
    assert planned(project) == (None, [])


def test_the_later_kind_counts_where_dates_are_missing(project: Project) -> None:
    line(project, VersionKind.REVISED, 150)
    line(project, VersionKind.ORIGINAL, 100, on=date(2026, 1, 5))
    assert planned(project) == (Decimal(150), ["DDS"])


def test_the_later_date_counts_where_all_have_one(project: Project) -> None:
    line(project, VersionKind.REVISED, 150, on=date(2026, 8, 1))
    line(project, VersionKind.REVISION_BY_HEAD, 160, on=date(2026, 10, 1))
    assert planned(project) == (Decimal(160), ["DDS"])


def test_a_version_that_does_not_speak_of_a_project_leaves_it_its_money(project: Project) -> None:
    line(project, VersionKind.ORIGINAL, 100)
    line(ProjectFactory(village=project.village), VersionKind.REVISED, 5)
    assert planned(project) == (Decimal(100), ["DDS"])


def test_outsiders_money_comes_on_top(project: Project) -> None:
    line(project, VersionKind.ORIGINAL, 100)
    line(project, VersionKind.OUTSIDE, 40, source="PBK")
    assert planned(project) == (Decimal(140), ["DDS", "PBK"])


def test_setting_a_budget_replaces_what_the_version_said(project: Project, cast: Cast) -> None:
    set_budget(actor=cast.ani, project=project, amounts={"DDS": 3 * MILLION})
    set_budget(actor=cast.ani, project=project, amounts={"DDS": 2 * MILLION, "PBK": MILLION})
    assert (project.planned, project.sources) == (3 * MILLION, ["DDS", "PBK"])
    assert BudgetLine.objects.count() == 2


@pytest.mark.parametrize(
    ("amounts", "code"),
    [
        ({}, "budget.no_amount"),
        ({"DDS": Decimal(-1)}, "budget.negative"),
        ({"XYZ": MILLION}, "budget.unknown_source"),
    ],
    ids=["nothing", "negative", "unknown source"],
)
def test_a_wrong_budget_is_refused(project: Project, cast: Cast, amounts: dict, code: str) -> None:
    with pytest.raises(Problem) as refused:
        set_budget(actor=cast.ani, project=project, amounts=amounts)
    assert refused.value.code == code


def test_a_kelurahan_has_no_budget_of_its_own(cast: Cast) -> None:
    FundSourceFactory()
    there = ProjectFactory(village=PlaceFactory(code="35.10.17.1001", kind=Kind.KELURAHAN))
    with pytest.raises(Problem) as refused:
        set_budget(actor=cast.galih, project=there, amounts={"DDS": MILLION})
    assert refused.value.code == "budget.kelurahan"
    set_budget(actor=cast.galih, project=there, amounts={"DDS": MILLION}, kind=VersionKind.OUTSIDE)


def test_what_was_spent_adds_up(project: Project, cast: Cast) -> None:
    record_realisation(actor=cast.ani, project=project, amount=MILLION, on=date(2026, 3, 1), source="DDS")
    record_realisation(
        actor=cast.ani, project=project, amount=2 * MILLION, on=date(2026, 4, 1), document="KW-2"
    )
    assert project.realised == 3 * MILLION


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"amount": Decimal(0)}, "realisation.amount"),
        ({"on": date(2999, 1, 1)}, "realisation.future"),
        ({"source": "XYZ"}, "budget.unknown_source"),
    ],
    ids=["nothing spent", "in the future", "unknown source"],
)
def test_a_wrong_realisation_is_refused(project: Project, cast: Cast, details: dict, code: str) -> None:
    with pytest.raises(Problem) as refused:
        record_realisation(
            **{"actor": cast.ani, "project": project, "amount": MILLION, "on": date(2026, 3, 1)} | details
        )
    assert refused.value.code == code


@pytest.mark.parametrize("who", ["catur", "dewi", "fitri", "tamu"])
def test_others_touch_no_money(project: Project, cast: Cast, who: str) -> None:
    with pytest.raises(PermissionDenied):
        set_budget(actor=getattr(cast, who), project=project, amounts={"DDS": MILLION})


def test_a_split_must_add_up_to_the_rupiah(project: Project, cast: Cast) -> None:
    set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(184_500_000)})
    short = [Part("A", {"DDS": Decimal(100_000_000)}), Part("B", {"DDS": Decimal(84_499_999)})]
    with pytest.raises(Problem) as refused:
        split_into_projects(actor=cast.ani, project=project, parts=short)
    assert refused.value.sentence == ("DDS: bagian-bagiannya Rp184.499.999, kurang Rp1 dari Rp184.500.000.")
    assert Project.objects.count() == 1


def test_a_split_makes_projects_of_the_same_activity_whose_money_adds_up(
    project: Project, cast: Cast
) -> None:
    set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(100), "PBK": Decimal(50)})
    parts = [
        Part("Rabat RT 1", {"DDS": Decimal(60), "PBK": Decimal(50)}),
        Part("Rabat RT 2", {"DDS": Decimal(40), "PBK": Decimal(0)}),
    ]
    first, second = split_into_projects(actor=cast.ani, project=project, parts=parts)
    second.refresh_from_db()
    assert (first.title, first.planned, second.title, second.planned) == ("Rabat RT 1", 110, "Rabat RT 2", 40)
    assert second.status == "draft"


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        ([Part("A", {"DDS": Decimal(100)})], "split.one_part"),
        ([Part("A", {"DDS": Decimal(50)}), Part(" ", {"DDS": Decimal(50)})], "split.title_missing"),
        ([Part("A", {"DDS": Decimal(150)}), Part("B", {"DDS": Decimal(-50)})], "split.negative"),
        ([Part("A", {"DDS": Decimal(100)}), Part("B", {"PBK": Decimal(1)})], "split.unknown_source"),
        ([Part("A", {"DDS": Decimal(100)}), Part("B", {"DDS": Decimal(1)})], "split.over"),
    ],
    ids=["one part", "no title", "negative", "another source", "too much"],
)
def test_a_wrong_split_is_refused(project: Project, cast: Cast, parts: list[Part], code: str) -> None:
    set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(100)})
    with pytest.raises(Problem) as refused:
        split_into_projects(actor=cast.ani, project=project, parts=parts)
    assert refused.value.code == code


def test_money_is_divided_over_sites_and_stays_one_sum(project: Project, cast: Cast) -> None:
    set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(100)})
    first, second = project.sites.all()
    split_over_sites(
        actor=cast.ani,
        project=project,
        amounts={first.pk: {"DDS": Decimal(70)}, second.pk: {"DDS": Decimal(30)}},
    )
    assert project.planned == 100
    with pytest.raises(Problem) as refused:
        set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(90)})
    assert refused.value.code == "budget.split_over_sites"


def test_nothing_to_split_without_a_budget(project: Project, cast: Cast) -> None:
    with pytest.raises(Problem) as refused:
        split_into_projects(actor=cast.ani, project=project, parts=[Part("A", {}), Part("B", {})])
    assert refused.value.code == "split.no_budget"


def test_shares_are_kept_by_the_largest_remainder() -> None:
    assert scaled([Decimal(100), Decimal(100), Decimal(100)], Decimal(100)) == [34, 33, 33]
    assert scaled([Decimal(0), Decimal(0)], Decimal(100)) == [100, 0]


@given(
    st.lists(st.integers(min_value=0, max_value=10**12), min_size=1, max_size=20),
    st.integers(min_value=0, max_value=10**12),
)
def test_shares_always_add_up(before: list[int], total: int) -> None:
    after = scaled([Decimal(amount) for amount in before], Decimal(total))
    assert sum(after) == total
    assert min(after) >= 0


def test_load_references_twice_changes_nothing(db: None) -> None:
    call_command("load_references")
    call_command("load_references")
    assert FundSource.objects.get(pk="PBK").short == "BKK"
    assert "BKK" in FundSource.objects.get(pk="PBK").aliases
    assert ActivityCode.objects.get(pk="02.03.12").work_type == "road"
    assert StageSet.objects.get(name="Foto pekerjaan").stages == [0, 50, 100]
    assert StageSet.objects.count() == 2


def test_of_two_who_set_a_budget_the_second_is_told_and_pressing_twice_spends_once(
    project: Project, cast: Cast, client: Client
) -> None:
    url = f"/projects/{project.pk}/money/"
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert f'name="version" value="{project.version}"' in client.get(url).content.decode()
    budget = {"act": "budget", "version": project.version, "kind": "original", "amount_DDS": "5000000"}
    set_budget(actor=cast.budi, project=project, amounts={"DDS": 7 * MILLION})
    told = client.post(url, budget)
    assert told.status_code == 409
    assert "Pak Budi mengubah pekerjaan ini" in told.content.decode()
    project.refresh_from_db()
    assert project.planned == 7 * MILLION
    spent = {"act": "spent", "version": project.version, "spent-amount": "1000000", "spent-on": "2026-03-01"}
    assert [client.post(url, spent).status_code for _press in range(2)] == [302, 409]
    project.refresh_from_db()
    assert project.realised == MILLION
