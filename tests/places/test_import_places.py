"""import_places: all or nothing, mistakes by row and column, a second run changes nothing."""

from pathlib import Path

import geopandas
import pytest
import shapely
from django.core.management import CommandError, call_command

from places.import_reading import PlacesRefused
from places.imports import import_places
from places.models import Place
from places.saying import say
from tests.places.conftest import FIXTURE

pytestmark = pytest.mark.django_db

HEAD = "code,name,kind,lon,lat\n"
JEMBER = HEAD + (
    "35,Jawa Timur,,,\n"
    "35.09,Jember,,113.70,-8.17\n"
    "35.09.01,Jombang,,113.30,-8.24\n"
    "35.09.01.2001,Keting,,113.31,-8.25\n"
)


def square(lon: float, lat: float, half: float = 0.02) -> shapely.Polygon:
    return shapely.box(lon - half, lat - half, lon + half, lat + half)


@pytest.fixture
def write(tmp_path: Path):
    def _write(text: str, name: str = "places.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding=encoding)
        return path

    return _write


def refusals(path: Path) -> list[tuple[int, str, str, str]]:
    with pytest.raises(PlacesRefused) as refused:
        import_places(path)
    return [(one.row, one.column, one.value, one.reason.code) for one in refused.value.mistakes]


def test_it_loads_the_shipped_file_and_a_second_time_changes_nothing():
    assert say(import_places(FIXTURE).summary) == "244 baru, 0 berubah, 0 sama."
    assert say(import_places(FIXTURE).summary) == "0 baru, 0 berubah, 244 sama."
    sragi = Place.objects.get(pk="35.10.19.2003")
    assert (sragi.title, sragi.parent.title, sragi.parent.parent.title) == (
        "Desa Sragi",
        "Kec. Songgon",
        "Kabupaten Banyuwangi",
    )
    assert sragi.boundary.covers(sragi.point)


def test_it_loads_another_regency_beside_the_first(banyuwangi, write):
    outcome = import_places(write(JEMBER))
    assert (len(outcome.new), outcome.same) == (3, ["35"])
    keting = Place.objects.get(pk="35.09.01.2001")
    assert (keting.kind, keting.level, keting.parent_id) == ("desa", "village", "35.09.01")
    assert Place.objects.villages().count() == 218


def test_it_updates_what_differs_and_keeps_what_the_file_does_not_say(banyuwangi, write):
    before = Place.objects.get(pk="35.10.19.2003")
    outcome = import_places(write("kode;nama\n35.10.19.2003;Sragi Baru\n35.10.19.2001;Songgon\n"))
    after = Place.objects.get(pk="35.10.19.2003")
    assert (outcome.changed, outcome.same) == (["35.10.19.2003"], ["35.10.19.2001"])
    assert after.name == "Sragi Baru"
    assert (after.boundary, after.point) == (before.boundary, before.point)


@pytest.mark.parametrize(
    ("line", "column", "value", "reason"),
    [
        ("3510192003,Sragi,,,", "code", "3510192003", "code_form"),
        ("35.1,Banyuwangi,,,", "code", "35.1", "code_form"),
        (",Sragi,,,", "code", "", "code_empty"),
        ("35.10.19.2003,,,,", "name", "", "name_empty"),
        ("35.10.19.2003,Sragi,kelurahan,,", "kind", "kelurahan", "kind_differs"),
        ("35.10.19.3003,Sragi,,,", "kind", "", "kind_unknown"),
        ("35.10.19.2003,Sragi,,-8.27,114.18", "lat", "114.18, -8.27", "swapped"),
        ("35.10.19.2003,Sragi,,0,0", "lat", "0.0, 0.0", "zero"),
        ("35.10.19.2003,Sragi,,190000,9085000", "lat", "9085000.0, 190000.0", "metres"),
        ("35.10.19.2003,Sragi,,14.2,-8.27", "lat", "-8.27, 14.2", "outside_indonesia"),
        ("35.10.19.2003,Sragi,,114.18,", "lat", "", "half_a_point"),
        ("35.10.19.2003,Sragi,,114 derajat,-8.27", "lon", "114 derajat", "not_a_number"),
        ("35.11.19.2003,Sragi,,,", "code", "35.11.19.2003", "parent_missing"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.islower() else "",
)
def test_it_says_what_is_wrong_by_row_column_and_value(banyuwangi, write, line, column, value, reason):
    assert refusals(write(f"{HEAD}{line}\n")) == [(2, column, value, f"import_places.{reason}")]


def test_it_names_every_mistake_and_stores_nothing(banyuwangi, write):
    path = write(JEMBER + "35.09.01.2001,Keting,,,\n35.09.01.2002,,,8.2,113.3\n")
    assert refusals(path) == [
        (6, "code", "35.09.01.2001", "import_places.code_twice"),
        (7, "name", "", "import_places.name_empty"),
        (7, "lat", "113.3, 8.2", "import_places.outside_indonesia"),
    ]
    assert not Place.objects.filter(pk__startswith="35.09").exists()


def test_it_says_which_parents_are_missing(write):
    path = write(HEAD + "35.10.19.2003,Sragi,,,\n35.10.19,Songgon,,,\n")
    assert refusals(path) == [(3, "code", "35.10.19", "import_places.parent_missing")]


def test_it_counts_rows_as_a_spreadsheet_does_with_empty_lines_between(write):
    path = write("code,name\n\n35,Jawa Timur\n,\n36,\n")
    assert refusals(path) == [(5, "name", "", "import_places.name_empty")]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("nama,lon\nSragi,1\n", "column_missing"),
        ("code,kode,name\n35,35,Jawa Timur\n", "column_twice"),
        ("code,name\n", "empty"),
    ],
)
def test_it_refuses_a_file_that_is_not_a_table_of_places(write, text, reason):
    assert refusals(write(text)) == [(0, "", "", f"import_places.{reason}")]


@pytest.mark.parametrize("name", ["places.geojson", "places.csv"])
def test_it_refuses_what_it_cannot_read(write, name):
    path = write("Sragi – ñ", name=name, encoding="utf-16")
    assert refusals(path) == [(0, "", name, "import_places.unreadable")]


def test_it_reads_indonesian_headers_semicolons_decimal_commas_and_a_byte_order_mark(write):
    path = write(
        "Kode;Nama;Jenis;Bujur;Lintang\n35;Jawa Timur;;;\n35.71;Kediri;kota;112,01;−7,82\n",
        encoding="utf-8-sig",
    )
    import_places(path)
    kediri = Place.objects.get(pk="35.71")
    assert (kediri.kind, kediri.title) == ("kota", "Kota Kediri")
    assert kediri.point.coords == (112.01, -7.82)


def test_it_takes_a_boundary_from_csv_and_makes_the_point_where_there_is_none(write):
    wkt = "POLYGON ((114.1 -8.3, 114.2 -8.3, 114.2 -8.2, 114.1 -8.2, 114.1 -8.3))"
    import_places(write(f'code,name,boundary\n35,Jawa Timur,\n35.10,Banyuwangi,"{wkt}"\n'))
    regency = Place.objects.get(pk="35.10")
    assert regency.boundary.geom_type == "MultiPolygon"
    assert regency.boundary.covers(regency.point)


@pytest.mark.parametrize(
    ("wkt", "reason"),
    [
        ("POLYGON ((114.1 -8.3", "not_wkt"),
        ("LINESTRING (114.1 -8.3, 114.2 -8.3)", "not_an_area"),
        ("POLYGON ((-8.3 114.1, -8.3 114.2, -8.2 114.2, -8.3 114.1))", "swapped"),
    ],
)
def test_it_refuses_a_boundary_that_is_none(write, wkt, reason):
    path = write(f'code,name,boundary\n35,Jawa Timur,"{wkt}"\n')
    assert [(row, column, code) for row, column, _value, code in refusals(path)] == [
        (2, "boundary", f"import_places.{reason}")
    ]


@pytest.mark.parametrize("driver", ["GeoJSON", "GPKG", "ESRI Shapefile"])
def test_it_reads_any_ogr_file(tmp_path, driver):
    frame = geopandas.GeoDataFrame(
        {
            "code": ["35", "35.10"],
            "name": ["Jawa Timur", "Banyuwangi"],
            "lon": [None, 114.2],
            "lat": [None, -8.3],
        },
        geometry=[None, square(114.2, -8.3)],
        crs=4326,
    )
    path = tmp_path / {"GeoJSON": "p.geojson", "GPKG": "p.gpkg", "ESRI Shapefile": "p.shp"}[driver]
    frame.to_file(path, driver=driver)
    import_places(path)
    regency = Place.objects.get(pk="35.10")
    assert regency.point.coords == (114.2, -8.3)
    assert shapely.from_wkb(bytes(regency.boundary.wkb)).hausdorff_distance(square(114.2, -8.3)) < 1e-7


def test_it_brings_utm_to_degrees_and_says_so(tmp_path):
    frame = geopandas.GeoDataFrame(
        {"code": ["35"], "name": ["Jawa Timur"]}, geometry=[square(114.2, -8.3)], crs=4326
    ).to_crs(32750)
    frame.to_file(tmp_path / "utm.gpkg")
    outcome = import_places(tmp_path / "utm.gpkg")
    assert [note.code for note in outcome.notes] == ["import_places.reprojected"]
    drawn = shapely.from_wkb(bytes(Place.objects.get(pk="35").boundary.wkb))
    assert drawn.hausdorff_distance(square(114.2, -8.3)) < 1e-8


@pytest.mark.parametrize(
    ("lon", "lat", "reason"),
    [(114.2, 8.3, "outside_indonesia"), (114.2, 5.3, "sign_lost"), (114.9, -5.3, "point_far")],
)
def test_it_refuses_a_point_far_from_its_own_boundary(tmp_path, lon, lat, reason):
    frame = geopandas.GeoDataFrame(
        {"code": ["35"], "name": ["Jawa Timur"], "lon": [lon], "lat": [lat]},
        geometry=[square(114.2, -5.3)],
        crs=4326,
    )
    frame.to_file(tmp_path / "p.geojson")
    assert [code for *_where, code in refusals(tmp_path / "p.geojson")] == [f"import_places.{reason}"]


def test_it_repairs_a_boundary_that_crosses_itself_and_says_so(write):
    bow = "POLYGON ((114.1 -8.3, 114.2 -8.2, 114.2 -8.3, 114.1 -8.2, 114.1 -8.3))"
    outcome = import_places(write(f'code,name,boundary\n35,Jawa Timur,"{bow}"\n'))
    assert [say(note) for note in outcome.notes] == [
        "Batas 1 wilayah memotong dirinya sendiri dan diperbaiki: 35."
    ]
    assert Place.objects.get(pk="35").boundary.valid


def test_the_command_rehearses_without_storing(write, capsys):
    call_command("import_places", str(write(JEMBER)), "--dry-run")
    assert capsys.readouterr().out == "places.csv: 4 baru, 0 berubah, 0 sama.\n"
    assert not Place.objects.exists()


def test_the_command_says_mistakes_in_words(write):
    path = write(HEAD + "35.1,Banyuwangi,,,\n")
    with pytest.raises(CommandError) as error:
        call_command("import_places", str(path))
    assert str(error.value).splitlines() == [
        "places.csv: tidak ada yang dimuat; 1 kesalahan.",
        "baris 2, kolom code, “35.1”: Ini bukan kode Kemendagri. Tulis dengan titik dan dua angka per bagian, "
        "seperti 35.10.19.2003; simpan kolomnya sebagai teks agar angka nol tidak hilang.",
    ]


def test_the_command_says_that_a_file_is_not_there(tmp_path):
    with pytest.raises(CommandError, match="file ini tidak ada"):
        call_command("import_places", str(tmp_path / "none.csv"))
