"""The map page: figures, filter counts, the panel, the ground; and who may see which of them."""

import gzip
import json
import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.core.management import call_command
from django.utils import timezone

from duplicates.decisions import conclude
from duplicates.models import Decision, Pair, Scan
from maps import ground, summary
from projects.filters import Filters
from projects.models import Project, Status
from tests.cast import BUBUK, DISTRICT, SRAGI, Cast
from tests.factories import ClaimFactory, FundSourceFactory, ProjectFactory

pytestmark = pytest.mark.django_db
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def money(project: Project, planned: int, realised: int, *sources: str) -> Project:
    """What budgets pushes to a project."""
    Project.objects.filter(pk=project.pk).update(
        planned=Decimal(planned), realised=Decimal(realised), sources=list(sources)
    )
    return project


@pytest.fixture
def three(cast: Cast) -> list[Project]:
    """0 % without photo though money is spent; 50 % verified; 100 % outside, in the other village, last year."""
    FundSourceFactory(code="DDS", short="DD")
    FundSourceFactory(code="PBK", short="BKK")
    first = ProjectFactory(village=cast.sragi, status=Status.IN_PROGRESS, sites=0)
    second = ProjectFactory(village=cast.sragi, progress=50, evidence="verified", sites=0)
    third = ProjectFactory(
        village=cast.bubuk, progress=100, evidence="outside", fiscal_year=2025, work_type="drain", sites=0
    )
    money(first, 100_000_000, 40_000_000, "DDS")
    money(second, 50_000_000, 50_000_000, "DDS", "PBK")
    money(third, 50_000_000, 10_000_000, "PBK")
    return [first, second, third]


def test_the_figures_follow_the_filters(cast, three):
    everything = summary.figures(cast.eko, Filters())
    assert (everything.count, everything.planned, everything.realised) == (3, 200_000_000, 100_000_000)
    assert (everything.realised_pct, everything.progress_pct, everything.lag) == (50, 50, 0)
    assert (everything.evidence_pct, everything.unproven, everything.pairs) == (50, 1, 0)
    this_year = summary.figures(cast.eko, Filters({"year": ("2026",)}))
    assert (this_year.count, this_year.realised_pct, this_year.progress_pct, this_year.lag) == (2, 60, 25, 35)
    nothing = summary.figures(cast.eko, Filters({"year": ("2020",)}))
    assert (nothing.count, nothing.planned, nothing.progress_pct, nothing.evidence_pct) == (0, 0, None, None)


def test_duplicates_are_counted_only_for_those_who_scan(client, cast, three):
    assert summary.figures(cast.ani, Filters()).pairs is None
    client.force_login(cast.ani, backend=BACKEND)
    assert b"terindikasi ganda" not in client.get("/map/").content


def test_a_filters_options_count_what_the_others_leave(cast, three):
    def options(word: str, chosen: Filters) -> dict[str, int]:
        (facet,) = [facet for facet in summary.facets(cast.eko, chosen) if facet.word == word]
        return {option.value: option.count for option in facet.options}

    chosen = Filters({"year": ("2026",)})
    assert options("year", chosen) == {"2025": 1, "2026": 2}
    assert options("work_type", chosen) == {"road": 2}
    assert options("fund_source", Filters()) == {"DDS": 2, "PBK": 2}
    assert options("stage", Filters()) == {"0": 1, "50-99": 1, "100": 1}
    assert options("place", Filters()) == {DISTRICT: 3}
    assert options("place", Filters({"place": (SRAGI,)})) == {DISTRICT: 3, SRAGI: 2, BUBUK: 1}


def test_the_histogram_puts_100_percent_into_the_last_tenth(cast, three):
    assert summary.bins(cast.eko, Filters()) == [1, 0, 0, 0, 0, 1, 0, 0, 0, 1]


def test_an_empty_result_names_the_filters_that_emptied_it(client, cast, three):
    client.force_login(cast.eko, backend=BACKEND)
    page = client.get("/map/summary/", {"year": "2025", "work_type": "road"}).content.decode()
    assert "Tanpa Tahun anggaran “2025”: 2 kegiatan" in page
    assert "Tanpa Jenis pekerjaan “Jalan”: 1 kegiatan" in page


def test_a_wrong_filter_is_said_on_a_page(client, cast):
    response = client.get("/map/", {"year": "dua"})
    assert response.status_code == 400
    assert "memerlukan angka" in response.content.decode()


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 404), ("tamu", 404), ("catur", 404), ("ani", 200), ("dewi", 200), ("eko", 200), ("fitri", 200)],
)
def test_the_panel_of_a_draft_is_for_its_own_place(client, cast, who, status):
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False)
    if who:
        client.force_login(getattr(cast, who), backend=BACKEND)
    assert client.get(f"/map/panel/{draft.pk}/").status_code == status


