"""[pure] Is the time possible: not in the future, within the works' window, and do the file's two clocks agree?

A whole hour off is a telephone on another zone (WITA, WIT), never fraud: a warning. A fix older than the shot is
`fix_age`'s to tell, so that one cause gives one failed check.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from photos.clocks import APART_MIN, ZONE_SLACK_H, clocks_of, shot_at
from photos.evidence import CLOCK_SLACK_MIN, CheckOutcome, Evidence, Status
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "time_plausible"
TIER = "door"
RULE = 2
LIMITS = {
    "clock_slack_min": CLOCK_SLACK_MIN,
    "clocks_apart_min": APART_MIN,
    "zone_slack_h": ZONE_SLACK_H,
    "earliest_year": 1995.0,  # before it no camera wrote these tags: a clock that lost its date (1970, 1980)
}

SENTENCES = sentences(
    {
        "time_plausible.passed": _("Diambil %(taken_at)s."),
        "time_plausible.missing": _(
            "Foto tanpa waktu pengambilan. Ambil foto dengan kamera halaman ini, atau kirim file aslinya."
        ),
        "time_plausible.reset": _(
            "Foto ini bertanggal %(taken_on)s: jam kamera kembali ke awal. Setel tanggal telepon, lalu ambil ulang."
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
            "Jam kamera dan jam GPS di dalam file berbeda %(minutes)s; batasnya %(limit_minutes)s. "
            "Periksa jam telepon, lalu ambil ulang."
        ),
        "time_plausible.zone": _("Diambil %(taken_at)s. Jam kamera bergeser %(hours)s: %(zone_word)s."),
        "time_plausible.assumed_zone": _(
            "Foto ini bertanggal %(taken_at)s bila dibaca sebagai WIB; telepon mungkin memakai WITA atau WIT."
        ),
        "time_plausible.gps_day": _("Diambil %(taken_at)s. Tanggal GPS di dalam file berbeda satu hari."),
    }
)
# By the hours that the camera's clock, read as WIB, is ahead of the satellites.
ZONES = {1: _("telepon memakai WITA"), 2: _("telepon memakai WIT"), -7: _("telepon memakai UTC")}
OTHER_ZONE = _("telepon memakai zona waktu lain")

Finding = tuple[Status, Message, float | str, float | str | None, tuple[str, ...]]
_CLOCK_FACTS = ("DateTimeOriginal", "OffsetTimeOriginal", "GPSDateStamp", "GPSTimeStamp")


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the time taken as ISO text, or minutes between the clocks; limit: the time or minutes it broke."""
    at = shot_at(evidence)
    if at is None:
        return CheckOutcome(CODE, "unknown", message("time_plausible.missing"), cites=("server:received_at",))
    for status, said, measured, limit, cites in _findings(evidence, at):
        return CheckOutcome(CODE, status, said, measured, limit, (*_time_facts(evidence), *cites))
    said = message("time_plausible.passed", taken_at=_iso(at))
    return CheckOutcome(CODE, "passed", said, _iso(at), cites=(*_time_facts(evidence), *_frame(evidence)))


def _findings(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    """What is wrong or odd, failures first."""
    yield from _reset(evidence, at)
    yield from _future(evidence, at)
    yield from _window(evidence, at)
    yield from _clocks(evidence, at)


def _iso(at: datetime) -> str:
    return at.isoformat(timespec="seconds")


def _time_facts(evidence: Evidence) -> tuple[str, ...]:
    both = evidence.keys(*_CLOCK_FACTS) if evidence.facts.gps_at and evidence.facts.camera_at else ()
    return both or evidence.time_facts


def _frame(evidence: Evidence) -> tuple[str, ...]:
    windowed = evidence.not_before or evidence.not_after
    return ("server:received_at", "server:window") if windowed else ("server:received_at",)


def _limit(evidence: Evidence, name: str) -> float:
    return evidence.limit(CODE, name, LIMITS[name])


def _reset(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    earliest = int(_limit(evidence, "earliest_year"))
    if at.year < earliest:
        said = message("time_plausible.reset", taken_on=at.date().isoformat())
        yield "failed", said, _iso(at), str(earliest), ()


def _ahead(evidence: Evidence, at: datetime) -> timedelta:
    return at - evidence.received_at - timedelta(minutes=_limit(evidence, "clock_slack_min"))


def _future(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    zone_is_assumed = evidence.taken.source in ("exif_assumed_wib", "xmp")
    slack = timedelta(hours=_limit(evidence, "zone_slack_h")) if zone_is_assumed else timedelta()
    if _ahead(evidence, at) > slack:
        said = message("time_plausible.future", taken_at=_iso(at), received_at=_iso(evidence.received_at))
        yield "failed", said, _iso(at), _iso(evidence.received_at), ("server:received_at",)


def _window(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    taken_on = at.date()
    if evidence.not_before and taken_on < evidence.not_before:
        limit = evidence.not_before.isoformat()
        said = message("time_plausible.before", taken_on=taken_on.isoformat(), limit_on=limit)
        yield "failed", said, _iso(at), limit, ("server:window",)
    if evidence.not_after and taken_on > evidence.not_after:
        limit = evidence.not_after.isoformat()
        said = message("time_plausible.after", taken_on=taken_on.isoformat(), limit_on=limit)
        yield "failed", said, _iso(at), limit, ("server:window",)


def _clocks(evidence: Evidence, at: datetime) -> Iterator[Finding]:
    clocks, limit = clocks_of(evidence), _limit(evidence, "clocks_apart_min")
    minutes = clocks.minutes or 0.0
    if clocks.kind == "zone":
        zone = ZONES.get(clocks.hours or 0, OTHER_ZONE)
        said = message("time_plausible.zone", taken_at=_iso(at), hours=clocks.hours, zone_word=zone)
        yield "warning", said, minutes, limit, ()
    elif clocks.kind == "gps_day":
        yield "warning", message("time_plausible.gps_day", taken_at=_iso(at)), minutes, limit, ()
    elif clocks.kind == "differ":
        said = message(
            "time_plausible.clocks_differ", minutes=abs(round(minutes)), limit_minutes=round(limit)
        )
        yield "failed", said, minutes, limit, ()
    elif _ahead(evidence, at) > timedelta():
        said = message("time_plausible.assumed_zone", taken_at=_iso(at))
        yield "warning", said, _iso(at), _iso(evidence.received_at), ("server:received_at",)
