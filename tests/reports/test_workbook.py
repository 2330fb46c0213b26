"""Workbooks: numbers as numbers, times on the regency's clock, the head in sight, nothing that calculates."""

import io
from datetime import UTC, date, datetime
from decimal import Decimal

import openpyxl
import pytest

from reports.engagement_book import engagement_book
from reports.workbook import Link, Sheet, workbook
from tests.reports.contents import contents

BASE = "https://geomonitor.example"


def read(content: bytes):
    return openpyxl.load_workbook(io.BytesIO(content))


@pytest.mark.parametrize(
    ("value", "stored", "look"),
    [
        (Decimal("1250000.5"), 1250000.5, "[$Rp-421]#,##0.00"),
        (date(2026, 8, 4), datetime(2026, 8, 4), "[$-421]d mmm yyyy"),
        (datetime(2026, 8, 3, 18, 30, tzinfo=UTC), datetime(2026, 8, 4, 1, 30), "[$-421]d mmm yyyy hh:mm"),
        (2026, 2026, "[>9999]#,##0;0"),
        (0.9551, 0.9551, "#,##0.00##"),
        ("=1+1", "=1+1", "General"),
        (Link(Decimal("3"), BASE), 3, "[$Rp-421]#,##0.00"),
    ],
    ids=["money", "day", "time in Banyuwangi", "year", "share", "text that looks like a formula", "link"],
)
def test_a_value_is_what_it_is(value, stored, look: str) -> None:
    cell = read(workbook([Sheet("A", ("x",), [(value,)], (20,))]))["A"]["A2"]
    assert (cell.value, cell.number_format) == (stored, look)
    assert cell.data_type != "f"


def test_the_head_stays_in_sight_and_on_every_printed_page() -> None:
    for sheet in read(engagement_book(contents(), BASE)):
        assert sheet.freeze_panes == "A2"
        assert sheet.print_title_rows == "$1:$1"
        assert sheet.auto_filter.ref
        assert (
            max(one.max for one in sheet.column_dimensions.values()) == sheet.max_column
        )  # all have a width


def test_every_sum_of_money_leads_to_its_page() -> None:
    book = read(engagement_book(contents(), BASE))
    amounts = [
        cell for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row
        if "Rp" in cell.number_format
    ]  # fmt: skip
    assert len(amounts) == 7
    assert all(cell.hyperlink and cell.hyperlink.target.startswith(f"{BASE}/duplicates/") for cell in amounts)


def test_conclusions_stand_with_their_pairs_and_photos_with_their_hashes() -> None:
    book = read(engagement_book(contents(), BASE))
    first = [cell.value for cell in book["Kesimpulan"][2]]
    assert first[:4] == [1, "35.10.17.2001/2025/0007", "35.10.17.2001/2026/0009", "Ganda"]
    assert first[7] == datetime(2026, 10, 4, 9, 0)
    assert {row[5].value for row in book["Foto"].iter_rows(min_row=2)} == {"a" * 64, "b" * 64}
    assert {row[1].value for row in book["Metode"].iter_rows(min_row=3)} == {"Jarak", "Judul"}
