"""Reads the capture fix that the page's camera sends beside a picture: lon, lat, accuracy_m, at."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from photos.evidence import Fix
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

SENTENCES = sentences(
    {
        "fix.not_readable": _("Lokasi telepon (fix) tidak dapat dibaca: %(problem)s. Ambil ulang fotonya."),
    }
)
_NUMBERS = ("lon", "lat", "accuracy_m", "altitude_m", "heading_deg", "speed_m_s")
_TIMES = ("at", "shot_at")


def read_fix(sent: str | Mapping[str, Any] | None) -> Fix | None:
    """The fix of a request: a JSON text, a mapping, or nothing.

    Needs lon and lat in degrees; times are ISO 8601 with an offset. Raises Problem (400) for anything else: a fix
    that cannot be read is a fault of the sender, which silence would turn into a photo without position.
    """
    if not sent:
        return None
    content = _parsed(sent) if isinstance(sent, str) else sent
    if not isinstance(content, Mapping):
        raise _unreadable("JSON")
    numbers = {name: _number(name, content.get(name)) for name in _NUMBERS}
    times = {name: _time(name, content.get(name)) for name in _TIMES}
    lon, lat = numbers["lon"], numbers["lat"]
    if lon is None or lat is None or abs(lon) > 180 or abs(lat) > 90:
        raise _unreadable("lon, lat")
    if (numbers["accuracy_m"] or 0) < 0:
        raise _unreadable("accuracy_m")
    return Fix(
        lon=lon,
        lat=lat,
        accuracy_m=numbers["accuracy_m"],
        at=times["at"],
        altitude_m=numbers["altitude_m"],
        heading_deg=numbers["heading_deg"],
        speed_m_s=numbers["speed_m_s"],
        shot_at=times["shot_at"],
    )


def stored(fix: Fix | None) -> dict[str, Any] | None:
    """The fix as JSON values, for Claim.fix and the facts; what was not sent is left out."""
    if fix is None:
        return None
    values = {name: getattr(fix, name) for name in (*_NUMBERS, *_TIMES)}
    return {
        name: value.isoformat() if isinstance(value, datetime) else value
        for name, value in values.items()
        if value is not None
    }


def _unreadable(problem: str) -> Problem:
    said = message("fix.not_readable", problem=problem)
    problem_with = Problem(said)
    problem_with.fields = {"fix": [problem_with.sentence]}
    return problem_with


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise _unreadable("JSON") from error


def _number(name: str, value: Any) -> float | None:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _unreadable(name)
    return float(value)


def _time(name: str, value: Any) -> datetime | None:
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise _unreadable(name) from error
    if moment.tzinfo is None:
        raise _unreadable(name)
    return moment
