"""Working paper and draft of findings as DOCX and PDF, read back: what stands in them, and that bytes repeat."""

import io
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import docx
import pypdf
import pytest

from reports import words
from reports.docx_file import as_docx
from reports.engagement_parts import made_at
from reports.findings_draft import findings_draft
from reports.outline import Document, Grid, text
from reports.pdf_file import as_pdf
from reports.working_paper import working_paper
from tests.reports.contents import DRAFT, LEFT, RIGHT, contents, finding

BASE = "https://geomonitor.example"
PAPERS = [working_paper, findings_draft]


def docx_text(content: bytes) -> str:
    file = docx.Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in file.paragraphs]
    lines += [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    return "\n".join(lines)


def pdf_text(content: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    return " ".join(" ".join(page.extract_text().split()) for page in pages)


def links_of_pdf(content: bytes) -> set[str]:
    found = set()
    for page in pypdf.PdfReader(io.BytesIO(content)).pages:
        for one in page.get("/Annots", []):
            found.add(one.get_object()["/A"]["/URI"])
    return found


def test_the_draft_says_each_finding_in_its_parts() -> None:
    told = docx_text(as_docx(findings_draft(contents(), BASE)))
    for part in (
        "Kondisi",
        "Kriteria",
        "Sebab",
        "Akibat",
        "Rekomendasi",
        "Nilai (Rp)",
        "Dibuat oleh",
        "Ditelaah oleh",
    ):
        assert part in told
    assert "Rp171.250.000,50" in told
    assert "Bu Fitri, 4 Oktober 2026 pukul 09.00 WIB" in told
    assert "Kami menyetujui dan akan mengembalikan." in told
    assert "12 Oktober 2026" in told
    assert "31 Desember 2026" in told
    assert "Peraturan Menteri Dalam Negeri 20 Tahun 2018, pasal 2 (berlaku 8 Mei 2018)" in told


def test_a_draft_nobody_reviewed_is_no_finding_of_the_report() -> None:
    assert "Temuan 3" not in docx_text(as_docx(findings_draft(contents(), BASE)))
    assert "1 konsep belum ditelaah" in docx_text(as_docx(findings_draft(contents(), BASE)))
    paper = docx_text(as_docx(working_paper(contents(), BASE)))
    assert "E. Konsep yang belum ditelaah" in paper
    assert "Temuan 3: Ganda" in paper


@pytest.mark.parametrize("make", PAPERS)
def test_the_score_stands_in_the_annex_only(make) -> None:
    told = pdf_text(as_pdf(make(contents(), BASE)))
    before, _annex, after = told.partition("Lampiran: metode")
    assert "0,9551" in after
    for word in ("0,9551", "Kemiripan", "Bobot", "4,41"):
        assert word not in before


@pytest.mark.parametrize("make", PAPERS)
def test_numbers_lead_to_their_evidence(make) -> None:
    links = links_of_pdf(as_pdf(make(contents(), BASE)))
    assert {f"{BASE}/projects/7/", f"{BASE}/projects/9/", f"{BASE}/duplicates/pairs/5/"} <= links
    assert f"{BASE}{finding().url}" in links
    parts = docx.Document(io.BytesIO(as_docx(make(contents(), BASE)))).part.rels.values()
    assert f"{BASE}/projects/7/" in {one.target_ref for one in parts if one.is_external}


def test_photos_lead_to_their_ledgers_and_say_their_hash() -> None:
    content = as_pdf(working_paper(contents(), BASE))
    assert f"{BASE}/photos/12/" in links_of_pdf(content)
    assert "b" * 30 in pdf_text(content)


def test_both_works_stand_as_they_were_with_what_changed_since() -> None:
    told = docx_text(as_docx(working_paper(contents(), BASE)))
    assert LEFT.title in told
    assert RIGHT.title in told
    assert "Status semula selesai, sekarang diserahterimakan." in told
    assert "ditarik 4 Oktober 2026 pukul 08.00 WIB oleh Bu Fitri: Foto belum dibandingkan." in told


@pytest.mark.parametrize("make", PAPERS)
@pytest.mark.parametrize("write", [as_docx, as_pdf])
def test_the_same_contents_make_the_same_bytes(make, write, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(make(contents(), BASE))
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert write(make(contents(), BASE)) == first


def test_times_come_from_source_date_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    assert made_at(contents()) == datetime(2026, 10, 6, 2, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    assert docx.Document(
        io.BytesIO(as_docx(working_paper(contents(), BASE)))
    ).core_properties.created == datetime(2026, 9, 21, 14, 13, 20, tzinfo=UTC)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "kemarin")
    with pytest.raises(ValueError, match="kemarin"):
        made_at(contents())


def test_every_page_has_the_assignment_number_and_its_place() -> None:
    content = as_pdf(working_paper(contents(), BASE))
    pages = pypdf.PdfReader(io.BytesIO(content)).pages
    for number, page in enumerate(pages, 1):
        told = " ".join(page.extract_text().split())
        assert "700/45/2026" in told
        assert f"Halaman {number} / {len(pages)}" in told
    section = docx.Document(io.BytesIO(as_docx(working_paper(contents(), BASE)))).sections[0]
    assert "700/45/2026" in section.header.paragraphs[0].text
    assert "NUMPAGES" in section.footer.paragraphs[0]._p.xml


def test_a_long_table_repeats_its_head_on_every_page() -> None:
    rows = tuple((text(f"Pekerjaan {number}"), text("Rp1,00")) for number in range(120))
    long = Document(
        "Daftar", "", "700/1", datetime(2026, 1, 1, tzinfo=UTC), [Grid(("Nama", "Nilai"), rows, (70, 30))]
    )
    pages = pypdf.PdfReader(io.BytesIO(as_pdf(long))).pages
    assert len(pages) > 2
    assert all("Nama" in page.extract_text() for page in pages)


def test_an_engagement_without_anything_is_a_paper_too() -> None:
    nothing = contents(
        findings=(), drafts=(), pairs=(), cases=(), decisions=(), remarks=(), total=Decimal(0), objective="", title="",
        procedure=replace(contents().procedure, scans=(), by_kind=()),
    )  # fmt: skip
    assert "Belum ada temuan" in pdf_text(as_pdf(working_paper(nothing, BASE)))
    assert "Tidak ada pekerjaan ganda" in docx_text(as_docx(findings_draft(nothing, BASE)))


@pytest.mark.parametrize("write", [as_docx, as_pdf])
def test_hostile_text_stays_text(write) -> None:
    bad = finding(
        sheet=replace(finding().sheet, condition="<b>x</b>\x00\x0b </td> & \ud800 =1+1 " + "w" * 400)
    )
    content = write(working_paper(contents(findings=(bad,)), BASE))
    told = docx_text(content) if write is as_docx else pdf_text(content)
    assert "<b>x</b>" in told


def test_unwritten_parts_are_said() -> None:
    open_one = replace(DRAFT, is_draft=False)
    told = docx_text(as_docx(findings_draft(contents(findings=(open_one,), drafts=()), BASE)))
    assert "Belum lengkap. Temuan 3: Ganda: sebab." in told
    assert "Belum ditulis." in told


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        (Decimal("1250000"), "Rp1.250.000,00"),
        (Decimal("0.5"), "Rp0,50"),
        (Decimal("-3"), "−Rp3,00"),
        (Decimal("999999999999.99"), "Rp999.999.999.999,99"),
        (None, "–"),
    ],
)
def test_money_is_written_to_the_sen(amount: Decimal | None, written: str) -> None:
    assert words.money(amount) == written
