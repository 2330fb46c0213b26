"""The verification queue in a real browser: letters decide, digits give the reason, the next photo is there at once."""

import io
import sys
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from PIL import Image
from playwright.sync_api import Page, expect

from photos.models import Claim, Photo, Review
from photos.reviewing import review
from tests.browser.conftest import OpenPage
from tests.cast import Cast
from tests.factories import ClaimFactory, PhotoFactory, ProjectFactory


@pytest.fixture
def open_page(open_page: OpenPage) -> Iterator[OpenPage]:
    """The page has what it fetched ahead before the database is emptied."""
    pages: list[Page] = []

    def open_(*args: Any, **options: Any) -> Page:
        pages.append(open_page(*args, **options))
        return pages[-1]

    yield open_
    for page in pages:
        page.wait_for_load_state("networkidle")


@pytest.fixture
def claims(cast: Cast) -> list[Claim]:
    """A photo outside its site, then a verified one, both of Bu Ani."""
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")
    far = ClaimFactory(
        project=project, uploaded_by=cast.ani, verdict="outside", stands=False, distance_m=995.3, doubt=35
    )
    far.position.y -= 0.009
    far.save()
    return [far, ClaimFactory(project=project, uploaded_by=cast.ani, progress=0)]


def shown_is(page: Page, claim: Claim) -> None:
    expect(page.locator(f"[data-item][data-claim='{claim.pk}']")).to_be_visible()


def decided() -> list[tuple[int, str, str]]:
    return list(Review.objects.order_by("pk").values_list("claim_id", "decision", "reason"))


def picture(colour: tuple[int, int, int]) -> str:
    """A stored picture of 1000 px."""
    bytes_ = io.BytesIO()
    Image.new("RGB", (1000, 750), colour).save(bytes_, "JPEG")
    return default_storage.save("pictures/p.jpg", ContentFile(bytes_.getvalue()))


def test_letters_skip_and_accept_and_a_digit_completes_a_rejection(cast: Cast, claims, open_page: OpenPage):
    far, fine = claims
    page = open_page("/photos/review/", user=cast.dewi)
    expect(page.get_by_text("2 foto menunggu.")).to_be_visible()
    shown_is(page, far)
    page.keyboard.press("n")
    shown_is(page, fine)
    page.keyboard.press("a")
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    expect(page.get_by_text("1 foto menunggu.")).to_be_visible()
    shown_is(page, far)
    page.keyboard.press("r")
    expect(page.get_by_text("Tulis alasannya dulu")).to_be_visible()
    assert Review.objects.count() == 1
    page.keyboard.press("1")
    expect(page.get_by_text("Semua foto sudah diverifikasi")).to_be_visible()
    assert decided() == [(fine.pk, "accepted", ""), (far.pk, "rejected", "Bukan pekerjaan ini")]


