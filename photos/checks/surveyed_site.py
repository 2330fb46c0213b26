"""[pure] Was the site surveyed? Works count only from an exact point on.

A rough area (hamlet centre and radius) proves where nothing stands yet, never progress.
"""

from photos.evidence import CheckOutcome, Evidence
from places.message import mark as _
from places.message import message, sentences

CODE = "surveyed_site"
TIER = "door"
ASKS = "register"

SENTENCES = sentences(
    {
        "surveyed_site.surveyed": _("Titik lokasi sudah disurvei."),
        "surveyed_site.planned": _(
            "Titik lokasi masih rencana. Tetapkan titiknya dari foto 0 %% di lapangan."
        ),
        "surveyed_site.area": _(
            "Lokasi pekerjaan masih perkiraan (radius %(radius_m)s), jadi foto ini belum membuktikan progres. "
            "Tetapkan dulu titiknya di lapangan."
        ),
        "surveyed_site.area_before": _(
            "Lokasi pekerjaan masih perkiraan (radius %(radius_m)s). Tetapkan titiknya dari foto 0 %% ini."
        ),
    }
)
_CITES = ("server:site", "server:site_source", "officer:progress")


def run(evidence: Evidence) -> CheckOutcome:
    """measured: radius of a rough area in metres. Failed for progress above 0 % at one, warning at a planned point."""
    register = evidence.register
    if register is None or register.site_source in ("", "planned"):
        return CheckOutcome(CODE, "warning", message("surveyed_site.planned"), cites=_CITES)
    if register.site_source != "area":
        return CheckOutcome(CODE, "passed", message("surveyed_site.surveyed"), cites=_CITES)
    radius, before = register.radius_m, register.progress == 0
    said = message("surveyed_site.area_before" if before else "surveyed_site.area", radius_m=radius)
    return CheckOutcome(CODE, "warning" if before else "failed", said, radius, cites=_CITES)
