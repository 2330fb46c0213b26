"""[pure] Which camera took a picture: a key that two pictures of one camera share, as far as files tell.

"serial:…" is one device: a body's serial number is unique within its make and model. "user:…" is the page's camera
in the hands of one account, its fix bound to the file. "model:…" is only a kind of phone in the hands of one
account: two phones of a model look the same.
"""

import re
from typing import Protocol

from photos.exif import Camera, Value

KEY_LIMIT = 80  # characters of Claim.device
SERIAL, USER, MODEL = "serial", "user", "model"

# ImageUniqueID is none of them: it names one picture, and some makers write the sensor's name there.
_SERIALS = (
    ("exif", "BodySerialNumber"),
    ("exif", "SerialNumber"),
    ("exif", "CameraSerialNumber"),
    ("xmp", "BodySerialNumber"),
    ("xmp", "SerialNumber"),
)
_NO_SERIAL = re.compile(
    r"(.)\1*|none|null|unknown|n/?a|serial\s*number|0*1?2?3?4?5?6?7?8?9?0?", re.IGNORECASE
)
_SHORTEST_SERIAL = 5  # shorter ones are counters and placeholders


class Tagged(Protocol):
    """What a file says of its camera (`photos.exif.Facts`)."""

    @property
    def camera(self) -> Camera: ...

    def value(self, name: str, source: str = "exif") -> Value: ...


def key_of(facts: Tagged, *, uploader: int | None, bound: bool = False) -> str:
    """The key of the camera that took a picture, "" if nothing tells; at most 80 characters.

    uploader: primary key of the account that sent it; bound: its capture fix is bound to the file.
    """
    camera = _plain(f"{facts.camera.make or ''}|{facts.camera.model or ''}")
    serial = serial_of(facts)
    if serial:
        return f"{SERIAL}:{serial}|{camera}"[:KEY_LIMIT]
    if uploader is None:
        return ""
    if bound:
        return f"{USER}:{uploader}"
    return f"{MODEL}:{uploader}|{camera}"[:KEY_LIMIT] if camera != "|" else ""


def serial_of(facts: Tagged) -> str:
    """The body's serial number as written, "" where there is none or only a placeholder."""
    for source, name in _SERIALS:
        serial = _plain(str(facts.value(name, source) or ""))
        if len(serial) >= _SHORTEST_SERIAL and not _NO_SERIAL.fullmatch(serial):
            return serial
    return ""


def is_one_device(key: str) -> bool:
    """Whether the key stands for one device (or one account's own camera page), not for a kind of phone."""
    return key.partition(":")[0] in (SERIAL, USER)


def _plain(text: str) -> str:
    return " ".join("".join(sign for sign in text if sign.isprintable()).split()).casefold()
