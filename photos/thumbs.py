"""The small picture of an original, for papers and pages that are handed over: found under the original's hash."""

from django.core.files.storage import storages

from photos.decoding import THUMB_PX
from photos.storing import derived_name
from places.message import message
from places.problems import Problem


def stored_thumb(sha256: str) -> bytes:
    """The 320 px copy as JPEG without metadata, b"" where it was not made yet or was removed.

    Raises Problem (503) while the storage cannot be reached: a paper shall not lack evidence by accident.
    """
    try:
        with storages["default"].open(derived_name(sha256, THUMB_PX), "rb") as file:
            return bytes(file.read())
    except FileNotFoundError:
        return b""
    except OSError as error:
        raise Problem(message("originals.unreachable"), status=503) from error
