"""[pure] The photo checks, in the order in which people read them. To add one: one file, one line here.

A check module has CODE, TIER ("door": bytes and tags, while the officer waits; "pixel": later, in the worker),
SENTENCES and run(evidence) -> CheckOutcome; its page is docs/checks/<code>.md, its test tests/photos/.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, cast

from photos.checks import complete, fix_agrees, has_position, in_village, near_site, time_plausible
from photos.evidence import CheckOutcome, Evidence


class Check(Protocol):
    """What a check module offers."""

    CODE: str
    TIER: str
    SENTENCES: Mapping[str, str]

    def run(self, evidence: Evidence) -> CheckOutcome:
        """Judge one claim's evidence."""


CHECKS: tuple[Check, ...] = tuple(
    cast(Check, module)
    for module in (
        has_position,
        near_site,
        in_village,
        time_plausible,
        fix_agrees,
        complete,
    )
)


def run_checks(evidence: Evidence, *, tiers: Iterable[str] = ("door",)) -> tuple[CheckOutcome, ...]:
    """The outcomes of all checks of the given tiers, in the registry's order."""
    wanted = set(tiers)
    return tuple(check.run(evidence) for check in CHECKS if check.TIER in wanted)
