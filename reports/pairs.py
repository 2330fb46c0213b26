"""Duplicate candidates as text: the six columns of the contract as CSV, and for the terminal."""

import csv
import json
from typing import TextIO

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
