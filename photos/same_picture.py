"""[pure] Decides whether two pictures are one: laid on each other, is their fine detail the same everywhere?

Two honest shots from one viewpoint show the same things, but never the same grain, leaves, shadows and edges to the
fraction of a pixel: a hand moves, near and far shift against each other, light and works change. A copy that was
cropped, turned, mirrored, brightened, stamped or compressed keeps its detail in place over nearly all of the common
part. docs/design/photo-reuse.md has the measure, its limits, and the figures they rest on.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photos.fingerprints import Floats, Grey, grey_of

Single = NDArray[np.float32]

SIDE = 640  # pixels of the longer side at which pictures are laid on each other
BLOCK = 32
LEAST_OVERLAP = 0.05  # of the left picture
LEAST_POINTS = 8
TEXTURED = 2.0  # grey levels of fine detail; a block with less on both sides says nothing
LEAST_BLOCKS = 12  # textured ones; fewer are no evidence
ALIKE = 0.8  # correlation of a block's fine detail
SAME_SHARE = 0.75  # of the textured blocks that must be alike: a stamp may cover the others
SAME_WHOLE = 0.98  # of them in pictures that were only saved again
SAME_LEVELS = 4.0  # mean difference in grey levels of pictures that were only saved again

cv2.setNumThreads(1)


@dataclass(frozen=True)
class Aligned:
    """Two pictures laid on each other. matrix: left to right, 2 × 3, in units of their longer sides.

    tracks: points followed; agreeing: the share of them that moved as one, within half a pixel; residual: by how
    much these still miss, in pixels. For every block: correlation and contrast (left, right) of the fine detail.
    levels: mean difference in grey levels, after brightness and contrast were made equal.
    """

    tracks: int
    agreeing: float
    residual: float
    matrix: Floats
    overlap: float
    ncc: Floats
    detail: Floats
    levels: float

    @property
    def textured(self) -> NDArray[np.bool_]:
        return self.detail.max(axis=1) >= TEXTURED

    @property
    def share(self) -> float:
        """The share of the textured blocks whose fine detail is the same; 0 if there are too few to tell."""
        textured = self.textured
        return float((self.ncc[textured] >= ALIKE).mean()) if textured.sum() >= LEAST_BLOCKS else 0.0


@dataclass(frozen=True)
class Same:
    """Two pictures that are one. how: "pixels" or "near"; matrix: left to right in units of their longer sides."""

    how: str
    similarity: float
    matrix: Floats
    left: tuple[int, int]
    right: tuple[int, int]

    @property
    def mirrored(self) -> bool:
        return bool(np.linalg.det(self.matrix[:, :2]) < 0)

    @property
    def turn(self) -> int:
        """Degrees, clockwise, by which the left one (mirrored first, if it was) was turned: 0, 90, 180 or 270."""
        sign = -1.0 if self.mirrored else 1.0
        return (
            round(math.degrees(math.atan2(self.matrix[1, 0] * sign, self.matrix[0, 0] * sign)) / 90)
            * 90
            % 360
        )

    @property
    def part(self) -> tuple[float, float, float, float]:
        """x, y, width, height of what the right picture shows of the left one, in fractions of the left one."""
        back = self.reversed().matrix
        longest = max(self.right)
        corners = np.array(
            [(x, y) for x in (0, self.right[0] / longest) for y in (0, self.right[1] / longest)]
        )
        there = corners @ back[:, :2].T + back[:, 2]
        there *= max(self.left) / np.array(self.left)
        low, high = np.clip(there.min(0), 0, 1), np.clip(there.max(0), 0, 1)
        return (float(low[0]), float(low[1]), float(high[0] - low[0]), float(high[1] - low[1]))

    def reversed(self) -> "Same":
        whole = np.vstack([self.matrix, [0, 0, 1]])
        return replace(self, matrix=np.linalg.inv(whole)[:2], left=self.right, right=self.left)

    def details(self) -> dict[str, Any]:
        """For storing: turn, mirrored, and the parts that each shows of the other."""
        return {
            "turn": self.turn,
            "mirrored": self.mirrored,
            "part": [round(value, 3) for value in self.part],
            "part_of_right": [round(value, 3) for value in self.reversed().part],
        }


def compare(left: Image.Image, right: Image.Image, guesses: Iterable[Floats]) -> Same | None:
    """Whether the two pictures are one, tried from each guessed movement (left to right, in longer sides)."""
    ours, theirs = grey_of(left), grey_of(right)
    for guess in guesses:
        aligned = align(ours, theirs, guess)
        if aligned and aligned.share >= SAME_SHARE:
            same = Same("near", aligned.share, aligned.matrix, left.size, right.size)
            return replace(same, how="pixels") if _only_saved_again(same, aligned) else same
    return None


def _only_saved_again(same: Same, aligned: Aligned) -> bool:
    whole = all(part[2] > 0.985 and part[3] > 0.985 for part in (same.part, same.reversed().part))
    unstamped = aligned.levels < SAME_LEVELS and aligned.share >= SAME_WHOLE
    return whole and not same.mirrored and same.turn == 0 and unstamped


def align(left: Grey, right: Grey, guess: Floats) -> Aligned | None:
    """Lay the right picture on the left one; None where they do not even roughly fit.

    The finer of the two is made as coarse as the other, then points are followed twice, each time with a better start.
    """
    placed = _at_one_scale(left, right, guess)
    if placed is None:
        return None
    left, right, matrix = placed
    agreeing, residual, tracks = 0.0, 0.0, 0
    for reach, within in ((3, 2.0), (1, 0.75)):
        warped, inside = _laid(right, matrix, left.shape)
        step = _step(left, warped, inside, reach=reach, within=within)
        if step is None:
            return None
        move, agreeing, residual, tracks = step
        matrix = _after(matrix, move)
    warped, inside = _laid(right, matrix, left.shape)
    ncc, detail = _blocks(left, warped, inside)
    units = matrix.copy()
    units[:, :2] *= max(left.shape) / max(right.shape)
    units[:, 2] /= max(right.shape)
    overlap = float((inside > 0).mean())
    levels = _levels(left, warped, inside)
    return Aligned(tracks, agreeing, residual, units, overlap, ncc, detail, levels)


def _at_one_scale(left: Grey, right: Grey, guess: Floats) -> tuple[Grey, Grey, Floats] | None:
    left, right = _shrunk(left, SIDE / max(left.shape)), _shrunk(right, SIDE / max(right.shape))
    ratio = max(right.shape) / max(left.shape)
    scale = math.sqrt(abs(float(np.linalg.det(guess[:, :2])))) * ratio
    if not 0.25 < scale < 4:
        return None
    left, right = _shrunk(left, scale), _shrunk(right, 1 / scale)
    matrix = guess * max(right.shape)
    matrix[:, :2] /= max(left.shape)
    return left, right, matrix


def _shrunk(grey: Grey, scale: float) -> Grey:
    if scale >= 1:
        return grey
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _laid(right: Grey, matrix: Floats, shape: tuple[int, ...]) -> tuple[Grey, Grey]:
    """(the right picture in the left one's frame, where it has any)."""
    size = (shape[1], shape[0])
    back = cv2.WARP_INVERSE_MAP
    edge = cv2.BORDER_REPLICATE
    warped = cv2.warpAffine(right, matrix, size, flags=cv2.INTER_CUBIC | back, borderMode=edge)
    inside = cv2.warpAffine(np.full(right.shape, 255, np.uint8), matrix, size, flags=cv2.INTER_NEAREST | back)
    inside = cv2.erode(inside, np.ones((5, 5), np.uint8), borderValue=0)
    return np.asarray(warped, np.uint8), np.asarray(inside, np.uint8)


def _step(
    left: Grey, warped: Grey, inside: Grey, *, reach: int, within: float
) -> tuple[Floats, float, float, int] | None:
    """(the affine movement that most points make, share of points that agree, how much they miss, points)."""
    if (inside > 0).mean() < LEAST_OVERLAP:
        return None
    ours, theirs = _even(left), _even(warped)
    points = cv2.goodFeaturesToTrack(ours, 300, 0.005, 8, mask=inside)
    if points is None or len(points) < LEAST_POINTS:
        return None
    moved, followed, _error = cv2.calcOpticalFlowPyrLK(
        ours, theirs, points, None, winSize=(15, 15), maxLevel=reach
    )
    kept = followed.ravel() == 1
    here, there = points.reshape(-1, 2)[kept], moved.reshape(-1, 2)[kept]
    if len(here) < LEAST_POINTS:
        return None
    move, agree = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=within, maxIters=1000
    )
    if move is None or agree is None or agree.sum() < LEAST_POINTS:
        return None
    chosen = agree.ravel() == 1
    design = np.hstack([here[chosen], np.ones((int(chosen.sum()), 1))])
    best = np.linalg.lstsq(design, there[chosen], rcond=None)[0].T
    missed = np.hypot(*(here @ best[:, :2].T + best[:, 2] - there).T)
    return best, float((missed < 0.5).sum() / len(points)), float(np.median(missed)), len(points)


