"""Working paper and draft of findings as DOCX and PDF, read back: what stands in them, and that bytes repeat."""

import io
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache

import docx
import pypdf
import pytest
from django.conf import settings
from docx.shared import Cm
from PIL import Image

from duplicates.engagement_contents import EngagementContents
from reports import words
from reports.docx_file import as_docx
from reports.engagement_files import FILES
from reports.engagement_parts import made_at
from reports.findings_draft import findings_draft
from reports.outline import Document, Facts, Grid, Run, text
from reports.pdf_file import as_pdf
from reports.pictures import Album
from reports.working_paper import working_paper
from tests.reports.contents import DRAFT, LEFT, RIGHT, contents, finding, pair_listed, photo, side

BASE = "https://geomonitor.example"


@cache
def jpeg(sha256: str) -> bytes:
    """A small picture, another for each first letter of a hash."""
    made = io.BytesIO()
    Image.new("RGB", (320, 240), (int(sha256[0], 16) * 16, 90, 120)).save(made, "JPEG")
    return made.getvalue()


def with_pictures(told: EngagementContents, base: str) -> Document:
    return working_paper(told, base, picture=jpeg)


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


def test_the_working_paper_shows_small_pictures_with_what_is_known_of_them() -> None:
    paper = working_paper(contents(findings=(finding(),), drafts=()), BASE, picture=jpeg)
    word = as_docx(paper)
    file = docx.Document(io.BytesIO(word))
    assert len(file.inline_shapes) == 4  # the shared file, then one of A's two and B's one
    assert all(0 < shape.height <= Cm(4) and shape.width <= Cm(5.2) for shape in file.inline_shapes)
    assert {shape._inline.docPr.get("descr") for shape in file.inline_shapes} == {
        "Foto pekerjaan A, 100 %, dan pekerjaan B, 50 %",
        "Foto pekerjaan A, 0 %", "Foto pekerjaan A, 100 %", "Foto pekerjaan B, 50 %",
    }  # fmt: skip
    with zipfile.ZipFile(io.BytesIO(word)) as package:
        stored = {package.read(name) for name in package.namelist() if name.startswith("word/media/")}
    assert stored == {jpeg("a" * 64), jpeg("b" * 64)}  # each file once, as it lies in the storage
    caption = (
        "A · 100 %\n1 Oktober 2026 pukul 09.00 WIB\nSesuai lokasi (3,2 m), diterima\nSHA-256 bbbbbbbbbbbb…"
    )
    assert caption in docx_text(word)
    pdf = as_pdf(paper)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    assert {one.data for page in pages for one in page.images} == {jpeg("a" * 64), jpeg("b" * 64)}
    assert "SHA-256 bbbbbbbbbbbb…" in pdf_text(pdf)


def test_a_picture_that_is_gone_is_said() -> None:
    paper = working_paper(contents(), BASE)
    assert "Foto pekerjaan B, 50 %: gambar kecil tidak tersimpan" in docx_text(as_docx(paper))
    assert "Foto pekerjaan B, 50 %: gambar kecil tidak tersimpan" in pdf_text(as_pdf(paper))


def test_many_photos_are_a_dozen_pictures_and_one_table() -> None:
    many = tuple(photo(100 + number, 50, f"{number:x}") for number in range(15))
    left = side(replace(LEFT, photos=many))
    paper = working_paper(
        contents(findings=(finding(left=left, shared_photos=()),), drafts=()), BASE, picture=jpeg
    )
    told = docx_text(as_docx(paper))
    assert "Gambar 12 dari 16 foto; semuanya ada dalam tabel." in told
    assert len(docx.Document(io.BytesIO(as_docx(paper))).inline_shapes) == 12
    assert all(one.sha256 in told for one in many)


def test_a_paper_of_many_findings_stops_at_what_it_can_carry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.pictures.MOST_OF_A_PAPER", 1)
    album = Album(jpeg)
    first, second = photo(1, 0, "a"), photo(2, 100, "b")
    assert album.chosen([first, second]) == [first, second]
    album.picture(first)
    assert album.chosen([second, first]) == [first]  # what is in the paper already costs nothing


