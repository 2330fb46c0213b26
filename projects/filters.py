"""The one filter vocabulary: year, place, work_type, activity, fund_source, status, evidence, stage, q, bbox, ids.

The same words in pages, map, tiles, API and exports. A repeated or comma-separated word means "or"; different
words mean "and". `evidence` is also written `verdict`. A value that cannot be meant is refused with a message
that names the word and the value, never ignored.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.contrib.gis.geos import Polygon
from django.contrib.postgres.search import SearchQuery
from django.db.models import Q
from django.http import QueryDict

from accounts.access import Action, Person, reach
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem
from projects.models import Evidence, ProjectQuerySet, Relation, RelationKind, Status, WorkType

SENTENCES = sentences(
    {
        "filter.unknown_value": _("Filter %(word)s tidak mengenal “%(value)s”. Pilihannya: %(choices)s."),
        "filter.not_a_number": _("Filter %(word)s memerlukan angka, bukan “%(value)s”."),
        "filter.not_a_place": _("Filter place memerlukan kode wilayah seperti 35.10.01, bukan “%(value)s”."),
        "filter.not_a_bbox": _(
            "Filter bbox memerlukan empat angka bujur_barat,lintang_selatan,bujur_timur,lintang_utara, bukan “%(value)s”."
        ),
    }
)

WORDS = (
    "year",
    "place",
    "work_type",
    "activity",
    "fund_source",
    "status",
    "evidence",
    "stage",
    "q",
    "bbox",
    "ids",
)
ALIASES = {"verdict": "evidence"}
# Progress classes of the map's rings: 0, 1–49, 50–99, 100 %.
STAGES: dict[str, Q] = {
    "0": Q(progress=0),
    "1-49": Q(progress__gt=0, progress__lt=50),
    "50-99": Q(progress__gte=50, progress__lt=100),
    "100": Q(progress=100),
}
_PLACE_GROUPS = (2, 2, 2, 4)
HOUSE_DECIMALS = 3  # outsiders see houses rounded to about 100 m


@dataclass(frozen=True)
class Filters:
    """What was asked for, word by word, as strings in the order given; empty words are absent."""

    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values)

    def get(self, word: str) -> tuple[str, ...]:
        return self.values.get(word, ())

    def first(self, word: str) -> str:
        """The only value of a word that takes one (q, bbox), or an empty string."""
        return next(iter(self.get(word)), "")

    def without(self, word: str) -> "Filters":
        """The same filters less one word: to count a word's other options, or to say which one emptied a list."""
        return replace(self, values={name: value for name, value in self.values.items() if name != word})

    def query_string(self) -> str:
        """The filters as they stand in a URL, words in the order of WORDS."""
        return urlencode([(word, value) for word in WORDS for value in self.get(word)])


def read(params: QueryDict | Mapping[str, Any]) -> Filters:
    """Read the vocabulary from a query string (or a dict); other parameters are none of our business.

    Raises Problem (400) for a value that cannot be meant.
    """
    found: dict[str, tuple[str, ...]] = {}
    for name in (*WORDS, *ALIASES):
        raw = params.getlist(name) if isinstance(params, QueryDict) else _as_list(params.get(name))
        word = ALIASES.get(name, name)
        parts = raw if word in {"q", "bbox"} else [part for text in raw for part in str(text).split(",")]
        kept = tuple(dict.fromkeys(part.strip() for part in map(str, parts) if part.strip()))
        if kept:
            found[word] = tuple(dict.fromkeys((*found.get(word, ()), *kept)))
    filters = Filters(found)
    condition(filters)
    return filters


def _as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple | set) else [value]


def apply(
    queryset: ProjectQuerySet, filters: Filters, user: Person | None, *, merged: bool = False
) -> ProjectQuerySet:
    """Projects that the filters select, out of `queryset` (which has decided who may see what).

    A record that was merged shows in the one that lives on: it is left out unless `ids` or `status` names it, or with
    merged. user: who asks, because outsiders search the public title; None for the system.
    """
    asked = merged or Status.MERGED in filters.get("status") or filters.get("ids")
    chosen = queryset.filter(condition(filters, user)) if filters else queryset
    return chosen if asked else chosen.exclude(status=Status.MERGED)


def condition(filters: Filters, user: Person | None = None) -> Q:
    """The filters as one condition on Project. Raises Problem (400) for a value that cannot be meant."""
    result = Q()
    for word, values in filters.values.items():
        result &= _search(values, user) if word == "q" else _CONDITIONS[word](values)
    return result


def _numbers(word: str, values: Iterable[str]) -> list[int]:
    for value in values:
        if not value.isdecimal() or len(value) > 18:
            raise Problem(message("filter.not_a_number", word=word, value=value))
    return [int(value) for value in values]


