"""Where a position lies: in which village, how far outside a drawn border, and what likely went wrong.

Borders are indicative (two published sources put 7.8 % of the regency into different villages), so outside a
village is a warning. Outside the regency is a refusal that names the likely cause.
"""

import math
from dataclasses import dataclass

from places.earth import LonLat
from places.geography import DegreesTo, MetresTo, geos_point
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Level, Place

# The coast and the regency's border are drawn to about 90 m, and sources differ by more on the mountains: a
# jetty or a bridge on the border is not refused.
REGENCY_MARGIN_M = 1000.0
_NEAREST_TRIED = 8  # the nearest village in degrees is not always the nearest in metres

SENTENCES = sentences(
    {
        "places.outside_village": _(
            "Titik ini %(distance_m)s di luar batas %(village)s pada peta, yaitu di %(found)s. "
            "Batas pada peta hanya perkiraan: periksa titiknya; bila sudah benar, biarkan."
        ),
        "places.outside_all_villages": _(
            "Titik ini %(distance_m)s di luar batas %(village)s pada peta, di luar semua desa; "
            "yang terdekat %(found)s, %(found_distance_m)s. Periksa titiknya; bila sudah benar, biarkan."
        ),
        "places.outside_regency": _(
            "Titik %(lat)s, %(lon)s terletak %(distance_m)s di luar %(regency)s. Periksa koordinatnya."
        ),
        "places.outside_regency.swapped": _(
            "Titik %(lat)s, %(lon)s terletak di luar %(regency)s. Lintang dan bujur tampaknya tertukar: "
            "mungkin maksudnya lintang %(likely_lat)s, bujur %(likely_lon)s."
        ),
        "places.outside_regency.sign_lost": _(
            "Titik %(lat)s, %(lon)s terletak di luar %(regency)s. Tanda minus tampaknya hilang atau keliru: "
            "mungkin maksudnya lintang %(likely_lat)s, bujur %(likely_lon)s."
        ),
        "places.outside_regency.swapped_and_sign_lost": _(
            "Titik %(lat)s, %(lon)s terletak di luar %(regency)s. Lintang dan bujur tampaknya tertukar dan tanda "
            "minus hilang: mungkin maksudnya lintang %(likely_lat)s, bujur %(likely_lon)s."
        ),
        "places.outside_regency.zero": _(
            "Koordinat 0, 0 berarti lokasi belum didapat, bukan sebuah tempat. Ambil lokasinya lagi atau pilih "
            "titik pada peta."
        ),
        "places.outside_regency.out_of_range": _(
            "Titik %(lat)s, %(lon)s tidak ada di bumi: lintang berkisar −90 sampai 90, bujur −180 sampai 180. "
            "Periksa apakah titik desimalnya hilang atau koordinatnya dalam meter (UTM)."
        ),
    }
)


@dataclass(frozen=True)
class Whereabouts:
    """The village at a position (distance_m 0), or the nearest one and how far its drawn border is."""

    village: Place
    distance_m: float

    @property
    def inside(self) -> bool:
        return self.distance_m == 0


def locate(point: LonLat) -> Whereabouts | None:
    """The village whose drawn area holds a point (lon, lat), else the nearest one.

    Returns None when no village has a boundary. A point on a shared border belongs to the lower code. The
    district is at hand as `village.parent` without another query.
    """
    drawn = Place.objects.villages().filter(boundary__isnull=False).select_related("parent")
    holding = drawn.defer("boundary").filter(boundary__intersects=geos_point(point)).order_by("code").first()
    if holding is not None:
        return Whereabouts(holding, 0.0)
    # Relies on the GiST index of boundary.
    nearest = drawn.order_by(DegreesTo("boundary", point)).values("pk")[:_NEAREST_TRIED]
    measured = drawn.filter(pk__in=[row["pk"] for row in nearest]).annotate(
        metres=MetresTo("boundary", point)
    )
    village = measured.order_by("metres", "code").first()
    return None if village is None else Whereabouts(village, float(village.metres))


def metres_outside(point: LonLat, place: Place) -> float | None:
    """How far a point (lon, lat) lies outside a place's drawn area; 0 inside, None without a drawn area."""
    row = Place.objects.filter(pk=place.pk, boundary__isnull=False).values_list(MetresTo("boundary", point))
    return next((float(metres) for (metres,) in row), None)


def outside_village(point: LonLat, village: Place) -> Message | None:
    """The warning for a point (lon, lat) outside a village's drawn area; None inside or without an area.

    A warning only, never a reason to refuse: published borders disagree.
    """
    distance_m = metres_outside(point, village)
    if not distance_m:
        return None
    where = locate(point) or Whereabouts(village, distance_m)
    params = {
        "distance_m": round(distance_m, 2),
        "village": village.title,
        "found": where.village.label,
        "found_code": where.village.pk,
    }
    if where.inside:
        return message("places.outside_village", **params)
    return message("places.outside_all_villages", found_distance_m=round(where.distance_m, 2), **params)


def outside_regency(point: LonLat, regency: Place) -> Message | None:
    """The refusal for a point (lon, lat) more than a kilometre outside a regency, with its likely cause.

    Causes in the code's last part: `zero`, `out_of_range`, `swapped`, `sign_lost`, `swapped_and_sign_lost`;
    the three last ones carry the position that was probably meant (likely_lon, likely_lat). Returns None
    inside, and for a regency without a drawn area unless the numbers are no position at all.
    """
    lon, lat = (float(part) for part in point)
    shown = {"lon": _shown(lon), "lat": _shown(lat), "regency": regency.title}
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return message("places.outside_regency.out_of_range", **shown)
    if abs(lon) < 0.01 and abs(lat) < 0.01:
        return message("places.outside_regency.zero", **shown)
    on_earth = abs(lat) <= 90 and abs(lon) <= 180
    distance_m = metres_outside((lon, lat), regency) if on_earth else math.inf
    if distance_m is None or distance_m <= REGENCY_MARGIN_M:
        return None
    for cause, meant in _likely_meant(lon, lat):
        metres = metres_outside(meant, regency)
        if metres is not None and metres <= REGENCY_MARGIN_M:
            likely = {"likely_lon": _shown(meant[0]), "likely_lat": _shown(meant[1])}
            return message(f"places.outside_regency.{cause}", **shown, **likely)
    if not on_earth:
        return message("places.outside_regency.out_of_range", **shown)
    return message("places.outside_regency", distance_m=round(distance_m, 2), **shown)


def _likely_meant(lon: float, lat: float) -> list[tuple[str, LonLat]]:
    """What people meant who wrote these numbers, the likeliest first; only positions that exist."""
    guesses = [
        ("swapped", (lat, lon)),
        ("sign_lost", (abs(lon), -abs(lat))),
        ("sign_lost", (abs(lon), abs(lat))),
        ("swapped_and_sign_lost", (abs(lat), -abs(lon))),
    ]
    return [
        (cause, meant)
        for cause, meant in guesses
        if meant != (lon, lat) and abs(meant[1]) <= 90 and abs(meant[0]) <= 180
    ]


def _shown(degrees: float) -> str:
    """Degrees as they are typed and copied: a point as the decimal mark, at most seven decimals."""
    if not math.isfinite(degrees):
        return str(degrees)
    return f"{degrees:.7f}".rstrip("0").rstrip(".")


def regency_of(place: Place) -> Place | None:
    """The regency a village or district lies in (itself for a regency); None for a province or if missing."""
    return Place.objects.filter(level=Level.REGENCY, pk=place.pk[:5]).first()
