"""After a look: pictures, facts and fingerprint are kept, the photo counts as looked at, its claims are judged again."""

from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from photos import looking
from photos.conclusions import told
from photos.decoding import Look
from photos.derivatives import make_derivatives
from photos.models import Claim, Photo
from photos.rechecking import rejudge
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.camera import Shot, exif, gps, heic, jpeg
from tests.photos.sent import HERE, bare_photo, photo_at, take
from tests.photos.signed import signed

PIXEL_CHECKS = {"thumbnail_matches", "screen_or_print", "content_credentials"}


def statuses(claim: Claim) -> dict[str, str]:
    return {check.code: check.message["code"] for check in claim.checks.filter(code__in=PIXEL_CHECKS)}


@pytest.fixture
def claim(cast: Cast) -> Claim:
    return take(cast.ani, ProjectFactory(village=cast.sragi), photo_at(size=(1600, 1200)))


def test_until_the_look_the_pixel_checks_wait_and_it_is_said_once(claim: Claim):
    Photo.objects.update(looked_at=None)  # in tests the worker has looked as soon as the claim was there
    claim = Claim.objects.get(pk=claim.pk)
    assert looking.pixels_of(claim.photo) is None
    rejudge(claim.pk, cause="command")
    assert set(statuses(claim).values()) == {f"{code}.pending" for code in PIXEL_CHECKS}
    assert [message.code for _status, message in told(claim)].count("conclusion.looking") == 1


def test_after_the_look_they_have_answered(claim: Claim):
    assert make_derivatives.call(claim.photo_id) is True
    claim.refresh_from_db()
    assert claim.photo.looked_at is not None
    assert statuses(claim) == {
        "thumbnail_matches": "thumbnail_matches.none",
        "screen_or_print": "screen_or_print.plain",
        "content_credentials": "content_credentials.none",
    }
    assert "conclusion.looking" not in [message.code for _status, message in told(claim)]
    assert claim.verdict == "verified"


def test_looking_again_changes_nothing(claim: Claim):
    make_derivatives.call(claim.photo_id)
    before = list(claim.photo.facts.order_by("name").values_list("source", "name", "value"))
    assert make_derivatives.call(claim.photo_id) is True
    assert list(claim.photo.facts.order_by("name").values_list("source", "name", "value")) == before


def test_a_broken_seal_makes_the_claim_suspect(cast: Cast):
    content = bytearray(signed(photo_at(size=(640, 480))))
    content[-3000] ^= 1
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), bytes(content))
    make_derivatives.call(claim.photo_id)
    claim.refresh_from_db()
    assert claim.photo.facts.get(name="c2pa").value == "broken"
    assert claim.verdict == "suspect"


def test_drawn_coordinates_become_the_reason(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), bare_photo())
    asked = {}

    def look(_file, _format, *, read_text):
        asked["read_text"] = read_text
        measured = {"printed": "Lat -8.25 Long 114.20", "printed_position": [114.2, -8.25], "c2pa": "none"}
        return Look(display=b"d", thumb=b"t", measured=measured)

    monkeypatch.setattr(looking._decoder, "look", look)
    make_derivatives.call(claim.photo_id)
    claim.refresh_from_db()
    assert asked == {"read_text": True}
    assert (claim.verdict, claim.position, claim.position_reason) == ("unlocated", None, "printed")
    assert claim.photo.facts.get(name="printed_position").value == [114.2, -8.25]


def test_located_files_are_not_read(claim: Claim):
    assert looking._lacks_position(claim.photo) is False


def test_why_there_is_no_picture_is_a_fact_and_the_claim_stays(cast: Cast):
    claim = take(cast.ani, ProjectFactory(village=cast.sragi), heic(exif(Shot(gps=gps(*HERE)))))
    assert make_derivatives.call(claim.photo_id) is False
    claim.refresh_from_db()
    assert claim.photo.facts.get(name="derivative_error").value["reason"] == "broken"
    assert claim.photo.looked_at is not None
    assert statuses(claim)["screen_or_print"] == "screen_or_print.unmeasured"
    assert claim.verdict == "verified"


def test_an_original_that_cannot_be_fetched_leaves_what_was_measured(claim: Claim):
    path = Path(settings.MEDIA_ROOT, claim.photo.original)
    path.unlink()
    assert make_derivatives.call(claim.photo_id) is False
    assert claim.photo.facts.get(name="screen_score").value == 0
    assert claim.photo.facts.get(name="derivative_error").value["reason"] == "missing"


def test_a_second_claim_of_a_known_file_is_judged_with_its_pixels(cast: Cast, claim: Claim):
    make_derivatives.call(claim.photo_id)
    content = Path(settings.MEDIA_ROOT, claim.photo.original).read_bytes()
    second = take(cast.ani, claim.project, content, progress=100)
    assert statuses(second)["screen_or_print"] == "screen_or_print.plain"


@pytest.mark.django_db
def test_a_photo_that_is_gone_is_no_accident():
    assert make_derivatives.call(0) is False


def test_a_picture_of_an_odd_shape_is_looked_at(cast: Cast):
    claim = take(
        cast.ani, ProjectFactory(village=cast.sragi), jpeg(exif(Shot(gps=gps(*HERE))), size=(3000, 20))
    )
    assert make_derivatives.call(claim.photo_id) is True


@pytest.mark.parametrize(
    ("failure", "says"),
    [
        ("too_many_pixels", "terlalu besar"),
        ("memory", "tidak bisa dibuka"),
        ("missing", "tidak bisa diambil"),
    ],
)
def test_where_the_picture_would_be_it_says_why_not(cast: Cast, claim: Claim, failure: str, says: str):
    Photo.objects.update(display="", thumb="")
    claim = Claim.objects.get(pk=claim.pk)
    looking.keep_facts(claim.photo, Look(failure=failure, detail="x"))
    client = Client()
    client.force_login(cast.eko, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert says in client.get(f"/photos/review/?claim={claim.pk}").content.decode()
