"""The pages of an engagement: whole for its team, nothing for everybody else."""

import io
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEvent, Role, User
from duplicates.decisions import conclude
from duplicates.engagements import open_engagement
from duplicates.findings import write_sheet
from duplicates.follow_ups import record as follow_up
from duplicates.models import Case, Criterion, Decision, Engagement, FrozenProject, Pair, Remark, Scan
from projects.models import Project
from projects.saving import edit_project
from tests.cast import Cast
from tests.factories import ClaimFactory, DutyFactory, ProjectFactory, UserFactory

SECRET = "RAHASIA-TIM"


@pytest.fixture
def hana(cast: Cast) -> User:
    user = UserFactory(username="hana", name="Bu Hana")
    DutyFactory(user=user, role=Role.AUDITOR, place=cast.regency)
    return user


@pytest.fixture
def engagement(cast: Cast, hana: User, time_machine) -> Engagement:
    time_machine.move_to("2026-11-24T03:00:00Z")
    return open_engagement(
        actor=cast.fitri,
        assignment=f"700/{SECRET}",
        title="Dana Desa",
        places=[cast.regency],
        first_year=2024,
        last_year=2026,
        cut_off=date(2026, 11, 24),
        team=[hana],
        objective="Menguji anggaran ganda.",
    )


@pytest.fixture
def pair(cast: Cast, engagement: Engagement) -> Pair:
    left = ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati", fiscal_year=2025)
    right = ProjectFactory(village=cast.sragi, title="Paving Gang Melati", fiscal_year=2026)
    Project.objects.filter(pk__in=[left.pk, right.pk]).update(planned=Decimal(100_000_000), sources=["DDS"])
    case = Case.objects.create()
    return Pair.objects.create(left=left, right=right, case=case, distance_m=0, weight=5, probability=0.97)


@pytest.fixture
def finding(cast: Cast, pair: Pair, engagement: Engagement) -> Decision:
    Remark.objects.create(case=pair.case, engagement=engagement, text=SECRET, author=cast.fitri)
    Scan.objects.create(engagement=engagement, state="done", message={"code": SECRET, "params": {}})
    return conclude(
        pair=pair, kind="partly", metres=12, reason=SECRET, actor=cast.fitri, engagement=engagement
    )


@pytest.fixture
def fitri(cast: Cast, client: Client) -> Client:
    client.force_login(cast.fitri)
    return client


def urls(engagement: Engagement, pair: Pair, finding: Decision) -> list[str]:
    page = reverse("engagement", args=[engagement.pk])
    return [
        page,
        *(f"{page}?tab={tab}" for tab in ("findings", "scans", "notes")),
        reverse("engagement_team", args=[engagement.pk]),
        reverse("engagement_close", args=[engagement.pk]),
        reverse("engagement_pair", args=[engagement.pk, pair.pk]),
        reverse("finding", args=[finding.pk]),
    ]


def test_the_team_sees_every_page(fitri: Client, engagement, pair, finding) -> None:
    for url in urls(engagement, pair, finding):
        assert fitri.get(url).status_code == 200, url
    assert engagement.assignment in fitri.get(reverse("engagements")).content.decode()


@pytest.mark.parametrize("who", ["eko", "galih", "ani", "budi", "dewi", "tamu"])
def test_for_everybody_else_there_is_no_such_page(
    cast: Cast, client: Client, engagement, pair, finding, who: str
) -> None:
    client.force_login(getattr(cast, who))
    for url in urls(engagement, pair, finding):
        assert client.get(url).status_code == 404, url
    for name in ("engagement_scan", "engagement_close", "engagement_team"):
        assert client.post(reverse(name, args=[engagement.pk])).status_code == 404
    for name in ("finding", "finding_review", "finding_follow_up"):
        assert client.post(reverse(name, args=[finding.pk])).status_code == 404


def test_another_auditor_sees_nothing_of_it(cast: Cast, client: Client, engagement, pair, finding) -> None:
    other = UserFactory(username="indra")
    DutyFactory(user=other, role=Role.AUDITOR, place=cast.regency)
    client.force_login(other)
    for url in urls(engagement, pair, finding):
        assert client.get(url).status_code == 404, url
    told = client.get(reverse("engagements")).content.decode()
    assert SECRET not in told


def test_anonymous_people_are_asked_to_log_in(client: Client, engagement, pair, finding) -> None:
    for url in urls(engagement, pair, finding):
        response = client.get(url)
        assert (response.status_code, response.url.startswith("/accounts/login/")) == (302, True)


