"""[pure] The one table of weights: how often each level is found among duplicates (m) and among others (u).

The population is all pairs of different projects within 100 m of each other, whatever they are. A level's weight is
log2(m / u): +1 doubles the odds, −1 halves them. These first figures are reasoned, not measured; the reason stands
beside each. They order the work and are never evidence. "unknown" always weighs 0 and so has no row.

Signals are added up as if they were independent, so what hangs together is said once: a signal whose value only
repeats another's answers "unknown" and says so (docs/design/duplicate-score.md, "Counted once"). m and u of a signal
are therefore shares among the pairs for which it is known.
"""

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from duplicates.calibration_file import read_weights

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
    Level("distance", "beside", 0.22, 0.05, "two visits with a phone under trees err by up to 15 m"),
    Level("distance", "near", 0.17, 0.1, "the other side or a little further along the same work"),
    Level("distance", "around", 0.14, 0.3, "the other end of a short lane"),
    Level("distance", "edge", 0.08, 0.53, "mostly neighbours; duplicates only with a badly set point"),
    Level("distance", "beyond", 0.035, 1.25, "100–150 m: wider rings hold more strangers"),
    Level("distance", "far", 0.015, 4.0, "more than 150 m: hamlet centres instead of points"),
    # One pair in ten is taken to lack a kind of work. u of the others is among pairs of one kind: titles are rarely
    # alike across kinds, and work_type has weighed those.
    Level(
        "title",
        "identical",
        0.36,
        0.0135,
        "same names, same RT/RW: neighbours hardly share all of them by chance",
    ),
    Level("title", "alike", 0.198, 0.045, "the same names written by another office in other words"),
    Level(
        "title",
        "same_template",
        0.063,
        0.063,
        "word for word “Drainase Krajan”, but many works are called so",
    ),
    Level("title", "template", 0.045, 0.108, "“Pembangunan jalan” stands in every village: no sign"),
    Level("title", "related", 0.072, 0.1485, "some words in common, as neighbours have"),
    Level("title", "contradictory", 0.018, 0.216, "RT 2 and RT 3, block A and B: two works"),
    Level("title", "different", 0.144, 0.306, "renamed by another source; else another work"),
    Level("title", "identical_alone", 0.042, 0.0006, "all names alike, and only they can tell"),
    Level("title", "alike_alone", 0.023, 0.0016, "most names alike"),
    Level("title", "same_template_alone", 0.008, 0.004, "common words alone"),
    Level("title", "template_alone", 0.005, 0.008, "common words alone"),
    Level("title", "related_alone", 0.009, 0.011, "some words alike"),
    Level("title", "contradictory_alone", 0.003, 0.017, "numbers or kinds that exclude each other"),
    Level("title", "different_alone", 0.01, 0.0578, "without a kind of work only the place speaks for it"),
    Level("work_type", "same", 0.90, 0.25, "offices rarely file one work under two types"),
    Level("work_type", "akin", 0.07, 0.20, "drain and irrigation, road and retaining wall are mixed up"),
    Level("work_type", "different", 0.03, 0.55, "a road and a lamp on one spot are two works"),
    Level("overlap", "whole", 0.50, 0.09, "one stretch drawn twice; else a layer on it, or last year's rest"),
    Level("overlap", "most", 0.20, 0.05, "measured from the other end, a little shorter"),
    Level("overlap", "part", 0.20, 0.11, "partly the same; roads that cross share as much"),
    Level(
        "overlap",
        "end_to_end",
        0.10,
        0.75,
        "drawn extents that touch and share nothing go on from each other",
    ),
    Level(
        "activity", "same", 0.75, 0.45, "known types are the same here, so that the code adds only a little"
    ),
    Level("activity", "same_field", 0.15, 0.30, "one subfield holds building, repairing and looking after"),
    Level("activity", "different", 0.10, 0.25, "filed under another field of the budget"),
    Level("volume", "same", 0.45, 0.04, "lengths to the metre hardly agree by chance, where budgets do not"),
    Level("volume", "same_small", 0.18, 0.16, "1 unit, 3 points: many works have as many"),
    Level("volume", "close", 0.14, 0.06, "measured twice"),
    Level("volume", "similar", 0.13, 0.2, "measured to another end; neighbours are as alike"),
    Level("volume", "different", 0.1, 0.54, "split in two, or partly the same; else another work"),
    Level("budget", "same", 0.45, 0.012, "copied to the rupiah; round sums are found with neighbours too"),
    Level("budget", "close", 0.14, 0.04, "one price list, one size, or the same plan a year later"),
    Level("budget", "similar", 0.18, 0.2, "usual sums of village works lie near each other"),
    Level("budget", "half", 0.16, 0.33, "split into two budgets; else another work"),
    Level("budget", "different", 0.07, 0.418, "a department plans larger than a village; else another work"),
    # Different sources on one place are what auditors look for, one source is what double entries have: shown, and
    # weighed only once decided cases tell how.
    Level("fund_source", "same", 0.60, 0.60, "shown, not weighed"),
    Level("fund_source", "overlapping", 0.08, 0.08, "shown, not weighed"),
    Level("fund_source", "different", 0.32, 0.32, "shown, not weighed: must never speak against"),
    Level("year", "same_dates", 0.06, 0.02, "planned from the same day to the same day: copied"),
    Level("year", "same", 0.55, 0.3, "entered twice in one year"),
    Level("year", "next", 0.31, 0.32, "this year from one source, next year from another"),
    Level("year", "later", 0.07, 0.24, "the works of a street follow each other"),
    Level("year", "long_after", 0.01, 0.12, "after four years a work may be done anew"),
    Level("executor", "same_firm", 0.10, 0.04, "a contractor has few works in one street"),
    Level("executor", "same", 0.50, 0.52, "a village's team carries out all of its works"),
    Level("executor", "different", 0.40, 0.44, "two offices have two teams: hardly speaks against"),
    Level("pictures", "exact", 0.20, 0.0004, "the same file for two works, undeclared"),
    Level("pictures", "near", 0.12, 0.0004, "a copy of one picture for two works; told with precision 1.00"),
    Level("pictures", "none", 0.68, 0.9992, "two records of one work often have photos of their own"),
    # What people declared, or titles say, of two works of one plan: found with one work in ten thousand at most.
    Level("context", "merged_into", 0.0005, 0.0005, "decided already; the score adds nothing"),
    Level("context", "carried_over_from", 0.00004, 0.03, "declared: the rest of last year's work"),
    Level("context", "continues", 0.00006, 0.03, "declared: the next stretch"),
    Level("context", "layer_on", 0.00004, 0.02, "declared: another layer on the same stretch"),
    Level("context", "replaces", 0.0005, 0.005, "declared: may be how a double was set right"),
    Level("context", "phase", 0.0003, 0.06, "phase 1 and 2: two works"),
    Level("context", "side", 0.0001, 0.03, "left and right of one road, up and down one channel"),
    Level("context", "stretch", 0.0001, 0.02, "stations that do not meet"),
    Level("context", "continued", 0.0003, 0.03, "one title says: the rest, or the next stretch"),
    Level(
        "context",
        "house",
        0.001,
        0.08,
        "houses of one programme stand side by side and share title, sum and size",
    ),
    Level("context", "maintenance", 0.008, 0.1, "looked after two years later"),
    Level("context", "layer", 0.001, 0.03, "macadam below, paving on top"),
    Level("context", "none", 0.98806, 0.5645, "nothing that explains the likeness"),
)

# Calibrated weights, where a file of them is named (docs/design/duplicate-evaluation.md); read once, at the start.
if _FILE := os.environ.get("GEOMONITOR_DUPLICATE_WEIGHTS"):
    PRIOR_PROBABILITY, _SHARES = read_weights(Path(_FILE), {(level.signal, level.name) for level in LEVELS})
    LEVELS = tuple(
        replace(level, m=_SHARES[level.signal, level.name][0], u=_SHARES[level.signal, level.name][1])
        for level in LEVELS
    )

WEIGHTS: dict[tuple[str, str], float] = {(level.signal, level.name): level.weight for level in LEVELS}
PRIOR_WEIGHT = math.log2(PRIOR_PROBABILITY / (1 - PRIOR_PROBABILITY))
UNKNOWN = "unknown"


def weight_of(signal: str, level: str) -> float:
    """The weight of a level; 0 for "unknown". Raises KeyError for a level that the table does not know."""
    return 0.0 if level == UNKNOWN else WEIGHTS[signal, level]
