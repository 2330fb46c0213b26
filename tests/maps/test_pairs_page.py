"""The page of pairs that opens without internet: links to the evidence, each picture in it once, the same page again."""

import base64
import json
import re

import pytest

from duplicates.comparison import Record
from duplicates.kernel import PairTable, score_pair
from duplicates.titles import Frequencies
from maps.folium_pages import Known, Shot, pairs_page

BASE = "https://geomonitor.example"
LEFT = Record.at("A", "Rabat beton JUT Krajan", 114.2, -8.25, year=2025)
RIGHT = Record.at("B", "Rabat beton <b>JUT</b> Krajan", 114.2, -8.25, year=2026)
SHOT = Shot("ab" * 32, "100 % · 1 Okt 2026 09.00 · Sesuai lokasi", b"\xff\xd8picture")
KNOWN = Known(
    conclusions={("A", "B"): "Ganda"},
    pages={("A", "B"): f"{BASE}/duplicates/findings/1/"},
    works={"A": f"{BASE}/projects/1/", "B": f"{BASE}/projects/2/"},
    shots={"A": [SHOT], "B": [SHOT, Shot("cd" * 32, "0 %", b"")]},
)


@pytest.fixture
def page() -> str:
    return pairs_page(table(), known=KNOWN)


def table() -> PairTable:
    return PairTable.of([score_pair(LEFT, RIGHT, Frequencies())], [LEFT, RIGHT])


def test_works_and_findings_lead_to_their_pages(page: str) -> None:
    assert set(re.findall(rf"{BASE}/[a-z]+/[a-z0-9/]+", page)) == {
        f"{BASE}/duplicates/findings/1/", f"{BASE}/projects/1/", f"{BASE}/projects/2/"
    }  # fmt: skip


def test_a_picture_stands_in_the_page_once_however_many_works_show_it(page: str) -> None:
    assert page.count(base64.b64encode(SHOT.content).decode()) == 1
    assert ".shot-abababababababab{background-image" in page
    assert "shot-cdcd" not in page  # there is no picture; its caption stands alone
    assert json.dumps(SHOT.caption).strip('"') in page


def test_nothing_is_fetched_and_titles_stay_text(page: str) -> None:
    assert not re.findall(r"<link|<script[^>]* src=|@import", page)
    assert "<b>JUT</b>" not in page


def test_the_same_pairs_make_the_same_page(page: str) -> None:
    assert pairs_page(table(), known=KNOWN) == page
