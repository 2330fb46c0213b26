"""Outside lists in a real browser: chosen once, looked at, then taken away without choosing the file again."""

from pathlib import Path

import pyogrio
import pytest
from django.contrib.gis.geos import Point
from playwright.sync_api import expect

from tests.cast import Cast
from tests.factories import ProjectFactory


@pytest.mark.parametrize("width", [390, 1440])
def test_a_list_is_looked_at_and_taken_away(open_page, cast: Cast, tmp_path: Path, width: int) -> None:
    ProjectFactory(
        village=cast.sragi, title="Rabat beton jalan usaha tani Krajan RT 02/RW 01", work_type="road",
        point=Point(114.2, -8.25, srid=4326),
    )  # fmt: skip
    listed = tmp_path / "dinas.csv"
    listed.write_text(
        "id,title,lon,lat,work_type\n"
        "D1,Pemb. rabat cor JUT dsn Krajan RT 2 RW 1,114.2001,-8.25,road\n"
        "D2,Tanpa titik,,,road\n",
        encoding="utf-8",
    )
    page = open_page("/duplicates/lists/", user=cast.fitri, width=width)
    page.get_by_label("Daftar", exact=True).set_input_files(listed)
    page.get_by_role("button", name="Bandingkan").click()
    expect(page.get_by_role("heading", name="1 pasangan terindikasi ganda")).to_be_visible()
    expect(page.get_by_text("Koordinat kosong")).to_be_visible()
    if width == 390:
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for name in ("GPKG", "PDF"):
        with page.expect_download() as download:
            page.get_by_role("button", name=name, exact=True).click()
        download.value.save_as(tmp_path / f"lists.{name.lower()}")
    assert list(pyogrio.read_dataframe(tmp_path / "lists.gpkg", layer="pairs").left_id) == ["D1"]
    assert (tmp_path / "lists.pdf").read_bytes().startswith(b"%PDF")
