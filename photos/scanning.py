"""[pure] Finds short byte sequences in whole files at the speed of memory.

Picture data is noise: every byte value comes every 256 bytes, so that searches which jump from one to the next are
slow. Two bytes at once, compared by numpy over pieces that fit the processor's cache, are four to eight times faster.
"""

import mmap
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]

_PIECE = 1 << 18  # bytes looked at in one go
_LONGEST = 256  # bytes of a match that begins in one piece and ends in the next
_MANY = 64  # hits in a piece above which the pattern itself searches it


def find_pair(data: bytes | mmap.mmap, pair: bytes, start: int) -> int:
    """Where two bytes first stand side by side at or after `start`, -1 if nowhere. As data.find(pair, start)."""
    for at, masks in _pieces(data, pair, start):
        return min(at + shift + 2 * int(mask.argmax()) for shift, mask in masks)
    return -1


def find_after_pair(data: bytes | mmap.mmap, pair: bytes, rule: re.Pattern[bytes], start: int = 0) -> int:
    """Where a pattern that begins with these two bytes first matches, -1 if nowhere. As rule.search(data, start)."""
    for at, masks in _pieces(data, pair, start):
        if sum(int(np.count_nonzero(mask)) for _shift, mask in masks) > _MANY:
            match = rule.search(data, at, min(at + _PIECE + _LONGEST, len(data)))
        else:
            hits = sorted(
                at + shift + 2 * hit for shift, mask in masks for hit in np.flatnonzero(mask).tolist()
            )
            match = next((found for hit in hits if (found := rule.match(data, hit))), None)
        if match:
            return match.start()
    return -1


def _pieces(data: bytes | mmap.mmap, pair: bytes, start: int) -> Iterator[tuple[int, list[tuple[int, Mask]]]]:
    """(first byte, masks) of each piece in which the two bytes stand side by side.

    A mask (shift, one truth for every two bytes) says where, at even and at odd places of the piece.
    """
    whole = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
    wanted = np.frombuffer(pair, np.uint16)[0]
    for at in range(start, len(whole) - 1, _PIECE):
        piece = whole[at : at + _PIECE + 1]  # one more, for the pair that lies across two pieces
        # One mask after the other, let go where it says nothing: two at a time are new memory in every piece.
        if found := [(shift, mask) for shift in (0, 1) if (mask := _mask(piece, shift, wanted)).any()]:
            yield at, found


def _mask(piece: NDArray[np.uint8], shift: int, wanted: np.uint16) -> Mask:
    words = piece[shift : shift + (len(piece) - shift) // 2 * 2].view(np.uint16)
    return np.asarray(words == wanted)
