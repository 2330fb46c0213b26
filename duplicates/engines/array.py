"""Engine "array": the register in columns, candidates from a grid in space, signals over whole arrays. For scans."""

from collections.abc import Collection, Iterator

import numpy as np

from duplicates.engines import PARTS, Request, Scored, scored, with_pictured
from duplicates.engines.loading import load
from duplicates.scoring import measured
from duplicates.sites import Near, nearest
from duplicates.works import Batch


class ArrayEngine:
    """A pair belongs to the part of its lower project."""

    def __init__(self, request: Request) -> None:
        self.request = request
        self._register = load(request)
        self.projects = int(self._register.chosen.sum())
        self._found = self._in_order()
        self.numbers = list(range(PARTS))

    def _near(self) -> Near:
        """The pairs of works within the radius."""
        return nearest(self._register.sites, self.request.radius.largest)

    def _in_order(self) -> Near:
        """Candidates in order of their parts, those by pictures among them."""
        register, near = self._register, self._near()
        left, right = with_pictured(register.works, near.left, near.right)
        register.records.prepare(np.unique([left, right]))
        far = measured(register.works, left, right)
        one, other = np.concatenate([near.left, left]), np.concatenate([near.right, right])
        self._part = (self._register.keys % PARTS).astype(np.int8)[one]
        order = np.argsort(self._part, kind="stable")
        self._part = self._part[order]
        return Near(one[order], other[order], np.concatenate([near.distance_m, far])[order])

    def scored(self, numbers: Collection[int]) -> Iterator[Scored]:
        """The pairs of these parts."""
        register, near = self._register, self._found
        chosen = None if self.request.choice.everything else register.chosen
        for number in numbers:
            first, last = np.searchsorted(self._part, [number, number + 1])
            rows = slice(first, last)
            batch = Batch(register.works, near.left[rows], near.right[rows], near.distance_m[rows])
            part = scored(number, register.keys, batch, self.request, chosen)
            register.records.prepare(np.unique([part.batch.left, part.batch.right]))
            yield part
