"""An audit from start to end in the browser, and every file that it hands over opened and followed to its evidence."""

import hashlib
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import docx
import geopandas
import openpyxl
import pyogrio
import pypdf
import pytest
import time_machine
from django.conf import settings as project_settings
from django.contrib.gis.geos import LineString, Point
from playwright.sync_api import Browser, Page, expect

from accounts.models import AuditEvent, Role, User
from budgets.saving import record_realisation, set_budget
from duplicates.criteria import load_criteria
from duplicates.models import Decision, Engagement
from projects.models import Project
from projects.saving import edit_project
from tests.browser.looks import looks_right
from tests.cast import Cast
from tests.factories import DutyFactory, FundSourceFactory, ProjectFactory, SiteFactory, UserFactory
from tests.photos.sent import log_in, photo_at, take

PUBLIC = "https://geomonitor.example.go.id"
MORNING = datetime(2026, 6, 15, 2, 15, tzinfo=UTC)  # 09.15 WIB
TITLES = {
    2025: "Rabat beton jalan usaha tani Krajan RT 02/RW 01",
    2026: "Pemb. jalan rabat cor JUT dsn Krajan RT 2 RW 1",
}
MONEY = {2025: Decimal("184500000"), 2026: Decimal("171250000.50")}


@pytest.fixture
def hana(cast: Cast) -> User:
    """The second auditor of the team."""
    user = UserFactory(username="hana", name="Bu Hana")
    DutyFactory(user=user, role=Role.AUDITOR, place=cast.regency)
    return user


@pytest.fixture
def lanes(cast: Cast, settings) -> dict[int, Project]:
    """One lane funded by the village in 2025 and by a department in 2026, with one photo for both; after the
    cut-off the village gives the second another name."""
    settings.PUBLIC_URL = PUBLIC
    load_criteria(project_settings.BASE_DIR / "fixtures" / "criteria.csv")
    FundSourceFactory(code="DDS", short="DD")
    FundSourceFactory(code="PBP", short="BKP")
    shown = photo_at(114.2015, -8.25075, taken=MORNING, size=(640, 480))
    made: dict[int, Project] = {}
    with time_machine.travel("2026-06-15T03:00:00Z"):
        for year, source in ((2025, "DDS"), (2026, "PBP")):
            lane = ProjectFactory(
                village=cast.sragi,
                fiscal_year=year,
                title=TITLES[year],
                sites=0,
                point=Point(114.2, -8.25, srid=4326),
            )
            SiteFactory(project=lane, extent=LineString((114.2, -8.25), (114.203, -8.2515), srid=4326))
            set_budget(actor=cast.ani, project=lane, amounts={source: MONEY[year]}, on=date(year, 1, 10))
            record_realisation(
                actor=cast.ani,
                project=lane,
                amount=MONEY[year],
                on=date(2026, 6, 10),
                source=source,
                document=f"SPP {year}",
            )
            take(cast.ani, lane, shown, progress=100 if year == 2025 else 50, received_at=MORNING)
            lane.refresh_from_db()
            made[year] = lane
    edit_project(actor=cast.ani, project=made[2026], changes={"title": "Paving Gang Mawar"})
    return made


def opened(page: Page, name: str) -> None:
    """Follow a tab of the engagement."""
    page.locator(".tabs").get_by_role("link", name=name).click()
    expect(page.locator(".tabs [aria-current]")).to_have_text(re.compile(name))


def downloaded(page: Page, name: str, folder: Path) -> Path:
    """A file out of the menu Unduh."""
    page.locator(".downloads summary").click()
    with page.expect_download() as download:
        page.get_by_role("link", name=name, exact=True).click()
    page.locator(".downloads summary").click()
    path = folder / download.value.suggested_filename
    download.value.save_as(path)
    return path