def test_a_reason_first_and_the_letter_after_it_asks_again(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    page.keyboard.press("4")
    expect(page.get_by_label("Alasan")).to_have_value("Terlalu gelap atau buram")
    page.keyboard.press("U")
    shown_is(page, claims[1])
    expect(page.get_by_text("Foto diminta ulang; pengirim diberi tahu.")).to_be_visible()
    assert decided() == [(claims[0].pk, "asked", "Terlalu gelap atau buram")]


def test_back_shows_the_decision_and_lets_it_be_changed(cast: Cast, claims, open_page: OpenPage):
    far, fine = claims
    page = open_page(f"/photos/review/?claim={fine.pk}", user=cast.dewi)
    page.keyboard.press("a")
    shown_is(page, far)
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    page.keyboard.press("p")
    shown_is(page, fine)
    expect(page.locator(".note-success")).to_contain_text("Diterima · Bu Dewi (kecamatan)")
    page.keyboard.press("r")
    page.keyboard.press("2")
    shown_is(page, far)
    expect(page.get_by_text("Foto ditolak; pengirim diberi tahu.")).to_be_visible()
    assert [decision for _claim, decision, _reason in decided()] == ["accepted", "rejected"]


def test_letters_are_letters_while_somebody_writes(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    page.keyboard.press("t")
    page.keyboard.type("rana 12")
    expect(page.get_by_label("Alasan")).to_have_value("rana 12")
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    shown_is(page, claims[1])
    assert Review.objects.count() == 0


def test_a_key_held_down_decides_once(cast: Cast, claims, open_page: OpenPage):
    page = open_page(f"/photos/review/?claim={claims[1].pk}", user=cast.dewi)
    page.keyboard.down("a")
    page.keyboard.down("a")  # a second "down" without "up" is what a held key sends
    page.keyboard.down("a")
    page.keyboard.up("a")
    shown_is(page, claims[0])
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    assert Review.objects.count() == 1


def test_the_focus_goes_along_and_no_page_is_loaded(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    page.evaluate("window.sameDocument = true")
    page.keyboard.press("n")
    shown_is(page, claims[1])
    assert page.evaluate("document.activeElement.dataset.claim") == str(claims[1].pk)
    assert page.evaluate("window.sameDocument") is True
    assert page.url.endswith(f"?claim={claims[1].pk}")


def test_the_small_map_shows_both_places_and_the_distance(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/?verdict=outside", user=cast.dewi)
    page.locator("[data-review-map]").scroll_into_view_if_needed()
    expect(page.locator("[data-review-map] .distance-label")).to_have_text("995 m")
    assert page.locator("[data-review-map] path").count() >= 3


def test_the_second_reviewer_reads_what_the_first_decided(cast: Cast, claims, open_page: OpenPage):
    page = open_page(f"/photos/review/?claim={claims[1].pk}", user=cast.eko)
    review(actor=cast.dewi, claim=claims[1], decision="rejected", reason="Buram")
    page.get_by_role("button", name="Terima").click()
    expect(page.get_by_text("Bu Dewi sudah menolak foto ini pada")).to_be_visible()
    assert decided() == [(claims[1].pk, "rejected", "Buram")]


def test_a_decision_that_does_not_arrive_brings_its_photo_back(cast: Cast, claims, open_page: OpenPage):
    page = open_page(f"/photos/review/?claim={claims[1].pk}", user=cast.dewi)
    page.route("**/photos/*/review/", lambda route: route.abort())
    page.keyboard.press("a")
    expect(page.get_by_text("Tidak tersambung ke server.")).to_be_visible()
    shown_is(page, claims[1])
    assert Review.objects.count() == 0
    page.unroute("**/photos/*/review/")
    page.locator("[data-shown]:not([aria-busy])").wait_for()
    page.keyboard.press("a")
    shown_is(page, claims[0])
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    assert Review.objects.count() == 1


def test_pictures_are_zoomed_and_compared(cast: Cast, claims, open_page: OpenPage):
    for claim, colour in zip(claims, [(200, 120, 60), (60, 120, 200)], strict=True):
        name = picture(colour)
        Photo.objects.filter(pk=claim.photo_id).update(display=name, thumb=name, original=name)
    page = open_page("/photos/review/", user=cast.dewi)
    page.keyboard.press("z")
    expect(page.locator("[data-zoom]")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("[data-zoom]")).to_be_hidden()
    page.keyboard.press("c")
    expect(page.locator("[data-compare]")).to_be_visible()
    expect(page.locator("[data-compare-tag]")).to_have_text("Sebelum 0 %")
    page.keyboard.press("c")
    expect(page.locator("[data-picture]")).to_be_visible()


def test_all_of_a_filter_are_decided_after_a_confirm_step(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    page.get_by_text("Semua 2 sekaligus").click()
    page.get_by_role("link", name="Minta ulang semua").click()
    expect(page.get_by_role("heading", name="Minta ulang 2 foto sesuai saringan?")).to_be_visible()
    page.get_by_role("button", name="Progres belum sesuai").click()
    page.get_by_role("button", name="Minta ulang 2 foto").click()
    expect(page.get_by_text("2 foto diminta ulang; pengirimnya diberi tahu.")).to_be_visible()
    assert {made.batch is not None for made in Review.objects.all()} == {True}


def test_it_works_without_scripts(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi, java_script_enabled=False)
    page.get_by_role("link", name="Lewati").click()
    shown_is(page, claims[1])
    page.get_by_role("button", name="Terima").click()
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_text("Tulis alasannya: pelaksana harus tahu")).to_be_visible()
    assert decided() == [(claims[1].pk, "accepted", "")]


def test_two_hundred_decisions_by_keyboard(cast: Cast, open_page: OpenPage):
    """Every fifth is rejected with a preset reason; the next photo, with its picture, is there before the hand is."""
    name = picture((90, 140, 90))
    projects = [ProjectFactory(village=cast.sragi) for _ in range(20)]
    for number in range(201):
        photo = PhotoFactory(display=name, thumb=name, original=name)
        ClaimFactory(photo=photo, project=projects[number % 20], progress=number // 20, uploaded_by=cast.ani)
    page = open_page("/photos/review/", user=cast.dewi)
    item = page.locator("[data-item]")
    took = []
    for number in range(200):
        before = item.get_attribute("data-claim")
        page.locator("[data-shown]:not([aria-busy])").wait_for()
        began = time.perf_counter()
        for key in ("r", "1") if number % 5 == 4 else ("a",):
            page.keyboard.press(key)
        page.locator(f"[data-item]:not([data-claim='{before}'])").wait_for()
        assert page.evaluate("document.querySelector('[data-picture]').complete")
        took.append(time.perf_counter() - began)
    expect(page.get_by_text("200 Anda putuskan.")).to_be_visible()
    assert Review.objects.filter(decision="accepted").count() == 160
    assert Review.objects.filter(decision="rejected").count() == 40
    sys.stdout.write(f"a decision: median {median(took) * 1000:.0f} ms, slowest {max(took) * 1000:.0f} ms\n")
    assert median(took) < 1.5  # a busy machine; docs/design/reviews.md has what a quiet one takes
