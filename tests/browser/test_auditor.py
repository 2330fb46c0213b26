"""The auditor's job end to end: scan, conclude a pair, take it away, scan again: the conclusion stands."""

import csv
from datetime import date
from pathlib import Path

import pytest
from django.contrib.gis.geos import LineString, Point
from playwright.sync_api import Browser, expect

from duplicates.engagements import open_engagement
from duplicates.models import Decision
from duplicates.scan import scan_register
from tests.cast import Cast
from tests.factories import ProjectFactory, SiteFactory


@pytest.fixture
def register(cast: Cast) -> None:
    """The same lane twice, funded by two sources in two years; an engagement for the auditor."""
    for year, title, source in (
        (2025, "Rabat beton jalan usaha tani Krajan RT 02/RW 01", "DDS"),
        (2026, "Pemb. jalan rabat cor JUT dsn Krajan RT 2 RW 1", "PBK"),
    ):
        lane = ProjectFactory(
            village=cast.sragi, fiscal_year=year, title=title, sources=[source], sites=0,
            point=Point(114.2, -8.25, srid=4326),
        )  # fmt: skip
        SiteFactory(project=lane, extent=LineString((114.2, -8.25), (114.203, -8.2515), srid=4326))
    open_engagement(
        actor=cast.fitri, assignment="700/118/2026", title="Dana Desa", places=[cast.regency], first_year=2025,
        last_year=2026, cut_off=date(2099, 12, 31),
    )  # fmt: skip


@pytest.mark.parametrize("width", [390, 1440])
def test_it_scans_concludes_exports_and_scans_again(
    open_page, cast: Cast, register, tmp_path: Path, width: int
) -> None:
    page = open_page("/duplicates/", user=cast.fitri, width=width)
    page.get_by_role("button", name="Pindai sekarang").click()
    expect(page.get_by_text("2 pekerjaan diperiksa: 1 pasangan terindikasi ganda.")).to_be_visible()

    page.locator(".pair-link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("370 m dari 370 m ruas yang sama")
    expect(page.locator("[data-pair-map] path.leaflet-interactive")).to_have_count(2)
    expect(page.locator("input[name=kind]:checked")).to_have_count(0)
    page.get_by_label("Ganda", exact=True).check()
    page.get_by_label("Alasan").fill("Ruas STA 0+000–0+370 sama.")
    page.get_by_role("button", name="Lanjut: periksa sekali lagi").click()
    assert not Decision.objects.exists()
    page.get_by_role("button", name="Simpan kesimpulan").click()
    expect(page.get_by_text("Kesimpulan tersimpan.")).to_be_visible()

    page.goto("/duplicates/")
    page.locator(".downloads summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV").click()
    saved = tmp_path / "pairs.csv"
    download.value.save_as(saved)
    assert [float(row["distance_m"]) for row in csv.DictReader(saved.open())] == [0.0]

    page.get_by_role("button", name="Pindai sekarang").click()
    expect(page.locator(".pair-row").get_by_text("Ganda", exact=True)).to_be_visible()
    assert Decision.objects.get().reason == "Ruas STA 0+000–0+370 sama."


def test_it_opens_the_map_page_without_internet(
    open_page, browser: Browser, cast: Cast, register, tmp_path: Path
) -> None:
    scan_register(actor=None)
    page = open_page("/duplicates/", user=cast.eko)
    page.locator(".downloads summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Peta (HTML, tanpa internet)").click()
    saved = tmp_path / "pairs.html"
    download.value.save_as(saved)
    alone = browser.new_context(offline=True).new_page()
    asked: list[str] = []
    alone.on("request", lambda request: asked.append(request.url))
    alone.goto(saved.as_uri())
    alone.locator("path.leaflet-interactive").last.click(force=True)
    expect(alone.locator(".leaflet-popup")).to_contain_text("Pemb. jalan rabat cor JUT dsn Krajan RT 2 RW 1")
    expect(alone.locator(".legend")).to_contain_text("1 pasangan terindikasi ganda")
    assert asked == [saved.as_uri()]
    alone.context.close()
