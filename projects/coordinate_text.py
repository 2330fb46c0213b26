"""Coordinates as people write them: decimal or degrees, minutes, seconds; latitude first, or letters say which.

The same rules as static/geomonitor/js/coordinates.js, for forms that work without scripts.
"""

import re
from collections.abc import Sequence

from places.earth import LonLat
from places.message import Message, message, sentences
from places.message import mark as _

SENTENCES = sentences(
    {
        "coordinates.unreadable": _(
            "“%(value)s” bukan koordinat. Tulis lintang lalu bujur, seperti -8.2192, 114.3691 atau "
            "8°13'09\" LS 114°22'09\" BT."
        ),
        "coordinates.line_short": _("Ruas memerlukan sedikitnya dua titik, satu titik per baris."),
    }
)

_LETTERS = {
    "N": "lat", "S": "lat", "U": "lat", "LU": "lat", "LS": "lat",
    "E": "lon", "W": "lon", "T": "lon", "B": "lon", "BT": "lon", "BB": "lon",
}  # fmt: skip
_NEGATIVE = {"S", "LS", "W", "BB", "B"}
_PART = r"([-+]?\d+(?:[.,]\d+)?)\s*°?\s*(?:(\d+(?:[.,]\d+)?)\s*['′’]\s*)?(?:(\d+(?:[.,]\d+)?)\s*(?:[\"″”]|'')\s*)?"
_LETTER = r"(LU|LS|BT|BB|[NSEWUTB])"
_BEHIND = re.compile(rf"{_PART}{_LETTER}[\s,;]*{_PART}{_LETTER}")
_BEFORE = re.compile(rf"{_LETTER}\s*{_PART}[\s,;]*{_LETTER}\s*{_PART}")
_DECIMAL = re.compile(r"([-+]?\d+(?:\.\d+)?)\s*[,;\s]\s*([-+]?\d+(?:\.\d+)?)")
_DECIMAL_COMMA = re.compile(r"([-+]?\d+,\d+)\s*[;\s]\s*([-+]?\d+,\d+)")
_DMS = re.compile(rf"{_PART}[\s,;]+{_PART}")


class CoordinateTextError(ValueError):
    """A text that is no position; `message` says how to write one."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.message = reason


def parse(written: str) -> LonLat:
    """(lon, lat) of a written position; latitude comes first unless letters say otherwise.

    The numbers are not checked against any place: (0, 0) and a latitude of 114 are read as written, so that
    places.locating can name the likely cause. Raises CoordinateTextError.
    """
    text = written.strip().upper().replace("−", "-")
    found = _lettered(text) or _plain(text)
    if found is None:
        raise CoordinateTextError(message("coordinates.unreadable", value=written.strip()))
    return found


def parse_lines(written: str) -> list[LonLat]:
    """One position per line, as for a stretch of road. Raises CoordinateTextError, also for a single one."""
    points = [parse(line) for line in written.splitlines() if line.strip()]
    if len(points) == 1:
        raise CoordinateTextError(message("coordinates.line_short"))
    return points


def written(point: LonLat) -> str:
    """A position as the form shows it: "-8.219200, 114.369100", latitude first."""
    return f"{point[1]:.6f}, {point[0]:.6f}"


def _lettered(text: str) -> LonLat | None:
    if found := _BEHIND.fullmatch(text):
        groups = found.groups()
        return _pair((groups[0:3], groups[3]), (groups[4:7], groups[7]))
    if found := _BEFORE.fullmatch(text):
        groups = found.groups()
        return _pair((groups[1:4], groups[0]), (groups[5:8], groups[4]))
    return None


_Part = tuple[Sequence[str | None], str]


def _pair(*parts: _Part) -> LonLat | None:
    values = {_LETTERS[letter]: _degrees(numbers, letter) for numbers, letter in parts}
    lon, lat = values.get("lon"), values.get("lat")
    return None if lon is None or lat is None else (lon, lat)


def _plain(text: str) -> LonLat | None:
    if found := _DECIMAL.fullmatch(text) or _DECIMAL_COMMA.fullmatch(text):
        lat, lon = (float(part.replace(",", ".")) for part in found.groups())
        return lon, lat
    found = _DMS.fullmatch(text) if "°" in text or "'" in text else None
    if found is None:
        return None
    groups = found.groups()
    north, east = _degrees(groups[:3], ""), _degrees(groups[3:], "")
    return None if north is None or east is None else (east, north)


def _degrees(numbers: Sequence[str | None], letter: str) -> float | None:
    whole, minutes, seconds = (float((number or "0").replace(",", ".")) for number in numbers)
    if minutes >= 60 or seconds >= 60:
        return None
    size = abs(whole) + minutes / 60 + seconds / 3600
    return -size if (numbers[0] or "").startswith("-") or letter in _NEGATIVE else size
