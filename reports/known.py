"""What the register knows of pairs beyond their score: case numbers, and what people concluded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Self

from django.urls import reverse

from duplicates.kernel import PairTable
from duplicates.models import Decision, DecisionQuerySet, Pair

Sides = tuple[str, str]  # left and right code


@dataclass(frozen=True)
class Conclusion:
    """A conclusion in force on a pair."""

    sides: Sides
    words: str
    metres: float | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Known:
    """Case numbers by pair, conclusions, and the pages that prove them; empty for outside lists.

    count: of all pairs, where the table holds only the strongest. whole: the address of a file with all of them.
    """

    cases: Mapping[Sides, str] = field(default_factory=dict)
    conclusions: tuple[Conclusion, ...] = ()
    pages: Mapping[Sides, str] = field(default_factory=dict)
    works: Mapping[str, str] = field(default_factory=dict)  # pages of works by code
    count: int | None = None
    whole: str = ""

    @classmethod
    def of(cls, table: PairTable, decisions: DecisionQuerySet, base: str = "") -> Self:
        """What is known of a table of the register's pairs.

        decisions: those that the reader may see. base: the address before every path; without it nothing is linked.
        """
        wanted = {(pair.left_id, pair.right_id) for pair in table.pairs}
        stored = Pair.objects.filter(left__code__in={left for left, _right in wanted}).order_by("pk")
        rows = stored.values_list("pk", "left__code", "right__code", "left_id", "right_id", "case_id")
        kept = [row for row in rows if (row[1], row[2]) in wanted]
        sides = {row[0]: (row[1], row[2]) for row in kept}
        written = decisions.filter(pair__in=sides).select_related("decided_by").order_by("at", "pk")
        known = cls(
            cases={sides[row[0]]: f"#{row[5]}" for row in kept if row[5]},
            conclusions=tuple(_said(one, sides[one.pair_id]) for one in written),
        )
        return replace(known, **_linked(kept, base)) if base else known


def _said(one: Decision, sides: Sides) -> Conclusion:
    by = str(one.decided_by or "")
    return Conclusion(sides, str(one.get_kind_display()), one.metres, one.reason, by, one.at)


def _linked(rows: Iterable[tuple[Any, ...]], base: str) -> dict[str, Any]:
    pages: dict[Sides, str] = {}
    works: dict[str, str] = {}
    for pair, left, right, left_pk, right_pk, _case in rows:
        pages[left, right] = base + reverse("duplicate_pair", args=[pair])
        for code, pk in ((left, left_pk), (right, right_pk)):
            works[code] = base + reverse("project", args=[pk])
    return {"pages": pages, "works": works}
