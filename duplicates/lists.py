"""[pure] Lists of records compared at once, without a database: who is near whom, and how alike.

Signals look at all pairs at once, as in a scan; sentences are made only for the pairs that are given out. Titles are
read once, and kept only where the record is near another.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Record
from duplicates.kernel import ScoredPair, score_batch, score_pairs, scored_pair, strongest_first
from duplicates.sites import Near, Sites, nearest
from duplicates.titles import Frequencies, Title, read_title
from duplicates.works import Batch, Ints, Works, relation_keys

AT_ONCE = 500_000  # pairs scored at a time: bounds the memory
LONG_TITLE, LONG_ID = 400, 100  # letters beyond which a record would make the columns of all others too wide


def near_pairs(
    records: Sequence[Record], radius_m: float, against: Sequence[Record] | None = None
) -> Iterator[tuple[Record, Record]]:
    """Pairs of records within the radius, each once. Records without a place are in no pair.

    Without `against`: pairs inside the list. With it: the first of each pair from `records`, the second from
    `against`.
    """
    near = _near(records, radius_m, against)
    others = records if against is None else against
    for left, right in zip(near.left.tolist(), near.right.tolist(), strict=True):
        yield records[left], others[right]


def _near(records: Sequence[Record], radius_m: float, against: Sequence[Record] | None) -> Near:
    return nearest(_sites(records), radius_m, None if against is None else _sites(against))


def _sites(records: Sequence[Record]) -> Sites:
    return Sites.of([record.geometries for record in records])


def compare_lists(
    records: Sequence[Record],
    against: Sequence[Record] | None = None,
    *,
    radius_m: float,
    min_probability: float,
    frequencies: Frequencies | None = None,
) -> list[ScoredPair]:
    """Pairs inside one list, or between two (then left is from the first), strongest first.

    frequencies: None = of the titles of these lists.
    """
    near = _near(records, radius_m, against)
    both = [*records, *(against or ())]
    left, right = near.left.astype(np.int64), near.right.astype(np.int64)
    if against is None:
        left, right = _ordered(records, left, right)
    else:
        right = right + len(records)
    rows = np.unique([left, right])
    used = [both[row] for row in rows.tolist()]
    titles = _Titles(record.title for record in used)
    frequencies = frequencies or titles.frequencies(record.title for record in both)
    left, right = np.searchsorted(rows, left), np.searchsorted(rows, right)
    split = None if against is None else int(np.searchsorted(rows, len(records)))
    found = _Scoring(used, split, titles, frequencies, radius_m, min_probability)
    return strongest_first(found.pairs(left, right, near.distance_m))


def _ordered(records: Sequence[Record], left: Ints, right: Ints) -> tuple[Ints, Ints]:
    """The record whose code comes first becomes the left one."""
    orders = [record.order for record in records]
    rank_of = {order: rank for rank, order in enumerate(sorted(set(orders)))}
    rank = np.array([rank_of[order] for order in orders], dtype=np.int64)
    swap = rank[left] >= rank[right]
    return np.where(swap, right, left), np.where(swap, left, right)


class _Titles:
    """Titles that are asked for again, read once."""

    def __init__(self, kept: Iterable[str]) -> None:
        self._read: dict[str, Title | None] = dict.fromkeys(kept)

    def __call__(self, written: str) -> Title:
        found = self._read.get(written)
        if found is None:
            found = read_title(written)
            if written in self._read:
                self._read[written] = found
        return found

    def frequencies(self, titles: Iterable[str]) -> Frequencies:
        """In how many titles each word stands."""
        written = Counter(titles)
        counts: Counter[str] = Counter()
        for title, many in written.items():
            for word in self(title).vocabulary:
                counts[word] += many
        return Frequencies(written.total(), counts)


class _Scoring:
    """Scores pairs of rows of one list of records; split: the row at which the second of two lists begins."""

    def __init__(
        self,
        records: Sequence[Record],
        split: int | None,
        titles: _Titles,
        frequencies: Frequencies,
        radius_m: float,
        min_probability: float,
    ) -> None:
        self._records, self._frequencies = records, frequencies
        self._radius_m, self._min_probability = radius_m, min_probability
        self._long = np.array(
            [len(one.title) > LONG_TITLE or len(one.order[0]) > LONG_ID for one in records], dtype=bool
        )
        short = [
            replace(one, title="", code="–") if long else one
            for one, long in zip(records, self._long, strict=True)
        ]
        self._works = Works.of(short, frequencies, titles)
        if split is not None:
            self._works = replace(self._works, relation_pairs=_across(records, split))

    def pairs(self, left: Ints, right: Ints, metres: NDArray[np.float64]) -> Iterator[ScoredPair]:
        """The pairs from the minimum on, in no order."""
        long = self._long[left] | self._long[right]
        yield from self._one_by_one(left[long], right[long])
        left, right, metres = left[~long], right[~long], metres[~long]
        for at in range(0, len(left), AT_ONCE):
            some = slice(at, at + AT_ONCE)
            rows = left[some].astype(np.int32), right[some].astype(np.int32)
            yield from self._at_once(Batch(self._works, *rows, metres[some]))

    def _at_once(self, batch: Batch) -> Iterator[ScoredPair]:
        weights, probabilities, _levels = score_batch(batch, self._min_probability)
        for number in np.flatnonzero(probabilities >= self._min_probability).tolist():
            yield scored_pair(batch.pair(number), float(weights[number]), float(probabilities[number]))

    def _one_by_one(self, left: Ints, right: Ints) -> list[ScoredPair]:
        records = self._records
        return score_pairs(
            ((records[a], records[b]) for a, b in zip(left.tolist(), right.tolist(), strict=True)),
            self._frequencies,
            radius_m=self._radius_m,
            min_probability=self._min_probability,
            keep_sides=True,
        )


def _across(records: Sequence[Record], split: int) -> dict[str, Ints]:
    """Relations between two lists, whichever of the two declares them; codes may stand in both."""
    sides = {"left": range(split), "right": range(split, len(records))}
    found: dict[str, list[tuple[int, int]]] = {}
    for side, others in (("left", sides["right"]), ("right", sides["left"])):
        declaring = [row for row in sides[side] if records[row].relations]
        if not declaring:
            continue
        rows_of: dict[str, list[int]] = {}
        for row in others:
            rows_of.setdefault(records[row].order[0], []).append(row)
        for row in declaring:
            for kind, code in records[row].relations:
                pairs = [(row, other) for other in rows_of.get(code, ())]
                found.setdefault(kind.removeprefix("~"), []).extend(pairs)
    return {kind: relation_keys(pairs, len(records)) for kind, pairs in sorted(found.items())}
