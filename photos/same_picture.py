"""[pure] Decides whether two pictures are one: laid on each other, is their fine detail the same everywhere?

Two honest shots from one viewpoint show the same things, but never the same grain, leaves, shadows and edges to the
fraction of a pixel: a hand moves, near and far shift against each other, light and works change. A copy that was
cropped, turned, mirrored, brightened, stamped or compressed keeps its detail in place over nearly all of the common
part, down to much of the grain. docs/design/photo-reuse.md has the measure, its limits, and the figures behind them.
"""

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from photos.fingerprints import Floats, Grey, grey_of

Single = NDArray[np.float32]

COARSE, FINE = 320, 640  # pixels of the longer side at which pictures are laid on each other, first and then
BLOCKS = {COARSE: 16, FINE: 32}  # pixels of a block's side
POINTS = 200
LEAST_OVERLAP = 0.05  # of the left picture, to be laid on each other at all
LEAST_COMMON = 0.45  # of one of the two, to be one picture
LEAST_POINTS = 8
TELLING = 0.5  # grey levels of fine detail on both sides; a block with less says nothing of its detail
STRONG = 1.5  # grey levels of fine detail from which letters drawn over a block are told from it
NOISE = 0.8  # grey levels of fine detail that compressing adds
LEAST_BLOCKS = 12  # that say something; fewer are no evidence
COVERED = 0.25  # of a strong block's points may lie under a letter or a line drawn over it
ALIKE = 0.93  # correlation that is enough for any block's fine detail
OTHER_LIGHT = 10.0  # grey levels between two blocks, after one change of brightness for the whole picture
STEADY = 0.25  # pixels that a point may lie off after the pictures were laid on each other
COARSE_SHARE = 0.60  # of the blocks that must be alike at COARSE to look closer
COARSE_BLOCKS = 40  # that say something at COARSE; fewer do not stop the closer look
SAME_SHARE = 0.73  # of the blocks that must be alike: a stamp may cover the others …
SAME_STEADY = 0.40  # … if so many of the points are steady
SAME_ALL = 0.92  # of the blocks that prove it alone, in pictures without distinct points
SAME_WHOLE = 0.98  # of the blocks in pictures that were only saved again
SAME_LEVELS = 4.0  # mean difference in grey levels of these

cv2.setNumThreads(1)


class Layer:
    """A picture at one size, with what is made of it only once however many others it is compared with."""

    def __init__(self, grey: Grey) -> None:
        self.grey = grey

    @property
    def longest(self) -> int:
        return max(self.grey.shape)

    @cached_property
    def even(self) -> Grey:
        return _even(self.grey)

    @cached_property
    def points(self) -> Single:
        """Distinct points, spread over the picture."""
        found = cv2.goodFeaturesToTrack(self.even, POINTS, 0.01, self.longest / 50)
        return np.zeros((0, 2), np.float32) if found is None else np.asarray(found.reshape(-1, 2), np.float32)


class Picture:
    """A picture to compare, opened only as large as it is needed.

    size: width and height of the whole. opened: gives it in grey with a longer side of at least so many pixels, or
    as large as it is; it is asked once for COARSE and, where that fits, once for FINE.
    """

    def __init__(self, size: tuple[int, int], opened: Callable[[int], Grey]) -> None:
        self.size, self._opened = size, opened
        self._whole: dict[int, Grey] = {}
        self._layers: dict[tuple[int, int], Layer] = {}

    @classmethod
    def of(cls, image: Image.Image) -> "Picture":
        grey = grey_of(image)
        return cls(image.size, lambda _side: grey)

    @property
    def whole(self) -> Grey:
        return self._opened(max(self.size))

    def at(self, level: int, side: float) -> Layer:
        """The picture with a longer side of that many pixels, never enlarged; level: COARSE or FINE."""
        if level not in self._whole:
            self._whole[level] = self._opened(level)
        grey = self._whole[level]
        wanted = min(max(grey.shape), max(8, round(side)))
        if (level, wanted) not in self._layers:
            self._layers[level, wanted] = Layer(_shrunk(grey, wanted / max(grey.shape)))
        return self._layers[level, wanted]


