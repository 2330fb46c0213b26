"""Writes down what the sources say: of a file its own tags as read; of a claim all that was said beside it."""

import hashlib
import json
import math
from collections.abc import Iterable, Mapping
from typing import Any

import shapely
from django.db import connection
from shapely.geometry.base import BaseGeometry

from photos.capture import stored as stored_fix
from photos.evidence import Evidence, Register, Shot
from photos.exif import Facts
from photos.models import Claim, Fact, FactSource, Photo

RAW_LIMIT = 2000  # characters of one value as written; longer ones are cut, the original has them whole
FACTS_LIMIT = 400  # of one file
# One parameter for all rows: bulk_create prepares each value of each row by itself, which takes ten times as long.
_INSERT = """
INSERT INTO photos_fact (photo_id, claim_id, source, name, value, raw)
SELECT photo_id, claim_id, source, name, value, raw
FROM jsonb_to_recordset(%s::jsonb)
    AS given (photo_id bigint, claim_id bigint, source text, name text, value jsonb, raw text)
"""
_SOURCES = {"exif": FactSource.EXIF, "xmp": FactSource.XMP, "iptc": FactSource.IPTC}


def rows_of(photo: Photo, facts: Facts) -> list[Fact]:
    """Unsaved rows of what a file says of itself, and what the server measured of it (its hash and size).

    A value that could not be read is kept as {"reason": …}.
    """
    measured = {"sha256": photo.sha256, "size": photo.size}
    return [
        Fact(
            photo=photo,
            source=_SOURCES.get(fact.source, FactSource.SERVER),
            name=_text(fact.name, 60),
            value=_value(fact.as_json()["value"]),
            raw=_text(fact.raw, RAW_LIMIT),
        )
        for fact in facts.facts[:FACTS_LIMIT]
    ] + [
        Fact(photo=photo, source=FactSource.SERVER, name=name, value=value, raw=str(value))
        for name, value in measured.items()
    ]


def keep(rows: Iterable[Fact]) -> None:
    """Store unsaved rows, in their order; their primary keys stay unknown here."""
    names = ("photo_id", "claim_id", "source", "name", "value", "raw")
    given = [{name: getattr(row, name) for name in names} for row in rows]
    if given:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [json.dumps(given)])


def rows_of_claim(claim: Claim, evidence: Evidence) -> list[Fact]:
    """Unsaved rows of what was said beside the file (capture, officer) and what the server compared it with.

    What checks cite as "capture:…", "officer:…" or "server:…" is found here or among `rows_of`.
    """
    written: Mapping[str, str] = evidence.fix.raw if evidence.fix else {}
    said = {
        FactSource.CAPTURE: stored_fix(evidence.fix) or {},
        FactSource.OFFICER: _of_officer(claim),
        FactSource.SERVER: of_server(claim, evidence),
    }
    return [
        Fact(
            photo=claim.photo,
            claim=claim,
            source=source,
            name=name,
            value=_value(value),
            raw=_raw(written.get(name, value) if source == FactSource.CAPTURE else value),
        )
        for source, values in said.items()
        for name, value in values.items()
    ]


def _of_officer(claim: Claim) -> dict[str, Any]:
    """What the sender said of the picture; left out is what was not said."""
    taken_by = claim.taken_by.get_username() if claim.taken_by else claim.taken_by_name
    more = {
        "note": claim.note,
        "viewpoint": claim.viewpoint,
        "file_name": claim.file_name,
        "taken_by": taken_by,
        "shared_reason": claim.shared_reason,
        "answers": claim.answers_id,
    }
    said = {"progress": claim.progress, "purpose": claim.purpose}
    return said | {name: value for name, value in more.items() if value}


def of_server(claim: Claim, evidence: Evidence) -> dict[str, Any]:
    """What the server compared the claim with; left out is what there was nothing of."""
    window = [day.isoformat() if day else None for day in (evidence.not_before, evidence.not_after)]
    always = {
        "received_at": evidence.received_at.isoformat(timespec="seconds"),
        "site": shapely.to_wkt(evidence.site, rounding_precision=7) if evidence.site else None,
        "tolerance_m": evidence.tolerance_m,
        "window": window,
        "village": evidence.village,
        "boundary": _digest(evidence.boundary),
        "work_type": evidence.work_type,
    }
    settings = {f"settings.{code}": _setting(evidence, code) for code in _set_codes(evidence)}
    return always | (_of_register(evidence.register) if evidence.register else {}) | settings


def _of_register(register: Register) -> dict[str, Any]:
    always = {
        "site_version": register.site_version,
        "site_source": register.site_source,
        "stages": list(register.stages),
        "site_shots": [_seen(shot) for shot in register.site_shots],
        "device_shots": [_seen(shot) | _where(shot) for shot in register.device_shots],
        "same_position": [_seen(shot) for shot in register.same_position],
        "same_picture": _reuse(register),
    }
    nearer = register.nearer
    sometimes = {
        "radius_m": register.radius_m,
        "binding": register.binding,
        "device": register.device,
        "nearer_site": {"site": nearer.site_id, "distance_m": nearer.distance_m} if nearer else None,
    }
    return always | {name: value for name, value in sometimes.items() if value}


def _seen(shot: Shot) -> dict[str, Any]:
    at = shot.at.isoformat(timespec="seconds") if shot.at else None
    return {"claim": shot.claim_id, "taken_at": at, "progress": shot.progress}


def _where(shot: Shot) -> dict[str, Any]:
    return {"lon": shot.lon, "lat": shot.lat, "error_m": shot.error_m}


def _reuse(register: Register) -> list[dict[str, Any]] | None:
    """Claims of the same picture; None while the pixels were not searched and no bytes are the same."""
    if register.near_same is None and not register.same_bytes:
        return None
    return [
        {"claim": found.shot.claim_id, "how": found.how, "similarity": found.similarity}
        for found in (*register.same_bytes, *(register.near_same or ()))
    ]


def _digest(boundary: BaseGeometry | None) -> str | None:
    """Tells whether the village's border is still the same; the border itself is large."""
    return hashlib.sha256(shapely.to_wkb(boundary)).hexdigest()[:16] if boundary else None


def _set_codes(evidence: Evidence) -> list[str]:
    return sorted({*evidence.severity, *evidence.limits})


def _setting(evidence: Evidence, code: str) -> dict[str, Any]:
    """What an administrator set otherwise for a check (`photos.rules`)."""
    said: dict[str, Any] = {"severity": evidence.severity[code]} if code in evidence.severity else {}
    return said | ({"limits": dict(evidence.limits[code])} if evidence.limits.get(code) else {})


def _raw(value: Any) -> str:
    """A plain value as written; the parts of a table stand in the value alone."""
    return "" if isinstance(value, dict | list) or value is None else _text(str(value), RAW_LIMIT)


def _value(value: Any) -> Any:
    """A JSON value that PostgreSQL takes: no NUL, no NaN, no infinity."""
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return _text(value, RAW_LIMIT) if isinstance(value, str) else value


def _text(text: str, limit: int) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode("utf-8")[:limit]
