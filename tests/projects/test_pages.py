"""The pages that create and change projects: forms, warnings, conflicts, who is refused."""

from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from budgets.saving import set_budget
from projects.models import Project, Status
from projects.saving import edit_project
from tests.cast import Cast
from tests.factories import FundSourceFactory, ProjectFactory


def as_(user) -> Client:
    client = Client()
    client.force_login(user)
    return client


def filled(cast: Cast, **changes: object) -> dict[str, object]:
    """What the form of a new project sends."""
    return {
        "village": cast.sragi.pk, "fiscal_year": "2026", "title": "Rabat beton Gang Melati", "work_type": "road",
        "status": "planned", "executor": "self_managed", "volume": "412,5", "unit": "m", "activity_code": "2.3.12",
        "site-TOTAL_FORMS": "1", "site-INITIAL_FORMS": "0",
        "site-0-position": "-8.25, 114.20", "site-0-source": "planned",
    } | changes  # fmt: skip


def test_the_form_makes_a_project(cast: Cast) -> None:
    answer = as_(cast.ani).post("/projects/new/", filled(cast))
    project = Project.objects.get()
    assert answer.headers["Location"] == f"/projects/{project.pk}/"
    assert (project.volume, project.activity.code, project.point.coords) == (
        Decimal("412.50"),
        "02.03.12",
        (114.2, -8.25),
    )


def test_several_sites_stand_on_one_screen(cast: Cast) -> None:
    more = {
        "site-TOTAL_FORMS": "4",
        "site-1-position": "8°15'0\"S 114°12'3.6\"E",
        "site-1-source": "surveyed",
        "site-2-extent": "-8.25, 114.20\n-8.25, 114.21",
        "site-2-source": "planned",
        "site-3-source": "planned",
    }
    as_(cast.ani).post("/projects/new/", filled(cast, **more))
    _first, second, third = Project.objects.get().sites.all()
    assert second.point.coords == pytest.approx((114.201, -8.25))
    assert third.extent.geom_type == "LineString"
    assert third.point.coords == pytest.approx((114.205, -8.25))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"site-0-position": "114.20, -8.25"}, "Lintang dan bujur tampaknya tertukar"),
        ({"site-0-position": "8.25, 114.20"}, "Tanda minus tampaknya hilang"),
        ({"site-0-position": "0, 0"}, "Koordinat 0, 0 berarti lokasi belum didapat"),
        ({"site-0-position": "di utara"}, "bukan koordinat"),
        ({"site-0-position": ""}, "memerlukan sedikitnya satu titik lokasi"),
        ({"site-0-source": "area"}, "memerlukan radius"),
        ({"volume": "1.250"}, "bukan angka yang jelas"),
        ({"title": "Rumah 3510171234560001"}, "tampaknya NIK"),
        ({"activity_code": "jalan"}, "Kode kegiatan terdiri dari angka"),
        ({"planned_start": "2026-05-01", "planned_end": "2026-04-01"}, "mendahului rencana mulai"),
        ({"work_type": ""}, "harus diisi"),
    ],
    ids=["swapped", "sign lost", "zero", "no position", "no site", "no radius", "volume", "household", "code", "dates",
         "no kind"],
)  # fmt: skip
def test_what_is_wrong_is_said_and_the_input_stays(cast: Cast, changes: dict[str, str], said: str) -> None:
    answer = as_(cast.ani).post("/projects/new/", filled(cast, **changes))
    page = answer.content.decode()
    assert answer.status_code == 400
    assert said in page
    assert 'value="412,5"' in page or "volume" in changes
    assert not Project.objects.exists()


def test_a_point_outside_the_village_is_saved_with_a_warning(cast: Cast) -> None:
    answer = as_(cast.ani).post(
        "/projects/new/", filled(cast, **{"site-0-position": "-8.25, 114.23"}), follow=True
    )
    assert Project.objects.count() == 1
    assert "di luar batas Desa Sragi pada peta, yaitu di Desa Bubuk" in answer.content.decode()


def test_near_ones_are_shown_first_and_saving_anyway_is_a_second_step(cast: Cast) -> None:
    FundSourceFactory()
    ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati RT 2", fiscal_year=2025)
    client = as_(cast.ani)
    page = client.post("/projects/new/", filled(cast)).content.decode()
    assert "Rabat beton Gang Melati RT 2" in page
    assert "Simpan tetap" in page
    assert Project.objects.count() == 1
    client.post("/projects/new/", filled(cast, confirmed="yes"))
    assert Project.objects.count() == 2