def test_what_counts_is_shown_before_what_does_not() -> None:
    refused = [replace(photo(number, 0, "a"), stands=False) for number in range(12)]
    counts = photo(99, 100, "b")
    board = replace(photo(98, 100, "c"), purpose="board")
    chosen = Album(jpeg).chosen([*refused, board, counts])
    assert len(chosen) == 12
    assert {board, counts} <= set(chosen)


def test_a_long_list_of_pairs_says_what_it_leaves_out_and_leads_to_all_of_them() -> None:
    pairs = tuple(pair_listed(number, "") for number in range(1, 302))
    content = as_docx(working_paper(contents(pairs=pairs, findings=(), drafts=()), BASE))
    assert (
        "Dimuat 300 pasangan terkuat dari 301. Seluruhnya: lembar Pasangan dalam file XLSX penugasan."
        in docx_text(content)
    )
    parts = docx.Document(io.BytesIO(content)).part.rels.values()
    assert f"{BASE}/duplicates/engagements/3/files/penugasan.xlsx" in {
        one.target_ref for one in parts if one.is_external
    }


def test_the_annex_names_signals_as_the_pages_do() -> None:
    _before, _heading, annex = pdf_text(as_pdf(working_paper(contents(), BASE))).partition("Lampiran: metode")
    assert "Jarak Berjarak 0 cm" in annex
    assert "Judul Berjarak" in annex
    assert "distance" not in annex


def test_both_works_stand_as_they_were_with_what_changed_since() -> None:
    told = docx_text(as_docx(working_paper(contents(), BASE)))
    assert LEFT.title in told
    assert RIGHT.title in told
    assert "Status semula selesai, sekarang diserahterimakan." in told
    assert "ditarik 4 Oktober 2026 pukul 08.00 WIB oleh Bu Fitri: Foto belum dibandingkan." in told


@pytest.mark.parametrize("make", [with_pictures, findings_draft])
@pytest.mark.parametrize("write", [as_docx, as_pdf])
def test_the_same_contents_make_the_same_bytes(make, write, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(make(contents(), BASE))
    later = time.time() + 100_000
    monkeypatch.setattr(time, "time", lambda: later)
    assert write(make(contents(), BASE)) == first


ALL_FILES = """
import hashlib
import django
django.setup()
from django.utils import translation
from reports.engagement_files import FILES
from tests.reports.contents import contents
with translation.override("id"):
    for name, file in FILES.items():
        print(name, hashlib.sha256(file.write(contents(), "https://geomonitor.example")).hexdigest())
"""


def test_another_process_clock_and_hash_seed_make_the_same_files() -> None:
    def made(**environment: str) -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", ALL_FILES], cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
            env={**os.environ, "DJANGO_SETTINGS_MODULE": "geomonitor.settings", **environment},
        )  # fmt: skip
        return done.stdout.splitlines()

    here = made(SOURCE_DATE_EPOCH="1790000000", TZ="Asia/Tokyo", PYTHONHASHSEED="1")
    assert len(here) == len(FILES)
    assert made(SOURCE_DATE_EPOCH="1790000000", TZ="America/Lima", PYTHONHASHSEED="77") == here


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


@pytest.mark.parametrize("make", PAPERS)
def test_every_amount_leads_to_its_evidence(make) -> None:
    amounts = [run for run in runs(make(contents(), BASE)) if re.fullmatch(r"−?Rp[\d.]+,\d\d", run.text)]
    assert amounts
    assert all(run.href.startswith(f"{BASE}/") for run in amounts)


def runs(document: Document) -> Iterator[Run]:
    """Every stretch of text of a document's tables."""
    for block in document.blocks:
        if isinstance(block, Facts):
            yield from (run for _name, value in block.rows for run in value)
        if isinstance(block, Grid):
            yield from (run for row in (*block.rows, block.total) for cell in row for run in cell)


def test_the_line_ends_of_a_browser_are_one_line_each() -> None:
    told = replace(finding().sheet, condition="Satu.\r\nDua.\rTiga.")
    word = as_docx(findings_draft(contents(findings=(finding(sheet=told),)), BASE))
    assert "Satu.\nDua.\nTiga." in docx_text(word)


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
