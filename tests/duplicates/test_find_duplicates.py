"""find_duplicates: lists without a database, the register, formats, and what it refuses."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.core.management.base import CommandError

from duplicates.models import Pair, Scan
from duplicates.scan_keeping import TakenOver
from duplicates.signals import SIGNALS
from tests.cast import Cast
from tests.factories import ProjectFactory

COLUMNS = ["left_id", "right_id", "distance_m", "probability", "weight", "signals"]
LIST = (
    "id,title,lon,lat,work_type,year\n"
    "A2,Pemb. rabat cor JUT dsn Krajan RT 2 RW 1,114.2001,-8.2501,road,2026\n"
    "A1,Rabat beton jalan usaha tani Krajan RT 02/RW 01,114.2001,-8.25,road,2025\n"
    "A3,</script><img src=x onerror=alert(1)>,114.2001,-8.25,,2025\n"
    "A4,Tanpa titik,,,,\n"
)


@pytest.fixture
def works(tmp_path: Path) -> Path:
    path = tmp_path / "works.csv"
    path.write_text(LIST, encoding="utf-8")
    return path


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("find_duplicates", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_it_needs_no_database_for_lists(works: Path) -> None:
    nowhere = os.environ | {"GEOMONITOR_DATABASE_URL": "postgis://nobody@127.0.0.1:1/nowhere"}
    command = [sys.executable, "manage.py", "find_duplicates", "--records", str(works), "--format", "csv"]
    done = subprocess.run(command, capture_output=True, text=True, env=nowhere, check=True)
    assert [row["left_id"] for row in csv.DictReader(io.StringIO(done.stdout))] == ["A1"]


def test_it_writes_the_six_columns(works: Path) -> None:
    out, err = run("--records", works, "--format", "csv")
    (row,) = list(csv.DictReader(io.StringIO(out)))
    assert list(row) == COLUMNS
    assert (row["left_id"], row["right_id"], float(row["distance_m"])) == ("A1", "A2", 11.06)
    assert [part["signal"] for part in json.loads(row["signals"])] == [signal.name for signal in SIGNALS]
    assert "works.csv: 5: lon, lat: ', ': Koordinat kosong" in err


def test_it_obeys_radius_and_probability(works: Path) -> None:
    assert len(run("--records", works, "--format", "csv", "--radius", 10)[0].splitlines()) == 1
    assert len(run("--records", works, "--format", "csv", "--min-probability", 0)[0].splitlines()) == 4


def test_it_compares_two_lists(works: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(
        "id,title,lon,lat\nA1,Rabat beton JUT Krajan RT 2 RW 1,114.2001,-8.25\n", encoding="utf-8"
    )
    out, _err = run("--records", works, "--against", theirs, "--format", "csv", "--min-probability", 0.3)
    assert {(row["left_id"], row["right_id"]) for row in csv.DictReader(io.StringIO(out))} == {
        ("A1", "A1"),
        ("A2", "A1"),
    }


def test_it_speaks_in_the_table(works: Path) -> None:
    out, _err = run("--records", works)
    assert "Kemiripan tinggi" in out
    assert "Berjarak 11 m di bagian yang terdekat." in out
    assert out.endswith("1 pasangan.\n")


def test_it_writes_a_workbook_in_which_text_stays_text(works: Path, tmp_path: Path) -> None:
    works.write_text(LIST.replace("A1,Rabat", "=1+1,Rabat"), encoding="utf-8")
    run("--records", works, "--format", "xlsx", "--output", tmp_path / "pairs.xlsx")
    book = openpyxl.load_workbook(tmp_path / "pairs.xlsx")
    assert book.sheetnames == ["ringkasan", "pairs", "penjelasan", "kasus", "kesimpulan", "metode"]
    rows = list(book["pairs"].values)
    assert list(rows[0]) == COLUMNS
    assert rows[1][:3] == ("=1+1", "A2", 11.06)
    assert book["pairs"]["A2"].data_type == "s"
    assert "Rabat beton jalan usaha tani Krajan RT 02/RW 01" in next(
        iter(list(book["penjelasan"].values)[1:])
    )


def test_it_writes_the_same_workbook_twice(works: Path, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        run("--records", works, "--format", "xlsx", "--output", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_it_writes_a_page_that_fetches_nothing(works: Path, tmp_path: Path) -> None:
    run("--records", works, "--format", "html", "--output", tmp_path / "pairs.html", "--min-probability", 0)
    page = (tmp_path / "pairs.html").read_text(encoding="utf-8")
    assert "src=" not in page.replace("src=x", "").replace("this._url", "") or 'src="http' not in page
    assert "<link" not in page
    assert "<img src=x" not in page
    assert "3 pasangan terindikasi ganda" in page


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--format", "shp"], "invalid choice: 'shp'"),
        (["--engine", "excel"], "invalid choice: 'excel'"),
        (["--against", "x.csv"], "--against compares with --records"),
        (["--records", "x.csv", "--year", "2025"], "--year and --place choose from the register"),
        (["--records", "x.csv", "--format", "xlsx"], "add --output"),
        (["--records", "none.csv"], "none.csv tidak dapat dibaca"),
        (["--min-probability", "2"], "not a probability"),
        (["--radius", "0"], "not a radius"),
        (["--output", "/no/such/folder/pairs.csv"], "cannot be written"),
    ],
)
def test_it_refuses_in_words(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_it_scans_the_register_and_stores(cast: Cast) -> None:
    for year in (2025, 2026):
        place = Point(114.2, -8.25, srid=4326)
        ProjectFactory(village=cast.sragi, fiscal_year=year, title="Drainase Gang Kenanga RT 2", point=place)
    out, err = run("--format", "csv", "--place", "35.10.17")
    (row,) = list(csv.DictReader(io.StringIO(out)))
    assert row["left_id"] == Pair.objects.get().left.code
    assert "2 projects, 1 pairs within 100 m, 1 stored." in err
    with pytest.raises(CommandError, match=r"No place has the code 99\.99"):
        run("--place", "99.99")


def test_it_says_that_it_was_stopped(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_args: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("duplicates.scan.prepare", interrupted)
    with pytest.raises(CommandError, match="Cancelled"):
        run()
    assert Scan.objects.get().state == "cancelled"


def test_it_gives_out_no_pairs_of_a_scan_that_ended_elsewhere(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def taken_over(*_args: object) -> None:
        raise TakenOver

    monkeypatch.setattr("duplicates.scan.prepare", taken_over)
    with pytest.raises(CommandError, match="did not end here: berjalan"):
        run()
