"""Duplicate candidates as files: the six columns of the contract as CSV and text, and as a workbook with sentences."""

import csv
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import BinaryIO, TextIO

import xlsxwriter
from django.utils.translation import gettext as _

from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from duplicates.score import likeness_word
from places.saying import say

COLUMNS = ("left_id", "right_id", "distance_m", "probability", "weight", "signals")


def values(pair: ScoredPair) -> tuple[str, str, float | None, float, float, str]:
    """A pair as the six columns; signals as one JSON text."""
    signals = json.dumps(pair.signals_json(), ensure_ascii=False, separators=(",", ":"))
    return pair.left_id, pair.right_id, pair.distance_m, pair.probability, pair.weight, signals


def write_csv(table: PairTable, stream: TextIO) -> None:
    """The six columns, one pair a line, strongest first; numbers with a decimal point."""
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(values(pair) for pair in table.pairs)


def write_text(table: PairTable, stream: TextIO) -> None:
    """For the terminal: a line of numbers, both titles and what the signals say, for each pair."""
    for pair, left, right in table.rows():
        stream.write(
            f"{pair.probability:.2f}  {_shown_metres(pair)}  {likeness(pair.probability)}\n"
            f"  {_named(left)}\n  {_named(right)}\n"
        )
        stream.writelines(f"    {part.weight:+5.1f}  {say(part.message)}\n" for part in pair.signals)
    count = len(table.pairs)
    stream.write(_("%(count)s pasangan.") % {"count": count} + "\n")


def write_xlsx(table: PairTable, target: BinaryIO) -> None:
    """A workbook: sheet "pairs" with the six columns, sheet "penjelasan" with titles, money and sentences.

    Text stays text (no formulas, no links), and the same pairs make the same content.
    """
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(target, options)
    book.set_properties(
        {"title": "Geomonitor", "created": datetime(2020, 1, 1, tzinfo=UTC).replace(tzinfo=None)}
    )
    head = book.add_format({"bold": True, "bottom": 1})
    wrap = book.add_format({"text_wrap": True, "valign": "top"})
    pairs = book.add_worksheet("pairs")
    pairs.freeze_panes(1, 0)
    pairs.write_row(0, 0, COLUMNS, head)
    for row, pair in enumerate(table.pairs, 1):
        pairs.write_row(row, 0, values(pair))
    pairs.set_column(0, 1, 24)
    pairs.set_column(5, 5, 60)
    explained = book.add_worksheet("penjelasan")
    explained.freeze_panes(1, 0)
    explained.write_row(0, 0, _explained_head(), head)
    for row, cells in enumerate(_explained(table), 1):
        explained.write_row(row, 0, cells, wrap)
    explained.set_column(0, 11, 22)
    explained.set_column(12, 12, 80)
    book.close()


def likeness(probability: float) -> str:
    """The three words people read instead of a probability."""
    return {
        "high": _("Kemiripan tinggi"),
        "medium": _("Kemiripan sedang"),
        "low": _("Kemiripan rendah"),
    }[likeness_word(probability)]


def _shown_metres(pair: ScoredPair) -> str:
    return "–" if pair.distance_m is None else f"{pair.distance_m:.2f} m"


def _named(record: Record) -> str:
    year = f" ({record.year})" if record.year else ""
    return f"{record.id}  {record.title}{year}"


def _explained_head() -> list[str]:
    side = [_("id"), _("nama pekerjaan"), _("tahun"), _("sumber dana"), _("anggaran (Rp)")]
    first, second = _("kiri"), _("kanan")
    heads = [f"{name} · {which}" for which in (first, second) for name in side]
    return [*heads, _("jarak (m)"), _("kemiripan"), _("alasan")]


def _explained(table: PairTable) -> Iterator[list[str | float | int | None]]:
    for pair, left, right in table.rows():
        cells: list[str | float | int | None] = []
        for record in (left, right):
            budget = float(record.budget) if record.budget is not None else None
            cells += [record.id, record.title, record.year, ", ".join(sorted(record.fund_sources)), budget]
        sentences = " ".join(say(part.message) for part in pair.signals)
        yield [*cells, pair.distance_m, likeness(pair.probability), sentences]