def _after(matrix: Floats, move: Floats) -> Floats:
    return np.hstack([matrix[:, :2] @ move[:, :2], (matrix[:, :2] @ move[:, 2] + matrix[:, 2])[:, None]])


def _even(grey: Grey) -> Grey:
    """Contrast made the same everywhere, so that brightness and shadows do not lead the points astray."""
    values = grey.astype(np.float32)
    detail = values - cv2.GaussianBlur(values, (0, 0), 8)
    spread = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 16)) + 3
    return np.asarray(np.clip(128 + 40 * detail / spread, 0, 255), np.uint8)


def _blocks(left: Grey, warped: Grey, inside: Grey) -> tuple[Floats, Floats]:
    """(correlation, contrast of left and right) of the fine detail in every block that both pictures fill."""
    full = _cut(inside).min(axis=1) > 0
    ours, theirs = (_cut(_fine(grey))[full].astype(np.float64) for grey in (left, warped))
    ours -= ours.mean(axis=1, keepdims=True)
    theirs -= theirs.mean(axis=1, keepdims=True)
    detail = np.sqrt(np.stack([(ours**2).mean(axis=1), (theirs**2).mean(axis=1)], axis=1))
    ncc = (ours * theirs).mean(axis=1) / np.maximum(detail[:, 0] * detail[:, 1], 1e-6)
    return ncc, detail


def _cut(values: NDArray[Any]) -> NDArray[Any]:
    """One row for every block."""
    height, width = values.shape
    rows, columns = height // BLOCK, width // BLOCK
    cells = values[: rows * BLOCK, : columns * BLOCK].reshape(rows, BLOCK, columns, BLOCK)
    return cells.swapaxes(1, 2).reshape(-1, BLOCK * BLOCK)


def _fine(grey: Grey) -> Single:
    values = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.7)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), 3), np.float32)


def _levels(left: Grey, warped: Grey, inside: Grey) -> float:
    seen = inside > 0
    return float(np.abs(left[seen].astype(np.float64) - warped[seen]).mean()) if seen.any() else 255.0
