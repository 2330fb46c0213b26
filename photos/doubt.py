"""[pure] How much a claim deserves a second look, 0 to 100. It orders the review queue and proves nothing.

A verdict's base value plus what each check's answer adds, at most 100; the table is in
docs/design/photo-rechecks.md, with a worked example.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

MOST = 100

BASE: Mapping[str, int] = {"verified": 0, "unlocated": 25, "outside": 35, "suspect": 50}

# What a status adds: the check's own number, else the one under "". near_site and has_position add nothing where
# they fail: the verdict's base value has it already.
ADDS: Mapping[str, Mapping[str, int]] = {
    "failed": {"": 15, "near_site": 0, "has_position": 0, "not_reused": 30, "capture_bound": 25, "speed": 20},
    "warning": {
        "": 6,
        "time_plausible": 1,
        "fix_age": 2,
        "surveyed_site": 2,
        "stages_present": 4,
        "nearer_site": 8,
        "progress_order": 10,
        "tagging_tool": 12,
        "same_coordinates": 12,
        "speed": 15,
        "screen_or_print": 15,
        "not_reused": 20,
    },
    "unknown": {"": 0, "near_site": 10, "time_plausible": 10},
}


class Answered(Protocol):
    """A check's answer, fresh (`CheckOutcome`) or stored (`CheckResult`)."""

    @property
    def code(self) -> str: ...

    @property
    def status(self) -> str: ...


def score(outcomes: Iterable[Answered], verdict: str | None) -> int:
    """The doubt that a verdict and its checks leave, 0 (none) to 100."""
    total = BASE.get(verdict or "", 0)
    for outcome in outcomes:
        adds = ADDS.get(outcome.status, {})
        total += adds.get(outcome.code, adds.get("", 0))
    return min(total, MOST)
