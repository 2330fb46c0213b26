"""[pure] The one kernel that compares two records: distance, signals, score. Every engine ends here.

Engines may bring pairs that lie a little too far apart; this module measures and decides, so that all of them
agree to the pair and to the last digit.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from duplicates.comparison import Comparison, Record
from duplicates.score import SignalScore, cents_of, score, total
from duplicates.signals import SIGNALS
from duplicates.sites import OVERFETCH_M
from duplicates.titles import Frequencies
from duplicates.works import Batch, distinct_numbers
from places.earth import metres_between, metres_between_geometries, metres_per_degree

__all__ = [
    "OVERFETCH_M",
    "PairTable",
    "Record",
    "ScoredPair",
    "distance_between",
    "score_batch",
    "score_pair",
    "score_pairs",
    "scored_pair",
    "strongest_first",
]


@dataclass(frozen=True)
class ScoredPair:
    """A pair as every engine gives it out: distance to 1 cm, weight and probability rounded as stored."""

    left_id: str
    right_id: str
    distance_m: float | None
    weight: float
    probability: float
    signals: tuple[SignalScore, ...]

    def signals_json(self) -> list[dict[str, Any]]:
        """The signals in their stored form."""
        return [part.as_json() for part in self.signals]


def _metres(a: BaseGeometry, b: BaseGeometry) -> float:
    if a.geom_type == b.geom_type == "Point":
        return metres_between((a.x, a.y), (b.x, b.y))
    return metres_between_geometries(a, b)


def _nearest_first(left: Record, right: Record) -> list[tuple[BaseGeometry, BaseGeometry]]:
    """Pairs of sites that can be the nearest: those within a metre and 1 % of the nearest in a plane."""
    origin = left.geometries[0].centroid
    kx, ky = metres_per_degree(origin.y)
    flat = [
        shapely.transform(list(record.geometries), lambda xy: (xy - (origin.x, origin.y)) * (kx, ky))
        for record in (left, right)
    ]
    metres = shapely.distance(flat[0][:, None], flat[1][None, :])
    limit = metres.min() * 1.01 + 1
    return [
        (left.geometries[i], right.geometries[j]) for i, j in zip(*(metres <= limit).nonzero(), strict=True)
    ]


def distance_between(left: Record, right: Record) -> float | None:
    """Geodesic metres between the nearest parts of two records over all their sites, rounded to 1 cm.

    None when one of them has no place: unknown places never match each other.
    """
    if not left.geometries or not right.geometries:
        return None
    if len(left.geometries) == len(right.geometries) == 1:
        return round(_metres(left.geometries[0], right.geometries[0]), 2)
    return round(min(_metres(a, b) for a, b in _nearest_first(left, right)), 2)


def score_pair(left: Record, right: Record, frequencies: Frequencies) -> ScoredPair:
    """Compare two different records; the one whose code comes first becomes the left one.

    Raises ValueError for a record compared with itself.
    """
    if left.order == right.order:
        raise ValueError(f"a record is never a pair with itself: {left.order}")
    if left.order > right.order:
        left, right = right, left
    return _scored(left, right, distance_between(left, right), frequencies)


def scored_pair(pair: Comparison, weight: float, probability: float) -> ScoredPair:
    """A pair whose score is known already, with what each signal says of it."""
    parts = []
    for signal in SIGNALS:
        found = signal.compare(pair)
        parts.append(
            SignalScore(signal.name, found.level, cents_of(signal.name, found.level) / 100, found.message)
        )
    return ScoredPair(pair.left.id, pair.right.id, pair.distance_m, weight, probability, tuple(parts))


def _scored(left: Record, right: Record, distance_m: float | None, frequencies: Frequencies) -> ScoredPair:
    pair = Comparison(left, right, distance_m, frequencies)
    total = score((signal.name, signal.compare(pair)) for signal in SIGNALS)
    return ScoredPair(left.id, right.id, distance_m, total.weight, total.probability, total.signals)


def score_pairs(
    candidates: Iterable[tuple[Record, Record]],
    frequencies: Frequencies,
    *,
    radius_m: float,
    min_probability: float,
    keep_sides: bool = False,
) -> list[ScoredPair]:
    """Score candidate pairs, strongest first; those beyond the radius or below the probability are dropped.

    keep_sides: the first of each candidate stays left (two lists compared), instead of ordering by code.
    """
    kept = []
    for a, b in candidates:
        left, right = (a, b) if keep_sides or a.order < b.order else (b, a)
        distance_m = distance_between(left, right)
        if distance_m is None or distance_m > radius_m:
            continue
        pair = _scored(left, right, distance_m, frequencies)
        if pair.probability >= min_probability:
            kept.append(pair)
    return strongest_first(kept)


def strongest_first(pairs: Iterable[ScoredPair]) -> list[ScoredPair]:
    """Pairs in the order in which they are given out."""
    return sorted(pairs, key=lambda pair: (-pair.weight, pair.distance_m or 0, pair.left_id, pair.right_id))


NOT_ASKED = -1  # the level of a costly signal where the pair stays below the minimum whatever it says


def score_batch(
    batch: Batch, min_probability: float = 0.0
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int8]]:
    """Score many pairs: (weights, probabilities, levels by pair and signal), to the digit as `score_pair` does.

    Costly signals are asked only where the pair can still reach min_probability; elsewhere their level is
    NOT_ASKED and the probability is what the pair could reach at most, which is below the minimum.
    """
    cents = np.zeros(len(batch), dtype=np.int64)
    levels = np.full((len(batch), len(SIGNALS)), NOT_ASKED, dtype=np.int8)
    costly = [number for number, signal in enumerate(SIGNALS) if signal.costly]
    most = sum(int(_cents(number).max()) for number in costly)
    for number, signal in enumerate(SIGNALS):
        if not signal.costly:
            levels[:, number] = signal.levels(batch)
            cents += _cents(number)[levels[:, number]]
    for number in costly:
        weights = _cents(number)
        alive = np.flatnonzero(_totals(cents + most)[1] >= min_probability)
        levels[alive, number] = SIGNALS[number].levels(
            batch if len(alive) == len(batch) else batch.take(alive)
        )
        most -= int(weights.max())
        cents += weights.max()
        cents[alive] += weights[levels[alive, number]] - weights.max()
    return *_totals(cents), levels


def _cents(number: int) -> NDArray[np.int64]:
    """The weights of a signal's levels in hundredths."""
    signal = SIGNALS[number]
    return np.array([cents_of(signal.name, level) for level in signal.LEVELS], dtype=np.int64)


def _totals(cents: NDArray[np.int64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    distinct, whose = distinct_numbers(cents)
    both = np.array([total(int(one)) for one in distinct], dtype=np.float64).reshape(-1, 2)
    return both[whose, 0], both[whose, 1]


@dataclass(frozen=True)
class PairTable:
    """Scored pairs with the records they are about, by id on each side: what reports and pages are made from."""

    pairs: Sequence[ScoredPair]
    left: Mapping[str, Record]
    right: Mapping[str, Record]

    @classmethod
    def of(
        cls, pairs: Sequence[ScoredPair], records: Iterable[Record], against: Iterable[Record] | None = None
    ) -> "PairTable":
        """The table of one list, or of two lists compared."""
        left = {record.id: record for record in records}
        right = left if against is None else {record.id: record for record in against}
        return cls(pairs, left, right)

    def rows(self) -> Iterator[tuple[ScoredPair, Record, Record]]:
        """Each pair with its left and right record."""
        for pair in self.pairs:
            yield pair, self.left[pair.left_id], self.right[pair.right_id]
