"""The page of one project: what stands on it, for whom."""

from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from accounts.audit import record
from budgets.models import VersionKind
from budgets.saving import record_realisation, set_budget
from projects.models import Relation, Status
from projects.saving import SiteDraft, edit_project, set_sites
from tests.cast import Cast
from tests.factories import FundSourceFactory, ProjectFactory


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def page_of(project, client: Client | None = None) -> str:
    answer = (client or Client()).get(f"/projects/{project.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_it_shows_facts_money_and_sites(cast: Cast) -> None:
    FundSourceFactory()
    project = ProjectFactory(
        village=cast.sragi, title="Rabat beton Gang Melati", volume=Decimal("412.5"), unit="m"
    )
    set_budget(
        actor=cast.ani, project=project, amounts={"DDS": Decimal(184_500_000)}, kind=VersionKind.ORIGINAL
    )
    record_realisation(actor=cast.ani, project=project, amount=Decimal(92_250_000), on=date(2026, 5, 1))
    page = page_of(project)
    for said in ("Rabat beton Gang Melati", "Desa Sragi", "412,5 m", "Rp184.500.000", "Rp92.250.000", "· 50 %",
                 "APBDes murni", "-8.250000, 114.200000"):  # fmt: skip
        assert said in " ".join(page.split()), said


@pytest.mark.parametrize(
    ("who", "status"),
    [(None, 404), ("tamu", 404), ("catur", 404), ("ani", 200), ("budi", 200), ("dewi", 200), ("eko", 200),
     ("fitri", 200), ("galih", 200)],
)  # fmt: skip
def test_a_draft_is_404_for_others_and_not_a_hint(cast: Cast, who: str | None, status: int) -> None:
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False, title="Draf rahasia")
    answer = (as_(getattr(cast, who)) if who else Client()).get(f"/projects/{draft.pk}/")
    assert answer.status_code == status
    assert ("Draf rahasia" in answer.content.decode()) is (status == 200)


def test_a_draft_without_a_place_has_a_page_too(cast: Cast) -> None:
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False, point=None)
    assert "Belum ada titik lokasi" in page_of(draft, as_(cast.ani))


def test_outsiders_see_no_history_and_houses_roughly(cast: Cast) -> None:
    house = ProjectFactory(
        village=cast.sragi, work_type="house", title="Rumah 4 RT 2", public_title="Rumah layak huni",
        point="SRID=4326;POINT(114.20123456 -8.25098765)",
    )  # fmt: skip
    edit_project(actor=cast.ani, project=house, changes={"unit": "unit"})
    public, own = page_of(house), page_of(house, as_(cast.ani))
    assert "Rumah 4 RT 2" not in public
    assert "114.2012" not in public
    assert "Riwayat" not in public
    assert "Rumah 4 RT 2" in own
    assert "Bu Ani" in own


def test_earlier_positions_and_changes_are_told(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi)
    site = project.sites.get()
    set_sites(
        actor=cast.ani,
        project=project,
        sites=[SiteDraft(pk=site.pk, point=(114.203, -8.25), source="surveyed")],
    )
    edit_project(actor=cast.ani, project=project, changes={"volume": Decimal(400)})
    page = " ".join(page_of(project, as_(cast.ani)).split())
    assert "1 posisi sebelumnya" in page
    assert "Volume: – → 400" in page
    assert "titik 1 dipindah (Survei lapangan)" in page


def test_relations_to_projects_that_one_may_not_see_are_not_told(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi)
    secret = ProjectFactory(village=cast.bubuk, status=Status.DRAFT, published=False, title="Draf tetangga")
    before = ProjectFactory(village=cast.sragi, title="Rabat tahun lalu", fiscal_year=2025)
    Relation.objects.create(project=project, other=secret, kind="continues")
    Relation.objects.create(project=project, other=before, kind="carried_over_from")
    page = page_of(project, as_(cast.ani))
    assert "Rabat tahun lalu" in page
    assert "Draf tetangga" not in page


@pytest.mark.parametrize(
    ("who", "edits", "publishes"),
    [(None, False, False), ("catur", False, False), ("dewi", False, False), ("fitri", False, False),
     ("ani", True, False), ("budi", True, True), ("eko", True, True), ("galih", True, True)],
)  # fmt: skip
def test_it_offers_what_the_reader_may_do(cast: Cast, who: str | None, edits: bool, publishes: bool) -> None:
    project = ProjectFactory(village=cast.sragi)
    page = page_of(project, as_(getattr(cast, who)) if who else Client())
    assert (f"/projects/{project.pk}/edit/" in page) is edits
    assert (f"/projects/{project.pk}/publish/" in page) is publishes


def test_the_system_s_own_acts_are_said_in_the_reader_s_language(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi)
    record(actor=None, action="project.created", subject=project, place=project.village_id)
    page = page_of(project, as_(cast.budi))
    assert "<strong>Dibuat</strong> · sistem" in page
