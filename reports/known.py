"""What the register knows of pairs beyond their score: case numbers, and what people concluded."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Self

from duplicates.kernel import PairTable
from duplicates.models import DecisionQuerySet, Pair

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
    """Case numbers by pair, and conclusions; empty for outside lists."""

    cases: Mapping[Sides, str] = field(default_factory=dict)
    conclusions: tuple[Conclusion, ...] = ()

    @classmethod
    def of(cls, table: PairTable, decisions: DecisionQuerySet) -> Self:
        """What is known of a table of the register's pairs; decisions: those that the reader may see."""
        wanted = {(pair.left_id, pair.right_id) for pair in table.pairs}
        stored = Pair.objects.filter(left__code__in={left for left, _right in wanted})
        rows = stored.values_list("pk", "left__code", "right__code", "case_id")
        sides = {key: (left, right) for key, left, right, _case in rows if (left, right) in wanted}
        cases = {(left, right): f"#{case}" for _key, left, right, case in rows if case}
        written = decisions.filter(pair__in=sides).select_related("decided_by").order_by("at", "pk")
        conclusions = tuple(
            Conclusion(
                sides[one.pair_id],
                str(one.get_kind_display()),
                one.metres,
                one.reason,
                str(one.decided_by or ""),
                one.at,
            )
            for one in written
        )
        return cls(cases, conclusions)
