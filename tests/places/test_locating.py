"""Where a position lies, and what likely went wrong when it lies elsewhere."""

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.db import connection

from places.locating import (
    REGENCY_MARGIN_M,
    locate,
    metres_outside,
    outside_regency,
    outside_village,
    regency_of,
)
from places.models import Place
from places.saying import say

pytestmark = pytest.mark.django_db

KARANGREJO_TOWN = (114.38184, -8.22193)  # the kelurahan, district Banyuwangi
KARANGREJO_SOUTH = (114.32728, -8.36457)  # the desa, district Blimbingsari
STRAIT = (114.43, -8.25)
BALI = (114.55, -8.25)
JAKARTA = (106.8, -6.2)


@pytest.mark.parametrize(
    ("point", "label"),
    [
        (KARANGREJO_TOWN, "Kelurahan Karangrejo, Kec. Banyuwangi"),
        (KARANGREJO_SOUTH, "Desa Karangrejo, Kec. Blimbingsari"),
        ((114.11114, -8.37718), "Desa Tamansari, Kec. Tegalsari"),
        ((114.23950, -8.12396), "Desa Tamansari, Kec. Licin"),
        ((114.29482, -7.95594), "Desa Watukebo, Kec. Wongsorejo"),
    ],
)
def test_it_locates_a_point_in_its_village(banyuwangi, point, label):
    where = locate(point)
    assert (where.village.label, where.inside) == (label, True)


def test_it_locates_a_point_at_sea_by_the_nearest_village(banyuwangi):
    where = locate(STRAIT)
    assert (where.village.parent.name, where.inside) == ("Banyuwangi", False)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT min(ST_Distance(boundary::geography, ST_SetSRID(ST_MakePoint(%s, %s), 4326)::geography)) "
            "FROM places_place WHERE level = 'village'",
            STRAIT,
        )
        assert where.distance_m == pytest.approx(cursor.fetchone()[0], abs=0.001)


def test_it_locates_nothing_where_nothing_is_drawn(db):
    assert locate(STRAIT) is None


def test_it_warns_of_a_point_in_another_village_and_says_how_far_and_which(banyuwangi):
    village = Place.objects.get(pk="35.10.25.2008")
    warning = outside_village(KARANGREJO_TOWN, village)
    assert warning.code == "places.outside_village"
    assert warning.params["found_code"] == "35.10.16.1007"
    assert 10_000 < warning.params["distance_m"] < 17_000
    assert say(warning).startswith("Titik ini 1")
    assert "di luar batas Desa Karangrejo pada peta, yaitu di Kelurahan Karangrejo, Kec. Banyuwangi." in say(
        warning
    )


def test_it_warns_of_a_point_outside_all_villages(banyuwangi):
    warning = outside_village(STRAIT, Place.objects.get(pk="35.10.16.1007"))
    assert warning.code == "places.outside_all_villages"
    assert warning.params["found_distance_m"] <= warning.params["distance_m"]


def test_it_does_not_warn_inside_or_without_a_drawn_area(banyuwangi):
    village = Place.objects.get(pk="35.10.25.2008")
    assert outside_village(KARANGREJO_SOUTH, village) is None
    assert outside_village(BALI, Place.objects.get(pk="35")) is None


@pytest.mark.parametrize(
    ("lon", "lat", "code"),
    [
        (-8.22193, 114.38184, "places.outside_regency.swapped"),
        (114.38184, 8.22193, "places.outside_regency.sign_lost"),
        (-114.38184, -8.22193, "places.outside_regency.sign_lost"),
        (8.22193, 114.38184, "places.outside_regency.swapped_and_sign_lost"),
        (0, 0, "places.outside_regency.zero"),
        (0.0, -0.0, "places.outside_regency.zero"),
        (211_000, 9_090_000, "places.outside_regency.out_of_range"),
        (114.38184, -822.193, "places.outside_regency.out_of_range"),
        (float("nan"), -8.2, "places.outside_regency.out_of_range"),
        (*JAKARTA, "places.outside_regency"),
        (*BALI, "places.outside_regency"),
    ],
)
def test_it_refuses_a_point_outside_the_regency_with_the_likely_cause(banyuwangi, lon, lat, code):
    refusal = outside_regency((lon, lat), banyuwangi)
    assert refusal.code == code
    assert "%(" not in say(refusal)


@pytest.mark.parametrize("typed", [(-8.22193, 114.38184), (114.38184, 8.22193), (8.22193, 114.38184)])
def test_it_offers_the_position_that_was_meant(banyuwangi, typed):
    params = outside_regency(typed, banyuwangi).params
    assert (params["likely_lat"], params["likely_lon"]) == ("-8.22193", "114.38184")


def test_it_says_the_likely_cause_in_words(banyuwangi):
    assert say(outside_regency((-8.22193, 114.38184), banyuwangi)) == (
        "Titik 114.38184, -8.22193 terletak di luar Kabupaten Banyuwangi. Lintang dan bujur tampaknya tertukar: "
        "mungkin maksudnya lintang -8.22193, bujur 114.38184."
    )
    assert say(outside_regency(JAKARTA, banyuwangi)) == (
        "Titik -6.2, 106.8 terletak 817 km di luar Kabupaten Banyuwangi. Periksa koordinatnya."
    )


def test_it_takes_a_jetty_up_to_the_margin_and_no_further(db):
    area = MultiPolygon(Polygon.from_bbox((114.49, -8.1, 114.51, -8)))
    regency = Place.objects.create(code="35.99", level="regency", kind="kota", name="Uji", boundary=area)
    just_outside, too_far = (114.5, -7.991), (114.5, -7.990)
    assert metres_outside(just_outside, regency) < REGENCY_MARGIN_M < metres_outside(too_far, regency)
    assert outside_regency(just_outside, regency) is None
    assert outside_regency(too_far, regency).code == "places.outside_regency"


def test_it_knows_the_regency_of_a_village(banyuwangi):
    assert regency_of(Place.objects.get(pk="35.10.19.2003")) == banyuwangi
    assert regency_of(banyuwangi) == banyuwangi
    assert regency_of(Place.objects.get(pk="35")) is None


def test_it_looks_up_the_nearest_village_through_the_index(banyuwangi):
    """The order by degrees is what the GiST index of the boundaries serves."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT code FROM places_place WHERE boundary IS NOT NULL "
            "ORDER BY boundary <-> ST_SetSRID(ST_MakePoint(%s, %s), 4326) LIMIT 8",
            STRAIT,
        )
        assert "places_place_boundary" in "\n".join(row[0] for row in cursor.fetchall())
