"""Keeps accepted bytes: the original under its own SHA-256, on disk for good before any row speaks of it.

docs/design/originals.md follows a file from the phone to its place, and says how it is checked and removed.
"""

import errno
import hashlib
import io
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import cast

from django.core.files import File
from django.core.files.storage import FileSystemStorage, Storage, storages

from photos import buckets
from photos.models import Photo

_SUFFIX = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "HEIC": "heic", "HEIF": "heif"}
_READ_ONLY = 0o444


def original_name(sha256: str, format: str) -> str:
    """Where an original lies in the storage: originals/ab/cd/abcd….jpg."""
    return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}.{_SUFFIX[format]}"


def derived_name(sha256: str, pixels: int) -> str:
    """Where a picture made from an original lies: derived/ab/cd/abcd…-320.jpg."""
    return f"derived/{sha256[:2]}/{sha256[2:4]}/{sha256}-{pixels}.jpg"


DERIVED_PX = (1000, 320)


def derived_names(photo: Photo) -> list[str]:
    """Every name under which a picture made from this file can lie."""
    made = {photo.display, photo.thumb, *(derived_name(photo.sha256, pixels) for pixels in DERIVED_PX)}
    return sorted(made - {""})


def keep_original(path: Path, *, sha256: str, format: str) -> str:
    """Move a finished incoming file to its place and return its name; an original is never overwritten.

    On a file system the bytes are linked in under their name, then file and folders are flushed, so that after a
    power cut there is either the whole original or none. Elsewhere they are put and then checked by their hash.
    The incoming file is gone afterwards. Raises OSError if the bytes could not be kept whole.
    """
    name, storage = original_name(sha256, format), storages["default"]
    if isinstance(storage, FileSystemStorage):
        _link(path, Path(storage.path(name)))
    elif buckets.is_bucket(storage):
        buckets.put_new(storage, path, name=name, sha256=sha256)
    elif not storage.exists(name):
        _save(storage, path, name=name, sha256=sha256)
    path.unlink(missing_ok=True)
    return name


def _save(storage: Storage, path: Path, *, name: str, sha256: str) -> None:
    with path.open("rb") as file:
        saved = storage.save(name, File(file))
    if saved != name:  # somebody else stored the same bytes in between
        storage.delete(saved)
    elif hash_of(storage, name)[0] != sha256:
        raise OSError(f"{name} was stored with other bytes than were sent")


def hash_of(storage: Storage, name: str) -> tuple[str, int]:
    """(SHA-256, size) of what is stored under a name, read in pieces. Raises OSError, FileNotFoundError among them."""
    with storage.open(name, "rb") as file:
        reader = cast(io.BufferedReader, file.file)  # Django's wrapper would read line by line
        digest = hashlib.file_digest(reader, "sha256")
        return digest.hexdigest(), reader.tell()


def has_originals(storage: Storage) -> bool:
    """Whether the place of originals is there at all: a disk may not be mounted. Raises OSError for a bucket that isn't."""
    try:
        storage.listdir("originals")
    except FileNotFoundError:
        return False
    return True


def names_below(storage: Storage, folder: str) -> Iterator[tuple[str, float]]:
    """(name, seconds since 1970 of its last change) of every file below a folder of the storage."""
    if buckets.is_bucket(storage):
        yield from buckets.names_below(storage, folder)
        return
    try:
        folders, files = storage.listdir(folder)
    except FileNotFoundError:
        return
    for file in sorted(files):
        name = f"{folder}/{file}"
        yield name, storage.get_modified_time(name).timestamp()
    for inner in sorted(folders):
        yield from names_below(storage, f"{folder}/{inner}")


def _link(source: Path, target: Path) -> None:
    if target.exists():
        # Another request may have linked these bytes a moment ago and not flushed its folders yet.
        for folder in (target.parent, *target.parent.parents[:2]):
            flush_folder(folder)
        return
    new_folders = _make_folders(target.parent)
    source.chmod(_READ_ONLY)
    try:
        _link_new(source, target)
    except OSError as error:
        if error.errno not in {errno.EXDEV, errno.EPERM, errno.ENOTSUP}:
            raise
        _copy_then_link(source, target)
    for folder in {target.parent, *(made.parent for made in new_folders)}:
        flush_folder(folder)


def _make_folders(folder: Path) -> list[Path]:
    """Make a folder and those above it; the ones that were missing."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    folder.mkdir(parents=True, exist_ok=True)
    return missing


def _link_new(source: Path, target: Path) -> None:
    """A hard link fails where a name exists, so two writers of the same bytes cannot harm each other."""
    try:
        os.link(source, target)
    except FileExistsError:
        return


def _copy_then_link(source: Path, target: Path) -> None:
    """For another file system, or one without hard links: a whole copy beside the target, then its name."""
    beside = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with source.open("rb") as reader, beside.open("xb") as writer:
            shutil.copyfileobj(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        beside.chmod(_READ_ONLY)
        try:
            _link_new(beside, target)
        except OSError as error:
            if error.errno not in {errno.EXDEV, errno.EPERM, errno.ENOTSUP}:
                raise
            beside.replace(target)  # no hard links here; the same name is the same bytes
    finally:
        beside.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