def assign(page: Page) -> None:
    """Open the engagement, scan it, and conclude the pair that was found."""
    page.get_by_role("link", name="Buka penugasan").first.click()
    page.get_by_label("Nomor penugasan").fill("700/118/2026")
    page.get_by_label("Judul").fill("Audit pekerjaan fisik Songgon")
    page.get_by_label("Tujuan").fill("Meyakini tidak ada pekerjaan yang dibiayai dua kali.")
    page.get_by_label("Wilayah").select_option("35.10.17")
    page.get_by_label("Dari tahun").fill("2025")
    page.get_by_label("Sampai tahun").fill("2026")
    page.get_by_label("Data per").fill("2026-06-30")
    page.get_by_label("Anggota tim lain").select_option(label="Bu Hana")
    expect(page.get_by_label("Empat mata")).to_be_checked()
    page.locator("form").get_by_role("button", name="Buka penugasan").click()
    expect(page.get_by_text("Penugasan 700/118/2026 dibuka.")).to_be_visible()
    opened(page, "Pemindaian")
    page.get_by_role("button", name="Pindai sekarang").click()
    opened(page, "Pemindaian")
    expect(page.get_by_text("2 pekerjaan, 1 pasangan disimpan").first).to_be_visible()
    opened(page, "Pasangan")
    page.locator(".pair-link").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("370 m dari 370 m ruas yang sama.")
    expect(page.get_by_text(f"{TITLES[2026]} → Paving Gang Mawar")).to_be_visible()
    conclusion = page.locator("#conclude")
    expect(conclusion.locator("input[name=kind]:checked")).to_have_count(0)
    conclusion.get_by_label("Ganda", exact=True).check()
    conclusion.get_by_label("Alasan").fill("Ruas STA 0+000–0+370 dan foto 100 % sama.")
    conclusion.get_by_role("button", name="Simpan temuan").click()


def write_sheet(page: Page) -> None:
    """Kondisi as proposed from the facts, a criterion that held, cause, effect, recommendation, rupiah."""
    expect(page.get_by_label("Kondisi")).to_have_value(re.compile("370 m dari 370 m ruas yang sama"))
    page.get_by_label(re.compile("Permendagri 20/2018.*Pasal 2 ayat")).check()
    page.get_by_label("Sebab").fill("Rencana desa dan dinas tidak dicocokkan.")
    page.get_by_label("Akibat").fill("Satu ruas dibiayai dua kali.")
    page.get_by_label("Rekomendasi").fill("Dana BKP dikembalikan ke kas daerah.")
    page.locator("form.card").get_by_label("Nilai (Rp)").fill("171.250.000,50")
    page.get_by_role("button", name="Simpan lembar").click()
    expect(page.get_by_text("Lembar temuan tersimpan.")).to_be_visible()
    expect(page.get_by_role("button", name="Nyatakan diperiksa")).to_have_count(0)


def review_and_follow(page: Page) -> None:
    """The second auditor: her eyes, the village's reply, the money that came back."""
    page.get_by_label("Catatan pemeriksaan").fill("Sudah dicocokkan dengan foto asli.")
    page.get_by_role("button", name="Nyatakan diperiksa").click()
    expect(page.get_by_text("Temuan diperiksa; masuk laporan.")).to_be_visible()
    for kind, day, document, note in (
        ("reply", "2026-07-12", "470/88/2026", "Kami menyetujui dan akan mengembalikan."),
        ("money_returned", "2026-08-02", "STS 17/2026", "Lunas."),
    ):
        page.get_by_text("Catat tanggapan atau tindak lanjut").click()
        form = page.locator("#follow-ups form")
        form.get_by_label("Tindak lanjut").select_option(kind)
        form.get_by_label("Tanggal", exact=True).fill(day)
        form.get_by_label("Nomor dokumen").fill(document)
        if kind == "money_returned":
            form.get_by_label("Nilai (Rp)").fill("171.250.000,50")
        form.get_by_label("Uraian").fill(note)
        form.get_by_role("button", name="Catat", exact=True).click()
        expect(page.locator("#follow-ups").get_by_text(note)).to_be_visible()


