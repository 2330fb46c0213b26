"""Engines that find the pairs of the register: postgis, array and dask. docs/design/duplicate-scan.md.

An engine brings candidates in parts; `duplicates.scoring` is the one way from candidates to scored pairs, so that all
engines give the same pairs and scores to the last digit.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from duplicates.register import Choice
from duplicates.score import STORED_FROM
from duplicates.scoring import Scored, radius_mask, scored, with_pictured
from duplicates.sites import Radius

__all__ = [
    "ENGINES",
    "PARTS",
    "Prepared",
    "Request",
    "Scored",
    "prepare",
    "radius_mask",
    "scored",
    "with_pictured",
]

ENGINES = ("array", "postgis", "dask")
PARTS = (
    24  # into which a scan is cut, by the remainder of a project's primary key: the same ones after a break
)


@dataclass(frozen=True)
class Request:
    """What to find: pairs within the radius or with a shared picture, one of them chosen, from a probability on."""

    radius: Radius
    choice: Choice = field(default_factory=Choice)
    min_probability: float = STORED_FROM


class Prepared(Protocol):
    """An engine that knows its parts."""

    projects: int  # how many works were asked about
    numbers: list[int]  # the parts, the same ones when a scan goes on after a break

    def scored(self, numbers: Collection[int]) -> Iterator[Scored]:
        """The pairs of these parts, in any order."""


def prepare(engine: str, request: Request) -> Prepared:
    """Make an engine ready. Raises ValueError for one that does not exist."""
    if engine == "postgis":
        from duplicates.engines.postgis import PostgisEngine

        return PostgisEngine(request)
    if engine == "array":
        from duplicates.engines.array import ArrayEngine

        return ArrayEngine(request)
    if engine == "dask":
        from duplicates.engines.dask import DaskEngine

        return DaskEngine(request)
    raise ValueError(f"no such engine: {engine}")
