"""A file is loaded again after two of its records were made one: nothing is lost, nothing comes alive, nothing doubles."""

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.models import AuditEvent
from budgets.models import BudgetLine, BudgetVersion
from budgets.money import recompute
from duplicates.decisions import conclude, withdraw
from duplicates.models import Decision, Pair
from places.saying import say
from projects.imports import Outcome, import_projects
from projects.models import Project, Status
from tests.cast import Cast
from tests.factories import FundSourceFactory, ProjectFactory

HEADER = "village,fiscal_year,source_key,title,work_type,lon,lat,fund_source,amount,amount_revised"
Load = Callable[..., Outcome]


def row(
    key: str, amount: int, title: str = "", village: str = "35.10.17.2001", revised: int | str = ""
) -> str:
    lon = "114.20" if village == "35.10.17.2001" else "114.245"
    return f"{village},2026,{key},{title or 'Rabat beton Gang Melati ' + key},road,{lon},-8.25,DDS,{amount},{revised}"


@pytest.fixture
def load(cast: Cast, tmp_path: Path) -> Load:
    """load(row, …): import a file of these rows."""
    FundSourceFactory()

    def load_(*rows: str) -> Outcome:
        path = tmp_path / "siskeudes.csv"
        path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
        return import_projects(path, actor=None)

    return load_


def of(key: str) -> Project:
    return Project.objects.get(source_key=key)


def merged(cast: Cast, *, kept: Project, gone: Project, money: str) -> Decision:
    left, right = sorted((kept, gone), key=lambda project: project.code)
    pair = Pair.objects.create(left=left, right=right, distance_m=0, weight=6, probability=0.98)
    said = {"pair": pair, "kind": "same_record", "reason": "Tercatat dua kali.", "actor": cast.eko}
    return conclude(**said, kept=kept, money=money)


def planned(project: Project) -> Decimal | None:
    return Project.objects.values_list("planned", flat=True).get(pk=project.pk)


@pytest.fixture
def both(load: Load) -> tuple[Project, Project]:
    """Two records of one work, each with its own row in the file."""
    load(row("A", 100_000_000), row("B", 100_000_000))
    return of("A"), of("B")


@pytest.mark.parametrize(("money", "sum_rp"), [("once", 100_000_000), ("both", 200_000_000)])
def test_the_same_file_changes_nothing_and_says_where_the_row_led(
    cast: Cast, load: Load, both, money: str, sum_rp: int
) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money=money)
    outcome = load(row("A", 100_000_000), row("B", 100_000_000))
    assert (outcome.new, outcome.changed, outcome.same) == (0, 0, 2)
    assert [say(note) for note in outcome.notes] == [
        "1 baris menyebut catatan yang sudah digabung; isinya dibaca untuk catatan yang dilanjutkan. "
        f"Contoh, baris 2: {gone.code} → {kept.code}."
    ]
    assert planned(kept) == sum_rp
    assert Project.objects.count() == 2
    assert Project.objects.get(pk=gone.pk).status == Status.MERGED


def test_money_that_is_another_follows_its_own_row(cast: Cast, load: Load, both) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money="both")
    load(row("A", 130_000_000), row("B", 100_000_000))
    assert planned(kept) == 230_000_000
    load(row("A", 130_000_000), row("B", 90_000_000))
    assert planned(kept) == 220_000_000
    load(row("A", 130_000_000, revised=150_000_000))  # a file that says nothing of the other
    assert planned(kept) == 240_000_000
    load(row("A", 130_000_000, revised=150_000_000), row("B", 90_000_000, revised=90_000_000))
    assert planned(kept) == 240_000_000  # the revised budget: 150 and 90
    load(row("A", 130_000_000, revised=160_000_000), row("B", 90_000_000, revised=90_000_000))
    assert planned(kept) == 250_000_000


def test_the_same_money_is_never_counted_twice(cast: Cast, load: Load, both) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money="once")
    load(row("A", 110_000_000, revised=120_000_000), row("B", 110_000_000, revised=120_000_000))
    assert planned(kept) == 120_000_000
    assert planned(gone) == 120_000_000  # what its row says stays with it, and counts nowhere


def test_its_row_tells_the_living_record_where_that_has_none_in_the_file(
    cast: Cast, load: Load, both
) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money="once")
    load(row("A", 100_000_000, title="Rabat beton Gang Kenanga"))
    kept.refresh_from_db()
    gone.refresh_from_db()
    assert (kept.title, gone.title) == ("Rabat beton Gang Kenanga", "Rabat beton Gang Melati A")
    assert (
        AuditEvent.objects.filter(action="project.import_changed").latest("pk").data["merged_from"]
        == gone.code
    )


def test_the_living_record_s_own_row_decides_what_it_says(cast: Cast, load: Load, both) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money="once")
    load(row("A", 100_000_000, title="Rabat beton Gang Kenanga"), row("B", 100_000_000))
    kept.refresh_from_db()
    assert kept.title == "Rabat beton Gang Melati B"


