"""[pure] What makes two works of one plan look like one: relations, phases, sides, stretches, house programmes …

docs/signals/context.md. The first that holds is said, in the order of LEVELS: what people declared goes first.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding, Record
from duplicates.houses import both_houses, is_house
from duplicates.signals import fund_source, volume
from duplicates.title_words import BELOW, CONTINUED, MAINTENANCE, ON_TOP
from duplicates.titles import PHASE, SIDE, STRETCH, Title, contradictions
from duplicates.works import Batch
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Hubungan")
SENTENCES = sentences(
    {
        "context.none": _("Tidak ada hubungan, bagian, sisi, atau program yang menjelaskan kemiripannya."),
        "context.merged_into": _("Tercatat sudah digabung."),
        "context.carried_over_from": _("Tercatat sebagai lanjutan tahun lalu (DPAL)."),
        "context.continues": _("Tercatat sebagai ruas berikutnya."),
        "context.layer_on": _("Tercatat sebagai lapisan di atas pekerjaan lain."),
        "context.replaces": _("Tercatat menggantikan pekerjaan lain."),
        "context.phase": _("Judul menyebut bagian lain: “%(left)s” dan “%(right)s”."),
        "context.side": _("Sisi berbeda: “%(left)s” dan “%(right)s”."),
        "context.stretch": _("Ruas berbeda: “%(left)s” dan “%(right)s”."),
        "context.continued": _("Salah satu judul menyebut lanjutan: “%(words)s”."),
        "context.remainder": _(
            "Setahun kemudian di tempat yang sama, sumber dana dan volume sama, pagunya %(share_pct)s: sisa dana."
        ),
        "context.house": _(
            "Dua rumah berjarak %(distance_m)s (lebih dari %(limit_m)s): satu program, rumah lain."
        ),
        "context.maintenance": _("Pemeliharaan setelah %(years)s tahun (%(left)s dan %(right)s)."),
        "context.layer": _("Lapisan berbeda: “%(left)s” dan “%(right)s”."),
    }
)
DECLARED = ("merged_into", "carried_over_from", "continues", "layer_on", "replaces")
BY_TITLE = (("phase", PHASE), ("side", SIDE), ("stretch", STRETCH))
LEVELS = (
    "unknown",
    *DECLARED,
    *(name for name, _kinds in BY_TITLE),
    "continued",
    "remainder",
    "house",
    "maintenance",
    "layer",
    "none",
)
_ONE_VOLUME = ("same", "same_small")
SAME_HOUSE_M = 5.0  # a house entered twice lies nearer; the next house stands further off
# What is left over is paid at the same point, and is the smaller part.
REMAINDER_M, REMAINDER_SHARE = 15.0, 0.65
MAINTENANCE_YEARS = 2  # years between the works from which the later one's "rehabilitasi" is looking after


def compare(pair: Comparison) -> Finding:
    """The first level that holds; "none" where nothing does, "unknown" where a title holds no word."""
    declared = {kind.removeprefix("~") for kind, other in pair.left.relations if other == _code(pair.right)}
    declared |= {kind.removeprefix("~") for kind, other in pair.right.relations if other == _code(pair.left)}
    for kind in DECLARED:
        if kind in declared:
            return Finding(kind, message(f"context.{kind}"))
    left, right = pair.titles
    explained = (
        _by_title(left, right)
        or _continued(left, right)
        or _remainder(pair)
        or _house(pair)
        or _later(pair, left, right)
        or _layer(left, right)
    )
    readable = left.words and right.words
    return explained or Finding("none" if readable else "unknown", message("context.none"))


def _code(record: Record) -> str:
    return record.code or record.id


def _by_title(left: Title, right: Title) -> Finding | None:
    against = contradictions(left, right)
    for level, kinds in BY_TITLE:
        for kind in sorted(kinds & against.keys()):
            one, other = against[kind]
            return Finding(level, message(f"context.{level}", left=one, right=other))
    return None


def _continued(left: Title, right: Title) -> Finding | None:
    """One title says that it goes on from something; where both say so, they may be the same going on."""
    one, other = left.vocabulary & CONTINUED, right.vocabulary & CONTINUED
    if bool(one) == bool(other):
        return None
    return Finding("continued", message("context.continued", words=", ".join(sorted(one or other))))


def _remainder(pair: Comparison) -> Finding | None:
    """Money that was left finishes the work the year after: one source, one volume, a smaller sum, the same point."""
    left, right = pair.left, pair.right
    if pair.distance_m is None or pair.distance_m > REMAINDER_M or not left.year or not right.year:
        return None
    first, later = (left, right) if left.year < right.year else (right, left)
    if abs(left.year - right.year) != 1 or not (first.budget and later.budget) or first.budget <= 0:
        return None
    share = float(later.budget) / float(first.budget)
    if not 0 < share <= REMAINDER_SHARE or fund_source.compare(pair).level != "same":
        return None
    if volume.compare(pair).level not in _ONE_VOLUME:
        return None
    return Finding("remainder", message("context.remainder", share_pct=round(share * 100)))


def _house(pair: Comparison) -> Finding | None:
    if not (is_house(pair.left) and is_house(pair.right)):
        return None
    if pair.distance_m is None or pair.distance_m <= SAME_HOUSE_M:
        return None
    metres = {"distance_m": pair.distance_m, "limit_m": SAME_HOUSE_M}
    return Finding("house", message("context.house", **metres))


def _later(pair: Comparison, left: Title, right: Title) -> Finding | None:
    """The later work says that it looks after what stands, years after the earlier one."""
    if not pair.left.year or not pair.right.year:
        return None
    years = pair.right.year - pair.left.year
    later = right if years > 0 else left
    if abs(years) < MAINTENANCE_YEARS or not later.vocabulary & MAINTENANCE:
        return None
    sides = {"left": str(pair.left.year), "right": str(pair.right.year)}
    return Finding("maintenance", message("context.maintenance", years=abs(years), **sides))


def _layer(left: Title, right: Title) -> Finding | None:
    """The one lays the ground, the other the surface."""
    one, other = left.vocabulary & (BELOW | ON_TOP), right.vocabulary & (BELOW | ON_TOP)
    if not one or not other or {one <= BELOW, other <= BELOW} != {True, False}:
        return None
    if not (one <= ON_TOP or other <= ON_TOP):
        return None
    return Finding(
        "layer", message("context.layer", left=", ".join(sorted(one)), right=", ".join(sorted(other)))
    )


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    works, table = batch.works, batch.works.titles
    left, right = works.title[batch.left], works.title[batch.right]
    readable = table.readable[left] & table.readable[right]
    found = np.where(readable, LEVELS.index("none"), 0).astype(np.int8)
    found[_layers(table, left, right)] = LEVELS.index("layer")
    found[_maintained(batch, left, right)] = LEVELS.index("maintenance")
    found[_houses(batch)] = LEVELS.index("house")
    found[_remainders(batch)] = LEVELS.index("remainder")
    goes_on = table.holding(CONTINUED)
    found[goes_on[left] != goes_on[right]] = LEVELS.index("continued")
    for level, kinds in reversed(BY_TITLE):
        found[table.contradictory(left, right, kinds)] = LEVELS.index(level)
    for kind in reversed(DECLARED):
        if kind in works.relation_pairs:
            found[batch.among(works.relation_pairs[kind])] = LEVELS.index(kind)
    return found


def _layers(table: Any, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    below, on_top = table.holding(BELOW), table.holding(ON_TOP)
    base, surface = below & ~on_top, on_top & ~below
    return np.asarray(base[left] & surface[right] | base[right] & surface[left])


def _maintained(batch: Batch, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
    year = batch.works.year.astype(np.int32)
    a, b = year[batch.left], year[batch.right]
    looks_after = batch.works.titles.holding(MAINTENANCE)
    later = np.where(b > a, looks_after[right], looks_after[left])
    return np.asarray((a > 0) & (b > 0) & (np.abs(b - a) >= MAINTENANCE_YEARS) & later)


def _remainders(batch: Batch) -> NDArray[np.bool_]:
    works = batch.works
    years = works.year[batch.right].astype(np.int32) - works.year[batch.left]
    known = (works.year[batch.left] > 0) & (works.year[batch.right] > 0)
    found = np.asarray(known & (np.abs(years) == 1) & (batch.distance_m <= REMAINDER_M))
    rows = np.flatnonzero(found)
    some = batch.take(rows)
    sums = works.budget[some.left], works.budget[some.right]
    forward = years[rows] > 0
    first, later = np.where(forward, sums[0], sums[1]), np.where(forward, sums[1], sums[0])
    share = np.divide(later, first, out=np.zeros(len(rows)), where=(first > 0) & (later > 0))
    one_source = fund_source.levels(some) == fund_source.LEVELS.index("same")
    one_volume = np.isin(volume.levels(some), [volume.LEVELS.index(name) for name in _ONE_VOLUME])
    found[rows] = (share > 0) & (share <= REMAINDER_SHARE) & one_source & one_volume
    return found


def _houses(batch: Batch) -> NDArray[np.bool_]:
    return both_houses(batch) & (batch.distance_m > SAME_HOUSE_M)
