"""Uploads on their way in: streamed to the incoming folder while they are hashed, never twice on disk.

`IncomingHandler` does so for requests; `received` does the same for any other file (commands, the demo). What is
not taken in as an original is deleted again, also when the connection breaks or the disk is full.
"""

import hashlib
import logging
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler
from django.http import HttpRequest

from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

logger = logging.getLogger(__name__)

SENTENCES = sentences(
    {
        "uploads.storage_away": _(
            "Penyimpanan foto di server sedang tidak bisa dipakai, jadi foto ini belum diterima dan tidak ada yang "
            "dicatat. Kirim lagi beberapa menit lagi."
        ),
    }
)
_LEFT_OVER_AFTER_S = 24 * 60 * 60
_CHUNK = 1024 * 1024


@contextmanager
def saying_storage_away(name: str) -> Iterator[None]:
    """Inside, a disk or bucket that takes nothing (OSError) becomes a Problem: 503, nothing was taken in, try later."""
    try:
        yield
    except OSError as error:
        logger.error("%s cannot be stored: %s", name, error)
        raise Problem(message("uploads.storage_away"), status=503) from error


class Incoming:
    """A file being written to the incoming folder, and its SHA-256. size counts on after the limit; disk does not."""

    def __init__(self) -> None:
        folder = Path(settings.INCOMING_DIR)
        self.path = folder / f"{uuid.uuid4().hex}.part"
        self.size = 0
        self._hash = hashlib.sha256()
        with saying_storage_away(self.path.name):
            folder.mkdir(parents=True, exist_ok=True)
            self._file: IO[bytes] | None = self.path.open("xb")

    def write(self, chunk: bytes) -> None:
        """Append; nothing more is kept once the limit is passed."""
        self.size += len(chunk)
        self._hash.update(chunk)
        if self._file and not self.too_large:
            with saying_storage_away(self.path.name):
                self._file.write(chunk)

    def finish(self) -> None:
        """Close the file with its bytes safely on disk."""
        if self._file:
            with saying_storage_away(self.path.name):
                self._file.flush()
                os.fsync(self._file.fileno())
                self._file.close()
            self._file = None

    def discard(self) -> None:
        """Leave nothing behind. Does nothing if the file has already gone to its place."""
        file, self._file = self._file, None
        if file:
            with suppress(OSError):  # on a full disk closing fails once more; what is left is not wanted
                file.close()
        self.path.unlink(missing_ok=True)

    @property
    def too_large(self) -> bool:
        return self.size > settings.PHOTO_MAX_BYTES

    @property
    def sha256(self) -> str:
        """Hex digest of everything that was sent."""
        return self._hash.hexdigest()


class IncomingFile(UploadedFile):
    """An uploaded file that lies in the incoming folder; closing it deletes what was not taken in."""

    def __init__(self, incoming: Incoming, name: str, content_type: str | None) -> None:
        super().__init__(file=None, name=name, content_type=content_type, size=incoming.size)
        self.incoming = incoming

    def close(self) -> None:
        self.incoming.discard()


class IncomingHandler(FileUploadHandler):
    """Writes uploads to the incoming folder; give it to a request before its body is read (`streaming`)."""

    incoming: Incoming | None = None
    chunk_size = _CHUNK  # of a photo of 3 MB, three pieces instead of fifty

    def __init__(self, request: HttpRequest | None = None) -> None:
        super().__init__(request)
        self.finished: list[Incoming] = []

    def discard(self) -> None:
        """Leave nothing behind of what was not taken in, finished or broken off half-way."""
        self.upload_interrupted()
        for incoming in self.finished:
            incoming.discard()

    def new_file(self, field_name: str, file_name: str, *args: Any, **kwargs: Any) -> None:
        super().new_file(field_name, file_name, *args, **kwargs)
        self.incoming = Incoming()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        if self.incoming:
            self.incoming.write(raw_data)

    def file_complete(self, file_size: int) -> IncomingFile | None:
        incoming, self.incoming = self.incoming, None
        if incoming is None:
            return None
        self.finished.append(incoming)
        incoming.finish()
        return IncomingFile(incoming, self.file_name or "", self.content_type)

    def upload_interrupted(self) -> None:
        if self.incoming:
            self.incoming.discard()


@contextmanager
def streaming(request: HttpRequest) -> Iterator[IncomingHandler]:
    """Inside, this request's files stream to the incoming folder; afterwards what was not taken in is gone.

    Raises AttributeError once the body was read.
    """
    handler = IncomingHandler(request)
    request.upload_handlers = [handler]
    try:
        yield handler
    finally:
        handler.discard()


def received(upload: Any) -> Incoming:
    """The incoming file of an upload: its own, or a copy of any file object, path or bytes."""
    if isinstance(upload, IncomingFile):
        return upload.incoming
    incoming = Incoming()
    try:
        for chunk in _chunks(upload):
            incoming.write(chunk)
        incoming.finish()
    except BaseException:
        incoming.discard()
        raise
    return incoming


def _chunks(upload: Any) -> Iterable[bytes]:
    if isinstance(upload, bytes):
        return [upload]
    if isinstance(upload, str | os.PathLike):
        return _chunks_of_path(Path(upload))
    if hasattr(upload, "chunks"):
        return upload.chunks(_CHUNK)
    return iter(lambda: upload.read(_CHUNK), b"")


def _chunks_of_path(path: Path) -> Iterable[bytes]:
    with path.open("rb") as file:
        yield from iter(lambda: file.read(_CHUNK), b"")


def sweep() -> int:
    """Delete what a crash left in the incoming folder more than a day ago, and tables of projects that nobody
    confirmed since (projects/import_views.py). Returns how many files.
    """
    count = 0
    folder = Path(settings.INCOMING_DIR)
    for path in (*folder.glob("*.part"), *folder.glob("imports/*")):
        try:
            if time.time() - path.stat().st_mtime > _LEFT_OVER_AFTER_S:
                path.unlink()
                count += 1
        except FileNotFoundError:
            continue
    return count
