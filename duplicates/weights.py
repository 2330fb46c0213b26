"""[pure] The one table of weights: how often each level is found among duplicates (m) and among others (u).

The population is all pairs of different projects within 100 m of each other, whatever they are. A level weighs
log2(m / u): +1 doubles the odds, −1 halves them. m and u are reasoned; the reason stands beside each. "unknown" always
weighs 0 and so has no row. Weights order the work and are never evidence.

Signals are added up as if they were independent, so what hangs together is said once: a signal whose value only
repeats another's answers "unknown" and says so (docs/design/duplicate-score.md, "Counted once"). m and u of a signal
are therefore shares among the pairs for which it is known. What still hangs together is taken back by `fitted`, which
then is the weight: from a joint fit (logistic regression on the made registers of seeds 11, 14, 21, 22 and 23, pulled
towards log2(m / u)), rounded to a tenth and kept in order. Titles and the prior stay nearer to what was reasoned than
that fit would have them: made registers are crowded with planted works that look alike, where an auditor still wants to
look. Titles without a budget, and those of places, are reasoned. Other registers judge: docs/design/duplicate-evaluation.md.
"""

import math
import os
from dataclasses import dataclass, replace
from pathlib import Path

from duplicates.calibration_file import read_weights

# One in ninety of the pairs within 100 m, before anything is known of them: in a village street six years of works
# easily give ten neighbours to each project, and few registers hold one double in ten projects. Fitted with the weights.
PRIOR_PROBABILITY = 0.011


@dataclass(frozen=True)
class Level:
    """A level of a signal with its shares among duplicates (m) and among other neighbours (u)."""

    signal: str
    name: str
    m: float
    u: float
    reason: str
    fitted: float | None = None

    @property
    def weight(self) -> float:
        """What the level adds: log2(m / u), or what was fitted jointly with the others."""
        return math.log2(self.m / self.u) if self.fitted is None else self.fitted


