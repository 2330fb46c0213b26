"""Files that leave: for whom, what is written down, outside lists on the page with nothing stored."""

import base64
import csv
import hashlib
import io
import json

import docx
import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent
from duplicates.models import Engagement, Pair, Scan
from duplicates.scan import scan_register
from photos.thumbs import stored_thumb
from reports.engagement_book import engagement_book
from reports.engagement_files import FILES
from reports.formats import PAIR_FILES
from tests.cast import Cast
from tests.factories import ProjectFactory
from tests.photos.sent import photo_at, take
from tests.reports.contents import LEFT, contents

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
HEAD = "id,title,lon,lat,work_type,year\n"
ROAD = "Rabat beton jalan usaha tani Krajan RT 02/RW 01,114.20,-8.25,road"


def client_of(user) -> Client:
    client = Client()
    client.force_login(user, backend=BACKEND)
    return client


def sheet(*rows: str, name: str = "dinas.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, (HEAD + "\n".join(rows)).encode())


def ask(user, **fields):
    known = {"with_what": "register", "radius_m": "100", "min_probability": "0.5"}
    return client_of(user).post("/duplicates/lists/", known | fields)


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    made = Engagement.objects.create(
        assignment="700/45/2026", first_year=2025, last_year=2026, cut_off="2026-09-30"
    )
    made.team.add(cast.fitri)
    made.places.add(cast.district)
    return made


def test_every_file_has_its_place_in_a_menu(cast: Cast, engagement: Engagement) -> None:
    told = client_of(cast.fitri).get(f"/duplicates/engagements/{engagement.pk}/").content.decode()
    for name in FILES:
        path = reverse(f"engagement_file_{name.replace('.', '_')}", args=[engagement.pk])
        assert f'href="{path}"' in told
    pairs = client_of(cast.eko).get("/duplicates/").content.decode()
    lists = client_of(cast.eko).get("/duplicates/lists/").content.decode()
    for name in PAIR_FILES:
        assert f'href="{reverse("pairs_" + name)}' in pairs
        assert f'name="format" value="{name}"' in lists


def test_a_file_of_an_engagement_is_for_its_team_only(cast: Cast, engagement: Engagement) -> None:
    path = f"/duplicates/engagements/{engagement.pk}/files/penugasan.xlsx"
    assert client_of(cast.fitri).get(path).status_code == 200
    for other in (cast.eko, cast.galih, cast.ani):
        assert client_of(other).get(path).status_code == 404


@pytest.mark.parametrize(
    "file", ["files/kka.docx", "files/nhp.pdf", "files/penugasan.gpkg", "files/map.html"]
)
def test_what_is_handed_over_is_written_down_with_its_hash(
    file: str, cast: Cast, engagement: Engagement
) -> None:
    answer = client_of(cast.fitri).get(f"/duplicates/engagements/{engagement.pk}/{file}")
    event = AuditEvent.objects.get(action="file.handed_over")
    digest = hashlib.sha256(answer.content).hexdigest()
    assert event.data["sha256"] == digest == answer["X-Content-SHA256"]
    assert (event.subject_type, event.subject_id) == ("duplicates.engagement", str(engagement.pk))
    assert event.data["bytes"] == len(answer.content)
    again = client_of(cast.fitri).get(f"/duplicates/engagements/{engagement.pk}/{file}")
    assert again.content == answer.content


def test_pairs_that_the_page_lists_leave_with_their_filter(cast: Cast) -> None:
    answer = client_of(cast.eko).get("/duplicates/pairs.geojson?year=2026")
    assert answer["Content-Type"] == "application/geo+json"
    assert AuditEvent.objects.get(action="file.handed_over").data["query"] == "year=2026"


@pytest.mark.parametrize("base", ["https://geomonitor.example.go.id", ""])
def test_listed_pairs_lead_to_their_pages(cast: Cast, settings, base: str) -> None:
    settings.PUBLIC_URL = base
    for year in (2025, 2026):
        ProjectFactory(village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2")
    scan_register(actor=None)
    pair = Pair.objects.get()
    eko = client_of(cast.eko)
    book = openpyxl.load_workbook(io.BytesIO(eko.get("/duplicates/pairs.xlsx").content))
    first = (base or "http://testserver") + f"/projects/{pair.left_id}/"
    assert book["pairs"]["A2"].hyperlink.target == book["penjelasan"]["A2"].hyperlink.target == first
    assert eko.get(first.removeprefix(base or "http://testserver")).status_code == 200
    [layer] = json.loads(eko.get("/duplicates/pairs.geojson").content)["features"]
    page = (base or "http://testserver") + f"/duplicates/pairs/{pair.pk}/"
    assert layer["properties"]["url"] == page
    word = docx.Document(io.BytesIO(eko.get("/duplicates/pairs.docx").content)).part.rels.values()
    assert {first, page} <= {one.target_ref for one in word if one.is_external}
    told = eko.get("/duplicates/pairs.html").content.decode()
    assert first in told
    assert page in told


def test_the_map_page_shows_the_photos_of_listed_works(cast: Cast) -> None:
    works = [
        ProjectFactory(village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2")
        for year in (2025, 2026)
    ]
    claim = take(cast.ani, works[0], photo_at(size=(640, 480)))
    scan_register(actor=None)
    told = client_of(cast.eko).get("/duplicates/pairs.html").content.decode()
    small = base64.b64encode(stored_thumb(claim.photo.sha256)).decode()
    assert small
    assert told.count(small) == 1
    assert f"SHA-256 {claim.photo.sha256[:12]}" in told


def test_a_document_says_that_it_holds_the_strongest_pairs_only(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    for year in (2024, 2025, 2026):
        ProjectFactory(village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2")
    scan_register(actor=None)
    for module in ("reports.views", "reports.pairs_document"):
        monkeypatch.setattr(f"{module}.MOST_IN_A_DOCUMENT", 2)
    content = client_of(cast.eko).get("/duplicates/pairs.docx?q=Kenanga").content
    file = docx.Document(io.BytesIO(content))
    said = "Dimuat 2 pasangan terkuat dari 3. Seluruhnya: daftar yang sama sebagai XLSX."
    assert said in [paragraph.text for paragraph in file.paragraphs]
    links = {one.target_ref for one in file.part.rels.values() if one.is_external}
    assert "http://testserver/duplicates/pairs.xlsx?q=Kenanga" in links
    assert [cell.text for cell in file.tables[0].columns[1].cells] == [
        "3"
    ]  # no figures of a part of the pairs


def test_a_workbook_of_an_engagement_has_its_sheets_and_links() -> None:
    book = openpyxl.load_workbook(io.BytesIO(engagement_book(contents(), "https://geomonitor.example")))
    assert book.sheetnames == [
        "Ringkasan", "Pasangan", "Kasus", "Kesimpulan", "Temuan", "Tindak lanjut", "Foto", "Metode"
    ]  # fmt: skip
    row = book["Temuan"][2]
    assert row[2].value == LEFT.code
    assert row[2].hyperlink.target == "https://geomonitor.example/projects/7/"
    assert row[9].value == 171250000.5
    assert engagement_book(contents(), "") == engagement_book(contents(), "")


def test_a_list_is_compared_with_the_register_and_nothing_is_stored(cast: Cast) -> None:
    mine = ProjectFactory(
        village=cast.sragi, title="Pemb. rabat cor JUT dsn Krajan RT 2 RW 1", work_type="road"
    )
    answer = ask(cast.eko, records=sheet(f"D1,{ROAD},2026", "D2,Sumur bor,114.5,-8.5,water,2026"))
    told = answer.content.decode()
    assert answer.status_code == 200
    assert "1 pasangan terindikasi ganda" in told
    assert mine.code in told
    assert (Pair.objects.count(), Scan.objects.count()) == (0, 0)


def test_a_register_beyond_the_duty_is_not_told(cast: Cast) -> None:
    ProjectFactory(village=cast.sragi, title="Pemb. rabat cor JUT dsn Krajan RT 2 RW 1", work_type="road")
    assert client_of(cast.ani).post("/duplicates/lists/", {}).status_code == 403


def test_two_lists_are_compared_and_taken_away(cast: Cast) -> None:
    answer = ask(
        cast.fitri, records=sheet(f"D1,{ROAD},2026"), against=sheet(f"P9,{ROAD},2025"), with_what="other", format="csv"
    )  # fmt: skip
    [row] = csv.DictReader(io.StringIO(answer.content.decode()))
    assert (row["left_id"], row["right_id"]) == ("D1", "P9")
    assert AuditEvent.objects.get(action="file.handed_over").data["file"] == "lists.csv"


def test_lists_become_a_page_that_opens_without_internet(cast: Cast) -> None:
    fields = {"with_what": "itself", "radius_m": "100", "min_probability": "0.05",
              "records": sheet(f"D1,{ROAD},2026", f"D2,{ROAD},2025")}  # fmt: skip
    answer = client_of(cast.eko).post("/duplicates/lists/map.html", fields)
    assert "1 pasangan" in answer.content.decode()
    assert client_of(cast.eko).post("/duplicates/lists/map.html", {}).status_code == 422


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({}, "Daftar"),
        ({"records": SimpleUploadedFile("foto.jpg", b"\xff\xd8")}, "bukan CSV atau XLSX"),
        ({"records": SimpleUploadedFile("daftar.csv", b"nama;x\n1;2\n")}, "Kolom id, title, lon, lat tidak ada"),
        ({"records": sheet("D1,a,114,-8,,"), "with_what": "other"}, "Pilih daftar kedua"),
        ({"records": sheet("D1,a,114,-8,,"), "radius_m": "5000"}, "1000"),
    ],
)  # fmt: skip
def test_it_refuses_in_words(fields, said: str, cast: Cast) -> None:
    for upload in fields.values():
        if hasattr(upload, "seek"):
            upload.seek(0)
    answer = ask(cast.eko, **fields)
    assert answer.status_code == 422
    assert said in answer.content.decode()


def test_too_many_in_one_place_are_refused_before_they_are_compared(cast: Cast) -> None:
    crowd = sheet(*(f"D{number},{ROAD},2026" for number in range(700)))
    answer = ask(cast.eko, records=crowd, with_what="itself")
    assert answer.status_code == 422
    assert "terlalu rapat" in answer.content.decode()


def test_rows_that_cannot_be_read_are_named(cast: Cast) -> None:
    told = ask(cast.eko, records=sheet(f"D1,{ROAD},2026", "D2,Tanpa titik,,,road,2026")).content.decode()
    assert "Koordinat kosong" in told


def test_a_workbook_that_unpacks_without_end_is_refused(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("duplicates.outside.MOST_UNPACKED", 1_000)
    book = openpyxl.Workbook()
    book.active.append(["id", "title", "lon", "lat"])
    made = io.BytesIO()
    book.save(made)
    answer = ask(cast.eko, records=SimpleUploadedFile("besar.xlsx", made.getvalue()))
    assert answer.status_code == 422
    assert "besar.xlsx membesar" in answer.content.decode()
