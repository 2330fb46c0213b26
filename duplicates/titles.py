"""[pure] Titles of construction works: what a title says once its spelling is out of the way, and how alike two are.

A title becomes words in one spelling ("Pemb. jl rabat cor JUT dsn Krajan RT 02/RW 1" → pembangunan, jalan,
rabat beton, jalan usaha tani, dusun, krajan, rt 2, rw 1). Quantities and years are taken out and kept apart.
Likeness is free of order; a word counts by how much it tells (log2 of one over its share of titles), so that
template words ("pembangunan jalan") weigh little and names weigh much. Typing errors are bridged by rapidfuzz.
Worked example: docs/design/duplicate-score.md.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import pairwise

from rapidfuzz.distance import OSA

from duplicates.title_words import (
    AKIN,
    ALSO_A_PLACE,
    BUILT,
    CANONICAL,
    COMMON_PER_THOUSAND,
    FILLERS,
    LONGEST_PHRASE,
    SAME_SIDE,
    SIDES,
    UNITS,
)

PRIOR_TITLES = 1000  # the prior table weighs as much as a list of this many titles
SAME_SPELLING = 0.8  # two words of six letters and more are one with at least this share of letters in place
LONG_ENOUGH = 6

_NUMERALS = "i ii iii iv v vi vii viii ix x xi xii xiii xiv xv xvi"
_ROMAN = {numeral: str(number) for number, numeral in enumerate(_NUMERALS.split(), 1)}
_LETTERS = frozenset("abcdefgh")
_NUMBER = r"\d+(?:[.,]\d+)*"
_CODE = re.compile(r"\b\d+(?:\.[0-9a-z]+){2,}\b")
_STATION = re.compile(r"(?<![\d.])\d{1,3}\s*\+\s*\d{3}(?:[.,]\d+)?")
_RT_RW_SLASHED = re.compile(r"(?<![a-z])rt\s*/\s*rw\s*[.:]?\s*0*(\d{1,3})\s*/\s*0*(\d{1,3})")
_RT_SLASH_RW = re.compile(r"(?<![a-z])rt\s*[.:]?\s*0*(\d{1,3})\s*/\s*0*(\d{1,3})(?!\d)")
_RT_RW = re.compile(
    r"(?<![a-z])(rt|rw)\s*[.:]?\s*0*(\d{1,3})((?:\s*(?:,|&|dan|-|sampai|sd)\s*0*\d{1,3}(?![\dx.]))*)"
)
_AND_MORE = re.compile(r"(,|&|dan|-|sampai|sd)\s*0*(\d{1,3})")
MOST_IN_A_RANGE = 30  # "RT 1-12" are twelve; "RT 1-500" is something else
_YEAR = re.compile(r"(?:\b(?:ta|t\.a\.?|tahun(?: anggaran)?|thn?\.?)\s*)?\b((?:19|20)\d\d)\b")
_UNIT = "|".join(sorted(UNITS, key=len, reverse=True))
_QUANTITY = re.compile(
    rf"(?:\b[plt]\s*[=:.]\s*)?\b({_NUMBER}(?:\s*[x×]\s*{_NUMBER})*)\s*({_UNIT})(?![a-z0-9])"
)
_SIZES = re.compile(rf"\b{_NUMBER}(?:\s*[x×]\s*{_NUMBER})+(?![a-z0-9])")
_WORD = re.compile(r"[^\W\d_]+(?:'+[^\W\d_]+)*|\d+")
_ENUMERATED = re.compile(r"^\s*\d{1,3}\s*[.)]\s")  # "1. Rabat beton …": the row of a list, not the work
_INITIALS = re.compile(r"(?<![\w'])(?!s\.d|t\.a)[^\W\d_](?:[&+.][^\W\d_])+(?![\w'])")  # A&W, K.H., S+U
# Scripts that leave no space between words: two neighbouring letters stand for a word.
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")


@dataclass(frozen=True)
class Word:
    """One word in its one spelling, and where it stands in the title as written."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class Quantity:
    """A volume written inside a title: "200 x 2,5 m" is value "200x2.5", unit "m"."""

    value: str
    unit: str


