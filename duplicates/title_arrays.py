"""[pure] The likeness of many titles at once, the same to the last digit as `titles.compare_titles`.

Each distinct title is read once and becomes numbers: its words, its marks, what it names as built. Where two
titles' words are equal or plainly different, shares and contradictions come out of array arithmetic; where a
misspelled word or one written apart could matter, the pair goes through `compare_titles`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rapidfuzz.distance import OSA
from rapidfuzz.process import cpdist

from duplicates.titles import (
    OF_ONE_PLAN,
    SAME_SPELLING,
    UNSAID,
    Frequencies,
    Title,
    Word,
    builds_exclude,
    compare_titles,
    excludes,
)

CHUNK = 200_000  # pairs at a time: bounds the memory
_NEAR_EDGE = 1e-9  # so near to where rounding decides, sums are taken word by word
_SHORTEST = 6  # letters of a word whose misspelling is recognised
_NONE = -1

Ints = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class Likenesses:
    """How alike pairs of titles are; `contradictory` goes before the shares, `unreadable` before all.

    contradictory: without what two works of one plan differ by. other_work: what they name as built excludes each
    other, and nothing else does.
    """

    unreadable: NDArray[np.bool_]
    contradictory: NDArray[np.bool_]
    other_work: NDArray[np.bool_]
    share: NDArray[np.float64]
    bits: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class TitleTable:
    """Distinct titles as numbers.

    words: ids into `vocabulary`, −1 where a title has fewer words. joined: ids of words that two neighbouring
    words make together. marks: ids into `mark_sets` (kind, values). built: ids into `builds`. sized: which may name a
    size, None = not known.
    """

    title: Callable[[int], Title]
    frequencies: Frequencies
    vocabulary: tuple[str, ...]
    words: Ints
    joined: Ints
    marks: Ints
    mark_sets: tuple[tuple[str, frozenset[str]], ...]
    built: Ints
    builds: tuple[frozenset[str], ...]
    bits: NDArray[np.float64]
    _holding: dict[frozenset[str], NDArray[np.bool_]] = field(default_factory=dict, repr=False)
    _written: Callable[[int], str] | None = None
    sized: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, titles: Sequence[Title], frequencies: Frequencies) -> "TitleTable":
        """The table of titles that are read already."""
        numbers: dict[str, int] = {}
        words = [[numbers.setdefault(w, len(numbers)) for w in sorted(t.vocabulary)] for t in titles]
        joined = [
            [numbers[both] for a, b in pairwise(t.words) if (both := a.text + b.text) in numbers]
            for t in titles
        ]
        sets: dict[tuple[str, frozenset[str]], int] = {}
        marks = [[sets.setdefault(one, len(sets)) for one in with_unsaid(t.marks)] for t in titles]
        builds: dict[frozenset[str], int] = {}
        built = [builds.setdefault(t.built, len(builds)) for t in titles]
        return cls(
            title=titles.__getitem__,
            frequencies=frequencies,
            vocabulary=tuple(numbers),
            words=padded(words),
            joined=padded(joined),
            marks=padded(marks),
            mark_sets=tuple(sets),
            built=np.array(built, dtype=np.int32),
            builds=tuple(builds),
            bits=np.array([frequencies.bits(word) for word in numbers], dtype=np.float64),
        )

    @classmethod
    def of_numbers(cls, numbers: "NumberedTitles", holders: NDArray[Any]) -> "TitleTable":
        """The table of titles that were read and numbered before. holders: how many works have each title."""
        vocabulary, known = numbers.vocabulary, {word: at for at, word in enumerate(numbers.vocabulary)}
        words = _first_ones(spread(numbers.words, np.diff(numbers.offsets)))
        held = np.bincount(words.ravel() + 1, np.repeat(holders, words.shape[1]), len(vocabulary) + 1)[1:]
        counts = dict(zip(vocabulary, held.astype(np.int64).tolist(), strict=True))
        frequencies = Frequencies(int(holders.sum()), counts)
        marks = [[int(one) for one in own] for own in numbers.marks_of]
        return cls(
            title=numbers.title,
            frequencies=frequencies,
            vocabulary=vocabulary,
            words=words,
            joined=_joined(numbers.words, numbers.offsets, known),
            marks=padded(marks)[numbers.marks],
            mark_sets=numbers.mark_sets,
            built=numbers.built,
            builds=numbers.builds,
            bits=np.array([frequencies.bits(word) for word in vocabulary], dtype=np.float64),
            _written=numbers.written,
            sized=numbers.sized,
        )

    def distinct_pairs(self, left: NDArray[Any], right: NDArray[Any]) -> tuple[NDArray[np.int64], Any]:
        """Distinct pairs of titles as rows (left, right), and which of them each given pair is."""
        width = np.int64(max(len(self.words), 1))
        keys, whose = np.unique(left.astype(np.int64) * width + right, return_inverse=True)
        return np.column_stack(np.divmod(keys, width)), whose

    def compare(self, pairs: NDArray[np.int64]) -> Likenesses:
        """The likeness of pairs of titles, given as rows of two numbers."""
        parts = [self._compare(pairs[at : at + CHUNK]) for at in range(0, max(len(pairs), 1), CHUNK)]
        return Likenesses(
            *(
                np.concatenate([getattr(part, name) for part in parts])
                for name in ("unreadable", "contradictory", "other_work", "share", "bits")
            )
        )

    def _compare(self, pairs: NDArray[np.int64]) -> Likenesses:
        left, right = pairs[:, 0], pairs[:, 1]
        a, b = self.words[left], self.words[right]
        unreadable = ~(self.readable[left] & self.readable[right])
        contradictory = self.contradictory(left, right, self.kinds - OF_ONE_PLAN) & ~unreadable
        other_work = self._table(self.built[left], self.built[right], self._builds_exclude) & ~contradictory
        equal_a, equal_b = _held(a, b), _held(b, a)
        weights = np.append(self.bits, 0.0)  # −1 picks the last
        common = np.where(equal_a, weights[a], 0.0).sum(axis=1)
        alone = np.where(equal_a, 0.0, weights[a]).sum(axis=1) + np.where(equal_b, 0.0, weights[b]).sum(
            axis=1
        )
        total = common + alone
        share = np.divide(common, total, out=np.zeros_like(common), where=total > 0)
        open_ = ~unreadable & ~contradictory
        doubtful = open_ & (_near_edge(share * 1e4) | _near_edge(common * 100) | self._apart(left, right))
        rest = np.flatnonzero(open_ & ~doubtful)
        doubtful[rest] = self._misspelled(
            np.where(equal_a[rest], _NONE, a[rest]), np.where(equal_b[rest], _NONE, b[rest])
        )
        share, common = np.round(share, 4), np.round(common, 2)
        for number in np.flatnonzero(doubtful).tolist():
            exact = compare_titles(
                self.title(int(left[number])), self.title(int(right[number])), self.frequencies
            )
            share[number], common[number] = exact.share, exact.bits
        return Likenesses(unreadable, contradictory, other_work, share, common)

    @cached_property
    def _spelling(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.uint64]]:
        """Of each word: its length, its length where it holds no digit, which letters it holds."""
        words = self.vocabulary
        letters = [0 if any(c.isdigit() for c in word) else len(word) for word in words]
        return (
            np.array([len(word) for word in words] + [0]),
            np.array([*letters, 0]),
            np.array([_letters(word) for word in words] + [0], dtype=np.uint64),
        )

    def written(self, number: int) -> str:
        """A title as it stands."""
        return self._written(number) if self._written else self.title(number).written

    @cached_property
    def readable(self) -> NDArray[np.bool_]:
        """Which titles hold a word."""
        return np.asarray((self.words >= 0).any(axis=1))

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of marks that the titles have."""
        return frozenset(kind for kind, _values in self.mark_sets)

    def holding(self, words: frozenset[str]) -> NDArray[np.bool_]:
        """Which titles hold one of the words."""
        if words not in self._holding:
            wanted = [number for number, word in enumerate(self.vocabulary) if word in words]
            self._holding[words] = np.asarray(np.isin(self.words, wanted).any(axis=1))
        return self._holding[words]

    def contradictory(
        self, left: NDArray[Any], right: NDArray[Any], kinds: frozenset[str]
    ) -> NDArray[np.bool_]:
        """Pairs of titles whose marks of one of the kinds cannot both be right."""
        found = np.zeros(len(left), dtype=bool)
        chosen = [number for number, (name, _values) in enumerate(self.mark_sets) if name in kinds]
        if not chosen:
            return found
        mine, theirs = self.marks[left], self.marks[right]
        numbers: dict[str, int] = {}
        kind = np.full(len(self.mark_sets) + 1, _NONE)
        for mark in chosen:
            kind[mark] = numbers.setdefault(self.mark_sets[mark][0], len(numbers))
        for i in range(mine.shape[1]):
            for j in range(theirs.shape[1]):
                one, other = mine[:, i], theirs[:, j]
                both = np.flatnonzero((kind[one] >= 0) & (kind[one] == kind[other]))
                if len(both):
                    found[both] |= self._table(one[both], other[both], self._marks_exclude)
        return found

    def _builds_exclude(self, a: int, b: int) -> bool:
        return builds_exclude(self.builds[a], self.builds[b])

    def _marks_exclude(self, a: int, b: int) -> bool:
        kind, mine = self.mark_sets[a]
        return excludes(kind, mine, self.mark_sets[b][1])

    def _table(
        self, a: NDArray[Any], b: NDArray[Any], answer: Callable[[int, int], bool]
    ) -> NDArray[np.bool_]:
        """The answer for each pair of numbers, asked once for each distinct pair."""
        width = np.int64(max(len(self.builds), len(self.mark_sets), 1))
        keys, whose = np.unique(a.astype(np.int64) * width + b, return_inverse=True)
        return np.array([answer(*divmod(key, int(width))) for key in keys.tolist()], dtype=bool)[whose]

    def _apart(self, left: NDArray[Any], right: NDArray[Any]) -> NDArray[np.bool_]:
        return _any(self.joined[left], self.words[right]) | _any(self.joined[right], self.words[left])

    def _misspelled(self, mine: Ints, theirs: Ints) -> NDArray[np.bool_]:
        """Whether a word of the one may be a misspelling of a word of the other; −1 where there is no word."""
        found = np.zeros(len(mine), dtype=bool)
        if not len(self.vocabulary) or not len(mine):
            return found
        length, letters, shape = self._spelling
        kept: list[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]] = []
        for i in range(mine.shape[1]):
            for j in range(theirs.shape[1]):
                a, b = mine[:, i], theirs[:, j]
                longest = np.maximum(length[a], length[b])
                errors = np.floor(longest * (1 - SAME_SPELLING) + 1e-9)
                may = (a >= 0) & (b >= 0) & (np.maximum(letters[a], letters[b]) >= _SHORTEST)
                may &= np.abs(length[a] - length[b]) <= errors
                rows = np.flatnonzero(may)
                near = np.bitwise_count(shape[a[rows]] ^ shape[b[rows]]) <= 2 * errors[rows]
                rows = rows[near]
                kept.append((rows, a[rows], b[rows]))
        rows, a, b = (np.concatenate(part) for part in zip(*kept, strict=True))
        if len(rows):
            found[rows[self._table_alike(a, b)]] = True
        return found

    def _table_alike(self, a: NDArray[Any], b: NDArray[Any]) -> NDArray[np.bool_]:
        width = np.int64(len(self.vocabulary))
        keys, whose = np.unique(a.astype(np.int64) * width + b, return_inverse=True)
        ones, others = np.divmod(keys, width)
        alike = cpdist(
            [self.vocabulary[n] for n in ones],
            [self.vocabulary[n] for n in others],
            scorer=OSA.normalized_similarity,
            dtype=np.float64,
        )
        return np.asarray(alike >= SAME_SPELLING - 1e-9)[whose]


