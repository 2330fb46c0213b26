"""[pure] Reads coordinates that a camera app drew into the picture ("Lat -8.219200° Long 114.369100°").

They are kept as a claim, never as proof: anybody can draw numbers. Read only where a file has no position, and only
where a cheap look finds lines of small strokes; the letters are read by Debian's tesseract.
docs/design/photo-pixels.md.
"""

import re
import shutil
import subprocess
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]

OCR_LIMIT_S = 4
TEXT_LIMIT = 600  # characters kept
_LOOKED_AT_PX = 1000  # width at which strokes are looked for
_MARKS_A_LINE = 9  # letters that make a line
_STROKE = 45  # grey levels by which letters stand out
_BRIGHT = 175  # grey levels of light letters; dark ones are at most 255 less this
_UPPER, _LOWER = 0.25, 0.6  # of the height: where camera apps write
_TALLEST = 0.3  # of the height: more is a texture
_BANDS = 2  # that are read


def read(grey: Grey) -> dict[str, Any]:
    """printed: the drawn coordinates as recognised, "" if none; printed_position: [lon, lat] where it says so.

    grey: upright, up to 2000 px. Without tesseract printed is None and text_reader says "missing".
    """
    bands = text_bands(grey)
    if not bands:
        return {"printed": ""}
    program = shutil.which("tesseract")
    if program is None:
        return {"printed": None, "text_reader": "missing"}
    lines: list[str] = []
    for top, bottom, light in bands:
        lines += _recognised(program, _prepared(grey[top:bottom], light=light)).splitlines()
        found = coordinates_in(lines)
        if found:
            text, position = found
            return {"printed": text, "printed_position": list(position) if position else None}
    return {"printed": ""}


def text_bands(grey: Grey) -> list[tuple[int, int, bool]]:
    """(top, bottom, light letters) of what looks like lines of text near the upper and lower edge, most letters first.

    Drawn letters are of one brightness, nearly white (yellow) or nearly black, whatever lies behind them.
    """
    scale = min(1.0, _LOOKED_AT_PX / grey.shape[1])
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    height = small.shape[0]
    found = []
    for start, stop in ((0, round(height * _UPPER)), (round(height * _LOWER), height)):
        for light in (True, False):
            part = small[start:stop] if light else 255 - small[start:stop]
            for top, bottom, letters in _lines_together(_lines(_letters(part)), stop - start):
                if bottom - top <= _TALLEST * height:
                    found.append((letters, int((top + start) / scale), int((bottom + start) / scale), light))
    found.sort(reverse=True)
    return [(top, bottom, light) for _letters, top, bottom, light in found[:_BANDS]]


def _letters(part: NDArray[Any], kernel: int = 11) -> Grey:
    """What is nearly white in a picture and stands out from what is beside it, as a mask."""
    strokes = cv2.morphologyEx(part, cv2.MORPH_TOPHAT, np.ones((kernel, kernel), np.uint8))
    return np.where((strokes > _STROKE) & (part > _BRIGHT), 255, 0).astype(np.uint8)


def _lines(mask: Grey) -> list[tuple[int, int, int]]:
    """(top, bottom, letters) of rows in which many marks of one height stand side by side."""
    _count, _labels, stats, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    tall, wide, area = stats[1:, 3], stats[1:, 2], stats[1:, 4]
    letter = (tall >= 7) & (tall <= 60) & (wide <= tall * 2) & (area >= tall) & (area <= 0.9 * tall * wide)
    tops, heights, middles = stats[1:, 1][letter], tall[letter], centres[1:, 1][letter]
    order = np.argsort(middles)
    lines: list[tuple[int, int, int]] = []
    row: list[int] = []
    for index in order:
        if row and middles[index] - middles[row[-1]] > 0.25 * heights[row[-1]]:
            lines += _as_line(row, tops, heights)
            row = []
        row.append(int(index))
    return lines + _as_line(row, tops, heights)


def _as_line(row: list[int], tops: NDArray[Any], heights: NDArray[Any]) -> list[tuple[int, int, int]]:
    if len(row) < _MARKS_A_LINE:
        return []
    usual = float(np.median(heights[row]))
    alike = [index for index in row if 0.6 * usual <= heights[index] <= 1.6 * usual]
    if len(alike) < max(_MARKS_A_LINE, 0.6 * len(row)):
        return []
    return [(int(tops[alike].min()), int((tops[alike] + heights[alike]).max()), len(alike))]


def _lines_together(lines: list[tuple[int, int, int]], height: int) -> list[tuple[int, int, int]]:
    """Neighbouring lines as one band, with a little room around."""
    bands: list[tuple[int, int, int]] = []
    for top, bottom, letters in sorted(lines):
        room = bottom - top
        if bands and top - bands[-1][1] < 2.5 * room:
            bands[-1] = (bands[-1][0], max(bottom, bands[-1][1]), bands[-1][2] + letters)
        else:
            bands.append((top, bottom, letters))
    return [(max(0, top - 10), min(height, bottom + 10), letters) for top, bottom, letters in bands]


