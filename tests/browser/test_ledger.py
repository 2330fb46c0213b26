"""A photo's ledger and the list of reused pictures in a real browser: on a phone and on a desk, by keyboard too."""

import pytest
from playwright.sync_api import expect

from photos import removing
from photos.evidence import Fix
from photos.models import Claim, Photo, SamePicture
from photos.reviewing import review
from tests.browser.conftest import OpenPage
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import FAR, MORNING, photo_at, take


@pytest.fixture
def claim(cast: Cast) -> Claim:
    """A photo with a position in its file and a fix 995 m away, rejected once."""
    fix = Fix(lon=FAR[0], lat=FAR[1], accuracy_m=6.0, at=MORNING, shot_at=MORNING, altitude_m=120.0)
    project = ProjectFactory(
        village=cast.sragi, title="Rabat beton Jalan Usaha Tani Dusun Krajan RT 02/RW 01"
    )
    claim = take(cast.ani, project, photo_at(size=(1600, 1200)), fix=fix, note="Sisi utara.")
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Terlalu gelap.")
    claim.refresh_from_db()
    return claim


@pytest.mark.parametrize("width", [390, 1440])
def test_a_check_unfolds_to_the_tag_as_written(cast: Cast, claim: Claim, open_page: OpenPage, width: int):
    page = open_page(f"/photos/{claim.pk}/", user=cast.fitri, width=width)
    expect(page.locator(".ledger-sentence")).to_be_visible()
    near = page.locator("#check-near_site")
    expect(near.get_by_text("GPSLatitude", exact=True)).to_be_hidden()
    near.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(near.get_by_text("GPSLatitude", exact=True)).to_be_visible()
    raw = claim.photo.facts.get(name="GPSLatitude").raw
    expect(near.get_by_text(raw, exact=True)).to_be_visible()
    expect(page.get_by_text("995 m di antaranya")).to_be_visible()
    expect(page.get_by_text("“Terlalu gelap.”")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_an_admin_removes_an_original_for_a_reason(cast: Cast, claim: Claim, open_page: OpenPage):
    page = open_page(f"/photos/{claim.pk}/", user=cast.galih, width=390)
    page.get_by_role("link", name="Hapus berkas asli").click()
    page.get_by_label("Alasan").fill("Wajah anak, diminta keluarganya.")
    page.get_by_label("Ketik").fill("salah")
    page.get_by_role("button", name="Hapus berkas asli").click()
    expect(page.get_by_text("Untuk menghapus, ketik delapan huruf pertama")).to_be_visible()
    assert page.get_by_label("Alasan").input_value() == "Wajah anak, diminta keluarganya."
    page.get_by_label("Ketik").fill(claim.photo.sha256[: removing.CONFIRMED_BY])
    page.get_by_role("button", name="Hapus berkas asli").click()
    expect(page.get_by_text("oleh Mas Galih: Wajah anak, diminta keluarganya.")).to_be_visible()
    assert Photo.objects.get().removed_by == cast.galih


def test_the_film_strip_leads_to_the_ledger(cast: Cast, claim: Claim, open_page: OpenPage):
    page = open_page(claim.project.get_absolute_url(), user=cast.eko)
    page.get_by_role("link", name="Rincian foto 50 %").click()
    expect(page.get_by_role("heading", name="Rincian foto Sedang 50 %")).to_be_visible()


@pytest.fixture
def pair(cast: Cast, claim: Claim) -> tuple[Claim, Claim]:
    """The same picture in another file, for a project of another village and year."""
    other = ProjectFactory(village=cast.bubuk, title="Jembatan gantung Dusun Umbulsari", fiscal_year=2025)
    second = take(cast.catur, other, photo_at(size=(1600, 1201)), progress=100)
    SamePicture.objects.get_or_create(
        left=claim.photo, right=second.photo, defaults={"how": "near", "similarity": 0.93}
    )
    return claim, second


@pytest.mark.parametrize("width", [390, 1440])
def test_reused_pictures_stand_side_by_side(cast: Cast, pair, open_page: OpenPage, width: int):
    page = open_page("/duplicates/", user=cast.fitri, width=width)
    page.locator("#main").get_by_role("link", name="Foto dipakai ulang").click()
    expect(page.locator(".shared-pair")).to_have_count(1)
    expect(page.locator(".shared-pair img")).to_have_count(2)
    page.get_by_label("Tahun anggaran").select_option("2025")
    page.get_by_role("button", name="Saring").click()
    expect(page.locator(".shared-pair")).to_have_count(1)
    page.get_by_role("link", name="Dinyatakan bersama 0").click()
    expect(page.get_by_text("Tidak ada pasangan untuk saringan ini")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
