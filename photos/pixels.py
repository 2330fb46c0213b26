"""[pure] One look at a picture's pixels: the pictures to show, and everything that is measured in them.

Runs in the child of `photos.decoding`, never in the web server or the worker itself: decoders are where hostile
bytes do harm. One decode serves all: display picture, thumbnail, fingerprint, and the measurements of
`photos.embedded`, `photos.screens`, `photos.printed` and `photos.credentials`. docs/design/photo-pixels.md.
"""

import io
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pillow_heif
from PIL import ExifTags, Image, ImageCms

from photos import credentials, embedded, fingerprints, printed, screens
from photos.containers import layout_of, opened
from photos.decoding import DISPLAY_PX, READERS, THUMB_PX, Decoder, Look, as_pixels
from photos.evidence import Pixels
from photos.exif import thumbnail_of

READING_PX = 2000  # longest side at which drawn text is read: enough for the small print of camera apps
DECODED_LIMIT = 64 * 1024 * 1024  # pixels unfolded at once
JPEG_LIMIT = 220_000_000  # pixels of a JPEG's header; it is shrunk while it is read

pillow_heif.register_heif_opener(thumbnails=False)
# The limits above are ours; Pillow's own would refuse honest 200-megapixel phones.
Image.MAX_IMAGE_PIXELS = None
cv2.setNumThreads(1)


class TooManyPixels(ValueError):
    """The header speaks of more pixels than are unfolded here; nothing was decoded."""


def look_at_file(path: str | Path) -> Pixels | None:
    """What a look at a file measures, without database and without pictures; None for what is no picture.

    It is decoded in a child of its own, as in the worker; a failure is in `Pixels.failure`.
    """
    with opened(path) as data:
        format = layout_of(data).format
    if not format:
        return None
    with Decoder() as decoder, Path(path).open("rb") as file:
        return as_pixels(decoder.look(file, format.upper(), read_text=True, only_measure=True).facts)


def look(data: bytes, format: str, *, read_text: bool = False, only_measure: bool = False) -> Look:
    """Decode once, make both pictures, measure. read_text: look for drawn coordinates (files without a position).

    only_measure: for commands that show no picture and search none.
    Raises TooManyPixels, OSError, ValueError, SyntaxError, MemoryError and what else decoders raise.
    """
    display, thumb, readable = _pictures(data, format, READING_PX if read_text else DISPLAY_PX)
    layout = layout_of(data)
    thumbnail = embedded.opened(thumbnail_of(data, layout))
    measured: dict[str, Any] = {
        "thumbnail_difference": embedded.difference(thumbnail, display) if thumbnail else None,
        "screen_score": screens.score(np.asarray(display)),
        **(credentials.read(data, format) if layout.jumbf or layout.flaw else credentials.NONE),
    }
    if read_text:
        measured |= _drawn_text(readable)
    if only_measure:
        return Look(measured=measured)
    return Look(_jpeg(display, 82), _jpeg(thumb, 78), measured, fingerprints.fingerprint_of(display))


def _drawn_text(readable: Image.Image) -> dict[str, Any]:
    """What is drawn in white, black or light colours; where nothing is, in strong ones (orange, red), too."""
    found = printed.read(np.asarray(readable.convert("L")))
    return found if found["printed"] != "" else printed.read(np.asarray(readable).max(axis=2))


def pictures_of(data: bytes, format: str) -> tuple[bytes, bytes]:
    """(display, thumb) as JPEG bytes: upright, sRGB, without metadata. Raises as `look`."""
    display, thumb, _readable = _pictures(data, format, DISPLAY_PX)
    return _jpeg(display, 82), _jpeg(thumb, 78)


def _pictures(data: bytes, format: str, longest: int) -> tuple[Image.Image, Image.Image, Image.Image]:
    """Display picture, thumbnail, and the upright picture they were made of (at most `longest`)."""
    with Image.open(io.BytesIO(data), formats=READERS[format]) as image:
        _refuse_too_many(image, JPEG_LIMIT if format == "JPEG" else DECODED_LIMIT)
        image.draft("RGB", _shrunk(image.size, longest))
        _refuse_too_many(image, DECODED_LIMIT)
        upright = _upright(image, longest)
    display = _resized(upright, DISPLAY_PX, Image.Resampling.LANCZOS)
    return display, _resized(display, THUMB_PX, Image.Resampling.HAMMING, reducing_gap=1.5), upright


def _refuse_too_many(image: Image.Image, limit: int) -> None:
    if image.width * image.height > limit:
        raise TooManyPixels(f"{image.width} × {image.height} pixels; {limit} are unfolded at most")


def _shrunk(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """The size with the same aspect whose longer side is `longest`: with it, draft() reads the fewest pixels."""
    scale = longest / max(*size, longest)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _resized(
    image: Image.Image, longest: int, filter: Image.Resampling, *, reducing_gap: float = 2.0
) -> Image.Image:
    wanted = _shrunk(image.size, longest)
    return image.copy() if image.size == wanted else image.resize(wanted, filter, reducing_gap=reducing_gap)


def _upright(image: Image.Image, longest: int) -> Image.Image:
    """The picture as RGB in sRGB, right way up, on white."""
    profile, turn = image.info.get("icc_profile"), _turn_of(image)
    small = _resized(image, longest, Image.Resampling.LANCZOS)
    if turn is not None:
        small = small.transpose(turn)
    return _on_white(_in_srgb(small, profile))


_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def _turn_of(image: Image.Image) -> Image.Transpose | None:
    """What brings the picture upright; tags that cannot be read turn nothing."""
    try:
        return _TURNS.get(image.getexif().get(ExifTags.Base.Orientation, 1))
    except Exception:  # noqa: BLE001  (Pillow's reader raises anything on hostile tags)
        return None


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of wide-gamut phones as every screen shows them; an unreadable profile is passed over."""
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if image.mode == "RGB" and _is_srgb(source):
            return image
        target = image.mode if image.mode == "RGBA" else "RGB"
        return (
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            or image
        )
    except (ImageCms.PyCMSError, OSError):
        return image


def _is_srgb(profile: ImageCms.ImageCmsProfile) -> bool:
    return "sRGB" in ImageCms.getProfileDescription(profile)


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """JPEG bytes that say nothing but the picture: a fresh image carries no EXIF, XMP, comment or profile.

    Not progressive: that saves 2 % of the bytes and takes twice the time.
    """
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True)
    return out.getvalue()
