"""[pure] Does the thumbnail that the camera put into the file show the picture it lies in?

An editor that saves a picture anew often leaves the camera's thumbnail as it was. Cameras make thumbnails in their
own ways, all of which must pass: with black bars around another aspect, turned, cropped, squeezed, from the preview a
moment before the shot, brighter or duller. docs/checks/thumbnail_matches.md has the procedure and what was measured.
"""

import io
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Gray = NDArray[np.float32]

SIDE = 64  # both pictures are compared at this size
_KEPT = (
    48  # the middle of the thumbnail that is looked for in the picture: shifts up to 8/64 of it are allowed
)
_FLAT = 2.5  # standard deviation of detail, in grey levels, below which there is nothing to compare
_SIDE_LIMIT = 4_096  # of a thumbnail; some phones embed previews of 1,600 px
_BLACK = 20  # grey levels
_SURE = 0.9  # no other way needs to be tried
_ZOOMS = (1.0, 0.93, 0.86)  # parts of the picture that a thumbnail may show


def opened(content: bytes) -> Image.Image | None:
    """The thumbnail's picture as RGB, None where it cannot be decoded: cameras of old wrote strange ones."""
    try:
        with Image.open(io.BytesIO(content), formats=["JPEG"]) as image:
            if max(image.size) > _SIDE_LIMIT or min(image.size) < 16:
                return None
            image.draft("RGB", (SIDE * 2, SIDE * 2))
            return image.convert("RGB")
    except (OSError, ValueError, SyntaxError, EOFError, TypeError):
        return None


def difference(thumbnail: Image.Image, picture: Image.Image) -> float | None:
    """How much a thumbnail's detail differs from the upright picture's: 0 the same, 1 nothing in common.

    The best of all honest ways in which one may be made from the other: four turns, bars cut away, squeezed or
    cropped to the other's aspect, shifted, zoomed by up to 14 %. None where either shows nothing but a plain surface.
    """
    whole = _gray(picture)
    inner = _without_bars(_gray(thumbnail))
    best: float | None = None
    turned = [_detail(np.rot90(inner, turn)) for turn in range(4)]
    for view in _views(whole, inner.shape[1] / inner.shape[0]):
        ground = _detail(view)
        for one in turned:
            likeness = _likeness(one, ground)
            if likeness is not None:
                best = likeness if best is None else max(best, likeness)
            if best is not None and best > _SURE:
                return round(1 - best, 3)
    return None if best is None else round(1 - max(0.0, best), 3)


def _gray(image: Image.Image) -> Gray:
    small = image.convert("L")
    small.thumbnail((SIDE * 4, SIDE * 4), Image.Resampling.BOX)
    return np.asarray(small, dtype=np.float32)


def _without_bars(gray: Gray) -> Gray:
    """The thumbnail without black bars at its sides; untouched if little would be left."""
    rows = np.flatnonzero(gray.max(axis=1) > _BLACK * 2) if gray.size else np.array([])
    columns = np.flatnonzero(gray.max(axis=0) > _BLACK * 2)
    if len(rows) < 8 or len(columns) < 8:
        return gray
    cut = gray[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    if cut.shape != gray.shape:  # the bar's edge is blurred by compression
        cut = cut[1:-1, 1:-1]
    return cut if cut.size >= gray.size * 0.3 else gray


def _views(whole: Gray, aspect: float) -> Iterator[Gray]:
    """The parts of the picture that a thumbnail of this aspect may show: all of it, or its middle in that aspect."""
    height, width = whole.shape
    shapes = [(height, width)]
    for wanted in (aspect, 1 / aspect):
        if width / height > wanted * 1.03:
            shapes.append((height, max(16, round(height * wanted))))
        elif width / height < wanted / 1.03:
            shapes.append((max(16, round(width / wanted)), width))
    for tall, wide in shapes:
        for zoom in _ZOOMS:
            high, broad = round(tall * zoom), round(wide * zoom)
            top, left = (height - high) // 2, (width - broad) // 2
            yield whole[top : top + high, left : left + broad]


def _detail(gray: Gray) -> Gray:
    """The picture at SIDE × SIDE without its broad light and dark: what stays is what stands in it."""
    small = cv2.resize(np.ascontiguousarray(gray), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), 0.8)
    return np.asarray(small - cv2.GaussianBlur(small, (0, 0), 6), dtype=np.float32)


def _likeness(inner: Gray, ground: Gray) -> float | None:
    """Highest correlation of the thumbnail's middle with the picture at any small shift; None if either is plain."""
    edge = (SIDE - _KEPT) // 2
    middle = inner[edge:-edge, edge:-edge]
    if middle.std() < _FLAT or ground.std() < _FLAT:
        return None
    return float(cv2.matchTemplate(ground, np.ascontiguousarray(middle), cv2.TM_CCOEFF_NORMED).max())
