"""[pure] Whether the same party carries out two works. docs/signals/executor.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.works import Batch, plain_name
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Pelaksana")
SENTENCES = sentences(
    {
        "executor.unknown": _("Pelaksana tidak dapat dibandingkan: salah satunya tidak diketahui."),
        "executor.same_firm": _("Penyedia sama: %(left)s."),
        "executor.same": _("Pelaksana sama: %(left)s."),
        "executor.different": _("Pelaksana berbeda: %(left)s dan %(right)s."),
    }
)
LEVELS = ("unknown", "same_firm", "same", "different")
# A village's own team or a department carries out many works: that it is the same says little.
_MANY_WORKS = frozenset(
    ("tpk", "tim", "swakelola", "desa", "kelurahan", "pemdes", "pemerintah", "dinas", "upt", "pokmas", "kelompok",
     "masyarakat", "kaur", "kasi", "bkad")
)  # fmt: skip


def _level(left: str, right: str) -> str:
    if left != right:
        return "different"
    return "same" if _MANY_WORKS & set(left.split()) else "same_firm"


def compare(pair: Comparison) -> Finding:
    """Level by name without punctuation and legal form; "unknown" where one is missing."""
    left, right = plain_name(pair.left.executor), plain_name(pair.right.executor)
    if not left or not right:
        return Finding("unknown", message("executor.unknown"))
    level = _level(left, right)
    sides = {"left": pair.left.executor, "right": pair.right.executor}
    return Finding(level, message(f"executor.{level}", **sides))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    left, right = batch.works.executor[batch.left], batch.works.executor[batch.right]
    same = np.array([LEVELS.index(_level(name, name)) for name in batch.works.names["executor"]] + [0])
    found = np.where(left == right, same[left], LEVELS.index("different"))
    return np.where((left < 0) | (right < 0), 0, found).astype(np.int8)
