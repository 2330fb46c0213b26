"""[pure] How far apart in time two records are planned: fiscal years and planned dates. docs/signals/year.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.works import Batch
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Tahun dan jadwal")
SENTENCES = sentences(
    {
        "year.unknown": _("Tahun anggaran tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "year.same_dates": _("Jadwal sama: %(starts_on)s sampai %(ends_on)s."),
        "year.same": _("Tahun anggaran sama: %(left)s."),
        "year.next": _("Tahun anggaran berurutan: %(left)s dan %(right)s."),
        "year.later": _("Tahun anggaran berselang %(years)s tahun: %(left)s dan %(right)s."),
    }
)
LEVELS = ("unknown", "same_dates", "same", "next", "later", "long_after")
LATER, LONG_AFTER = 2, 4  # years between


def compare(pair: Comparison) -> Finding:
    """Level by planned dates where both are the same, else by years between; "unknown" where a year is missing."""
    left, right = pair.left, pair.right
    if left.starts and left.ends and (left.starts, left.ends) == (right.starts, right.ends):
        dates = {"starts_on": left.starts.isoformat(), "ends_on": left.ends.isoformat()}
        return Finding("same_dates", message("year.same_dates", **dates))
    if not left.year or not right.year:
        return Finding("unknown", message("year.unknown"))
    years = abs(left.year - right.year)
    level = (
        "same" if years == 0 else "next" if years == 1 else "later" if years < LONG_AFTER else "long_after"
    )
    sides = {"left": str(left.year), "right": str(right.year)}
    if level == "same":
        return Finding(level, message("year.same", left=sides["left"]))
    if level == "next":
        return Finding(level, message("year.next", **sides))
    return Finding(level, message("year.later", years=years, **sides))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    works, left, right = batch.works, batch.left, batch.right
    years = np.abs(works.year[left].astype(np.int32) - works.year[right].astype(np.int32))
    found = 2 + np.searchsorted([1, LATER, LONG_AFTER], years, side="right")
    found[(works.year[left] == 0) | (works.year[right] == 0)] = 0
    same = (works.starts[left] == works.starts[right]) & (works.ends[left] == works.ends[right])
    found[same & (works.starts[left] > 0) & (works.ends[left] > 0)] = LEVELS.index("same_dates")
    return found.astype(np.int8)
