"""Layers for QGIS: read back by GDAL and Arrow, lon before lat, the line between the nearest parts, the same bytes."""

import io
import json
import sqlite3
import time
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import geopandas
import pyogrio
import pytest
import shapely

from duplicates.comparison import Record
from duplicates.kernel import PairTable, score_pair
from duplicates.nearest import nearest_line
from duplicates.titles import Frequencies
from reports.layers import geojson, geopackage, geoparquet, layers_of

ROAD = Record(
    "A", "Rabat beton JUT Krajan", (shapely.LineString([(114.2, -8.25), (114.203, -8.25)]),),
    year=2025, budget=Decimal("184500000.50"), fund_sources=frozenset({"DDS", "ADD"}),
)  # fmt: skip
POINT = Record.at("B", '{"judul": 1}', 114.201, -8.2501, year=2026)
NOWHERE = Record("C", "Rabat beton JUT Krajan", (), year=2026)


def table() -> PairTable:
    pairs = [score_pair(ROAD, POINT, Frequencies()), score_pair(ROAD, NOWHERE, Frequencies())]
    return PairTable.of(pairs, [ROAD, POINT, NOWHERE])


def test_geojson_is_rfc_7946() -> None:
    made = json.loads(geojson(layers_of(table())))
    assert "crs" not in made
    near, far = made["features"]
    assert near["geometry"] == {"type": "LineString", "coordinates": [[114.201, -8.25], [114.201, -8.2501]]}
    assert far["geometry"] is None
    told = near["properties"]
    assert list(told)[:6] == ["left_id", "right_id", "distance_m", "probability", "weight", "signals"]
    assert told["distance_m"] == pytest.approx(11.06, abs=0.02)
    assert (told["left_title"], told["right_title"]) == ("Rabat beton JUT Krajan", '{"judul": 1}')
    assert json.loads(told["signals"])[0]["signal"] == "distance"


@pytest.mark.parametrize("write", [geojson, geopackage])
def test_a_line_of_a_centimetre_keeps_its_length_in_gdal(write, tmp_path: Path) -> None:
    both = Record.at("A", "Drainase", 114.2, -8.25), Record.at("B", "Drainase", 114.2, -8.25)
    path = tmp_path / ("pairs.gpkg" if write is geopackage else "pairs.geojson")
    path.write_bytes(write(layers_of(PairTable.of([score_pair(*both, Frequencies())], both))))
    [line] = pyogrio.read_dataframe(path, layer="pairs").geometry
    assert list(line.coords) == [(114.2, -8.25), (114.2000001, -8.25)]
    assert line.is_valid


def test_gdal_opens_both_layers_of_the_geopackage(tmp_path: Path) -> None:
    path = tmp_path / "pairs.gpkg"
    path.write_bytes(geopackage(layers_of(table())))
    assert {name for name, _kind in pyogrio.list_layers(path)} == {"pairs", "works"}
    pairs = pyogrio.read_dataframe(path, layer="pairs")
    assert pairs.crs.to_epsg() == 4326
    assert list(pairs.left_id) == ["A", "A"]
    works = pyogrio.read_dataframe(path, layer="works").set_index("id")
    assert works.loc["A"].geometry.equals(ROAD.geometries[0])
    assert (works.loc["A"].budget, works.loc["A"].fund_sources) == (184500000.5, "ADD, DDS")
    assert works.loc["C"].geometry is None


def test_arrow_opens_the_geoparquet() -> None:
    pairs = geopandas.read_parquet(io.BytesIO(geoparquet(layers_of(table()))))
    assert pairs.geometry.iloc[0].equals(shapely.LineString([(114.201, -8.25), (114.201, -8.2501)]))
    assert pairs.right_title.iloc[0] == '{"judul": 1}'


@pytest.mark.parametrize("write", [geojson, geopackage, geoparquet])
def test_the_same_pairs_make_the_same_bytes(write, monkeypatch: pytest.MonkeyPatch) -> None:
    first = write(layers_of(table()))
    monkeypatch.setattr(time, "time", lambda: 2_000_000_000.0)
    assert write(layers_of(table())) == first


def test_the_time_of_the_geopackage_is_source_date_epoch(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    path = tmp_path / "pairs.gpkg"
    path.write_bytes(geopackage(layers_of(table())))
    with sqlite3.connect(path) as database:
        times = {row[0] for row in database.execute("SELECT last_change FROM gpkg_contents")}
    assert times == {"2026-09-21T14:13:20Z"}


@pytest.mark.parametrize("write", [geojson, geopackage, geoparquet])
def test_no_pairs_are_a_file_too(write) -> None:
    assert write(layers_of(PairTable.of([], [])))


def test_two_lists_with_the_same_ids_keep_their_works_apart(tmp_path: Path) -> None:
    theirs = Record.at("A", "Drainase", 114.2001, -8.25)
    pair = score_pair(ROAD, Record.at("A2", "Drainase", 114.2001, -8.25), Frequencies())
    both = PairTable.of([replace(pair, right_id="A")], [ROAD], [theirs])
    works = layers_of(both).works
    assert list(zip(works.side, works.title, strict=True)) == [
        ("left", "Rabat beton JUT Krajan"), ("right", "Drainase")
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ((114.2, -8.25), (114.2, -8.25), "LINESTRING (114.2 -8.25, 114.2000001 -8.25)"),
        ((179.9999, 0), (-179.9999, 0), "MULTILINESTRING ((179.9999 0, 180 0), (-180 0, -179.9999 0))"),
        ((-179.9999, 0), (179.9999, 0), "MULTILINESTRING ((-179.9999 0, -180 0), (180 0, 179.9999 0))"),
    ],
    ids=["one spot: the shortest valid line", "over the date line eastwards", "and westwards"],
)
def test_the_line_is_valid_everywhere(left, right, expected: str) -> None:
    line = nearest_line([shapely.Point(left)], [shapely.Point(right)])
    assert line is not None
    assert line.is_valid
    assert shapely.equals_exact(line, shapely.from_wkt(expected), 1e-9)


def test_an_unknown_place_has_no_line() -> None:
    assert nearest_line([], [shapely.Point(114, -8)]) is None
