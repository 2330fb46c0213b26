"""[pure] How near two volumes are to each other, also those inside titles. docs/signals/volume.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.signals import budget
from duplicates.volumes import Volume, volume_of
from duplicates.works import Batch, steps_below
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Volume")
SENTENCES = sentences(
    {
        "volume.unknown": _("Volume tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "volume.units": _("Volume bersatuan lain: %(left)s dan %(right)s."),
        "volume.counted": _("Volume %(left)s dan %(right)s: sejalan dengan pagunya, tidak dihitung lagi."),
        "volume.same": _("Volume sama: %(left)s."),
        "volume.same_small": _("Volume sama, tetapi bilangan kecil: %(left)s."),
        "volume.ratio": _("Volume %(left)s dan %(right)s: yang kecil %(share_pct)s dari yang besar."),
    }
)
LIMITS = (("same", 0.995), ("close", 0.9), ("similar", 0.65), ("different", 0.0))
LEVELS = ("unknown", "same", "same_small", "close", "similar", "different")
SMALL = 5.0  # "1 unit", "3 titik": many works have as many
# A volume that only repeats the budget is not counted again: (level of volume, level of budget).
REPEATS = frozenset(
    (mine, theirs)
    for mines, theirs_ in (
        (("same", "same_small"), ("same", "close")),
        (("different",), ("half", "different")),
    )
    for mine in mines
    for theirs in theirs_
)


def _level(left: Volume, right: Volume) -> str:
    ratio = min(left.value, right.value) / max(left.value, right.value)
    level = next(name for name, limit in LIMITS if ratio >= limit)
    return "same_small" if level == "same" and left.value <= SMALL else level


def compare(pair: Comparison) -> Finding:
    """Level by ratio; "unknown" where one is not said, units differ, or the budget says the same already."""
    left, right = volume_of(pair.left), volume_of(pair.right)
    if left is None or right is None:
        return Finding("unknown", message("volume.unknown"))
    said = {"left": left.written, "right": right.written}
    if left.unit != right.unit:
        return Finding("unknown", message("volume.units", **said))
    level = _level(left, right)
    if (level, budget.compare(pair).level) in REPEATS:
        return Finding("unknown", message("volume.counted", **said))
    if level in ("same", "same_small"):
        return Finding(level, message(f"volume.{level}", left=left.written))
    ratio = min(left.value, right.value) / max(left.value, right.value)
    return Finding(level, message("volume.ratio", share_pct=round(ratio * 100), **said))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    values, units = batch.works.measures
    (a, b), (unit_a, unit_b) = ((one[batch.left], one[batch.right]) for one in (values, units))
    known = (a > 0) & (b > 0) & (unit_a == unit_b)
    ratio = np.divide(np.minimum(a, b), np.maximum(a, b), out=np.zeros(len(batch)), where=known)
    edges = np.array([limit for _name, limit in LIMITS])
    places = np.array([LEVELS.index(name) for name, _limit in LIMITS])
    found = places[np.minimum(steps_below(ratio, edges), len(edges) - 1)]
    found = np.where((found == LEVELS.index("same")) & (a <= SMALL), LEVELS.index("same_small"), found)
    found = np.where(known, found, 0).astype(np.int8)
    repeats = np.zeros((len(LEVELS), len(budget.LEVELS)), dtype=bool)
    for mine, theirs in REPEATS:
        repeats[LEVELS.index(mine), budget.LEVELS.index(theirs)] = True
    found[repeats[found, budget.levels(batch)]] = 0
    return found
