"""Facts in people's words: what a tag is called, what its value means, why one could not be read."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext, gettext_lazy

from photos.models import Purpose
from places import saying
from places.message import mark as _

# What people call a tag; a tag without a word here is shown by its own name alone.
NAMES = {
    "GPSLatitude": _("Lintang"),
    "GPSLatitudeRef": _("Utara / selatan"),
    "GPSLongitude": _("Bujur"),
    "GPSLongitudeRef": _("Timur / barat"),
    "GPSAltitude": _("Ketinggian"),
    "GPSHPositioningError": _("Akurasi GPS"),
    "GPSDOP": _("Ketelitian satelit (DOP)"),
    "GPSImgDirection": _("Arah kamera"),
    "GPSSpeed": _("Kecepatan"),
    "GPSTimeStamp": _("Jam GPS (UTC)"),
    "GPSDateStamp": _("Tanggal GPS (UTC)"),
    "GPSStatus": _("Status GPS"),
    "DateTimeOriginal": _("Waktu foto"),
    "DateTimeDigitized": _("Waktu digitalisasi"),
    "CreateDate": _("Waktu dibuat"),
    "ModifyDate": _("Waktu diubah"),
    "OffsetTimeOriginal": _("Zona waktu foto"),
    "OffsetTime": _("Zona waktu"),
    "Make": _("Pembuat kamera"),
    "Model": _("Model kamera"),
    "LensModel": _("Lensa"),
    "Software": _("Perangkat lunak"),
    "Orientation": _("Putaran"),
    "MakerNote": _("Catatan pabrik (byte)"),
    "ImageUniqueID": _("Nomor unik gambar"),
    "lon": _("Bujur"),
    "lat": _("Lintang"),
    "accuracy_m": _("Akurasi"),
    "altitude_m": _("Ketinggian"),
    "heading_deg": _("Arah kamera"),
    "speed_m_s": _("Kecepatan"),
    "at": _("Waktu posisi"),
    "shot_at": _("Waktu foto"),
    "binding": _("Ikatan kamera"),
    "progress": _("Progres yang disebut"),
    "purpose": _("Tujuan foto"),
    "shared_reason": _("Alasan dipakai bersama"),
    "received_at": _("Diterima"),
    "site": _("Titik lokasi saat itu"),
    "tolerance_m": _("Batas jarak"),
    "window": _("Masa pekerjaan"),
    "sha256": _("SHA-256 berkas"),
    "nonce": _("Nomor kamera Geomonitor"),
    "mac": _("Segel kamera Geomonitor"),
    "size": _("Ukuran berkas (byte)"),
    "site_version": _("Versi titik lokasi"),
    "site_source": _("Asal titik lokasi"),
    "radius_m": _("Radius perkiraan lokasi"),
    "village": _("Desa"),
    "boundary": _("Batas desa (sidik)"),
    "work_type": _("Jenis pekerjaan"),
    "stages": _("Tahap yang diharapkan (%)"),
    "site_shots": _("Foto lain di titik ini"),
    "device": _("Kamera yang sama"),
    "device_shots": _("Foto lain dari kamera ini"),
    "same_position": _("Foto lain dengan koordinat yang sama"),
    "same_picture": _("Foto lain dengan gambar yang sama"),
    "nearer_site": _("Titik lain yang lebih dekat"),
    "derivative_error": _("Gambar tidak bisa dibuat"),
    "Thumbnail": _("Gambar kecil di dalam file"),
    "ContentCredentials": _("Segel digital (C2PA) di dalam file"),
    "thumbnail_difference": _("Beda gambar kecil di dalam file (0–1)"),
    "screen_score": _("Bagian gambar yang berpola layar (0–1)"),
    "printed": _("Koordinat yang tercetak pada gambar"),
    "printed_position": _("Koordinat tercetak (bujur, lintang)"),
    "text_reader": _("Pembaca tulisan"),
    "c2pa": _("Segel digital (C2PA)"),
    "c2pa_signer": _("Penandatangan segel"),
    "c2pa_errors": _("Keberatan atas segel"),
    "note": _("Catatan"),
    "viewpoint": _("Sudut pandang"),
    "file_name": _("Nama saat dikirim"),
    "taken_by": _("Diambil oleh"),
    "answers": _("Menjawab foto nomor"),
    # Parts of a value that is a table.
    "claim": _("foto nomor"),
    "taken_at": _("diambil"),
    "distance_m": _("jarak"),
    "error_m": _("akurasi"),
    "how": _("cara"),
    "similarity": _("kemiripan"),
    "severity": _("bobot"),
    "limits": _("batas"),
}
# Why a value could not be read (photos/exif.py).
REASONS = {
    "malformed": _("tidak bisa dibaca"),
    "empty": _("kosong"),
    "no_value": _("ditulis tanpa nilai"),
    "zero_denominator": _("pecahan dengan penyebut nol"),
    "negative": _("bernilai negatif"),
    "out_of_range": _("di luar nilai yang mungkin"),
    "missing_ref": _("tanpa tanda utara/selatan atau timur/barat"),
    "zeroed": _("dikosongkan menjadi nol"),
    "absent": _("tidak ada"),
    "stripped": _("sudah dihapus"),
    "too_large": _("terlalu besar untuk dibaca"),
    "not_a_number": _("bukan angka"),
    "truncated": _("terpotong"),
    "budget": _("tidak dibaca: berkas terlalu rumit"),
}
# What is said of a fact that a check asked for and that is not there, by its source.
MISSING = {
    "exif": gettext_lazy("tidak ada di file"),
    "xmp": gettext_lazy("tidak ada di file"),
    "iptc": gettext_lazy("tidak ada di file"),
    "capture": gettext_lazy("tidak dikirim bersama foto"),
    "officer": gettext_lazy("tidak diisi"),
    "server": gettext_lazy("tidak ada"),
}
# What the server saw of the file's build: where it is missing, the file has none.
_OF_FILE = {
    "Thumbnail", "ContentCredentials", "Trailer", "Comment", "PhotoshopResources", "XMPToolkit", "Quantisation",
    "Segments", "Offsets", "Unterminated", "IFD0Tags", "ExifTags", "GPSTags", "InteropTags", "IFD1Tags", "ByteOrder",
}  # fmt: skip
_METRES = {"GPSAltitude", "GPSHPositioningError"}
_DEGREES = {"GPSLatitude", "GPSLongitude", "lon", "lat"}
_DIRECTIONS = {"GPSImgDirection", "heading_deg"}
_TIMES = {"received_at", "at", "shot_at", "taken_at"}


def name_of(name: str) -> str:
    """What people call it, "" where the tag's own name is all there is."""
    return gettext(NAMES[name]) if name in NAMES else ""


