"""The worker's look at a photo's pixels: asked of the child that decodes, kept as facts, read back for the checks.

The facts are the server's and belong to the photo: `thumbnail_difference`, `screen_score`, `printed`,
`printed_position`, `c2pa` …; `derivative_error` says why there is none. docs/design/photo-pixels.md.
"""

import atexit
import json
import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any

from django.core.files.storage import FileSystemStorage, storages

from photos.decoding import FAILURE_FACT, Decoder, Look, as_pixels
from photos.evidence import Pixels
from photos.facts import keep
from photos.models import Fact, FactSource, Photo
from places.message import Message, message, sentences
from places.message import mark as _

logger = logging.getLogger(__name__)

FACTS = (
    "thumbnail_difference", "screen_score", "printed", "printed_position", "text_reader", "c2pa", "c2pa_signer",
    "c2pa_errors", FAILURE_FACT,
)  # fmt: skip

SENTENCES = sentences(
    {
        "looking.waiting": _("Gambar sedang disiapkan. Muat ulang sebentar lagi, atau unduh berkas aslinya."),
        "looking.too_many_pixels": _(
            "Gambar terlalu besar untuk ditampilkan di sini. Berkas aslinya tersimpan dan bisa diunduh."
        ),
        "looking.missing": _(
            "Berkas aslinya tidak bisa diambil dari penyimpanan. Laporkan kepada pengelola."
        ),
        "looking.failed": _(
            "Gambar di dalam file tidak bisa dibuka. Berkas aslinya tersimpan dan bisa diunduh; minta foto baru."
        ),
    }
)

_decoder = Decoder()  # the child starts with the first photo and ends with this process
atexit.register(_decoder.close)


def look(photo: Photo) -> Look:
    """Have the photo's original decoded and measured. Writes nothing; never raises for what the file says."""
    try:
        with _opened(photo) as file:
            return _decoder.look(file, photo.format, read_text=_lacks_position(photo))
    except OSError as error:
        logger.warning("the original %s cannot be read: %s", photo.original, error)
        return Look(failure="missing", detail=str(error)[:300])


def keep_facts(photo: Photo, seen: Look) -> None:
    """Write down what a look measured, instead of what the look before did. Call it in a transaction.

    Where the original could not be fetched, what was measured before stays.
    """
    replaced = FACTS if seen.failure != "missing" else (FAILURE_FACT,)
    photo.facts.filter(claim=None, source=FactSource.SERVER, name__in=replaced).delete()
    keep(
        Fact(photo=photo, source=FactSource.SERVER, name=name, value=value, raw=_written(value))
        for name, value in seen.facts.items()
        if name in FACTS and value is not None
    )


def pixels_of(photo: Photo) -> Pixels | None:
    """What the look measured; None while the worker has not looked yet."""
    if photo.looked_at is None:
        return None
    rows = photo.facts.filter(claim=None, source=FactSource.SERVER, name__in=FACTS)
    return as_pixels(dict(rows.values_list("name", "value")))


def why_no_picture(photo: Photo) -> Message:
    """What to say where the picture would be: it is on its way, or why it will not come."""
    failure = photo.facts.filter(claim=None, source=FactSource.SERVER, name=FAILURE_FACT).first()
    if failure is None:
        return message("looking.waiting")
    reason = as_pixels({FAILURE_FACT: failure.value}).failure
    return message(f"looking.{reason}" if f"looking.{reason}" in SENTENCES else "looking.failed")


def _lacks_position(photo: Photo) -> bool:
    """Whether drawn coordinates are worth reading: a claim of the file has no position of any source."""
    return photo.claims.filter(withdrawn_at=None, position=None).exists()


@contextmanager
def _opened(photo: Photo) -> Iterator[IO[bytes]]:
    """The original with a descriptor that can be handed on; from an object store, through a file without name."""
    storage = storages["default"]
    if isinstance(storage, FileSystemStorage):
        with open(storage.path(photo.original), "rb") as file:
            yield file
        return
    with storage.open(photo.original, "rb") as stored, tempfile.TemporaryFile() as copy:
        shutil.copyfileobj(stored, copy)
        copy.flush()
        yield copy


def _written(value: Any) -> str:
    return value[:2000] if isinstance(value, str) else json.dumps(value, ensure_ascii=False)[:2000]
