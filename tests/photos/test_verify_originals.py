"""verify_originals finds what happened to stored files, says whose they are, and writes it down."""

import errno
import io
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django_tasks_db.models import DBTaskResult

from accounts.models import AuditEvent
from photos import removing, storing, verifying
from photos.derivatives import make_derivatives
from photos.models import Claim, Photo
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import RECEIVED, photo_at, take


@pytest.fixture
def claims(cast: Cast) -> list[Claim]:
    """Three photos of one project, at 0, 50 and 100 %."""
    project = ProjectFactory(village=cast.sragi)
    claims = [
        take(cast.ani, project, photo_at(size=(64 + n, 48)), progress=progress)
        for n, progress in enumerate((0, 50, 100))
    ]
    for claim in claims:
        make_derivatives.call(claim.photo_id)
        claim.photo.refresh_from_db()
    return claims


def path_of(claim: Claim) -> Path:
    return Path(settings.MEDIA_ROOT, claim.photo.original)


def damage(claim: Claim, content: bytes) -> None:
    path_of(claim).chmod(0o644)
    path_of(claim).write_bytes(content)


def run(*options: str) -> tuple[int, str]:
    """(exit code, what it said)."""
    out = io.StringIO()
    try:
        call_command("verify_originals", *options, stdout=out, stderr=out)
    except SystemExit as stopped:
        return int(stopped.code or 0), out.getvalue()
    return 0, out.getvalue()


def test_all_is_well(claims):
    code, said = run()
    assert code == 0
    assert "checked 3" in said
    assert "wrong 0" in said
    event = AuditEvent.objects.get(action="originals.verified")
    assert (event.data["photos"], event.data["whole"], event.data["wrong"]) == (3, True, 0)


def test_a_flipped_bit_is_found_with_its_photo_claim_and_project(claims):
    content = bytearray(path_of(claims[1]).read_bytes())
    content[100] ^= 1
    damage(claims[1], bytes(content))
    code, said = run()
    assert code == 1
    assert claims[1].photo.original in said
    assert "Isi berkas berubah" in said
    assert f"claim {claims[1].pk}: {claims[1].project.code}, 50 %" in said
    event = AuditEvent.objects.get(action="original.damaged")
    assert (event.subject_id, event.data["code"]) == (str(claims[1].photo_id), "original.changed")
    assert event.place_code == claims[1].project.village_id


def test_a_missing_file_is_found(claims):
    path_of(claims[0]).unlink()
    code, said = run()
    assert code == 1
    assert "Berkas tidak ada di penyimpanan." in said


def test_a_file_of_another_size_is_found(claims):
    damage(claims[2], path_of(claims[2]).read_bytes()[:-7])
    code, said = run("--lang", "id")
    assert code == 1
    assert f"{claims[2].photo.size - 7} byte, seharusnya {claims[2].photo.size} byte" in said


def test_a_file_that_cannot_be_read_is_found(claims, monkeypatch):
    def refuse(storage, name):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(verifying, "hash_of", refuse)
    code, said = run()
    assert code == 1
    assert said.count("Permission denied") == 3


def test_a_row_that_points_elsewhere_is_found(claims):
    Photo.objects.filter(pk=claims[0].photo_id).update(original=claims[1].photo.original)
    code, said = run()
    assert code == 1
    assert "Baris foto menunjuk berkas" in said


def orphan(age_s: float) -> Path:
    path = Path(settings.MEDIA_ROOT, "originals", "aa", "bb", f"{'a' * 64}.jpg")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    os.utime(path, (time.time() - age_s,) * 2)
    return path


def test_a_file_without_a_row_is_listed_and_left(claims):
    path = orphan(age_s=2 * 60 * 60)
    code, said = run()
    assert code == 1
    assert "Berkas tanpa baris foto." in said
    assert path.exists()
    assert AuditEvent.objects.get(action="originals.verified").data["orphans"] == [
        f"originals/aa/bb/{'a' * 64}.jpg"
    ]


def test_a_file_on_its_way_in_is_no_orphan(claims):
    orphan(age_s=60)
    assert run()[0] == 0


def test_a_missing_derived_picture_is_made_again(claims):
    Path(settings.MEDIA_ROOT, claims[0].photo.thumb).unlink()
    code, said = run()
    assert code == 0
    assert "dibuat ulang" in said
    assert "derived pictures queued anew 1" in said


def test_a_removed_original_is_passed_over(cast: Cast, claims, django_capture_on_commit_callbacks):
    photo = claims[0].photo
    with django_capture_on_commit_callbacks(execute=True):
        removing.remove(actor=cast.galih, photo=photo, reason="Diminta.", confirmed=photo.sha256[:8])
    code, said = run()
    assert code == 0
    assert "removed before 1" in said


def test_bytes_that_should_have_been_removed_are_found(cast: Cast, claims):
    photo = claims[0].photo
    removing.remove(
        actor=cast.galih, photo=photo, reason="Diminta.", confirmed=photo.sha256[:8]
    )  # no commit: a crash
    code, said = run()
    assert code == 1
    assert "masih ada di penyimpanan" in said


def test_a_sample_looks_at_so_many(claims):
    path_of(claims[0]).unlink()
    _code, said = run("--sample", "2")
    assert "checked 2" in said
    assert run("--sample", "99")[0] == 1


