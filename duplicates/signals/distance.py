"""[pure] How far apart the nearest parts of two records are. docs/signals/distance.md."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Comparison, Finding
from duplicates.works import Batch
from places.message import mark as _
from places.message import message, sentences

SHOWN = _("Jarak")
SENTENCES = sentences(
    {
        "distance.unknown": _("Jarak tidak diketahui: salah satu belum punya titik."),
        "distance.same_spot": _("Di tempat yang sama: berjarak %(distance_m)s."),
        "distance.near": _("Berjarak %(distance_m)s di bagian yang terdekat."),
        "distance.far": _("Agak jauh: %(distance_m)s di bagian yang terdekat."),
    }
)

# Up to how many metres each level reaches.
LIMITS = (
    ("same_spot", 5.0),
    ("beside", 15.0),
    ("near", 30.0),
    ("around", 60.0),
    ("edge", 100.0),
    ("beyond", 150.0),
    ("far", 300.0),
)
LEVELS = ("unknown", *(name for name, _limit in LIMITS), "remote")


def compare(pair: Comparison) -> Finding:
    """Level by metres between the nearest parts; "unknown" when one has no place."""
    if pair.distance_m is None:
        return Finding("unknown", message("distance.unknown"))
    level = next((name for name, limit in LIMITS if pair.distance_m <= limit), "remote")
    said = {"same_spot": "same_spot", "beside": "near", "near": "near", "around": "near"}.get(level, "far")
    return Finding(level, message(f"distance.{said}", distance_m=pair.distance_m))


def levels(batch: Batch) -> NDArray[np.int8]:
    """The levels of many pairs, as indices into LEVELS."""
    found = 1 + np.searchsorted([limit for _name, limit in LIMITS], batch.distance_m, side="left")
    return np.where(np.isnan(batch.distance_m), 0, found).astype(np.int8)
