"""[pure] Do the file's position and the page's capture fix agree, where both exist?"""

from photos.evidence import (
    COARSE_M,
    DEFAULT_ERROR_M,
    FIX_AGE_MIN,
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
RULE = 2
LIMITS = {
    "walk_m": WALK_M,
    "default_error_m": DEFAULT_ERROR_M,
    "coarse_m": COARSE_M,
    "fix_age_min": FIX_AGE_MIN,
}

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
        "fix_agrees.broken_seal": _(
            "Lokasi telepon tidak sesuai dengan segel kameranya, jadi tidak dipakai. Ambil ulang foto."
        ),
        "fix_agrees.no_accuracy": _("Lokasi telepon tanpa akurasi, jadi tidak dipakai. Ambil ulang foto."),
        "fix_agrees.impossible": _(
            "Lokasi telepon tidak mungkin (di luar bumi atau 0,0), jadi tidak dipakai."
        ),
        "fix_agrees.other_time": _(
            "Lokasi telepon diambil %(minutes)s dari saat foto; batasnya %(limit_minutes)s, "
            "jadi tidak dipakai. Tunggu lokasi terbaru, lalu ambil ulang."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: metres between both; limit: both errors (each at most 100 m) plus 50 m. Unknown if one is missing."""
    flaw = fix_flaw(evidence)
    if flaw or evidence.fix is None:
        return _nothing_proved(evidence, flaw)
    accuracy, cites = evidence.fix.accuracy_m or 0.0, (*evidence.position_facts, *evidence.fix_facts)
    distance, position = metres_between_fix_and_file(evidence), evidence.facts.position
    if distance is None or position is None:
        said = message("fix_agrees.only_fix", accuracy_m=accuracy)
        return CheckOutcome(CODE, "unknown", said, cites=evidence.fix_facts)
    stated, coarse = position.error_m, _limit(evidence, "coarse_m")
    error = _limit(evidence, "default_error_m") if stated is None else min(stated, coarse)
    limit = round(_limit(evidence, "walk_m") + error + accuracy, 2)
    agree = distance <= limit
    said = message("fix_agrees.agree" if agree else "fix_agrees.differ", distance_m=distance, limit_m=limit)
    return CheckOutcome(CODE, "passed" if agree else "failed", said, distance, limit, cites)


def _limit(evidence: Evidence, name: str) -> float:
    return evidence.limit(CODE, name, LIMITS[name])


def _nothing_proved(evidence: Evidence, flaw: str) -> CheckOutcome:
    fix, cites = evidence.fix, evidence.fix_facts
    if fix is None:
        code = "fix_agrees.no_fix" if evidence.facts.position else "fix_agrees.neither"
        return CheckOutcome(
            CODE, "unknown", message(code), cites=("capture:lon", "capture:lat", *evidence.position_facts)
        )
    if flaw == "coarse":
        accuracy, coarse = fix.accuracy_m or 0.0, _limit(evidence, "coarse_m")
        said = message("fix_agrees.coarse", accuracy_m=accuracy, limit_m=coarse)
        return CheckOutcome(CODE, "unknown", said, accuracy, coarse, cites)
    if flaw == "other_time":
        minutes, limit = abs(fix_minutes_off(evidence) or 0.0), _limit(evidence, "fix_age_min")
        said = message("fix_agrees.other_time", minutes=round(minutes), limit_minutes=round(limit))
        return CheckOutcome(CODE, "unknown", said, round(minutes, 1), limit, (*cites, *evidence.time_facts))
    return CheckOutcome(CODE, "unknown", message(f"fix_agrees.{flaw}"), cites=cites)