@dataclass(frozen=True)
class Title:
    """A title as read: `words` in one spelling, and what was taken out or marked while reading.

    marks: what can contradict another title, by kind: {"rt": {"2"}, "krajan": {"1"}, "kode": {"2.02.05.003"}}.
    built: kinds of work named, in the words of Project.work_type.
    """

    written: str
    words: tuple[Word, ...]
    marks: Mapping[str, frozenset[str]]
    built: frozenset[str]
    quantities: tuple[Quantity, ...]
    years: tuple[int, ...]

    @cached_property
    def vocabulary(self) -> frozenset[str]:
        """The words without order and repetition."""
        return frozenset(word.text for word in self.words)


@dataclass
class _Reading:
    """A title while it is being read: what is understood is blanked out, so that positions stay."""

    rest: str
    words: list[Word] = field(default_factory=list)

    def take(self, match: re.Match[str], *numbered: tuple[str, str]) -> None:
        """Blank out a match and note its numbered words: ("rt", "2")."""
        for kind, number in numbered:
            self.words.append(Word(f"{kind} {int(number)}", *match.span()))
        self.rest = self.rest[: match.start()] + " " * len(match[0]) + self.rest[match.end() :]


class _Folded(dict[int, str]):
    """Letters without case and accents, each by one: é → e, ø → o; a mark that stands alone becomes an apostrophe."""

    def __missing__(self, code: int) -> str:
        char = chr(code)
        if unicodedata.category(char) in ("Mn", "Mc", "Me"):
            plain = "'"
        else:
            bare = [c for c in unicodedata.normalize("NFKD", char) if not unicodedata.combining(c)]
            lowered = (bare[0] if len(bare) == 1 else char).lower()
            plain = lowered if len(lowered) == 1 else char
        self[code] = plain
        return plain


_FOLDED = _Folded(
    zip(map(ord, "ßøØæÆœŒđĐłŁıþÞðÐ\u2019\u2018\u00b4\u2032"), "sooaaooddllittdd" + "'" * 4, strict=True)
)


def _plain(text: str) -> str:
    """Lower case without accents, letter for letter, so that positions in the result are positions in the text."""
    return text.lower() if text.isascii() else text.translate(_FOLDED)


def _read_addresses(reading: _Reading) -> None:
    for match in _CODE.finditer(reading.rest):
        reading.words.append(Word(match[0], *match.span()))
        reading.take(match)
    for match in _STATION.finditer(reading.rest):
        reading.words.append(Word(re.sub(r"\s", "", match[0]), *match.span()))
        reading.take(match)
    for pattern in (_RT_RW_SLASHED, _RT_SLASH_RW):
        for match in pattern.finditer(reading.rest):
            reading.take(match, ("rt", match[1]), ("rw", match[2]))
    for match in _RT_RW.finditer(reading.rest):
        reading.take(match, *((match[1], str(number)) for number in _listed(int(match[2]), match[3])))


def _listed(first: int, more: str) -> list[int]:
    """The numbers of "1, 2 dan 5" and of "1 s/d 3": each once, in order."""
    numbers = [first]
    for joint, digits in _AND_MORE.findall(more):
        last = int(digits)
        if joint in ("-", "sampai", "sd") and 0 < last - numbers[-1] <= MOST_IN_A_RANGE:
            numbers.extend(range(numbers[-1] + 1, last + 1))
        elif last not in numbers:
            numbers.append(last)
    return numbers


def _read_quantities(reading: _Reading) -> tuple[tuple[Quantity, ...], tuple[int, ...]]:
    quantities = []
    for match in _QUANTITY.finditer(reading.rest):
        value = re.sub(r"\s", "", match[1]).replace(",", ".").replace("×", "x")
        quantities.append(Quantity(value, UNITS[match[2]]))
        reading.take(match)
    for match in _SIZES.finditer(reading.rest):
        quantities.append(Quantity(re.sub(r"\s", "", match[0]).replace(",", ".").replace("×", "x"), ""))
        reading.take(match)
    years = []
    for match in _YEAR.finditer(reading.rest):
        years.append(int(match[1]))
        reading.take(match)
    return tuple(quantities), tuple(years)


