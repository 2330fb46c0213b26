"""[pure] Many records side by side in columns, and many pairs of them, so that a signal looks at all at once.

Words and codes are numbers (−1 = unknown) into `names`; everything a single comparison says is said by
`Works.record`, which makes the record of one row.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Record
from duplicates.overlap import has_extent
from duplicates.title_arrays import TitleTable
from duplicates.titles import Frequencies, Title, read_title
from duplicates.volumes import Volume, plain_unit, volume_in

Ints = NDArray[np.int64]

HOUSE = "house"
ONLY_HOUSES = frozenset((HOUSE,))  # what a title names as built
_LEGAL_FORMS = frozenset(["cv", "pt", "ud", "pd", "fa", "tb", "tbk", "persero", "koperasi", "firma"])


def plain_name(name: str) -> str:
    """An executor's name without case, punctuation and legal form: "CV. Karya-Jaya" → "karya jaya"."""
    words = re.findall(r"[^\W_]+", name.casefold())
    return " ".join(word for word in words if word not in _LEGAL_FORMS) or " ".join(words)


def coded(values: Iterable[Any]) -> tuple[NDArray[np.int32], tuple[Any, ...]]:
    """Values as numbers into the distinct ones; None and "" become −1."""
    seen: dict[Any, int] = {}
    found = [-1 if value is None or value == "" else seen.setdefault(value, len(seen)) for value in values]
    return np.array(found, dtype=np.int32), tuple(seen)


@dataclass(frozen=True, eq=False)
class Works:
    """Records in columns. `names`: what the numbers of a coded column stand for.

    budget, volume: nan = unknown. year: 0 = unknown. starts, ends: ordinals of the proleptic calendar, 0 =
    unknown. codes: what orders a pair, left < right. sources: a bit for each of names["sources"]. title: into `titles`.
    drawn: has a line or area. pictured: has pictures. shared_pictures, shared_groups,
    relation_pairs: pairs of rows as sorted keys (`Batch.keys`).
    """

    work_type: NDArray[np.int8] | NDArray[np.int32]
    activity: NDArray[np.int32]
    budget: NDArray[np.float64]
    volume: NDArray[np.float64]
    unit: NDArray[np.int32]
    year: NDArray[np.int16] | NDArray[np.int32]
    starts: NDArray[np.int32]
    ends: NDArray[np.int32]
    sources: NDArray[np.uint64]
    executor: NDArray[np.int32]
    village: NDArray[np.int32]
    title: NDArray[np.int32]
    titles: TitleTable
    names: Mapping[str, tuple[str, ...]]
    drawn: NDArray[np.bool_]
    pictured: NDArray[np.bool_]
    shared_pictures: Ints
    shared_groups: Ints
    relation_pairs: Mapping[str, Ints]
    record: Callable[[int], Record]
    codes: NDArray[np.bytes_]
    frequencies: Frequencies

    def __len__(self) -> int:
        return len(self.title)

    @cached_property
    def houses(self) -> NDArray[np.bool_]:
        """Which are houses of a programme: by work type, else by a title that names houses and nothing else."""
        types = self.names["work_type"]
        of_type = self.work_type == (types.index(HOUSE) if HOUSE in types else -2)
        names_houses = np.array([built == ONLY_HOUSES for built in self.titles.builds] + [False])
        return np.asarray(of_type | ((self.work_type == -1) & names_houses[self.titles.built[self.title]]))

    @cached_property
    def measures(self) -> tuple[NDArray[np.float64], Ints]:
        """Volume and unit of every work in base units; where the column says nothing, what the title says.

        A volume of 0 and a unit of −1 are unknown; else units are numbers that are equal for equal units.
        """
        bases = [Volume.of(1.0, name) for name in self.names["unit"]]
        factor = np.array([base.value for base in bases] + [1.0])
        numbers: dict[str, int] = {"": -1}
        as_base = np.array([numbers.setdefault(base.unit, len(numbers)) for base in bases] + [-1])
        said = self.volume > 0
        values = np.where(said, np.round(self.volume * factor[self.unit], 4), 0.0)
        units = as_base[self.unit].astype(np.int64)
        sized = self.titles.sized
        asked = ~said if sized is None else ~said & sized[self.title]
        inside = {title: volume_in(self.titles.written(title)) for title in set(self.title[asked].tolist())}
        for row in np.flatnonzero(asked).tolist():
            found = inside[int(self.title[row])]
            if found is not None:
                values[row], units[row] = found.value, numbers.setdefault(found.unit, len(numbers))
        return values, units

    @classmethod
    def of(
        cls, records: Sequence[Record], frequencies: Frequencies, read: Callable[[str], Title] = read_title
    ) -> "Works":
        """Put records into columns. read: how a title as written is read, by default anew."""
        columns: dict[str, Any] = {}
        names: dict[str, tuple[str, ...]] = {}
        texts: dict[str, Iterable[Any]] = {
            "work_type": (None if r.work_type == "other" else r.work_type for r in records),
            "activity": (r.activity for r in records),
            "unit": (plain_unit(r.unit) for r in records),
            "executor": (plain_name(r.executor) for r in records),
            "village": (r.village for r in records),
        }
        for name, values in texts.items():
            columns[name], names[name] = coded(values)
        titles, distinct = coded(f"={r.title}" for r in records)
        sources, names["sources"] = _bits([r.fund_sources for r in records])
        return cls(
            **columns,
            budget=_numbers(r.budget for r in records),
            volume=_numbers(r.volume for r in records),
            year=np.array([r.year or 0 for r in records], dtype=np.int32),
            starts=np.array([r.starts.toordinal() if r.starts else 0 for r in records], dtype=np.int32),
            ends=np.array([r.ends.toordinal() if r.ends else 0 for r in records], dtype=np.int32),
            sources=sources,
            title=titles,
            titles=TitleTable.of([read(title[1:]) for title in distinct], frequencies),
            names=names,
            drawn=np.array([has_extent(r.geometries) for r in records], dtype=bool),
            pictured=np.array([bool(r.pictures) for r in records], dtype=bool),
            shared_pictures=pairs_sharing([r.pictures for r in records]),
            shared_groups=pairs_sharing([r.picture_groups for r in records]),
            relation_pairs=_related(records),
            record=records.__getitem__,
            codes=np.array([r.order[0].encode() for r in records], dtype=np.bytes_),
            frequencies=frequencies,
        )


