"""Uploads on their way in: what breaks off leaves nothing, and the same photo twice at once is one claim."""

import hashlib
import os
import threading
import time
import uuid
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParser

from photos import uploads
from photos.models import Claim, Photo
from tests.cast import make_cast
from tests.factories import ProjectFactory
from tests.photos.sent import photo_at, take


def incoming() -> list[Path]:
    return list(Path(settings.INCOMING_DIR).glob("*"))


class BrokenBody:
    """A request body whose connection dies after `good` bytes."""

    def __init__(self, content: bytes, good: int) -> None:
        self.content, self.left = content, good

    def read(self, size: int = -1) -> bytes:
        if not self.content:
            return b""
        if self.left <= 0:
            raise OSError("connection reset")
        taken, self.content = self.content[: min(size, self.left)], self.content[min(size, self.left) :]
        self.left -= len(taken)
        return taken


def multipart(*files: bytes) -> tuple[bytes, str]:
    parts = b"".join(
        b'--B\r\nContent-Disposition: form-data; name="file"; filename="%d.jpg"\r\nContent-Type: image/jpeg\r\n\r\n%b\r\n'
        % (number, content)
        for number, content in enumerate(files)
    )
    return parts + b"--B--\r\n", "multipart/form-data; boundary=B"


def files_of(
    request: HttpRequest, body: bytes, content_type: str, *, good: int
) -> list[uploads.IncomingFile]:
    """The files of a request body of which only the first `good` bytes arrive."""
    meta = {"CONTENT_TYPE": content_type, "CONTENT_LENGTH": str(len(body))}
    return MultiPartParser(meta, BrokenBody(body, good), request.upload_handlers).parse()[1].getlist("file")


def test_a_connection_that_breaks_leaves_no_file():
    body, content_type = multipart(os.urandom(200_000), os.urandom(200_000))
    request = HttpRequest()
    with pytest.raises(OSError, match="connection reset"), uploads.streaming(request):
        files_of(request, body, content_type, good=300_000)
    assert incoming() == []


def test_a_whole_body_is_hashed_while_it_streams():
    content = os.urandom(200_000)
    body, content_type = multipart(content)
    request = HttpRequest()
    with uploads.streaming(request):
        [file] = files_of(request, body, content_type, good=len(body))
        assert file.incoming.path.read_bytes() == content
        assert file.incoming.sha256 == hashlib.sha256(content).hexdigest()
        assert file.size == 200_000
    assert incoming() == []


def test_only_what_a_crash_left_long_ago_is_swept():
    old, new = uploads.Incoming(), uploads.Incoming()
    for one in (old, new):
        one.write(b"x")
        one.finish()
    two_days_ago = time.time() - 48 * 3600
    os.utime(old.path, (two_days_ago, two_days_ago))
    table = old.path.parent / "imports" / "a table that nobody confirmed.csv"
    table.parent.mkdir(exist_ok=True)
    table.touch()
    os.utime(table, (two_days_ago, two_days_ago))
    assert uploads.sweep() == 2
    table.parent.rmdir()  # empty again
    assert incoming() == [new.path]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same_number", [True, False], ids=["same uuid", "two uuids"])
def test_the_same_photo_sent_twice_at_once_is_one_claim(same_number):
    cast = make_cast()
    project = ProjectFactory(village=cast.sragi)
    content, number = photo_at(), uuid.uuid4()
    start, claims = threading.Barrier(4), []

    def send() -> None:
        start.wait()
        claims.append(take(cast.ani, project, content, uuid=number if same_number else uuid.uuid4()).pk)
        connections.close_all()

    threads = [threading.Thread(target=send) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(claims) == 4
    assert len(set(claims)) == 1
    assert Claim.objects.count() == Photo.objects.count() == 1
    assert incoming() == []


@pytest.mark.django_db(transaction=True)
def test_two_photos_at_once_both_count_for_the_project():
    cast = make_cast()
    project = ProjectFactory(village=cast.sragi)
    contents = {50: photo_at(), 100: photo_at()}
    start = threading.Barrier(2)

    def send(progress: int) -> None:
        start.wait()
        take(cast.ani, project, contents[progress], progress=progress)
        connections.close_all()

    threads = [threading.Thread(target=send, args=[progress]) for progress in contents]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    project.refresh_from_db()
    assert project.progress == 100
