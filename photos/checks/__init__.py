"""[pure] The photo checks, in the order in which people read them. To add one: one file, one line here.

A check module has CODE, TIER ("door": bytes, tags and register, while the officer waits; "pixel": later, in the
worker), SENTENCES and run(evidence) -> CheckOutcome. It may have RULE (version of its rule, 1), SEVERITY (what its
"failed" amounts to: "failed"), LIMITS (numbers that a setting may change; read them with `limit`) and ASKS
("register" where it has nothing to say without the database). Its page is docs/checks/<code>.md, its test stands in
tests/photos/.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol, cast

from photos.checks import (
    camera_existed,
    capture_bound,
    complete,
    content_credentials,
    edited,
    fix_age,
    fix_agrees,
    has_position,
    hemisphere,
    in_village,
    near_site,
    nearer_site,
    not_reused,
    progress_order,
    same_coordinates,
    screen_or_print,
    speed,
    stages_present,
    surveyed_site,
    tagging_tool,
    thumbnail_matches,
    time_plausible,
)
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
        nearer_site,
        hemisphere,
        surveyed_site,
        progress_order,
        stages_present,
        in_village,
        time_plausible,
        fix_age,
        camera_existed,
        capture_bound,
        fix_agrees,
        speed,
        same_coordinates,
        edited,
        tagging_tool,
        thumbnail_matches,
        content_credentials,
        screen_or_print,
        complete,
        not_reused,
    )
)


def run_checks(evidence: Evidence) -> tuple[CheckOutcome, ...]:
    """The outcomes of all checks that can be asked of this evidence, in the registry's order.

    A setting may soften a check's "failed" to "warning", or leave the check out.
    """
    outcomes = []
    for check in CHECKS:
        if evidence.register is None and getattr(check, "ASKS", "file") == "register":
            continue
        severity = evidence.severity.get(check.CODE) or getattr(check, "SEVERITY", "failed")
        if severity == "off":
            continue
        outcome = check.run(evidence)
        if (rule := getattr(check, "RULE", 1)) != outcome.rule:
            outcome = replace(outcome, rule=rule)
        if outcome.status == "failed" and severity == "warning":
            outcome = replace(outcome, status="warning")
        outcomes.append(outcome)
    return tuple(outcomes)
