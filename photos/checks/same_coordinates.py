"""[pure] Do different shots carry the same coordinates to the last digit? Receivers never stand that still.

Coordinates that are typed in, copied from another photo or given by an office's Wi-Fi repeat themselves. A warning,
unless a setting makes it more: a phone gives two shots of one moment the same fix, coarse formats repeat by chance.
"""

from datetime import timedelta

from shapely.geometry import Point

from photos.evidence import CheckOutcome, Evidence, Shot
from places.message import mark as _
from places.message import message, sentences

CODE = "same_coordinates"
TIER = "door"
ASKS = "register"
SEVERITY = "warning"
LIMITS = {"moment_minutes": 10.0}  # shots nearer in time may share one fix
SITE_DEG = 1e-7  # as exact as a typed point is kept: 1 cm
GRID_PER_DEG = 36_000  # a file that writes tenths of an arc second (3 m) repeats itself by chance
# A point taken from a photo has that photo's own coordinates.
_TYPED = {"planned", "surveyed", "as_built"}

SENTENCES = sentences(
    {
        "same_coordinates.own": _("Koordinat foto ini tidak sama persis dengan foto lain."),
        "same_coordinates.no_position": _("Foto tanpa koordinat."),
        "same_coordinates.coarse": _("Koordinat foto ini terlalu kasar untuk dibandingkan digit demi digit."),
        "same_coordinates.other_shot": _(
            "Koordinat foto ini sama persis, sampai digit terakhir, dengan %(count)s foto lain dari waktu atau "
            "pekerjaan yang berbeda. GPS tidak pernah setepat itu."
        ),
        "same_coordinates.site": _(
            "Koordinat foto ini sama persis dengan titik lokasi yang tercatat. GPS tidak pernah setepat itu."
        ),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: how many other shots have the very same coordinates; limit: 0."""
    register, position = evidence.register, evidence.position
    cites = (*evidence.position_facts, "server:same_position", "server:site", "server:site_source")
    if register is None or position is None:
        return CheckOutcome(CODE, "passed", message("same_coordinates.no_position"), cites=cites)
    if _is_coarse(position.lon) and _is_coarse(position.lat):
        return CheckOutcome(CODE, "passed", message("same_coordinates.coarse"), cites=cites)
    others = [shot for shot in register.same_position if _is_other(evidence, shot)]
    if others:
        said = message("same_coordinates.other_shot", count=len(others))
        return CheckOutcome(CODE, "failed", said, float(len(others)), 0.0, cites)
    if register.progress > 0 and register.site_source in _TYPED and _at_site(evidence):
        return CheckOutcome(CODE, "failed", message("same_coordinates.site"), 0.0, 0.0, cites)
    return CheckOutcome(CODE, "passed", message("same_coordinates.own"), 0.0, 0.0, cites)


def _is_coarse(degrees: float) -> bool:
    """Whether a coordinate is a multiple of a tenth of an arc second."""
    steps = degrees * GRID_PER_DEG
    return abs(steps - round(steps)) < 1e-5


def _is_other(evidence: Evidence, shot: Shot) -> bool:
    """Whether two shots are not of one moment and one project."""
    at = evidence.taken.at
    if at is None or shot.at is None or not shot.same_project:
        return True
    minutes = evidence.limit(CODE, "moment_minutes", LIMITS["moment_minutes"])
    return abs(at - shot.at) > timedelta(minutes=minutes)


def _at_site(evidence: Evidence) -> bool:
    site, position = evidence.site, evidence.position
    if position is None or not isinstance(site, Point) or site.is_empty:
        return False
    return abs(site.x - position.lon) <= SITE_DEG and abs(site.y - position.lat) <= SITE_DEG
