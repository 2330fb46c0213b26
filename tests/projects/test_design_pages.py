"""docs/design/import.md and progress.md: their tables are recomputed, so they can't go stale."""

import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings

from budgets.rows import COLUMNS as BUDGET_COLUMNS
from budgets.splitting import scaled
from projects.models import Site, SiteStatus
from projects.money_text import MoneyTextError, parse
from projects.progress import weighted
from projects.rows import COLUMNS as PROJECT_COLUMNS

PAGES = Path(settings.BASE_DIR) / "docs" / "design"


def rows(page: str, heading: str) -> list[list[str]]:
    """The cells of the table under a heading of a page, without its header."""
    section = (PAGES / page).read_text().split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_the_page_lists_every_column_with_its_other_names() -> None:
    told = {
        cells[0].strip("`"): tuple(filter(None, cells[1].split(", ")))
        for cells in rows("import.md", "Columns")
    }
    assert told == {name: tuple(aliases) for name, aliases in {**PROJECT_COLUMNS, **BUDGET_COLUMNS}.items()}


@pytest.mark.parametrize(("written", "read"), rows("import.md", "Rupiah"))
def test_the_page_reads_rupiah_as_the_code_does(written: str, read: str) -> None:
    try:
        found = str(parse(written.strip("`")))
    except MoneyTextError as error:
        found = error.message.code
    assert found == read


def test_the_pieces_of_the_example_keep_their_shares() -> None:
    *pieces, total = rows("import.md", "Splits survive")
    before = [Decimal(cells[1]) for cells in pieces]
    after = scaled(before, Decimal(total[3]))
    assert after == [Decimal(cells[3]) for cells in pieces]
    assert sum(before) == Decimal(total[1])
    for cells, amount in zip(pieces, before, strict=True):
        assert Decimal(cells[2]) == round(amount * Decimal(total[3]) / sum(before), 3)


@pytest.mark.parametrize(("sites", "progress"), rows("progress.md", "Worked examples"))
def test_the_examples_of_progress_come_out(sites: str, progress: str) -> None:
    found = [
        Site(
            weight=Decimal(weight),
            progress=Decimal(reached),
            status=SiteStatus.DROPPED if dropped else SiteStatus.ACTIVE,
        )
        for weight, reached, dropped in re.findall(r"([\d.]+) × (\d+)( dropped)?", sites)
    ]
    assert f"{weighted(found):.2f}" == progress
