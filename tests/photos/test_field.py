"""The officer's pages without a browser: who may open them, what they list, the form without scripts."""

import json
import re
import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import Notice
from photos.models import Claim
from photos.reviewing import review
from projects.models import Status
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory, SiteFactory
from tests.photos.sent import FAR, HERE, photo_at

YEAR = timezone.localdate().year


def log_in(user, **options) -> Client:
    client = Client(**options)
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def recent(lon: float = HERE[0], lat: float = HERE[1]) -> bytes:
    return photo_at(lon, lat, taken=timezone.now() - timedelta(hours=1))


def titles(page) -> list[str]:
    return [item.project.title for item in page.context["listed"]]


def test_the_list_shows_projects_of_my_village_that_take_photos(cast: Cast):
    ProjectFactory(village=cast.sragi, title="Jalan")
    ProjectFactory(village=cast.sragi, title="Draf", status=Status.DRAFT, published=False)
    ProjectFactory(village=cast.sragi, title="Batal", status=Status.CANCELLED)
    ProjectFactory(village=cast.bubuk, title="Milik Bubuk")
    assert titles(log_in(cast.ani).get("/field/")) == ["Jalan"]


def test_the_project_photographed_last_comes_first_and_finished_ones_last(cast: Cast):
    now = timezone.now()
    ProjectFactory(village=cast.sragi, title="Selesai", progress=100, last_photo_at=now)
    ProjectFactory(village=cast.sragi, title="Belum ada foto")
    ProjectFactory(village=cast.sragi, title="Kemarin", last_photo_at=now - timedelta(days=1))
    assert titles(log_in(cast.ani).get("/field/")) == ["Kemarin", "Belum ada foto", "Selesai"]


def test_with_a_position_the_nearest_comes_first(cast: Cast):
    ProjectFactory(village=cast.sragi, title="Jauh", point=Point(114.21, -8.25, srid=4326))
    ProjectFactory(village=cast.sragi, title="Dekat", point=Point(114.201, -8.25, srid=4326))
    page = log_in(cast.ani).get("/field/?near=114.2,-8.25")
    assert titles(page) == ["Dekat", "Jauh"]
    assert page.context["listed"][0].distance_m == pytest.approx(110, abs=1)