def test_since_leaves_out_what_came_before(claims):
    path_of(claims[0]).unlink()
    assert run("--since", f"{RECEIVED:%Y-%m-%d}")[0] == 1
    code, said = run("--since", "2026-11-25")
    assert (code, "checked 0" in said) == (0, True)


def test_more_files_than_jobs_are_all_read(claims):
    code, said = run("--jobs", "1")
    assert (code, "checked 3" in said) == (0, True)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--since", "kemarin"], "not a date"),
        (["--sample", "0"], "1 or more"),
        (["--jobs", "0"], "1 or more"),
    ],
)
def test_wrong_usage_is_said(db, options, says):
    with pytest.raises(CommandError, match=says) as caught:
        call_command("verify_originals", *options)
    assert caught.value.returncode == 2


def test_it_speaks_english_when_asked(claims):
    path_of(claims[0]).unlink()
    assert run("--lang", "en")[0] == 1


# A storage that does not answer -----------------------------------------------------------------------------


@pytest.fixture
def many(cast: Cast) -> list[Claim]:
    """Eight photos of one project."""
    project = ProjectFactory(village=cast.sragi)
    return [take(cast.ani, project, photo_at(size=(64 + n, 48)), progress=n) for n in range(8)]


def away_after(monkeypatch, answers: int, error: Exception, back_after: int = 99) -> list[str]:
    """The storage answers so often, then gives this error until it is back. Returns the names asked for."""
    asked: list[str] = []

    def hash_of(storage, name):
        asked.append(name)
        if answers < len(asked) <= back_after:
            raise error
        return storing.hash_of(storage, name)

    monkeypatch.setattr(verifying, "hash_of", hash_of)
    return asked


@pytest.mark.parametrize(
    "error",
    [OSError("bucket: Could not connect"), TimeoutError(110, "timed out"), RuntimeError("of a store's own")],
)
def test_a_storage_that_goes_away_ends_the_run_and_damages_nothing(many, monkeypatch, error):
    asked = away_after(monkeypatch, 2, error)
    code, said = run("--jobs", "1")
    assert code == 3
    assert "tidak menjawab untuk 5 foto berturut-turut" in said
    assert str(error) in said
    assert "checked 2 " in said
    assert "wrong 0, not reached 5" in said
    assert len(asked) <= 8
    assert not AuditEvent.objects.filter(action="original.damaged").exists()
    data = AuditEvent.objects.get(action="originals.verified").data
    assert (data["photos"], data["whole"], data["unreached"]) == (2, False, 5)
    assert data["stopped"]["code"] == "originals.stopped"


def test_what_was_found_before_it_went_away_stays(many, monkeypatch):
    damage(many[0], b"x")
    away_after(monkeypatch, 2, OSError("weg"))
    assert run("--jobs", "1")[0] == 3
    damaged = AuditEvent.objects.filter(action="original.damaged")
    assert {event.subject_id for event in damaged} == {str(many[0].photo_id)}


def test_a_disk_that_fails_for_every_file_is_away_too(many, monkeypatch):
    away_after(monkeypatch, 2, OSError(errno.EIO, "Input/output error"))
    code, said = run("--jobs", "1")
    assert code == 3
    assert "Input/output error" in said
    assert not AuditEvent.objects.filter(action="original.damaged").exists()


def test_a_short_outage_is_said_and_the_run_goes_on(many, monkeypatch):
    away_after(monkeypatch, 2, OSError("weg"), back_after=4)
    code, said = run("--jobs", "1")
    assert code == 3
    assert "checked 6 " in said
    assert said.count("Penyimpanan tidak menjawab, jadi berkas ini belum diperiksa") == 2
    data = AuditEvent.objects.get(action="originals.verified").data
    assert (data["whole"], data["stopped"]) == (False, None)


def test_damage_goes_before_a_short_outage(many, monkeypatch):
    damage(many[7], b"x")
    away_after(monkeypatch, 2, OSError("weg"), back_after=4)
    assert run("--jobs", "1")[0] == 1


def test_a_disk_that_is_not_mounted_is_no_loss(claims):
    Path(settings.MEDIA_ROOT, "originals").rename(Path(settings.MEDIA_ROOT, "elsewhere"))
    queued = DBTaskResult.objects.count()
    code, said = run()
    assert code == 3
    assert said.count("folder originals tidak ada") == 3
    assert not AuditEvent.objects.filter(action="original.damaged").exists()
    assert DBTaskResult.objects.count() == queued  # nor are pictures made anew from nothing


def test_orphans_that_cannot_be_listed_do_not_lose_what_was_verified(claims, monkeypatch):
    def silent(storage, folder):
        raise OSError("Could not connect")
        yield

    monkeypatch.setattr(verifying, "names_below", silent)
    code, said = run()
    assert code == 3
    assert "Berkas tanpa baris foto tidak bisa dicari" in said
    assert "checked 3 " in said
    assert AuditEvent.objects.get(action="originals.verified").data["whole"] is False


def test_an_outage_at_the_derived_picture_hides_no_damage(claims, monkeypatch):
    damage(claims[0], b"x")

    def exists(storage, name):
        raise OSError("weg")

    monkeypatch.setattr(FileSystemStorage, "exists", exists)
    assert run("--sample", "3")[0] == 1
    codes = {event.data["code"] for event in AuditEvent.objects.filter(action="original.damaged")}
    assert codes == {"original.other_size", "original.changed"}
