"""[pure] Do the file's position and the page's capture fix agree, where both exist?"""

from photos.evidence import (
    COARSE_M,
    DEFAULT_ERROR_M,
    FIX_AGE,
    WALK_M,
    CheckOutcome,
    Evidence,
    fix_flaw,
    fix_minutes_off,
    metres_between_fix_and_file,
)
from places.message import mark as _
from places.message import message, sentences

CODE = "fix_agrees"
TIER = "door"

SENTENCES = sentences(
    {
        "fix_agrees.agree": _(
            "Koordinat file dan lokasi telepon cocok (%(distance_m)s; batasnya %(limit_m)s)."
        ),
        "fix_agrees.differ": _(
            "Koordinat file dan lokasi telepon berbeda %(distance_m)s; batasnya %(limit_m)s. "
            "Ambil ulang foto dengan kamera halaman ini."
        ),
        "fix_agrees.no_fix": _("Hanya koordinat file; tidak ada lokasi telepon untuk dibandingkan."),
        "fix_agrees.only_fix": _("Hanya lokasi telepon (± %(accuracy_m)s); file tanpa koordinat."),
        "fix_agrees.neither": _("Tidak ada koordinat file maupun lokasi telepon."),
        "fix_agrees.coarse": _(
            "Lokasi telepon hanya perkiraan (± %(accuracy_m)s; batasnya %(limit_m)s), jadi tidak membuktikan apa pun. "
            "Nyalakan lokasi akurat untuk peramban ini, lalu ambil ulang."
        ),
        "fix_agrees.no_accuracy": _("Lokasi telepon tanpa akurasi, jadi tidak dipakai. Ambil ulang foto."),
        "fix_agrees.impossible": _(
            "Lokasi telepon tidak mungkin (di luar bumi atau 0,0), jadi tidak dipakai."
        ),
        "fix_agrees.other_time": _(
            "Lokasi telepon diambil %(minutes)s menit dari saat foto; batasnya %(limit_minutes)s menit, "
            "jadi tidak dipakai. Tunggu lokasi terbaru, lalu ambil ulang."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: metres between both; limit: both errors (each at most 100 m) plus 50 m. Unknown if one is missing."""
    flaw = fix_flaw(evidence)
    if flaw or evidence.fix is None:
        return _nothing_proved(evidence, flaw)
    accuracy = evidence.fix.accuracy_m or 0.0
    distance, position = metres_between_fix_and_file(evidence), evidence.facts.position
    if distance is None or position is None:
        return CheckOutcome(CODE, "unknown", message("fix_agrees.only_fix", accuracy_m=accuracy))
    stated = DEFAULT_ERROR_M if position.error_m is None else min(position.error_m, COARSE_M)
    limit = round(WALK_M + stated + accuracy, 2)
    agree = distance <= limit
    said = message("fix_agrees.agree" if agree else "fix_agrees.differ", distance_m=distance, limit_m=limit)
    return CheckOutcome(CODE, "passed" if agree else "failed", said, distance, limit)


def _nothing_proved(evidence: Evidence, flaw: str) -> CheckOutcome:
    fix = evidence.fix
    if fix is None:
        code = "fix_agrees.no_fix" if evidence.facts.position else "fix_agrees.neither"
        return CheckOutcome(CODE, "unknown", message(code))
    if flaw == "coarse":
        accuracy = fix.accuracy_m or 0.0
        said = message("fix_agrees.coarse", accuracy_m=accuracy, limit_m=COARSE_M)
        return CheckOutcome(CODE, "unknown", said, accuracy, COARSE_M)
    if flaw == "other_time":
        minutes, limit = abs(fix_minutes_off(evidence) or 0.0), FIX_AGE.total_seconds() / 60
        said = message("fix_agrees.other_time", minutes=round(minutes), limit_minutes=round(limit))
        return CheckOutcome(CODE, "unknown", said, round(minutes, 1), limit)
    return CheckOutcome(CODE, "unknown", message(f"fix_agrees.{flaw}"))