@pytest.mark.parametrize("who", ["eko", "galih", "ani", "dewi", "tamu"])
def test_nothing_of_it_stands_in_pages_that_others_may_open(
    cast: Cast, client: Client, engagement, pair, finding, who: str
) -> None:
    write_everything(cast, finding)
    client.force_login(getattr(cast, who))
    claim = ClaimFactory(project=pair.left, site=pair.left.sites.get())
    pages = [
        reverse("duplicates"),
        reverse("duplicate_cases"),
        pair.case.get_absolute_url(),
        f"/projects/{pair.left_id}/",
        "/duplicates/pairs.csv",
        "/duplicates/pairs.geojson",
        "/duplicates/pairs.html",
        "/notices/",
        "/photos/review/",
        f"/photos/{claim.pk}/",
        "/map/",
        "/api/v1/projects/",
        f"/api/v1/projects/{pair.left_id}/",
        "/api/v1/photos/",
    ]
    for url in pages:
        told = client.get(url, follow=True).content.decode(errors="replace")
        assert SECRET not in told, url


def test_in_every_file_of_pairs_a_finding_is_its_team_s(
    cast: Cast, client: Client, engagement, pair, finding
) -> None:
    Pair.objects.filter(pk=pair.pk).update(gone_at=None)
    other = UserFactory(username="indra")
    DutyFactory(user=other, role=Role.AUDITOR, place=cast.regency)
    for user, seen in ((cast.fitri, True), (cast.eko, False), (other, False)):
        client.force_login(user)
        book = openpyxl.load_workbook(io.BytesIO(client.get("/duplicates/pairs.xlsx").content))
        told = " ".join(str(cell.value) for sheet in book for row in sheet for cell in row)
        assert (SECRET in told) is seen, user


def write_everything(cast: Cast, finding: Decision) -> None:
    """A sheet and a follow-up with the secret in them."""
    write_sheet(finding=finding, actor=cast.fitri, condition=SECRET, recommendation=SECRET)
    follow_up(decision=finding, kind="letter", on=date(2026, 11, 24), document=SECRET, actor=cast.fitri)


def test_the_admin_shows_no_finding_and_no_scan_of_it(
    cast: Cast, client: Client, engagement, finding
) -> None:
    boss = UserFactory(username="bos", is_staff=True, is_superuser=True)
    client.force_login(boss)
    told = client.get("/admin/duplicates/scan/").content.decode()
    assert "0 pemindaian" in told or SECRET not in told
    scan = Scan.objects.get(engagement=engagement)
    assert client.get(f"/admin/duplicates/scan/{scan.pk}/change/").status_code != 200
    page = client.get(f"/admin/duplicates/engagement/{engagement.pk}/change/")
    assert "partly" not in page.content.decode()
    joined = client.post(
        f"/admin/duplicates/engagement/{engagement.pk}/change/", {"team": [boss.pk], "places": ["35.10"]}
    )
    assert joined.status_code == 403
    assert boss not in engagement.team.all()


def test_the_admin_reads_only_rows_without_the_kind_in_the_record_of_acts(
    cast: Cast, client: Client, engagement, finding
) -> None:
    client.force_login(UserFactory(username="bos", is_staff=True, is_superuser=True))
    write_everything(cast, finding)
    told = client.get("/admin/accounts/auditevent/?q=" + str(finding.pk)).content.decode()
    for event in AuditEvent.objects.exclude(action__in=["engagement.opened", "duty.given"]):
        page = client.get(f"/admin/accounts/auditevent/{event.pk}/change/").content.decode()
        told += page.replace(f"700/{SECRET}", "")  # its number is no secret to an administrator
    assert "partly" not in told
    assert SECRET not in told.replace(f"700/{SECRET}", "")


def test_it_shows_the_state_of_the_cut_off_beside_what_is_another_now(
    cast: Cast, fitri: Client, engagement, pair, time_machine
) -> None:
    time_machine.move_to("2026-11-26T03:00:00Z")
    edit_project(actor=cast.ani, project=pair.left, changes={"title": "Drainase RT 9"})
    fitri.force_login(cast.fitri)
    told = fitri.get(reverse("engagement_pair", args=[engagement.pk, pair.pk])).content.decode()
    assert "Rabat beton Gang Melati" in told
    assert "Sekarang berbeda" in told
    assert "Rabat beton Gang Melati → Drainase RT 9" in told
    listed = fitri.get(reverse("engagement", args=[engagement.pk])).content.decode()
    assert "Rabat beton Gang Melati" in listed
    assert "Drainase RT 9" not in listed
    assert FrozenProject.objects.count() == 2


