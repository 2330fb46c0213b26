"""find_duplicates --format: every format of lists, read back by the libraries that others use."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import docx
import geopandas
import openpyxl
import pyogrio
import pypdf
import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import CommandError

from duplicates.models import Case, Decision, Pair
from tests.cast import Cast
from tests.factories import ProjectFactory

COLUMNS = ["left_id", "right_id", "distance_m", "probability", "weight", "signals"]
LIST = (
    "id,title,lon,lat,work_type,year,budget,fund_source\n"
    "A2,Pemb. rabat cor JUT dsn Krajan RT 2 RW 1,114.2001,-8.2501,road,2026,171250000.5,PBK\n"
    "A1,Rabat beton jalan usaha tani Krajan RT 02/RW 01,114.2001,-8.25,road,2025,184500000,DDS\n"
)
FILES = ["csv", "xlsx", "geojson", "gpkg", "parquet", "html", "docx", "pdf"]


@pytest.fixture
def works(tmp_path: Path) -> Path:
    path = tmp_path / "works.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("find_duplicates", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def written(works: Path, suffix: str) -> Path:
    path = works.with_name(f"pairs.{suffix}")
    run("--records", works, "--format", suffix, "--output", path)
    return path


@pytest.mark.parametrize("suffix", FILES)
def test_the_same_lists_make_the_same_bytes(works: Path, suffix: str) -> None:
    assert written(works, suffix).read_bytes() == written(works, suffix).read_bytes()


ALL_FORMATS = """
import hashlib, io, sys
from pathlib import Path
import django
django.setup()
from django.core.management import call_command
works = Path(sys.argv[1])
for suffix in sys.argv[2:]:
    path = works.with_name(f"made.{suffix}")
    call_command("find_duplicates", records=works, format=suffix, output=path, stderr=io.StringIO())
    print(suffix, hashlib.sha256(path.read_bytes()).hexdigest())
"""


def made_elsewhere(works: Path, **environment: str) -> list[str]:
    """The hashes of all formats, made by a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", ALL_FORMATS, str(works), "table", *FILES],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "geomonitor.settings", **environment},
        cwd=settings.BASE_DIR, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.splitlines()


def test_another_process_clock_and_hash_seed_make_the_same_bytes(works: Path) -> None:
    here = made_elsewhere(works, SOURCE_DATE_EPOCH="1790000000", TZ="Asia/Tokyo", PYTHONHASHSEED="1")
    there = made_elsewhere(works, SOURCE_DATE_EPOCH="1790000000", TZ="America/Lima", PYTHONHASHSEED="77")
    assert len(here) == len(FILES) + 1
    assert here == there


@pytest.mark.parametrize("suffix", ["geojson", "gpkg"])
def test_gdal_reads_the_six_columns(works: Path, suffix: str) -> None:
    pairs = pyogrio.read_dataframe(written(works, suffix), layer="pairs")
    assert list(pairs.columns)[:6] == COLUMNS
    assert (pairs.left_id[0], pairs.right_id[0]) == ("A1", "A2")
    assert pairs.distance_m[0] == pytest.approx(11.06)
    assert list(pairs.geometry[0].coords) == [(114.2001, -8.25), (114.2001, -8.2501)]


def test_arrow_reads_the_six_columns(works: Path) -> None:
    pairs = geopandas.read_parquet(written(works, "parquet"))
    assert list(pairs.columns)[:6] == COLUMNS
    assert json.loads(pairs.signals[0])[0]["signal"] == "distance"


def test_documents_name_both_works_and_keep_scores_in_the_annex(works: Path) -> None:
    word = docx.Document(written(works, "docx"))
    cells = [cell.text for table in word.tables for row in table.rows for cell in row.cells]
    assert "Pemb. rabat cor JUT dsn Krajan RT 2 RW 1\nA2\n2026 · PBK\nRp171.250.000,50" in cells
    told = " ".join(page.extract_text() for page in pypdf.PdfReader(written(works, "pdf")).pages)
    before, _annex, after = told.partition("Lampiran: skor")
    assert "Peluang" in after
    assert "Peluang" not in before


def test_a_terminal_gets_no_bytes(works: Path) -> None:
    with pytest.raises(CommandError, match=r"add --output pairs\.gpkg"):
        run("--records", works, "--format", "gpkg")
    assert json.loads(run("--records", works, "--format", "geojson")[0])["type"] == "FeatureCollection"


def test_where_it_cannot_write_is_said_before_anything_is_compared(
    works: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(output: Path) -> str:
        with pytest.raises(CommandError) as error:
            run("--records", works.with_name("absent.csv"), "--format", "csv", "--output", output)
        return str(error.value)

    assert "it is a folder" in refused(works.parent)
    assert "there is no such folder" in refused(works.parent / "absent" / "pairs.csv")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    assert "no permission" in refused(works.parent / "pairs.csv")
    assert "no permission" in refused(works)


def test_a_full_disk_is_said(works: Path) -> None:
    with pytest.raises(CommandError, match="cannot be written: No space left on device"):
        run("--records", works, "--format", "csv", "--output", "/dev/full")


def test_an_unknown_format_names_the_known_ones(works: Path) -> None:
    with pytest.raises(CommandError, match=r"invalid choice: 'shp' \(choose from .*gpkg.*html"):
        run("--records", works, "--format", "shp")


def test_a_wrong_epoch_is_said(works: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "-1")
    with pytest.raises(CommandError, match="SOURCE_DATE_EPOCH"):
        written(works, "docx")


def test_the_registers_workbook_says_cases_and_the_monitors_conclusions(cast: Cast, tmp_path: Path) -> None:
    for year in (2025, 2026):
        ProjectFactory(village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2")
    run("--format", "csv")
    pair = Pair.objects.get()
    Decision.objects.create(pair=pair, kind="elsewhere", reason="Beda gang.", decided_by=cast.eko)
    path = tmp_path / "pairs.xlsx"
    run("--format", "xlsx", "--output", path)
    book = openpyxl.load_workbook(path)
    assert [row[0].value for row in book["kasus"].iter_rows(min_row=2)] == [f"#{Case.objects.get().pk}"] * 2
    [concluded] = book["kesimpulan"].iter_rows(min_row=2, values_only=True)
    assert concluded[:2] == (pair.left.code, pair.right.code)
    assert concluded[4] == "Beda gang."


def test_no_pairs_are_a_file_in_every_format(tmp_path: Path) -> None:
    alone = tmp_path / "alone.csv"
    alone.write_text(LIST.rsplit("A1", 1)[0], encoding="utf-8")
    for suffix in FILES:
        assert written(alone, suffix).stat().st_size > 0
