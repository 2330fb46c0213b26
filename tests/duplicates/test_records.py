"""Outside lists: reading with complaints by row and column, and comparing without a database."""

import random
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from pyproj import Geod

from duplicates.kernel import Record
from duplicates.lists import compare_lists, near_pairs
from duplicates.records import UnreadableList, read_records
from places.saying import say


def written(folder: Path, text: str, name: str = "list.csv", encoding: str = "utf-8") -> Path:
    path = folder / name
    path.write_bytes(text.encode(encoding))
    return path


def complaints(path: Path) -> list[tuple[int, str, str, str]]:
    return [(c.row, c.column, c.value, c.reason.code) for c in read_records(path).complaints]


def test_it_reads_every_column(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "ID,Title,lon,lat,work_type,activity,budget,volume,unit,year,fund_source,executor\n"
        'A1,"Drainase, Krajan",114.2,-8.25,drain,02.03.12,"Rp1.250.000,50",412.5,m,2025,"DDS, PBK",TPK Sragi\n',
    )
    (record,) = read_records(path).records
    assert (record.id, record.title) == ("A1", "Drainase, Krajan")
    assert (record.geometries[0].x, record.geometries[0].y) == (114.2, -8.25)
    assert (record.work_type, record.activity, record.unit, record.executor) == (
        "drain",
        "02.03.12",
        "m",
        "TPK Sragi",
    )
    assert (record.budget, record.volume, record.year) == (Decimal("1250000.50"), Decimal("412.5"), 2025)
    assert record.fund_sources == {"DDS", "PBK"}


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("id;title;lon;lat\n1;Jalan é;114,25;-8,5\n", "utf-8-sig"),
        ("id\ttitle\tlon\tlat\n1\tJalan é\t114.25\t-8.5\n", "utf-8"),
        ("id,title,lon,lat\r\n1,Jalan é,114.25,-8.5\r\n\r\n", "cp1252"),
    ],
    ids=["semicolons and decimal commas", "tabs", "cp1252 and an empty line"],
)
def test_it_reads_lists_as_offices_save_them(tmp_path: Path, text: str, encoding: str) -> None:
    found = read_records(written(tmp_path, text, encoding=encoding))
    assert [(r.title, r.geometries[0].x, r.geometries[0].y) for r in found.records] == [
        ("Jalan é", 114.25, -8.5)
    ]
    assert found.complaints == []


def test_it_reads_a_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["id", "title", "lon", "lat", "year"])
    book.active.append([7, "Paving Gang Mawar", 114.25, -8.5, 2025.0])
    book.save(tmp_path / "list.xlsx")
    (record,) = read_records(tmp_path / "list.xlsx").records
    assert (record.id, record.year) == ("7", 2025)


def test_it_complains_by_row_column_and_value(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        "id,title,lon,lat,budget\n"
        "1,Jalan,114.2,-8.25,1.250\n"
        ",Jalan,114.2,-8.25,\n"
        "1,Jalan,114.2,-8.25,\n"
        "2,Jalan,-8.25,114.2,\n"
        "3,Jalan,,,\n"
        "4,Jalan,0,0,\n"
        "5,Jalan,514.2,-8.25,\n"
        "6,Jalan,timur,-8.25,banyak\n",
    )
    assert complaints(path) == [
        (2, "budget", "1.250", "records.ambiguous"),
        (3, "id", "", "records.no_id"),
        (4, "id", "1", "records.same_id"),
        (5, "lon, lat", "-8.25, 114.2", "records.swapped"),
        (6, "lon, lat", ", ", "records.no_position"),
        (7, "lon, lat", "0, 0", "records.zero_position"),
        (8, "lon, lat", "514.2, -8.25", "records.out_of_range"),
        (9, "lon", "timur", "records.not_a_number"),
        (9, "budget", "banyak", "records.not_a_number"),
    ]
    assert [record.id for record in read_records(path).records] == ["1", "2", "3", "4", "5", "6"]


def test_it_never_matches_records_without_a_place(tmp_path: Path) -> None:
    rows = "1,Drainase Sragi,,\n2,Drainase Sragi,,\n3,Drainase Sragi,0,0\n4,Drainase Sragi,0,0\n"
    records = read_records(written(tmp_path, f"id,title,lon,lat\n{rows}")).records
    assert len(records) == 4
    assert compare_lists(records, radius_m=100, min_probability=0) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("list.csv", "id,judul,lon,lat\n", "Kolom title tidak ada. Kolom yang ada: id, judul, lon, lat."),
        ("list.csv", "", "Kolom id, title, lon, lat tidak ada. Kolom yang ada: –."),
        ("list.pdf", "x", "list.pdf bukan CSV atau XLSX. Simpan dulu sebagai salah satunya."),
        ("list.xlsx", "no workbook", "list.xlsx bukan CSV atau XLSX. Simpan dulu sebagai salah satunya."),
    ],
)
def test_it_says_why_a_file_is_no_list(tmp_path: Path, name: str, content: str, said: str) -> None:
    with pytest.raises(UnreadableList) as caught:
        read_records(written(tmp_path, content, name))
    assert say(caught.value.message) == said


def test_it_says_that_a_file_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UnreadableList) as caught:
        read_records(tmp_path / "none.csv")
    assert "none.csv tidak dapat dibaca" in say(caught.value.message)


def test_it_keeps_the_first_list_left_when_two_are_compared() -> None:
    mine = [Record.at("Z", "Drainase Sragi", 114.2, -8.25)]
    theirs = [Record.at("A", "Drainase Sragi", 114.2, -8.25), Record.at("Z", "Drainase Sragi", 114.2, -8.25)]
    pairs = compare_lists(mine, theirs, radius_m=100, min_probability=0.5)
    assert [(pair.left_id, pair.right_id) for pair in pairs] == [("Z", "A"), ("Z", "Z")]


@pytest.mark.parametrize(
    ("lon", "lat"), [(114.0, -8.3), (179.9999, -16.5), (15.6, 78.2)], ids=["Java", "Fiji", "Svalbard"]
)
def test_it_finds_exactly_the_pairs_of_brute_force(lon: float, lat: float) -> None:
    rng = random.Random(7)
    records = []
    for number in range(500):
        east = lon + rng.uniform(-0.01, 0.01)
        records.append(
            Record.at(
                f"{number:03}", f"Jalan {number}", (east + 180) % 360 - 180, lat + rng.uniform(-0.005, 0.005)
            )
        )
    geod = Geod(ellps="WGS84")
    expected = {}
    for a in records:
        for b in records:
            if a.id < b.id:
                p, q = a.geometries[0], b.geometries[0]
                metres = round(geod.inv(p.x, p.y, q.x, q.y)[2], 2)
                if metres <= 100:
                    expected[a.id, b.id] = metres
    found = compare_lists(records, radius_m=100, min_probability=0)
    assert len(expected) > 50
    assert {(pair.left_id, pair.right_id): pair.distance_m for pair in found} == expected


def test_it_gives_each_candidate_once_however_many_sites_it_has() -> None:
    import shapely

    lamps = tuple(shapely.Point(114.2 + n / 10_000, -8.25) for n in range(12))
    records = [Record("a", "PJU", lamps), Record("b", "PJU", lamps)]
    assert [(a.id, b.id) for a, b in near_pairs(records, 100)] == [("a", "b")]