def _in_one_spelling(raw: list[Word]) -> list[Word]:
    """Longest phrase first: jalan, usaha, tani → "jalan usaha tani"."""
    words, at = [], 0
    while at < len(raw):
        for length in range(min(LONGEST_PHRASE, len(raw) - at), 0, -1):
            canonical = CANONICAL.get(tuple(word.text for word in raw[at : at + length]))
            if canonical or length == 1:
                words.append(Word(canonical or raw[at].text, raw[at].start, raw[at + length - 1].end))
                at += length
                break
    return words


_WRITTEN_OUT = {
    "satu": "1", "dua": "2", "tiga": "3", "empat": "4", "lima": "5", "enam": "6", "pertama": "1", "kedua": "2",
    "ketiga": "3", "keempat": "4",
}  # fmt: skip


def _number(word: str, before: str) -> str | None:
    """What numbers things: 2, II, the B of "blok B", and after a phase also "kedua"."""
    if word.isdecimal():
        return str(int(word))
    if before in _COUNTED and word in _WRITTEN_OUT:
        return _WRITTEN_OUT[word]
    return _ROMAN.get(word) or (word if word in _LETTERS else None)


_COUNTED = frozenset(("tahap", "rt", "rw", "paket", "termin"))
_ONLY_WITH_A_NUMBER = frozenset(("rt", "rw", "sta"))


def _read_initials(reading: _Reading) -> None:
    for match in _INITIALS.finditer(reading.rest):
        letters = re.sub(r"[&+.]", "", match[0])
        reading.words.append(Word(CANONICAL.get((letters,), letters), *match.span()))
        reading.take(match)


def _pieces(found: re.Match[str]) -> list[Word]:
    """A run of letters as words: itself, or in a script without spaces every two neighbouring letters."""
    text = found[0].replace("'", "")
    if text.isascii() or len(text) < 3 or not _UNSPACED.fullmatch(text):
        return [Word(text, *found.span())]
    return [Word(a + b, *found.span()) for a, b in pairwise(text)]


def _read_words(reading: _Reading) -> None:
    found = [word for match in _WORD.finditer(reading.rest) for word in _pieces(match)]
    before = ""
    for word in _in_one_spelling(found):
        number = _number(word.text, before)
        if number:  # "24 Jam", "B Cafe": with nothing before it, it is a word of the name
            name = f"{before} {number}" if before else word.text
            reading.words.append(Word(name, word.start, word.end))
        elif word.text not in FILLERS:
            before = word.text
            if word.text not in _ONLY_WITH_A_NUMBER:
                reading.words.append(word)


_NUMBERED = re.compile(r"(.+) (\d+|[a-h])")
_STATION_WORD = re.compile(r"\d{1,3}\+\d{3}(?:[.,]\d+)?")


def mark_of(word: str) -> tuple[str, str] | None:
    """What a word can contradict another title by: "rt 2" → ("rt", "2"), "kiri" → ("side", "kiri"); else None."""
    if word in SIDES:
        return SIDES[word], SAME_SIDE.get(word, word)
    if word[:1].isdigit():
        return ("sta", word) if _STATION_WORD.fullmatch(word) else ("kode", word) if "." in word else None
    numbered = _NUMBERED.fullmatch(word)
    return (numbered[1], numbered[2]) if numbered else None


def marks_of(words: Iterable[str]) -> dict[str, frozenset[str]]:
    """The marks of a title's words, by kind."""
    marks: dict[str, set[str]] = {}
    for kind, value in filter(None, map(mark_of, words)):
        marks.setdefault(kind, set()).add(value)
    return {kind: frozenset(values) for kind, values in marks.items()}