def test_an_edit_that_moves_nothing_is_not_asked_about_its_neighbours(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati")
    ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati", fiscal_year=2025)
    url, client = f"/projects/{project.pk}/edit/", as_(cast.ani)
    assert client.post(url, edit_data(project, unit="m")).status_code == 302
    project.refresh_from_db()
    moved = client.post(url, edit_data(project, **{"site-0-position": "-8.2502, 114.20"}))
    assert "Apakah ini pekerjaan yang sama?" in moved.content.decode()


def edit_data(project: Project, **changes: object) -> dict[str, object]:
    site = project.sites.get()
    return {
        "version": str(project.version), "title": project.title, "work_type": project.work_type,
        "executor": project.executor, "activity_code": "", "site-TOTAL_FORMS": "1", "site-INITIAL_FORMS": "1",
        "site-0-site": str(site.pk), "site-0-position": "-8.25, 114.20", "site-0-source": "surveyed", "site-0-weight": "1",
    } | changes  # fmt: skip


def test_two_editors_see_each_other_and_keep_their_input(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi, title="Rabat lama")
    data = edit_data(project, title="Rabat dari Budi")
    edit_project(actor=cast.ani, project=project, changes={"title": "Rabat dari Ani"})
    client = as_(cast.budi)
    answer = client.post(f"/projects/{project.pk}/edit/", data)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Bu Ani mengubah pekerjaan ini" in page
    assert "Diubah Bu Ani: Rabat lama → Rabat dari Ani" in page
    assert 'value="Rabat dari Budi"' in page
    assert 'name="version" value="2"' in page
    project.refresh_from_db()
    assert project.title == "Rabat dari Ani"
    assert client.post(f"/projects/{project.pk}/edit/", data | {"version": "2"}).status_code == 302


def test_an_edit_without_a_change_keeps_position_and_version(cast: Cast) -> None:
    project = ProjectFactory(
        village=cast.sragi, title="Rabat", point="SRID=4326;POINT(114.2000001 -8.2500001)"
    )
    assert as_(cast.ani).post(f"/projects/{project.pk}/edit/", edit_data(project)).status_code == 302
    project.refresh_from_db()
    assert project.version == 1
    assert project.sites.get().versions.count() == 1


def test_a_monitor_is_asked_why(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi)
    client = as_(cast.eko)
    assert 'name="reason"' in client.get(f"/projects/{project.pk}/edit/").content.decode()
    assert client.post(f"/projects/{project.pk}/edit/", edit_data(project, title="X")).status_code == 400
    answer = client.post(f"/projects/{project.pk}/edit/", edit_data(project, title="X", reason="Salah tulis"))
    assert answer.status_code == 302


PAGES = ["edit/", "status/", "delete/", "money/", "split/"]


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize(
    ("who", "published", "draft"),
    [(None, 403, 404), ("tamu", 403, 404), ("catur", 403, 404), ("dewi", 403, 403), ("fitri", 403, 403),
     ("ani", 200, 200), ("budi", 200, 200), ("eko", 200, 200), ("galih", 200, 200)],
)  # fmt: skip
def test_who_is_refused(cast: Cast, page: str, who: str | None, published: int, draft: int) -> None:
    client = as_(getattr(cast, who)) if who else Client()
    shown = ProjectFactory(village=cast.sragi)
    hidden = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False)
    assert client.get(f"/projects/{shown.pk}/{page}").status_code == published
    assert client.get(f"/projects/{hidden.pk}/{page}").status_code == draft


@pytest.mark.parametrize("url", ["/projects/new/", "/projects/import/"])
@pytest.mark.parametrize(
    ("who", "status"),
    [
        (None, 302),
        ("tamu", 403),
        ("dewi", 403),
        ("fitri", 403),
        ("ani", 200),
        ("budi", 200),
        ("eko", 200),
        ("galih", 200),
    ],
)
def test_who_may_begin(cast: Cast, url: str, who: str | None, status: int) -> None:
    client = as_(getattr(cast, who)) if who else Client()
    assert client.get(url).status_code == status


@pytest.mark.parametrize(("who", "status"), [("ani", 403), ("catur", 403), ("budi", 302), ("galih", 302)])
def test_who_publishes(cast: Cast, who: str, status: int) -> None:
    project = ProjectFactory(village=cast.sragi)
    answer = as_(getattr(cast, who)).post(f"/projects/{project.pk}/publish/", {"published": "no"})
    project.refresh_from_db()
    assert answer.status_code == status
    assert project.published is (status == 403)


def test_the_status_page_changes_it_with_reason_and_document(cast: Cast) -> None:
    project = ProjectFactory(village=cast.sragi)
    client = as_(cast.ani)
    refused = client.post(f"/projects/{project.pk}/status/", {"after": "postponed"})
    assert refused.status_code == 400
    assert "Perubahan ini memerlukan alasan" in refused.content.decode()
    client.post(
        f"/projects/{project.pk}/status/", {"after": "postponed", "reason": "Hujan", "document": "BA 1"}
    )
    project.refresh_from_db()
    assert project.status == "postponed"


def test_a_draft_is_deleted_after_asking(cast: Cast) -> None:
    draft = ProjectFactory(village=cast.sragi, status=Status.DRAFT, published=False)
    client = as_(cast.ani)
    assert "Hapus draf ini?" in client.get(f"/projects/{draft.pk}/delete/").content.decode()
    assert client.post(f"/projects/{draft.pk}/delete/").headers["Location"] == "/projects/"
    assert not Project.objects.exists()