def test_the_sheet_is_written_reviewed_and_answered_in_the_browser(
    cast: Cast, hana: User, fitri: Client, engagement, pair, finding
) -> None:
    rule = Criterion.objects.create(
        code="p", title="Permendagri 20/2018", text="…", valid_from=date(2018, 5, 8)
    )
    url = reverse("finding", args=[finding.pk])
    assert "Tahun anggaran 2025 dan 2026." in fitri.get(url).content.decode()
    sent = {"condition": "Dua anggaran.", "criteria": [rule.pk], "amount": "Rp100.000.000", "seen": ""}
    assert fitri.post(url, sent).status_code == 302
    assert finding.sheet.amount == Decimal(100_000_000)
    again = fitri.post(url, sent | {"condition": "Lain."})
    assert again.status_code == 409
    assert "Lain." in again.content.decode(), "what was typed is kept"
    fitri.force_login(hana)
    fitri.post(reverse("finding_review", args=[finding.pk]), {"act": "review", "note": "Cocok."})
    finding.refresh_from_db()
    assert finding.reviewed_by == hana
    answered = {"follow-kind": "reply", "follow-on": "2026-11-24", "follow-note": "Kami pelajari."}
    assert fitri.post(reverse("finding_follow_up", args=[finding.pk]), answered).status_code == 302
    assert "Kami pelajari." in fitri.get(url).content.decode()


def test_bad_input_loses_nothing(fitri: Client, finding) -> None:
    url = reverse("finding", args=[finding.pk])
    refused = fitri.post(url, {"condition": "Dua anggaran.", "cause": "Tidak ada data.", "amount": "banyak"})
    assert refused.status_code == 422
    assert "Tidak ada data." in refused.content.decode()
    late = {"follow-kind": "reply", "follow-on": "2027-01-01", "follow-note": "Belum terjadi"}
    answer = fitri.post(reverse("finding_follow_up", args=[finding.pk]), late)
    assert (answer.status_code, "Belum terjadi" in answer.content.decode()) == (400, True)


def test_the_author_cannot_review_in_the_browser(fitri: Client, finding) -> None:
    answer = fitri.post(reverse("finding_review", args=[finding.pk]), {"act": "review"})
    assert answer.status_code == 403
    finding.refresh_from_db()
    assert finding.reviewed_by is None


def test_a_member_from_elsewhere_is_refused(cast: Cast, fitri: Client, engagement) -> None:
    far = UserFactory(username="jauh", name="Pak Jauh")
    DutyFactory(user=far, role=Role.AUDITOR, place=cast.bubuk)
    answer = fitri.post(reverse("engagement_team", args=[engagement.pk]), {"team": [far.pk]})
    assert answer.status_code == 422
    assert "Pak Jauh" in answer.content.decode()
    assert far not in engagement.team.all()


def test_who_leaves_the_team_sees_it_no_more(cast: Cast, hana: User, fitri: Client, engagement) -> None:
    fitri.post(reverse("engagement_team", args=[engagement.pk]), {"team": [], "four_eyes": "on"})
    fitri.force_login(hana)
    assert fitri.get(reverse("engagement", args=[engagement.pk])).status_code == 404


def test_a_scan_inside_it_belongs_to_it(cast: Cast, fitri: Client, engagement) -> None:
    ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati")
    ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati")
    fitri.post(reverse("engagement_scan", args=[engagement.pk]), {"radius_m": "80"})
    [scan] = Scan.objects.all()
    assert (scan.engagement, scan.radius_m, scan.place_id, scan.years, scan.state, scan.stored) == (
        engagement,
        80,
        None,
        [2024, 2025, 2026],
        "done",
        1,
    )


@pytest.mark.parametrize("tab", ["pairs", "findings", "scans", "notes"])
def test_a_page_asks_the_database_no_more_than_twelve_times(
    cast: Cast,
    fitri: Client,
    engagement,
    pair,
    finding,
    django_assert_max_num_queries,
    tab: str,
    time_machine,
) -> None:
    time_machine.move_to("2026-11-26T03:00:00Z")
    fitri.force_login(cast.fitri)
    url = f"{reverse('engagement', args=[engagement.pk])}?tab={tab}"
    fitri.get(url)  # freezes
    with django_assert_max_num_queries(12):
        fitri.get(url)


def test_the_pair_and_the_finding_ask_no_more_than_twelve_times(
    cast: Cast, fitri: Client, engagement, pair, finding, django_assert_max_num_queries, time_machine
) -> None:
    time_machine.move_to("2026-11-26T03:00:00Z")
    fitri.force_login(cast.fitri)
    for url in (
        reverse("engagement_pair", args=[engagement.pk, pair.pk]),
        reverse("finding", args=[finding.pk]),
    ):
        fitri.get(url)  # freezes
        with django_assert_max_num_queries(12):
            fitri.get(url)
