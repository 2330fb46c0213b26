"""[pure] The one way from candidates to scored pairs, which every engine takes, in whatever process it runs."""

from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from duplicates.kernel import ScoredPair, distance_between, score_batch, scored_pair
from duplicates.sites import Radius
from duplicates.works import Batch, Ints, Works


class Asked(Protocol):
    """How far apart and how probable pairs may be."""

    @property
    def radius(self) -> Radius: ...

    @property
    def min_probability(self) -> float: ...


@dataclass(frozen=True, eq=False)
class Scored:
    """A part's pairs from the minimum on. keys: primary keys by row. by_picture: found beyond the radius.

    candidates: how many pairs there were before the minimum.
    """

    no: int
    keys: Ints
    batch: Batch
    weights: NDArray[np.float64]
    probabilities: NDArray[np.float64]
    by_picture: NDArray[np.bool_]
    candidates: int

    def pair(self, number: int) -> ScoredPair:
        """One pair with its sentences as code and parameters."""
        return scored_pair(
            self.batch.pair(number), float(self.weights[number]), float(self.probabilities[number])
        )


def radius_mask(
    works: Works, left: NDArray[Any], right: NDArray[Any], metres: NDArray[np.float64], radius: Radius
) -> NDArray[np.bool_]:
    """Which pairs lie within the radius of their work types; an unknown distance is within none."""
    if not radius.by_type:
        return np.asarray(metres <= radius.metres)
    limit = np.array([radius.of(name) for name in works.names["work_type"]] + [radius.metres])
    return np.asarray(metres <= np.maximum(limit[works.work_type[left]], limit[works.work_type[right]]))


def scored(
    no: int, keys: Ints, batch: Batch, asked: Asked, chosen: NDArray[np.bool_] | None = None
) -> Scored:
    """Score a part's candidates. chosen: by row, who was asked about; None = everybody."""
    works, left, right = batch.works, batch.left, batch.right
    within = radius_mask(works, left, right, batch.distance_m, asked.radius)
    pictured = batch.among(works.shared_pictures) | batch.among(works.shared_groups)
    keep = within | (pictured & ~np.isnan(batch.distance_m))
    if chosen is not None:
        keep &= chosen[left] | chosen[right]
    swap = works.codes[left] > works.codes[right]
    left, right = np.where(swap, right, left), np.where(swap, left, right)
    ordered = Batch(works, left[keep], right[keep], batch.distance_m[keep])
    weights, probabilities, _levels = score_batch(ordered, asked.min_probability)
    enough = probabilities >= asked.min_probability
    return Scored(
        no,
        keys,
        ordered.take(enough),
        weights[enough],
        probabilities[enough],
        ~within[keep][enough],
        len(ordered),
    )


def measured(works: Works, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.float64]:
    """Geodesic metres of pairs of rows, measured one by one; nan where one of them has no place."""
    record = works.record
    metres = (
        distance_between(record(a), record(b)) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    )
    return np.array([np.nan if one is None else one for one in metres], dtype=np.float64)


def with_pictured(
    works: Works, left: NDArray[Any], right: NDArray[Any]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Pairs of rows that share a picture and are not among the given ones."""
    shared = np.union1d(works.shared_pictures, works.shared_groups)
    there = Batch(works, left, right).places_among(shared)
    one, other = np.divmod(np.delete(shared, there[there >= 0]), max(len(works), 1))
    return one.astype(np.int32), other.astype(np.int32)
