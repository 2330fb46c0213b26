"""The one sentence that says what a claim's verdict rests on, chosen from its checks; and the checks in words."""

from collections.abc import Iterable

from photos.models import CheckResult, Claim, Verdict
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import say

SENTENCES = sentences(
    {
        "conclusion.nothing": _("Hasil pemeriksaan belum ada."),
        "conclusion.looking": _("Gambarnya masih diperiksa."),
    }
)
# Whose sentence explains a verdict best, if it went the verdict's way.
_SPEAKS_FOR = {
    Verdict.VERIFIED: ("near_site",),
    Verdict.OUTSIDE: ("near_site",),
    Verdict.UNLOCATED: ("has_position",),
}
# Where a photo is suspect, these failed as well, but are not why.
_EXPLAINED_BY_OTHERS = {"has_position", "near_site"}


def deciding(verdict: str, checks: Iterable[CheckResult]) -> CheckResult | None:
    """The check that explains the verdict: the nearest to the point for a located photo, else the first failed one."""
    ordered = list(checks)
    for code in _SPEAKS_FOR.get(Verdict(verdict), ()):
        for check in ordered:
            if check.code == code:
                return check
    ordered.sort(key=lambda check: check.code in _EXPLAINED_BY_OTHERS)
    for status in ("failed", "unknown", "warning"):
        for check in ordered:
            if check.status == status and (
                status != "unknown" or check.code in {"near_site", "time_plausible"}
            ):
                return check
    return ordered[0] if ordered else None


def message_of(claim: Claim) -> Message:
    """What to say of a claim (uses `claim.checks`; prefetch them for lists)."""
    check = deciding(claim.verdict, claim.checks.all())
    return Message.from_json(check.message) if check else message("conclusion.nothing")


def sentence_of(claim: Claim) -> str:
    """The same in the active language."""
    return say(message_of(claim))


# Checks whose "all is well" tells a reader something: where, how near, when.
_TOLD_WHEN_FINE = {"has_position", "near_site", "in_village", "time_plausible"}


def told(claim: Claim) -> tuple[tuple[str, Message], ...]:
    """What the checks say, in reading order: (status, message); left out is what tells nothing."""
    checks = list(claim.checks.all())
    lines = [
        (check.status, Message.from_json(check.message))
        for check in checks
        if check.status in {"failed", "warning"}
        or (check.status == "passed" and check.code in _TOLD_WHEN_FINE)
        or (check.status == "unknown" and check.code == "time_plausible")
    ]
    if any(str(check.message.get("code", "")).endswith(".pending") for check in checks):
        lines.append(
            ("unknown", message("conclusion.looking"))
        )  # once, however many checks wait for the pixels
    return tuple(lines)
