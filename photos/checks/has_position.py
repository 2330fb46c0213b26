"""[pure] Is there a usable position, and if not, why not? Says what to do; it never accuses."""

from photos.evidence import CheckOutcome, Evidence
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "has_position"
TIER = "door"

SENTENCES = sentences(
    {
        "has_position.exif": _("Koordinat ada di dalam file."),
        "has_position.xmp": _("Koordinat ada di keterangan tambahan (XMP) file."),
        "has_position.capture": _("Koordinat dari kamera halaman ini saat foto diambil."),
        "has_position.void": _("Koordinat ada, tetapi GPS sendiri menandainya belum pasti."),
        "has_position.absent": _(
            "Foto tanpa koordinat. Nyalakan lokasi pada kamera, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped": _(
            "Koordinat sudah dihapus oleh telepon atau aplikasi. Ambil foto dengan kamera halaman ini, "
            "atau kirim file asli dari galeri."
        ),
        "has_position.stripped_messenger": _(
            "Foto ini pernah dikirim lewat aplikasi pesan, yang menghapus koordinatnya. "
            "Minta file aslinya dikirim sebagai Dokumen, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.printed": _(
            "Koordinat hanya tercetak pada gambar; itu dicatat, tetapi bukan bukti. Ambil foto dengan kamera halaman ini."
        ),
        "has_position.zeroed": _(
            "Tempat koordinat ada, tetapi isinya kosong atau nol: telepon mengosongkannya. "
            "Ambil foto dengan kamera halaman ini, atau beri izin lokasi foto."
        ),
        "has_position.zeroed_no_fix": _(
            "GPS belum mendapat posisi saat foto diambil. Tunggu sampai lokasi siap, lalu ambil ulang."
        ),
        "has_position.malformed": _(
            "Koordinat di dalam file tidak bisa dibaca. Ambil foto dengan kamera halaman ini."
        ),
        "has_position.malformed_missing_ref": _(
            "Koordinat di dalam file tanpa tanda utara/selatan atau timur/barat, jadi tidak ditebak. "
            "Ambil foto dengan kamera halaman ini."
        ),
        "has_position.malformed_out_of_range": _(
            "Koordinat di dalam file di luar bumi (lintang sampai 90°, bujur sampai 180°). "
            "Ambil foto dengan kamera halaman ini."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """Passed with the position's source, warning if the receiver calls it void, failed with the reason."""
    position = evidence.position
    if position is None:
        return CheckOutcome(CODE, "failed", _why(evidence))
    if position.source == "exif" and evidence.facts.gps_status == "V":
        return CheckOutcome(CODE, "warning", message("has_position.void"), measured=position.source)
    return CheckOutcome(CODE, "passed", message(f"has_position.{position.source}"), measured=position.source)


def _why(evidence: Evidence) -> Message:
    reason, trace = evidence.facts.position_reason or "absent", evidence.facts.position_trace
    told_apart = f"has_position.{reason}_{trace}"
    return message(told_apart if told_apart in SENTENCES else f"has_position.{reason}")
