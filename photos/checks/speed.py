"""[pure] Could one camera have been at both places? From the nearest shots of the same camera before and after.

The distance is shortened by both stated errors and the time is lengthened by a slack, so that a fix of a minute ago
accuses nobody. Failed only for one and the same device; two phones of one model in one account are a warning.
"""

from dataclasses import dataclass
from datetime import timedelta

from photos.devices import is_one_device
from photos.evidence import DEFAULT_ERROR_M, CheckOutcome, Evidence, Shot
from places.earth import metres_between
from places.message import mark as _
from places.message import message, sentences

CODE = "speed"
TIER = "door"
ASKS = "register"
LIMITS = {
    "kmh": 150.0,  # no road of the regency is driven faster
    "slack_minutes": 2.0,  # a fix may be so much older than its shot; also what two shots of one moment are given
}

SENTENCES = sentences(
    {
        "speed.possible": _("Jarak dan waktu ke foto lain dari kamera ini masuk akal."),
        "speed.nothing_to_compare": _("Belum ada foto lain dari kamera ini untuk dibandingkan."),
        "speed.impossible": _(
            "Kamera ini juga mengambil foto %(distance_m)s dari sini, selisih %(minutes)s: %(kmh)s km/jam, "
            "batasnya %(limit_kmh)s km/jam. Periksa jam dan lokasi telepon."
        ),
        "speed.same_model": _(
            "Telepon bertipe sama dari pengirim ini mengambil foto %(distance_m)s dari sini, selisih %(minutes)s "
            "(%(kmh)s km/jam). Bila itu telepon yang sama, periksa jam dan lokasinya."
        ),
    }
)


@dataclass(frozen=True)
class _Way:
    """From another shot to this one: metres between the positions, minutes between the times, km/h at least."""

    metres: float
    minutes: float
    kmh: float


def run(evidence: Evidence) -> CheckOutcome:
    """measured: least speed in km/h from or to the nearest shots of the camera; limit: in km/h."""
    register = evidence.register
    cites = (*evidence.position_facts, *evidence.time_facts, "server:device", "server:device_shots")
    ways = [way for shot in (register.device_shots if register else ()) if (way := _way(evidence, shot))]
    if register is None or not ways:
        return CheckOutcome(CODE, "passed", message("speed.nothing_to_compare"), cites=cites)
    fastest = max(ways, key=lambda way: way.kmh)
    limit = evidence.limit(CODE, "kmh", LIMITS["kmh"])
    if fastest.kmh <= limit:
        return CheckOutcome(CODE, "passed", message("speed.possible"), fastest.kmh, limit, cites)
    one = is_one_device(register.device)
    said = message(
        "speed.impossible" if one else "speed.same_model",
        distance_m=fastest.metres,
        minutes=round(fastest.minutes),
        kmh=round(fastest.kmh),
        limit_kmh=round(limit),
    )
    return CheckOutcome(CODE, "failed" if one else "warning", said, fastest.kmh, limit, cites)


def _way(evidence: Evidence, shot: Shot) -> _Way | None:
    """None where one of the two lacks a time or a position."""
    here, at = evidence.position, evidence.taken.at
    if here is None or at is None or shot.at is None or shot.lon is None or shot.lat is None:
        return None
    slack = evidence.limit(CODE, "slack_minutes", LIMITS["slack_minutes"])
    metres = metres_between((here.lon, here.lat), (shot.lon, shot.lat))
    errors = sum(DEFAULT_ERROR_M if error is None else error for error in (here.error_m, shot.error_m))
    minutes = abs(at - shot.at) / timedelta(minutes=1)
    kmh = max(0.0, metres - errors) / 1000 / (max(minutes + slack, 1 / 60) / 60)
    return _Way(round(metres, 2), round(minutes, 1), round(kmh, 1))
