"""[pure] Does the file hold a picture, or only headers? The door refuses such files; check_photo still judges them."""

from photos.evidence import CheckOutcome, Evidence
from places.message import mark as _
from places.message import message, sentences

CODE = "complete"
TIER = "door"
RULE = 1

SENTENCES = sentences(
    {
        "complete.whole": _("File utuh."),
        "complete.no_picture": _(
            "File hanya berisi keterangan, gambarnya tidak ada. Kirim ulang file aslinya."
        ),
        "complete.not_looked_at": _("Keutuhan file belum diperiksa."),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """Failed if there are headers but no picture; unknown if the bytes were not sniffed."""
    if evidence.sniffed is None:
        return CheckOutcome(CODE, "unknown", message("complete.not_looked_at"), cites=("server:sha256",))
    if evidence.sniffed.flaw:
        said, flaw = message("complete.no_picture"), evidence.sniffed.flaw
        return CheckOutcome(CODE, "failed", said, measured=flaw, cites=("server:sha256",))
    return CheckOutcome(CODE, "passed", message("complete.whole"), cites=("server:sha256",))
