"""The monitor's job in a real browser: filter, click a pin, walk the timeline; by mouse, finger and keyboard."""

from datetime import UTC, datetime

import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import Page, expect

from projects.models import Evidence, Status
from tests.cast import SRAGI_POINT, Cast, make_cast
from tests.factories import ClaimFactory, ProjectFactory

AT_SRAGI = "z=15&lat=-8.25&lon=114.2"
TITLE = "Rabat beton Dusun Krajan"


@pytest.fixture
def cast(transactional_db) -> Cast:
    return make_cast()


@pytest.fixture
def road(cast: Cast):
    """A road at 50 % with photos at 0 and 50 %; the one at 100 % is missing."""
    project = ProjectFactory(
        village=cast.sragi, title=TITLE, status=Status.IN_PROGRESS, progress=50, evidence=Evidence.VERIFIED,
        fiscal_year=2026,
    )  # fmt: skip
    ClaimFactory(project=project, progress=0, taken_at=datetime(2026, 3, 1, 3, tzinfo=UTC))
    ClaimFactory(project=project, progress=50, taken_at=datetime(2026, 5, 1, 3, tzinfo=UTC), distance_m=6.0)
    return project


def click_middle(page: Page) -> None:
    """Press the map where the address says its middle is."""
    box = page.locator("#map").bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)


def wait_for_pins(page: Page, count: int) -> None:
    """Until the list of what is on screen has so many pins (the list reads the same features as the canvas)."""
    button = page.locator("[data-tool=list]")
    button.click()
    expect(page.locator("#pin-list .pin-choice")).to_have_count(count)
    button.click()


def test_the_monitor_filters_clicks_the_pin_and_walks_the_timeline(open_page, cast, road):
    ProjectFactory(village=cast.sragi, title="Drainase lama", work_type="drain", fiscal_year=2025)
    page = open_page("/map/", user=cast.eko)
    cluster = page.get_by_role("button", name="2 kegiatan, 0 selesai")
    expect(cluster).to_be_visible()
    page.get_by_role("checkbox", name="2026").check()
    expect(page.locator("[data-figure=count]")).to_have_text("1")
    page.wait_for_url("**year=2026**")
    expect(cluster).to_have_count(0)

    page.goto(f"/map/?year=2026&{AT_SRAGI}")
    wait_for_pins(page, 1)
    click_middle(page)
    panel = page.locator("#panel")
    expect(panel.get_by_role("heading", name=TITLE)).to_be_visible()
    expect(panel.locator(".frame-button[aria-current=true]")).to_have_attribute("data-index", "1")
    expect(panel.locator(".sayings:visible")).to_contain_text("Sesuai lokasi")
    page.keyboard.press("ArrowRight")
    expect(panel.locator(".absent")).to_contain_text("Foto 100 % belum ada")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    expect(panel.locator(".frame-button[aria-current=true]")).to_have_attribute("data-index", "0")
    assert f"project={road.pk}" in page.url
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    page.wait_for_function("!location.search.includes('project')")
    assert "z=15&lat=-8.25000&lon=114.20000" in page.url


def test_the_address_alone_opens_filters_view_and_project(open_page, cast, road):
    page = open_page(f"/map/?year=2026&{AT_SRAGI}&project={road.pk}", user=cast.eko)
    expect(page.get_by_role("checkbox", name="2026")).to_be_checked()
    expect(page.locator("#panel h2")).to_have_text(TITLE)


def test_the_back_button_closes_the_panel(open_page, cast, road):
    page = open_page(f"/map/?{AT_SRAGI}", user=cast.eko)
    wait_for_pins(page, 1)
    click_middle(page)
    expect(page.locator("#panel h2")).to_have_text(TITLE)
    page.go_back()
    expect(page.locator("#panel")).to_be_hidden()


def test_several_projects_at_one_spot_can_all_be_opened(open_page, cast, road):
    ProjectFactory(village=cast.sragi, title="Lampu jalan", work_type="lighting")
    page = open_page(f"/map/?{AT_SRAGI}", user=cast.eko)
    wait_for_pins(page, 2)
    click_middle(page)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text("2 kegiatan di titik ini")
    popup.get_by_role("button", name="Lampu jalan").click()
    expect(page.locator("#panel h2")).to_have_text("Lampu jalan")


