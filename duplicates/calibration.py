"""[pure] New weights out of pairs: maximum likelihood where people decided, EM where nobody did.

Expectation–maximisation holds decided pairs fast at what was decided and gives every other pair its probability
under the table so far; with decisions alone this is counting. While there are pairs that nobody decided, the prior
stays as it is and u is counted over all pairs that are not decided duplicates. Counts are smoothed towards the
table so far, levels that were hardly seen keep their weight, levels that stand in an order keep it. Where all pairs
are decided a joint fit takes back what signals say twice. docs/design/duplicate-evaluation.md.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Record
from duplicates.evaluation import Bin, average_precision, calibration_error, reliability
from duplicates.kernel import distance_between, score_batch
from duplicates.signals import SIGNALS
from duplicates.titles import Frequencies
from duplicates.weights import LEVELS, PRIOR_PROBABILITY, UNKNOWN
from duplicates.works import Batch, Works

Floats = NDArray[np.float64]
Key = tuple[str, str]

FEW = 5.0  # a level seen in fewer pairs keeps the weight it has
LEAST_SAME = 10.0  # fewer duplicates teach nothing
ROUNDS, SETTLED = 200, 1e-6
SCALE_FROM = 30  # decided pairs of each sort, below which the factor stays 1
SCALE = (0.3, 1.2)
PULL = 10.0  # how hard the joint fit holds to what was counted: as that many pairs at even odds

# Levels whose weights may only fall in this order; names that the table does not know are passed over.
ORDERED: Mapping[str, tuple[str, ...]] = {
    "distance": ("same_spot", "beside", "near", "around", "edge", "beyond", "far", "remote"),
    "title": ("identical", "alike", "related", "different"),
    "work_type": ("same", "akin", "different"),
    "overlap": ("whole", "most", "part", "end_to_end"),
    "activity": ("same", "same_field", "different"),
    "volume": ("same", "close", "similar", "different"),
    "budget": ("same", "close", "similar", "half", "different"),
    "year": ("same_dates", "same", "next", "later", "long_after"),
    "pictures": ("exact", "near", "none"),
}


class TooFew(ValueError):
    """Not enough duplicates to learn from; the text says how many there are."""


@dataclass(frozen=True)
class Table:
    """Weights in force or proposed: prior probability, and of every level (m, u)."""

    prior: float
    shares: Mapping[Key, tuple[float, float]]

    @classmethod
    def in_force(cls) -> "Table":
        """The table of duplicates.weights."""
        shares = {(level.signal, level.name): (level.m, level.m / 2**level.weight) for level in LEVELS}
        return cls(PRIOR_PROBABILITY, shares)

    def weight(self, key: Key) -> float:
        """log2(m / u); 0 for "unknown"."""
        if key[1] == UNKNOWN:
            return 0.0
        m, u = self.shares[key]
        return math.log2(m / u)

    @property
    def prior_weight(self) -> float:
        return math.log2(self.prior / (1 - self.prior))

    def totals(self, levels: NDArray[np.int8]) -> Floats:
        """Log2 odds of pairs, given as levels by pair and signal."""
        total = np.full(len(levels), self.prior_weight)
        for number, signal in enumerate(SIGNALS):
            weights = np.array([self.weight((signal.name, level)) for level in signal.LEVELS])
            total += weights[levels[:, number]]
        return total


@dataclass(frozen=True)
class Evidence:
    """Pairs to learn from.

    levels: by pair and signal; same: 1, 0, or nan where nobody decided; fold: of each pair; weight: for how many
    pairs each stands, when some were drawn by lot.
    """

    levels: NDArray[np.int8]
    same: Floats
    fold: NDArray[np.int64]
    weight: Floats

    def __len__(self) -> int:
        return len(self.same)

    @property
    def decided(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.same)

    def take(self, chosen: NDArray[np.bool_]) -> "Evidence":
        return Evidence(self.levels[chosen], self.same[chosen], self.fold[chosen], self.weight[chosen])

    @classmethod
    def of(
        cls,
        pairs: Sequence[tuple[Record, Record]],
        same: Sequence[float],
        frequencies: Frequencies,
        *,
        folds: int = 5,
        undecided_weight: float = 1.0,
    ) -> "Evidence":
        """Ask every signal about every pair. Pairs of one left record fall into one fold."""
        records = list({id(record): record for pair in pairs for record in pair}.values())
        row = {id(record): number for number, record in enumerate(records)}
        metres = [distance_between(left, right) for left, right in pairs]
        batch = Batch(
            Works.of(records, frequencies),
            np.array([row[id(left)] for left, _right in pairs], dtype=np.int32),
            np.array([row[id(right)] for _left, right in pairs], dtype=np.int32),
            np.array([math.nan if one is None else one for one in metres], dtype=np.float64),
        )
        levels = score_batch(batch)[2]
        known = np.array(same, dtype=np.float64)
        weight = np.where(np.isnan(known), undecided_weight, 1.0)
        return cls(levels, known, batch.left.astype(np.int64) % folds, weight)


@dataclass(frozen=True)
class Fit:
    """How well log2 odds fit what was decided: smaller is better but for the average precision."""

    average_precision: float
    log_loss: float  # bits a pair
    calibration_error: float
    bins: Sequence[Bin]

    @classmethod
    def of(cls, totals: Floats, same: Floats) -> "Fit":
        """Figures of decided pairs."""
        p, truth = probabilities(totals), same > 0.5
        likely = np.clip(np.where(truth, p, 1 - p), 1e-12, 1)
        bins = reliability(zip(p.tolist(), truth.tolist(), strict=True))
        ordered = average_precision(zip(np.round(totals, 2).tolist(), truth.tolist(), strict=True))
        return cls(ordered, float(-np.log2(likely).mean()), calibration_error(bins), bins)


def seen(evidence: Evidence) -> dict[Key, tuple[int, int, int]]:
    """Of every level: pairs decided the same, decided different, not decided."""
    found: dict[Key, tuple[int, int, int]] = {}
    for number, signal in enumerate(SIGNALS):
        for place, level in enumerate(signal.LEVELS):
            same = evidence.same[evidence.levels[:, number] == place]
            found[signal.name, level] = (
                int((same == 1).sum()),
                int((same == 0).sum()),
                int(np.isnan(same).sum()),
            )
    return found


def probabilities(totals: Floats) -> Floats:
    """Probabilities of log2 odds."""
    return np.asarray(1 / (1 + np.exp2(-totals)))


def estimate(evidence: Evidence, start: Table, *, smoothing: float = 1.0) -> Table:
    """The most likely table for the evidence, beginning at `start`, whose weights also stay where little was seen.

    smoothing: pairs added to the count of every level (Laplace's one).
    Raises TooFew for fewer than ten duplicates, decided or expected.
    """
    table, decided = start, evidence.decided
    for _ in range(ROUNDS):
        share = np.where(decided, evidence.same, probabilities(table.totals(evidence.levels)))
        if share.sum() < LEAST_SAME:
            raise TooFew(
                f"{share.sum():.1f} duplicates among {len(evidence)} pairs; at least {LEAST_SAME:g} are needed"
            )
        fresh = _counted(evidence, share, start, smoothing)
        if not decided.all():
            fresh = Table(start.prior, _everyone_else(fresh, evidence, start, smoothing))
        moved = max(
            abs(fresh.prior_weight - table.prior_weight),
            max((abs(fresh.weight(key) - table.weight(key)) for key in fresh.shares), default=0.0),
        )
        table = fresh
        if moved < SETTLED or decided.all():
            break
    return jointly(scaled(table, evidence, start), evidence, start)


def _counted(evidence: Evidence, share: Floats, start: Table, smoothing: float) -> Table:
    """One round of counting, pairs counted as duplicates by their share.

    m / u is the duplicates that were counted over those that u alone would bring, after `smoothing` duplicates
    that came just as the table so far says: where few could be expected, none says little.
    """
    shares = dict(start.shares)
    for number, signal in enumerate(SIGNALS):
        size = len(signal.LEVELS)
        found = evidence.levels[:, number]
        same = np.bincount(found, share * evidence.weight, size)[1:]
        other = np.bincount(found, (1 - share) * evidence.weight, size)[1:]
        keys = [(signal.name, level) for level in signal.LEVELS[1:]]
        seen = same + other >= FEW
        if seen.sum() < 2:
            continue
        u = (other + smoothing) / (other.sum() + smoothing * len(keys))
        before = np.array([start.shares[key][0] / start.shares[key][1] for key in keys])
        m = u * (same + smoothing) / (same.sum() * u + smoothing / before)
        for key, is_seen, one_m, one_u in zip(keys, seen, m, u, strict=True):
            shares[key] = (float(one_m), float(one_u)) if is_seen else start.shares[key]
    prior = float(min(max(np.average(share, weights=evidence.weight), 1e-6), 0.5))
    return Table(prior, in_order(shares))


def _everyone_else(
    fresh: Table, evidence: Evidence, start: Table, smoothing: float
) -> dict[Key, tuple[float, float]]:
    """Shares with u counted over all pairs but decided duplicates: nearly all of the others are different.

    Left free, EM settles on the largest group of pairs that are alike, which are neighbours of one hamlet; held to
    the prior and to this u it learns what the pairs have in common that the table already takes for duplicates.
    """
    others = evidence.take(~(evidence.same == 1))
    counted = _counted(others, np.zeros(len(others)), start, smoothing).shares
    return in_order(
        {
            key: shares
            if shares == start.shares[key] or counted[key] == start.shares[key]
            else (shares[0], counted[key][1])
            for key, shares in fresh.shares.items()
        }
    )


def in_order(shares: Mapping[Key, tuple[float, float]]) -> dict[Key, tuple[float, float]]:
    """Shares whose weights fall as ORDERED says: neighbours that would rise get their common ratio."""
    mended = dict(shares)
    for signal, names in ORDERED.items():
        keys = [(signal, name) for name in names if (signal, name) in shares]
        blocks: list[tuple[float, float, list[Key]]] = []
        for key in keys:
            m, u = shares[key]
            blocks.append((m, u, [key]))
            while len(blocks) > 1 and blocks[-2][0] / blocks[-2][1] < blocks[-1][0] / blocks[-1][1]:
                (m2, u2, later), (m1, u1, earlier) = blocks.pop(), blocks.pop()
                blocks.append((m1 + m2, u1 + u2, earlier + later))
        for m, u, members in blocks:
            for key in members if len(members) > 1 else ():
                mended[key] = (shares[key][1] * m / u, shares[key][1])
    return mended


def scaled(table: Table, evidence: Evidence, start: Table) -> Table:
    """The table with all weights that were learnt times one factor, and the prior set, so that odds fit the decisions.

    Signals are added as if none knew of the others; where they say one thing twice, the factor is below 1. Found by
    logistic regression; unchanged when there are fewer than SCALE_FROM of either sort, or pairs that nobody decided:
    those that were are the doubtful ones, and what fits them does not fit the rest.
    """
    decided = evidence.take(evidence.decided)
    if len(decided) < len(evidence):
        return table
    if min(decided.same.sum(), (1 - decided.same).sum()) < SCALE_FROM:
        return table
    learnt = {key: shares for key, shares in table.shares.items() if shares != start.shares[key]}
    x = (Table(0.5, dict(table.shares) | dict.fromkeys(set(table.shares) - set(learnt), (1.0, 1.0)))).totals(
        decided.levels
    )
    rest = table.totals(decided.levels) - table.prior_weight - x
    x, rest = x * math.log(2), rest * math.log(2)
    slope, offset = _logistic(x, rest, decided.same)
    if not SCALE[0] <= slope <= SCALE[1]:
        slope = min(max(slope, SCALE[0]), SCALE[1])
        offset = _offset(slope * x + rest, decided.same)
    shares = dict(table.shares) | {key: (m, m / (m / u) ** slope) for key, (m, u) in learnt.items()}
    return Table(1 / (1 + math.exp(-offset)), shares)


def jointly(table: Table, evidence: Evidence, start: Table) -> Table:
    """The table with the weights that were learnt, and the prior, fitted together; the same limits as `scaled`.

    Logistic regression on all levels at once: where two signals say one thing, they share it. PULL holds every weight
    to what was counted, and ORDERED still holds.
    """
    decided = evidence.take(evidence.decided)
    if len(decided) < len(evidence) or min(decided.same.sum(), (1 - decided.same).sum()) < SCALE_FROM:
        return table
    keys = [key for key, shares in table.shares.items() if shares != start.shares[key]]
    fixed = Table(0.5, dict(table.shares) | dict.fromkeys(keys, (1.0, 1.0))).totals(decided.levels)
    held = np.column_stack([_holds(decided.levels, key) for key in keys] + [np.ones(len(decided))])
    first = np.array([table.weight(key) for key in keys] + [table.prior_weight])
    pull = np.append(np.full(len(keys), PULL), 0.0)
    weights = _ridge(held * math.log(2), fixed * math.log(2), decided.same, first, pull * math.log(2) ** 2)
    learnt = {
        key: (table.shares[key][0], table.shares[key][0] / 2**weight)
        for key, weight in zip(keys, weights.tolist(), strict=False)
    }
    shares = in_order(dict(table.shares) | learnt)
    odds = Table(0.5, shares).totals(decided.levels) * math.log(2)
    return Table(1 / (1 + math.exp(-_offset(odds, decided.same))), shares)


def _holds(levels: NDArray[np.int8], key: Key) -> Floats:
    """1 where a pair's signal stands at the level, else 0."""
    number = next(number for number, signal in enumerate(SIGNALS) if signal.name == key[0])
    return (levels[:, number] == SIGNALS[number].LEVELS.index(key[1])).astype(np.float64)


def _ridge(x: Floats, rest: Floats, y: Floats, first: Floats, pull: Floats) -> Floats:
    """Weights of the columns of x beside `rest`, by Newton's steps, each held to its first value by its pull."""
    weights = first.copy()
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(x @ weights + rest, -500, 500)))
        gradient = x.T @ (y - p) - pull * (weights - first)
        hessian = (x * (p * (1 - p))[:, None]).T @ x + np.diag(pull + 1e-9)
        step = np.clip(np.linalg.solve(hessian, gradient), -2, 2)
        weights = weights + step
        if abs(step).max() < 1e-6:
            break
    return weights