@dataclass(frozen=True)
class Aligned:
    """Two pictures laid on each other. matrix: left to right, 2 × 3, in units of their longer sides.

    alike: the share of blocks with the same fine detail and light among those that say something (blocks of them), 0
    if these are too few to tell. steady: the share of points that lie on each other within STEADY, 0 where alike
    has decided already. levels: mean difference in grey levels. common: the larger of the two shares that one
    picture covers of the other.
    """

    matrix: Floats
    common: float
    alike: float
    blocks: int
    steady: float
    levels: float

    @property
    def is_one(self) -> bool:
        """Whether this is one picture: nearly all of it is alike, or most of it and steady too."""
        enough = self.alike >= SAME_SHARE and self.steady >= SAME_STEADY
        return self.common >= LEAST_COMMON and (enough or self.alike >= SAME_ALL)

    @property
    def may_be_one(self) -> bool:
        """Whether a closer look is worth it; said of a coarse one."""
        return self.alike >= COARSE_SHARE or self.blocks < COARSE_BLOCKS


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


def compare(left: Picture, right: Picture, guesses: Iterable[Floats]) -> Same | None:
    """Whether the two pictures are one, tried from each guessed movement (left to right, in longer sides)."""
    for guess in guesses:
        coarse = align(left, right, guess, COARSE)
        aligned = align(left, right, coarse.matrix, FINE) if coarse and coarse.may_be_one else None
        if aligned and aligned.is_one:
            same = Same("near", aligned.alike, aligned.matrix, left.size, right.size)
            return replace(same, how="pixels") if _only_saved_again(same, aligned) else same
    return None


def _only_saved_again(same: Same, aligned: Aligned) -> bool:
    whole = all(part[2] > 0.985 and part[3] > 0.985 for part in (same.part, same.reversed().part))
    unstamped = aligned.levels < SAME_LEVELS and aligned.alike >= SAME_WHOLE
    return whole and not same.mirrored and same.turn == 0 and unstamped


# Laying one picture on the other ----------------------------------------------------------------------------


def align(left: Picture, right: Picture, guess: Floats, level: int) -> Aligned | None:
    """Lay the right picture on the left one; None where they do not even roughly fit.

    The finer of the two is made as coarse as the other, then points are followed, twice from a mere guess.
    """
    placed = _at_one_scale(left, right, guess, level)
    if placed is None:
        return None
    ours, theirs, matrix = placed
    for reach, within in ((2, 2.0), (1, 1.0)) if level == COARSE else ((1, 1.0),):
        move = _movement(ours, theirs, matrix, reach=reach, within=within)
        if move is None:
            return None
        matrix = _after(matrix, move)
    inside = _inside(theirs, matrix, ours.grey.shape)
    warped = _laid(theirs, matrix, ours.grey.shape, cv2.INTER_CUBIC)
    alike, blocks = _alike(ours.grey, warped, inside, BLOCKS[level])
    units = matrix.copy()
    units[:, :2] *= ours.longest / theirs.longest
    units[:, 2] /= theirs.longest
    seen = float((inside > 0).mean())
    area = abs(float(np.linalg.det(matrix[:, :2]))) * ours.grey.size / theirs.grey.size
    return Aligned(
        matrix=units,
        common=seen * max(1.0, area),
        alike=alike,
        blocks=blocks,
        steady=_steady(ours, warped, inside) if level == FINE and alike >= SAME_SHARE else 0.0,
        levels=_levels(ours.grey, warped, inside),
    )


def _at_one_scale(
    left: Picture, right: Picture, guess: Floats, level: int
) -> tuple[Layer, Layer, Floats] | None:
    ours, theirs = left.at(level, level), right.at(level, level)
    scale = math.sqrt(abs(float(np.linalg.det(guess[:, :2])))) * theirs.longest / ours.longest
    if not 0.25 < scale < 4:
        return None
    if scale < 1:
        ours = left.at(level, ours.longest * scale)
    else:
        theirs = right.at(level, theirs.longest / scale)
    matrix = guess * theirs.longest
    matrix[:, :2] /= ours.longest
    return ours, theirs, matrix