@dataclass(frozen=True, eq=False)
class NumberedTitles:
    """Titles as kept: words of title n are words[offsets[n]:offsets[n + 1]], in order, as numbers into vocabulary.

    marks: into `marks_of`, which has numbers into `mark_sets`, what holds unsaid included. written: the title as it
    stands. sized: which may name a size.
    """

    vocabulary: tuple[str, ...]
    words: Ints
    offsets: NDArray[np.int64]
    marks: Ints
    marks_of: Sequence[Sequence[int]]
    mark_sets: tuple[tuple[str, frozenset[str]], ...]
    marked: Sequence[Mapping[str, frozenset[str]]]
    built: Ints
    builds: tuple[frozenset[str], ...]
    written: Callable[[int], str]
    sized: NDArray[np.bool_]

    @cached_property
    def _word(self) -> Callable[[int], Word]:
        return cache(lambda word: Word(self.vocabulary[word], 0, 0))

    def title(self, number: int) -> Title:
        """A title for comparison; quantities, years and places in the text are not kept."""
        own = self.words[self.offsets[number] : self.offsets[number + 1]].tolist()
        return Title(
            written=self.written(number),
            words=tuple([self._word(word) for word in own]),
            marks=self.marked[self.marks[number]],
            built=self.builds[self.built[number]],
            quantities=(),
            years=(),
        )


