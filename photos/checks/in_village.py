"""[pure] Does the position lie in the village? Published borders are indicative, so outside is a warning only."""

from shapely import Point

from photos.evidence import CheckOutcome, Evidence
from places.earth import metres_to_geometry
from places.message import mark as _
from places.message import message, sentences

CODE = "in_village"
TIER = "door"

SENTENCES = sentences(
    {
        "in_village.inside": _("Di dalam batas %(village)s."),
        "in_village.outside": _("%(distance_m)s di luar batas %(village)s. Batas peta bersifat indikatif."),
        "in_village.no_boundary": _("Batas desa tidak tersedia, jadi tidak diperiksa."),
        "in_village.no_position": _("Tidak bisa diperiksa: foto tanpa koordinat."),
    }
)


def run(evidence: Evidence) -> CheckOutcome:
    """measured: metres outside the drawn border, 0 inside; never failed."""
    position = evidence.position
    if evidence.boundary is None or evidence.boundary.is_empty:
        return CheckOutcome(CODE, "unknown", message("in_village.no_boundary"))
    if position is None:
        return CheckOutcome(CODE, "unknown", message("in_village.no_position"))
    village = evidence.village or "desa"
    if evidence.boundary.covers(Point(position.lon, position.lat)):
        return CheckOutcome(CODE, "passed", message("in_village.inside", village=village), 0.0, 0.0)
    distance = round(metres_to_geometry((position.lon, position.lat), evidence.boundary), 2)
    return CheckOutcome(
        CODE, "warning", message("in_village.outside", distance_m=distance, village=village), distance, 0.0
    )
