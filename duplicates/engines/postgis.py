"""Engine "postgis": SQL finds the candidates over the GiST index. For one project and small sets."""

from collections.abc import Collection, Iterator

import numpy as np

from duplicates.engines import PARTS, Request, Scored, scored
from duplicates.register import candidate_pairs, records_of, register_frequencies, shared_pictures, works
from duplicates.scoring import measured
from duplicates.titles import Frequencies
from duplicates.works import Batch, Works


class PostgisEngine:
    """A pair belongs to the part of its lower project that was chosen."""

    def __init__(self, request: Request) -> None:
        self.request = request
        chosen = request.choice.works().order_by().values_list("pk", flat=True)
        self._chosen = frozenset(chosen)
        self.projects = len(self._chosen)
        self.numbers = sorted({key % PARTS for key in self._chosen})
        self._frequencies: Frequencies | None = None
        self._pictured: list[tuple[int, int]] | None = None

    def scored(self, numbers: Collection[int]) -> Iterator[Scored]:
        """The pairs of these parts."""
        for number in numbers:
            yield self._part(number)

    def _part(self, number: int) -> Scored:
        if self._frequencies is None:
            self._frequencies = register_frequencies()
            self._pictured = self._sharing()
        choice = self.request.choice
        pairs = set(
            candidate_pairs(
                radius_m=self.request.radius.largest,
                years=choice.years,
                places=choice.places,
                projects=choice.projects,
                part=(number, PARTS),
            )
        )
        pairs |= {(a, b) for a, b in self._pictured or () if self._at(a, b) % PARTS == number}
        return self._scored(number, sorted(pairs), self._frequencies)

    def _sharing(self) -> list[tuple[int, int]]:
        """Pairs of works that share a picture, one of them chosen."""
        shared = shared_pictures(None if self.request.choice.everything else self._chosen)
        holders: dict[tuple[str, int], list[int]] = {}
        for kind, held in (("picture", shared.pictures), ("group", shared.groups)):
            for project, things in held.items():
                for thing in things:
                    holders.setdefault((kind, thing), []).append(project)
        both = {(min(a, b), max(a, b)) for own in holders.values() for a in own for b in own if a != b}
        asked = [(a, b) for a, b in both if a in self._chosen or b in self._chosen]
        are_works = set(
            works().filter(pk__in={key for pair in asked for key in pair}).values_list("pk", flat=True)
        )
        return sorted((a, b) for a, b in asked if a in are_works and b in are_works)

    def _at(self, a: int, b: int) -> int:
        """The chosen project by which a pair belongs to a part, as candidate_pairs has it."""
        return a if a in self._chosen else b

    def _scored(self, number: int, pairs: list[tuple[int, int]], frequencies: Frequencies) -> Scored:
        records = records_of(key for pair in pairs for key in pair)
        keys = sorted(records)
        row = {key: at for at, key in enumerate(keys)}
        known = [(a, b) for a, b in pairs if a in row and b in row]
        found = Works.of([records[key] for key in keys], frequencies)
        left, right = (np.array([row[pair[side]] for pair in known], dtype=np.int32) for side in (0, 1))
        batch = Batch(found, left, right, measured(found, left, right))
        return scored(number, np.array(keys, dtype=np.int64), batch, self.request)
