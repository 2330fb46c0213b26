"""What ships in fixtures/places.geojson is Banyuwangi: its villages by their real names."""

from collections import Counter

import pytest
import shapely

from places.models import Kind, Level, Place
from tests.places.conftest import shipped_rows

BY_CODE = {row.code: row for row in shipped_rows()}
VILLAGES = [row for row in shipped_rows() if row.level == Level.VILLAGE]
DISTRICTS = [row for row in shipped_rows() if row.level == Level.DISTRICT]


def test_it_has_a_regency_of_25_districts_and_217_villages():
    assert (len(DISTRICTS), len(VILLAGES)) == (25, 217)
    assert Counter(row.kind for row in VILLAGES) == {Kind.DESA: 189, Kind.KELURAHAN: 28}
    assert BY_CODE["35.10"].name == "Banyuwangi"
    assert BY_CODE["35"].name == "Jawa Timur"


@pytest.mark.parametrize(
    ("code", "kind", "name", "district"),
    [
        ("35.10.01.2001", "desa", "Sarongan", "Pesanggaran"),
        ("35.10.16.1007", "kelurahan", "Karangrejo", "Banyuwangi"),
        ("35.10.19.2003", "desa", "Sragi", "Songgon"),
        ("35.10.24.2008", "desa", "Tamansari", "Licin"),
        ("35.10.25.2003", "desa", "Watukebo", "Blimbingsari"),
    ],
)
def test_it_knows_villages_by_code(code, kind, name, district):
    row = BY_CODE[code]
    assert (row.kind, row.name, BY_CODE[row.parent].name) == (kind, name, district)


def test_it_has_three_names_twice_and_no_other():
    twice = {name for name, times in Counter(row.name for row in VILLAGES).items() if times > 1}
    assert twice == {"Tamansari", "Karangrejo", "Watukebo"}


def test_it_draws_every_place_validly_with_its_point_inside():
    for row in [*VILLAGES, *DISTRICTS, BY_CODE["35.10"]]:
        assert row.boundary.is_valid, row.code
        assert row.boundary.covers(shapely.Point(row.point)), row.code


def test_it_draws_villages_that_fill_their_district():
    for district in DISTRICTS:
        parts = [row.boundary for row in VILLAGES if row.parent == district.code]
        gaps = district.boundary.difference(shapely.union_all(parts)).area
        assert gaps < 0.002 * district.boundary.area, district.name


def test_it_draws_villages_that_do_not_lie_on_each_other():
    whole = shapely.union_all([row.boundary for row in VILLAGES]).area
    assert sum(row.boundary.area for row in VILLAGES) == pytest.approx(whole, rel=0.001)


@pytest.mark.django_db
def test_it_finds_everything_of_a_district_by_its_code(banyuwangi):
    songgon = Place.objects.within("35.10.19")
    assert songgon.count() == 10
    assert set(songgon.villages().values_list("name", flat=True)) >= {"Songgon", "Sragi", "Bayu", "Balak"}
    assert Place.objects.within("35.1").count() == 0


@pytest.mark.parametrize("name", ["Tamansari", "Karangrejo", "Watukebo"])
@pytest.mark.django_db
def test_it_tells_homonyms_apart_by_their_district(banyuwangi, name):
    labels = [place.label for place in Place.objects.villages().search(name) if place.name == name]
    assert len(set(labels)) == 2
    assert all(", Kec. " in label for label in labels)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("Desa Tamansari, Licin", "35.10.24.2008"),
        ("tamansari tegalsari", "35.10.23.2003"),
        ("Watukebo Wongsorejo", "35.10.18.2008"),
        ("sragi", "35.10.19.2003"),
        ("Sumbermulio", "35.10.01.2010"),
        ("35.10.19.2003", "35.10.19.2003"),
        ("Kec. Songgon", "35.10.19"),
    ],
)
@pytest.mark.django_db
def test_it_finds_the_place_people_mean(banyuwangi, typed, meant):
    assert Place.objects.search(typed).first().pk == meant


@pytest.mark.parametrize("typed", ["", "  ", "desa", "xyzzy"])
@pytest.mark.django_db
def test_it_finds_nothing_for_nothing(banyuwangi, typed):
    assert list(Place.objects.search(typed)) == []
