"""[pure] The register cut into spatial partitions, each with the works around it: its halo.

Works are put in order along a Hilbert curve over the whole earth. A partition is a square of that curve that holds
at most so many works; a fuller square is cut into its four quarters. Squares have numbers for life: whatever comes
into the register or leaves it, a square that is still a partition keeps its number, so that a scan that was cut off
knows what it has done. docs/design/duplicate-scan.md.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from duplicates.sites import widened
from duplicates.works import Ints

WORLD = (-180.0, -90.0, 180.0, 90.0)
LEVELS = 15  # of the curve: its smallest squares are 1.2 km wide at the equator
_SIDE_DEG = 0.005  # of the squares by which works around are looked up, unless the reach is farther
_METRES_PER_DEGREE = 110_000.0  # no degree of latitude is shorter
_FROM_CORNER = np.array([180.0, 90.0, 180.0, 90.0])
_POLAR = 89.8  # degrees from where on the reach goes around the whole circle


@dataclass(frozen=True, eq=False)
class Places:
    """Where works are. keys: primary keys, ascending. chosen: who was asked about. By site: owner (row of the work,
    ascending) and bounds (minx, miny, maxx, maxy in degrees)."""

    keys: Ints
    chosen: NDArray[np.bool_]
    owner: Ints
    bounds: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def first(self) -> Ints:
        """The first site of each work."""
        return np.searchsorted(self.owner, np.arange(len(self)))

    def pins(self) -> NDArray[np.float64]:
        """By work, lon and lat of the middle of its first site."""
        box = self.bounds[self.first]
        return np.asarray((box[:, :2] + box[:, 2:]) / 2)

    def boxes_of(self, rows: Ints) -> NDArray[np.float64]:
        """The boxes of all sites of these works."""
        last = np.append(self.first, len(self.owner))[rows + 1]
        return self.bounds[_runs(self.first[rows], last - self.first[rows])]


class Partitions:
    """Partitions of the works that were asked about, by number, and who is around them."""

    def __init__(self, places: Places, along_curve: Ints, reach_m: float, most: int) -> None:
        """along_curve: by work, where its pin is on the curve (LEVELS levels over WORLD). most: works in one."""
        self._places = places
        self._reach_m = reach_m
        rows = np.flatnonzero(places.chosen)
        self._order = rows[np.argsort(along_curve[rows], kind="stable")]
        self._parts = {no: (first, last) for no, first, last in squares(along_curve[self._order], most)}
        self._grid = _Grid(places, max(_SIDE_DEG, reach_m / _METRES_PER_DEGREE))

    @property
    def numbers(self) -> list[int]:
        """The partitions, along the curve."""
        return list(self._parts)

    def core(self, no: int) -> Ints:
        """Primary keys of the works whose pairs belong to a partition."""
        return np.sort(self._places.keys[self._rows(no)])

    def around(self, no: int) -> Ints:
        """Primary keys of all works that may lie within reach of a partition's, its own among them."""
        boxes = widened(self._places.boxes_of(self._rows(no)), self._reach_m)
        boxes[np.abs(boxes[:, [1, 3]]).max(axis=1) > _POLAR, 0::2] = (-180.0, 180.0)
        return self._places.keys[self._grid.touching(boxes)]

    def _rows(self, no: int) -> Ints:
        first, last = self._parts[no]
        return np.sort(self._order[first:last])


def squares(along_curve: Ints, most: int) -> Iterator[tuple[int, int, int]]:
    """(number, first, last) of the squares that hold works, along the curve, given where they are, ascending."""
    waiting = [(0, 0, 0, len(along_curve))]
    while waiting:
        level, place, first, last = waiting.pop()
        if first == last:
            continue
        if last - first <= most or level == LEVELS:
            yield (1 << 2 * level) + place, first, last
            continue
        size = 4 ** (LEVELS - level - 1)
        quarters = [4 * place + quarter for quarter in range(5)]
        edges = np.searchsorted(along_curve, [quarter * size for quarter in quarters]).tolist()
        waiting += [(level + 1, quarters[n], edges[n], edges[n + 1]) for n in (3, 2, 1, 0)]


class _Grid:
    """Which works have a site in which square of a grid in degrees."""

    def __init__(self, places: Places, side: float) -> None:
        self._columns = int(360 // side)
        self._side = 360 / self._columns
        site, cell = self._cells(places.bounds)
        order = np.argsort(cell, kind="stable")
        self._cell, self._owner = cell[order], places.owner[site[order]]

    def touching(self, boxes: NDArray[np.float64]) -> Ints:
        """Rows of the works with a site in the squares that these boxes touch."""
        cells = np.unique(self._cells(boxes)[1])
        first = np.searchsorted(self._cell, cells, side="left")
        last = np.searchsorted(self._cell, cells, side="right")
        return np.unique(self._owner[_runs(first, last - first)])

    def _cells(self, boxes: NDArray[np.float64]) -> tuple[Ints, Ints]:
        """(box, square) for every square that a box touches; columns go on beyond the 180th meridian."""
        west, south, east, north = np.floor((boxes + _FROM_CORNER) / self._side).astype(np.int64).T
        wide, high = np.minimum(east - west + 1, self._columns), north - south + 1
        box = np.repeat(np.arange(len(boxes)), wide * high)
        inside = _runs(np.zeros(len(boxes), np.int64), wide * high)
        up, along = np.divmod(inside, wide[box])
        return box, (south[box] + up) * self._columns + (west[box] + along) % self._columns


def _runs(first: NDArray[Any], lengths: NDArray[Any]) -> Ints:
    """The numbers of several runs, one after another."""
    before = np.cumsum(lengths) - lengths
    return np.asarray(np.arange(lengths.sum()) + np.repeat(first - before, lengths), dtype=np.int64)
