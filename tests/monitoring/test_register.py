"""The register: what it lists, how it sorts, why it is empty."""

from decimal import Decimal

import pytest
from django.test import Client

from projects.models import Status
from tests.cast import Cast
from tests.factories import FundSourceFactory, ProjectFactory


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text(client: Client, **query: object) -> str:
    answer = client.get("/projects/", query)
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_lists_what_the_reader_may_see(cast: Cast) -> None:
    ProjectFactory(village=cast.sragi, title="Jembatan Kali Sat")
    ProjectFactory(village=cast.sragi, title="Draf rahasia", status=Status.DRAFT, published=False)
    assert "Jembatan Kali Sat" in text(Client())
    for who in (cast.tamu, cast.catur):
        assert "Draf rahasia" not in text(as_(who))
    for who in (cast.ani, cast.dewi, cast.eko, cast.fitri):
        assert "Draf rahasia" in text(as_(who))


def test_it_shows_money_and_progress_the_indonesian_way(cast: Cast) -> None:
    FundSourceFactory()
    project = ProjectFactory(village=cast.sragi)
    type(project).objects.filter(pk=project.pk).update(
        planned=Decimal(184_500_000), sources=["DDS"], progress=Decimal("62.50")
    )
    page = text(Client())
    assert "Rp184.500.000" in page
    assert "62,5 %" in page
    assert "DD" in page


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ({"q": "jembatn"}, ["Jembatan Kali Sat"]),
        ({"q": "35.10.17.2001/2026"}, ["Jembatan Kali Sat", "Sumur bor"]),
        ({"work_type": "water,lighting"}, ["Lampu jalan", "Sumur bor"]),
        ({"place": "35.10.17.2002"}, ["Lampu jalan"]),
        ({"year": "2025"}, ["Lampu jalan"]),
        ({"work_type": "water", "year": "2025"}, []),
    ],
    ids=["typing error", "code", "two kinds", "village", "year", "nothing"],
)
def test_it_filters(cast: Cast, query: dict[str, str], titles: list[str]) -> None:
    ProjectFactory(village=cast.sragi, title="Jembatan Kali Sat", work_type="bridge")
    ProjectFactory(village=cast.sragi, title="Sumur bor", work_type="water")
    ProjectFactory(village=cast.bubuk, title="Lampu jalan", work_type="lighting", fiscal_year=2025)
    page = text(Client(), **query)
    assert (
        sorted(title for title in ("Jembatan Kali Sat", "Sumur bor", "Lampu jalan") if title in page)
        == titles
    )


def test_an_empty_list_says_which_filter_did_it(cast: Cast) -> None:
    ProjectFactory(village=cast.sragi, work_type="water", fiscal_year=2026)
    page = text(Client(), work_type="water", year="2025")
    assert "Tanpa Tahun “2025”: 1 pekerjaan" in page
    assert "Tanpa Jenis pekerjaan" not in page


def test_a_value_that_cannot_be_meant_is_refused_in_words(cast: Cast) -> None:
    answer = Client().get("/projects/", {"status": "selesai"})
    assert answer.status_code == 400
    assert "Filter status tidak mengenal “selesai”" in answer.content.decode()


@pytest.mark.parametrize(
    ("sort", "first"), [("title", "Aspal"), ("-title", "Waduk"), ("planned", "Waduk"), ("-planned", "Aspal")]
)
def test_it_sorts_and_missing_values_come_last(cast: Cast, sort: str, first: str) -> None:
    rows = {"Aspal": Decimal(200), "Waduk": Decimal(100), "Mushola": None}
    for title, planned in rows.items():
        project = ProjectFactory(village=cast.sragi, title=title)
        type(project).objects.filter(pk=project.pk).update(planned=planned)
    page = text(Client(), sort=sort)
    assert min(rows, key=page.index) == first


def test_pages_follow_and_keep_the_filters(cast: Cast) -> None:
    ProjectFactory.create_batch(3, village=cast.sragi, work_type="water")
    page = text(Client(), work_type="water", page_size=2)
    assert "1–2 dari 3" in page
    assert "work_type=water&amp;page_size=2&amp;page=2" in page


def test_it_asks_the_database_as_often_for_many_as_for_few(cast: Cast, django_assert_max_num_queries) -> None:
    ProjectFactory.create_batch(20, village=cast.sragi)
    with django_assert_max_num_queries(16):
        text(Client())


@pytest.mark.parametrize(
    ("who", "offered"),
    [
        (None, False),
        ("tamu", False),
        ("dewi", False),
        ("fitri", False),
        ("ani", True),
        ("budi", True),
        ("eko", True),
    ],
)
def test_only_those_who_may_are_offered_to_create(cast: Cast, who: str | None, offered: bool) -> None:
    page = text(as_(getattr(cast, who)) if who else Client())
    assert ("/projects/new/" in page) is offered