LEVELS: tuple[Level, ...] = (
    # u of distance: works follow lanes, so neighbours grow with the distance along a line, not with the area of a disc.
    # Beyond 100 m it exceeds what is left of 1: there are more neighbours there than in the reference disc.
    Level(
        "distance", "same_spot", 0.36, 0.04, "entered twice, or one point copied; phones err by 3–5 m", 3.1
    ),
    Level("distance", "beside", 0.25, 0.09, "two visits with a phone under trees err by up to 15 m", 1.9),
    Level("distance", "near", 0.14, 0.15, "the other side or a little further along the same work", 0.3),
    Level("distance", "around", 0.11, 0.32, "the other end of a short lane", -1.4),
    Level("distance", "edge", 0.08, 0.4, "mostly neighbours; duplicates only with a badly set point", -1.9),
    Level("distance", "beyond", 0.035, 0.2, "100–150 m: as along the lane before", -2.6),
    Level("distance", "far", 0.02, 0.32, "150–300 m: hamlet centres instead of points", -4.0),
    Level("distance", "remote", 0.005, 0.32, "farther still: only lists that know the village", -6.0),
    # m and u of titles are among pairs of one kind where kinds are known: work_type has weighed those.
    Level(
        "title",
        "identical",
        0.32,
        0.012,
        "same names, same RT/RW: neighbours hardly share all of them by chance",
        4.1,
    ),
    Level("title", "alike", 0.176, 0.04, "the same names written by another office in other words", 2.2),
    Level(
        "title",
        "same_template",
        0.056,
        0.056,
        "word for word “Drainase Krajan”, but many works are called so",
        0.0,
    ),
    Level("title", "template", 0.04, 0.096, "“Pembangunan jalan” stands in every village: no sign", -0.6),
    Level("title", "related", 0.064, 0.132, "some words in common, as neighbours have", -0.4),
    Level("title", "contradictory", 0.016, 0.192, "RT 2 and RT 3, block A and B: two works", -3.5),
    Level("title", "different", 0.128, 0.272, "renamed by another source; else another work", -0.6),
    Level(
        "title",
        "identical_alone",
        0.042,
        0.006,
        "all names alike, and nothing else that could tell two works from one",
        6.2,
    ),
    Level("title", "alike_alone", 0.02, 0.006, "most names alike", 4.6),
    Level("title", "same_template_alone", 0.006, 0.006, "common words alone, word for word", 2.2),
    Level("title", "template_alone", 0.005, 0.01, "common words alone", 0.0),
    Level("title", "related_alone", 0.012, 0.016, "some words alike", 0.6),
    Level("title", "contradictory_alone", 0.002, 0.016, "numbers or kinds that exclude each other", -2.2),
    Level("title", "different_alone", 0.013, 0.04, "only the place speaks for it", -2.2),
    Level(
        "title",
        "identical_name",
        0.042,
        0.006,
        "places of one name stand next to each other hardly ever",
        8.6,
    ),
    Level("title", "alike_name", 0.02, 0.006, "a branch, a kind or a street left out", 5.6),
    Level("title", "same_template_name", 0.006, 0.006, "“Restoran” beside “Restoran”", 4.0),
    Level("title", "template_name", 0.005, 0.01, "a common word in common", 1.4),
    Level("title", "related_name", 0.012, 0.016, "a part of the name, as abbreviations leave", 1.6),
    Level("title", "contradictory_name", 0.002, 0.016, "Terminal 1 and Terminal 3", -2.0),
    Level(
        "title", "different_name", 0.013, 0.04, "other names; renamed places and other languages remain", -0.4
    ),
    Level("work_type", "same", 0.90, 0.25, "offices rarely file one work under two types", 1.5),
    Level(
        "work_type", "akin", 0.07, 0.20, "drain and irrigation, road and retaining wall are mixed up", -1.5
    ),
    Level("work_type", "different", 0.03, 0.55, "a road and a lamp on one spot are two works", -4.4),
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
    Level(
        "volume", "same", 0.45, 0.04, "lengths to the metre hardly agree by chance, where budgets do not", 3.8
    ),
    Level("volume", "same_small", 0.18, 0.16, "1 unit, 3 points: many works have as many", 1.1),
    Level("volume", "close", 0.14, 0.06, "measured twice", 0.7),
    Level("volume", "similar", 0.13, 0.2, "measured to another end; neighbours are as alike", -0.8),
    Level("volume", "different", 0.1, 0.54, "split in two, or partly the same; else another work", -2.5),
    Level(
        "budget", "same", 0.45, 0.012, "copied to the rupiah; round sums are found with neighbours too", 5.4
    ),
    Level("budget", "close", 0.14, 0.04, "one price list, one size, or the same plan a year later", 1.6),
    Level("budget", "similar", 0.18, 0.2, "usual sums of village works lie near each other", 0.1),
    Level("budget", "half", 0.16, 0.33, "split into two budgets; else another work", -1.1),
    Level(
        "budget",
        "different",
        0.07,
        0.418,
        "a department plans larger than a village; else another work",
        -3.1,
    ),
    # Different sources on one place are what auditors look for, one source is what double entries have: shown, and
    # weighed only once decided cases tell how.
    Level("fund_source", "same", 0.60, 0.60, "shown, not weighed"),
    Level("fund_source", "overlapping", 0.08, 0.08, "shown, not weighed"),
    Level("fund_source", "different", 0.32, 0.32, "shown, not weighed: must never speak against"),
    Level("year", "same_dates", 0.06, 0.02, "planned from the same day to the same day: copied", 1.9),
    Level("year", "same", 0.55, 0.3, "entered twice in one year", 1.3),
    Level("year", "next", 0.31, 0.32, "this year from one source, next year from another", -0.1),
    Level("year", "later", 0.07, 0.24, "the works of a street follow each other", -2.0),
    Level("year", "long_after", 0.01, 0.12, "after four years a work may be done anew", -3.7),
    Level("executor", "same_firm", 0.10, 0.04, "a contractor has few works in one street"),
    Level("executor", "same", 0.50, 0.52, "a village's team carries out all of its works"),
    Level("executor", "different", 0.40, 0.44, "two offices have two teams: hardly speaks against"),
    Level("pictures", "exact", 0.20, 0.0004, "the same file for two works, undeclared"),
    Level("pictures", "near", 0.12, 0.0004, "a copy of one picture for two works; told with precision 1.00"),
    Level("pictures", "none", 0.68, 0.9992, "two records of one work often have photos of their own"),
    # What people declared, or titles say, of two works of one plan: found with one work in ten thousand at most.
    Level("context", "merged_into", 0.0005, 0.0005, "decided already; the score adds nothing"),
    Level("context", "carried_over_from", 0.0002, 0.03, "declared: the rest of last year's work"),
    Level("context", "continues", 0.00006, 0.03, "declared: the next stretch"),
    Level("context", "layer_on", 0.00004, 0.02, "declared: another layer on the same stretch"),
    Level("context", "replaces", 0.0005, 0.005, "declared: may be how a double was set right"),
    Level("context", "phase", 0.0003, 0.06, "phase 1 and 2: two works"),
    Level("context", "side", 0.0001, 0.03, "left and right of one road, up and down one channel"),
    Level("context", "stretch", 0.0001, 0.02, "stations that do not meet"),
    Level("context", "continued", 0.0003, 0.03, "one title says: the rest, or the next stretch"),
    Level("context", "remainder", 0.001, 0.02, "what was left of the money finishes the work next year"),
    Level(
        "context",
        "house",
        0.001,
        0.08,
        "houses of one programme stand side by side and share title, sum and size",
    ),
    Level("context", "maintenance", 0.008, 0.1, "looked after two years later"),
    Level("context", "layer", 0.001, 0.03, "macadam below, paving on top"),
    Level("context", "none", 0.9869, 0.5445, "nothing that explains the likeness"),
)

# Calibrated weights, where a file of them is named (docs/design/duplicate-evaluation.md); read once, at the start.
if _FILE := os.environ.get("GEOMONITOR_DUPLICATE_WEIGHTS"):
    PRIOR_PROBABILITY, _SHARES = read_weights(Path(_FILE), {(level.signal, level.name) for level in LEVELS})
    LEVELS = tuple(
        replace(
            level, m=_SHARES[level.signal, level.name][0], u=_SHARES[level.signal, level.name][1], fitted=None
        )
        for level in LEVELS
    )

WEIGHTS: dict[tuple[str, str], float] = {(level.signal, level.name): level.weight for level in LEVELS}
PRIOR_WEIGHT = math.log2(PRIOR_PROBABILITY / (1 - PRIOR_PROBABILITY))
UNKNOWN = "unknown"


def weight_of(signal: str, level: str) -> float:
    """The weight of a level; 0 for "unknown". Raises KeyError for a level that the table does not know."""
    return 0.0 if level == UNKNOWN else WEIGHTS[signal, level]
