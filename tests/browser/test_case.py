"""The monitor's case from the queue to the merge and back, by mouse and by keys, at a desk and on a phone."""

import os
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.gis.geos import LineString, Point
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from playwright.sync_api import Locator, Page, expect

from accounts.models import Role
from budgets.models import BudgetLine
from budgets.money import recompute
from duplicates.decisions import conclude
from duplicates.models import Case, Decision, Merge, Pair, Remark
from duplicates.reopening import look
from duplicates.scan import scan_register
from geomonitor.demo import pictures
from photos.models import Photo
from projects.models import Project, Status
from tests.browser.conftest import OpenPage
from tests.browser.looks import looks_right
from tests.cast import Cast
from tests.factories import (
    BudgetVersionFactory,
    ClaimFactory,
    DutyFactory,
    FundSourceFactory,
    PhotoFactory,
    ProjectFactory,
    SiteFactory,
    UserFactory,
)

SHOTS = os.environ.get(
    "GEOMONITOR_SHOTS", ""
)  # a folder: the pages are kept there as pictures, to be looked at


def photo(progress: int, shot: int = 0) -> Photo:
    """A stored picture of a lane."""
    display, thumb = pictures.shown(pictures.draw(7, "road", progress, shot))
    made: Photo = PhotoFactory()
    for name, content in (("display", display), ("thumb", thumb)):
        path = default_storage.save(f"pictures/{made.sha256[:12]}-{name}.jpg", ContentFile(content))
        Photo.objects.filter(pk=made.pk).update(**{name: path})
    return made


def lane(cast: Cast, year: int, title: str, source: str, west: float, amount: int) -> Project:
    """412 m of lane from a longitude on, with its money."""
    project: Project = ProjectFactory(
        village=cast.sragi, fiscal_year=year, title=title, work_type="road", volume=Decimal(412), unit="m", sites=0,
        point=Point(west, -8.25, srid=4326), status=Status.IN_PROGRESS, executor_name="TPK Desa Sragi",
        planned_start=date(year, 3, 1), planned_end=date(year, 8, 31),
    )  # fmt: skip
    SiteFactory(project=project, extent=LineString((west, -8.25), (west + 0.00374, -8.25), srid=4326))
    BudgetLine.objects.create(
        project=project, version=BudgetVersionFactory(village=cast.sragi, fiscal_year=year),
        source=FundSourceFactory(code=source, short={"DDS": "DD", "PBK": "BKK"}[source]), amount=amount,
    )  # fmt: skip
    recompute([project.pk])
    return project


@pytest.fixture
def pair(cast: Cast) -> Pair:
    """One lane of 412 m in two budgets, 363 m of it the same, one photo in both; and a smaller case behind it."""
    old = lane(cast, 2025, "Rabat beton jalan usaha tani Krajan RT 02/RW 01", "DDS", 114.2, 174_500_000)
    new = lane(cast, 2026, "Pemb. jalan rabat cor JUT dsn Krajan RT 2 RW 1", "PBK", 114.200445, 184_500_000)
    same = photo(100)
    for project, progress, picture in (
        (old, 0, photo(0)), (old, 50, photo(50)), (old, 100, same), (new, 0, photo(0, 1)), (new, 50, same),
    ):  # fmt: skip
        ClaimFactory(project=project, progress=progress, photo=picture)
    for year in (2025, 2026):
        ProjectFactory(
            village=cast.bubuk, fiscal_year=year, title="Drainase Gang Kenanga RT 5", work_type="drain",
            planned=20_000_000, point=Point(114.245, -8.25, srid=4326),
        )  # fmt: skip
    scan_register(actor=None)
    return Pair.objects.get(left=old, right=new)


def keep(page: Page, name: str) -> None:
    """A picture of the page, where a folder for it is given."""
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


def history(page: Page) -> Locator:
    return page.get_by_role("region", name="Riwayat kesimpulan")


def choose(page: Page, kind: str) -> None:
    page.locator(f"input[name=kind][value={kind}]").check()


@pytest.mark.parametrize("width", [390, 1440])
def test_a_monitor_takes_a_case_from_the_queue_to_a_merge_and_back(
    open_page: OpenPage, cast: Cast, pair: Pair, tmp_path: Path, width: int
) -> None:
    page = open_page("/duplicates/cases/", user=cast.eko, width=width)
    expect(page.locator(".case-row-link")).to_have_count(2)
    expect(page.locator(".case-row-link").first).to_contain_text("Rp174.500.000")
    page.locator(".case-row-link").first.click()

    # The finding in facts, the map with both extents, the words that differ.
    expect(page.get_by_role("heading", level=1)).to_have_text("363 m dari 412 m ruas yang sama")
    facts = page.locator(".page-head .sub").first
    expect(facts).to_contain_text("foto 100 % tahun 2025 dan foto 50 % tahun 2026 satu gambar")
    expect(facts).to_contain_text("sumber dana berbeda: DD dan BKK")
    expect(page.locator("[data-pair-map] path.leaflet-interactive")).to_have_count(2)
    expect(page.locator(".pair-label")).to_have_count(2)
    expect(page.locator(".case-right mark").first).to_have_text("Pemb")
    expect(page.locator(".score")).not_to_have_attribute("open", "")

    slide(page)
    conclude_partly(page)
    remark_with_a_file(page, tmp_path)
    withdraw_it(page, pair)
    merge_and_follow_the_old_address(page, pair)
    undo_it(page, pair)


