"""[pure] Was this picture used before: for another project, another site or another progress?

Its stored sentence names no project: nobody is told of projects they may not see. `photos.reuse.elsewhere` finds,
for one reader, those that this reader may.
"""

from photos.evidence import CheckOutcome, Evidence, Reuse
from places.message import mark as _
from places.message import message, sentences

CODE = "not_reused"
TIER = "door"
ASKS = "register"

SENTENCES = sentences(
    {
        "not_reused.first": _("Foto ini belum pernah dipakai."),
        "not_reused.other_project": _(
            "Foto yang sama sudah dipakai untuk pekerjaan lain. Ambil foto baru di lokasi pekerjaan ini."
        ),
        "not_reused.other_site": _(
            "Foto yang sama sudah dipakai untuk titik lain pada pekerjaan ini. Ambil foto baru di titik ini."
        ),
        "not_reused.other_progress": _(
            "Foto yang sama sudah dipakai untuk progres %(progress_pct)s. Ambil foto baru untuk progres ini."
        ),
    }
)
_CITES = ("server:sha256",)


def run(evidence: Evidence) -> CheckOutcome:
    """Failed if the bytes already belong to a claim that this one cannot repeat.

    A picture of the board may serve as picture of progress too: purposes are compared within one project only.
    """
    register = evidence.register
    others = register.same_bytes if register else ()
    found = _worst(others, register.purpose if register else "")
    if found is None:
        return CheckOutcome(CODE, "passed", message("not_reused.first"), cites=_CITES)
    if not found.shot.same_project:
        said = message("not_reused.other_project")
    elif not found.shot.same_site:
        said = message("not_reused.other_site")
    else:
        said = message("not_reused.other_progress", progress_pct=found.shot.progress)
    return CheckOutcome(CODE, "failed", said, cites=_CITES)


def _worst(others: tuple[Reuse, ...], purpose: str) -> Reuse | None:
    counted = [o for o in others if not o.shot.same_project or o.shot.purpose == purpose == "progress"]
    return min(counted, key=lambda o: (o.shot.same_project, o.shot.same_site), default=None)