def test_the_next_expected_stage_is_said(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    ClaimFactory(project=project, progress=0)
    text = log_in(cast.ani).get("/field/").content.decode()
    assert "Berikutnya: Sedang 50 %" in text


def test_what_the_works_have_passed_is_not_asked_for_first(cast: Cast):
    project = ProjectFactory(village=cast.sragi, progress=60)
    ClaimFactory(project=project, progress=60)
    assert "Berikutnya: Selesai 100 %" in log_in(cast.ani).get("/field/").content.decode()
    ClaimFactory(project=project, progress=100)
    project.progress = 100
    project.save()
    text = log_in(cast.ani).get("/field/").content.decode()
    assert "Foto 0 % tidak ada" in text
    assert "Berikutnya" not in text


def test_photos_that_do_not_count_are_not_called_complete(cast: Cast):
    project = ProjectFactory(village=cast.sragi, progress=Decimal("33.33"))
    for progress in (0, 50, 100):
        ClaimFactory(project=project, progress=progress)
    text = log_in(cast.ani).get("/field/").content.decode()
    assert "Foto ada, belum diterima semua" in text
    assert "Foto lengkap" not in text
    assert ">33 %<" in text


def test_a_search_without_hits_says_what_to_do(cast: Cast):
    ProjectFactory(village=cast.sragi, title="Jalan")
    assert "Tidak ada pekerjaan “sumur”" in log_in(cast.ani).get("/field/?q=sumur").content.decode()


def test_the_list_asks_few_questions(cast: Cast, django_assert_max_num_queries):
    for _number in range(12):
        ProjectFactory(village=cast.sragi, sites=3)
    client = log_in(cast.ani)
    with django_assert_max_num_queries(13):
        client.get("/field/")


@pytest.mark.parametrize(
    ("who", "status"),
    [("ani", 200), ("budi", 200), ("dewi", 200), ("eko", 200), ("galih", 403), ("tamu", 403)],
)
def test_who_may_open_the_list(cast: Cast, who, status):
    assert log_in(getattr(cast, who)).get("/field/").status_code == status


@pytest.mark.parametrize("path", ["/field/", "/field/mine/", "/field/1/"])
def test_anonymous_people_are_sent_to_log_in(cast: Cast, path):
    assert Client().get(path)["Location"].startswith("/accounts/login/")


def test_another_village_s_draft_is_not_there_and_its_published_project_refused(cast: Cast):
    client = log_in(cast.ani)
    draft = ProjectFactory(village=cast.bubuk, published=False)
    assert client.get(f"/field/{draft.pk}/").status_code == 404
    assert client.get(f"/field/{ProjectFactory(village=cast.bubuk).pk}/").status_code == 403


def test_a_cancelled_project_says_why_it_takes_no_photos(cast: Cast):
    project = ProjectFactory(village=cast.sragi, status=Status.CANCELLED)
    answer = log_in(cast.ani).get(f"/field/{project.pk}/")
    assert answer.status_code == 409
    assert "tidak menerima foto" in answer.content.decode()


def send(client: Client, project, *files: SimpleUploadedFile, **more):
    fields = {"uuid": str(uuid.uuid4()), "progress": "50", "note": "", "file": list(files)}
    return client.post(f"/field/{project.pk}/", fields | more)


def picture(content: bytes, name: str = "IMG.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_without_scripts_each_file_gets_its_verdict(cast: Cast):
    project = ProjectFactory(village=cast.sragi, fiscal_year=YEAR)
    answer = send(
        log_in(cast.ani),
        project,
        picture(recent(), "a.jpg"),
        picture(recent(*FAR), "b.jpg"),
        picture(b"x" * 99, "c.jpg"),
    )
    results = answer.context["results"]
    assert [result.claim.verdict if result.claim else result.problem.code for result in results] == [
        "verified",
        "outside",
        "refused.not_an_image",
    ]
    assert "File ditolak" in answer.content.decode()
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []


def test_without_scripts_the_same_form_again_makes_nothing_new(cast: Cast):
    project, number, content = (
        ProjectFactory(village=cast.sragi, fiscal_year=YEAR),
        str(uuid.uuid4()),
        recent(),
    )
    client = log_in(cast.ani)
    for _attempt in range(2):
        send(client, project, picture(content), uuid=number)
    assert Claim.objects.count() == 1


def test_a_form_without_file_or_site_says_so_and_keeps_nothing(cast: Cast):
    project = ProjectFactory(village=cast.sragi, fiscal_year=YEAR, sites=0)
    for no in (1, 2):
        SiteFactory(project=project, no=no)
    answer = send(log_in(cast.ani), project, picture(recent()))
    assert answer.status_code == 400
    assert "site" in answer.context["form"].errors
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []
    assert "file" in send(log_in(cast.ani), project).context["form"].errors


def test_a_form_from_elsewhere_is_refused(cast: Cast):
    project = ProjectFactory(village=cast.sragi, fiscal_year=YEAR)
    answer = send(log_in(cast.ani, enforce_csrf_checks=True), project, picture(recent()))
    assert answer.status_code == 403
    assert Claim.objects.count() == 0
    assert list(Path(settings.INCOMING_DIR).glob("*")) == []


def test_my_photos_are_mine_alone(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    own = ClaimFactory(project=project, uploaded_by=cast.ani)
    ClaimFactory(project=project, uploaded_by=cast.budi, progress=100)
    assert list(log_in(cast.ani).get("/field/mine/").context["page"]) == [own]


def test_taking_back_is_offered_until_somebody_reviewed(cast: Cast):
    claim = ClaimFactory(project=ProjectFactory(village=cast.sragi), uploaded_by=cast.ani)
    client = log_in(cast.ani)
    assert "Tarik foto" in client.get("/field/mine/").content.decode()
    claim.reviews.create(reviewer=cast.dewi, decision="rejected", reason="Terlalu gelap")
    text = client.get("/field/mine/").content.decode()
    assert "Tarik foto" not in text
    assert "Terlalu gelap" in text


def test_pages_speak_english_too(cast: Cast):
    cast.ani.language = "en"
    cast.ani.save()
    assert log_in(cast.ani).get("/field/").status_code == 200


def test_the_admin_reads_evidence_and_changes_none(cast: Cast):
    cast.galih.is_staff = cast.galih.is_superuser = True
    cast.galih.save()
    claim = ClaimFactory(project=ProjectFactory(village=cast.sragi))
    client = log_in(cast.galih)
    assert client.get(f"/admin/photos/claim/{claim.pk}/change/").status_code == 200
    assert client.post(f"/admin/photos/claim/{claim.pk}/change/", {"progress": 1}).status_code == 403
    assert client.post(f"/admin/photos/claim/{claim.pk}/delete/").status_code == 403
    assert client.get("/admin/photos/intakerefusal/").status_code == 200
    assert client.get(f"/admin/photos/photo/{claim.photo_id}/change/").status_code == 200


def test_the_page_knows_the_limit_between_two_houses(cast: Cast):
    project = ProjectFactory(village=cast.sragi, fiscal_year=timezone.localdate().year)
    SiteFactory(project=project, no=2, point=Point(HERE[0] + 0.0003, HERE[1], srid=4326))  # 33 m east
    page = log_in(cast.ani).get(f"/field/{project.pk}/").content.decode()
    sites = json.loads(re.search(r'id="sites"[^>]*>(.*?)</script>', page).group(1))
    assert [site["limit_m"] for site in sites] == [pytest.approx(16.5, abs=0.2)] * 2


def told(user, many: int = 1) -> list[Notice]:
    said = {"code": "review.rejected", "params": {"progress_pct": 50, "title": "Jalan", "reason": "Buram"}}
    return [Notice.objects.create(user=user, message=said, url="/field/mine/#claim-7") for _ in range(many)]


def test_my_photos_say_what_a_reviewer_decided_until_it_is_read(cast: Cast):
    claim = ClaimFactory(project=ProjectFactory(village=cast.sragi, title="Rabat"), uploaded_by=cast.ani)
    review(actor=cast.dewi, claim=claim, decision="rejected", reason="Terlalu gelap")
    client = log_in(cast.ani)
    page = client.get("/field/mine/")
    assert [sentence for _notice, sentence in page.context["told"].notices] == [
        "Foto 50 % untuk “Rabat” ditolak: Terlalu gelap"
    ]
    assert f'href="/field/mine/#claim-{claim.pk}"' in page.content.decode()
    read = client.post("/field/mine/read/", {"until": page.context["told"].until}, follow=True)
    assert read.context["told"] is None
    assert Notice.objects.get().read_at is not None


def test_the_menu_counts_what_is_unread(cast: Cast):
    told(cast.ani, 3)
    told(cast.dewi)
    client = log_in(cast.ani)
    assert '<span class="counter">3' in client.get("/field/").content.decode()
    client.post("/field/mine/read/", {"until": Notice.objects.filter(user=cast.ani).latest("pk").pk})
    assert '<span class="counter">' not in client.get("/field/").content.decode()
    assert Notice.objects.filter(user=cast.dewi, read_at=None).count() == 1


def test_what_came_while_the_page_was_read_stays_unread(cast: Cast):
    first, second = told(cast.ani, 2)
    log_in(cast.ani).post("/field/mine/read/", {"until": first.pk})
    assert list(Notice.objects.filter(read_at=None)) == [second]


def test_only_the_newest_are_written_out(cast: Cast):
    told(cast.ani, 11)
    page = log_in(cast.ani).get("/field/mine/")
    assert (len(page.context["told"].notices), page.context["told"].more) == (5, 6)
    assert "Dan 6 lagi yang lebih lama." in page.content.decode()


@pytest.mark.parametrize("until", ["", "x", "-1", "9" * 30])
def test_a_wrong_number_reads_nothing(cast: Cast, until: str):
    told(cast.ani)
    assert log_in(cast.ani).post("/field/mine/read/", {"until": until}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 1