def test_the_panel_shows_facts_money_and_the_missing_stage(client, cast):
    FundSourceFactory(code="DDS", short="DD")
    project = ProjectFactory(
        village=cast.sragi, title="Rabat beton Krajan", volume=Decimal("412"), unit="m", planned_start=date(2026, 3, 1),
        planned_end=date(2026, 6, 30), executor_name="TPK Sragi",
    )  # fmt: skip
    money(project, 184_500_000, 147_600_000, "DDS")
    ClaimFactory(project=project, progress=0)
    client.force_login(cast.eko, backend=BACKEND)
    page = client.get(
        f"/map/panel/{project.pk}/", headers={"X-Requested-With": "XMLHttpRequest"}
    ).content.decode()
    assert "<html" not in page
    for words in (
        "Desa Sragi, Kec. Songgon",
        "Rp184.500.000",
        "Rp147.600.000 · 80 %",
        "412 m",
        "TPK Sragi",
        "Pagu · DD",
    ):
        assert words in page
    assert "Foto 100 % belum ada. Diharapkan 30 Jun 2026." in page, page[page.index("data-missing") :][:400]


def test_the_panels_address_makes_sense_alone(client, cast):
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Krajan")
    page = client.get(f"/map/panel/{project.pk}/").content.decode()
    assert "<title>Rabat beton Krajan" in page
    assert f"/map/?project={project.pk}" in page


def test_the_public_reads_the_public_title_and_three_decimals_of_a_house(client, cast):
    house = ProjectFactory(
        village=cast.sragi, work_type="house", title="Rumah Pak Slamet", public_title="Rehab satu rumah",
        point=Point(114.20049, -8.25049, srid=4326),
    )  # fmt: skip
    page = client.get(f"/map/panel/{house.pk}/").content.decode()
    assert "Slamet" not in page
    assert 'data-lat="-8.25" data-lon="114.2"' in page


def test_the_ground_of_the_regency_is_small_and_kept(client, cast):
    Project.objects.all().delete()
    cache.clear()
    call_command("import_places", "fixtures/places.geojson", verbosity=0)
    response = client.get("/map/ground.json")
    assert len(gzip.compress(response.content)) < 150_000
    body = json.loads(response.content)
    assert {name["name"] for name in body["names"]} >= {"Songgon", "Sragi", "Tamansari"}
    assert body["land"]
    assert body["districts"]
    assert body["villages"]
    assert client.get("/map/ground.json", headers={"If-None-Match": response["ETag"]}).status_code == 304
    cache.clear()


def test_the_ground_works_before_any_place_is_loaded(db):
    cache.clear()
    built = ground.build()
    assert (built["home"], built["districts"], built["names"]) == ([], [], [])
    cache.clear()


def test_the_map_asks_for_no_outside_tiles_unless_told(client, cast, settings):
    settings.TILE_URL = ""
    page = client.get("/map/").content.decode()
    assert '"outside_tiles": ""' in page
    settings.TILE_URL = "https://tile.example.org/{z}/{x}/{y}.png"
    assert "tile.example.org" in client.get("/map/").content.decode()


def test_the_map_opens_at_the_project_of_the_address_if_it_may_be_seen(client, cast):
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False)
    assert '"project_at": null' in client.get("/map/", {"project": draft.pk}).content.decode()
    assert '"project_at": null' in client.get("/map/", {"project": "x"}).content.decode()
    client.force_login(cast.ani, backend=BACKEND)
    assert '"project_at": [-8.25, 114.2]' in client.get("/map/", {"project": draft.pk}).content.decode()


def test_pages_have_no_inline_styles_or_handlers(client, cast, three):
    client.force_login(cast.eko, backend=BACKEND)
    for address in ("/map/", f"/map/panel/{three[0].pk}/"):
        page = client.get(address).content.decode()
        assert not re.search(r"<[^>]+\s(style|on\w+)=", page), address
        assert re.search(r'<script type="importmap" nonce="[^"]+">', page)


def test_the_map_speaks_english(client, cast):
    client.cookies.load({"django_language": "en"})
    assert '<html lang="en">' in client.get("/map/").content.decode()


def test_every_module_is_in_the_import_map_and_every_import_too(client, cast):
    page = client.get("/map/").content.decode()
    found = re.search(r'<script type="importmap"[^>]*>(.*?)</script>', page, re.DOTALL)
    assert found
    known = set(json.loads(found[1])["imports"])
    root = Path(__file__).parents[2] / "static" / "geomonitor" / "js"
    for path in root.rglob("*.js"):
        assert f"geomonitor/{path.relative_to(root).as_posix().removesuffix('.js')}" in known
        imported = set(re.findall(r'^import .* from "([^"]+)";$', path.read_text(), re.MULTILINE))
        assert imported <= known, path.name


def test_the_figure_of_pairs_counts_what_waits_also_again(cast: Cast) -> None:
    left, right = sorted((ProjectFactory(village=cast.sragi) for _ in range(2)), key=lambda one: one.code)
    pair = Pair.objects.create(
        left=left, right=right, scan=Scan.objects.create(), distance_m=0, weight=6, probability=0.98
    )
    assert summary.figures(cast.eko, Filters()).pairs == 1
    decision = conclude(pair=pair, kind="elsewhere", reason="Beda gang.", actor=cast.eko)
    assert summary.figures(cast.eko, Filters()).pairs == 0
    Decision.objects.filter(pk=decision.pk).update(reopened_at=timezone.now())
    assert summary.figures(cast.eko, Filters()).pairs == 1