def test_money_is_set_and_spent_on_one_page(cast: Cast) -> None:
    FundSourceFactory()
    project = ProjectFactory(village=cast.sragi)
    url, client = f"/projects/{project.pk}/money/", as_(cast.ani)
    refused = client.post(url, {"act": "budget", "kind": "original", "amount_DDS": "1.250"})
    assert refused.status_code == 400
    assert "berarti Rp1.250 atau 1,250 rupiah?" in refused.content.decode()
    client.post(url, {"act": "budget", "kind": "original", "amount_DDS": "Rp184.500.000"})
    client.post(url, {"act": "spent", "spent-amount": "50000000", "spent-on": "2026-03-01"})
    project.refresh_from_db()
    assert (project.planned, project.realised) == (184_500_000, 50_000_000)


def test_the_split_page_says_by_how_much_the_parts_are_off(cast: Cast) -> None:
    FundSourceFactory()
    project = ProjectFactory(village=cast.sragi)
    set_budget(actor=cast.ani, project=project, amounts={"DDS": Decimal(184_500_000)})
    url, client = f"/projects/{project.pk}/split/", as_(cast.ani)
    assert "184500000" in client.get(url).content.decode()
    parts = {
        "parts": "4",
        "part-0-title": "Rabat RT 2",
        "part-0-amount_DDS": "100.000.000",
        "part-1-title": "Rabat RT 3",
    }
    refused = client.post(url, parts | {"part-1-amount_DDS": "84499999"})
    assert refused.status_code == 400
    assert "kurang Rp1 dari Rp184.500.000" in refused.content.decode()
    client.post(url, parts | {"part-1-amount_DDS": "84500000"})
    assert sorted(Project.objects.values_list("planned", flat=True)) == [84_500_000, 100_000_000]


CSV = "village,fiscal_year,title,work_type,fund_source,amount\n35.10.17.2001,2026,Sumur bor,water,DDS,{}\n"


def upload(client: Client, text: str, name: str = "kegiatan.csv"):
    return client.post("/projects/import/", {"file": SimpleUploadedFile(name, text.encode()), "mapping": ""})


def test_a_file_is_previewed_and_loaded_only_when_confirmed(cast: Cast) -> None:
    FundSourceFactory()
    client = as_(cast.ani)
    preview = upload(client, CSV.format("95000000"))
    assert "Rp95.000.000" in preview.content.decode()
    assert not Project.objects.exists()
    token = preview.context["kept"]["token"]
    for someone, said in ((client, "salah"), (as_(cast.budi), token)):
        refused = someone.post("/projects/import/confirm/", {"token": said}, follow=True)
        assert "tidak lagi menunggu" in refused.content.decode()
        assert not Project.objects.exists()
    client.post("/projects/import/confirm/", {"token": token})
    assert Project.objects.get().planned == 95_000_000
    client.post("/projects/import/confirm/", {"token": token})
    assert Project.objects.count() == 1


def test_a_file_with_mistakes_is_answered_with_a_list_to_download(cast: Cast) -> None:
    FundSourceFactory()
    client = as_(cast.ani)
    refused = upload(client, CSV.format("1.250"))
    assert refused.status_code == 400
    assert "1 kesalahan. Tidak ada yang dimuat." in refused.content.decode()
    errors = client.get("/projects/import/errors.csv", {"token": refused.context["kept"]["token"]})
    assert errors.headers["Content-Disposition"] == 'attachment; filename="kesalahan.csv"'
    assert "2,amount,1.250," in errors.content.decode()


def test_an_officer_loads_nothing_into_another_village(cast: Cast) -> None:
    FundSourceFactory()
    refused = upload(as_(cast.catur), CSV.format("95000000"))
    assert "Tugas Anda tidak mencakup desa ini" in refused.content.decode()


def test_other_kinds_of_files_are_refused(cast: Cast) -> None:
    assert "File ini tidak dikenal" in upload(as_(cast.ani), "x", "kegiatan.exe").content.decode()


def test_it_says_while_typing_what_is_like_it_nearby(cast: Cast) -> None:
    client = as_(cast.ani)
    client.post("/projects/new/", filled(cast))
    typed = filled(cast, fiscal_year="", status="", village="")  # not finished yet
    assert "Mirip: “Rabat beton Gang Melati” (2026)" in client.post("/projects/near/", typed).content.decode()
    own = f"/projects/near/?project={Project.objects.get().pk}"
    for nothing in (filled(cast, title=""), filled(cast, **{"site-0-position": "-8.2"}), {}):
        assert "Mirip" not in client.post("/projects/near/", nothing).content.decode()
    assert "Mirip" not in client.post(own, typed).content.decode()  # not near itself
    assert as_(cast.tamu).post("/projects/near/", typed).status_code == 403
    assert 'hx-post="/projects/near/"' in client.get("/projects/new/").content.decode()