def _prepared(band: Grey, *, light: bool) -> Grey:
    """Black letters on white, as large as the reader likes them."""
    scale = 1.0 if band.shape[1] >= 1600 else 2.0
    larger = cv2.resize(
        band if light else 255 - band, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC
    )
    return np.asarray(255 - cv2.GaussianBlur(_letters(larger, 31), (3, 3), 0), dtype=np.uint8)


def _recognised(program: str, picture: Grey) -> str:
    """The letters in a picture, "" where the reader fails or takes too long."""
    written, content = cv2.imencode(".pgm", picture)
    if not written:
        return ""
    words = [program, "stdin", "stdout", "-l", "eng", "--psm", "6"]
    try:
        done = subprocess.run(
            words, input=content.tobytes(), capture_output=True, timeout=OCR_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.decode("utf-8", "replace")


# Coordinates in words --------------------------------------------------------------------------------------

_DEGREE = r"[°º˚*'’oO”\"]"
_DECIMAL = r"([-–—~]?)\s*(\d{1,3}[.,]\s?\d{3,9})"
_LATITUDE = r"(?:lat(?:itude)?|lintang|lt)\b[^\d\n–—-]{0,4}"
_LONGITUDE = r"(?:long?(?:itude)?|lng|bujur|bt)\b[^\d\n–—-]{0,4}"
_LABELLED = re.compile(
    rf"{_LATITUDE}{_DECIMAL}\s*{_DEGREE}?\s*([NSU]?)(?![a-z])[^\d–—-]{{0,16}}?{_LONGITUDE}{_DECIMAL}\s*{_DEGREE}?\s*([EWTB]?)",
    re.I,
)
_LETTERED = re.compile(
    rf"{_DECIMAL}\s*{_DEGREE}?\s*L?([NSU])\W{{1,3}}{_DECIMAL}\s*{_DEGREE}?\s*B?([EWTB])\b", re.I
)
_PAIR = re.compile(r"([-–—])\s*(\d{1,2}[.,]\d{4,9})\s*[,;\s]\s*()(\d{2,3}[.,]\d{4,9})")
_ANGLE = r"(\d{1,3})\s*[°º˚*oO]\s*(\d{1,2})\s*['’‘´`\"”]\s*(\d{1,2}(?:[.,]\d+)?)\s*[\"”“'’°*]{0,2}\s*"
_ANGLES = re.compile(rf"{_ANGLE}L?([NSU])\W{{0,4}}{_ANGLE}B?([EWTB])", re.I)
_PLUS_CODE = re.compile(r"\b(?:[23456789CFGHJMPQRVWX]{4,8})\+[23456789CFGHJMPQRVWX]{2,3}\b")
_UTM = re.compile(
    r"\b(?:4[5-9]|5[0-4])\s?[LMNP]\s{1,2}0?\d{6}(?:[.,]\d+)?\s?(?:mE)?[\s,]+\d{6,7}(?:[.,]\d+)?\s?(?:mN)?"
)


def coordinates_in(lines: list[str]) -> tuple[str, tuple[float, float] | None] | None:
    """(the text that says where, (lon, lat) as drawn), None without coordinates. Plus codes and UTM stay as text."""
    text = " ".join(" ".join(lines).split())
    for rule, read_pair in ((_LABELLED, _pair), (_LETTERED, _pair), (_PAIR, _bare_pair), (_ANGLES, _angles)):
        for match in rule.finditer(text):
            position = read_pair(match)
            if position and abs(position[0]) <= 180 and abs(position[1]) <= 90 and position != (0.0, 0.0):
                return match.group(0).strip()[:TEXT_LIMIT], position
    for rule in (_PLUS_CODE, _UTM):
        if found := rule.search(text):
            return found.group(0)[:TEXT_LIMIT], None
    return None


def _pair(match: re.Match[str]) -> tuple[float, float] | None:
    minus, latitude, north, minus_too, longitude, east = match.groups()
    return _signed(longitude, minus_too, east, "WB"), _signed(latitude, minus, north, "S")


def _bare_pair(match: re.Match[str]) -> tuple[float, float] | None:
    minus, latitude, minus_too, longitude = match.groups()
    return _signed(longitude, minus_too, "", ""), _signed(latitude, minus, "", "")


def _angles(match: re.Match[str]) -> tuple[float, float] | None:
    degrees, minutes, seconds, north, degrees2, minutes2, seconds2, east = match.groups()
    latitude = int(degrees) + int(minutes) / 60 + _number(seconds) / 3600
    longitude = int(degrees2) + int(minutes2) / 60 + _number(seconds2) / 3600
    west = east.upper() in ("W", "B")
    return round(-longitude if west else longitude, 7), round(
        -latitude if north.upper() == "S" else latitude, 7
    )


def _signed(digits: str, minus: str, letter: str, negative: str) -> float:
    value = _number(digits)
    return -value if minus or (letter and letter.upper() in negative) else value


def _number(digits: str) -> float:
    return float(digits.replace(" ", "").replace(",", "."))