def test_a_cluster_opens_by_keyboard(open_page, cast, road):
    ProjectFactory(village=cast.sragi, title="Agak ke timur", point=Point(114.204, -8.25, srid=4326))
    page = open_page("/map/?z=11&lat=-8.25&lon=114.2", user=cast.eko)
    cluster = page.get_by_role("button", name="2 kegiatan")
    cluster.focus()
    page.keyboard.press("Enter")
    expect(cluster).to_have_count(0)
    page.get_by_label("Daftar kegiatan di layar").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#pin-list .pin-choice")).to_have_count(2)
    expect(page.locator("#pin-list .pin-choice:focus")).to_have_count(1)  # the one whose tile came first
    page.get_by_role("button", name="Agak ke timur, 0 %").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#panel h2")).to_have_text("Agak ke timur")


def test_an_empty_result_says_which_filter_did_it(open_page, cast, road):
    page = open_page("/map/?year=2026&status=completed", user=cast.eko)
    empty = page.locator("#map-empty")
    expect(empty).to_contain_text("Tanpa Status “Selesai”: 1 kegiatan")
    empty.get_by_role("link").click()
    expect(page.locator("[data-figure=count]")).to_have_text("1")
    expect(empty).not_to_contain_text("Tidak ada kegiatan")


def test_it_goes_to_a_coordinate_and_says_the_order(open_page, cast):
    page = open_page("/map/", user=cast.eko)
    page.get_by_role("button", name="Ke koordinat").click()
    field = page.get_by_label("Lintang, bujur")
    field.fill("114.3691, -8.2192")
    field.press("Enter")
    expect(page.locator("#go-to-error")).to_contain_text(
        "lintang dulu, lalu bujur. Maksud Anda -8.2192, 114.3691?"
    )
    field.fill("8°13'09\" LS 114°22'09\" BT")
    field.press("Enter")
    expect(page.locator("#go-to")).to_be_hidden()
    page.wait_for_function("/lat=-8\\.219\\d+&lon=114\\.369/.test(location.search)")


def test_the_slash_key_searches_the_map(open_page, cast, road):
    ProjectFactory(village=cast.bubuk, title="Sumur bor masjid", work_type="water")
    page = open_page("/map/", user=cast.eko)
    page.keyboard.press("/")
    page.keyboard.type("sumur bor")
    page.keyboard.press("Enter")
    expect(page.locator("[data-figure=count]")).to_have_text("1")
    page.wait_for_url("**/map/?q=sumur+bor**")


def test_on_a_phone_filters_and_panel_are_sheets(open_page, cast, road):
    page = open_page(
        f"/map/?{AT_SRAGI}", user=cast.eko, width=390, height=844, has_touch=True, is_mobile=True
    )
    expect(page.locator("#f-work_type-road")).to_be_hidden()
    page.get_by_role("button", name="Filter").click()
    page.locator("#f-work_type-road").check()
    page.get_by_role("button", name="Lihat peta").click()
    wait_for_pins(page, 1)
    box = page.locator("#map").bounding_box()
    assert box
    page.touchscreen.tap(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator("#panel h2")).to_have_text(TITLE)
    sheet, pin = page.locator("#panel").bounding_box(), page.locator(".chosen-pin").bounding_box()
    assert sheet
    assert pin
    assert sheet["y"] > 844 * 0.3
    assert pin["y"] + pin["height"] < sheet["y"]
    assert page.evaluate("document.documentElement.scrollWidth") == 390


def test_own_position_is_shown_or_the_way_out_said(open_page, cast):
    page = open_page(
        "/map/", user=cast.eko, permissions=["geolocation"],
        geolocation={"latitude": SRAGI_POINT[1], "longitude": SRAGI_POINT[0], "accuracy": 9},
    )  # fmt: skip
    page.get_by_label("Posisi saya").click()
    expect(page.get_by_title("Posisi Anda, akurasi ± 9 m")).to_be_visible()
    page.context.clear_permissions()
    page.reload()
    page.get_by_label("Posisi saya").click()
    expect(page.locator(".toast")).to_contain_text("izin lokasi ditolak")


def test_the_map_asks_nothing_of_other_hosts(open_page, cast, road, live_server):
    page = open_page("/", user=cast.eko)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/map/")
    expect(page.locator(".leaflet-ground-pane canvas")).to_have_count(1)
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
