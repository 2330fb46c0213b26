"""[pure] Whether two records are of the same kind of work. docs/signals/work_type.md."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.title_words import AKIN
from duplicates.works import Batch, by_distinct
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Jenis pekerjaan")
SENTENCES = sentences(
    {
        "work_type.unknown": _("Jenis pekerjaan tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "work_type.same": _("Jenis pekerjaan sama: %(left_word)s."),
        "work_type.akin": _("Jenis pekerjaan sering tertukar: %(left_word)s dan %(right_word)s."),
        "work_type.different": _("Jenis pekerjaan berbeda: %(left_word)s dan %(right_word)s."),
    }
)

# What people call a type; the `_word` suffix has it translated where it is shown.
WORDS = {
    "road": _("Jalan"),
    "bridge": _("Jembatan"),
    "drain": _("Drainase & gorong-gorong"),
    "irrigation": _("Irigasi"),
    "water": _("Air bersih"),
    "sanitation": _("Sanitasi"),
    "building": _("Gedung"),
    "house": _("Rumah tidak layak huni"),
    "lighting": _("Penerangan jalan"),
    "retaining_wall": _("Tembok penahan tanah"),
}
LEVELS = ("unknown", "same", "akin", "different")
APART = ("akin", "different")  # levels after which what only repeats them is not counted again


def _level(left: str, right: str) -> str:
    return "same" if left == right else "akin" if frozenset((left, right)) in AKIN else "different"


@lru_cache(maxsize=1)  # three signals ask it of one pair
def compare(pair: Comparison) -> Finding:
    """Level by type; "unknown" when one has none, or is "other", which says nothing."""
    left, right = pair.left.work_type or "other", pair.right.work_type or "other"
    if "other" in (left, right):
        return Finding("unknown", message("work_type.unknown"))
    level = _level(left, right)
    words = {"left_word": WORDS.get(left, left), "right_word": WORDS.get(right, right)}
    return Finding(level, message(f"work_type.{level}", **words))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    column = batch.works.work_type
    names = batch.works.names["work_type"]
    return by_distinct(
        column[batch.left], column[batch.right], lambda a, b: LEVELS.index(_level(names[a], names[b]))
    )