def _one_of(word: str, values: Iterable[str], choices: Iterable[str]) -> list[str]:
    known = list(choices)
    for value in values:
        if value not in known:
            raise Problem(
                Message("filter.unknown_value", {"word": word, "value": value, "choices": ", ".join(known)})
            )
    return list(values)


def _year(values: tuple[str, ...]) -> Q:
    return Q(fiscal_year__in=_numbers("year", values))


def _place(values: tuple[str, ...]) -> Q:
    result = Q(pk__in=[])
    for code in values:
        groups = code.split(".")
        wrong = len(groups) > len(_PLACE_GROUPS) or any(
            not group.isdecimal() or len(group) != size
            for group, size in zip(groups, _PLACE_GROUPS, strict=False)
        )
        if wrong:
            raise Problem(message("filter.not_a_place", value=code))
        result |= Q(village_id=code) | Q(village__code__startswith=f"{code}.")
    return result


def _activity(values: tuple[str, ...]) -> Q:
    """Activity codes by their prefix, with or without leading zeros and trailing dot: 02.03 = 2.3."""
    result = Q(pk__in=[])
    for value in values:
        code = normal_activity_code(value)
        result |= Q(activity__code=code) | Q(activity__code__startswith=f"{code}.")
    return result


def normal_activity_code(text: str) -> str:
    """Siskeudes codes as we store them: "2.3.12." → "02.03.12"."""
    return ".".join(group.zfill(2) for group in text.strip().strip(".").split("."))


def _fund_source(values: tuple[str, ...]) -> Q:
    return Q(sources__overlap=[value.upper() for value in values])


def _stage(values: tuple[str, ...]) -> Q:
    result = Q(pk__in=[])
    for value in _one_of("stage", values, STAGES):
        result |= STAGES[value]
    return result


def _search(values: tuple[str, ...], user: Person | None) -> Q:
    """Indonesian full text, parts of words and typing errors in the title, the code, or the village's name.

    A title that has a public one is not searched for outsiders: finding it would tell what it says.
    """
    readable = Q() if user is None else Q(public_title="") | reach(user, Action.SEE_DRAFTS).q("village__code")
    result = Q()
    for text in values:
        in_title = (
            Q(search=SearchQuery(text, config="indonesian", search_type="websearch"))
            | Q(title__icontains=text)
            | Q(title__trigram_word_similar=text)
        )
        result &= (
            (readable & in_title)
            | Q(public_title__icontains=text)
            | Q(public_title__trigram_word_similar=text)
            | Q(code__icontains=text)
            | _lives_on(text)
            | Q(village__name__icontains=text)
        )
    return result


def _lives_on(text: str) -> Q:
    """The record that one with such a code was merged into; only what looks like a code is worth asking for."""
    if not any(character.isdigit() for character in text):
        return Q(pk__in=[])
    merged = Relation.objects.filter(kind=RelationKind.MERGED_INTO, project__code__icontains=text)
    return Q(pk__in=merged.values("other"))


def _bbox(values: tuple[str, ...]) -> Q:
    result = Q(pk__in=[])
    for text in values:
        try:
            west, south, east, north = (float(part) for part in text.split(","))
            if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
                raise ValueError(text)
        except ValueError as error:
            raise Problem(message("filter.not_a_bbox", value=text)) from error
        exact = Q(point__coveredby=Polygon.from_bbox((west, south, east, north)))
        rough = _box_of_rounded(west, south, east, north)
        houses = Q(point__coveredby=Polygon.from_bbox(rough)) if rough else Q(pk__in=[])
        result |= (~Q(work_type=WorkType.HOUSE) & exact) | (Q(work_type=WorkType.HOUSE) & houses)
    return result


def _box_of_rounded(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float] | None:
    """The box whose points, rounded to HOUSE_DECIMALS, lie in the given box; None if there are none.

    Outsiders see houses rounded; a box that asked for the exact point could be narrowed down to the house.
    """
    unit = 10**HOUSE_DECIMALS
    low = [(math.ceil(edge * unit) - 0.5) / unit for edge in (west, south)]
    high = [(math.floor(edge * unit) + 0.5) / unit for edge in (east, north)]
    return (low[0], low[1], high[0], high[1]) if low[0] < high[0] and low[1] < high[1] else None


_CONDITIONS = {
    "year": _year,
    "place": _place,
    "work_type": lambda values: Q(work_type__in=_one_of("work_type", values, WorkType.values)),
    "activity": _activity,
    "fund_source": _fund_source,
    "status": lambda values: Q(status__in=_one_of("status", values, Status.values)),
    "evidence": lambda values: Q(evidence__in=_one_of("evidence", values, Evidence.values)),
    "stage": _stage,
    "bbox": _bbox,
    "ids": lambda values: Q(pk__in=_numbers("ids", values)),
}
