"""[pure] Does progress grow with time? Going back, jumping, and 100 % on the day of 0 % deserve a look, no more.

Works do go fast, officers do pick a wrong number: a warning, unless a setting makes it more.
"""

from collections.abc import Iterator
from datetime import timedelta

from photos.evidence import CheckOutcome, Evidence, Shot
from photos.exif import WIB
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "progress_order"
TIER = "door"
ASKS = "register"
SEVERITY = "warning"
LIMITS = {
    "jump_pct": 80.0,  # so many points of progress …
    "jump_hours": 24.0,  # … within so many hours
    "slack_minutes": 120.0,  # shots nearer in time are not put in order: clocks may stand on WITA or WIT
}
QUICK_HOURS = {"lighting": 2.0}  # a lamp is put up within a day, seen from its 0 % photo

SENTENCES = sentences(
    {
        "progress_order.grows": _("Progres naik menurut waktu foto."),
        "progress_order.not_progress": _("Foto ini bukan foto progres."),
        "progress_order.no_time": _("Urutan progres tidak bisa diperiksa: foto tanpa waktu."),
        "progress_order.back": _(
            "Progres %(progress_pct)s, padahal foto %(other_at)s sudah menunjukkan %(other_pct)s. Periksa angka progresnya."
        ),
        "progress_order.ahead": _(
            "Progres %(progress_pct)s, padahal foto yang lebih baru (%(other_at)s) baru menunjukkan %(other_pct)s. "
            "Periksa angka progresnya."
        ),
        "progress_order.same_day": _(
            "Foto 0 %% dan foto 100 %% diambil pada hari yang sama, selisih sekitar %(hours)s. Periksa angka progresnya."
        ),
        "progress_order.jump": _(
            "Progres naik dari %(other_pct)s ke %(progress_pct)s dalam sekitar %(hours)s (foto %(other_at)s). "
            "Periksa angka progresnya."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: hours to the shot that it jumps from, or points that it goes back; limit: hours, or 0 points."""
    register, at = evidence.register, evidence.taken.at
    cites = ("officer:progress", "officer:purpose", *evidence.time_facts, "server:site_shots")
    if register is None or register.purpose != "progress":
        return CheckOutcome(CODE, "passed", message("progress_order.not_progress"), cites=cites)
    if at is None:
        return CheckOutcome(CODE, "unknown", message("progress_order.no_time"), cites=cites)
    for said, measured, limit in _findings(evidence):
        return CheckOutcome(CODE, "failed", said, measured, limit, cites)
    return CheckOutcome(CODE, "passed", message("progress_order.grows"), cites=cites)


Finding = tuple[Message, float, float]


def _findings(evidence: Evidence) -> Iterator[Finding]:
    """What is odd, the plainest first."""
    yield from _out_of_order(evidence)
    yield from _same_day(evidence)
    yield from _jump(evidence)


def _limit(evidence: Evidence, name: str) -> float:
    return evidence.limit(CODE, name, LIMITS[name])


def _others(evidence: Evidence) -> Iterator[tuple[Shot, timedelta]]:
    """The site's other shots with the time from each to this one (negative: the other is later), nearest first."""
    register, at = evidence.register, evidence.taken.at
    if register is None or at is None:
        return
    timed = [(shot, at - shot.at) for shot in register.site_shots if shot.at is not None]
    yield from sorted(timed, key=lambda pair: (abs(pair[1]), pair[0].claim_id))


def _progress(evidence: Evidence) -> int:
    return evidence.register.progress if evidence.register else 0


def _said(code: str, evidence: Evidence, shot: Shot, **more: float) -> Message:
    at = shot.at.astimezone(WIB).isoformat(timespec="seconds") if shot.at else ""
    return message(
        f"progress_order.{code}",
        progress_pct=_progress(evidence),
        other_pct=shot.progress,
        other_at=at,
        **more,
    )


def _out_of_order(evidence: Evidence) -> Iterator[Finding]:
    slack, here = timedelta(minutes=_limit(evidence, "slack_minutes")), _progress(evidence)
    for shot, apart in _others(evidence):
        if apart > slack and shot.progress > here:
            yield _said("back", evidence, shot), float(shot.progress - here), 0.0
        elif apart < -slack and shot.progress < here:
            yield _said("ahead", evidence, shot), float(here - shot.progress), 0.0


def _hours(apart: timedelta) -> float:
    return round(abs(apart) / timedelta(hours=1), 1)


def _about(apart: timedelta) -> int:
    """Hours for the sentence, never "0"."""
    return max(1, round(_hours(apart)))


def _quick(evidence: Evidence) -> float:
    """Hours within which a jump is odd for this kind of work."""
    hours = _limit(evidence, "jump_hours")
    return min(hours, QUICK_HOURS.get(evidence.work_type, hours))


def _same_day(evidence: Evidence) -> Iterator[Finding]:
    here, at, limit = _progress(evidence), evidence.taken.at, _quick(evidence)
    for shot, apart in _others(evidence):
        if at is None or shot.at is None or {here, shot.progress} != {0, 100}:
            continue
        if at.astimezone(WIB).date() == shot.at.astimezone(WIB).date() and _hours(apart) <= limit:
            yield message("progress_order.same_day", hours=_about(apart)), _hours(apart), limit


def _jump(evidence: Evidence) -> Iterator[Finding]:
    here, points, limit = _progress(evidence), _limit(evidence, "jump_pct"), _quick(evidence)
    for shot, apart in _others(evidence):
        if apart >= timedelta() and here - shot.progress >= points and _hours(apart) <= limit:
            yield _said("jump", evidence, shot, hours=_about(apart)), _hours(apart), limit
