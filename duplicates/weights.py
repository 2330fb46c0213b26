"""[pure] The one table of weights: how often each level is found among duplicates (m) and among others (u).

The population is all pairs of different projects within 100 m of each other, whatever they are. A level's weight is
log2(m / u): +1 doubles the odds, −1 halves them. These first figures are reasoned, not measured; the reason stands
beside each. They order the work and are never evidence. "unknown" always weighs 0 and so has no row.
"""

import math
from dataclasses import dataclass

# One in fifty of the pairs within 100 m is taken to be the same work: in a village street three years of works
# easily give ten neighbours to each project, and few registers hold one double in five projects.
PRIOR_PROBABILITY = 0.02


@dataclass(frozen=True)
class Level:
    """A level of a signal with its shares among duplicates (m) and among other neighbours (u)."""

    signal: str
    name: str
    m: float
    u: float
    reason: str

    @property
    def weight(self) -> float:
        """log2(m / u)."""
        return math.log2(self.m / self.u)


LEVELS: tuple[Level, ...] = (
    # u of distance: share of the 100 m disc (area, a little more near the middle because works follow streets).
    # Beyond 100 m it exceeds 1: there are more neighbours there than in the reference disc.
    Level(
        "distance", "same_spot", 0.34, 0.02, "entered twice, or the same point copied; phones err by 3–5 m"
    ),
    Level("distance", "beside", 0.24, 0.05, "two visits with a phone under trees err by up to 15 m"),
    Level("distance", "near", 0.18, 0.10, "the other side or a little further along the same work"),
    Level("distance", "around", 0.14, 0.30, "the other end of a short lane"),
    Level("distance", "edge", 0.06, 0.53, "mostly neighbours; duplicates only with a badly set point"),
    Level("distance", "beyond", 0.03, 1.25, "100–150 m: wider rings hold more strangers"),
    Level("distance", "far", 0.01, 4.00, "more than 150 m: hamlet centres instead of points"),
    Level(
        "title",
        "identical",
        0.40,
        0.003,
        "same names, same RT/RW: neighbours hardly share all of them by chance",
    ),
    Level("title", "alike", 0.25, 0.02, "the same names written by another office in other words"),
    Level(
        "title", "same_template", 0.08, 0.04, "word for word “Drainase Krajan”, but many works are called so"
    ),
    Level("title", "template", 0.06, 0.08, "“Pembangunan jalan” stands in every village: no sign"),
    Level("title", "related", 0.08, 0.12, "some words in common, as neighbours have"),
    Level(
        "title",
        "contradictory",
        0.03,
        0.20,
        "RT 2 and RT 3, phase 1 and 2, road and drain: usually two works",
    ),
    Level("title", "different", 0.10, 0.537, "renamed by another source; else another work"),
    Level("work_type", "same", 0.90, 0.25, "offices rarely file one work under two types"),
    Level("work_type", "akin", 0.07, 0.20, "drain and irrigation, road and retaining wall are mixed up"),
    Level("work_type", "different", 0.03, 0.55, "a road and a lamp on one spot are two works"),
)

WEIGHTS: dict[tuple[str, str], float] = {(level.signal, level.name): level.weight for level in LEVELS}
PRIOR_WEIGHT = math.log2(PRIOR_PROBABILITY / (1 - PRIOR_PROBABILITY))
UNKNOWN = "unknown"


def weight_of(signal: str, level: str) -> float:
    """The weight of a level; 0 for "unknown". Raises KeyError for a level that the table does not know."""
    return 0.0 if level == UNKNOWN else WEIGHTS[signal, level]
