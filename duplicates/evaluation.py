"""[pure] How well scores tell duplicates from other pairs: figures on labelled pairs.

A labelled pair that no scan would bring (too far apart, or without a place) has no score: one that is the same
counts as missed in every figure, one that is not is rightly left out. Pairs of equal weight count together, so no
figure hangs on the order in which they happen to stand. docs/design/duplicate-evaluation.md.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from duplicates.comparison import Record
from duplicates.kernel import ScoredPair, distance_between, score_pair, score_pairs
from duplicates.labelled import LabelledPair, LabelledSet, pair_key
from duplicates.lists import compare_lists
from duplicates.titles import Frequencies

FIRST = 50  # precision at: a page of the list, a morning's work
BINS = 10


@dataclass(frozen=True)
class Judged:
    """A labelled pair with the weight and probability it got; None for a pair that no scan brings."""

    pair: LabelledPair
    weight: float | None = None
    probability: float | None = None

    def found(self, threshold: float) -> bool:
        """Whether it would be called a duplicate from this probability on."""
        return self.probability is not None and self.probability >= threshold


@dataclass(frozen=True)
class Figures:
    """Counts at a threshold, and figures over the whole order."""

    right: int  # same, and found
    wrong: int  # different, but found
    missed: int  # same, not found
    average_precision: float
    precision_at_first: float

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (2 * self.right + self.wrong + self.missed) if self.right else 0.0

    def as_json(self) -> dict[str, float]:
        """All of them, rounded to four decimals."""
        shares = {
            "precision": self.precision, "recall": self.recall, "f1": self.f1,
            "average_precision": self.average_precision, f"precision_at_{FIRST}": self.precision_at_first,
        }  # fmt: skip
        counts: dict[str, float] = {"right": self.right, "wrong": self.wrong, "missed": self.missed}
        return counts | {name: round(value, 4) for name, value in shares.items()}


@dataclass(frozen=True)
class KindFigures:
    """One kind of case: how many pairs, how many a scan brings, how many are called duplicates."""

    kind: str
    same: bool
    pairs: int
    brought: int
    found: int

    @property
    def share(self) -> float:
        """Of the same: recall. Of the different: share that is wrongly found."""
        return self.found / self.pairs


@dataclass(frozen=True)
class Bin:
    """Pairs whose probability lies in one tenth: what was said, and what was so."""

    low: float
    pairs: int
    said: float
    true: float


def average_precision(scored: Iterable[tuple[float | None, bool]]) -> float:
    """Mean of the precision at each step of recall, Σ (R_n − R_(n−1)) · P_n over the distinct scores, best first.

    scored: (score, same); the higher the likelier; None is no score: never reached. 0 when nothing is the same.
    """
    listed = list(scored)
    same = sum(is_same for _score, is_same in listed)
    ranked = sorted(((s, is_same) for s, is_same in listed if s is not None), key=lambda one: -one[0])
    total, seen, hits = 0.0, 0, 0
    for _score, tied in groupby(ranked, key=lambda one: one[0]):
        group = [is_same for _, is_same in tied]
        seen, gained = seen + len(group), sum(group)
        hits += gained
        total += gained / same * hits / seen if same else 0.0
    return total


def precision_at(scored: Iterable[tuple[float | None, bool]], first: int = FIRST) -> float:
    """Share of the same among the first; of pairs tied at the end, the share that fits in. 0 for none."""
    ranked = sorted(((s, is_same) for s, is_same in scored if s is not None), key=lambda one: -one[0])
    taken, hits = 0, 0.0
    for _score, tied in groupby(ranked, key=lambda one: one[0]):
        group = [is_same for _, is_same in tied]
        fits = min(len(group), first - taken)
        hits += sum(group) * fits / len(group)
        taken += fits
        if taken == first:
            break
    return hits / taken if taken else 0.0


def judge(labelled: LabelledSet, *, radius_m: float) -> list[Judged]:
    """Score the labelled pairs as a scan would; a closed set brings its other pairs too, as different ones."""
    two_lists = labelled.against is not None
    brought = {_key(pair.left_id, pair.right_id, two_lists): pair for pair in _brought(labelled, radius_m)}
    judged = []
    for one in labelled.pairs:
        found = brought.pop(_key(one.left.id, one.right.id, two_lists), None)
        judged.append(Judged(one, found.weight, found.probability) if found else Judged(one))
    if labelled.closed:
        lefts = {record.id: record for record in labelled.records}
        rights = lefts if labelled.against is None else {record.id: record for record in labelled.against}
        for found in brought.values():
            other = LabelledPair(lefts[found.left_id], rights[found.right_id], False, "")
            judged.append(Judged(other, found.weight, found.probability))
    return judged


def _brought(labelled: LabelledSet, radius_m: float) -> list[ScoredPair]:
    """What a scan brings of a set: all pairs of a closed one, else only those that are labelled."""
    if labelled.closed:
        return compare_lists(labelled.records, labelled.against, radius_m=radius_m, min_probability=0)
    return score_pairs(
        ((pair.left, pair.right) for pair in labelled.pairs),
        frequencies_of(labelled),
        radius_m=radius_m,
        min_probability=0,
        keep_sides=labelled.against is not None,
    )


def _key(left: str, right: str, two_lists: bool) -> tuple[str, str]:
    return (left, right) if two_lists or left < right else (right, left)


def figures(judged: Sequence[Judged], threshold: float) -> Figures:
    """All figures of judged pairs, called duplicates from `threshold` on."""
    found = [one.pair.same for one in judged if one.found(threshold)]
    same = sum(one.pair.same for one in judged)
    scored = [(one.weight, one.pair.same) for one in judged]
    return Figures(
        sum(found),
        len(found) - sum(found),
        same - sum(found),
        average_precision(scored),
        precision_at(scored),
    )


def by_kind(judged: Iterable[Judged], threshold: float) -> list[KindFigures]:
    """Figures kind by kind, those that are the same first, each group by name."""
    groups: dict[tuple[bool, str], list[Judged]] = defaultdict(list)
    for one in judged:
        groups[not one.pair.same, one.pair.kind].append(one)
    return [
        KindFigures(
            kind, not different, len(group), sum(one.weight is not None for one in group),
            sum(one.found(threshold) for one in group),
        )
        for (different, kind), group in sorted(groups.items())
    ]  # fmt: skip


def worst(judged: Sequence[Judged], threshold: float, count: int) -> tuple[list[Judged], list[Judged]]:
    """(different pairs rated highest, same pairs rated lowest), only those that are mistakes; last what no scan brings."""
    wrong = [one for one in judged if not one.pair.same and one.found(threshold)]
    missed = [one for one in judged if one.pair.same and not one.found(threshold)]
    wrong.sort(key=lambda one: (-(one.weight or 0), pair_key(one.pair.left, one.pair.right)))
    missed.sort(
        key=lambda one: (one.weight is None, one.weight or 0, pair_key(one.pair.left, one.pair.right))
    )
    return wrong[:count], missed[:count]


def explained(one: Judged, frequencies: Frequencies) -> ScoredPair:
    """The pair with its signals, also when no scan brings it."""
    return score_pair(one.pair.left, one.pair.right, frequencies)


def frequencies_of(labelled: LabelledSet) -> Frequencies:
    """Words of all titles of a set, as a scan of its lists counts them."""
    return Frequencies.of(record.title for record in (*labelled.records, *(labelled.against or ())))


def why_not_brought(left: Record, right: Record, radius_m: float) -> str:
    """Why no scan brings a pair: "no_place" or "too_far"; "" when one would."""
    distance_m = distance_between(left, right)
    if distance_m is None:
        return "no_place"
    return "too_far" if distance_m > radius_m else ""


def reliability(scored: Iterable[tuple[float, bool]], bins: int = BINS) -> list[Bin]:
    """What was said and what was so, in equal steps of probability; empty steps are left out."""
    groups: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for probability, same in scored:
        groups[min(int(probability * bins), bins - 1)].append((probability, same))
    return [
        Bin(
            no / bins,
            len(group),
            sum(p for p, _ in group) / len(group),
            sum(s for _, s in group) / len(group),
        )
        for no, group in sorted(groups.items())
    ]


def calibration_error(bins: Sequence[Bin]) -> float:
    """Mean distance of what was said from what was so, weighed by pairs (expected calibration error)."""
    pairs = sum(one.pairs for one in bins)
    return sum(one.pairs * abs(one.said - one.true) for one in bins) / pairs if pairs else 0.0


def probabilities(judged: Iterable[Judged]) -> Iterator[tuple[float, bool]]:
    """(probability, same) of the pairs that a scan brings."""
    for one in judged:
        if one.probability is not None:
            yield one.probability, one.pair.same


def report_json(judged: Sequence[Judged], threshold: float) -> dict[str, Any]:
    """Figures, kinds and reliability for programs."""
    bins = reliability(probabilities(judged))
    return {
        "pairs": len(judged),
        "same": sum(one.pair.same for one in judged),
        "brought": sum(one.weight is not None for one in judged),
        "threshold": threshold,
        **figures(judged, threshold).as_json(),
        "kinds": [
            {"kind": one.kind, "same": one.same, "pairs": one.pairs, "brought": one.brought, "found": one.found,
             "share": round(one.share, 4)}
            for one in by_kind(judged, threshold)
        ],
        "calibration_error": round(calibration_error(bins), 4),
        "reliability": [
            {"from": one.low, "pairs": one.pairs, "said": round(one.said, 4), "true": round(one.true, 4)} for one in bins
        ],
    }  # fmt: skip