def slide(page: Page) -> None:
    """The two photos that are one, laid over each other."""
    one = page.locator("[data-photo-pair]").first
    one.get_by_role("button", name="Tumpuk dan geser").click()
    cut = one.get_by_role("slider")
    expect(cut).to_be_focused()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert one.locator("[data-cut]").evaluate("(stage) => stage.style.getPropertyValue('--cut')") == "52%"
    for image in one.locator("[data-cut] img").all():
        expect(image).to_have_js_property("complete", True)
        assert image.evaluate("(image) => image.naturalWidth") > 600
    one.get_by_role("button", name="Tumpuk dan geser").click()
    expect(cut).to_be_hidden()


def conclude_partly(page: Page) -> None:
    expect(page.locator("input[name=kind]:checked")).to_have_count(0)
    metres = page.get_by_label("Panjang yang sama (m)")
    expect(metres).to_be_hidden()
    choose(page, "partly")
    expect(metres).to_have_value("363.0")
    page.get_by_text("Contoh alasan").click()
    page.locator("[data-kind=partly]").get_by_role("button", name="Pakai").click()
    reason = page.get_by_label("Alasan", exact=True)
    expect(reason).to_have_value("363 m dari 412 m tumpang tindih, dari STA … sampai STA …; sisanya berbeda.")
    page.get_by_role("button", name="Lanjut: periksa sekali lagi").click()
    expect(page.locator(".facts")).to_contain_text("Ganda sebagian, 363 m")
    assert not Decision.objects.exists()  # one press concludes nothing
    page.get_by_role("button", name="Simpan kesimpulan").click()
    expect(history(page)).to_contain_text("Ganda sebagian, 363 m")


def remark_with_a_file(page: Page, tmp_path: Path) -> None:
    minutes = tmp_path / "Berita acara.pdf"
    minutes.write_bytes(b"%PDF-1.7\nBerita acara")
    page.get_by_label("Catatan", exact=True).fill("Sudah ditanyakan kepada TPK.")
    page.get_by_label("Lampiran").set_input_files(minutes)
    page.get_by_role("button", name="Simpan catatan").click()
    expect(page.locator("#remarks")).to_contain_text("Sudah ditanyakan kepada TPK.")
    with page.expect_download() as download:
        page.get_by_role("link", name="Berita acara.pdf").click()
    assert download.value.suggested_filename == "Berita acara.pdf"
    assert Remark.objects.get().author.name == "Pak Eko"


