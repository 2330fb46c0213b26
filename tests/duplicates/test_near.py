"""The warning before a project is saved."""

from typing import Any

import pytest
from django.contrib.gis.geos import LineString, Point

from budgets.models import FundSource
from duplicates.near import warnings
from places.saying import say
from projects.models import Project, Relation
from tests.cast import Cast
from tests.factories import ProjectFactory

HERE = Point(114.2, -8.25, srid=4326)


def existing(cast: Cast, title: str = "Drainase Gang Kenanga RT 2", **known: object):
    place = Point(114.2, -8.25 + 24 / 110_577, srid=4326)
    return ProjectFactory(
        **{"village": cast.sragi, "title": title, "work_type": "drain", "point": place, "fiscal_year": 2024}
        | known
    )


def asked(user, title: str = "Pemb. drainase gg Kenanga RT 02", **known: object) -> list[str]:
    given = {"user": user, "title": title, "places": [HERE], "work_type": "drain", "year": 2026}
    return [say(text) for text in warnings(**given | known)]


def test_it_names_what_is_alike_and_near(cast: Cast) -> None:
    FundSource.objects.update_or_create(code="DDS", defaults={"name": "Dana Desa", "short": "DD"})
    existing(cast, sources=["DDS"])
    assert asked(cast.ani) == ["Mirip: “Drainase Gang Kenanga RT 2” (2024, DD), 24 m dari sini."]


def test_it_says_nothing_of_other_works_and_far_ones(cast: Cast) -> None:
    existing(cast, "Paving halaman balai", work_type="road")
    existing(cast, point=Point(114.21, -8.25, srid=4326))
    assert asked(cast.ani) == []


def test_it_says_nothing_without_a_point_and_of_the_project_itself(cast: Cast) -> None:
    mine = existing(cast)
    assert asked(cast.ani, places=[]) == []
    assert asked(cast.ani, project=mine) == []


def test_it_names_only_what_the_person_may_see(cast: Cast) -> None:
    existing(cast, village=cast.bubuk, published=False)
    assert asked(cast.ani) == []
    assert len(asked(cast.eko)) == 1


def test_it_shows_the_five_most_alike_and_counts_all(cast: Cast) -> None:
    for number in range(7):
        existing(cast, fiscal_year=2024 + number % 2)
    said = asked(cast.ani)
    assert said[0] == "Mirip: 7 pekerjaan dalam 24 m (2024; 2025)."
    assert len(said) == 1 + 5


def test_it_tells_neighbours_the_public_title_and_where_a_house_is_to_three_decimals(cast: Cast) -> None:
    house = {"work_type": "house", "public_title": "Drainase Gang Kenanga", "village": cast.bubuk}
    at = Point(114.2, -8.25 + 4 / 110_577, srid=4326)  # a house further than 5 m off is another house
    existing(cast, "Drainase Gang Kenanga milik Suparman", point=at, **house)
    (said,) = asked(cast.ani, work_type="house")
    assert said == "Mirip: “Drainase Gang Kenanga” (2024), 0 cm dari sini."
    (said,) = asked(cast.catur, work_type="house")
    assert said == "Mirip: “Drainase Gang Kenanga milik Suparman” (2024), 4,0 m dari sini."


def test_it_says_of_several_how_near_and_of_which_years_and_sources(cast: Cast) -> None:
    FundSource.objects.get_or_create(code="DDS", defaults={"name": "Dana Desa", "short": "DD"})
    existing(cast, sources=["DDS"])
    existing(cast, fiscal_year=2025)
    said = asked(cast.ani)
    assert said[0] == "Mirip: 2 pekerjaan dalam 24 m (2024, DD; 2025)."
    assert len(said) == 3


def test_it_looks_along_the_whole_stretch(cast: Cast) -> None:
    """The point stands at one end of the lane; the other project begins at the other end, 300 m off."""
    lane = LineString((114.2, -8.25 + 24 / 110_577), (114.2, -8.25 + 324 / 110_577), srid=4326)
    existing(cast, point=Point(lane.coords[1], srid=4326))
    assert asked(cast.ani) == []
    (said,) = asked(cast.ani, places=[lane])
    assert said.endswith("0 cm dari sini.")


def test_it_names_a_work_once_however_many_sites_are_near(cast: Cast) -> None:
    existing(cast)
    beside = Point(114.2001, -8.25, srid=4326)
    assert asked(cast.ani, places=[beside, HERE]) == [
        "Mirip: “Drainase Gang Kenanga RT 2” (2024), 24 m dari sini."
    ]


@pytest.mark.parametrize("status", ["draft", "cancelled", "merged"])
def test_it_says_nothing_of_what_is_no_work(cast: Cast, status: str) -> None:
    existing(cast, status=status, published=False)
    assert asked(cast.ani) == []
    assert asked(None) == []


def test_an_edited_project_names_neither_itself_nor_what_was_merged_into_it(cast: Cast) -> None:
    kept, twin = existing(cast), existing(cast)
    assert len(asked(cast.ani, project=kept)) == 1
    Project.objects.filter(pk=twin.pk).update(status="merged")
    Relation.objects.create(project=twin, other=kept, kind="merged_into")
    assert asked(cast.ani, project=kept) == []


def test_a_declared_next_stretch_counts_for_less(cast: Cast) -> None:
    mine, other = existing(cast), existing(cast)
    assert len(asked(cast.ani, project=mine, title=mine.title)) == 1
    Relation.objects.create(project=other, other=mine, kind="continues")
    assert asked(cast.ani, project=mine, title="Drainase Gang Mawar", year=2024) == []


def test_the_system_knows_all(cast: Cast) -> None:
    existing(cast, village=cast.bubuk, published=False, public_title="Drainase")
    assert asked(None) == ["Mirip: “Drainase Gang Kenanga RT 2” (2024), 24 m dari sini."]


def test_it_asks_the_database_four_times_however_many_are_near(
    cast: Cast, django_assert_max_num_queries: Any
) -> None:
    for _number in range(12):
        existing(cast)
    asked(cast.ani)  # the person's duties are known from now on, as they are to a page
    with django_assert_max_num_queries(4):
        asked(cast.ani, places=[HERE, Point(114.2001, -8.25, srid=4326)])
