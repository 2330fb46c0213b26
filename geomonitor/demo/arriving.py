"""[pure] How a planned photo arrives: its bytes, its file name, and the position that the page's camera sends along."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from PIL import Image

from geomonitor.demo import camera_files, land, pictures
from geomonitor.demo.camera_files import PHONES, Phone, Shot
from geomonitor.demo.register import PlannedPhoto, PlannedProject, PlannedRefusal
from places.earth import LonLat

_GPS = {"absent": "none", "zeroed": "zeroed", "leftover": "leftover", "malformed": "malformed"}
FIX_FAR_M = 2000.0


@dataclass(frozen=True)
class ArrivingFix:
    """What the browser said of its position at the shutter."""

    point: LonLat
    accuracy_m: float
    at: datetime


@dataclass(frozen=True)
class Arrival:
    """A file on its way in, and the picture in it, upright."""

    content: bytes
    name: str
    picture: Image.Image
    fix: ArrivingFix | None = None


def arrival_of(
    project: PlannedProject,
    photo: PlannedPhoto,
    *,
    picture_of: tuple[PlannedProject, PlannedPhoto] | None = None,
) -> Arrival:
    """Draw the picture and put it into the file that the plan asks for. Deterministic; about 60 ms.

    picture_of: another planned photo, whose picture is cut and brightened instead of drawing a new one.
    """
    picture = _altered(_drawn(*picture_of)) if picture_of else _drawn(project, photo)
    if photo.file == "page":
        fix = ArrivingFix(photo.point, photo.error_m, photo.taken_at)
        return Arrival(pictures.jpeg(picture), f"geomonitor-{photo.taken_at:%Y%m%d-%H%M%S}.jpg", picture, fix)
    if photo.file == "stripped":
        number = photo.shot + photo.progress + photo.site_no
        name = f"IMG-{photo.taken_at:%Y%m%d}-WA{number:04d}.jpg"
        return Arrival(camera_files.messenger_file(picture), name, picture)
    shot = _shot(project, photo)
    if photo.file == "printed":
        printed = camera_files.printed(picture, shot)
        return Arrival(camera_files.messenger_file(printed), f"Peta {photo.progress} persen.jpg", printed)
    content = camera_files.phone_file(picture, shot)
    far = land.moved(photo.point, FIX_FAR_M, 60) if photo.file == "fix_far" else None
    return Arrival(
        content, _camera_name(photo), picture, ArrivingFix(far, 8.0, photo.taken_at) if far else None
    )


def _drawn(project: PlannedProject, photo: PlannedPhoto) -> Image.Image:
    seed = project.seed + (photo.site_no - 1) * 7919
    return pictures.draw(seed, project.picture, photo.progress, photo.shot)


def _altered(picture: Image.Image) -> Image.Image:
    """What somebody does to a picture to use it again: an eighth cut off, made brighter, back to full size."""
    width, height = picture.size
    part = picture.crop((width // 16, height // 12, width - width // 16, height - height // 24))
    return part.resize(picture.size, Image.Resampling.BICUBIC).point(
        [min(255, v + 14) for v in range(256)] * 3
    )


def _shot(project: PlannedProject, photo: PlannedPhoto) -> Shot:
    return Shot(
        taken_at=photo.taken_at + timedelta(days=photo.clock_days),
        gps_at=photo.taken_at,
        lon=photo.point[0],
        lat=photo.point[1],
        altitude_m=photo.altitude_m,
        error_m=photo.error_m,
        heading=photo.heading,
        phone=_edited(PHONES[photo.phone]) if photo.file == "edited" else PHONES[photo.phone],
        orientation=photo.orientation,
        gps=_GPS.get(photo.file, "full"),
        seed=project.seed + photo.progress,
    )


def _edited(phone: Phone) -> Phone:
    """A phone's file after a program for pictures saved it."""
    return replace(phone, software="Adobe Photoshop 25.4 (Windows)")


def _camera_name(photo: PlannedPhoto) -> str:
    phone, stamp = PHONES[photo.phone], f"{photo.taken_at:%Y%m%d_%H%M%S}"
    if phone.make == "samsung":
        return f"{stamp}.jpg"
    if phone.make == "Apple":
        return f"IMG_{photo.site_no:02d}{photo.progress:02d}.JPG"
    return f"IMG_{stamp}.jpg"


def refused_file(project: PlannedProject, refusal: PlannedRefusal) -> bytes:
    """The bytes of a file that the door must refuse. Raises KeyError for an unknown kind."""
    if refusal.what == "pdf":
        return camera_files.not_an_image()
    whole = pictures.jpeg(pictures.draw(project.seed, project.picture, 50, 99))
    made: dict[str, Callable[[bytes], bytes]] = {
        "broken": camera_files.truncated,
        "polyglot": camera_files.polyglot,
        "double_name": bytes,
    }
    return made[refusal.what](whole)
