"""Reads back what the worker's look at a photo's pixels measured."""

from photos.evidence import Pixels
from photos.models import Photo


def pixels_of(photo: Photo) -> Pixels | None:
    """What the look measured; None while the worker has not looked yet."""
    return None
