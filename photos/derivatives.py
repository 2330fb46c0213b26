"""Pictures to look at, made by the worker: right way up, 1000 and 320 px, without any metadata.

A file that cannot be decoded keeps its claim; the failure is written down as a fact of the server.
"""

import io
import logging

import pillow_heif
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django_tasks import task
from PIL import Image, ImageCms, ImageOps

from photos.models import Fact, FactSource, Photo
from photos.storing import derived_name
from photos.uploads import sweep

logger = logging.getLogger(__name__)

DISPLAY_PX = 1000
THUMB_PX = 320
FAILURE = "derivative_error"
DECODED_LIMIT = 70_000_000  # pixels held in memory at once, about 210 MB; JPEG is shrunk while it is read

pillow_heif.register_heif_opener()
# The door has limited pixels by the file's header already; Pillow's own limit would refuse honest 200-megapixel phones.
Image.MAX_IMAGE_PIXELS = None
_READERS = {"JPEG": ["JPEG", "MPO"], "PNG": ["PNG"], "WEBP": ["WEBP"], "HEIC": ["HEIF"], "HEIF": ["HEIF"]}


@task()
def make_derivatives(photo_id: int) -> bool:
    """Make a photo's display picture and thumbnail. Returns whether they are there; running again is harmless."""
    photo = Photo.objects.filter(pk=photo_id).first()
    if photo is None or photo.removed_at is not None:
        return False
    sweep()
    storage = storages["default"]
    try:
        with storage.open(photo.original, "rb") as file:
            display, thumb = pictures_of(file, photo.format)
    except (OSError, ValueError, SyntaxError, MemoryError, EOFError) as error:
        logger.warning("no derivatives for %s: %s", photo.sha256, error)
        Fact.objects.update_or_create(
            photo=photo,
            source=FactSource.SERVER,
            name=FAILURE,
            defaults={"value": str(error)[:300].replace("\0", "")},
        )
        return False
    keep(photo, display, thumb)
    photo.facts.filter(source=FactSource.SERVER, name=FAILURE).delete()
    return True


def keep(photo: Photo, display: bytes, thumb: bytes) -> None:
    """Store both pictures (JPEG, upright, without metadata) and say so in the photo's row."""
    photo.display = _save(derived_name(photo.sha256, DISPLAY_PX), display)
    photo.thumb = _save(derived_name(photo.sha256, THUMB_PX), thumb)
    photo.save(update_fields=["display", "thumb"])


def pictures_of(file: io.BufferedIOBase | object, format: str) -> tuple[bytes, bytes]:
    """(display, thumb) as JPEG bytes. Raises OSError, ValueError or SyntaxError for bytes that cannot be decoded."""
    with Image.open(file, formats=_READERS[format]) as image:  # type: ignore[arg-type]
        image.draft("RGB", _shrunk(image.size, DISPLAY_PX))
        if image.width * image.height > DECODED_LIMIT:
            raise ValueError(f"{image.width} × {image.height} pixels are too many to decode")
        display = _upright(image)
    thumb = display.copy()
    thumb.thumbnail((THUMB_PX, THUMB_PX), Image.Resampling.LANCZOS)
    return _jpeg(display, 82), _jpeg(thumb, 78)


def _shrunk(size: tuple[int, int], longest: int) -> tuple[int, int]:
    """The size with the same aspect whose longer side is `longest`: with it, draft() reads the fewest pixels."""
    scale = longest / max(*size, longest)
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _upright(image: Image.Image) -> Image.Image:
    profile = image.info.get("icc_profile")
    small = image.copy() if max(image.size) <= DISPLAY_PX else image.resize(
        _shrunk(image.size, DISPLAY_PX), Image.Resampling.LANCZOS, reducing_gap=2.0
    )  # fmt: skip
    small.info.update({name: image.info[name] for name in ("exif",) if name in image.info})
    upright = ImageOps.exif_transpose(small)
    return _on_white(_in_srgb(upright, profile))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Colours of wide-gamut phones as every screen shows them; an unreadable profile is passed over."""
    if not profile or image.mode not in {"RGB", "RGBA", "CMYK"}:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        target = image.mode if image.mode == "RGBA" else "RGB"
        return (
            ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=target)
            or image
        )
    except (ImageCms.PyCMSError, OSError):
        return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        layer = image.convert("RGBA")
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer.getchannel("A"))
        return ground
    return image.convert("RGB")


def _jpeg(image: Image.Image, quality: int) -> bytes:
    """JPEG bytes that say nothing but the picture: a fresh image carries no EXIF, XMP, comment or profile."""
    bare = Image.frombytes(image.mode, image.size, image.tobytes())
    out = io.BytesIO()
    bare.save(out, "JPEG", quality=quality, optimize=True, progressive=True)
    return out.getvalue()


def _save(name: str, content: bytes) -> str:
    storage = storages["default"]
    if storage.exists(name):
        storage.delete(name)
    return storage.save(name, ContentFile(content))
