"""Writes down what the sources say: of a file its own tags as read; of a claim all that was said beside it."""

import math
from typing import Any

import shapely

from photos.capture import stored as stored_fix
from photos.evidence import Evidence
from photos.exif import Facts
from photos.models import Claim, Fact, FactSource, Photo

RAW_LIMIT = 2000  # characters of one value as written; longer ones are cut, the original has them whole
FACTS_LIMIT = 400  # of one file
_SOURCES = {"exif": FactSource.EXIF, "xmp": FactSource.XMP, "iptc": FactSource.IPTC}


def rows_of(photo: Photo, facts: Facts) -> list[Fact]:
    """Unsaved rows of what a file says of itself; a value that could not be read is kept as {"reason": …}."""
    return [
        Fact(
            photo=photo,
            source=_SOURCES.get(fact.source, FactSource.SERVER),
            name=_text(fact.name, 60),
            value=_value(fact.as_json()["value"]),
            raw=_text(fact.raw, RAW_LIMIT),
        )
        for fact in facts.facts[:FACTS_LIMIT]
    ]


def rows_of_claim(claim: Claim, evidence: Evidence) -> list[Fact]:
    """Unsaved rows of what was said beside the file (capture, officer) and what the server compared it with."""
    said = {
        FactSource.CAPTURE: stored_fix(evidence.fix) or {},
        FactSource.OFFICER: _of_officer(claim),
        FactSource.SERVER: _of_server(claim, evidence),
    }
    return [
        Fact(
            photo=claim.photo,
            claim=claim,
            source=source,
            name=name,
            value=_value(value),
            raw=_text(str(value), RAW_LIMIT),
        )
        for source, values in said.items()
        for name, value in values.items()
    ]


def _of_officer(claim: Claim) -> dict[str, Any]:
    return {"progress": claim.progress, "purpose": claim.purpose}


def _of_server(claim: Claim, evidence: Evidence) -> dict[str, Any]:
    window = [day.isoformat() if day else None for day in (evidence.not_before, evidence.not_after)]
    return {
        "received_at": evidence.received_at.isoformat(timespec="seconds"),
        "site": shapely.to_wkt(evidence.site, rounding_precision=7) if evidence.site else None,
        "tolerance_m": evidence.tolerance_m,
        "window": window,
    }


def _value(value: Any) -> Any:
    """A JSON value that PostgreSQL takes: no NUL, no NaN, no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _text(value, RAW_LIMIT) if isinstance(value, str) else value


def _text(text: str, limit: int) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:limit]
