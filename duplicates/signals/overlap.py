"""[pure] How much of two drawn extents is the same stretch or ground. docs/signals/overlap.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.overlap import SAME_STRETCH_M, Shared, has_extent, shared
from duplicates.works import Batch
from places.message import Message, message, sentences
from places.message import mark as _

SHOWN = _("Ruas/luasan yang sama")
SENTENCES = sentences(
    {
        "overlap.unknown": _("Ruas atau luasan tidak dapat dibandingkan: salah satunya hanya titik."),
        "overlap.apart": _("Ruas tidak diukur: jaraknya sudah lebih dari %(limit_m)s."),
        "overlap.lines": _("%(shared_m)s dari %(shorter_m)s ruas yang sama (%(share_pct)s)."),
        "overlap.end_to_end": _("Ruas hanya bersambung: %(shared_m)s dari %(shorter_m)s yang sama."),
        "overlap.areas": _("%(share_pct)s dari luasan yang lebih kecil (%(smaller)s m²) bertumpuk."),
    }
)
# From which share of the smaller extent each level counts.
LIMITS = (("whole", 0.8), ("most", 0.5), ("part", 0.1), ("end_to_end", 0.0))
LEVELS = ("unknown", *(name for name, _limit in LIMITS))


def compare(pair: Comparison) -> Finding:
    """Level by share of the smaller extent; "unknown" unless both are drawn and so near that they can share any."""
    if not (has_extent(pair.left.geometries) and has_extent(pair.right.geometries)):
        return Finding("unknown", message("overlap.unknown"))
    if pair.distance_m is None or pair.distance_m > SAME_STRETCH_M:
        return Finding("unknown", message("overlap.apart", limit_m=SAME_STRETCH_M))
    found = shared(pair.left.geometries, pair.right.geometries)
    if found is None or not found.smaller:
        return Finding("unknown", message("overlap.unknown"))
    level = next(name for name, limit in LIMITS if found.share >= limit)
    return Finding(level, _said(level, found))


def _said(level: str, found: Shared) -> Message:
    share_pct = round(found.share * 100)
    if found.is_area:
        return message("overlap.areas", share_pct=share_pct, smaller=f"{found.smaller:.0f}")
    metres = {"shared_m": found.amount, "shorter_m": found.smaller}
    if level == "end_to_end":
        return message("overlap.end_to_end", **metres)
    return message("overlap.lines", share_pct=share_pct, **metres)


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS: measured one by one, which only drawn extents need."""
    found = np.zeros(len(batch), dtype=np.int8)
    drawn = batch.works.drawn
    near = batch.distance_m <= SAME_STRETCH_M
    for number in np.flatnonzero(near & drawn[batch.left] & drawn[batch.right]).tolist():
        found[number] = LEVELS.index(compare(batch.pair(number)).level)
    return found
