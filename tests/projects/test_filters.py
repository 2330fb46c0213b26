"""The one filter vocabulary: every word, "or" inside a word, "and" between words, and refusals in words."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict

from places.problems import Problem
from projects import filters
from projects.models import Project
from tests.cast import BUBUK, DISTRICT, SRAGI, Cast
from tests.factories import ActivityFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def register(cast: Cast) -> dict[str, Project]:
    """Four projects that differ in every word."""
    road = ActivityFactory(village=cast.sragi, code="02.03.12")
    made = {
        "jalan": ProjectFactory(
            village=cast.sragi, fiscal_year=2026, title="Rabat beton jalan usaha tani Dusun Krajan", activity=road,
            work_type="road", status="in_progress", progress=50, evidence="verified", sources=["DDS", "PBK"],
        ),
        "sumur": ProjectFactory(
            village=cast.sragi, fiscal_year=2025, title="Sumur bor Masjid Baitul Amin", work_type="water",
            status="completed", progress=100, evidence="outside", sources=["ADD"],
        ),
        "drainase": ProjectFactory(
            village=cast.bubuk, fiscal_year=2026, title="Pembangunan drainase RT 04", work_type="drain",
            status="planned", progress=0, evidence="none", sources=[],
        ),
        "lampu": ProjectFactory(
            village=cast.bubuk, fiscal_year=2024, title="Penerangan jalan umum Gang Melati", work_type="lighting",
            status="in_progress", progress=49.5, evidence="suspect", sources=["DDS"],
        ),
    }  # fmt: skip
    return made


def found(register: dict[str, Project], query: str) -> str:
    selected = filters.apply(Project.objects.all(), filters.read(QueryDict(query)), None)
    keys = set(selected.values_list("pk", flat=True))
    return " ".join(name for name, project in register.items() if project.pk in keys)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", "jalan sumur drainase lampu"),
        ("year=2026", "jalan drainase"),
        ("year=2026&year=2024", "jalan drainase lampu"),
        ("year=2026,2024", "jalan drainase lampu"),
        (f"place={SRAGI}", "jalan sumur"),
        (f"place={DISTRICT}", "jalan sumur drainase lampu"),
        (f"place={SRAGI},{BUBUK}", "jalan sumur drainase lampu"),
        ("place=35.11", ""),
        ("work_type=road,water", "jalan sumur"),
        ("activity=02.03", "jalan"),
        ("activity=2.3.12.", "jalan"),
        ("activity=02.03.1", ""),
        ("fund_source=DDS", "jalan lampu"),
        ("fund_source=pbk", "jalan"),
        ("fund_source=ADD,PBK", "jalan sumur"),
        ("status=in_progress", "jalan lampu"),
        ("evidence=outside", "sumur"),
        ("verdict=outside,suspect", "sumur lampu"),
        ("stage=0", "drainase"),
        ("stage=1-49", "lampu"),
        ("stage=50-99,100", "jalan sumur"),
        ("q=masjid", "sumur"),
        ("q=bubuk", "drainase lampu"),
        ("q=drainse", "drainase"),
        ("q=krajan&year=2025", ""),
        ("year=2026&status=in_progress&fund_source=DDS", "jalan"),
        ("page=3&utm_source=x", "jalan sumur drainase lampu"),
    ],
)
def test_it_selects(register: dict[str, Project], query: str, names: str) -> None:
    assert found(register, query) == names


def test_ids_select_by_key(register: dict[str, Project]) -> None:
    assert found(register, f"ids={register['sumur'].pk},{register['lampu'].pk}") == "sumur lampu"


@pytest.mark.parametrize(
    ("query", "code", "part"),
    [
        ("year=dua", "filter.not_a_number", "“dua”"),
        ("year=2026.5", "filter.not_a_number", "“2026.5”"),
        ("ids=" + "9" * 30, "filter.not_a_number", "ids"),
        ("place=Sragi", "filter.not_a_place", "“Sragi”"),
        ("place=35.1", "filter.not_a_place", "35.10.01"),
        ("place=35.10.17.2001.1", "filter.not_a_place", "2001.1"),
        ("work_type=jalan", "filter.unknown_value", "road"),
        ("status=selesai", "filter.unknown_value", "completed"),
        ("verdict=sah", "filter.unknown_value", "evidence"),
        ("stage=25", "filter.unknown_value", "1-49"),
        ("bbox=1,2,3", "filter.not_a_bbox", "bujur_barat"),
        ("bbox=-8.3,114.2,-8.2,114.3", "filter.not_a_bbox", "-8.3,114.2"),
        ("bbox=nan,0,1,1", "filter.not_a_bbox", "nan"),
    ],
)
def test_it_refuses_what_cannot_be_meant(query: str, code: str, part: str) -> None:
    with pytest.raises(Problem) as caught:
        filters.read(QueryDict(query))
    assert caught.value.code == code
    assert part in caught.value.sentence


def test_it_writes_itself_back_into_a_url() -> None:
    read = filters.read(QueryDict("verdict=outside&year=2026,2025&x=1&q=jalan desa"))
    assert read.query_string() == "year=2026&year=2025&evidence=outside&q=jalan+desa"
    assert read.without("year").query_string() == "evidence=outside&q=jalan+desa"
    assert not filters.read({})


@pytest.mark.parametrize("words", ["Suparman", "suparmann", "sup", "rehab rumah Suparman"])
def test_outsiders_search_the_title_that_they_may_read(cast: Cast, words: str) -> None:
    ProjectFactory(village=cast.sragi, title="Rehab rumah Suparman", public_title="Rumah layak huni, RT 2")
    chosen = filters.read({"q": words})

    def count(user: object) -> int:
        return filters.apply(Project.objects.visible_to(user), chosen, user).count()

    assert [count(user) for user in (cast.ani, cast.catur, AnonymousUser())] == [1, 0, 0]
    assert filters.apply(Project.objects.all(), filters.read({"q": "layak huni"}), cast.catur).count() == 1
