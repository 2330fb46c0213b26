"""Pairs of an engagement: found and scored as of its cut-off; two walls between monitors and auditors."""

from datetime import date
from typing import Any

import pytest
from django.contrib.gis.geos import Point
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AuditEvent, Role
from duplicates import remarks
from duplicates.decisions import conclude
from duplicates.engagement_contents import contents_of
from duplicates.engagement_pairs import NEIGHBOURS
from duplicates.engagement_scan import finish, scan_engagement
from duplicates.engagement_table import engagement_table
from duplicates.engagements import open_engagement
from duplicates.listing import pairs_for
from duplicates.models import Case, Decision, Engagement, EngagementPair, Pair, Scan
from duplicates.scan import scan_register
from places.problems import Problem
from projects.models import Project
from projects.saving import SiteDraft, change_status, edit_project, set_sites
from projects.sites import drafts_of
from tests.cast import Cast
from tests.factories import ClaimFactory, DutyFactory, PhotoFactory, ProjectFactory, UserFactory

BEFORE, AFTER = "2026-06-01T03:00:00Z", "2026-07-15T03:00:00Z"
HERE, FAR = Point(114.2, -8.25, srid=4326), Point(114.25, -8.25, srid=4326)
TITLE = "Drainase Gang Kenanga RT 2"


@pytest.fixture
def engagement(cast: Cast, time_machine: Any) -> Engagement:
    """As of 30 June 2026, for Sragi; opened on 1 June. The clock stands there."""
    time_machine.move_to(BEFORE)
    return open_engagement(
        actor=cast.fitri, assignment="700/118/2026", title="", places=[cast.sragi], first_year=2025,
        last_year=2026, cut_off=date(2026, 6, 30),
    )  # fmt: skip


def work(cast: Cast, year: int = 2026, **known: Any) -> Project:
    told = {"village": cast.sragi, "title": TITLE, "work_type": "drain", "point": HERE.clone()}
    return ProjectFactory(fiscal_year=year, **told | known)


@pytest.fixture
def two(cast: Cast, engagement: Engagement) -> tuple[Project, Project]:
    """The same drain in two years, on one spot, recorded before the cut-off."""
    return work(cast, 2025), work(cast, 2026)


def scan(cast: Cast, engagement: Engagement, radius_m: float = 100) -> Scan:
    made = scan_engagement(actor=cast.fitri, engagement=engagement, radius_m=radius_m)
    made.refresh_from_db()
    assert made.state == Scan.State.DONE
    return made


def move(cast: Cast, project: Project, to: Point) -> None:
    [draft] = drafts_of(project)
    moved = SiteDraft(**{**draft.__dict__, "point": to})
    set_sites(actor=cast.ani, project=project, sites=[moved])


def rows(engagement: Engagement) -> list[dict[str, Any]]:
    names = ("pair", "distance_m", "weight", "probability", "signals", "case_no")
    return list(EngagementPair.objects.filter(engagement=engagement).order_by("pair").values(*names))


def test_a_pair_that_was_moved_apart_since_is_found(cast: Cast, engagement, two, time_machine) -> None:
    time_machine.move_to(AFTER)
    move(cast, two[1], FAR)
    scan_register(actor=None)
    assert not Pair.objects.exists()
    scan(cast, engagement)
    [row] = EngagementPair.objects.all()
    assert (row.distance_m, row.case_no, row.is_final) == (0.0, 1, True)
    assert row.probability > 0.9
    [told] = contents_of(engagement).pairs
    assert (told.score.distance_m, told.case) == (0.0, 1)


def test_what_only_an_engagement_knows_is_no_pair_for_others(
    cast: Cast, client: Client, engagement, two, time_machine
) -> None:
    time_machine.move_to(AFTER)
    move(cast, two[1], FAR)
    scan(cast, engagement)
    pair = Pair.objects.get()
    for user in (cast.eko, cast.fitri, cast.galih):
        client.force_login(user)
        assert not pairs_for(user).exists()
        assert client.get(reverse("duplicate_pair", args=[pair.pk])).status_code in {403, 404}
    move(cast, two[1], HERE)
    scan_register(actor=None)
    assert pairs_for(cast.eko).get() == pair, "a scan of the register finds it by itself"