def built_of(words: Iterable[str]) -> frozenset[str]:
    """The kinds of work that a title's words name, in the words of Project.work_type."""
    texts = list(words)
    built = frozenset(BUILT[text] for text in texts if text in BUILT)
    return built or frozenset(ALSO_A_PLACE[text] for text in texts if text in ALSO_A_PLACE)


@lru_cache(maxsize=50_000)
def read_title(written: str) -> Title:
    """Read a title as written. Never fails; a title without a word has empty `words`."""
    reading = _Reading(_plain(written).replace("s/d", " - ").replace("s.d.", " -  "))
    for match in _ENUMERATED.finditer(reading.rest):
        reading.take(match)
    _read_addresses(reading)
    quantities, years = _read_quantities(reading)
    _read_initials(reading)
    _read_words(reading)
    words = tuple(sorted(reading.words, key=lambda word: (word.start, word.text)))
    texts = [word.text for word in words]
    return Title(written, words, marks_of(texts), built_of(texts), quantities, years)


@dataclass(frozen=True)
class Frequencies:
    """In how many titles of a batch each word stands. Frequencies() is the prior alone, for a single project."""

    titles: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, titles: Iterable[str]) -> "Frequencies":
        """Count the words of a batch of titles as written."""
        counts: Counter[str] = Counter()
        number = 0
        for title in titles:
            counts.update(read_title(title).vocabulary)
            number += 1
        return cls(number, counts)

    def bits(self, word: str) -> float:
        """What it tells that a title holds this word: log2(1 / share of titles), the prior table included."""
        common = COMMON_PER_THOUSAND.get(word, 0) + 0.5
        return math.log2((PRIOR_TITLES + self.titles + 1) / (common + self.counts.get(word, 0)))


@dataclass(frozen=True)
class Likeness:
    """How alike two titles are. share: 0..1 of what both tell; bits: what the words they have in common tell.

    contradiction: the words that cannot both be right ("rt 2", "rt 3"), or None.
    """

    share: float
    bits: float
    same: tuple[str, ...]
    contradiction: tuple[str, str] | None


@lru_cache(maxsize=200_000)
def spelling(word: str, other: str) -> float:
    """Share of letters in place of two words that may be one misspelled, 0..1; 0 for short ones and numbers.

    Two neighbouring letters that changed places are one slip.
    """
    if len(word) < LONG_ENOUGH or len(other) < LONG_ENOUGH or any(char.isdigit() for char in word + other):
        return 0.0
    return OSA.normalized_similarity(word, other)


def _spelled_alike(word: str, others: Iterable[str]) -> str | None:
    best = max(others, key=lambda other: (spelling(word, other), other), default=None)
    return best if best is not None and spelling(word, best) >= SAME_SPELLING else None


def _matches(left: Title, right: Title) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Words of both that mean the same: equal, misspelled, or written apart ("kali setail", "kalisetail")."""
    equal = left.vocabulary & right.vocabulary
    pairs = [(frozenset([word]), frozenset([word])) for word in sorted(equal)]
    mine, theirs = left.vocabulary - equal, right.vocabulary - equal
    if not mine or not theirs:
        return pairs
    apart = _written_apart(left, mine, theirs)
    apart += [(joined, split) for split, joined in _written_apart(right, theirs, mine)]
    for ours, others in apart:
        if ours <= mine and others <= theirs:
            pairs.append((ours, others))
            mine, theirs = mine - ours, theirs - others
    for word in sorted(mine):
        other = _spelled_alike(word, theirs)
        if other:
            pairs.append((frozenset([word]), frozenset([other])))
            theirs -= {other}
    return pairs


def _written_apart(
    title: Title, own: frozenset[str], others: frozenset[str]
) -> list[tuple[frozenset[str], frozenset[str]]]:
    """Two neighbouring words, of `own`, which are one of the others' words when written together."""
    return [
        (frozenset([a.text, b.text]), frozenset([a.text + b.text]))
        for a, b in pairwise(title.words)
        if a.text + b.text in others and a.text in own and b.text in own
    ]


