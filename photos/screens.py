"""[pure] Is it a picture of a screen? Only where that can be told: by the coloured moiré of its grid.

A camera that takes a screen meets two grids, the screen's and its own, and where they beat against each other, bands
of colour run over the whole picture, equally far apart wherever one looks, also over plain surfaces. Roof tiles,
gravel, nets and bricks repeat too, but in light and dark, not in colour, and only where they are.
docs/checks/screen_or_print.md has the procedure and what was measured.
"""

import math

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

_TILE = 160  # pixels; of the display picture (1000 px)
_NEAREST = 8  # periods in a tile below which it is content, not a pattern
_DARK = 24.0  # grey levels added: noise of the dark is no colour
_STANDS_OUT = 20.0  # power of the pattern's frequency against the strongest one around it
_STRONG = 0.006  # amplitude of the pattern, as a share of the whole light
_DRIFT = 4  # periods a tile by which neighbours may differ: screens are seen at a slant


def score(rgb: NDArray[np.uint8]) -> float:
    """The share of the picture's tiles, 0 to 1, in which colour runs in one and the same fine pattern.

    Every second tile of every second row is looked at first: any four tiles together hold one of them, so a pattern
    that none of them shows is not all over the picture, and counts as none.
    """
    rows, columns = (side // _TILE for side in rgb.shape[:2])
    if min(rows, columns) < 2:
        return 0.0
    places = [(row, column) for row in range(rows) for column in range(columns)]
    first = [(row, column) for row, column in places if row % 2 == column % 2 == 0]
    peaks = _peaks(rgb, first)
    if not peaks:
        return 0.0
    peaks |= _peaks(rgb, [place for place in places if place not in first])
    alike = sum(_has_company(place, peaks) for place in peaks)
    return round(alike / len(places), 3)


def _peaks(rgb: NDArray[np.uint8], places: list[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, int]]:
    """The frequency that stands out in each of these tiles that has one."""
    found = {}
    for row, column in places:
        tile = rgb[row * _TILE : (row + 1) * _TILE, column * _TILE : (column + 1) * _TILE]
        if peak := _peak(_chromaticity(tile)):
            found[row, column] = peak
    return found


def _chromaticity(rgb: NDArray[np.uint8]) -> Plane:
    """Two planes of colour without light and shade: what a shadow or a gap between bricks changes stays out."""
    red, green, blue = (plane.astype(np.float32) + _DARK for plane in cv2.split(rgb))
    whole = red + green + blue
    red, blue = red / whole, blue / whole
    return np.asarray(cv2.merge([red - float(cv2.mean(red)[0]), blue - float(cv2.mean(blue)[0])]))


def _peak(tile: Plane) -> tuple[int, int] | None:
    """The frequency (periods a tile, down and across) that stands far above those around it, None if none does."""
    real, imaginary = cv2.split(cv2.dft(tile * _WINDOW))  # both planes at once, as one complex number
    power = (real * real + imaginary * imaginary) * _BAND
    _low, highest, _low_at, (across, down) = cv2.minMaxLoc(power)
    if math.sqrt(highest) * 8 / _TILE**2 < _STRONG:
        return None
    around = np.take(np.take(power, _REACH + down, axis=0, mode="wrap"), _REACH + across, axis=1, mode="wrap")
    if highest < _STANDS_OUT * float(around[_RING].max()):
        return None
    return _signed(down), _signed(across)


def _signed(frequency: int) -> int:
    return frequency if frequency <= _TILE // 2 else frequency - _TILE


def _has_company(place: tuple[int, int], peaks: dict[tuple[int, int], tuple[int, int]]) -> bool:
    """Whether at least two of the tiles around repeat at nearly the same frequency."""
    row, column = place
    around = (peaks.get((row + r, column + c)) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0))
    return sum(_near(peaks[place], other) for other in around if other) >= 2


def _near(one: tuple[int, int], other: tuple[int, int]) -> bool:
    (down, across), (down2, across2) = one, other
    straight = max(abs(down - down2), abs(across - across2))
    mirrored = max(abs(down + down2), abs(across + across2))  # the same wave where it crosses the axis
    return min(straight, mirrored) <= _DRIFT


_WINDOW = np.outer(np.hanning(_TILE), np.hanning(_TILE)).astype(np.float32)[..., None]
_FREQUENCIES = np.fft.fftfreq(_TILE, 1 / _TILE)
_RADIUS = np.hypot(_FREQUENCIES[:, None], _FREQUENCIES[None, :])
_BAND = ((_RADIUS >= _NEAREST) & (_RADIUS <= _TILE * 0.45)).astype(np.float32)
_REACH = np.arange(-10, 11)
_FAR = np.hypot(_REACH[:, None], _REACH[None, :])
_RING = (_FAR >= 4) & (_FAR <= 10)