def test_an_audit_from_assignment_to_the_files_that_stand_up(
    open_page, browser: Browser, cast: Cast, hana: User, lanes: dict[int, Project], tmp_path: Path
) -> None:
    page = open_page("/duplicates/engagements/", user=cast.fitri)
    assign(page)
    write_sheet(page)
    finding = Decision.objects.get()
    second = open_page(f"/duplicates/findings/{finding.pk}/", user=hana)
    review_and_follow(second)

    engagement = Engagement.objects.get()
    page.goto(f"/duplicates/engagements/{engagement.pk}/")
    files = {
        name: downloaded(page, name, tmp_path)
        for name in (
            "Kertas kerja, KKA (DOCX)", "Kertas kerja, KKA (PDF)", "Konsep temuan, NHP (DOCX)", "Konsep temuan, NHP (PDF)",
            "Excel (XLSX)", "QGIS (GeoPackage)", "GeoJSON", "GeoParquet", "Peta (HTML, tanpa internet)",
        )
    }  # fmt: skip
    handed = AuditEvent.objects.filter(action="file.handed_over", actor_id=cast.fitri.pk)
    assert {event.data["file"]: event.data["sha256"] for event in handed} == {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files.values()
    }

    links = set()
    for name in ("KKA", "NHP"):
        for path in (tmp_path / f"{name}-{engagement.pk}.docx", tmp_path / f"{name}-{engagement.pk}.pdf"):
            told, found = read_docx(path) if path.suffix == ".docx" else read_pdf(path)
            says_the_finding(told, lanes, with_photos=name == "KKA")
            links |= found
    links |= read_workbook(tmp_path / f"penugasan-{engagement.pk}.xlsx")
    links |= read_layers(tmp_path, engagement)
    links |= read_map(browser, tmp_path / f"penugasan-{engagement.pk}.html")
    every_link_leads_to_its_page(links, cast.fitri, lanes, finding)


def says_the_finding(told: str, lanes: dict[int, Project], *, with_photos: bool) -> None:
    """Every part of the finding, the way it was at the cut-off."""
    for part in (
        "700/118/2026", "Meyakini tidak ada pekerjaan yang dibiayai dua kali.", "Songgon", "Tahun anggaran 2025–2026",
        "30 Juni 2026", "370 m dari 370 m ruas yang sama", "Permendagri 20/2018", "(berlaku 8 Mei 2018)",
        "Rencana desa dan dinas tidak dicocokkan.", "Satu ruas dibiayai dua kali.",
        "Dana BKP dikembalikan ke kas daerah.", "Rp171.250.000,50", "Rp184.500.000,00", "Bu Fitri", "Bu Hana",
        "Kami menyetujui dan akan mengembalikan.", "12 Juli 2026", "2 Agustus 2026", "STS 17/2026",
        TITLES[2025], TITLES[2026], lanes[2025].code, lanes[2026].code,
    ):  # fmt: skip
        assert part in told, part
    body, _annex, _scores = told.partition("Lampiran: metode")
    assert "Bobot" not in body
    assert told.count("Paving Gang Mawar") == 1  # said once: what was changed since
    sha256 = lanes[2025].claims.get().photo.sha256
    assert (sha256[:12] in told) == with_photos


def read_docx(path: Path) -> tuple[str, set[str]]:
    file = docx.Document(str(path))
    lines = [paragraph.text for paragraph in file.paragraphs]
    for table in file.tables:
        lines += [cell.text for row in table.rows for cell in row.cells]
    assert len(file.inline_shapes) == (3 if path.name.startswith("KKA") else 0)
    # The annex is put last, wherever its tables stand in the file.
    annex = lines.index("Lampiran: metode")
    scores = [line for line in lines if "Bobot" in line]
    told = [line for number, line in enumerate(lines) if number < annex or line not in scores]
    links = {one.target_ref for one in file.part.rels.values() if one.is_external}
    return "\n".join([*told, "Lampiran: metode", *scores]), links


def read_pdf(path: Path) -> tuple[str, set[str]]:
    pages = pypdf.PdfReader(path).pages
    annotations = [one.get_object() for page in pages for one in page.get("/Annots", [])]
    told = " ".join(" ".join(page.extract_text().split()) for page in pages)
    return told, {one["/A"]["/URI"] for one in annotations}


