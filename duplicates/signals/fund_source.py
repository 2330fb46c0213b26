"""[pure] Which fund sources two records are paid from. docs/signals/fund_source.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.works import Batch
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Sumber dana")
SENTENCES = sentences(
    {
        "fund_source.unknown": _("Sumber dana tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "fund_source.same": _("Sumber dana sama: %(left)s."),
        "fund_source.overlapping": _("Sebagian sumber dana sama: %(left)s dan %(right)s."),
        "fund_source.different": _("Sumber dana berbeda: %(left)s dan %(right)s."),
    }
)
LEVELS = ("unknown", "same", "overlapping", "different")


def compare(pair: Comparison) -> Finding:
    """Level by the sets of sources; "unknown" where one has none."""
    left, right = pair.left.fund_sources, pair.right.fund_sources
    if not left or not right:
        return Finding("unknown", message("fund_source.unknown"))
    level = "same" if left == right else "overlapping" if left & right else "different"
    sides = {"left": pair.left.sources_text, "right": pair.right.sources_text}
    return Finding(level, message(f"fund_source.{level}", **sides))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    left, right = batch.works.sources[batch.left], batch.works.sources[batch.right]
    found = np.where(left == right, 1, np.where(left & right, 2, 3))
    return np.where((left == 0) | (right == 0), 0, found).astype(np.int8)
