"""A full disk takes no photo in: 503 in the sender's language, nothing stored, and the same sending succeeds later."""

import errno
import io
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.models import AuditEvent
from photos import intake, uploads
from photos.models import Claim, IntakeRefusal, Photo
from places.problems import Problem
from projects.models import Project
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import log_in, photo_at, take

FULL = OSError(errno.ENOSPC, "No space left on device")


@pytest.fixture
def project(cast: Cast) -> Project:
    return ProjectFactory(village=cast.sragi)


@pytest.fixture
def full(monkeypatch) -> Callable[[], None]:
    """The folder of originals is full until the returned function is called."""
    keep = intake.keep_original

    def refuse(*_given: Any, **_more: Any) -> str:
        raise FULL

    monkeypatch.setattr(intake, "keep_original", refuse)
    return lambda: monkeypatch.setattr(intake, "keep_original", keep)


def nothing_is_kept() -> bool:
    rows = Photo.objects.exists() or Claim.objects.exists() or IntakeRefusal.objects.exists()
    events = AuditEvent.objects.filter(action__in=["claim.received", "photo.refused"]).exists()
    return not rows and not events and list(Path(settings.INCOMING_DIR).glob("*")) == []


def fields(project: Project, content: bytes, **more: Any) -> dict[str, Any]:
    file = SimpleUploadedFile("IMG.jpg", content, "image/jpeg")
    return {"uuid": str(uuid.uuid4()), "project": project.pk, "progress": 50, "file": file} | more


@pytest.mark.parametrize(
    ("language", "says"), [("id", "Kirim lagi beberapa menit lagi."), ("en", "")], ids=["id", "en"]
)
def test_the_phone_hears_503_and_nothing_is_kept(cast: Cast, project, full, language, says):
    client = log_in(cast.ani)
    answer = client.post(
        "/api/v1/photos/", fields(project, photo_at()), headers={"Accept-Language": language}
    )
    assert answer.status_code == 503
    error = answer.json()["error"]
    assert error["code"] == "uploads.storage_away"
    assert says in error["message"]
    assert "No space" not in error["message"]
    assert "fields" not in error  # the file itself is not at fault
    assert nothing_is_kept()


def test_the_same_sending_succeeds_once_there_is_room(cast: Cast, project, full):
    sent = {"uuid": uuid.uuid4()}
    content = photo_at()
    with pytest.raises(Problem) as caught:
        take(cast.ani, project, content, **sent)
    assert caught.value.status == 503
    assert nothing_is_kept()
    full()
    assert take(cast.ani, project, content, **sent).verdict == "verified"


def test_the_page_without_scripts_says_it_too(cast: Cast, project, full):
    form = {"uuid": str(uuid.uuid4()), "progress": "50", "purpose": "progress", "taker": "me"}
    file = SimpleUploadedFile("IMG.jpg", photo_at(), "image/jpeg")
    answer = log_in(cast.ani).post(f"/field/{project.pk}/", form | {"file": file})
    assert answer.status_code == 503
    assert "Kirim lagi beberapa menit lagi." in answer.content.decode()
    assert nothing_is_kept()


class _FullFile(io.BytesIO):
    """A file on a full disk: what is written fails, and so does closing it."""

    def write(self, _chunk: Any) -> int:
        raise FULL

    def close(self) -> None:
        super().close()
        raise FULL


@pytest.mark.parametrize("step", ["write", "fsync"])
def test_a_disk_that_fills_while_the_photo_comes_in(cast: Cast, project, monkeypatch, step):
    if step == "fsync":

        def fsync(_descriptor: int) -> None:
            raise FULL

        monkeypatch.setattr(uploads.os, "fsync", fsync)
    else:
        begin = uploads.Incoming.__init__

        def begin_full(incoming: uploads.Incoming) -> None:
            begin(incoming)
            assert incoming._file
            incoming._file.close()
            incoming._file = _FullFile()

        monkeypatch.setattr(uploads.Incoming, "__init__", begin_full)
    answer = log_in(cast.ani).post("/api/v1/photos/", fields(project, photo_at()))
    assert answer.status_code == 503
    assert answer.json()["error"]["code"] == "uploads.storage_away"
    assert nothing_is_kept()