def read_workbook(path: Path) -> set[str]:
    book = openpyxl.load_workbook(path)
    [found] = book["Temuan"].iter_rows(min_row=2)
    assert (found[1].value, found[9].value, found[10].value, found[11].value) == (
        "Ganda", 171250000.5, "Bu Fitri", "Bu Hana"
    )  # fmt: skip
    assert [row[1].value for row in book["Tindak lanjut"].iter_rows(min_row=2)] == [
        datetime(2026, 7, 12), datetime(2026, 8, 2)
    ]  # fmt: skip
    return {
        cell.hyperlink.target for sheet in book for row in sheet.iter_rows() for cell in row if cell.hyperlink
    }


def read_layers(folder: Path, engagement: Engagement) -> set[str]:
    links: set[str] = set()
    for suffix in ("gpkg", "geojson", "parquet"):
        path = folder / f"penugasan-{engagement.pk}.{suffix}"
        read = (
            geopandas.read_parquet if suffix == "parquet" else partial(pyogrio.read_dataframe, layer="pairs")
        )
        pairs = read(path)
        assert pairs.crs.to_epsg() == 4326
        assert (pairs.conclusion[0], pairs.amount_rp[0], pairs.reviewed_by[0]) == (
            "Ganda",
            171250000.5,
            "Bu Hana",
        )
        assert pairs.right_title[0] == TITLES[2026]
        assert pairs.geometry[0].is_valid
        links |= set(pairs.url)
    works = pyogrio.read_dataframe(folder / f"penugasan-{engagement.pk}.gpkg", layer="works")
    assert list(works.geom_type) == ["LineString", "LineString"]
    assert sorted(works.budget) == [171250000.5, 184500000.0]
    return links | set(works.url)


def read_map(browser: Browser, path: Path) -> set[str]:
    """Without a network nothing is asked for, and pairs, lines and photos are there."""
    alone = browser.new_context(offline=True)
    page = alone.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    expect(page.locator(".legend")).to_contain_text("Penugasan 700/118/2026, data per 30 Jun 2026.")
    page.locator("path.leaflet-interactive").last.click(force=True)
    popup = page.locator(".leaflet-popup")
    expect(popup).to_contain_text(TITLES[2026])
    expect(popup.locator("h2").first).to_have_text("Ganda")
    expect(popup.locator(".shot")).to_have_count(2)
    picture = popup.locator(".shot").first.evaluate("one => getComputedStyle(one).backgroundImage")
    assert picture.startswith('url("data:image/jpeg;base64,')
    links = set(popup.locator("a[href^=http]").evaluate_all("all => all.map(one => one.href)"))
    assert asked == [path.as_uri()]
    alone.close()
    return links


def every_link_leads_to_its_page(
    links: set[str], person: User, lanes: dict[int, Project], finding: Decision
) -> None:
    paths = {f"{urlsplit(link).path}?{urlsplit(link).query}".rstrip("?") for link in links}
    assert all(link.startswith(f"{PUBLIC}/") for link in links)
    assert {project.get_absolute_url() for project in lanes.values()} <= paths
    assert f"/duplicates/findings/{finding.pk}/" in paths
    assert {f"/photos/{lane.claims.get().pk}/" for lane in lanes.values()} <= paths
    client = log_in(person)
    assert {path: client.get(path).status_code for path in paths} == dict.fromkeys(paths, 200)


def test_its_pages_fit_a_phone(open_page, cast: Cast, hana: User, lanes: dict[int, Project]) -> None:
    page = open_page("/duplicates/engagements/", user=cast.fitri, width=390)
    assign(page)
    write_sheet(page)
    finding = Decision.objects.get()
    engagement = Engagement.objects.get()
    review_and_follow(open_page(f"/duplicates/findings/{finding.pk}/", user=hana, width=390))
    for path in (
        "/duplicates/engagements/", "/duplicates/engagements/new/",
        *(f"/duplicates/engagements/{engagement.pk}/?tab={tab}" for tab in ("pairs", "findings", "scans", "notes")),
        f"/duplicates/engagements/{engagement.pk}/pairs/{finding.pair_id}/", f"/duplicates/findings/{finding.pk}/",
    ):  # fmt: skip
        page.goto(path)
        looks_right(page)
