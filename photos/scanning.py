"""[pure] Finds short byte sequences in whole files at the speed of memory.

Picture data is noise: every byte value comes every 256 bytes, so that searches which jump from one to the next are
slow. Two bytes at once, compared by numpy over pieces that fit the processor's cache, are four to eight times faster.
"""

import mmap
import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_PIECE = 1 << 19  # bytes looked at in one go
_LONGEST = 256  # bytes of a match that begins in one piece and ends in the next
_MANY = 256  # hits in a piece above which the pattern itself searches it


def find_pair(data: bytes | mmap.mmap, pair: bytes, start: int) -> int:
    """Where two bytes first stand side by side at or after `start`, -1 if nowhere. As data.find(pair, start)."""
    return next((hits[0] for _at, hits in _pieces(data, pair, start)), -1)


def find_after_pair(data: bytes | mmap.mmap, pair: bytes, rule: re.Pattern[bytes], start: int = 0) -> int:
    """Where a pattern that begins with these two bytes first matches, -1 if nowhere. As rule.search(data, start)."""
    for at, hits in _pieces(data, pair, start):
        if len(hits) > _MANY:
            match = rule.search(data, at, min(at + _PIECE + _LONGEST, len(data)))
        else:
            match = next((found for hit in hits if (found := rule.match(data, hit))), None)
        if match:
            return match.start()
    return -1


def _pieces(data: bytes | mmap.mmap, pair: bytes, start: int) -> Iterator[tuple[int, list[int]]]:
    """(first byte, hits) of each piece in which the two bytes stand side by side; more than _MANY hits are not all."""
    whole = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
    wanted = np.frombuffer(pair, np.uint16)[0]
    room = np.empty(
        _PIECE // 2 + 1, np.bool_
    )  # once for all: new memory for every piece costs more than the search
    for at in range(start, len(whole) - 1, _PIECE):
        piece = whole[at : at + _PIECE + 1]  # one more, for the pair that lies across two pieces
        # Two bytes at a time, at the even and then at the odd places.
        hits = [at + shift + 2 * hit for shift in (0, 1) for hit in _hits(piece[shift:], wanted, room)]
        if hits:
            yield at, sorted(hits)


def _hits(piece: NDArray[np.uint8], wanted: np.uint16, room: NDArray[np.bool_]) -> list[int]:
    """The first _MANY + 1 of the places, counted in twos, where the two bytes stand."""
    words = piece[: len(piece) // 2 * 2].view(np.uint16)
    mask = np.equal(words, wanted, out=room[: len(words)])
    found: list[int] = []
    at = 0
    while at < len(mask) and len(found) <= _MANY:  # there are few: from one to the next
        at += int(mask[at:].argmax())
        if not mask[at]:
            break
        found.append(at)
        at += 1
    return found
