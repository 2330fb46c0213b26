"""[pure] What finds a picture again among hundreds of thousands: one hash and a handful of words.

The hash is the signs of the picture's lowest frequencies: a mirrored or turned picture has the same ones, some of
them negated, some exchanged, so one stored hash answers for all eight. A crop changes it beyond recognition; the
words survive a crop: each is the neighbourhood of one keypoint (SIFT), written as 28 signs. Both only find
candidates; `photos.same_picture` decides. docs/design/photo-reuse.md has the method with its figures.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Grey = NDArray[np.uint8]
Floats = NDArray[np.float64]

VERSION = 1
SIDE = 384  # pixels of the longer side on which keypoints are sought
KEYPOINTS = 96
SOUGHT = 400  # keypoints of which the strongest are taken, a part of the picture at a time:
IN_A_PART = (
    12  # in each of 4 × 4; a stamp's letters are stronger than all of the picture and would take every place
)
WORD_BITS = 28
HASH_SIDE = 32
FLAT = 3.0  # grey levels: a picture that varies less over its whole has no hash
_LOW = 8  # the hash takes the 8 × 8 lowest frequencies, without the mean

# One line for each bit of a word: a frequency down the 4 rows and across the 4 columns of the descriptor, and around
# its 8 directions (cosine or sine), and the value that half of all keypoints exceed. Chosen so that bits seldom
# change when a picture is cropped, brightened and compressed, and say something different from each other.
# Each is either the same or negated for the mirrored neighbourhood.
_BITS: tuple[tuple[int, int, str, float], ...] = (
    (0, 3, "c1", 0.0118),
    (0, 0, "c2", 0.1776),
    (0, 0, "c1", 0.1033),
    (0, 1, "c1", -0.0322),
    (1, 0, "s1", 0.0112),
    (0, 0, "s1", 0.0),
    (2, 0, "s1", 0.0),
    (1, 0, "c2", 0.0),
    (1, 1, "c1", 0.0),
    (0, 1, "c2", 0.0137),
    (1, 0, "s2", -0.0047),
    (1, 1, "s1", 0.0332),
    (0, 2, "c1", -0.0907),
    (1, 0, "c1", 0.0),
    (0, 0, "s2", 0.0),
    (0, 1, "c0", 0.0077),
    (0, 2, "c2", -0.0462),
    (1, 1, "c2", 0.0),
    (2, 0, "c0", -0.0815),
    (2, 1, "s1", 0.0),
    (1, 2, "c1", 0.0),
    (0, 0, "c3", 0.0319),
    (0, 1, "s2", 0.0),
    (1, 1, "c0", 0.0),
    (2, 0, "s2", 0.0),
    (2, 0, "c2", -0.0309),
    (1, 1, "s2", 0.0003),
    (2, 1, "c2", -0.0001),
)
MIRROR = sum(1 << bit for bit, (row, _c, wave, _t) in enumerate(_BITS) if (row % 2 == 1) != (wave[0] == "s"))

# Where a word's keypoint lies (in 65535ths of the longer side), its size (eighths of an octave), its direction (256ths
# of a turn), and the two bits of the word that are least certain.
PLACE = np.dtype([("x", "<u2"), ("y", "<u2"), ("size", "u1"), ("angle", "u1"), ("weak", "u1", (2,))])

cv2.setNumThreads(1)


@dataclass(frozen=True)
class Fingerprint:
    """phash: 64 signs as a signed integer, 0 for a flat picture. words, places: one each for every keypoint.

    detail: the picture's contrast in grey levels, on a grid of 32 × 32; below FLAT there is nothing to compare.
    """

    version: int
    phash: int
    words: tuple[int, ...]
    places: bytes
    detail: float


@dataclass(frozen=True)
class Keypoints:
    """Places in pixels of a picture whose longer side is SIDE; angle in degrees; rows of `descriptors` add to 1."""

    x: Floats
    y: Floats
    size: Floats
    angle: Floats
    descriptors: Floats


def fingerprint_of(image: Image.Image) -> Fingerprint:
    """The fingerprint of an upright picture, best of 400 to 1000 pixels; about 15 ms."""
    grey = grey_of(image)
    phash, detail = hash_of(grey)
    found = keypoints_of(grey)
    words, weak = words_of(found.descriptors)
    order = np.argsort(words, kind="stable")
    places = _packed(found, weak)[order].tobytes()
    return Fingerprint(VERSION, phash, tuple(int(word) for word in words[order]), places, detail)


def grey_of(image: Image.Image) -> Grey:
    return np.asarray(image if image.mode == "L" else image.convert("L"))


# The hash --------------------------------------------------------------------------------------------------


def hash_of(grey: Grey) -> tuple[int, float]:
    """(hash, contrast). The picture is squeezed to a square, so that a quarter turn only exchanges rows and columns."""
    small = cv2.resize(grey, (HASH_SIDE, HASH_SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    detail = float(small.std())
    if detail < FLAT:
        return 0, detail
    signs = cv2.dct(small)[:_LOW, :_LOW] > 0
    signs[0, 0] = False
    return _integer(signs), detail


# The eight positions of a picture: rows and columns exchanged, then top and bottom, then left and right. First: as is.
POSITIONS = tuple((t, d, a) for t in (False, True) for d in (False, True) for a in (False, True))


def turned_hashes(phash: int) -> tuple[int, ...]:
    """The hash as it would be of the same picture in its eight `POSITIONS`; none for a flat picture."""
    if phash == 0:
        return ()
    signs = _signs(phash)
    odd = np.arange(_LOW) % 2 == 1
    return tuple(
        _integer((signs.T if turned else signs) ^ ((odd[:, None] & down) ^ (odd[None, :] & across)))
        for turned, down, across in POSITIONS
    )


def whole_picture(position: tuple[bool, bool, bool], left: tuple[int, int], right: tuple[int, int]) -> Floats:
    """The movement from the whole left picture (width, height) to the whole right one in that position.

    2 × 3, both in units of their longer sides, as in `Lie`.
    """
    turned, down, across = position
    matrix = np.array([[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]] if turned else [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
    for row, flipped in ((0, across), (1, down)):
        if flipped:
            matrix[row] = -matrix[row] + np.array([0.0, 0.0, 1.0])
    from_units = np.array([max(left) / left[0], max(left) / left[1]])
    to_units = np.array([right[0] / max(right), right[1] / max(right)])
    matrix[:, :2] *= from_units
    return matrix * to_units[:, None]


def bits_apart(one: int, other: int) -> int:
    return ((one ^ other) & (2**64 - 1)).bit_count()


def _integer(signs: NDArray[np.bool_]) -> int:
    return int(np.packbits(signs.ravel()).view(">i8")[0])


def _signs(phash: int) -> NDArray[np.bool_]:
    return np.unpackbits(np.array([phash], ">i8").view(np.uint8)).astype(bool).reshape(_LOW, _LOW)


# Keypoints and words ----------------------------------------------------------------------------------------


def keypoints_of(grey: Grey) -> Keypoints:
    """The strongest keypoints, spread over the picture; one place has at most one, the strongest direction."""
    scale = SIDE / max(grey.shape)
    size = (max(8, round(grey.shape[1] * scale)), max(8, round(grey.shape[0] * scale)))
    small = cv2.resize(grey, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    found, described = _sift().detectAndCompute(small, None)
    if described is None or not found:
        empty = np.zeros(0)
        return Keypoints(empty, empty, empty, empty, np.zeros((0, 128)))
    rows = np.array([(*key.pt, key.size, key.angle, key.response) for key in found])
    chosen = _spread(rows[:, :2] / size, rows[:, 4])
    x, y, across, angle, _strength = rows[chosen].T
    described = described[chosen]
    total = np.maximum(described.sum(1, keepdims=True), 1e-6)
    return Keypoints(x, y, across, angle, np.sqrt(described / total))  # RootSIFT


def _spread(at: Floats, strength: Floats) -> NDArray[np.int64]:
    """Indexes of the KEYPOINTS strongest, at most IN_A_PART in each part. at: places in fractions of the picture."""
    part = np.clip(at * 4, 0, 3).astype(int) @ (1, 4)
    order = np.lexsort((-strength, part))
    first = np.searchsorted(part[order], np.arange(16))
    rank = np.arange(len(order)) - first[part[order]]
    chosen = order[rank < IN_A_PART]
    return chosen[np.argsort(-strength[chosen], kind="stable")][:KEYPOINTS]


@lru_cache(maxsize=1)
def _sift() -> cv2.SIFT:
    return cv2.SIFT.create(nfeatures=SOUGHT, contrastThreshold=0.015)


def words_of(descriptors: Floats) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """(words, the two least certain bits of each)."""
    planes, limits, spread = _planes()
    values = (descriptors @ planes - limits) / spread
    words = (values > 0).astype(np.int64) @ (1 << np.arange(WORD_BITS))
    return words, np.argsort(np.abs(values), axis=1)[:, :2].astype(np.uint8)


@lru_cache(maxsize=1)
def _planes() -> tuple[Floats, Floats, Floats]:
    """The directions of `_BITS` as columns, their limits, and how far values usually spread (by frequency)."""
    columns = []
    for row, column, wave, _limit in _BITS:
        down = np.cos(np.pi * (2 * np.arange(4) + 1) * row / 8)
        across = np.cos(np.pi * (2 * np.arange(4) + 1) * column / 8)
        turn = 2 * np.pi * int(wave[1]) * np.arange(8) / 8
        around = np.cos(turn) if wave[0] == "c" else np.sin(turn)
        whole = (down[:, None, None] * across[None, :, None] * around).ravel()
        columns.append(whole / np.linalg.norm(whole))
    spread = [0.15 / (1 + 0.8 * (row + column) + 0.3 * int(wave[1])) for row, column, wave, _l in _BITS]
    return np.array(columns).T, np.array([bit[3] for bit in _BITS]), np.array(spread)


def mirrored_descriptors(descriptors: Floats) -> Floats:
    """Descriptors of the mirrored picture: the same numbers with rows and directions the other way round."""
    cells = descriptors.reshape(-1, 4, 4, 8)
    return cells[:, ::-1, :, (-np.arange(8)) % 8].reshape(-1, 128)


def _packed(found: Keypoints, weak: NDArray[np.uint8]) -> np.ndarray:
    places = np.zeros(len(found.x), PLACE)
    for name, values in (("x", found.x), ("y", found.y)):
        places[name] = np.clip(np.round(values / SIDE * 65535), 0, 65535)
    places["size"] = np.clip(np.round(8 * np.log2(np.maximum(found.size, 1))), 0, 255)
    places["angle"] = np.round(found.angle / 360 * 256).astype(int) % 256
    places["weak"] = weak
    return places


def words_to_ask(fingerprint: Fingerprint) -> tuple[int, ...]:
    """All words under which a copy of this picture, mirrored or not, may be stored.

    Each word as it is and with its least certain bits the other way round.
    """
    places = np.frombuffer(fingerprint.places, PLACE)
    asked: dict[int, None] = {}
    for word, place in zip(fingerprint.words, places, strict=True):
        weak = [1 << int(bit) for bit in place["weak"]]
        for count in range(len(weak) + 1):
            for flips in combinations(weak, count):
                changed = word ^ sum(flips)
                asked[changed] = asked[changed ^ MIRROR] = None
    return tuple(sorted(asked))


# Do the shared words lie as they would in one picture? ------------------------------------------------------


@dataclass(frozen=True)
class Lie:
    """How shared words lie: how many agree on one movement, and that movement.

    matrix: 2 × 3, from the left picture to the right, both in units of their longer sides.
    """

    agreeing: int
    mirrored: bool
    matrix: Floats


def lie_of(left: Fingerprint, right: Fingerprint) -> Lie | None:
    """The movement (shift, scale, turn, mirrored or not) on which most shared words agree; None if no two do."""
    lies = [_lie(left, right, mirrored) for mirrored in (False, True)]
    return max((lie for lie in lies if lie), key=lambda lie: lie.agreeing, default=None)


def _lie(left: Fingerprint, right: Fingerprint, mirrored: bool) -> Lie | None:
    ours, theirs = _shared(left, right, mirrored)
    if len(ours) < 2:
        return None
    turn = np.where(mirrored, 256 - ours["angle"].astype(int), ours["angle"].astype(int))
    angle = (theirs["angle"].astype(int) - turn) / 256 * 2 * math.pi
    if mirrored:
        angle += math.pi
    scale = 2 ** ((theirs["size"].astype(float) - ours["size"]) / 8)
    sign = -1.0 if mirrored else 1.0
    x, y = ours["x"] / 65535 * sign, ours["y"] / 65535
    u, v = theirs["x"] / 65535, theirs["y"] / 65535
    cos, sin = scale * np.cos(angle), scale * np.sin(angle)
    # Each pair of keypoints proposes a movement; it is as good as the number of others that it carries home.
    shift_x, shift_y = u - (cos * x - sin * y), v - (sin * x + cos * y)
    there_x = cos[:, None] * x - sin[:, None] * y + shift_x[:, None]
    there_y = sin[:, None] * x + cos[:, None] * y + shift_y[:, None]
    near = np.hypot(there_x - u, there_y - v) < 0.03 * np.maximum(1, scale[:, None])
    alike = np.abs(np.log2(scale[:, None] / scale)) < 0.5
    turned = np.abs((angle[:, None] - angle + math.pi) % (2 * math.pi) - math.pi) < 0.35
    good = near & alike & turned
    counts = np.array([_distinct(ours[row], theirs[row]) for row in good])
    best = int(counts.argmax())
    if counts[best] < 2:
        return None
    chosen = good[best]
    matrix = _movement(x[chosen], y[chosen], u[chosen], v[chosen])
    return Lie(int(counts[best]), mirrored, matrix * np.array([sign, 1.0, 1.0]))


def _movement(x: Floats, y: Floats, u: Floats, v: Floats) -> Floats:
    """The shift, scale and turn that bring (x, y) nearest to (u, v), by least squares; 2 × 3."""
    one, none = np.ones_like(x), np.zeros_like(x)
    design = np.concatenate([np.stack([x, -y, one, none], 1), np.stack([y, x, none, one], 1)])
    cos, sin, right, down = np.linalg.lstsq(design, np.concatenate([u, v]), rcond=None)[0]
    return np.array([[cos, -sin, right], [sin, cos, down]])


def _distinct(ours: np.ndarray, theirs: np.ndarray) -> int:
    """How many different places are matched on both sides (one word may stand at many)."""
    places = [{(int(p["x"]) >> 8, int(p["y"]) >> 8) for p in side} for side in (ours, theirs)]
    return min(len(places[0]), len(places[1]))


def _shared(left: Fingerprint, right: Fingerprint, mirrored: bool) -> tuple[np.ndarray, np.ndarray]:
    """Places of the words that both have, pair by pair: within the uncertain bits of the left one."""
    flip = MIRROR if mirrored else 0
    at: dict[int, list[int]] = {}
    for index, word in enumerate(right.words):
        at.setdefault(word, []).append(index)
    ours, theirs = np.frombuffer(left.places, PLACE), np.frombuffer(right.places, PLACE)
    pairs: list[tuple[int, int]] = []
    for index, (word, place) in enumerate(zip(left.words, ours, strict=True)):
        one, two = (1 << int(bit) for bit in place["weak"])
        for asked in (word, word ^ one, word ^ two, word ^ one ^ two):
            pairs += [(index, other) for other in at.get(asked ^ flip, ())[:4]]
    pairs = pairs[:400]
    return ours[[p[0] for p in pairs]], theirs[[p[1] for p in pairs]]