# A title without a phase or stretch is the first one: "… tahap 2" goes on where "…" ended.
UNSAID = {"tahap": frozenset(["1"]), "ruas": frozenset(["1"])}


# What two works of one plan differ by: the signal "context" weighs these, so "title" does not.
PHASE, SIDE, STRETCH = frozenset(("tahap",)), frozenset(("side", "flow")), frozenset(("ruas", "sta"))
OF_ONE_PLAN = PHASE | SIDE | STRETCH
BUILT_KIND = "built"


def contradictions(left: Title, right: Title) -> dict[str, tuple[str, str]]:
    """What cannot both be right, by kind of mark in alphabetical order; last "built": a road and a drain."""
    found = {}
    for kind in sorted(left.marks.keys() | right.marks.keys()):
        mine, theirs = left.marks.get(kind, UNSAID.get(kind)), right.marks.get(kind, UNSAID.get(kind))
        if mine and theirs and excludes(kind, mine, theirs):
            prefix = "" if kind in SIDES.values() or kind in ("kode", "sta") else f"{kind} "
            found[kind] = prefix + ", ".join(sorted(mine)), prefix + ", ".join(sorted(theirs))
    if builds_exclude(left.built, right.built):
        found[BUILT_KIND] = _names(left), _names(right)
    return found


def builds_exclude(mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether what two titles name as built cannot be the same work."""
    if not mine or not theirs or mine & theirs:
        return False
    return not any(frozenset((a, b)) in AKIN for a in mine for b in theirs)


def excludes(kind: str, mine: frozenset[str], theirs: frozenset[str]) -> bool:
    """Whether two sets of marks cannot both be right; stations ("STA 0+200") are the ends of a stretch."""
    if kind == "sta" and len(mine) > 1 and len(theirs) > 1:
        (a, b), (c, d) = (_stretch(stations) for stations in (mine, theirs))
        return max(a, c) >= min(b, d)
    return not mine & theirs


def _stretch(stations: frozenset[str]) -> tuple[float, float]:
    metres = [float(station.replace(",", ".").replace("+", "")) for station in stations]
    return min(metres), max(metres)


def _names(title: Title) -> str:
    named = [word.text for word in title.words if word.text in BUILT or word.text in ALSO_A_PLACE]
    return named[0] if named else title.written


def compare_titles(
    left: Title, right: Title, frequencies: Frequencies, apart_from: frozenset[str] = frozenset()
) -> Likeness:
    """Likeness of two titles, the same whichever stands left.

    share = what the common words tell, over what all words of both tell (a weighted Jaccard share).
    apart_from: kinds of contradiction that another signal weighs.
    """
    bits = {word: frequencies.bits(word) for word in left.vocabulary | right.vocabulary}
    pairs = _matches(left, right)
    common = sum(min(sum(bits[w] for w in a), sum(bits[w] for w in b)) for a, b in pairs)
    used = {word for a, b in pairs for word in a | b}
    alone = sum(bits[word] for word in sorted(bits) if word not in used)
    share = common / (common + alone) if common else 0.0
    by_bits = sorted(pairs, key=lambda pair: (-sum(bits[w] for w in pair[0]), sorted(pair[0])))
    same = tuple(" ".join(sorted(a)) for a, _b in by_bits)
    against = {kind: why for kind, why in contradictions(left, right).items() if kind not in apart_from}
    return Likeness(round(share, 4), round(common, 2), same, next(iter(against.values()), None))


def marked(title: Title, other: Title) -> list[tuple[str, bool]]:
    """The title as written in pieces, each with whether it differs from the other title; joined they are the title."""
    shared = {word for a, b in _matches(title, other) for word in a}
    differs = [False] * len(title.written)
    for word in title.words:
        if word.text not in shared:
            differs[word.start : word.end] = [True] * (word.end - word.start)
    pieces: list[tuple[str, bool]] = []
    for char, flag in zip(title.written, differs, strict=True):
        if pieces and pieces[-1][1] == flag:
            pieces[-1] = (pieces[-1][0] + char, flag)
        else:
            pieces.append((char, flag))
    return pieces
