"""[pure] Does a swapped or mirrored reading of the position fit where the stated one does not?

Tools swap latitude and longitude, forget the letters N/S and E/W, or write N for S. Where another reading lies at
the site, or in the village, and the stated one does not, it is proposed here; it is never applied.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from shapely import Point

from photos.evidence import COARSE_M, CheckOutcome, Evidence
from places.earth import LonLat, metres_to_geometry
from places.message import mark as _
from places.message import message, sentences

CODE = "hemisphere"
TIER = "door"
RULE = 1
SEVERITY = "warning"
LIMITS = {"error_ceiling_m": COARSE_M}  # as in near_site

SENTENCES = sentences(
    {
        "hemisphere.as_stated": _("Koordinat dibaca seperti tertulis."),
        "hemisphere.no_better": _("Koordinat yang dibalik atau ditukar pun tidak cocok dengan lokasi."),
        "hemisphere.swapped": _(
            "Lintang dan bujur tampaknya tertukar: bujur %(lon)s, lintang %(lat)s berjarak %(distance_m)s dari lokasi. "
            "Ini hanya usulan; ambil ulang dengan kamera halaman ini."
        ),
        "hemisphere.letters": _(
            "Tanda utara/selatan atau timur/barat tampaknya salah: bujur %(lon)s, lintang %(lat)s berjarak %(distance_m)s "
            "dari lokasi. Ini hanya usulan; ambil ulang dengan kamera halaman ini."
        ),
        "hemisphere.no_letters": _(
            "Tanpa tanda utara/selatan atau timur/barat, koordinat bisa berarti bujur %(lon)s, lintang %(lat)s, %(distance_m)s "
            "dari lokasi. Ini hanya usulan; ambil ulang dengan kamera halaman ini."
        ),
        "hemisphere.no_site": _("Tidak bisa diperiksa: lokasi pembanding tidak ada."),
        "hemisphere.no_position": _("Tidak bisa diperiksa: foto tanpa angka koordinat."),
    }
)
_FACTS = ("GPSLatitude", "GPSLatitudeRef", "GPSLongitude", "GPSLongitudeRef")


@dataclass(frozen=True)
class Reading:
    """One way to read the two numbers; how: "swapped", "letters" or "no_letters"."""

    lon: float
    lat: float
    how: str


def run(evidence: Evidence) -> CheckOutcome:
    """measured: metres from the site of the proposed reading; limit: tolerance plus stated error. Never failed."""
    position, numbers = evidence.facts.position, _numbers(evidence)
    if numbers is None:
        return CheckOutcome(CODE, "unknown", message("hemisphere.no_position"), cites=_cites(evidence))
    if evidence.site is None or evidence.site.is_empty:
        return CheckOutcome(CODE, "unknown", message("hemisphere.no_site"), cites=_cites(evidence))
    stated = (position.lon, position.lat) if position else None
    limit = _limit(evidence)
    if stated and (metres_to_geometry(stated, evidence.site) <= limit or _in_village(evidence, stated)):
        return CheckOutcome(
            CODE, "passed", message("hemisphere.as_stated"), limit=limit, cites=_cites(evidence)
        )
    found = _best(evidence, _readings(numbers, stated), limit)
    if found is None:
        return CheckOutcome(
            CODE, "passed", message("hemisphere.no_better"), limit=limit, cites=_cites(evidence)
        )
    reading, distance = found
    said = message(
        f"hemisphere.{reading.how}", lon=f"{reading.lon:.6f}", lat=f"{reading.lat:.6f}", distance_m=distance
    )
    return CheckOutcome(CODE, "warning", said, distance, limit, _cites(evidence))


def _cites(evidence: Evidence) -> tuple[str, ...]:
    position = evidence.facts.position
    sources = (position.source,) if position else ("exif", "xmp")
    numbers = (key for source in sources for key in evidence.keys(*_FACTS, source=source))
    return (*numbers, "server:site", "server:tolerance_m")


def _limit(evidence: Evidence) -> float:
    position = evidence.facts.position
    error = (position.error_m or 0.0) if position else 0.0
    ceiling = evidence.limit(CODE, "error_ceiling_m", LIMITS["error_ceiling_m"])
    return round(evidence.tolerance_m + min(error, ceiling), 2)


def _numbers(evidence: Evidence) -> tuple[float, float] | None:
    """The two magnitudes as written: latitude's, longitude's; None without both, or where they are 0,0."""
    position, candidate = evidence.facts.position, evidence.facts.position_candidate
    lon, lat = (position.lon, position.lat) if position else candidate or (0.0, 0.0)
    return (abs(lat), abs(lon)) if lon or lat else None


def _readings(numbers: tuple[float, float], stated: LonLat | None) -> Iterator[Reading]:
    first, second = numbers
    for lat, lon, swapped in ((first, second, False), (second, first, True)):
        for lat_sign in (1, -1):
            for lon_sign in (1, -1):
                at = lon * lon_sign, lat * lat_sign
                if at != stated and lat <= 90 and lon <= 180:
                    how = "swapped" if swapped else "letters" if stated else "no_letters"
                    yield Reading(*at, how)


def _best(evidence: Evidence, readings: Iterator[Reading], limit: float) -> tuple[Reading, float] | None:
    """The reading nearest to the site among those at the site or in the village, with its metres."""
    fitting = []
    for reading in readings:
        at = reading.lon, reading.lat
        distance = round(metres_to_geometry(at, evidence.site), 2) if evidence.site else 0.0
        if distance <= limit or _in_village(evidence, at):
            fitting.append((distance, reading.how == "swapped", reading))
    best = min(fitting, key=lambda fit: fit[:2], default=None)
    return (best[2], best[0]) if best else None


def _in_village(evidence: Evidence, at: LonLat) -> bool:
    boundary = evidence.boundary
    return bool(boundary is not None and not boundary.is_empty and boundary.covers(Point(at)))
