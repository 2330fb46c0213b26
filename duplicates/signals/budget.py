"""[pure] How near two budgets are to each other. docs/signals/budget.md."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding, Record
from duplicates.houses import both_houses, is_house
from duplicates.works import Batch, steps_below
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Pagu")
SENTENCES = sentences(
    {
        "budget.unknown": _("Pagu tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "budget.standard": _("Pagu sama, %(left_rp)s, seperti pada semua rumah satu program."),
        "budget.same": _("Pagu sama: %(left_rp)s."),
        "budget.ratio": _("Pagu %(left_rp)s dan %(right_rp)s: yang kecil %(share_pct)s dari yang besar."),
    }
)
# From which ratio, smaller to larger, each level counts.
LIMITS = (("same", 0.999), ("close", 0.95), ("similar", 0.75), ("half", 0.4), ("different", 0.0))
LEVELS = ("unknown", *(name for name, _limit in LIMITS))


def _known(record: Record) -> float | None:
    return float(record.budget) if record.budget is not None and record.budget > 0 else None


@lru_cache(maxsize=1)  # the signal volume asks it of the same pair
def compare(pair: Comparison) -> Finding:
    """Level by ratio; "unknown" where one has no budget, or two houses have the sum that all houses get."""
    left, right = _known(pair.left), _known(pair.right)
    if left is None or right is None:
        return Finding("unknown", message("budget.unknown"))
    ratio = min(left, right) / max(left, right)
    level = next(name for name, limit in LIMITS if ratio >= limit)
    sums = {"left_rp": str(pair.left.budget), "right_rp": str(pair.right.budget)}
    if level == "same":
        if is_house(pair.left) and is_house(pair.right):
            return Finding("unknown", message("budget.standard", left_rp=sums["left_rp"]))
        return Finding("same", message("budget.same", left_rp=sums["left_rp"]))
    return Finding(level, message("budget.ratio", share_pct=round(ratio * 100), **sums))


def ratio_levels(left: NDArray[np.float64], right: NDArray[np.float64]) -> NDArray[np.int8]:
    """Indices into LEVELS by ratio of two sums each; 0 where one is unknown or not above 0."""
    known = (left > 0) & (right > 0)
    ratio = np.divide(np.minimum(left, right), np.maximum(left, right), out=np.zeros(len(left)), where=known)
    edges = np.array([limit for _name, limit in LIMITS])
    return np.where(known, 1 + steps_below(ratio, edges), 0).astype(np.int8)


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    works = batch.works
    found = ratio_levels(works.budget[batch.left], works.budget[batch.right])
    found[(found == LEVELS.index("same")) & both_houses(batch)] = 0
    return found
