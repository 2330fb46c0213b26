"""Workbooks through xlsxwriter: text stays text, numbers are numbers, links are written only where we mean one.

Decimal is rupiah; times are on the regency's clock. There are no formulas: a workbook is a record, not a calculation.
"""

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from django.utils import timezone

from reports.stamps import stamp

MOST_IN_A_CELL = 32_767
MOST_LINKS = 65_530  # of a sheet, by the format
A4, A3 = 9, 8
WIDE = 160  # characters that are still readable on A4


@dataclass(frozen=True)
class Link:
    """A value that leads to the page of its evidence; without an address it is the value alone."""

    value: "str | int | float | Decimal | date | None"
    url: str


Value = str | int | float | Decimal | date | None | Link


@dataclass(frozen=True)
class Sheet:
    """A sheet with a head that stays in sight. widths: of the columns, in characters. flat: columns in one line."""

    name: str
    head: Sequence[str]
    rows: Iterable[Sequence[Value]]
    widths: Sequence[int]
    flat: frozenset[int] = frozenset()


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
    """Cell formats by what a value is, each plain and as a link."""

    def __init__(self, book: Any) -> None:
        cell: dict[str, Any] = {"text_wrap": True, "valign": "top"}
        number = {"align": "right", "indent": 1}  # no figure touches the text beside it
        link = {"font_color": "#0b578a", "underline": 1}
        kinds: dict[str, dict[str, Any]] = {
            "text": {},
            "flat": {"text_wrap": False},
            "whole": {"num_format": "[>9999]#,##0;0", **number},  # years have no groups
            "number": {"num_format": "#,##0.00##", **number},
            "money": {"num_format": "[$Rp-421]#,##0.00", **number},
            "day": {"num_format": "[$-421]d mmm yyyy", **number},
            "moment": {"num_format": "[$-421]d mmm yyyy hh:mm", **number},
        }
        self.head = book.add_format({"bold": True, "bottom": 1, "bg_color": "#e9efea", **cell})
        self.of = {
            (kind, is_link): book.add_format({**cell, **known, **(link if is_link else {})})
            for kind, known in kinds.items()
            for is_link in (False, True)
        }


def _write(book: Any, sheet: Sheet, formats: _Formats) -> None:
    page = book.add_worksheet(sheet.name)
    _set_up(page, sheet)
    page.write_row(0, 0, sheet.head, formats.head)
    links = row = 0
    for row, values in enumerate(sheet.rows, 1):
        for column, value in enumerate(values):
            if not isinstance(value, Link):
                _cell(page, row, column, value, formats, is_flat=column in sheet.flat)
                continue
            leads = bool(value.url) and links < MOST_LINKS
            if leads:
                page.write_url(row, column, value.url)
                links += 1
            _cell(page, row, column, value.value, formats, is_link=leads)
    if row:
        page.autofilter(0, 0, row, len(sheet.head) - 1)


def _set_up(page: Any, sheet: Sheet) -> None:
    """The head stays in sight and on every printed page; a page is as wide as the sheet."""
    page.freeze_panes(1, 0)
    page.repeat_rows(0)
    page.set_landscape()
    page.set_paper(A4 if sum(sheet.widths) < WIDE else A3)
    page.fit_to_pages(1, 0)
    page.set_footer(f"&L{sheet.name}&R&P / &N")
    for number, width in enumerate(sheet.widths):
        page.set_column(number, number, width)


def _cell(
    page: Any,
    row: int,
    column: int,
    value: Any,
    formats: _Formats,
    *,
    is_link: bool = False,
    is_flat: bool = False,
) -> None:
    def look(kind: str) -> Any:
        return formats.of[kind, is_link]

    if isinstance(value, Decimal):
        page.write_number(row, column, float(value), look("money"))
    elif isinstance(value, datetime):
        here = timezone.make_naive(value, timezone.get_default_timezone())
        page.write_datetime(row, column, here, look("moment"))
    elif isinstance(value, date):
        page.write_datetime(row, column, datetime(value.year, value.month, value.day), look("day"))
    elif isinstance(value, int):
        page.write_number(row, column, value, look("whole"))
    elif isinstance(value, float):
        page.write_number(row, column, value, look("number"))
    elif value:
        page.write_string(row, column, str(value)[:MOST_IN_A_CELL], look("flat" if is_flat else "text"))