def test_a_pair_that_came_together_since_does_not_show(cast: Cast, engagement, time_machine) -> None:
    work(cast, 2025)
    other = work(cast, 2026, point=FAR.clone())
    time_machine.move_to(AFTER)
    move(cast, other, HERE)
    scan_register(actor=None)
    scan(cast, engagement)
    assert Pair.objects.current().count() == 1
    assert contents_of(engagement).pairs == ()
    with pytest.raises(Problem) as raised:
        conclude(
            pair=Pair.objects.get(), kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=engagement
        )
    assert raised.value.code == "engagement.not_then"


def test_what_is_edited_later_changes_no_score(cast: Cast, engagement, two, time_machine) -> None:
    time_machine.move_to(AFTER)
    scan(cast, engagement)
    before, told = rows(engagement), contents_of(engagement).pairs
    edit_project(
        actor=cast.ani, project=two[0], changes={"title": "Rabat beton Dusun Krajan", "work_type": "road"}
    )
    work(cast, title="Drainase Drainase Kenanga")
    move(cast, two[1], FAR)
    scan_register(actor=None)
    scan(cast, engagement, radius_m=500)
    assert rows(engagement) == before
    assert contents_of(engagement).pairs == told


def test_a_work_that_was_cancelled_since_is_still_one(cast: Cast, engagement, two, time_machine) -> None:
    time_machine.move_to(AFTER)
    change_status(actor=cast.ani, project=two[1], after="cancelled", reason="Dobel.")
    scan(cast, engagement)
    assert EngagementPair.objects.count() == 1


def test_a_larger_radius_adds_pairs_and_changes_none(cast: Cast, engagement, two, time_machine) -> None:
    work(cast, 2026, point=Point(114.2005, -8.25, srid=4326))  # 55 m to the east
    time_machine.move_to(AFTER)
    scan(cast, engagement, radius_m=20)
    first = rows(engagement)
    scan(cast, engagement, radius_m=100)
    assert rows(engagement)[: len(first)] == first
    assert (len(first), len(rows(engagement))) == (1, 3)


def test_a_shared_picture_counts_when_it_was_there_by_then(cast: Cast, engagement, time_machine) -> None:
    one, other = work(cast, 2025), work(cast, 2026, point=FAR.clone())
    photo = PhotoFactory()
    for project in (one, other):
        ClaimFactory(photo=photo, project=project, site=project.sites.get())
    third = work(cast, 2026, point=Point(114.3, -8.25, srid=4326))
    time_machine.move_to(AFTER)
    ClaimFactory(photo=photo, project=third, site=third.sites.get())
    scan(cast, engagement)
    [row] = EngagementPair.objects.select_related("pair")
    assert {row.pair.left_id, row.pair.right_id} == {one.pk, other.pk}
    assert row.distance_m > 5000


