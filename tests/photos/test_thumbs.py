"""The small picture of an original, found by its hash: there, not there, and a storage that cannot be reached."""

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages

from photos.storing import derived_name
from photos.thumbs import stored_thumb
from places.problems import Problem

SHA = "ab" * 32


def test_it_is_found_by_the_hash_of_its_original() -> None:
    assert stored_thumb(SHA) == b""
    storages["default"].save(derived_name(SHA, 320), ContentFile(b"\xff\xd8small"))
    assert stored_thumb(SHA) == b"\xff\xd8small"


def test_a_storage_out_of_reach_is_no_missing_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_arguments: object) -> None:
        raise ConnectionRefusedError("storage")

    monkeypatch.setattr(storages["default"], "open", away)
    with pytest.raises(Problem) as refused:
        stored_thumb(SHA)
    assert (refused.value.status, refused.value.code) == (503, "originals.unreachable")
