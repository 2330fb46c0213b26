"""Register, project page and the form's map picker in a real browser."""

from playwright.sync_api import Page, expect

from projects.models import Project
from tests.browser.conftest import OpenPage
from tests.cast import Cast
from tests.factories import ProjectFactory


def click_middle(page: Page, *, right: int = 0, down: int = 0) -> None:
    """Click the picker's map, so many pixels from its middle."""
    box = page.locator("[data-picker]").bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] / 2 + right, box["y"] + box["height"] / 2 + down)


def test_an_officer_makes_a_project_by_clicking_the_map(cast: Cast, open_page: OpenPage) -> None:
    page = open_page("/projects/new/", user=cast.ani)
    page.get_by_label("Nama pekerjaan").fill("Rabat beton Gang Melati")
    page.get_by_label("Jenis pekerjaan").select_option("road")
    first = page.locator("[data-site]").first
    first.get_by_label("Lintang, bujur").fill("-8.25, 114.20")
    first.get_by_label("Lintang, bujur").blur()
    expect(page.locator(".site-pin")).to_have_count(1)
    expect(page.locator("[data-said]")).to_have_text("Titik 1: lintang -8.250000, bujur 114.200000")
    page.get_by_role("button", name="Tambah titik").click()
    expect(page.locator("[data-sites] [data-site]")).to_have_count(2)
    click_middle(page, right=60)
    expect(page.locator(".site-pin")).to_have_count(2)
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_role("heading", name="Rabat beton Gang Melati")).to_be_visible()
    first_site, second_site = Project.objects.get().sites.all()
    assert first_site.point.coords == (114.20, -8.25)
    assert second_site.point.x > 114.20
    assert abs(second_site.point.y + 8.25) < 0.0001


def test_a_pin_is_dragged_and_a_stretch_is_drawn(cast: Cast, open_page: OpenPage) -> None:
    project = ProjectFactory(village=cast.sragi, title="Drainase RT 2", work_type="drain")
    page = open_page(f"/projects/{project.pk}/edit/", user=cast.ani)
    pin = page.locator(".site-pin")
    box = pin.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 15, box["y"] + 15)
    page.mouse.down()
    page.mouse.move(box["x"] + 75, box["y"] + 15, steps=5)
    page.mouse.up()
    expect(page.get_by_label("Lintang, bujur")).not_to_have_value("-8.250000, 114.200000")
    page.get_by_text("Ruas, bobot, dan lainnya").click()
    page.get_by_role("button", name="Gambar ruas di peta").click()
    click_middle(page, right=-80, down=60)
    click_middle(page, right=80, down=60)
    page.get_by_role("button", name="Selesai menggambar").click()
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_text("Tersimpan.")).to_be_visible()
    site = project.sites.get()
    assert site.extent is not None
    assert site.extent.num_points == 2
    assert site.point.x > 114.2001


def test_neighbours_are_shown_on_the_picker(cast: Cast, open_page: OpenPage) -> None:
    project = ProjectFactory(village=cast.sragi, title="Drainase RT 2")
    ProjectFactory(village=cast.sragi, title="Rabat tetangga", point="SRID=4326;POINT(114.2004 -8.25)")
    page = open_page(f"/projects/{project.pk}/edit/", user=cast.ani)
    dot = page.locator("[data-picker] path.leaflet-interactive").first
    dot.hover()
    expect(page.locator(".leaflet-tooltip")).to_have_text("Rabat tetangga · 2026")


def test_the_form_works_without_scripts(cast: Cast, open_page: OpenPage) -> None:
    page = open_page("/projects/new/", user=cast.ani, java_script_enabled=False)
    page.get_by_label("Nama pekerjaan").fill("Sumur bor")
    page.get_by_label("Jenis pekerjaan").select_option("water")
    page.get_by_label("Lintang, bujur").fill("8°15'00\" LS 114°12'00\" BT")
    page.get_by_role("button", name="Simpan", exact=True).click()
    expect(page.get_by_role("heading", name="Sumur bor")).to_be_visible()
    assert Project.objects.get().point is not None


def test_the_register_filters_at_once_and_opens_a_project(cast: Cast, open_page: OpenPage) -> None:
    ProjectFactory(village=cast.sragi, title="Jembatan Kali Sat", work_type="bridge")
    ProjectFactory(village=cast.sragi, title="Sumur bor", work_type="water")
    page = open_page("/projects/", user=cast.eko)
    page.locator("#filters").get_by_text("Jembatan", exact=True).click()
    expect(page).to_have_url("/projects/?work_type=bridge")
    expect(page.get_by_text("Sumur bor")).to_have_count(0)
    page.get_by_role("link", name="Jembatan Kali Sat").click()
    expect(page.get_by_role("heading", name="Jembatan Kali Sat")).to_be_visible()
    expect(page.locator(".project-map .site-pin")).to_have_text("1")


def test_the_register_is_cards_on_a_phone_and_nothing_sticks_out(cast: Cast, open_page: OpenPage) -> None:
    title = "Pembangunan rabat beton jalan usaha tani " * 4
    project = ProjectFactory(village=cast.sragi, title=title[:160])
    Project.objects.filter(pk=project.pk).update(planned=999_999_999_999)
    for path in ("/projects/", f"/projects/{project.pk}/", f"/projects/{project.pk}/edit/", "/projects/new/"):
        page = open_page(path, user=cast.ani, width=390, height=844)
        assert page.evaluate("document.documentElement.scrollWidth") == 390, path