@pytest.mark.parametrize(("money", "sum_rp"), [("once", 120_000_000), ("both", 220_000_000)])
def test_a_record_made_by_hand_takes_the_row_over(cast: Cast, load: Load, money: str, sum_rp: int) -> None:
    kept = ProjectFactory(village=cast.sragi, fiscal_year=2026, title="Rabat Gang Melati", work_type="road")
    load(row("A", 100_000_000))
    gone = of("A")
    version = BudgetVersion.objects.get()
    BudgetLine.objects.create(project=kept, version=version, source_id="DDS", amount=100_000_000)
    recompute([kept.pk])
    merged(cast, kept=kept, gone=gone, money=money)
    outcome = load(row("A", 120_000_000))
    assert (outcome.new, outcome.changed) == (0, 1)
    assert planned(kept) == sum_rp


def test_a_row_with_the_code_of_a_merged_record_leads_on(
    cast: Cast, load: Load, both, tmp_path: Path
) -> None:
    gone, kept = both
    merged(cast, kept=kept, gone=gone, money="once")
    path = tmp_path / "kode.csv"
    path.write_text(f"code,title\n{gone.code},Rabat beton Gang Anggrek\n", encoding="utf-8")
    import_projects(path, actor=None)
    kept.refresh_from_db()
    assert kept.title == "Rabat beton Gang Anggrek"


def test_across_villages_the_money_stays_in_its_village_s_budget(cast: Cast, load: Load) -> None:
    load(row("A", 100_000_000), row("B", 50_000_000, village="35.10.17.2002"))
    gone, kept = of("A"), of("B")
    merged(cast, kept=kept, gone=gone, money="both")
    load(row("A", 120_000_000, title="Nama lain"), row("B", 50_000_000, village="35.10.17.2002"))
    kept.refresh_from_db()
    assert (kept.planned, kept.title) == (170_000_000, "Rabat beton Gang Melati B")
    assert {line.version.village_id for line in BudgetLine.objects.filter(project=kept)} == {
        "35.10.17.2001", "35.10.17.2002",
    }  # fmt: skip


@pytest.mark.parametrize("money", ["once", "both"])
def test_it_is_undone_to_what_the_rows_say_by_then(cast: Cast, load: Load, both, money: str) -> None:
    gone, kept = both
    decision = merged(cast, kept=kept, gone=gone, money=money)
    load(row("A", 130_000_000, revised=140_000_000), row("B", 100_000_000, revised=100_000_000))
    withdraw(decision=decision, reason="Ternyata dua.", actor=cast.eko)
    assert (planned(gone), planned(kept)) == (140_000_000, 100_000_000)
    outcome = load(
        row("A", 130_000_000, revised=140_000_000, title="Rabat Gang Kenanga"),
        row("B", 100_000_000, revised=100_000_000),
    )
    assert (outcome.new, outcome.changed, outcome.same, outcome.notes) == (0, 1, 1, [])
    assert of("A").title == "Rabat Gang Kenanga"


def test_a_living_record_of_the_same_name_is_found_before_a_merged_one(cast: Cast, load: Load) -> None:
    title = "Rabat beton Gang Melati"
    gone, kept = (
        ProjectFactory(village=cast.sragi, fiscal_year=2026, title=title, work_type="road")
        for _number in range(2)
    )
    merged(cast, kept=kept, gone=gone, money="once")
    outcome = load(row("", 100_000_000, title=title))
    assert (outcome.new, outcome.changed) == (0, 1)
    assert "import.merged" not in [note.code for note in outcome.notes]
    assert planned(kept) == 100_000_000


def page_table() -> list[list[str]]:
    """The rows of the worked example in docs/design/duplicate-cases.md."""
    text = (
        Path("docs/design/duplicate-cases.md").read_text(encoding="utf-8").partition("### Worked example")[2]
    )
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in cells] for cells in rows[2:]]


@pytest.mark.parametrize("column", [1, 2], ids=["once", "both"])
def test_it_follows_the_design_page(cast: Cast, load: Load, both, column: int) -> None:
    def shown(*projects: Project) -> str:
        return ", ".join(f"{planned(project):,.0f}".replace(",", ".") for project in projects)

    gone, kept = both
    decision = merged(cast, kept=kept, gone=gone, money=["", "once", "both"][column])
    found = [shown(kept)]
    load(row("A", 130_000_000), row("B", 100_000_000))
    found.append(shown(kept))
    load(row("A", 130_000_000, revised=150_000_000), row("B", 100_000_000, revised=100_000_000))
    found.append(shown(kept))
    withdraw(decision=decision, reason="Ternyata dua.", actor=cast.eko)
    found.append(shown(gone, kept))
    assert found == [cells[column] for cells in page_table()]
