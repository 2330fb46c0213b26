"""Workbooks through xlsxwriter: text stays text, numbers are numbers, links are written only where we mean one."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from reports.stamps import stamp

MOST_IN_A_CELL = 32_767
MOST_LINKS = 65_530  # of a sheet, by the format


@dataclass(frozen=True)
class Link:
    """A value that leads to the page of its evidence; without an address it is the value alone."""

    value: "str | int | float | Decimal"
    url: str


Value = str | int | float | Decimal | date | None | Link


@dataclass(frozen=True)
class Sheet:
    """A sheet with a head that stays in sight. widths: of the columns, in characters."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int]


def workbook(sheets: Iterable[Sheet], *, at: datetime | None = None) -> bytes:
    """The file. at: when it is said to be made (default: reports.stamps.stamp())."""
    made = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(made, options)
    book.set_properties({"title": "Geomonitor", "created": (at or stamp()).replace(tzinfo=None)})
    formats = _Formats(book)
    for sheet in sheets:
        _write(book, sheet, formats)
    book.close()
    return made.getvalue()


class _Formats:
    def __init__(self, book: Any) -> None:
        cell = {"text_wrap": True, "valign": "top"}
        self.head = book.add_format({"bold": True, "bottom": 1, **cell})
        self.plain = book.add_format(cell)
        self.money = book.add_format({"num_format": '"Rp"#,##0.00', **cell})
        self.day = book.add_format({"num_format": "yyyy-mm-dd", **cell})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm", **cell})
        link = {"font_color": "#0b578a", "underline": 1, **cell}
        self.link = book.add_format(link)
        self.money_link = book.add_format({"num_format": '"Rp"#,##0.00', **link})


def _write(book: Any, sheet: Sheet, formats: _Formats) -> None:
    page = book.add_worksheet(sheet.name)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, sheet.head, formats.head)
    links = 0
    for number, width in enumerate(sheet.widths):
        page.set_column(number, number, width)
    row = 0
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values):
            if isinstance(value, Link) and value.url and links < MOST_LINKS:
                page.write_url(row, column, value.url, formats.link)
                links += 1
            shown = value.value if isinstance(value, Link) else value
            _cell(page, row, column, shown, formats, is_link=isinstance(value, Link) and bool(value.url))
    if row:
        page.autofilter(0, 0, row, len(sheet.head) - 1)


def _cell(page: Any, row: int, column: int, value: Any, formats: _Formats, *, is_link: bool) -> None:
    if isinstance(value, Decimal):
        page.write_number(row, column, float(value), formats.money_link if is_link else formats.money)
    elif isinstance(value, datetime):
        page.write_datetime(row, column, value.replace(tzinfo=None), formats.moment)
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), formats.day)
    elif isinstance(value, int | float):
        page.write_number(row, column, value, formats.link if is_link else formats.plain)
    elif value:
        page.write_string(
            row, column, str(value)[:MOST_IN_A_CELL], formats.link if is_link else formats.plain
        )
