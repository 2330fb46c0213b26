"""[pure] A fact, and the list in which a file's facts are collected while it is read."""

from dataclasses import dataclass

from photos.structure import Directories
from photos.tiff import Number

Value = str | int | float | None


@dataclass(frozen=True)
class Fact:
    """One thing a file says. source: exif, xmp, iptc, or server for how it is built; raw: as written.

    reason: why value is None.
    """

    source: str
    name: str
    value: Value
    raw: str
    reason: str = ""

    def as_json(self) -> dict[str, object]:
        """The stored form: source, name, value (or {"reason": …} where it could not be read), raw."""
        value: object = {"reason": self.reason} if self.reason and self.value is None else self.value
        return {"source": self.source, "name": self.name, "value": value, "raw": self.raw}


class Said:
    """Facts while they are collected; of two with one source and name `get` gives the first that has a value."""

    def __init__(self) -> None:
        self.facts: list[Fact] = []
        self.numbers: dict[str, list[tuple[Number, Number]]] = {}
        self.directories: Directories | None = None
        self.xmp_toolkit = ""
        self._first: dict[tuple[str, str], Fact] = {}

    def add(self, fact: Fact) -> None:
        """Keep a fact."""
        self.facts.append(fact)
        key = (fact.source, fact.name)
        first = self._first.get(key)
        if first is None or (first.value is None and fact.value is not None):
            self._first[key] = fact

    def get(self, name: str, source: str = "exif") -> Fact | None:
        """The fact of that name and source."""
        return self._first.get((source, name))

    def text(self, name: str, source: str = "exif") -> str:
        """Its value as text, "" without one."""
        fact = self.get(name, source)
        return str(fact.value) if fact and fact.value is not None else ""

    def number(self, name: str, source: str = "exif") -> float | None:
        """Its value as a number, None if it is none."""
        fact = self.get(name, source)
        return float(fact.value) if fact and isinstance(fact.value, int | float) else None
