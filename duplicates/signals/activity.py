"""[pure] Whether two records stand under the same activity code of the budget. docs/signals/activity.md."""

import re

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.signals import work_type
from duplicates.works import Batch, by_distinct
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Kode kegiatan")
SENTENCES = sentences(
    {
        "activity.unknown": _("Kode kegiatan tidak dapat dibandingkan."),
        "activity.counted": _("Kode kegiatan tidak dihitung lagi: jenis pekerjaannya sudah berbeda."),
        "activity.same": _("Kode kegiatan sama: %(left)s."),
        "activity.same_field": _("Kode kegiatan satu subbidang: %(left)s dan %(right)s."),
        "activity.different": _("Kode kegiatan berbeda: %(left)s dan %(right)s."),
    }
)
LEVELS = ("unknown", "same", "same_field", "different")
_GROUPS = (3, 4)  # bidang.subbidang.kegiatan of Permendagri 20/2018, and with a package behind it


def groups(code: str) -> tuple[str, ...]:
    """The groups of a code without leading zeros: "02.03.12." → ("2", "3", "12")."""
    return tuple(part.lstrip("0") or "0" for part in re.split(r"[.\s/-]+", code.strip()) if part)


def _level(left: str, right: str) -> str:
    one, other = groups(left), groups(right)
    if not one or not other:
        return "unknown"
    if one == other:
        return "same"
    if len(one) not in _GROUPS or len(other) not in _GROUPS:
        return "unknown"  # another list of codes, a department's: its numbers mean something else
    if one[:3] == other[:3]:
        return "same"
    return "same_field" if one[:2] == other[:2] else "different"


def compare(pair: Comparison) -> Finding:
    """Level by code; "unknown" where one has none, the codes are of two lists, or the work types differ already."""
    if work_type.compare(pair).level in work_type.APART:
        return Finding("unknown", message("activity.counted"))
    left, right = pair.left.activity, pair.right.activity
    level = _level(left, right)
    params = (
        {} if level == "unknown" else {"left": left} if level == "same" else {"left": left, "right": right}
    )
    return Finding(level, message(f"activity.{level}", **params))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    column, names = batch.works.activity, batch.works.names["activity"]
    found = by_distinct(
        column[batch.left], column[batch.right], lambda a, b: LEVELS.index(_level(names[a], names[b]))
    )
    found[np.isin(work_type.levels(batch), [work_type.LEVELS.index(name) for name in work_type.APART])] = 0
    return found
