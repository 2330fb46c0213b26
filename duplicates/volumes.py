"""[pure] How much a record builds: its volume, or else the one inside its title ("paving 200 x 2,5 m")."""

import re
from dataclasses import dataclass
from functools import lru_cache

from duplicates.comparison import Record
from duplicates.title_words import UNITS
from duplicates.titles import Quantity, read_title

# What a title says of size comes in many forms; only these units tell how much is built.
_OF_A_TITLE = frozenset(("m", "km", "m2", "m3", "ha", "titik", "rumah", "unit", "ruang", "kk"))
_UNITS = "|".join(sorted(_OF_A_TITLE | UNITS.keys(), key=len, reverse=True))
_MAY_SAY = re.compile(rf"\d\s*(?:{_UNITS})")
MAY_SAY_RE2 = rf"(?i)\p{{Nd}}[^\p{{L}}\p{{N}}]*(?:{_UNITS})"  # the same for Arrow, and a little more
_BASE = {"km": (1000.0, "m"), "ha": (10_000.0, "m2")}


@dataclass(frozen=True)
class Volume:
    """A volume in base units (metres for kilometres, square metres for hectares), and as people read it."""

    value: float
    unit: str
    written: str

    @classmethod
    def of(cls, value: float, unit: str) -> "Volume":
        """In base units, rounded so that both ways to write it are equal."""
        factor, base = _BASE.get(unit, (1.0, unit))
        return cls(round(value * factor, 4), base, f"{value:g} {unit}".replace(".", ",").strip())


def plain_unit(unit: str) -> str:
    """A unit in its one spelling: "Mtr." → "m"; "" where there is none."""
    text = unit.strip().lower().rstrip(".")
    return UNITS.get(text, text)


def volume_of(record: Record) -> Volume | None:
    """The record's volume, or the one in its title; None where neither says it."""
    if record.volume is not None and record.volume > 0:
        return Volume.of(float(record.volume), plain_unit(record.unit))
    return volume_in(record.title)


@lru_cache(maxsize=50_000)
def volume_in(written: str) -> Volume | None:
    """The first size that a title as written names: of "200 x 2,5 m" the length."""
    if not _MAY_SAY.search(
        written.lower()
    ):  # most titles name none, and reading them costs fifty times as much
        return None
    for quantity in read_title(written).quantities:
        value = _first(quantity) if quantity.unit in _OF_A_TITLE else 0.0
        if value > 0:
            return Volume.of(value, quantity.unit)
    return None


def _first(quantity: Quantity) -> float:
    """The first number of a quantity; "1.200.50" is no number and counts as 0."""
    try:
        return float(quantity.value.partition("x")[0])
    except ValueError:
        return 0.0