def missing(source: str, name: str) -> str:
    """What is said of a fact that a check asked for and no source has."""
    of_file = source == "server" and name in _OF_FILE
    return str(MISSING.get("exif" if of_file else source, MISSING["server"]))


def value_of(name: str, value: Any) -> str:
    """A stored value the way people read it; a value that could not be read says why."""
    if value is None or value == "":
        return "–"
    for kind, worded in _WORDED:
        if isinstance(value, kind):
            return worded(name, value)
    return str(value)


def _yes_no(name: str, value: bool) -> str:
    return gettext("ya") if value else gettext("tidak")


def _list(name: str, value: list[Any]) -> str:
    if name == "window":
        return " – ".join(_day(day) for day in value)
    return "; ".join(value_of("", one) for one in value) or gettext("tidak ada")


def _mapping(name: str, value: dict[str, Any]) -> str:
    if set(value) == {"reason"}:
        reason = str(value["reason"])
        return gettext(REASONS[reason]) if reason in REASONS else reason
    parts = [(name_of(key) or key, value_of(key, one)) for key, one in value.items() if one is not None]
    return ", ".join(f"{word.lower()} {said}" for word, said in parts)


def _number(name: str, given: float) -> str:
    value = float(given)
    if name in _DEGREES:
        return f"{value:.7f}°"
    if name in _METRES or name.endswith("_m"):
        return saying.metres(value) if value >= 0 else f"−{saying.metres(-value)}"
    if name in _DIRECTIONS:
        return f"{saying.number(value)}°"
    if name == "speed_m_s":
        return f"{saying.number(value)} m/s"
    if name == "progress":
        return f"{saying.number(value)} %"
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.7g}"


def _text(name: str, value: str) -> str:
    if name in _TIMES:
        try:
            return saying.local_time(datetime.fromisoformat(value))
        except ValueError:
            return value
    if name == "purpose" and value in Purpose.values:
        return str(Purpose(value).label)
    return value


def _day(value: Any) -> str:
    try:
        return saying.day(datetime.fromisoformat(str(value)).date())
    except ValueError:
        return gettext("terbuka")


_WORDED: tuple[tuple[type | tuple[type, ...], Callable[[str, Any], str]], ...] = (
    (bool, _yes_no),
    ((int, float), _number),
    (str, _text),
    (list, _list),
    (dict, _mapping),
)
