"""[pure] Do the earlier stages have their photos? Nobody can show 0 % any more once the works have passed it."""

from photos.evidence import CheckOutcome, Evidence
from photos.stage_gaps import missing
from places.message import mark as _
from places.message import message, sentences

CODE = "stages_present"
TIER = "door"
ASKS = "register"
SEVERITY = "warning"

SENTENCES = sentences(
    {
        "stages_present.all": _("Foto tahap sebelumnya ada."),
        "stages_present.not_progress": _("Foto ini bukan foto progres."),
        "stages_present.missing": _(
            "Foto progres %(stages)s untuk titik ini belum ada. Kirim bila Anda masih menyimpannya."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: how many expected stages below this one have no photo; limit: 0."""
    register = evidence.register
    cites = ("officer:progress", "officer:purpose", "server:stages", "server:site_shots")
    if register is None or register.purpose != "progress":
        return CheckOutcome(CODE, "passed", message("stages_present.not_progress"), cites=cites)
    shown = [register.progress, *(shot.progress for shot in register.site_shots)]
    absent = [stage for stage in missing(register.stages, shown) if stage < register.progress]
    if not absent:
        return CheckOutcome(CODE, "passed", message("stages_present.all"), 0.0, 0.0, cites)
    said = message("stages_present.missing", stages=", ".join(f"{stage} %" for stage in absent))
    return CheckOutcome(CODE, "failed", said, float(len(absent)), 0.0, cites)
