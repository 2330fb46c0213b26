"""Who gets which picture, with which headers; and how the pictures to look at are made."""

import io
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.storage import FileSystemStorage
from django.test import Client
from PIL import Image

from photos.derivatives import make_derivatives
from photos.models import Claim
from photos.pixels import TooManyPixels, pictures_of
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.camera import Shot, exif, gps, heic, jpeg
from tests.photos.sent import HERE, photo_at, take


def log_in(user) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


@pytest.fixture
def claim(cast: Cast) -> Claim:
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), photo_at(size=(1600, 1200)))
    make_derivatives.call(claim.photo_id)
    claim.photo.refresh_from_db()
    return claim


def test_an_original_is_an_attachment_that_nothing_can_run(cast: Cast, claim: Claim):
    answer = log_in(cast.ani).get(f"/photos/{claim.pk}/original/")
    assert b"".join(answer) == Path(settings.MEDIA_ROOT, claim.photo.original).read_bytes()
    assert answer["Content-Type"] == "image/jpeg"
    assert answer["Content-Disposition"].startswith('attachment; filename="35.10.17.2001-2026-')
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("budi", 200), ("dewi", 200), ("eko", 200), ("fitri", 200), ("catur", 403), ("tamu", 403)],
)
def test_who_gets_an_original(cast: Cast, claim: Claim, who, status):
    assert log_in(getattr(cast, who)).get(f"/photos/{claim.pk}/original/").status_code == status


def test_the_public_gets_the_picture_but_not_the_original(cast: Cast, claim: Claim):
    assert Client().get(f"/photos/{claim.pk}/original/").status_code == 403
    answer = Client().get(f"/photos/{claim.pk}/display.jpg")
    assert answer.status_code == 200
    assert answer["Cache-Control"].startswith("public")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_a_photo_that_does_not_stand_is_not_there_for_the_public(cast: Cast, claim: Claim):
    Claim.objects.filter(pk=claim.pk).update(stands=False)
    for name in ("display.jpg", "thumb.jpg", "original/"):
        assert Client().get(f"/photos/{claim.pk}/{name}").status_code == 404
    answer = log_in(cast.ani).get(f"/photos/{claim.pk}/thumb.jpg")
    assert answer["Cache-Control"].startswith("private")


def test_an_unchanged_picture_is_not_sent_twice(cast: Cast, claim: Claim):
    client = log_in(cast.ani)
    etag = client.get(f"/photos/{claim.pk}/thumb.jpg")["ETag"]
    assert client.get(f"/photos/{claim.pk}/thumb.jpg", headers={"If-None-Match": etag}).status_code == 304


def test_pictures_have_their_size_and_no_metadata(claim: Claim):
    for name, longest in ((claim.photo.display, 1000), (claim.photo.thumb, 320)):
        with Image.open(Path(settings.MEDIA_ROOT, name)) as picture:
            assert max(picture.size) == longest
            assert picture.format == "JPEG"
            assert dict(picture.getexif()) == {}
            assert set(picture.info) <= {
                "jfif",
                "jfif_version",
                "jfif_unit",
                "jfif_density",
                "progressive",
                "progression",
            }


@pytest.mark.parametrize("orientation", range(1, 9))
def test_pictures_stand_upright(orientation):
    upright = Image.new("RGB", (400, 300), "white")
    upright.paste("red", (0, 0, 200, 150))  # red on top left
    turns = {2: 0, 3: 3, 4: 1, 5: 5, 6: 2, 7: 6, 8: 4}  # what undoes each orientation
    stored = upright if orientation == 1 else upright.transpose(Image.Transpose(turns[orientation]))
    file = io.BytesIO()
    tags = Image.Exif()
    tags[0x0112] = orientation
    stored.save(file, "JPEG", exif=tags, quality=95)
    display, _thumb = pictures_of(file.getvalue(), "JPEG")
    with Image.open(io.BytesIO(display)) as shown:
        assert shown.size == (400, 300)
        red, green, _blue = shown.getpixel((50, 50))
        assert red > 200
        assert green < 60
        assert shown.getpixel((350, 250))[1] > 200


def test_a_picture_with_holes_is_put_on_white():
    file = io.BytesIO()
    Image.new("RGBA", (40, 30), (0, 0, 0, 0)).save(file, "PNG")
    display, _thumb = pictures_of(file.getvalue(), "PNG")
    with Image.open(io.BytesIO(display)) as shown:
        assert shown.getpixel((5, 5)) == (255, 255, 255)


def test_heic_is_shown_as_jpeg():
    file = io.BytesIO()
    Image.new("RGB", (640, 480), "green").save(file, "HEIF", quality=50)
    display, _thumb = pictures_of(file.getvalue(), "HEIC")
    with Image.open(io.BytesIO(display)) as shown:
        assert (shown.format, shown.size) == ("JPEG", (640, 480))


def test_a_picture_that_cannot_be_decoded_keeps_its_claim_and_says_so(cast: Cast):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), heic(exif(Shot(gps=gps(*HERE)))))
    assert make_derivatives.call(claim.photo_id) is False
    assert claim.photo.facts.filter(source="server", name="derivative_error").count() == 1
    assert log_in(cast.ani).get(f"/photos/{claim.pk}/display.jpg").status_code == 404
    assert claim.verdict == "verified"


def test_a_huge_png_is_not_unfolded_in_the_worker():
    file = io.BytesIO()
    Image.new("1", (9000, 9000)).save(file, "PNG")
    with pytest.raises(TooManyPixels, match="9000 × 9000 pixels"):
        pictures_of(file.getvalue(), "PNG")


def test_the_worker_is_asked_when_the_claim_is_committed(cast: Cast, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        claim = take(cast.ani, ProjectFactory(village=cast.sragi), jpeg(exif(Shot(gps=gps(*HERE)))))
    claim.photo.refresh_from_db()
    assert claim.photo.thumb.endswith("-320.jpg")


def test_a_storage_that_does_not_answer_is_said_so(cast: Cast, claim: Claim, monkeypatch):
    def silent(*_args, **_more):
        raise OSError("no answer")

    monkeypatch.setattr(FileSystemStorage, "open", silent)
    for name in ("original/", "display.jpg", "thumb.jpg"):
        answer = log_in(cast.ani).get(f"/photos/{claim.pk}/{name}")
        assert answer.status_code == 503
        assert "Coba lagi beberapa menit lagi" in answer.content.decode()
