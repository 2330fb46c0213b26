"""Reuse in the register: stored fingerprints find each other, and each reader sees what that reader may."""

import io
import threading
from datetime import timedelta
from functools import cache
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import connection, connections, transaction
from django.utils import timezone
from PIL import Image, ImageOps

from geomonitor.demo import pictures
from photos import fingerprints, reuse
from photos.models import Claim, Fingerprint, Photo, Review, SamePicture
from places.message import message
from projects.models import Project
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@cache
def scene(kind: str = "house", progress: int = 50) -> Image.Image:
    return pictures.draw(20, kind, progress)


def displayed(image: Image.Image) -> Photo:
    """A photo with its display picture in the storage, looked at, not searched."""
    photo = PhotoFactory(looked_at=timezone.now())
    out = io.BytesIO()
    small = image.convert("RGB")
    small.thumbnail((1000, 1000))
    small.save(out, "JPEG", quality=82)
    photo.display = storages["default"].save(f"derived/{photo.sha256}.jpg", ContentFile(out.getvalue()))
    photo.save(update_fields=["display"])
    return photo


def looked_at(image: Image.Image) -> Photo:
    """The same, fingerprinted and searched as the worker does."""
    photo = displayed(image)
    with storages["default"].open(photo.display) as file, Image.open(file) as picture:
        reuse.store(photo, fingerprints.fingerprint_of(picture))
    reuse.search(photo)
    return photo


def crop() -> Image.Image:
    return scene().crop((200, 150, 1096, 822))


# The search -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "how"),
    [
        (lambda image: image.resize((800, 600)), "pixels"),
        (ImageOps.mirror, "near"),
        (lambda image: image.rotate(270, expand=True), "near"),
        (lambda image: image.crop((200, 150, 1096, 822)), "near"),
    ],
    ids=["saved again", "mirrored", "turned", "cropped to 70 %"],
)
def test_the_later_look_finds_the_earlier_picture(change, how: str) -> None:
    first = looked_at(scene())
    second = looked_at(change(scene()))
    (pair,) = SamePicture.objects.all()
    assert (pair.left, pair.right, pair.how) == (first, second, how)
    assert reuse.search(first) == [pair]


def test_pairs_are_stored_in_order_whichever_was_looked_at_last() -> None:
    early, late = displayed(scene()), looked_at(crop())
    reuse.store(early, fingerprints.fingerprint_of(scene()))
    (pair,) = reuse.search(early)
    assert (pair.left, pair.right) == (early, late)
    assert pair.details["part"] == pytest.approx([0.156, 0.156, 0.7, 0.7], abs=0.01)
    assert pair.details["part_of_right"] == pytest.approx([0, 0, 1, 1], abs=0.01)


def test_stages_from_one_viewpoint_and_other_places_are_not_pairs() -> None:
    for image in (scene(), scene(progress=0), scene(progress=100), scene("bridge"), scene("road")):
        looked_at(image)
    assert not SamePicture.objects.exists()


def test_plain_pictures_find_nothing() -> None:
    for _time in range(2):
        looked_at(Image.new("RGB", (1000, 750), "white"))
    assert not SamePicture.objects.exists()
    assert Fingerprint.objects.filter(phash=0, words=[]).count() == 2


def test_a_picture_that_is_gone_from_the_storage_is_passed_over(caplog) -> None:
    first = looked_at(scene())
    storages["default"].delete(first.display)
    looked_at(crop())
    assert not SamePicture.objects.exists()
    assert first.sha256 in caplog.text


def test_removed_files_are_not_compared() -> None:
    first = looked_at(scene())
    first.removed_at, first.removed_reason = timezone.now(), "Permintaan pemilik rumah"
    first.save()
    assert reuse.search(looked_at(crop())) == []


def test_a_photo_without_fingerprint_is_not_searched() -> None:
    assert reuse.search(PhotoFactory()) == []


def test_searching_and_storing_again_changes_nothing() -> None:
    looked_at(scene())
    second = looked_at(crop())
    before = list(SamePicture.objects.values())
    reuse.store(second, fingerprints.fingerprint_of(crop()))
    reuse.search(second)
    assert list(SamePicture.objects.values()) == before


def test_storing_takes_two_statements_and_replaces_what_was_there(django_assert_num_queries) -> None:
    photo = displayed(scene())
    for picture in (scene("bridge"), scene()):
        mark = fingerprints.fingerprint_of(picture)
        with django_assert_num_queries(2):
            row = reuse.store(photo, mark)
        stored = Fingerprint.objects.get(photo=photo)
        assert (row.pk, row.phash, list(row.words)) == (photo.pk, mark.phash, list(mark.words))
        assert (stored.phash, stored.words, bytes(stored.places), stored.detail, stored.version) == (
            mark.phash, list(mark.words), mark.places, mark.detail, mark.version,
        )  # fmt: skip