def _logistic(x: Floats, rest: Floats, y: Floats) -> tuple[float, float]:
    """Slope of x and offset of log odds beside `rest`, by Newton's steps, the slope lightly pulled towards 1."""
    slope, offset, pull = 1.0, math.log(y.mean() / (1 - y.mean())), 1.0
    for _ in range(60):
        p = 1 / (1 + np.exp(-np.clip(slope * x + rest + offset, -500, 500)))
        w = p * (1 - p)
        gradient = np.array([((y - p) * x).sum() - pull * (slope - 1), (y - p).sum()])
        hessian = np.array([[(w * x * x).sum() + pull, (w * x).sum()], [(w * x).sum(), w.sum() + 1e-9]])
        step = np.clip(np.linalg.solve(hessian, gradient), -1, 1)
        slope, offset = slope + float(step[0]), offset + float(step[1])
        if abs(step).max() < 1e-9:
            break
    return slope, offset


def _offset(x: Floats, y: Floats) -> float:
    """The offset at a given slope: where expected and real duplicates are as many."""
    low, high = -40.0, 40.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 / (1 + np.exp(-(x + middle)))).sum() < y.sum() else (low, middle)
    return (low + high) / 2


def cross_validated(evidence: Evidence, start: Table, *, smoothing: float = 1.0) -> Floats:
    """Log2 odds of every pair under a table that was estimated without its fold."""
    totals = np.empty(len(evidence))
    for fold in np.unique(evidence.fold):
        inside = evidence.fold == fold
        table = estimate(evidence.take(~inside), start, smoothing=smoothing)
        totals[inside] = table.totals(evidence.levels[inside])
    return totals
