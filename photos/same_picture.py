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
TEXTURED = 1.2  # grey levels of fine detail on both sides; a block with less says nothing of its detail
LEAST_BLOCKS = 12  # that say something; fewer are no evidence
COVERED = 0.25  # of a block's points may lie under a letter or a line drawn over it
ALIKE = 0.93  # correlation of a block's fine detail without them
OTHER_LIGHT = 10.0  # grey levels between two blocks, after one change of brightness for the whole picture
STEADY = 0.25  # pixels that a point may lie off after the pictures were laid on each other
SAME_SHARE = 0.70  # of the blocks that must be alike: a stamp may cover the others
SAME_STEADY = 0.25  # of the points that must be steady
SAME_BOTH = 1.30  # the two together
SAME_WHOLE = 0.98  # of the blocks in pictures that were only saved again
SAME_LEVELS = 4.0  # mean difference in grey levels of these

cv2.setNumThreads(1)


@dataclass(frozen=True)
class Aligned:
    """Two pictures laid on each other. matrix: left to right, 2 × 3, in units of their longer sides.

    alike: the share of blocks with the same fine detail and light among those that say something, 0 if these are
    too few to tell. steady: the share of points that lie on each other within STEADY. levels: mean difference in
    grey levels. overlap: the share of the left picture that the right one covers.
    """

    matrix: Floats
    overlap: float
    alike: float
    steady: float
    levels: float

    @property
    def is_one(self) -> bool:
        """Whether this is one picture: by its detail, by its points, and by both together."""
        enough = self.alike >= SAME_SHARE and self.steady >= SAME_STEADY
        return enough and self.alike + self.steady >= SAME_BOTH


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
        if aligned and aligned.is_one:
            same = Same("near", aligned.alike, aligned.matrix, left.size, right.size)
            return replace(same, how="pixels") if _only_saved_again(same, aligned) else same
    return None


def _only_saved_again(same: Same, aligned: Aligned) -> bool:
    whole = all(part[2] > 0.985 and part[3] > 0.985 for part in (same.part, same.reversed().part))
    unstamped = aligned.levels < SAME_LEVELS and aligned.alike >= SAME_WHOLE
    return whole and not same.mirrored and same.turn == 0 and unstamped


def align(left: Grey, right: Grey, guess: Floats) -> Aligned | None:
    """Lay the right picture on the left one; None where they do not even roughly fit.

    The finer of the two is made as coarse as the other, then points are followed twice, each time with a better start.
    """
    placed = _at_one_scale(left, right, guess)
    if placed is None:
        return None
    left, right, matrix = placed
    for reach, within in ((3, 2.0), (1, 0.75)):
        warped, inside = _laid(right, matrix, left.shape)
        move = _movement(left, warped, inside, reach=reach, within=within)
        if move is None:
            return None
        matrix = _after(matrix, move)
    warped, inside = _laid(right, matrix, left.shape)
    units = matrix.copy()
    units[:, :2] *= max(left.shape) / max(right.shape)
    units[:, 2] /= max(right.shape)
    return Aligned(
        matrix=units,
        overlap=float((inside > 0).mean()),
        alike=_alike(left, warped, inside),
        steady=_steady(left, warped, inside),
        levels=_levels(left, warped, inside),
    )


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


def _movement(left: Grey, warped: Grey, inside: Grey, *, reach: int, within: float) -> Floats | None:
    """The affine movement (2 × 3) that most points make; None where too few can be followed."""
    if (inside > 0).mean() < LEAST_OVERLAP:
        return None
    here, there = _followed(left, warped, inside, quality=0.005, reach=reach)
    if len(here) < LEAST_POINTS:
        return None
    move, agree = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=within, maxIters=1000
    )
    if move is None or agree is None or agree.sum() < LEAST_POINTS:
        return None
    chosen = agree.ravel() == 1
    design = np.hstack([here[chosen], np.ones((int(chosen.sum()), 1))])
    return np.asarray(np.linalg.lstsq(design, there[chosen], rcond=None)[0].T)


