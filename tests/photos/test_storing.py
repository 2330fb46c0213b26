"""Originals on disk: whole or not at all, never overwritten, also where hard links don't work."""

import errno
import hashlib
import os
from pathlib import Path

import pytest
from django.conf import settings

from photos import storing

CONTENT = b"foto" * 1000
SHA256 = hashlib.sha256(CONTENT).hexdigest()


@pytest.fixture
def sent(tmp_path: Path) -> Path:
    path = tmp_path / "x.part"
    path.write_bytes(CONTENT)
    return path


def kept() -> Path:
    return Path(settings.MEDIA_ROOT, storing.original_name(SHA256, "JPEG"))


def test_the_incoming_file_becomes_the_original(sent: Path):
    assert storing.keep_original(sent, sha256=SHA256, format="JPEG") == storing.original_name(SHA256, "JPEG")
    assert kept().read_bytes() == CONTENT
    assert not sent.exists()


def test_an_original_is_never_overwritten(sent: Path):
    kept().parent.mkdir(parents=True)
    kept().write_bytes(b"yang pertama")
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert kept().read_bytes() == b"yang pertama"
    assert not sent.exists()


@pytest.mark.parametrize("code", [errno.EXDEV, errno.EPERM], ids=["other file system", "no hard links"])
def test_without_hard_links_it_is_copied_whole(sent: Path, monkeypatch, code):
    def refuse(*_args: object) -> None:
        raise OSError(code, "no")

    monkeypatch.setattr(os, "link", refuse)
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert kept().read_bytes() == CONTENT
    assert [path.name for path in kept().parent.iterdir()] == [kept().name]


def test_a_full_disk_leaves_nothing_half(sent: Path, monkeypatch):
    def refuse(*_args: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(OSError, match="no space"):
        storing.keep_original(sent, sha256=SHA256, format="JPEG")
    assert list(kept().parent.iterdir()) == []


def test_every_new_name_is_flushed_to_disk(sent: Path, monkeypatch):
    flushed = []
    monkeypatch.setattr(storing, "flush_folder", flushed.append)
    storing.keep_original(sent, sha256=SHA256, format="JPEG")
    folder = kept().parent
    assert {folder, folder.parent, folder.parent.parent} <= set(flushed)


def test_another_storage_keeps_it_once(sent: Path, settings, tmp_path: Path):
    """As in an object store: no paths, only names."""
    settings.STORAGES = settings.STORAGES | {
        "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}
    }
    name = storing.keep_original(sent, sha256=SHA256, format="JPEG")
    again = tmp_path / "y.part"
    again.write_bytes(CONTENT)
    assert storing.keep_original(again, sha256=SHA256, format="JPEG") == name
    with storing.storages["default"].open(name) as file:
        assert file.read() == CONTENT
    assert storing.storages["default"].listdir(name.rpartition("/")[0])[1] == [f"{SHA256}.jpg"]
