"""Originals in an S3 bucket: put only where nothing lies, checked by SHA-256 on the way and after.

Everything else (opening, listing, deleting, derivatives) goes through Django's storage API, `photos.bucket_storage`.
docs/settings.md says how a bucket is named and what its server must be able to do.
"""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.files.storage import Storage

_TYPES = {
    "jpg": "image/jpeg",
    "png": "image/png",
    "webp": "image/webp",
    "heic": "image/heic",
    "heif": "image/heif",
}
_ABSENT = {"NoSuchKey", "404"}
_OCCUPIED = {"PreconditionFailed", "ConditionalRequestConflict", "412", "409"}
_UNCONDITIONAL = {"NotImplemented", "501"}  # an older server that knows no "only if absent"


class DamagedOnTheWay(OSError):
    """The bucket holds other bytes than were sent; nothing may claim them."""


def is_bucket(storage: Storage) -> bool:
    """Whether a storage is django-storages' S3 one (asked by what it has, so that boto3 is loaded only by it)."""
    return hasattr(storage, "bucket_name") and hasattr(storage, "bucket")


def put_new(storage: Any, path: Path, *, name: str, sha256: str) -> None:
    """Put a file into the bucket unless its name is taken; an object is never overwritten.

    Raises DamagedOnTheWay if the bucket then holds other bytes under the name, whoever wrote them; OSError if the
    store does not answer or refuses.
    """
    with saying_os_errors(name):
        _put(storage, path, name=name, sha256=sha256)
        whole = _holds(storage, name, path.stat().st_size, sha256)
    if not whole:
        raise DamagedOnTheWay(f"under {name} the bucket holds other bytes than were sent")


@contextmanager
def saying_os_errors(name: str) -> Iterator[None]:
    """Inside, what boto3 says of a bucket becomes what a file system would say: FileNotFoundError or OSError."""
    from boto3.exceptions import Boto3Error  # only where a bucket is used
    from botocore.exceptions import BotoCoreError, ClientError
    from s3transfer.exceptions import RetriesExceededError

    try:
        yield
    except ClientError as error:
        kind = FileNotFoundError if error.response.get("Error", {}).get("Code") in _ABSENT else OSError
        raise kind(f"{name}: {error}") from error
    except (Boto3Error, BotoCoreError, RetriesExceededError) as error:
        raise OSError(f"{name}: {error}") from error


def _put(storage: Any, path: Path, *, name: str, sha256: str) -> None:
    """Write the object unless there is one of that name."""
    client = storage.connection.meta.client
    asked = {
        "Bucket": storage.bucket_name,
        "Key": key_of(storage, name),
        "ContentType": _TYPES.get(name.rpartition(".")[2], "application/octet-stream"),
        "ChecksumAlgorithm": "SHA256",
        "ChecksumSHA256": base64.b64encode(bytes.fromhex(sha256)).decode("ascii"),
    }
    try:
        with path.open("rb") as body:
            client.put_object(**asked, Body=body, IfNoneMatch="*")
    except client.exceptions.ClientError as error:
        code = error.response.get("Error", {}).get("Code", "")
        if code in _OCCUPIED:
            return
        if code not in _UNCONDITIONAL:
            raise
        if storage.exists(name):
            return
        with path.open("rb") as body:
            client.put_object(**asked, Body=body)


def _holds(storage: Any, name: str, size: int, sha256: str) -> bool:
    """Whether the object has this size and hash: by the store's own checksum where it keeps one, else read back."""
    head = storage.connection.meta.client.head_object(
        Bucket=storage.bucket_name, Key=key_of(storage, name), ChecksumMode="ENABLED"
    )
    if head["ContentLength"] != size:
        return False
    if stated := head.get("ChecksumSHA256"):
        return base64.b64decode(stated).hex() == sha256
    with storage.open(name, "rb") as file:
        return hashlib.file_digest(file.file, "sha256").hexdigest() == sha256


def key_of(storage: Any, name: str) -> str:
    """The object's key: the storage's prefix and the name."""
    return "/".join(part for part in (storage.location.strip("/"), name) if part)


def names_below(storage: Any, folder: str) -> list[tuple[str, float]]:
    """(name, seconds since 1970 of its last change) of all objects below a folder, in a few requests."""
    prefix = key_of(storage, folder).rstrip("/") + "/"
    cut = len(key_of(storage, "")) + 1 if storage.location.strip("/") else 0
    pages = storage.connection.meta.client.get_paginator("list_objects_v2")
    with saying_os_errors(prefix):
        return [
            (item["Key"][cut:], item["LastModified"].timestamp())
            for page in pages.paginate(Bucket=storage.bucket_name, Prefix=prefix)
            for item in page.get("Contents", ())
        ]
