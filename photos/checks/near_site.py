"""[pure] Was the photo taken at the site? To the nearest part of its point, line or area, in metres."""

from photos.evidence import COARSE_M, CheckOutcome, Evidence
from places.earth import metres_to_geometry
from places.message import mark as _
from places.message import message, sentences

CODE = "near_site"
TIER = "door"
RULE = 2
LIMITS = {
    "error_ceiling_m": COARSE_M
}  # of the stated error so much counts, or a file could make every place right

SENTENCES = sentences(
    {
        "near_site.inside": _("%(distance_m)s dari lokasi; batasnya %(limit_m)s."),
        "near_site.outside": _(
            "%(distance_m)s dari lokasi; batasnya %(limit_m)s. Pindah ke titik lokasi, lalu ambil ulang."
        ),
        "near_site.coarse": _(
            "%(distance_m)s dari lokasi, tetapi akurasi GPS hanya ± %(error_m)s. "
            "Nyalakan lokasi akurat, tunggu sebentar, lalu ambil ulang."
        ),
        "near_site.no_site": _("Jarak tidak dihitung: lokasi pembanding tidak ada."),
        "near_site.no_position": _("Jarak tidak bisa dihitung: foto tanpa koordinat."),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: distance in metres, rounded to 1 cm; limit: tolerance plus the stated error, at most 100 m of it.

    A position whose stated error exceeds 100 m proves nothing near the site, but can still be far from it.
    """
    position, cites = evidence.position, (*evidence.position_facts, "server:site", "server:tolerance_m")
    if evidence.site is None or evidence.site.is_empty:
        return CheckOutcome(CODE, "unknown", message("near_site.no_site"), cites=evidence.position_facts)
    if position is None:
        return CheckOutcome(CODE, "unknown", message("near_site.no_position"), cites=("server:site",))
    distance = round(metres_to_geometry((position.lon, position.lat), evidence.site), 2)
    error, ceiling = (
        position.error_m or 0.0,
        evidence.limit(CODE, "error_ceiling_m", LIMITS["error_ceiling_m"]),
    )
    limit = round(evidence.tolerance_m + min(error, ceiling), 2)
    if error > ceiling and distance <= evidence.tolerance_m + error:
        said = message("near_site.coarse", distance_m=distance, limit_m=limit, error_m=round(error, 2))
        return CheckOutcome(CODE, "unknown", said, distance, limit, cites)
    inside = distance <= limit
    said = message(f"near_site.{'inside' if inside else 'outside'}", distance_m=distance, limit_m=limit)
    return CheckOutcome(CODE, "passed" if inside else "failed", said, distance, limit, cites)
