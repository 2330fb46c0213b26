"""[pure] Is it a picture of a screen? Told only where colour runs in one fine pattern over most of the picture."""

from photos.evidence import CheckOutcome, Evidence
from places.message import mark as _
from places.message import message, sentences

CODE = "screen_or_print"
TIER = "pixel"
SEVERITY = "warning"
LIMITS = {"share": 0.5}

SENTENCES = sentences(
    {
        "screen_or_print.pending": _("Masih diperiksa apakah ini foto layar."),
        "screen_or_print.unmeasured": _("Gambar tidak terbaca, jadi tidak diperiksa apakah ini foto layar."),
        "screen_or_print.plain": _("Tidak ada pola layar pada gambar."),
        "screen_or_print.screen": _(
            "Gambar ini berpola seperti foto dari layar (%(share_pct)s gambar; batasnya %(limit_pct)s). "
            "Ambil foto langsung di lokasi."
        ),
    }
)
_CITES = ("server:screen_score",)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the share of the picture, 0 to 1, that shows the pattern."""
    if evidence.pixels is None:
        return CheckOutcome(CODE, "unknown", message("screen_or_print.pending"))
    share, limit = evidence.pixels.screen, evidence.limit(CODE, "share", LIMITS["share"])
    if share is None:
        return CheckOutcome(CODE, "unknown", message("screen_or_print.unmeasured"))
    if share < limit:
        return CheckOutcome(CODE, "passed", message("screen_or_print.plain"), share, limit, _CITES)
    said = message("screen_or_print.screen", share_pct=round(share * 100), limit_pct=round(limit * 100))
    return CheckOutcome(CODE, "failed", said, share, limit, _CITES)
