"""[pure] What two records are compared by, and what a signal answers.

A record is a project of the register or a row of an outside list; the signals see no difference. A record's
sites belong to it: they are parts of one record and are never compared with each other.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from duplicates.titles import Frequencies, Title, read_title
from places.message import Message

if TYPE_CHECKING:
    from duplicates.works import Batch


@dataclass(frozen=True, eq=False)
class Record:
    """One record to compare. `id` says which it is, `code` orders a pair (left < right), both are text.

    geometries: where it is, WGS 84 in lon, lat order: one point, line or area for each site; empty = unknown.
    pictures: photo ids whose use is not declared as shared. picture_groups: for pictures that were found to show
    the same, the smallest photo id of their group. relations: (kind, code of the other record), the kind with "~"
    in front where the other record declares it.
    """

    id: str
    title: str
    geometries: tuple[BaseGeometry, ...] = ()
    code: str = ""
    work_type: str | None = None
    activity: str = ""
    budget: Decimal | None = None
    volume: Decimal | None = None
    unit: str = ""
    year: int | None = None
    fund_sources: frozenset[str] = frozenset()
    executor: str = ""
    starts: date | None = None
    ends: date | None = None
    village: str = ""
    pictures: frozenset[int] = frozenset()
    picture_groups: frozenset[int] = frozenset()
    relations: frozenset[tuple[str, str]] = frozenset()

    @property
    def order(self) -> tuple[str, str]:
        """What decides which of two records is the left one."""
        return self.code or self.id, self.id

    @property
    def sources_text(self) -> str:
        """The fund sources in one line: "ADD, DDS"."""
        return ", ".join(sorted(self.fund_sources))

    @classmethod
    def at(cls, id: str, title: str, lon: float, lat: float, **known: object) -> "Record":
        """A record at one point."""
        return cls(id, title, (shapely.Point(lon, lat),), **known)  # type: ignore[arg-type]


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two records side by side. distance_m: between nearest parts, to 1 cm; None when one has no place.

    kept: both titles as read before, where they are kept; reading them anew takes longer than all the rest.
    """

    left: Record
    right: Record
    distance_m: float | None
    frequencies: Frequencies
    kept: tuple[Title, Title] | None = None

    @property
    def titles(self) -> tuple[Title, Title]:
        """Both titles as read: words, marks and what they name as built."""
        return self.kept or (read_title(self.left.title), read_title(self.right.title))


@dataclass(frozen=True)
class Finding:
    """What a signal found: one of its levels, and the sentence with the measured value."""

    level: str
    message: Message


@dataclass(frozen=True)
class Signal:
    """One thing that speaks for or against two records being the same work.

    compare: level and sentence of one pair. levels: for a batch, the level of every pair as an index into LEVELS,
    whose first is "unknown"; both agree on every pair. costly: asked only where the pair can still be stored.
    """

    name: str
    compare: Callable[[Comparison], Finding]
    levels: "Callable[[Batch], NDArray[np.int8]]"
    LEVELS: tuple[str, ...]
    costly: bool = False
    shown: str = ""  # what people call it, marked Indonesian
