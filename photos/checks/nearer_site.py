"""[pure] Does a photo that lies outside its site lie at another one? Then it was probably meant for that.

The stored sentence names no title: nobody is told of projects they may not see. `photos.suggesting` names it for a
reader who may, and offers to move the photo.
"""

from photos.evidence import COARSE_M, DEFAULT_ERROR_M, CheckOutcome, Evidence
from places.earth import metres_to_geometry
from places.message import mark as _
from places.message import message, sentences

CODE = "nearer_site"
TIER = "door"
ASKS = "register"
SEVERITY = "warning"

SENTENCES = sentences(
    {
        "nearer_site.none": _("Tidak ada titik lokasi lain yang lebih dekat."),
        "nearer_site.no_position": _("Foto tanpa koordinat."),
        "nearer_site.other_site": _(
            "Foto ini %(distance_m)s dari titik lain pada pekerjaan ini, tetapi %(claimed_m)s dari titik yang dipilih. "
            "Periksa pilihan titiknya."
        ),
        "nearer_site.other_project": _(
            "Foto ini %(distance_m)s dari titik lokasi pekerjaan lain, tetapi %(claimed_m)s dari titik yang dipilih. "
            "Periksa pilihan pekerjaannya."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: metres to the nearer site; limit: metres to the claimed one, shortened by the stated error."""
    register, position = evidence.register, evidence.position
    cites = (*evidence.position_facts, "server:site", "server:nearer_site")
    if register is None or position is None:
        return CheckOutcome(CODE, "passed", message("nearer_site.no_position"), cites=cites)
    claimed, nearer = claimed_m(evidence), register.nearer
    error = DEFAULT_ERROR_M if position.error_m is None else position.error_m
    if nearer is None or claimed is None or not nearer.distance_m < claimed - error:
        return CheckOutcome(CODE, "passed", message("nearer_site.none"), cites=cites)
    said = message(
        "nearer_site.other_site" if nearer.same_project else "nearer_site.other_project",
        site=nearer.site_id,
        distance_m=nearer.distance_m,
        claimed_m=claimed,
    )
    return CheckOutcome(CODE, "failed", said, nearer.distance_m, round(claimed - error, 2), cites)


def claimed_m(evidence: Evidence) -> float | None:
    """Metres from the position to the claimed site; None without both."""
    site, position = evidence.site, evidence.position
    if site is None or site.is_empty or position is None:
        return None
    return round(metres_to_geometry((position.lon, position.lat), site), 2)


def is_outside(evidence: Evidence) -> bool:
    """Whether the photo lies beyond the claimed site's tolerance and error: only then another one is looked for."""
    distance, position = claimed_m(evidence), evidence.position
    if distance is None or position is None:
        return False
    return distance > evidence.tolerance_m + min(position.error_m or 0.0, COARSE_M)
