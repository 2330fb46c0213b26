"""[pure] Finds short byte sequences in whole files at the speed of memory.

Picture data is noise: every byte value comes every 256 bytes, so that searches which jump from one to the next are
slow. Two bytes at once, compared by numpy over pieces that fit the processor's cache, are four to eight times faster.
"""

import mmap
import re
from collections.abc import Iterator

import numpy as np

_PIECE = 1 << 18  # bytes looked at in one go
_MANY = 64  # hits in a piece above which the pattern itself searches it


def find_pair(data: bytes | mmap.mmap, pair: bytes, start: int) -> int:
    """Where two bytes first stand side by side at or after `start`, -1 if nowhere. As data.find(pair, start)."""
    return next((int(hits[0]) for hits, _at, _stop in _hits(data, pair, start)), -1)


def find_after_pair(data: bytes | mmap.mmap, pair: bytes, rule: re.Pattern[bytes], start: int = 0) -> int:
    """Where a pattern that begins with these two bytes first matches, -1 if nowhere. As rule.search(data, start)."""
    for hits, at, stop in _hits(data, pair, start):
        if len(hits) > _MANY:
            match = rule.search(data, at, min(stop + 256, len(data)))
        else:
            match = next((found for hit in hits if (found := rule.match(data, int(hit)))), None)
        if match:
            return match.start()
    return -1


def _hits(data: bytes | mmap.mmap, pair: bytes, start: int) -> Iterator[tuple[np.ndarray, int, int]]:
    """(places in order, first byte, end) of each piece in which the two bytes stand side by side."""
    whole = np.frombuffer(data, np.uint8) if len(data) else np.empty(0, np.uint8)
    wanted = np.frombuffer(pair, np.uint16)[0]
    for at in range(start, len(whole) - 1, _PIECE):
        piece = whole[at : at + _PIECE + 1]  # one more, for the pair that lies across two pieces
        found = []
        for shift in (0, 1):
            words = piece[shift : shift + (len(piece) - shift) // 2 * 2].view(np.uint16)
            same = words == wanted
            if same.any():
                found.append(np.flatnonzero(same) * 2 + (at + shift))
        if found:
            yield np.sort(np.concatenate(found)), at, at + len(piece)
