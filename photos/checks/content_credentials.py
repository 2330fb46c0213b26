"""[pure] Is the signed statement that some cameras put into a file (Content Credentials, C2PA) whole?"""

from photos.evidence import CheckOutcome, Evidence
from places.message import mark as _
from places.message import message, sentences

CODE = "content_credentials"
TIER = "pixel"

SENTENCES = sentences(
    {
        "content_credentials.pending": _("Segel digital (C2PA) masih diperiksa."),
        "content_credentials.none": _("File ini tidak membawa segel digital (C2PA)."),
        "content_credentials.unreadable": _("Segel digital (C2PA) di dalam file tidak bisa dibaca."),
        "content_credentials.valid": _("Segel digital (C2PA) utuh, dari %(signer)s."),
        "content_credentials.untrusted": _(
            "Segel digital (C2PA) utuh, tetapi penandatangannya (%(signer)s) tidak ada dalam daftar tepercaya."
        ),
        "content_credentials.broken": _(
            "Segel digital (C2PA) rusak: file berubah setelah ditandatangani oleh %(signer)s. "
            "Kirim file asli dari kamera."
        ),
    }
)
_IN_FILE = "server:ContentCredentials"
_STATUS: dict[str, tuple[str, tuple[str, ...]]] = {
    "none": ("unknown", ("c2pa",)),
    "unreadable": ("unknown", ("c2pa", "c2pa_errors")),
    "valid": ("passed", ("c2pa", "c2pa_signer")),
    "untrusted": ("passed", ("c2pa", "c2pa_signer")),
    "broken": ("failed", ("c2pa", "c2pa_signer", "c2pa_errors")),
}


def run(evidence: Evidence) -> CheckOutcome:
    """measured: what the manifest is. Without one there is nothing to say, and a signature by nobody proves nothing."""
    pixels = evidence.pixels
    if pixels is None:
        return CheckOutcome(CODE, "unknown", message("content_credentials.pending"), cites=(_IN_FILE,))
    manifest = pixels.manifest if pixels.manifest in _STATUS else "none"
    status, names = _STATUS[manifest]
    cites = (_IN_FILE, *(f"server:{name}" for name in names))
    said = message(f"content_credentials.{manifest}", signer=pixels.signer or "–")
    return CheckOutcome(CODE, status, said, manifest, cites=cites)  # type: ignore[arg-type]
