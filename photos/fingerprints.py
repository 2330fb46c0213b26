"""[pure] What finds a picture again among hundreds of thousands. docs/design/photo-reuse.md has the method."""

from dataclasses import dataclass

VERSION = 1


@dataclass(frozen=True)
class Fingerprint:
    """phash: 64 signs, as a signed integer. words, places: one each for the strongest keypoints."""

    version: int
    phash: int
    words: tuple[int, ...]
    places: bytes
    detail: float
