"""[pure] The planted cases: one project or pair for each thing that Geomonitor must find. docs/demo.md lists them."""

import random
from collections.abc import Iterator, Sequence

from geomonitor.demo import planted_pairs, planted_photos
from geomonitor.demo.land import Village
from geomonitor.demo.planting import Planter
from geomonitor.demo.register import Plan


def plant(plan: Plan, villages: Sequence[Village], home: Village, rng: random.Random) -> None:
    """Add every planted case to the plan, in a fixed order."""
    others = [v for v in villages if v.has_budget and v is not home]
    rng.shuffle(others)
    planter = Planter(plan, home, _again(others), villages, rng)
    for sow in (*planted_photos.SOWN, *planted_pairs.SOWN):
        sow(planter)


def _again(villages: list[Village]) -> Iterator[Village]:
    while True:
        yield from villages
