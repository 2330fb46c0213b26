"""/api/v1/places/: public, searchable, homonyms told apart by the place above."""

import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def ask(client, **params):
    return client.get(reverse("place-list"), params).json()


def test_it_shows_the_district_of_homonyms(client, banyuwangi):
    found = ask(client, q="Tamansari", level="village")["results"]
    above = {row["code"]: row["place_above"] for row in found if row["name"] == "Tamansari"}
    assert above == {"35.10.23.2003": "Kec. Tegalsari", "35.10.24.2008": "Kec. Licin"}


def test_it_lists_what_lies_within_a_place_and_counts_it(client, banyuwangi):
    answer = ask(client, within="35.10.19", level="village")
    assert answer["count"] == 9
    assert {"code": "35.10.19.2003", "title": "Desa Sragi"}.items() <= answer["results"][2].items()


def test_it_answers_boundaries_as_geojson(client, banyuwangi):
    answer = ask(client, within="35.10.19.2003", geometry="boundary")
    (feature,) = answer["results"]["features"] if "results" in answer else answer["features"]
    assert (feature["id"], feature["geometry"]["type"]) == ("35.10.19.2003", "MultiPolygon")


def test_it_shows_one_place_by_its_code(client, banyuwangi):
    place = client.get(reverse("place-detail", args=["35.10.16.1007"])).json()
    assert (place["title"], place["place_above"]) == ("Kelurahan Karangrejo", "Kec. Banyuwangi")
    assert place["point"] == [114.38184, -8.22193]


def test_it_changes_nothing(client, banyuwangi):
    assert client.delete(reverse("place-detail", args=["35.10.19.2003"])).status_code in {403, 405}


def test_it_asks_the_database_a_fixed_number_of_times(client, banyuwangi, django_assert_max_num_queries):
    with django_assert_max_num_queries(4):
        ask(client, level="village", page_size=50)
