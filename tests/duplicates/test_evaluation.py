"""Figures on labelled pairs: the arithmetic, the three shapes of file, the command and what it refuses."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from duplicates.comparison import Record
from duplicates.evaluation import (
    Judged,
    average_precision,
    by_kind,
    calibration_error,
    figures,
    judge,
    precision_at,
    reliability,
    worst,
)
from duplicates.labelled import LabelledPair, read_labelled
from duplicates.records import UnreadableList

RECORDS = (
    "id,title,lon,lat,work_type\n"
    "A1,Rabat beton jalan usaha tani Krajan RT 02/RW 01,114.2001,-8.25,road\n"
    "A2,Pemb. rabat cor JUT dsn Krajan RT 2 RW 1,114.2001,-8.2501,road\n"
    "A3,Pemasangan lampu jalan Dusun Krajan,114.2002,-8.25,lighting\n"
    "A4,Rabat beton jalan usaha tani Krajan RT 02/RW 01,114.2101,-8.25,road\n"
    "A5,Tanpa titik,,,\n"
)
PAIRS = (
    "left_id,right_id,label,kind\n"
    "A2,A1,1,entered_twice\nA3,A1,0,other_work\nA2,A3,0,other_work\nA1,A4,1,shifted\nA5,A1,ya,entered_twice\n"
)


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    (tmp_path / "records.csv").write_text(RECORDS, encoding="utf-8")
    (tmp_path / "pairs.csv").write_text(PAIRS, encoding="utf-8")
    return tmp_path / "pairs.csv", tmp_path / "records.csv"


def run(*arguments: object) -> tuple[str, str]:
    out, err = io.StringIO(), io.StringIO()
    call_command("evaluate_duplicates", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def judged(weight: float | None, same: bool, kind: str = "", probability: float | None = None) -> Judged:
    pair = LabelledPair(Record("1", "a"), Record("2", "b"), same, kind)
    return Judged(
        pair,
        weight,
        (0.9 if weight and weight > 0 else 0.1) if probability is None and weight else probability,
    )


# Arithmetic -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scored", "expected"),
    [
        ([(3.0, True), (2.0, True), (1.0, False)], 1.0),
        ([(3.0, False), (2.0, True), (1.0, True)], (1 / 2 + 2 / 3) / 2),
        ([(3.0, True), (2.0, False), (1.0, True), (0.0, False)], (1 + 2 / 3) / 2),
        ([(1.0, True), (1.0, False)], 0.5),
        ([(1.0, False), (1.0, True)], 0.5),
        ([(3.0, True), (None, True)], 0.5),
        ([(None, False), (1.0, False)], 0.0),
        ([], 0.0),
    ],
    ids=["perfect", "wrong first", "between", "tied", "tied, other way round", "never brought", "none the same", "none"],
)  # fmt: skip
def test_it_computes_average_precision(scored: list[tuple[float | None, bool]], expected: float) -> None:
    assert average_precision(scored) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("scored", "first", "expected"),
    [
        ([(3.0, True), (2.0, False), (1.0, True)], 2, 0.5),
        ([(3.0, True)], 50, 1.0),
        ([(3.0, True), (1.0, True), (1.0, False), (1.0, False), (1.0, False)], 3, (1 + 2 * 0.25) / 3),
        ([(None, True)], 50, 0.0),
    ],
    ids=["first two", "fewer than asked", "tied at the end", "none brought"],
)
def test_it_computes_precision_at_the_top(
    scored: list[tuple[float | None, bool]], first: int, expected: float
) -> None:
    assert precision_at(scored, first) == pytest.approx(expected)


def test_it_computes_the_example_of_the_page() -> None:
    page = Path("docs/design/duplicate-evaluation.md").read_text(encoding="utf-8")
    lines = [line.strip("|").split("|") for line in page.splitlines() if line.startswith("|")]
    cells = [[cell.strip().replace("−", "-") for cell in line] for line in lines]
    rows = [row for row in cells if len(row) == 5 and row[1] in ("yes", "no") and not row[0].startswith("`")]
    assert len(rows) == 5
    scored = [(None if weight == "–" else float(weight), same == "yes") for weight, same, *_rest in rows]
    added = [float(row[4]) for row in rows if row[4]]
    assert average_precision(scored) == pytest.approx(sum(added), abs=1e-4)
    assert f"Average precision: **{average_precision(scored):.4f}**" in page


def test_it_counts_what_is_never_brought_as_missed() -> None:
    made = figures(
        [judged(3, True), judged(2, False), judged(-1, True), judged(None, True), judged(None, False)], 0.5
    )
    assert (made.right, made.wrong, made.missed) == (1, 1, 2)
    assert (made.precision, made.recall, made.f1) == pytest.approx((0.5, 1 / 3, 0.4))


def test_it_counts_kind_by_kind() -> None:
    made = by_kind(
        [judged(3, True, "b"), judged(None, True, "b"), judged(3, False, "a"), judged(-3, False, "a")], 0.5
    )
    assert [(k.kind, k.same, k.pairs, k.brought, k.found, k.share) for k in made] == [
        ("b", True, 2, 1, 1, 0.5), ("a", False, 2, 2, 1, 0.5),
    ]  # fmt: skip


def test_it_shows_the_worst_mistakes_first() -> None:
    rated = [
        judged(2, False),
        judged(5, False),
        judged(-1, False),
        judged(-2, True),
        judged(None, True),
        judged(4, True),
    ]
    wrong, missed = worst(rated, 0.5, 2)
    assert [one.weight for one in wrong] == [5, 2]
    assert [one.weight for one in missed] == [-2, None]


def test_it_says_how_far_what_was_said_is_from_what_was_so() -> None:
    bins = reliability([(0.05, False), (0.05, False), (0.95, True), (0.95, False), (1.0, True)])
    assert [(b.low, b.pairs) for b in bins] == [(0.0, 2), (0.9, 3)]
    assert bins[1].true == pytest.approx(2 / 3)
    assert calibration_error(bins) == pytest.approx((2 * 0.05 + 3 * abs(2.9 / 3 - 2 / 3)) / 5)


# Files ----------------------------------------------------------------------------------------------------------


def test_it_scores_as_a_scan_would(files: tuple[Path, Path]) -> None:
    made = {(one.pair.left.id, one.pair.right.id): one for one in judge(read_labelled(*files), radius_m=100)}
    assert made["A2", "A1"].probability is not None
    assert made["A2", "A1"].probability > 0.85
    assert made["A1", "A4"].weight is None  # 1.1 km apart
    assert made["A5", "A1"].weight is None  # nowhere: matches nothing


def test_both_ways_to_score_agree(files: tuple[Path, Path]) -> None:
    some = {(j.pair.left.id, j.pair.right.id): j.weight for j in judge(read_labelled(*files), radius_m=100)}
    files[0].write_text("left_id,right_id\nA2,A1\n", encoding="utf-8")
    closed = read_labelled(*files)
    assert closed.closed
    every = {tuple(sorted((j.pair.left.id, j.pair.right.id))): j for j in judge(closed, radius_m=100)}
    assert set(every) == {("A1", "A2"), ("A1", "A3"), ("A2", "A3")}
    assert every["A1", "A2"].weight == some["A2", "A1"]
    assert not every["A1", "A3"].pair.same


@pytest.mark.parametrize(
    "header",
    [
        "left_title,left_lon,left_lat,right_title,right_lon,right_lat,label",
        "name_1,longitude_1,latitude_1,name_2,longitude_2,latitude_2,match",
        "a_name,a_lng,a_lat,b_name,b_lng,b_lat,is_match",
        "ltable_name,ltable_lon,ltable_lat,rtable_name,rtable_lon,rtable_lat,gold",
    ],
)
def test_it_reads_both_records_out_of_each_row(tmp_path: Path, header: str) -> None:
    path = tmp_path / "places.csv"
    path.write_text(
        f"{header}\nWarung Bu Ani,114.2,-8.25,Warung bu Ani,114.2001,-8.25,True\n"
        "Warung Bu Ani,114.2,-8.25,Masjid Al Huda,114.2001,-8.2501,False\n",
        encoding="utf-8",
    )
    labelled = read_labelled(path)
    assert [pair.same for pair in labelled.pairs] == [True, False]
    assert len(labelled.records) == 3
    weights = [one.weight for one in judge(labelled, radius_m=100)]
    assert None not in weights
    assert weights[0] > weights[1]


def test_it_reads_groups(tmp_path: Path) -> None:
    path = tmp_path / "groups.csv"
    path.write_text(
        "id,name,latitude,longitude,point_of_interest\n1,A,-8.25,114.2,x\n2,A,-8.25,114.2,x\n3,A,-8.25,114.2,x\n"
        "4,B,-8.25,114.2,y\n",
        encoding="utf-8",
    )
    labelled = read_labelled(path)
    assert labelled.closed
    assert {(pair.left.id, pair.right.id) for pair in labelled.pairs} == {("1", "2"), ("1", "3"), ("2", "3")}
    assert len(judge(labelled, radius_m=100)) == 6


def test_it_keeps_two_lists_apart(files: tuple[Path, Path], tmp_path: Path) -> None:
    theirs = tmp_path / "theirs.csv"
    theirs.write_text(
        "id,title,lon,lat\nA1,Rabat beton JUT Krajan RT 2 RW 1,114.2001,-8.25\n", encoding="utf-8"
    )
    files[0].write_text("left_id,right_id,label\nA1,A1,1\nA3,A1,0\n", encoding="utf-8")
    made = judge(read_labelled(files[0], files[1], theirs), radius_m=100)
    assert [one.weight is not None for one in made] == [True, True]


def test_it_names_rows_that_say_nothing(files: tuple[Path, Path]) -> None:
    files[0].write_text(
        "left_id,right_id,label\nA1,A2,1\nA1,A9,1\nA1,A3,mungkin\nA2,A1,0\nA1,A1,1\n", encoding="utf-8"
    )
    labelled = read_labelled(*files)
    assert len(labelled.pairs) == 1
    said = {
        (c.row, c.value, c.reason.code) for c in labelled.complaints if c.reason.code.startswith("labelled")
    }
    assert said == {
        (3, "A9", "labelled.unknown_id"), (4, "mungkin", "labelled.not_a_label"), (5, "A2, A1", "labelled.twice"),
        (6, "A1", "labelled.same_id"),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("content", "code"),
    [
        ("", "labelled.shape"),
        ("id,title,lon,lat\n1,A,114,-8\n", "labelled.shape"),
        ("left_id,right_id,label\nA1,A2,1\n", "labelled.needs_records"),
        ("name_1,lon_1,lat_1,name_2,lon_2,lat_2,match\n", "labelled.nothing"),
        ("name_1,lon_1,lat_1,name_2,lon_2,lat_2,match\nA,1,1,B,1,1,0\n", "labelled.nothing_same"),
    ],
)
def test_it_says_what_a_file_lacks(tmp_path: Path, content: str, code: str) -> None:
    path = tmp_path / "x.csv"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UnreadableList) as refused:
        read_labelled(path)
    assert refused.value.message.code == code


# The command ----------------------------------------------------------------------------------------------------


def test_it_prints_figures_kinds_and_mistakes(files: tuple[Path, Path]) -> None:
    out, err = run(files[0], "--records", files[1])
    assert "5 pairs, 3 of them the same; 3 within 100 m." in out
    assert "1 right, 0 wrong, 2 missed." in out
    assert "average precision   0.3333" in out
    assert "entered_twice             2         1      1   recall 0.500" in out
    assert "not brought by a scan: farther apart than the radius" in out
    assert "not brought by a scan: one of them has no place" in out
    assert "Jarak tidak diketahui" in out
    assert "Koordinat kosong" in err


def test_it_obeys_radius_and_threshold(files: tuple[Path, Path]) -> None:
    made = json.loads(run(files[0], "--records", files[1], "--radius", 2000, "--format", "json")[0])
    assert (made["brought"], made["missed"]) == (4, 2)  # 1.1 km weighs against it
    assert made["worst"]["missed"][-1]["why"] == "one of them has no place"
    made = json.loads(run(files[0], "--records", files[1], "--threshold", 0, "--format", "json")[0])
    assert (made["right"], made["wrong"]) == (1, 2)


def test_it_needs_no_database(files: tuple[Path, Path]) -> None:
    nowhere = os.environ | {"GEOMONITOR_DATABASE_URL": "postgis://nobody@127.0.0.1:1/nowhere"}
    command = [sys.executable, "manage.py", "evaluate_duplicates", str(files[0]), "--records", str(files[1])]
    done = subprocess.run(command, capture_output=True, text=True, env=nowhere, check=True)
    assert "precision at 50" in done.stdout


def test_it_makes_a_register_that_it_can_read(tmp_path: Path) -> None:
    _out, err = run("--make", tmp_path / "new", "--works", 200, "--seed", 5)
    assert "labelled pairs" in err
    out, _err = run(tmp_path / "new/pairs.csv", "--records", tmp_path / "new/records.csv", "--worst", 0)
    assert "entered_twice" in out
    again = tmp_path / "again"
    run("--make", again, "--works", 200, "--seed", 5)
    for name in ("records.csv", "pairs.csv"):
        assert (again / name).read_bytes() == (tmp_path / "new" / name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "Give a file of labelled pairs, or --make"),
        (["pairs.csv", "--make", "x"], "Give a file of labelled pairs, or --make"),
        (["none.csv"], "none.csv tidak dapat dibaca"),
        (["pairs.csv", "--against", "x.csv"], "--against goes with --records"),
        (["pairs.csv", "--threshold", "2"], "not a probability"),
        (["pairs.csv", "--radius", "dekat"], "not a number"),
        (["pairs.csv", "--radius", "0"], "not a radius"),
        (["--make", "x", "--works", "5"], "at least 100 works"),
        (["--make", "/proc/none/x"], "/proc/none"),
    ],
)
def test_it_refuses_in_words(
    arguments: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(CommandError, match=said):
        run(*arguments)
