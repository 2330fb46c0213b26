"""docs/design/duplicate-score.md: the table and the worked example, recomputed."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

from duplicates.kernel import Record, score_pair
from duplicates.signals import SIGNALS
from duplicates.titles import Frequencies, compare_titles, read_title
from duplicates.weights import LEVELS, PRIOR_WEIGHT

PAGE = Path("docs/design/duplicate-score.md").read_text(encoding="utf-8")
NAMES = {signal.name for signal in SIGNALS}


def rows(first_cells: set[str]) -> list[list[str]]:
    """The page's table rows whose first cell is one of these."""
    lines = [line.strip("|").split("|") for line in PAGE.splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("−", "-").replace("*", "") for cell in line] for line in lines]
    return [row for row in cells if row[0] in first_cells]


def example(first_cell: str) -> tuple[str, str]:
    """What the worked example says of the left and of the right record."""
    return next((row[1], row[2]) for row in rows({first_cell}) if len(row) == 3)


def test_it_shows_the_weights_of_the_table() -> None:
    numbers = [row for row in rows(NAMES) if len(row) == 3]
    weights = [row for row in numbers if re.fullmatch(r"[+-]?\d\.\d\d", row[2])]
    written = {(signal, level.split(" ")[0]): float(weight) for signal, level, weight in weights}
    assert written == {(level.signal, level.name): pytest.approx(level.weight, abs=0.005) for level in LEVELS}


def test_it_computes_the_worked_example() -> None:
    titles = next(row for row in rows({"title"}) if "Krajan" in row[1])[1:]
    left, right = (
        Record.at(
            example("code")[side],
            titles[side],
            *map(float, example("lon, lat")[side].split(", ")),
            work_type="road",
            volume=Decimal(example("volume, m")[side]),
            unit="m",
            budget=Decimal(example("budget, Rp")[side]),
            fund_sources=frozenset({example("source")[side]}),
            year=int(example("fiscal year")[side]),
        )
        for side in (0, 1)
    )
    pair = score_pair(left, right, Frequencies())
    shown = {row[0]: row for row in rows({"prior", "sum"} | NAMES) if len(row) == 4}
    assert [(part.level, part.weight) for part in pair.signals] == [
        (shown[part.signal][2], float(shown[part.signal][3])) for part in pair.signals
    ]
    assert float(shown["prior"][3]) == pytest.approx(PRIOR_WEIGHT, abs=0.005)
    assert f"{pair.distance_m} m" == shown["distance"][1]
    assert pair.weight == float(shown["sum"][3])
    assert f"Probability: **{pair.probability}**" in PAGE


def test_it_weighs_the_words_of_the_worked_example() -> None:
    left, right = (row for row in rows({"title"}) if "Krajan" in row[1]).__next__()[1:]
    one, two = read_title(left), read_title(right)
    frequencies = Frequencies()
    both = one.vocabulary & two.vocabulary
    where = {word: "both" if word in both else "right" for word in one.vocabulary | two.vocabulary}
    written = {row[0]: (float(row[1]), row[2]) for row in rows(set(where)) if len(row) == 3}
    assert written == {
        word: (pytest.approx(frequencies.bits(word), abs=0.005), side) for word, side in where.items()
    }
    found = compare_titles(one, two, frequencies)
    assert f"tell {found.bits} bits" in PAGE
    assert f"the share is {found.share}" in PAGE