def _shrunk(grey: Grey, scale: float) -> Grey:
    if scale >= 1:
        return grey
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def _laid(right: Layer, matrix: Floats, shape: tuple[int, ...], way: int) -> Grey:
    """The right picture in the left one's frame."""
    flags, edge = way | cv2.WARP_INVERSE_MAP, cv2.BORDER_REPLICATE
    warped = cv2.warpAffine(right.grey, matrix, (shape[1], shape[0]), flags=flags, borderMode=edge)
    return np.asarray(warped, np.uint8)


def _inside(right: Layer, matrix: Floats, shape: tuple[int, ...]) -> Grey:
    """Where the right picture covers the left one's frame, without its outermost pixels."""
    height, width = right.grey.shape
    corners = np.array([(2, 2), (width - 3, 2), (width - 3, height - 3), (2, height - 3)], np.float64)
    back = np.linalg.pinv(matrix[:, :2])
    inside = np.zeros(shape, np.uint8)
    there = np.clip((corners - matrix[:, 2]) @ back.T, -30_000, 30_000)
    cv2.fillConvexPoly(inside, np.round(there).astype(np.int32), 255)
    return inside


def _movement(left: Layer, right: Layer, matrix: Floats, *, reach: int, within: float) -> Floats | None:
    """The affine movement (2 × 3) that most points make; None where too few can be followed."""
    inside = _inside(right, matrix, left.grey.shape)
    if (inside > 0).mean() < LEAST_OVERLAP:
        return None
    here, there = _followed(left, _laid(right, matrix, left.grey.shape, cv2.INTER_LINEAR), inside, reach)
    if len(here) < LEAST_POINTS:
        return None
    move, agree = cv2.estimateAffine2D(
        here, there, method=cv2.RANSAC, ransacReprojThreshold=within, maxIters=500, refineIters=0
    )
    if move is None or agree is None or agree.sum() < LEAST_POINTS:
        return None
    chosen = agree.ravel() == 1
    design = np.hstack([here[chosen], np.ones((int(chosen.sum()), 1))])
    return np.asarray(np.linalg.lstsq(design, there[chosen], rcond=None)[0].T)


def _followed(left: Layer, warped: Grey, inside: Grey, reach: int) -> tuple[Floats, Floats]:
    """Where distinct points of the left picture lie, and where they are found in the other; lost ones far off."""
    at = left.points.astype(int)
    points = left.points[inside[at[:, 1], at[:, 0]] > 0].reshape(-1, 1, 2)
    if len(points) < LEAST_POINTS:
        return np.zeros((0, 2)), np.zeros((0, 2))
    moved, followed, _error = cv2.calcOpticalFlowPyrLK(
        left.even, _even(warped), points, np.zeros_like(points), winSize=(15, 15), maxLevel=reach
    )
    moved[followed.ravel() == 0] += 1000
    return np.asarray(points, np.float64).reshape(-1, 2), np.asarray(moved, np.float64).reshape(-1, 2)


def _steady(left: Layer, warped: Grey, inside: Grey) -> float:
    here, there = _followed(left, warped, inside, 1)
    if len(here) < LEAST_POINTS:
        return 0.0
    return float((np.hypot(*(there - here).T) < STEADY).mean())


def _after(matrix: Floats, move: Floats) -> Floats:
    return np.hstack([matrix[:, :2] @ move[:, :2], (matrix[:, :2] @ move[:, 2] + matrix[:, 2])[:, None]])


def _even(grey: Grey) -> Grey:
    """Contrast made the same everywhere, so that brightness and shadows do not lead the points astray."""
    values = grey.astype(np.float32)
    detail = values - cv2.blur(values, (17, 17))
    spread = np.sqrt(np.maximum(cv2.blur(detail * detail, (33, 33)), 0)) + 3
    return np.asarray(np.clip(128 + 40 * detail / spread, 0, 255), np.uint8)