def test_the_row_just_stored_finds_as_much_as_the_stored_one() -> None:
    first, second = looked_at(scene()), displayed(crop())
    (pair,) = reuse.search(second, reuse.store(second, fingerprints.fingerprint_of(crop())))
    assert (pair.left, pair.right) == (first, second)


def test_backfill_finds_what_older_versions_left(monkeypatch) -> None:
    old, new = displayed(scene()), displayed(crop())
    PhotoFactory()  # without a display picture
    assert reuse.backfill(limit=1) == 1
    assert reuse.backfill() == 1
    assert reuse.backfill() == 0
    (pair,) = SamePicture.objects.all()
    assert (pair.left, pair.right) == (old, new)
    monkeypatch.setattr(fingerprints, "VERSION", fingerprints.VERSION + 1)
    assert reuse.backfill() == 2


@pytest.mark.django_db(transaction=True)
def test_two_workers_with_two_copies_at_once_find_the_pair() -> None:
    photos = [displayed(scene()), displayed(crop())]
    marks = [fingerprints.fingerprint_of(image) for image in (scene(), crop())]
    first_stored, found = threading.Event(), {}

    def second() -> None:
        try:
            first_stored.wait(10)
            reuse.store(photos[1], marks[1])  # waits for the first one's end: then its row can be seen
            found["second"] = reuse.search(photos[1])
        finally:
            connections.close_all()

    thread = threading.Thread(target=second)
    thread.start()
    with transaction.atomic():
        reuse.store(photos[0], marks[0])
        first_stored.set()
        thread.join(0.3)
        assert thread.is_alive()
        assert reuse.search(photos[0]) == []
    thread.join(30)
    assert [(pair.left, pair.right) for pair in found["second"]] == [tuple(photos)]


# In the database --------------------------------------------------------------------------------------------


