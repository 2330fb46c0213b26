"""[pure] How alike two titles are once spelling and template words are out of the way. docs/signals/title.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.signals import work_type
from duplicates.title_words import WORK_WORDS
from duplicates.titles import BUILT_KIND, OF_ONE_PLAN, Likeness, compare_titles
from duplicates.works import Batch
from places.message import Message, message, sentences
from places.message import mark as _

SHOWN = _("Judul")
SENTENCES = sentences(
    {
        "title.unknown": _("Judul tidak dapat dibandingkan: salah satunya kosong."),
        "title.identical": _("Judul sama: %(words)s."),
        "title.alike": _("Judul mirip %(share_pct)s; kata yang sama: %(words)s."),
        "title.same_template": _("Judul sama, tetapi hanya kata umum: %(words)s."),
        "title.template": _("Judul mirip %(share_pct)s, tetapi hanya kata umum: %(words)s."),
        "title.related": _("Judul sebagian sama (%(share_pct)s): %(words)s."),
        "title.contradictory": _("Judul berbeda pada “%(left)s” dan “%(right)s”."),
        "title.different": _("Judul berbeda (kesamaan %(share_pct)s)."),
    }
)

WORD_FOR_WORD_SHARE, IDENTICAL_SHARE, ALIKE_SHARE, RELATED_SHARE = 0.95, 0.75, 0.5, 0.35
IDENTICAL_BITS, ALIKE_BITS = 10.0, 8.0
WORDS_SHOWN = 4
_BY_TITLE = ("identical", "alike", "same_template", "template", "related", "contradictory", "different")
# Where a budget is not known the title weighs more: "alone" for works, "name" for places that are no works.
ALONE, NAME = "_alone", "_name"
LEVELS = ("unknown", *(name + standing for standing in ("", ALONE, NAME) for name in _BY_TITLE))


def level_of(likeness: Likeness) -> str:
    """The level of two titles' likeness: a contradiction decides first, then share and weight of common words."""
    if likeness.contradiction:
        return "contradictory"
    if likeness.share >= IDENTICAL_SHARE and likeness.bits >= IDENTICAL_BITS:
        return "identical"
    if likeness.share >= ALIKE_SHARE and likeness.bits >= ALIKE_BITS:
        return "alike"
    if likeness.share >= ALIKE_SHARE:
        return "same_template" if likeness.share >= WORD_FOR_WORD_SHARE else "template"
    return "related" if likeness.share >= RELATED_SHARE else "different"


def _shown(word: str) -> str:
    return word.upper() if word.startswith(("rt ", "rw ")) else word


def _said(level: str, likeness: Likeness) -> Message:
    if likeness.contradiction:
        left, right = likeness.contradiction
        return message("title.contradictory", left=_shown(left), right=_shown(right))
    share_pct = round(likeness.share * 100)
    if level == "different":
        return message("title.different", share_pct=share_pct)
    words = ", ".join(_shown(word) for word in likeness.same[:WORDS_SHOWN])
    return message(f"title.{level}", share_pct=share_pct, words=words)


def compare(pair: Comparison) -> Finding:
    """Level by the weighted share of common words; "unknown" when a title holds no word.

    Phases, sides and stations are the signal context's, and a road against a drain is work_type's where both types
    are known to differ: each counts once. Where a budget is not known, nothing else tells two works of one name apart, and the
    title stands alone: of works, or of places that are no works.
    """
    left, right = pair.titles
    if not left.words or not right.words:
        return Finding("unknown", message("title.unknown"))
    kinds = work_type.compare(pair).level
    counted = frozenset((BUILT_KIND,)) if kinds == "different" else frozenset()
    likeness = compare_titles(left, right, pair.frequencies, OF_ONE_PLAN | counted)
    level = level_of(likeness)
    standing = ""
    if not (pair.left.budget and pair.right.budget):
        works = (left.vocabulary | right.vocabulary) & WORK_WORDS or kinds != "unknown"
        standing = ALONE if works else NAME
    return Finding(level + standing, _said(level, likeness))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS: by arrays where words are equal or not, else one by one."""
    table = batch.works.titles
    pairs, whose = table.distinct_pairs(batch.works.title[batch.left], batch.works.title[batch.right])
    likeness = table.compare(pairs)
    share, bits = likeness.share[whose], likeness.bits[whose]
    alike = share >= ALIKE_SHARE
    kinds = work_type.levels(batch)
    counted = kinds == work_type.LEVELS.index("different")
    conditions = [
        likeness.unreadable[whose],
        likeness.contradictory[whose] | (likeness.other_work[whose] & ~counted),
        (share >= IDENTICAL_SHARE) & (bits >= IDENTICAL_BITS),
        alike & (bits >= ALIKE_BITS),
        alike & (share >= WORD_FOR_WORD_SHARE),
        alike,
        share >= RELATED_SHARE,
    ]
    names = ("unknown", "contradictory", "identical", "alike", "same_template", "template", "related")
    found = np.select(conditions, [LEVELS.index(name) for name in names], LEVELS.index("different"))
    priced = batch.works.budget > 0
    alone = ~(priced[batch.left] & priced[batch.right]) & (found > 0)
    if alone.any():
        of_works = table.holding(WORK_WORDS)[batch.works.title]
        name = (kinds == 0) & ~of_works[batch.left] & ~of_works[batch.right]
        found[alone] += np.where(name[alone], 2, 1) * len(_BY_TITLE)
    return found.astype(np.int8)
