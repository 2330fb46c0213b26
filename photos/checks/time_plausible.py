"""[pure] Is the time possible: not in the future, within the works' window, and do the file's two clocks agree?

A whole hour off is a telephone on another zone (WITA, WIT), never fraud: a warning.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from photos.evidence import CLOCK_SLACK, CheckOutcome, Evidence, Status, whole_hours
from photos.exif import gps_day_slipped
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "time_plausible"
TIER = "door"

CLOCKS_APART = timedelta(minutes=15)  # EXIF against GPS time: fixes are a few minutes old, clocks a few off
ZONE_SLACK = timedelta(hours=2)  # a camera clock without offset may stand on WITA (1 h) or WIT (2 h)

SENTENCES = sentences(
    {
        "time_plausible.passed": _("Diambil %(taken_at)s."),
        "time_plausible.missing": _(
            "Foto tanpa waktu pengambilan. Ambil foto dengan kamera halaman ini, atau kirim file aslinya."
        ),
        "time_plausible.future": _(
            "Foto ini bertanggal %(taken_at)s, padahal diterima %(received_at)s. Periksa jam telepon, lalu ambil ulang."
        ),
        "time_plausible.before": _(
            "Foto ini bertanggal %(taken_on)s, sebelum masa pekerjaan (mulai %(limit_on)s). Periksa jam telepon, "
            "atau pilih pekerjaan yang benar."
        ),
        "time_plausible.after": _(
            "Foto ini bertanggal %(taken_on)s, sesudah masa pekerjaan (sampai %(limit_on)s). Periksa jam telepon, "
            "atau pilih pekerjaan yang benar."
        ),
        "time_plausible.clocks_differ": _(
            "Jam kamera dan jam GPS di dalam file berbeda %(minutes)s menit; batasnya %(limit_minutes)s menit. "
            "Periksa jam telepon, lalu ambil ulang."
        ),
        "time_plausible.zone": _("Diambil %(taken_at)s. Jam kamera bergeser %(hours)s jam: zona waktu lain."),
        "time_plausible.assumed_zone": _(
            "Foto ini bertanggal %(taken_at)s bila dibaca sebagai WIB; telepon mungkin memakai WITA atau WIT."
        ),
        "time_plausible.gps_day": _("Diambil %(taken_at)s. Tanggal GPS di dalam file berbeda satu hari."),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the time taken as ISO text, or minutes between the clocks; limit: the time or minutes it broke."""
    at = evidence.taken.at
    if at is None:
        return CheckOutcome(CODE, "unknown", message("time_plausible.missing"))
    for status, said, measured, limit in _findings(evidence, at):
        return CheckOutcome(CODE, status, said, measured, limit)
    return CheckOutcome(CODE, "passed", message("time_plausible.passed", taken_at=_iso(at)), _iso(at))


Finding = tuple[Status, Message, float | str, float | str | None]


def _findings(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    """What is wrong or odd, failures first."""
    yield from _future(evidence, at)
    yield from _window(evidence, at)
    yield from _clocks(evidence, at)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _zone_is_assumed(evidence: Evidence) -> bool:
    return evidence.taken.source in ("exif_assumed_wib", "xmp")


def _ahead(evidence: Evidence, at: datetime) -> timedelta:
    return at - evidence.received_at - CLOCK_SLACK


def _future(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    slack = ZONE_SLACK if _zone_is_assumed(evidence) else timedelta()
    if _ahead(evidence, at) > slack:
        said = message("time_plausible.future", taken_at=_iso(at), received_at=_iso(evidence.received_at))
        yield "failed", said, _iso(at), _iso(evidence.received_at)


def _window(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    taken_on = at.date()
    if evidence.not_before and taken_on < evidence.not_before:
        limit = evidence.not_before.isoformat()
        said = message("time_plausible.before", taken_on=taken_on.isoformat(), limit_on=limit)
        yield "failed", said, _iso(at), limit
    if evidence.not_after and taken_on > evidence.not_after:
        limit = evidence.not_after.isoformat()
        said = message("time_plausible.after", taken_on=taken_on.isoformat(), limit_on=limit)
        yield "failed", said, _iso(at), limit


def _clocks(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    gps_at, camera_at = evidence.facts.gps_at, evidence.facts.camera_at
    if gps_at and camera_at and abs(camera_at - gps_at) > CLOCKS_APART:
        minutes = round((camera_at - gps_at) / timedelta(minutes=1), 1)
        limit = CLOCKS_APART / timedelta(minutes=1)
        hours = whole_hours(camera_at - gps_at)
        if hours is not None:
            yield "warning", message("time_plausible.zone", taken_at=_iso(at), hours=hours), minutes, limit
        elif gps_day_slipped(gps_at, camera_at):
            yield "warning", message("time_plausible.gps_day", taken_at=_iso(at)), minutes, limit
        else:
            said = message(
                "time_plausible.clocks_differ", minutes=abs(round(minutes)), limit_minutes=round(limit)
            )
            yield "failed", said, minutes, limit
    elif _ahead(evidence, at) > timedelta():
        said = message("time_plausible.assumed_zone", taken_at=_iso(at))
        yield "warning", said, _iso(at), _iso(evidence.received_at)
