"""The verification queue in a real browser: letters decide, a rejection asks for its reason first."""

import pytest
from playwright.sync_api import expect

from photos.models import Claim, Review
from tests.browser.conftest import OpenPage
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory


@pytest.fixture
def claims(cast: Cast) -> list[Claim]:
    """A verified photo, then one outside, both of Bu Ani."""
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")
    first = ClaimFactory(project=project, uploaded_by=cast.ani, progress=0)
    second = ClaimFactory(
        project=project, uploaded_by=cast.ani, verdict="outside", stands=False, distance_m=995.3
    )
    second.position.y -= 0.009
    second.save()
    return [first, second]


def test_letters_accept_skip_and_reject(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    expect(page.get_by_text("2 foto menunggu.")).to_be_visible()
    page.keyboard.press("n")
    expect(page.locator("[data-distance]")).to_have_text("995 m")
    page.keyboard.press("n")
    expect(page.locator(".review-side .badge").first).to_contain_text("Sesuai lokasi")
    page.keyboard.press("a")
    expect(page.get_by_text("Foto diterima.")).to_be_visible()
    expect(page.get_by_text("1 foto menunggu.")).to_be_visible()
    page.keyboard.press("r")
    expect(page.get_by_text("Tulis alasannya dulu")).to_be_visible()
    assert Review.objects.count() == 1
    page.get_by_role("button", name="Bukan pekerjaan ini").click()
    page.get_by_role("button", name="Tolak").click()
    expect(page.get_by_text("Semua foto sudah diverifikasi")).to_be_visible()
    assert [(review.claim, review.decision, review.reason) for review in Review.objects.order_by("pk")] == [
        (claims[0], "accepted", ""),
        (claims[1], "rejected", "Bukan pekerjaan ini"),
    ]


def test_letters_are_letters_while_somebody_writes(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/", user=cast.dewi)
    page.get_by_label("Alasan").type("rana")
    assert page.get_by_label("Alasan").input_value() == "rana"
    assert Review.objects.count() == 0


def test_the_small_map_shows_both_places_and_the_distance(cast: Cast, claims, open_page: OpenPage):
    page = open_page("/photos/review/?verdict=outside", user=cast.dewi)
    expect(page.locator("[data-review-map] .distance-label")).to_have_text("995 m")
    assert page.locator("[data-review-map] path").count() >= 3


def test_the_second_reviewer_reads_what_the_first_decided(cast: Cast, claims, open_page: OpenPage):
    page = open_page(f"/photos/review/?claim={claims[0].pk}", user=cast.eko)
    claims[0].reviews.create(reviewer=cast.dewi, decision="rejected", reason="Buram")
    page.get_by_role("button", name="Terima").click()
    expect(page.get_by_text("Bu Dewi sudah menolak foto ini pada")).to_be_visible()
    assert Review.objects.count() == 1