def test_boxes_are_gathered_once_whatever_the_planner_thinks_of_a_new_register(db) -> None:
    """Just filled tables count as empty; a plan for those gathered the boxes anew for every two sites."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {NEIGHBOURS}", {"own": [1, 2, 3], "moment": timezone.now(), "degrees": 0.01})
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert all(f"CTE {step}" in plan for step in ("sites", "places", "boxes", "near"))


def test_a_neighbour_that_was_not_published_is_not_named(cast: Cast, engagement, time_machine) -> None:
    work(cast, 2026)
    ProjectFactory(village=cast.bubuk, title=TITLE, work_type="drain", point=HERE.clone(), published=False)
    seen = ProjectFactory(
        village=cast.bubuk, title=TITLE, work_type="drain", point=HERE.clone(), published=True
    )
    time_machine.move_to(AFTER)
    Project.objects.filter(pk=seen.pk).update(title="Ganti")  # without a record: named all the same
    scan(cast, engagement)
    named = {
        key
        for row in EngagementPair.objects.select_related("pair")
        for key in (row.pair.left_id, row.pair.right_id)
    }
    assert seen.pk in named
    assert len(named) == 2


# Two walls --------------------------------------------------------------------------------------------------


def monitors() -> list[Any]:
    pairs = Pair.objects.order_by("pk").values(
        "pk", "case", "scan", "distance_m", "weight", "probability", "gone_at"
    )
    return [list(pairs), list(Case.objects.order_by("pk").values())]


def test_a_scan_inside_touches_nothing_of_the_monitors(cast: Cast, engagement, two, time_machine) -> None:
    work(cast, 2026, title="Drainase Gang Kenanga RT 2 lanjutan")
    scan_register(actor=None)
    triage = conclude(pair=Pair.objects.first(), kind="elsewhere", reason="Lain.", actor=cast.eko)
    time_machine.move_to(AFTER)
    edit_project(actor=cast.ani, project=two[0], changes={"title": "Paving RT 7", "work_type": "road"})
    before = monitors()
    scan(cast, engagement, radius_m=10)
    assert monitors() == before
    triage.refresh_from_db()
    assert triage.reopened_at is None


def test_a_scan_of_the_register_touches_nothing_inside(cast: Cast, engagement, two, time_machine) -> None:
    scan(cast, engagement)
    before = rows(engagement)
    Project.objects.filter(pk=two[1].pk).update(status="cancelled")
    scan_register(actor=None)
    assert rows(engagement) == before


def test_cases_are_numbered_inside_and_keep_their_numbers(cast: Cast, engagement, two, time_machine) -> None:
    Case.objects.bulk_create([Case() for _ in range(5)])
    time_machine.move_to(AFTER)
    scan(cast, engagement)
    work(cast, 2026)
    scan_register(actor=None)
    [case] = contents_of(engagement).cases
    assert (case.pk, len(case.projects)) == (1, 2)
    assert case.url.endswith("?case=1")


@pytest.mark.parametrize("edited_at", ["2026-07-15T03:00:00Z", "2026-11-24T03:00:00Z"])
def test_after_the_cut_off_only_the_monitors_conclusions_open_again(
    cast: Cast, engagement, two, time_machine, edited_at: str
) -> None:
    scan_register(actor=None)
    pair = Pair.objects.get()
    triage = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    finding = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=engagement)
    time_machine.move_to(edited_at)
    edit_project(actor=cast.ani, project=two[0], changes={"title": "Drainase Gang Mawar RT 2"})
    scan_register(actor=None)
    scan(cast, engagement)
    triage.refresh_from_db()
    finding.refresh_from_db()
    assert triage.reopened_at is not None
    assert finding.reopened_at is None


def test_until_the_cut_off_a_finding_opens_again_by_a_scan_inside_only(
    cast: Cast, engagement, two, time_machine
) -> None:
    scan(cast, engagement)
    pair = Pair.objects.get()
    finding = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=engagement)
    edit_project(actor=cast.ani, project=two[0], changes={"title": "Drainase Gang Mawar RT 2"})
    scan_register(actor=None)
    finding.refresh_from_db()
    assert finding.reopened_at is None
    time_machine.move_to(AFTER)
    assert finish(engagement)
    finding.refresh_from_db()
    assert [(side, name) for side, name, _was, _now in finding.reopened_by] == [("left", "title")]
    event = AuditEvent.objects.get(action="finding.reopened")
    assert event.data == {"pair": pair.pk, "engagement": "700/118/2026"}


# The day is over --------------------------------------------------------------------------------------------


def test_the_first_look_after_the_day_has_the_last_word(
    cast: Cast, client: Client, engagement, two, time_machine
) -> None:
    scan(cast, engagement)
    assert not EngagementPair.objects.get().is_final
    move(cast, two[1], FAR)
    time_machine.move_to(AFTER)
    move(cast, two[1], HERE)
    client.force_login(cast.fitri)
    told = client.get(reverse("engagement", args=[engagement.pk]) + "?all=1").content.decode()
    assert TITLE not in told
    assert not EngagementPair.objects.exists()
    assert Scan.objects.filter(engagement=engagement).count() == 2
    client.get(reverse("engagement", args=[engagement.pk]))
    assert Scan.objects.filter(engagement=engagement).count() == 2


def test_a_pair_with_a_finding_stays_when_it_is_no_longer_one(
    cast: Cast, engagement, two, time_machine
) -> None:
    scan(cast, engagement)
    pair = Pair.objects.get()
    conclude(pair=pair, kind="elsewhere", reason="Beda lokasi.", actor=cast.fitri, engagement=engagement)
    move(cast, two[1], FAR)
    time_machine.move_to(AFTER)
    [told] = contents_of(engagement).pairs
    assert (told.pk, told.kind) == (pair.pk, "elsewhere")
    assert told.score.distance_m > 5000


def test_while_it_is_being_looked_for_nothing_is_handed_over(
    cast: Cast, engagement, two, time_machine, settings
) -> None:
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    time_machine.move_to(AFTER)
    for _again in range(2):
        with pytest.raises(Problem) as raised:
            contents_of(engagement)
    assert (raised.value.code, raised.value.status) == ("engagement.freezing", 503)
    assert Scan.objects.filter(engagement=engagement).count() == 1, "queued once"


def test_layers_have_the_place_of_every_pair(cast: Cast, engagement, two, time_machine) -> None:
    time_machine.move_to(AFTER)
    move(cast, two[1], FAR)
    table = engagement_table(contents_of(engagement))
    [(_pair, left, right)] = table.rows()
    assert [record.geometries[0].wkt for record in (left, right)] == ["POINT (114.2 -8.25)"] * 2


# In the browser ---------------------------------------------------------------------------------------------


def page_of(engagement: Engagement, pair: Pair, name: str = "engagement_pair") -> str:
    return reverse(name, args=[engagement.pk, pair.pk])


def test_a_pair_of_the_past_is_concluded_noted_and_withdrawn_on_its_own_page(
    cast: Cast, client: Client, engagement, two, time_machine
) -> None:
    time_machine.move_to(AFTER)
    move(cast, two[1], FAR)
    scan(cast, engagement)
    pair = Pair.objects.get()
    client.force_login(cast.fitri)
    refused = client.post(
        page_of(engagement, pair, "engagement_conclude"), {"kind": "duplicate", "reason": ""}
    )
    assert refused.status_code == 422
    sent = {"kind": "duplicate", "reason": "Satu saluran.", "seen": "0"}
    answer = client.post(page_of(engagement, pair, "engagement_conclude"), sent)
    finding = Decision.objects.get()
    assert answer.url == reverse("finding", args=[finding.pk])
    meanwhile = client.post(
        page_of(engagement, pair, "engagement_conclude"), sent | {"reason": "Lain sekali."}
    )
    assert (meanwhile.status_code, "Lain sekali." in meanwhile.content.decode()) == (409, True)
    client.post(page_of(engagement, pair, "engagement_remark"), {"text": "Lihat peta."})
    assert "Lihat peta." in client.get(page_of(engagement, pair)).content.decode()
    assert (
        "Lihat peta."
        in client.get(reverse("engagement", args=[engagement.pk]) + "?tab=notes").content.decode()
    )
    client.post(reverse("finding_withdraw", args=[finding.pk]), {"reason": "Salah pasangan."})
    finding.refresh_from_db()
    assert finding.withdrawn_reason == "Salah pasangan."


def test_files_of_a_team_are_its_own(cast: Cast, client: Client, engagement, two, time_machine) -> None:
    time_machine.move_to(AFTER)
    scan(cast, engagement)
    file = SimpleUploadedFile("RAHASIA-TIM.txt", b"Isi rahasia.")
    written = remarks.write(
        actor=cast.fitri, engagement=engagement, pair=Pair.objects.get(), upload=file, text=""
    )
    address = reverse("remark_file", args=[written.pk])
    client.force_login(cast.fitri)
    assert b"".join(client.get(address).streaming_content) == b"Isi rahasia."
    other = UserFactory(username="indra")
    DutyFactory(user=other, role=Role.AUDITOR, place=cast.regency)
    for user in (cast.eko, cast.galih, other):
        client.force_login(user)
        assert client.get(address).status_code in {403, 404}
    assert "RAHASIA" not in str(list(AuditEvent.objects.values_list("data", flat=True)))


def test_on_the_day_itself_a_page_asks_no_more_than_twelve_times(
    cast: Cast, client: Client, engagement, two, django_assert_max_num_queries
) -> None:
    scan(cast, engagement)
    pair = Pair.objects.get()
    finding = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=engagement)
    client.force_login(cast.fitri)
    for url in (page_of(engagement, pair), reverse("finding", args=[finding.pk])):
        client.get(url)
        with django_assert_max_num_queries(12):
            client.get(url)
