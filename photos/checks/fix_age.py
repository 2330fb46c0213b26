"""[pure] Was the position measured at the shot, or before it, at another place?

A telephone that gets no satellites writes the last position it had. The file tells: its satellite time is minutes
or hours before the shot.
"""

from photos.clocks import clocks_of
from photos.evidence import FIX_AGE_MIN, CheckOutcome, Evidence, fix_minutes_off
from places.message import mark as _
from places.message import message, sentences

CODE = "fix_age"
TIER = "door"
RULE = 1
LIMITS = {
    "warn_min": 15.0,  # older than this the position may be of another place
    "fail_min": 1440.0,  # a day: the position is not of this shot
}

SENTENCES = sentences(
    {
        "fix_age.fresh": _("Koordinat diukur saat foto diambil (selisih %(minutes)s)."),
        "fix_age.capture": _("Lokasi telepon diukur %(minutes)s dari saat foto."),
        "fix_age.old": _(
            "Koordinat diukur %(minutes)s sebelum foto diambil (batasnya %(limit_minutes)s), jadi bisa dari tempat "
            "lain. Tunggu sampai lokasi siap sebelum memotret."
        ),
        "fix_age.too_old": _(
            "Koordinat diukur %(hours)s sebelum foto diambil (batasnya %(limit_hours)s), jadi bukan dari foto ini. "
            "Tunggu sampai lokasi siap, lalu ambil ulang."
        ),
        "fix_age.clock": _("Umur koordinat tidak bisa dihitung: jam kamera dan jam GPS tidak cocok."),
        "fix_age.one_clock": _("Umur koordinat tidak diketahui: file tidak memuat waktu GPS dan waktu foto."),
        "fix_age.no_position": _("Tidak bisa diperiksa: foto tanpa koordinat."),
    }
)
_FACTS = ("DateTimeOriginal", "OffsetTimeOriginal", "GPSDateStamp", "GPSTimeStamp")


def run(evidence: Evidence) -> CheckOutcome:
    """measured: minutes from fix to shot; limit: minutes. Warning over 15, failed over a day."""
    position = evidence.position
    if position is None:
        cites = ("exif:GPSLatitude", "exif:GPSLongitude", *evidence.fix_facts)
        return CheckOutcome(CODE, "unknown", message("fix_age.no_position"), cites=cites)
    if position.source == "capture":
        return _of_capture(evidence)
    return _of_file(evidence)


def _of_file(evidence: Evidence) -> CheckOutcome:
    clocks, cites = clocks_of(evidence), evidence.keys(*_FACTS)
    warn, fail = (evidence.limit(CODE, name, LIMITS[name]) for name in ("warn_min", "fail_min"))
    if clocks.minutes is None:
        return CheckOutcome(CODE, "unknown", message("fix_age.one_clock"), cites=cites)
    age = clocks.minutes
    if clocks.kind in ("zone", "gps_day", "differ"):
        return CheckOutcome(CODE, "unknown", message("fix_age.clock"), age, warn, cites)
    if age > fail:
        said = message("fix_age.too_old", hours=round(age / 60), limit_hours=round(fail / 60))
        return CheckOutcome(CODE, "failed", said, age, fail, cites)
    if age > warn:
        said = message("fix_age.old", minutes=round(age), limit_minutes=round(warn))
        return CheckOutcome(CODE, "warning", said, age, warn, cites)
    return CheckOutcome(CODE, "passed", message("fix_age.fresh", minutes=abs(round(age))), age, warn, cites)


def _of_capture(evidence: Evidence) -> CheckOutcome:
    """A capture fix that is too old is no position at all (`fix_flaw`), so here it is fresh or of unknown age."""
    minutes = fix_minutes_off(evidence)
    limit = evidence.limit("fix_agrees", "fix_age_min", FIX_AGE_MIN)
    if minutes is None:
        return CheckOutcome(CODE, "unknown", message("fix_age.one_clock"), cites=evidence.fix_facts)
    said = message("fix_age.capture", minutes=abs(round(minutes)))
    return CheckOutcome(CODE, "passed", said, round(minutes, 1), limit, evidence.fix_facts)
