"""[pure] Does the position lie in the village? Published borders are indicative, so outside is a warning only."""

from shapely import Point

from photos.evidence import CheckOutcome, Evidence
from places.earth import metres_to_geometry
from places.message import mark as _
from places.message import message, sentences

CODE = "in_village"
TIER = "door"
RULE = 2
LIMITS = {"slack_m": 0.0}  # metres outside the drawn border that are not mentioned

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
    position, cites = evidence.position, (*evidence.position_facts, "server:boundary")
    if evidence.boundary is None or evidence.boundary.is_empty:
        said = message("in_village.no_boundary")
        return CheckOutcome(CODE, "unknown", said, cites=evidence.position_facts)
    if position is None:
        return CheckOutcome(CODE, "unknown", message("in_village.no_position"), cites=("server:boundary",))
    village, slack = evidence.village or "desa", evidence.limit(CODE, "slack_m", LIMITS["slack_m"])
    inside = evidence.boundary.covers(Point(position.lon, position.lat))
    away = 0.0 if inside else round(metres_to_geometry((position.lon, position.lat), evidence.boundary), 2)
    if inside or away <= slack:
        said = message("in_village.inside", village=village)
        return CheckOutcome(CODE, "passed", said, away, slack, cites)
    said = message("in_village.outside", distance_m=away, village=village)
    return CheckOutcome(CODE, "warning", said, away, slack, cites)
