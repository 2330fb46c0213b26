"""[pure] What a project is compared by, as plain values that can be kept and laid beside those of another day.

A conclusion keeps the inputs of both projects; it is opened again only when one of them changed, and says which.
"""

import hashlib
import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import shapely

from duplicates.comparison import Record

PLACE_DECIMALS = 7  # of a degree: 1 cm


def _number(value: Decimal | None) -> str | None:
    """A number as text, whatever its trailing zeros: 5.00 and 5 are one."""
    return None if value is None else format(Decimal(value).normalize(), "f")


def inputs_of(record: Record) -> dict[str, Any]:
    """What a record is compared by, in JSON values; sets are sorted, places are WKT with seven decimals."""
    places = [
        shapely.to_wkt(place, rounding_precision=PLACE_DECIMALS, trim=True) for place in record.geometries
    ]
    return {
        "title": record.title,
        "places": sorted(places),
        "work_type": record.work_type,
        "activity": record.activity,
        "budget": _number(record.budget),
        "volume": _number(record.volume),
        "unit": record.unit,
        "year": record.year,
        "sources": sorted(record.fund_sources),
        "starts": record.starts.isoformat() if record.starts else None,
        "ends": record.ends.isoformat() if record.ends else None,
        "executor": record.executor,
        "pictures": sorted(record.pictures),
        "picture_groups": sorted(record.picture_groups),
        "relations": sorted([kind, other] for kind, other in record.relations),
    }


def digest(inputs: Mapping[str, Any]) -> str:
    """Thirty-two hexadecimal digits that are the same exactly when the inputs are."""
    text = json.dumps(inputs, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()


def changed(was: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """The names of the inputs that differ, in the order of `now`; one that was not kept then counts as the same."""
    return [name for name, value in now.items() if name in was and was[name] != value]
