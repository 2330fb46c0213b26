"""Photos as officers send them, for tests of the intake and its pages: at a place, at a time."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from django.test import Client

from accounts.models import User
from photos import intake
from photos.models import Claim
from projects.models import Project
from tests.photos.camera import Shot, exif, gps, jpeg

WIB = timezone(timedelta(hours=7))
MORNING = datetime(2026, 11, 24, 2, 15, tzinfo=UTC)  # 09.15 WIB
RECEIVED = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
HERE = (114.20, -8.25)  # tests.cast.SRAGI_POINT
FAR = (114.20, -8.259)  # 995 m south of it


def photo_at(lon: float = HERE[0], lat: float = HERE[1], *, taken: datetime = MORNING, **more: Any) -> bytes:
    """A JPEG as a phone writes it, taken there and then; no two are the same bytes."""
    size = more.pop("size", (64, 48))
    shot = Shot(original=f"{taken.astimezone(WIB):%Y:%m:%d %H:%M:%S}", gps=gps(lon, lat), **more)
    return jpeg(exif(shot), size=size)


def photo_without_position(*, taken: datetime = MORNING) -> bytes:
    """A JPEG of a phone whose location was off."""
    shot = Shot(original=f"{taken.astimezone(WIB):%Y:%m:%d %H:%M:%S}", gps=None)
    return jpeg(exif(shot))


def bare_photo() -> bytes:
    """A JPEG that says nothing of itself, as a canvas in the browser makes it."""
    return jpeg()


def take(actor: User, project: Project, upload: Any = None, **more: Any) -> Claim:
    """Take a photo in as received on 24 Nov 2026, 10.00 WIB; at 50 % unless said."""
    sent: dict[str, Any] = {
        "uuid": uuid.uuid4(),
        "progress": 50,
        "file_name": "IMG.jpg",
        "received_at": RECEIVED,
    }
    sent |= more
    return intake.take_in(
        actor=actor, project=project, upload=photo_at() if upload is None else upload, **sent
    )


def log_in(user: User) -> Client:
    """A client of that person's, logged in."""
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client