def withdraw_it(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    page.get_by_text("Tarik kesimpulan ini").click()
    page.get_by_label("Alasan penarikan").fill("Ternyata satu catatan dua kali.")
    page.get_by_role("button", name="Tarik", exact=True).click()
    expect(history(page).locator(".withdrawn")).to_contain_text("Ternyata satu catatan dua kali.")


def merge_and_follow_the_old_address(page: Page, pair: Pair) -> None:
    choose(page, "same_record")
    page.locator(f"input[name=kept][value='{pair.right_id}']").check()
    page.locator("input[name=money][value=both]").check()
    page.get_by_label("Alasan", exact=True).fill("Tercatat dua kali.")
    page.get_by_role("button", name="Lanjut: periksa sekali lagi").click()
    expect(page.locator(".note-warning")).to_contain_text(f"{pair.left.code} digabung ke {pair.right.code}")
    expect(page.locator(".note-warning")).to_contain_text("Rp174.500.000")
    page.get_by_role("button", name="Simpan kesimpulan").click()
    expect(history(page)).to_contain_text(f"{pair.left.code} digabung ke {pair.right.code}.")
    page.goto(f"/projects/{pair.left_id}/")
    expect(page).to_have_url(
        f"{page.url.partition('/projects')[0]}/projects/{pair.right_id}/?from={pair.left_id}"
    )
    expect(page.get_by_text(f"Catatan {pair.left.code} digabung ke sini")).to_be_visible()


def undo_it(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    page.get_by_text("Tarik dan pisahkan lagi").click()
    page.get_by_label("Alasan penarikan").fill("Ternyata dua pekerjaan.")
    page.get_by_role("button", name="Tarik", exact=True).click()
    expect(history(page)).to_contain_text("Dipisahkan lagi")
    assert Merge.objects.get().undone_reason == "Ternyata dua pekerjaan."
    assert Project.objects.get(pk=pair.left_id).status == Status.IN_PROGRESS
    page.goto(f"/projects/{pair.left_id}/")
    expect(page).to_have_url(f"{page.url.partition('/projects')[0]}/projects/{pair.left_id}/")


def test_the_strongest_case_is_concluded_by_keys_alone(open_page: OpenPage, cast: Cast, pair: Pair) -> None:
    page = open_page("/duplicates/cases/", user=cast.eko)
    until_focused(page, ".case-row-link")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("363 m dari 412 m ruas yang sama")
    until_focused(page, "input[name=kind]")
    page.keyboard.press("Space")  # the first one; arrows walk on
    page.keyboard.press("ArrowDown")
    expect(page.locator("input[name=kind]:checked")).to_have_value("partly")
    until_focused(page, "textarea[name=reason]")
    page.keyboard.type("Ruas STA 0+049 sampai 0+412 sama.")
    until_focused(page, ".conclude-form button[type=submit]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Periksa sekali lagi")
    until_focused(page, "button[name=confirmed]")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Kesimpulan tersimpan.")).to_be_visible()
    decision = Decision.objects.get()
    assert (decision.kind, decision.metres, decision.pair) == ("partly", 363.0, pair)


def until_focused(page: Page, selector: str) -> None:
    """Press Tab until it is there, as somebody without a mouse does."""
    for _press in range(80):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by Tab")


def test_a_case_is_handed_over_and_what_follows_is_recorded(
    open_page: OpenPage, cast: Cast, pair: Pair
) -> None:
    other = UserFactory(username="indra", name="Bu Indra")
    DutyFactory(user=other, role=Role.MONITOR, place=cast.regency)
    conclude(pair=pair, kind="duplicate", reason="Satu pekerjaan, dua anggaran.", actor=cast.eko)
    page = open_page(f"{pair.case.get_absolute_url()}?pair={pair.pk}", user=cast.eko)
    page.get_by_role("link", name="Serahkan kepada …").click()
    page.get_by_label("Ditangani oleh").select_option(label="Bu Indra")
    page.get_by_role("button", name="Serahkan").click()
    expect(page.get_by_text("Ditangani Bu Indra.")).to_be_visible()
    assert Case.objects.get(pk=pair.case_id).assigned_to == other

    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    page.get_by_text("Catat tindak lanjut").click()
    form = page.locator("form[action*=follow-ups]")
    form.locator("select[name$=kind]").select_option("letter")
    form.locator("input[name$=document]").fill("700/41/2026")
    form.get_by_role("button", name="Simpan tindak lanjut").click()
    expect(page.locator(".follow-ups")).to_contain_text("700/41/2026")


STAGES: dict[str, Callable[[Page, Pair], None]] = {}


def stage(function: Callable[[Page, Pair], None]) -> Callable[[Page, Pair], None]:
    STAGES[function.__name__] = function
    return function


@stage
def queue(page: Page, pair: Pair) -> None:
    page.goto("/duplicates/cases/")


@stage
def case(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    for summary in page.locator("details:not(.menu) > summary").all():
        if summary.is_visible():
            summary.click()
    page.locator("[data-toggles-cut]").first.click()
    choose(page, "same_record")


@stage
def refused(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    choose(page, "same_record")
    page.locator("textarea[name=reason]").evaluate("(field) => field.required = false")
    page.locator(".conclude-form button[type=submit]").click()
    page.wait_for_load_state()


@stage
def second_look(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}?pair={pair.pk}")
    choose(page, "same_record")
    page.locator("input[name=kept]").first.check()
    page.locator("input[name=money]").first.check()
    page.locator("textarea[name=reason]").fill("Tercatat dua kali: lewat impor dan diisi dengan tangan.")
    page.locator(".conclude-form button[type=submit]").click()
    page.wait_for_load_state()


@stage
def hand_over(page: Page, pair: Pair) -> None:
    page.goto(f"{pair.case.get_absolute_url()}assign/")


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("width", [390, 1440])
def test_its_pages_look_right(open_page: OpenPage, cast: Cast, pair: Pair, width: int, language: str) -> None:
    with_history(cast, pair)
    page = open_page("/", user=cast.eko, width=width)
    page.context.add_cookies([{"name": "django_language", "value": language, "url": page.url}])
    for name, act in STAGES.items():
        act(page, pair)
        page.wait_for_load_state("networkidle")
        keep(page, f"{name}-{language}-{width}")
        expect(page.locator("html")).to_have_attribute("lang", language)
        looks_right(page)


def with_history(cast: Cast, pair: Pair) -> None:
    """A conclusion that was opened again, by another length."""
    conclude(pair=pair, kind="elsewhere", reason="Beda gang menurut gambar rencana.", actor=cast.eko)
    Project.objects.filter(pk=pair.left_id).update(volume=400)
    assert look([pair.left_id]) == [Decision.objects.get()]
