"""The storage of originals in a bucket: django-storages' own, which says OSError where the bucket does not answer.

Who opens a file catches OSError and FileNotFoundError, and need not know where files live. Loads boto3, so only
settings name it (`geomonitor.settings._media_storage`).
"""

from datetime import datetime
from typing import Any

from django.core.files.base import File
from storages.backends.s3 import S3Storage

from photos.buckets import saying_os_errors


class BucketStorage(S3Storage):
    """Files in a bucket. Opening one for reading fetches it, so that whatever can go wrong does so at once."""

    def _open(self, name: str, mode: str = "rb") -> File[Any]:
        with saying_os_errors(name):
            file = super()._open(name, mode)
            if "r" in mode:
                file.open()
            return file

    def _save(self, name: str, content: File[Any]) -> str:
        with saying_os_errors(name):
            return super()._save(name, content)

    def delete(self, name: str) -> None:
        with saying_os_errors(name):
            super().delete(name)

    def exists(self, name: str) -> bool:
        with saying_os_errors(name):
            return super().exists(name)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        with saying_os_errors(path):
            return super().listdir(path)

    def size(self, name: str) -> int:
        with saying_os_errors(name):
            return super().size(name)

    def get_modified_time(self, name: str) -> datetime:
        with saying_os_errors(name):
            return super().get_modified_time(name)
