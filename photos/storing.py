"""Keeps accepted bytes: the original under its own SHA-256, on disk for good before any row speaks of it."""

import errno
import os
import shutil
import uuid
from pathlib import Path

from django.core.files import File
from django.core.files.storage import FileSystemStorage, storages

_SUFFIX = {"JPEG": "jpg", "PNG": "png", "WEBP": "webp", "HEIC": "heic", "HEIF": "heif"}
_READ_ONLY = 0o444


def original_name(sha256: str, format: str) -> str:
    """Where an original lies in the storage: originals/ab/cd/abcd….jpg."""
    return f"originals/{sha256[:2]}/{sha256[2:4]}/{sha256}.{_SUFFIX[format]}"


def derived_name(sha256: str, pixels: int) -> str:
    """Where a picture made from an original lies: derived/ab/cd/abcd…-320.jpg."""
    return f"derived/{sha256[:2]}/{sha256[2:4]}/{sha256}-{pixels}.jpg"


def keep_original(path: Path, *, sha256: str, format: str) -> str:
    """Move a finished incoming file to its place and return its name; an original is never overwritten.

    On a file system the bytes are linked in under their name, then file and folders are flushed, so that after a
    power cut there is either the whole original or none. The incoming file is gone afterwards.
    """
    name, storage = original_name(sha256, format), storages["default"]
    if isinstance(storage, FileSystemStorage):
        _link(path, Path(storage.path(name)))
    elif not storage.exists(name):
        with path.open("rb") as file:
            saved = storage.save(name, File(file))
        if saved != name:  # somebody else stored the same bytes in between
            storage.delete(saved)
    path.unlink(missing_ok=True)
    return name


def _link(source: Path, target: Path) -> None:
    if target.exists():
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
    """For another file system, or one without hard links: a whole copy beside the target, then a rename."""
    beside = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        with source.open("rb") as reader, beside.open("xb") as writer:
            shutil.copyfileobj(reader, writer)
            writer.flush()
            os.fsync(writer.fileno())
        beside.chmod(_READ_ONLY)
        beside.replace(target)  # the same name is the same bytes
    finally:
        beside.unlink(missing_ok=True)


def flush_folder(folder: Path) -> None:
    """Make new names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
