"""The project form says at once that something like it is there already."""

from playwright.sync_api import Page, expect

from budgets.models import FundSource
from tests.browser.conftest import OpenPage
from tests.browser.test_projects import click_middle
from tests.cast import Cast
from tests.factories import ProjectFactory

QUESTION = "Apakah ini pekerjaan yang sama?"


def existing(cast: Cast) -> None:
    """Two drains of other years and sources, 22 and 44 m north of the village's point."""
    for code, short in (("DDS", "DD"), ("PBK", "BKK")):
        FundSource.objects.update_or_create(code=code, defaults={"name": short, "short": short})
    for metres, year, source in ((22, 2024, "DDS"), (44, 2025, "PBK")):
        place = f"SRID=4326;POINT(114.20 {-8.25 + metres / 110_577:.7f})"
        known = {"title": "Drainase Gang Kenanga RT 2", "work_type": "drain", "point": place}
        ProjectFactory(village=cast.sragi, fiscal_year=year, sources=[source], **known)


def typed(page: Page) -> None:
    page.get_by_label("Nama pekerjaan").fill("Pemb. drainase gg Kenanga RT 02")
    page.get_by_label("Jenis pekerjaan").select_option("drain")


def test_it_asks_when_the_map_is_clicked(cast: Cast, open_page: OpenPage) -> None:
    existing(cast)
    page = open_page("/projects/new/", user=cast.ani)
    typed(page)
    expect(page.get_by_text(QUESTION)).to_have_count(0)
    page.locator("[data-picker].leaflet-container").scroll_into_view_if_needed()
    click_middle(page)  # a click alone: nothing is typed after it
    expect(page.get_by_text("(2024, DD; 2025, BKK)")).to_be_in_viewport()


def test_it_takes_the_question_back_when_the_kind_of_work_changes(cast: Cast, open_page: OpenPage) -> None:
    existing(cast)
    page = open_page("/projects/new/", user=cast.ani)
    typed(page)
    page.get_by_label("Lintang, bujur").fill("-8.25, 114.20")
    expect(page.get_by_text("Mirip: 2 pekerjaan dalam 44 m (2024, DD; 2025, BKK).")).to_be_visible()
    page.get_by_label("Nama pekerjaan").fill("PJU lapangan voli")
    page.get_by_label("Jenis pekerjaan").select_option("lighting")
    expect(page.get_by_text(QUESTION)).to_have_count(0)


def test_it_asks_on_a_phone_and_nothing_sticks_out(cast: Cast, open_page: OpenPage) -> None:
    existing(cast)
    page = open_page("/projects/new/", user=cast.ani, width=390, height=844)
    typed(page)
    page.locator("[data-picker].leaflet-container").scroll_into_view_if_needed()
    click_middle(page)
    expect(page.get_by_text("(2024, DD; 2025, BKK)")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
