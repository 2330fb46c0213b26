"""[pure] Is there a usable position, and if not, why not? Says what to do; it never accuses.

What is left in a file tells the cause (`photos.no_position`); each has its own sentence with its own way out.
"""

from photos.evidence import CheckOutcome, Evidence
from places.message import Message, message, sentences
from places.message import mark as _

CODE = "has_position"
TIER = "door"
RULE = 2

SENTENCES = sentences(
    {
        "has_position.exif": _("Koordinat ada di dalam file."),
        "has_position.xmp": _("Koordinat ada di keterangan tambahan (XMP) file."),
        "has_position.capture": _("Koordinat dari kamera halaman ini saat foto diambil."),
        "has_position.void": _("Koordinat ada, tetapi GPS sendiri menandainya belum pasti."),
        "has_position.absent": _(
            "Foto tanpa koordinat. Nyalakan lokasi pada kamera, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.absent_camera": _(
            "Kamera tidak menulis koordinat pada foto ini. Nyalakan lokasi di pengaturan kamera, lalu ambil ulang, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.absent_screenshot": _(
            "Ini tangkapan layar, bukan foto dari kamera. Kirim foto aslinya dari galeri, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped": _(
            "Koordinat sudah dihapus oleh telepon atau aplikasi. Ambil foto dengan kamera halaman ini, "
            "atau kirim file asli dari galeri."
        ),
        "has_position.stripped_whatsapp": _(
            "Foto ini pernah dikirim lewat WhatsApp, yang menghapus koordinatnya. Minta pengirim mengirimnya sebagai Dokumen, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_telegram": _(
            "Foto ini pernah dikirim lewat Telegram, yang menghapus koordinatnya. Minta pengirim mengirimnya sebagai File, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_facebook": _(
            "Foto ini diunduh dari Facebook atau Instagram, yang menghapus koordinatnya. Kirim file asli dari telepon "
            "yang memotret, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_messenger": _(
            "Foto ini pernah dikirim lewat aplikasi pesan, yang menghapus koordinatnya. "
            "Minta file aslinya dikirim sebagai Dokumen, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_camera_name": _(
            "Nama file ini dari kamera, tetapi keterangannya sudah dihapus oleh peramban atau aplikasi. Pilih foto lewat "
            "aplikasi File (Pengelola File), bukan dari Galeri, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_rewritten": _(
            "Foto iPhone ini sudah ditulis ulang oleh aplikasi lain, yang menghapus koordinatnya. Saat memilih foto, "
            "nyalakan Lokasi di Pilihan, atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_gps_leftovers": _(
            "Koordinat dihapus, sisa data GPS masih ada di dalam file. Saat membagikan foto, matikan pilihan hapus lokasi, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.stripped_empty_gps_block": _(
            "Tempat data GPS di dalam file sudah dikosongkan. Saat membagikan foto, matikan pilihan hapus lokasi, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.printed": _(
            "Koordinat hanya tercetak pada gambar; itu dicatat, tetapi bukan bukti. Ambil foto dengan kamera halaman ini."
        ),
        "has_position.printed_app": _(
            "Foto ini dari aplikasi yang mencetak koordinat pada gambar, tidak di dalam file; itu dicatat, tetapi bukan bukti. "
            "Ambil foto dengan kamera halaman ini."
        ),
        "has_position.printed_read": _(
            "Koordinat hanya tercetak pada gambar (terbaca: %(printed)s); itu dicatat, tetapi bukan bukti. "
            "Ambil foto dengan kamera halaman ini."
        ),
        "has_position.zeroed": _(
            "Tempat koordinat ada, tetapi isinya kosong atau nol: telepon mengosongkannya. "
            "Ambil foto dengan kamera halaman ini, atau beri izin lokasi foto."
        ),
        "has_position.zeroed_redacted": _(
            "Android mengosongkan koordinat saat foto dipilih. Beri peramban izin lokasi foto, pilih foto lewat aplikasi File, "
            "atau ambil foto dengan kamera halaman ini."
        ),
        "has_position.zeroed_zero_zero": _(
            "Koordinat di dalam file 0,0 (di laut dekat Afrika): telepon belum tahu lokasinya. Tunggu sampai lokasi siap, "
            "lalu ambil ulang."
        ),
        "has_position.zeroed_no_fix": _(
            "GPS belum mendapat posisi saat foto diambil. Tunggu sampai lokasi siap, lalu ambil ulang."
        ),
        "has_position.malformed": _(
            "Koordinat di dalam file tidak bisa dibaca. Ambil foto dengan kamera halaman ini."
        ),
        "has_position.malformed_half": _(
            "Di dalam file hanya ada lintang atau hanya bujur. Ambil foto dengan kamera halaman ini."
        ),
        "has_position.malformed_negative": _(
            "Koordinat di dalam file bertanda minus, yang tidak ada artinya di sana, jadi tidak ditebak. "
            "Ambil foto dengan kamera halaman ini."
        ),
        "has_position.malformed_gps_block": _(
            "Data GPS di dalam file rusak. Kirim ulang file aslinya, atau ambil foto dengan kamera halaman ini."
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
_GPS_FACTS = (
    "GPSInfo", "GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef", "GPSAltitude", "GPSTimeStamp",
    "GPSDateStamp", "GPSProcessingMethod", "GPSStatus",
)  # fmt: skip


def run(evidence: Evidence) -> CheckOutcome:
    """measured: the position's source, or the reason why there is none. Warning if the receiver calls it void."""
    position = evidence.position
    if position is None:
        return CheckOutcome(CODE, "failed", _why(evidence), evidence.position_reason, cites=_traces(evidence))
    if position.source == "exif" and evidence.facts.gps_status == "V":
        cites = (*evidence.position_facts, "exif:GPSStatus")
        return CheckOutcome(CODE, "warning", message("has_position.void"), position.source, cites=cites)
    said = message(f"has_position.{position.source}")
    return CheckOutcome(CODE, "passed", said, position.source, cites=evidence.position_facts)


def _why(evidence: Evidence) -> Message:
    reason, trace = evidence.position_reason or "absent", evidence.facts.position_trace
    if evidence.pixels and evidence.pixels.printed and reason == "printed":
        return message("has_position.printed_read", printed=evidence.pixels.printed)
    told_apart = f"has_position.{reason}_{trace}"
    return message(told_apart if told_apart in SENTENCES else f"has_position.{reason}")


def _traces(evidence: Evidence) -> tuple[str, ...]:
    """What tells the reason: what is left of GPS, else the camera, else how the file is built."""
    read = ("server:printed",) if evidence.pixels and evidence.pixels.printed else ()
    left = (*evidence.keys(*_GPS_FACTS), *evidence.keys("GPSLatitude", "GPSLongitude", source="xmp"))
    camera = evidence.keys("Make", "Model", "Software", "UserComment")
    return (*read, *(left or camera or evidence.keys("Segments", source="server")), *evidence.fix_facts)
