"""[pure] Are file and capture fix what the page's camera sealed? docs/design/capture.md says what that proves."""

from photos.evidence import CheckOutcome, Evidence, Status
from places.message import mark as _
from places.message import message, sentences

CODE = "capture_bound"
TIER = "door"
ASKS = "register"

SENTENCES = sentences(
    {
        "capture_bound.none": _("Tanpa lokasi telepon dari kamera halaman ini."),
        "capture_bound.bound": _(
            "Foto, lokasi dan waktu tiba persis seperti saat diambil dengan kamera halaman ini."
        ),
        "capture_bound.unbound": _(
            "Lokasi telepon dikirim tanpa segel kamera, jadi perubahan di jalan tidak akan terlihat. Buka halaman ini "
            "lewat https:// dan muat ulang saat ada sinyal; foto berikutnya lalu tersegel."
        ),
        "capture_bound.expired": _(
            "Segel kamera sudah kedaluwarsa karena foto terlalu lama belum terkirim. Muat ulang halaman ini saat ada "
            "sinyal sebelum mengambil foto berikutnya."
        ),
        "capture_bound.changed": _(
            "Foto, lokasi atau waktunya berubah setelah diambil, jadi lokasi telepon tidak dipakai. Ambil ulang dengan "
            "kamera halaman ini dan kirim langsung dari sini."
        ),
        "capture_bound.replayed": _(
            "Segel kamera ini sudah dipakai untuk foto lain, jadi lokasi telepon tidak dipakai. Ambil foto baru dengan "
            "kamera halaman ini."
        ),
        "capture_bound.foreign": _(
            "Segel kamera ini bukan milik akun Anda, jadi lokasi telepon tidak dipakai. Keluar, masuk dengan akun Anda, "
            "lalu ambil ulang fotonya."
        ),
    }
)
_STATUS: dict[str, Status] = {
    "bound": "passed",
    "unbound": "warning",
    "expired": "warning",
    "changed": "failed",
    "replayed": "failed",
    "foreign": "failed",
}
_CITES = ("capture:nonce", "capture:mac", "server:sha256", "server:binding")


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the binding. Unknown without a capture fix."""
    binding = evidence.register.binding if evidence.register else ""
    if not binding:
        return CheckOutcome(CODE, "unknown", message("capture_bound.none"), cites=_CITES[:1])
    return CheckOutcome(CODE, _STATUS[binding], message(f"capture_bound.{binding}"), binding, cites=_CITES)