def _numbers(values: Iterable[Any]) -> NDArray[np.float64]:
    return np.array([np.nan if value is None else float(value) for value in values], dtype=np.float64)


def _bits(sets: Sequence[frozenset[str]]) -> tuple[NDArray[np.uint64], tuple[str, ...]]:
    names = tuple(sorted(set().union(*sets)))[:64] if sets else ()
    bit = {name: 1 << number for number, name in enumerate(names)}
    return np.array([sum(bit.get(name, 0) for name in one) for one in sets], dtype=np.uint64), names


def pair_keys(left: NDArray[Any], right: NDArray[Any], rows: int) -> Ints:
    """Pairs of rows as one number each, whichever stands left."""
    low, high = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    return low * np.int64(rows) + high


def pairs_sharing(sets: Sequence[Iterable[Hashable]]) -> Ints:
    """Sorted keys of the pairs of rows whose sets have something in common."""
    return pairs_of_holders(enumerate(sets), len(sets))


def pairs_of_holders(held: Iterable[tuple[int, Iterable[Hashable]]], rows: int) -> Ints:
    """Sorted keys of the pairs of rows that hold something in common, given as (row, what it holds)."""
    holders: dict[Hashable, list[int]] = {}
    for row, members in held:
        for member in members:
            holders.setdefault(member, []).append(row)
    found = {
        (a, b) for own in holders.values() if len(own) > 1 for i, a in enumerate(own) for b in own[i + 1 :]
    }
    return relation_keys(list(found), rows)