# Is the detail the same? ------------------------------------------------------------------------------------


def _alike(left: Grey, warped: Grey, inside: Grey, block: int) -> tuple[float, int]:
    """(the share of blocks with the same detail and light, how many say something).

    A block that is flat on one side says nothing: a stamp on the sky is no contradiction.
    """
    full = _cut(inside, block).min(axis=1) > 0
    ours, theirs = (_centred(_cut(_fine(grey), block)[full]) for grey in (left, warped))
    detail = np.minimum(ours.std(axis=1), theirs.std(axis=1))
    telling = detail >= TELLING
    if telling.sum() < LEAST_BLOCKS:
        return 0.0, int(telling.sum())
    light = _other_light(_cut(left, block)[full], _cut(warped, block)[full])
    same = _correlation(ours, theirs, detail >= STRONG) >= _enough(detail)
    return float((same & (light <= OTHER_LIGHT))[telling].mean()), int(telling.sum())


def _enough(detail: Single) -> Single:
    """The correlation that a copy's block keeps: the weaker its detail, the more of it is lost by compressing."""
    power = detail * detail
    return np.minimum(0.9 * power / (power + NOISE * NOISE), ALIKE)


def _correlation(ours: Single, theirs: Single, strong: NDArray[np.bool_]) -> Single:
    """Of every block; of strong ones without the points that differ most, which may lie under drawn letters."""
    ours, theirs = ours.copy(), theirs.copy()
    apart = np.abs(_scaled(ours[strong]) - _scaled(theirs[strong]))
    if len(apart):
        most = int(apart.shape[1] * (1 - COVERED))
        kept = apart <= np.partition(apart, most, axis=1)[:, most : most + 1]
        for values in (ours, theirs):
            middle = (values[strong] * kept).sum(axis=1, keepdims=True) / kept.sum(axis=1, keepdims=True)
            values[strong] = (values[strong] - middle) * kept
    both = (ours * theirs).mean(axis=1)
    return np.asarray(both / np.maximum(np.sqrt((ours**2).mean(axis=1) * (theirs**2).mean(axis=1)), 1e-6))


def _other_light(ours: NDArray[Any], theirs: NDArray[Any]) -> Floats:
    """How far apart the blocks' middle grey levels are, after the one change of brightness that fits most of them."""
    here, there = (np.median(values[:, ::3], axis=1) for values in (ours, theirs))
    fits = np.ones(len(here), bool)
    apart = np.abs(here - there)
    for _round in range(5):
        if fits.sum() < LEAST_BLOCKS or np.ptp(there[fits]) < 1:
            break
        curve = np.polyfit(there[fits], here[fits], 2)
        apart = np.abs(np.polyval(curve, there) - here)
        fits = apart <= max(2.5 * float(np.median(apart)), 2.0)
    return apart


def _centred(values: Single) -> Single:
    return np.asarray(values - values.mean(axis=1, keepdims=True), np.float32)


def _scaled(values: Single) -> Single:
    return np.asarray(values / np.maximum(values.std(axis=1, keepdims=True), 0.5), np.float32)


def _cut(values: NDArray[Any], block: int) -> NDArray[Any]:
    """One row for every block."""
    height, width = values.shape
    rows, columns = height // block, width // block
    cells = values[: rows * block, : columns * block].reshape(rows, block, columns, block)
    return cells.swapaxes(1, 2).reshape(-1, block * block)


def _fine(grey: Grey) -> Single:
    values = cv2.GaussianBlur(grey.astype(np.float32), (0, 0), 0.7)
    return np.asarray(values - cv2.GaussianBlur(values, (0, 0), 3), np.float32)


def _levels(left: Grey, warped: Grey, inside: Grey) -> float:
    seen = inside > 0
    return float(cv2.absdiff(left, warped)[seen].mean()) if seen.any() else 255.0