def _followed(left: Grey, warped: Grey, inside: Grey, *, quality: float, reach: int) -> tuple[Floats, Floats]:
    """Where distinct points of the left picture lie, and where they are found in the other; lost ones far off."""
    ours, theirs = _even(left), _even(warped)
    points = cv2.goodFeaturesToTrack(ours, 300, quality, 8, mask=inside)
    if points is None:
        return np.zeros((0, 2)), np.zeros((0, 2))
    moved, followed, _error = cv2.calcOpticalFlowPyrLK(
        ours, theirs, points, np.zeros_like(points), winSize=(15, 15), maxLevel=reach
    )
    moved[followed.ravel() == 0] += 1000
    return np.asarray(points, np.float64).reshape(-1, 2), np.asarray(moved, np.float64).reshape(-1, 2)


def _steady(left: Grey, warped: Grey, inside: Grey) -> float:
    here, there = _followed(left, warped, inside, quality=0.05, reach=1)
    if len(here) < LEAST_POINTS:
        return 0.0
    return float((np.hypot(*(there - here).T) < STEADY).mean())


def _after(matrix: Floats, move: Floats) -> Floats:
    return np.hstack([matrix[:, :2] @ move[:, :2], (matrix[:, :2] @ move[:, 2] + matrix[:, 2])[:, None]])


def _even(grey: Grey) -> Grey:
    """Contrast made the same everywhere, so that brightness and shadows do not lead the points astray."""
    values = grey.astype(np.float32)
    detail = values - cv2.GaussianBlur(values, (0, 0), 8)
    spread = np.sqrt(cv2.GaussianBlur(detail * detail, (0, 0), 16)) + 3
    return np.asarray(np.clip(128 + 40 * detail / spread, 0, 255), np.uint8)


def _alike(left: Grey, warped: Grey, inside: Grey) -> float:
    """The share of blocks with the same detail and light; what is flat on one side and drawn over is left out."""
    full = _cut(inside).min(axis=1) > 0
    ours, theirs = (_centred(_cut(_fine(grey))[full].astype(np.float64)) for grey in (left, warped))
    textured = np.minimum(ours.std(axis=1), theirs.std(axis=1)) >= TEXTURED
    light = _other_light(_cut(left)[full], _cut(warped)[full]) > OTHER_LIGHT
    telling = textured | light
    if telling.sum() < LEAST_BLOCKS:
        return 0.0
    same = textured & ~light & (_correlation(ours, theirs) >= ALIKE)
    return float(same[telling].mean())


def _correlation(ours: Floats, theirs: Floats) -> Floats:
    """Of every block, without the points that differ most: letters drawn over it hide only what is under them."""
    apart = np.abs(_scaled(ours) - _scaled(theirs))
    kept = np.argpartition(apart, int(apart.shape[1] * (1 - COVERED)), axis=1)
    kept = kept[:, : int(apart.shape[1] * (1 - COVERED))]
    ours, theirs = (_centred(np.take_along_axis(values, kept, axis=1)) for values in (ours, theirs))
    return np.asarray((ours * theirs).mean(axis=1) / np.maximum(ours.std(axis=1) * theirs.std(axis=1), 1e-6))


def _other_light(ours: NDArray[Any], theirs: NDArray[Any]) -> Floats:
    """How far apart the blocks' middle grey levels are, after the one change of brightness that fits most of them."""
    if not len(ours):
        return np.zeros(0)
    here, there = np.median(ours, axis=1), np.median(theirs, axis=1)
    fits = np.ones(len(here), bool)
    apart = np.abs(here - there)
    for _round in range(5):
        if fits.sum() < LEAST_BLOCKS or np.ptp(there[fits]) < 1:
            break
        curve = np.polyfit(there[fits], here[fits], 2)
        apart = np.abs(np.polyval(curve, there) - here)
        fits = apart <= max(2.5 * float(np.median(apart)), 2.0)
    return apart


def _centred(values: Floats) -> Floats:
    return np.asarray(values - values.mean(axis=1, keepdims=True))


def _scaled(values: Floats) -> Floats:
    return np.asarray(values / np.maximum(values.std(axis=1, keepdims=True), 0.5))


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
