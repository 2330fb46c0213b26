"""[pure] Does the thumbnail inside the file show the picture it lies in? An editor often leaves the old one behind."""

from photos.evidence import CheckOutcome, Evidence
from places.message import mark as _
from places.message import message, sentences

CODE = "thumbnail_matches"
TIER = "pixel"
LIMITS = {"difference": 0.4}

SENTENCES = sentences(
    {
        "thumbnail_matches.pending": _("Gambar kecil di dalam file masih diperiksa."),
        "thumbnail_matches.none": _("File ini tidak membawa gambar kecil untuk dibandingkan."),
        "thumbnail_matches.same": _("Gambar kecil di dalam file menunjukkan foto ini."),
        "thumbnail_matches.other": _(
            "Gambar kecil di dalam file menunjukkan gambar lain (beda %(difference_pct)s; batasnya %(limit_pct)s): "
            "foto sudah diubah setelah diambil. Kirim file asli dari kamera."
        ),
    }
)
_CITES = ("server:Thumbnail", "server:thumbnail_difference")


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the difference, 0 to 1, of the thumbnail's detail from the picture's."""
    if evidence.pixels is None:
        return CheckOutcome(CODE, "unknown", message("thumbnail_matches.pending"), cites=_CITES[:1])
    difference, limit = evidence.pixels.thumbnail, evidence.limit(CODE, "difference", LIMITS["difference"])
    if difference is None:
        return CheckOutcome(CODE, "unknown", message("thumbnail_matches.none"), cites=_CITES)
    if difference <= limit:
        return CheckOutcome(CODE, "passed", message("thumbnail_matches.same"), difference, limit, _CITES)
    said = message(
        "thumbnail_matches.other", difference_pct=round(difference * 100), limit_pct=round(limit * 100)
    )
    return CheckOutcome(CODE, "failed", said, difference, limit, _CITES)
