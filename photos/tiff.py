"""[pure] A bounded reader of TIFF directories (IFDs), the form in which EXIF is written.

Reads only the entries asked for, never follows a directory twice and never raises for what the bytes say: an
entry that cannot be read has a `flaw`.
"""

import struct
from dataclasses import dataclass

ENTRIES_LIMIT = 1_000  # entries of one directory
VALUES_LIMIT = 64  # numbers of one entry
TEXT_LIMIT = 4_096  # bytes of one text

Number = int | float
_FORMATS = {
    1: "B",
    3: "H",
    4: "I",
    5: "II",
    6: "b",
    7: "B",
    8: "h",
    9: "i",
    10: "ii",
    11: "f",
    12: "d",
    13: "I",
}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 129: 1}
_TEXTS = (2, 129)
_RATIONALS = (5, 10)


@dataclass(frozen=True)
class Entry:
    """One entry of a directory: where its value lies in the block. flaw: "" or why it cannot be read."""

    tag: int
    kind: int
    count: int
    at: int
    size: int
    flaw: str = ""


class Tiff:
    """A TIFF block: byte order, first directory, entries and their values."""

    def __init__(self, block: bytes) -> None:
        """block: bytes that start with II or MM. `first` is the offset of the first directory, 0 if none."""
        self.block = block
        self.order = {b"II": "<", b"MM": ">"}.get(block[:2], "")
        self.first = int(self._unpack("I", 4)[0]) if self.order and len(block) >= 8 else 0
        self._visited: set[int] = set()

    def _unpack(self, form: str, at: int) -> tuple[Number, ...]:
        return struct.unpack_from(self.order + form, self.block, at)

    def directory(self, offset: int) -> dict[int, Entry] | None:
        """Entries by tag of the directory at an offset; the last of two with one tag counts, as in exiftool.

        None if there is no directory, or if it was read before (a loop). As in exiftool, one that does not fit into
        the block or whose first entry has no known type is none.
        """
        if not 8 <= offset <= len(self.block) - 2 or offset in self._visited:
            return None
        self._visited.add(offset)
        count = int(self._unpack("H", offset)[0])
        if 12 * count > len(self.block) - offset - 2:
            return None
        entries = [self._entry(offset + 2 + 12 * n) for n in range(min(count, ENTRIES_LIMIT))]
        if entries and entries[0].kind and entries[0].flaw == "unknown_type":
            return None
        return {entry.tag: entry for entry in entries}

    def next_of(self, offset: int) -> int:
        """Offset of the directory that follows the one at an offset, 0 if none is named."""
        if not 8 <= offset <= len(self.block) - 2:
            return 0
        at = offset + 2 + 12 * int(self._unpack("H", offset)[0])
        return int(self._unpack("I", at)[0]) if at + 4 <= len(self.block) else 0

    def _entry(self, at: int) -> Entry:
        tag, kind, count = (int(n) for n in self._unpack("HHI", at))
        width = _SIZES.get(kind)
        if width is None:
            return Entry(tag, kind, count, at + 8, 0, "unknown_type")
        size = width * count
        where = at + 8 if size <= 4 else int(self._unpack("I", at + 8)[0])
        flaw = "" if where + size <= len(self.block) else "outside"
        return Entry(tag, kind, count, where, size, flaw)

    def numbers(self, entry: Entry) -> list[tuple[Number, Number]]:
        """Numbers of an entry as (numerator, denominator); others than rationals have denominator 1."""
        if entry.flaw or entry.kind in _TEXTS:
            return []
        form = _FORMATS[entry.kind]
        count = min(entry.count, VALUES_LIMIT) * len(form)
        values = self._unpack(form[0] * count, entry.at)
        if entry.kind in _RATIONALS:
            return list(zip(values[::2], values[1::2], strict=True))
        return [(value, 1) for value in values]

    def text(self, entry: Entry) -> str:
        """Text of an entry up to its first NUL, without blanks at the end; UTF-8, else Latin-1."""
        if entry.flaw or entry.kind not in (*_TEXTS, 1, 7):
            return ""
        content = self.block[entry.at : entry.at + min(entry.size, TEXT_LIMIT)].split(b"\0")[0]
        try:
            return content.decode().rstrip()
        except UnicodeDecodeError:
            return content.decode("latin-1").rstrip()

    def raw(self, entry: Entry) -> str:
        """The value as it is written in the file, for the ledger: numbers as n/d, text in quotes."""
        if entry.flaw:
            return f"({entry.flaw}: type {entry.kind}, count {entry.count})"
        if entry.kind in _TEXTS:
            return repr(self.block[entry.at : entry.at + min(entry.size, 200)])[1:]
        numbers = self.numbers(entry)
        if entry.kind in _RATIONALS:
            return " ".join(f"{n}/{d}" for n, d in numbers)
        return " ".join(str(n) for n, _ in numbers)