def spread(values: Ints, lengths: NDArray[Any]) -> Ints:
    """Runs of values as rows of one array, filled up with −1."""
    filled = np.full((len(lengths), int(lengths.max(initial=0))), _NONE, dtype=np.int32)
    filled[np.arange(filled.shape[1]) < lengths[:, None]] = values
    return filled


def _first_ones(words: Ints) -> Ints:
    """Words without repetition: a later one of the same row becomes −1, and rows are packed to the left."""
    for column in range(1, words.shape[1]):
        repeated = (words[:, :column] == words[:, column : column + 1]).any(axis=1)
        words[repeated, column] = _NONE
    packed = -np.sort(-words, axis=1)
    used = int((packed >= 0).any(axis=0).sum())
    return np.ascontiguousarray(packed[:, :used])


def _joined(words: Ints, offsets: NDArray[np.int64], known: Mapping[str, int]) -> Ints:
    """For each title the words that two neighbouring ones make together. known: every word with its number."""
    made = _made_of_two(known)
    width = np.int64(max(len(known), 1))
    begins, ends = (np.zeros(width, dtype=bool) for _side in range(2))
    keys, wholes = np.array(sorted(made.items()), dtype=np.int64).reshape(-1, 2).T
    begins[keys // width], ends[keys % width] = True, True
    last = np.zeros(len(words), dtype=bool)
    last[offsets[1:][offsets[1:] > 0] - 1] = True
    first = np.flatnonzero(begins[words[:-1]] & ends[words[1:]] & ~last[:-1])
    both = words[first] * width + words[first + 1]
    found = np.searchsorted(keys, both)
    hits = np.flatnonzero(keys[np.minimum(found, len(keys) - 1)] == both) if len(keys) else found
    title = np.searchsorted(offsets, first[hits], side="right") - 1
    return spread(wholes[found[hits]].astype(np.int32), np.bincount(title, minlength=len(offsets) - 1))


def _made_of_two(known: Mapping[str, int]) -> dict[int, int]:
    """Words that are two others written together: the two, as one number, with the whole."""
    width = len(known)
    return {
        known[word[:at]] * width + known[word[at:]]: number
        for word, number in known.items()
        for at in range(1, len(word))
        if word[:at] in known and word[at:] in known
    }


def padded(rows: Sequence[Sequence[int]]) -> Ints:
    """Rows of unequal length as one array, filled up with −1."""
    width = max((len(row) for row in rows), default=0)
    filled = np.full((len(rows), width), _NONE, dtype=np.int32)
    for number, row in enumerate(rows):
        filled[number, : len(row)] = row
    return filled


def with_unsaid(marks: Mapping[str, frozenset[str]]) -> list[tuple[str, frozenset[str]]]:
    """A title's marks, and those that hold where nothing is said."""
    return sorted({**UNSAID, **marks}.items(), key=lambda one: one[0])


def _held(a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Which of a's numbers stand in the same row of b."""
    found = np.zeros(a.shape, dtype=bool)
    for column in range(b.shape[1]):
        found |= a == b[:, column : column + 1]
    return found & (a >= 0)


def _any(a: Ints, b: Ints) -> NDArray[np.bool_]:
    """Rows in which one of a's numbers stands in b."""
    if not a.shape[1] or not (a >= 0).any():
        return np.zeros(len(a), dtype=bool)
    rows = np.flatnonzero((a >= 0).any(axis=1))
    found = np.zeros(len(a), dtype=bool)
    found[rows] = _held(a[rows], b[rows]).any(axis=1)
    return found


def _near_edge(values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether rounding to a whole number could fall either way by the order of a sum."""
    return np.abs(values - np.floor(values) - 0.5) < _NEAR_EDGE * 1e4


def _letters(word: str) -> int:
    """Which letters a word holds, as bits."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) % 64)
    return bits
