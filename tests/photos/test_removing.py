"""Removing an original: by an admin, with a reason, on record; what is left says so, and the bytes stay out."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent, Role
from photos import removing, timeline
from photos.derivatives import make_derivatives
from photos.models import Claim, Photo
from places.problems import Problem
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory
from tests.photos.sent import RECEIVED, log_in, photo_at, take

ROOT = Path(__file__).parents[2]
REASON = "Memperlihatkan wajah anak, diminta keluarganya."


@pytest.fixture
def claim(cast: Cast) -> Claim:
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo_at(size=(1600, 1200)))
    make_derivatives.call(claim.photo_id)
    claim.photo.refresh_from_db()
    return claim


@pytest.fixture
def removed(cast: Cast, claim: Claim, django_capture_on_commit_callbacks) -> Photo:
    with django_capture_on_commit_callbacks(execute=True):
        return remove(cast.galih, claim.photo)


def remove(actor, photo: Photo, *, reason: str = REASON, confirmed: str | None = None) -> Photo:
    typed = photo.sha256[:8] if confirmed is None else confirmed
    return removing.remove(actor=actor, photo=photo, reason=reason, confirmed=typed)


def stored() -> list[Path]:
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


def test_bytes_and_pictures_go_and_all_else_stays(cast: Cast, claim: Claim, removed: Photo):
    assert stored() == []
    photo = Photo.objects.get()
    assert (photo.sha256, photo.size, photo.original) == (
        claim.photo.sha256,
        claim.photo.size,
        claim.photo.original,
    )
    assert (photo.removed_by, photo.removed_reason) == (cast.galih, REASON)
    assert photo.facts.filter(source="exif", name="GPSLatitude").exists()
    assert (photo.display, photo.thumb) == ("", "")
    after = Claim.objects.get()
    assert (after.verdict, after.stands) == ("verified", True)
    assert after.checks.count() == claim.checks.count()


def test_it_is_written_down(claim: Claim, removed: Photo):
    event = AuditEvent.objects.get(action="original.removed")
    assert (event.subject_type, event.subject_id) == ("photos.photo", str(removed.pk))
    assert event.place_code == claim.project.village_id
    assert event.data["reason"] == REASON
    assert event.data["sha256"] == removed.sha256
    assert event.data["claims"] == [claim.pk]


def test_the_bytes_are_deleted_only_once_that_is_committed(cast: Cast, claim: Claim):
    """Inside a test nothing commits, so the files must still be there."""
    remove(cast.galih, claim.photo)
    assert len(stored()) == 3


def test_removing_again_deletes_what_was_left_and_keeps_the_first_word(
    cast: Cast, claim: Claim, django_capture_on_commit_callbacks
):
    remove(cast.galih, claim.photo)
    with django_capture_on_commit_callbacks(execute=True):
        remove(cast.galih, claim.photo, reason="Sekali lagi.")
    assert stored() == []
    assert Photo.objects.get().removed_reason == REASON
    assert AuditEvent.objects.filter(action="original.removed").count() == 1


@pytest.mark.parametrize("who", ["ani", "budi", "dewi", "eko", "fitri", "tamu"])
def test_nobody_but_an_admin_removes(cast: Cast, claim: Claim, who: str):
    with pytest.raises(PermissionDenied):
        remove(getattr(cast, who), claim.photo)
    assert Photo.objects.get().removed_at is None


def test_an_admin_of_one_village_does_not_remove_what_another_village_claimed_too(cast: Cast, claim: Claim):
    take(cast.catur, ProjectFactory(village=cast.bubuk), Path(stored_original(claim)).read_bytes())
    DutyFactory(user=cast.tamu, role=Role.ADMIN, place=cast.sragi)
    with pytest.raises(PermissionDenied):
        remove(cast.tamu, claim.photo)


def stored_original(claim: Claim) -> Path:
    return Path(settings.MEDIA_ROOT, claim.photo.original)


def test_a_reason_is_required(cast: Cast, claim: Claim):
    with pytest.raises(Problem) as caught:
        remove(cast.galih, claim.photo, reason=" ")
    assert caught.value.code == "removing.reason_missing"
    assert Photo.objects.get().removed_at is None


@pytest.mark.parametrize("typed", ["", "12345678", "abc"])
def test_the_hash_is_typed_to_confirm(cast: Cast, claim: Claim, typed: str):
    with pytest.raises(Problem) as caught:
        remove(cast.galih, claim.photo, confirmed=typed)
    assert caught.value.code == "removing.not_confirmed"
    assert claim.photo.sha256[:8] in caught.value.sentence


def test_the_same_bytes_do_not_come_back(cast: Cast, claim: Claim, removed: Photo):
    with pytest.raises(Problem) as caught:
        removing.refuse_if_removed(removed.sha256)
    assert (caught.value.code, caught.value.status) == ("removing.known", 409)
    assert REASON not in caught.value.sentence


def test_the_door_refuses_them_and_keeps_nothing(cast: Cast, removed: Photo, claim: Claim, tmp_path: Path):
    content = photo_at(size=(1602, 1200))
    again = take(cast.ani, claim.project, content, progress=100)
    Photo.objects.filter(pk=again.photo_id).update(
        removed_at=RECEIVED, removed_by=cast.galih, removed_reason="Diminta."
    )
    with pytest.raises(Problem) as caught:
        take(cast.ani, ProjectFactory(village=cast.sragi), content)
    assert caught.value.code == "removing.known"
    assert list((tmp_path / "incoming").glob("*.part")) == []


def test_sending_a_known_claim_again_is_still_harmless(cast: Cast, removed: Photo, claim: Claim):
    """The phone that never got its answer: the same uuid and bytes are the same claim, removed or not."""
    content = photo_at(size=(1604, 1200))
    first = take(cast.ani, claim.project, content, progress=0)
    Photo.objects.filter(pk=first.photo_id).update(removed_at=RECEIVED, removed_reason="Diminta.")
    assert take(cast.ani, claim.project, content, progress=0, uuid=first.uuid) == first


def test_other_bytes_are_not_refused(claim: Claim):
    removing.refuse_if_removed(claim.photo.sha256)
    removing.refuse_if_removed("0" * 64)


def test_a_removed_original_is_said_to_be_gone(cast: Cast, claim: Claim, removed: Photo):
    assert log_in(cast.eko).get(f"/photos/{claim.pk}/original/").status_code == 404
    assert log_in(cast.eko).get(f"/photos/{claim.pk}/display.jpg").status_code == 404


def test_the_film_strip_says_that_the_picture_is_gone(cast: Cast, claim: Claim, removed: Photo):
    [frame] = [frame for frame in timeline.of(claim.project, cast.eko).frames if not frame.missing]
    assert (frame.removed, frame.thumb, frame.original) == (True, "", "")
    assert frame.ledger == f"/photos/{claim.pk}/"
    shown = log_in(cast.eko).get(claim.project.get_absolute_url()).content.decode()
    assert "Gambar sudah dihapus; hasil pemeriksaannya tetap." in shown
    assert log_in(cast.eko).get(f"/api/v1/photos/{claim.pk}/").json()["original"] is None


# Who may delete from the storage, and what: everything else must not.
DELETERS = {
    "photos/removing.py": "originals and all pictures made from them",
    "photos/storing.py": "its own second copy of bytes that were stored meanwhile",
    "photos/derivatives.py": "a derived picture that is made anew",
    "duplicates/remarks.py": "its own second copy of a case's file that was stored meanwhile",
}


def test_nothing_else_deletes_from_the_storage():
    slices = ("accounts", "budgets", "duplicates", "geomonitor", "maps", "monitoring", "photos", "places", "projects",
              "reports")  # fmt: skip
    found = {
        str(path.relative_to(ROOT))
        for part in slices
        for path in (ROOT / part).rglob("*.py")
        if re.search(
            r"storage\w*(\[\"default\"\])?\.delete\(|delete_object|\.original\.delete", path.read_text()
        )
    }
    assert found <= set(DELETERS)
    assert "photos/removing.py" in found


def test_no_photo_row_is_deleted_by_the_app():
    """A row that is gone would leave an original without its hash."""
    for path in (ROOT / "photos").rglob("*.py"):
        assert not re.search(r"\b(photo|Photo\.objects[\w.()=]*)\.delete\(", path.read_text()), path