def _related(records: Sequence[Record]) -> dict[str, Ints]:
    """Keys of the pairs with a declared relation, by kind, whichever of the two declares it."""
    if not any(record.relations for record in records):
        return {}
    row_of = {record.code or record.id: row for row, record in enumerate(records)}
    found: dict[str, list[tuple[int, int]]] = {}
    for row, record in enumerate(records):
        for kind, other in record.relations:
            if other in row_of and row_of[other] != row:
                found.setdefault(kind.removeprefix("~"), []).append((row, row_of[other]))
    return {kind: relation_keys(pairs, len(records)) for kind, pairs in sorted(found.items())}


def relation_keys(pairs: Sequence[tuple[int, int]], rows: int) -> Ints:
    """Sorted keys of pairs of rows."""
    both = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return np.unique(pair_keys(both[:, 0], both[:, 1], rows))


@dataclass(frozen=True, eq=False)
class Batch:
    """Pairs of rows of `works` to score. distance_m: nan = unknown."""

    works: Works
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    distance_m: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))

    def __len__(self) -> int:
        return len(self.left)

    @cached_property
    def keys(self) -> Ints:
        """Each pair as one number, whichever stands left."""
        return pair_keys(self.left, self.right, len(self.works))

    def among(self, keys: Ints) -> NDArray[np.bool_]:
        """Which pairs are among sorted keys."""
        return self.places_among(keys) >= 0

    def places_among(self, keys: Ints) -> Ints:
        """Which of sorted keys each pair is, −1 for none."""
        if not len(keys):
            return np.full(len(self), -1)
        at = np.minimum(np.searchsorted(keys, self.keys), len(keys) - 1)
        return np.where(keys[at] == self.keys, at, -1)

    def take(self, chosen: NDArray[Any]) -> "Batch":
        """The chosen pairs, by a mask or by numbers."""
        return Batch(self.works, self.left[chosen], self.right[chosen], self.distance_m[chosen])

    def pair(self, number: int) -> Comparison:
        """One pair as a comparison of two records."""
        metres = float(self.distance_m[number])
        left, right = int(self.left[number]), int(self.right[number])
        works, titles = self.works, self.works.titles
        return Comparison(
            works.record(left),
            works.record(right),
            None if np.isnan(metres) else metres,
            works.frequencies,
            (titles.title(int(works.title[left])), titles.title(int(works.title[right]))),
        )


def by_distinct(
    left: NDArray[Any], right: NDArray[Any], level_of: Callable[[int, int], int], unknown: int = 0
) -> NDArray[np.int8]:
    """Levels of pairs of coded values, asked once for each distinct pair; `unknown` where one of them is −1."""
    known = (left >= 0) & (right >= 0)
    found = np.full(len(left), unknown, dtype=np.int8)
    if known.any():
        width = int(right.max()) + 1
        distinct, whose = distinct_numbers(left[known].astype(np.int64) * width + right[known])
        answers = [level_of(*divmod(key, width)) for key in distinct.tolist()]
        found[known] = np.array(answers, dtype=np.int8)[whose]
    return found


def steps_below(values: NDArray[np.float64], edges: NDArray[np.float64]) -> Ints:
    """How many of the edges, the highest first, each value lies below."""
    return np.asarray(len(edges) - np.searchsorted(edges[::-1], values, side="right"))


def distinct_numbers(numbers: Ints) -> tuple[Ints, Ints]:
    """The distinct ones in order, and which of them each is; small whole numbers are told apart without sorting."""
    if not len(numbers):
        return numbers, numbers
    low, high = int(numbers.min()), int(numbers.max())
    if high - low > max(4 * len(numbers), 1 << 16):
        distinct, whose = np.unique(numbers, return_inverse=True)
        return distinct, whose
    held = np.zeros(high - low + 1, dtype=bool)
    held[numbers - low] = True
    return np.flatnonzero(held) + low, (np.cumsum(held) - 1)[numbers - low]