def plan_of(query: str, values: dict[str, Any]) -> str:
    """The plan by bitmaps: on a table so small a walk along the primary key's index may seem as cheap."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")
        cursor.execute("SET LOCAL enable_indexonlyscan = off")
        cursor.execute(f"EXPLAIN {query}", values)
        return "\n".join(line for (line,) in cursor.fetchall())


def test_hashes_are_asked_through_the_four_band_indexes() -> None:
    bands = {f"band_{no}": [1, 2, 3] for no in range(4)}
    plan = plan_of(reuse.NEAR_HASHES, {**bands, "hashes": [5], "most": 7, "without": 0, "limit": 20})
    assert all(f"fingerprint_band_{no}" in plan for no in range(4))


def test_words_are_asked_through_their_index() -> None:
    plan = plan_of(reuse.SHARING_WORDS, {"asked": [1, 2, 3], "least": 2, "without": 0, "limit": 40})
    assert "fingerprint_words" in plan


def hashed(phash: int) -> Fingerprint:
    return Fingerprint.objects.create(
        photo=PhotoFactory(), version=1, phash=phash, words=[], places=b"", detail=50
    )


@pytest.mark.parametrize("apart", [0, 1, 3, 7])
def test_a_hash_is_found_up_to_seven_bits_away_wherever_they_lie(apart: int) -> None:
    own = 0x3A5C_96E1_0F78_B4D2
    spread = sum(1 << bit for bit in (3, 9, 17, 30, 35, 50, 60)[:apart])
    found = hashed(own ^ spread)
    hashed(own ^ 0x0FFF)  # 12 bits away, three of the four bands the same
    asked = fingerprints.Fingerprint(1, own, (), b"", 50)
    assert reuse.near_hashes(asked) == [(found.photo_id, apart)]


def test_common_words_come_from_the_statistics(monkeypatch) -> None:
    monkeypatch.setattr(reuse, "COMMON_PHOTOS", 20)
    for no in range(30):
        words = [7, 1000 + no]
        Fingerprint.objects.create(
            photo=PhotoFactory(), version=1, phash=0, words=words, places=b"", detail=50
        )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE photos_fingerprint")
    assert reuse.common_words() == {7}


# Claims -----------------------------------------------------------------------------------------------------


def claimed(photo: Photo, project: Project, *, minutes: int = 0, **more: Any) -> Claim:
    at = timezone.now() - timedelta(days=1) + timedelta(minutes=minutes)
    return ClaimFactory(photo=photo, project=project, received_at=at, **more)


@pytest.fixture
def used_twice(cast: Cast) -> tuple[Claim, Claim]:
    """Ani's picture for Sragi, and Catur's crop of it an hour later for Bubuk, not published."""
    here = ProjectFactory(village=cast.sragi)
    there = ProjectFactory(village=cast.bubuk, published=False)
    return claimed(looked_at(scene()), here), claimed(looked_at(crop()), there, minutes=60)


def test_each_claim_knows_which_of_the_two_came_first(used_twice: tuple[Claim, Claim]) -> None:
    first, second = used_twice
    (earlier,) = seen_from(second)
    (later,) = seen_from(first)
    assert (earlier.earlier, earlier.how, earlier.shot.same_project) == (True, "near", False)
    assert (later.earlier, later.shot.claim_id) == (False, second.pk)


def seen_from(claim: Claim, **more: Any):
    return reuse.near_same(claim.photo, claim.project, claim.site, without=claim.pk, **more)


def test_it_is_not_known_before_the_pixels_were_looked_at() -> None:
    claim = ClaimFactory()
    assert seen_from(claim) is None
    assert reuse.near_same(None, claim.project, claim.site, without=None) is None


def test_a_reason_on_either_side_declares_the_sharing(used_twice: tuple[Claim, Claim]) -> None:
    _first, second = used_twice
    assert [use.shared for use in seen_from(second, shared=True)] == [True]
    second.shared_reason = "Satu papan nama untuk dua pekerjaan"
    second.save()
    assert [use.shared for claim in used_twice for use in seen_from(claim)] == [True, True]


def test_withdrawn_claims_are_forgotten_and_rejected_ones_marked(used_twice: tuple[Claim, Claim]) -> None:
    first, second = used_twice
    Review.objects.create(claim=first, decision="rejected", reason="Bukan pekerjaan ini")
    assert [use.rejected for use in seen_from(second)] == [True]
    Review.objects.create(claim=first, decision="accepted")
    assert [use.rejected for use in seen_from(second)] == [False]
    first.withdrawn_at = timezone.now()
    first.save()
    assert seen_from(second) == ()


def test_a_reader_sees_only_what_that_reader_may(cast: Cast, used_twice: tuple[Claim, Claim]) -> None:
    first, second = used_twice
    assert list(reuse.elsewhere(first, cast.eko)) == [second]
    assert list(reuse.elsewhere(first, cast.catur)) == [second]
    assert list(reuse.elsewhere(first, cast.ani)) == []
    assert reuse.linked(first, cast.ani) == []


def test_a_link_says_how_the_pictures_hang_together(cast: Cast, used_twice: tuple[Claim, Claim]) -> None:
    first, second = used_twice
    (link,) = reuse.linked(second, cast.eko)
    assert (link.claim, link.how, link.earlier) == (first, "near", True)
    assert "setelah diubah" in link.sentence
    assert "dipotong, tinggal 49 %" in link.sentence


def test_links_name_the_same_bytes_and_pictures_saved_again(cast: Cast) -> None:
    photo, resaved = looked_at(scene()), looked_at(scene().resize((800, 600)))
    projects = [ProjectFactory(village=cast.sragi) for _no in range(3)]
    claim = claimed(photo, projects[0], minutes=2)
    claimed(photo, projects[1])
    claimed(resaved, projects[2], minutes=1)
    links = reuse.linked(claim, cast.eko)
    assert [link.how for link in links] == ["bytes", "pixels"]
    assert links[0].sentence == "Berkas yang sama, byte demi byte."
    assert "hanya disimpan ulang" in links[1].sentence


def test_a_link_without_a_known_change_is_a_whole_sentence() -> None:
    what = message("reuse.link_near", similarity_pct=93)
    link = reuse.Link(ClaimFactory(), "near", 0.93, earlier=True, what=what)
    assert link.sentence == "Gambar yang sama setelah diubah (kemiripan 93 %)."


@pytest.mark.parametrize(
    ("details", "said"),
    [
        ({"mirrored": True, "turn": 90}, "dicerminkan, diputar 90°."),
        ({}, "terang, ukuran, mutu atau tulisan di atasnya berbeda."),
    ],
)
def test_a_link_names_what_was_changed(cast: Cast, details: dict, said: str) -> None:
    left, right = PhotoFactory(), PhotoFactory()
    SamePicture.objects.create(left=left, right=right, how="near", similarity=0.9, details=details)
    claim = claimed(left, ProjectFactory(village=cast.sragi))
    claimed(right, ProjectFactory(village=cast.sragi))
    assert reuse.linked(claim, cast.eko)[0].sentence.endswith(said)
