"""A project as it was at the cut-off, whatever was done to it later."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from accounts.models import AuditEvent
from budgets.saving import record_realisation, set_budget
from budgets.splitting import Part, split_into_projects
from duplicates import freezing
from duplicates.decisions import conclude
from duplicates.models import Engagement, FrozenProject, Pair
from duplicates.project_as_of import ProjectAsOf
from photos.models import Claim, Review
from projects.models import Project, Relation
from projects.saving import SiteDraft, change_status, create_project, edit_project, publish, set_sites
from projects.sites import drafts_of
from tests.cast import SRAGI_POINT, Cast
from tests.factories import ClaimFactory, FundSourceFactory

CUT_OFF = date(2026, 6, 30)
BEFORE, LAST_MINUTE, AFTER = "2026-06-01T03:00:00Z", "2026-06-30T16:59:00Z", "2026-06-30T17:00:00Z"
MUCH_LATER = "2026-11-24T03:00:00Z"


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    made = Engagement.objects.create(
        assignment="700/1/2026", first_year=2026, last_year=2026, cut_off=CUT_OFF
    )
    made.places.set([cast.sragi])
    made.team.set([cast.fitri])
    return made


@pytest.fixture
def project(cast: Cast, time_machine) -> Project:
    """Planned on 1 June with Rp184.500.000 DD, one site, Rp50.000.000 spent."""
    for code, short in (("DDS", "DD"), ("ADD", "ADD")):
        FundSourceFactory(code=code, short=short)
    time_machine.move_to(BEFORE)
    made = create_project(
        actor=cast.ani,
        village=cast.sragi,
        fiscal_year=2026,
        title="Rabat beton Gang Melati",
        work_type="road",
        sites=[SiteDraft(point=SRAGI_POINT, label="Ujung utara")],
        status="planned",
        volume=Decimal(412),
        unit="m",
    )
    set_budget(actor=cast.ani, project=made, amounts={"DDS": Decimal(184_500_000)}, on=date(2026, 1, 10))
    record_realisation(actor=cast.ani, project=made, amount=Decimal(50_000_000), on=date(2026, 5, 20))
    return made


def frozen(engagement: Engagement, project: Project) -> ProjectAsOf:
    return freezing.states(engagement, [project.pk])[project.pk]


def test_it_shows_fields_as_they_were_at_the_end_of_the_day(
    cast: Cast, engagement, project, time_machine
) -> None:
    time_machine.move_to(LAST_MINUTE)
    edit_project(actor=cast.ani, project=project, changes={"volume": Decimal(420)})
    time_machine.move_to(AFTER)
    edit_project(actor=cast.ani, project=project, changes={"title": "Paving Gang Mawar", "unit": "m2"})
    change_status(actor=cast.ani, project=project, after="in_progress")
    time_machine.move_to(MUCH_LATER)
    edit_project(
        actor=cast.ani, project=project, changes={"title": "Paving RT 7", "planned_end": date(2026, 12, 1)}
    )
    publish(actor=cast.budi, project=project, published=True)
    was = frozen(engagement, project)
    assert (was.title, was.unit, was.status, was.volume) == (
        "Rabat beton Gang Melati",
        "m",
        "planned",
        Decimal(420),
    )
    assert (was.planned_end, was.published) == (None, False)
    assert was.not_rebuilt == ()


def test_it_shows_the_money_of_the_versions_that_counted(
    cast: Cast, engagement, project, time_machine
) -> None:
    time_machine.move_to(MUCH_LATER)
    set_budget(actor=cast.ani, project=project, amounts={"ADD": Decimal(200_000_000)}, on=date(2026, 1, 10))
    set_budget(
        actor=cast.ani,
        project=project,
        amounts={"DDS": Decimal(90_000_000)},
        kind="revised",
        number="3",
        on=date(2026, 6, 1),
    )
    record_realisation(actor=cast.ani, project=project, amount=Decimal(70_000_000), on=date(2026, 5, 20))
    was = frozen(engagement, project)
    assert (was.planned, was.sources_short, was.realised) == (Decimal(184_500_000), "DD", Decimal(50_000_000))
    assert [(line.short, line.amount, line.counts) for line in was.money] == [
        ("DD", Decimal(184_500_000), True)
    ]
    assert was.not_rebuilt == ()


def test_a_version_dated_later_does_not_count_though_it_was_typed_in_before(
    cast: Cast, engagement, project, time_machine
) -> None:
    set_budget(
        actor=cast.ani,
        project=project,
        amounts={"DDS": Decimal(90_000_000)},
        kind="revised",
        on=date(2026, 9, 1),
    )
    time_machine.move_to(MUCH_LATER)
    assert frozen(engagement, project).planned == Decimal(184_500_000)


def test_it_shows_the_position_that_was_known_and_valid(
    cast: Cast, engagement, project, time_machine
) -> None:
    time_machine.move_to(MUCH_LATER)
    [draft] = drafts_of(project)
    moved = SiteDraft(**{**vars(draft), "point": (114.21, -8.26), "source": "surveyed"})
    backdated = SiteDraft(point=(114.22, -8.26), valid_from=datetime(2026, 1, 1, tzinfo=UTC))
    set_sites(actor=cast.ani, project=project, sites=[moved, backdated])
    was = frozen(engagement, project)
    assert [(site.no, site.lon, site.lat, site.label) for site in was.sites] == [
        (1, 114.2, -8.25, "Ujung utara")
    ]


def test_a_site_deleted_later_is_said_to_be_lost(cast: Cast, engagement, project, time_machine) -> None:
    first = drafts_of(project)
    set_sites(actor=cast.ani, project=project, sites=[*first, SiteDraft(point=(114.21, -8.26))])
    time_machine.move_to(MUCH_LATER)
    set_sites(actor=cast.ani, project=project, sites=first)
    was = frozen(engagement, project)
    assert [one.code for one in was.not_rebuilt] == ["frozen.site_deleted"]
    assert was.not_rebuilt[0].params["no"] == 2


def test_photos_count_with_verdict_and_review_of_then(cast: Cast, engagement, project, time_machine) -> None:
    def claim(progress: int, received: str, **more) -> Claim:
        return ClaimFactory(
            project=project,
            progress=progress,
            received_at=datetime.fromisoformat(received),
            taken_at=datetime(2026, 6, 1, tzinfo=UTC),
            **more,
        )

    half = claim(50, "2026-06-02T03:00:00Z", verdict="outside", stands=False)
    time_machine.move_to(BEFORE)
    Review.objects.create(claim=half, reviewer=cast.dewi, decision="accepted")
    time_machine.move_to(MUCH_LATER)
    Review.objects.create(claim=half, reviewer=cast.dewi, decision="rejected", reason="salah tempat")
    claim(100, "2026-07-01T03:00:00Z")
    withdrawn = claim(80, "2026-06-03T03:00:00Z", verdict="suspect")
    withdrawn.withdrawn_at = datetime(2026, 8, 1, tzinfo=UTC)
    withdrawn.save()
    AuditEvent.objects.create(
        action="claim.rechecked",
        actor_name="system",
        subject_type="photos.claim",
        subject_id=str(withdrawn.pk),
        data={"verdict_was": "verified", "verdict_now": "suspect"},
    )
    was = frozen(engagement, project)
    assert [(p.progress, p.verdict, p.review, p.stands) for p in was.photos] == [
        (50, "outside", "accepted", True),
        (80, "verified", "", True),
    ]
    assert (was.progress, was.evidence) == (Decimal(80), "verified")


def test_a_project_made_after_the_cut_off_is_not_in_it(cast: Cast, engagement, time_machine) -> None:
    time_machine.move_to(AFTER)
    late = create_project(
        actor=cast.ani, village=cast.sragi, fiscal_year=2026, title="Talud", work_type="drain"
    )
    assert freezing.states(engagement, [late.pk]) == {}


def test_it_is_kept_once_the_day_is_over_and_read_from_there(
    cast: Cast, engagement, project, time_machine
) -> None:
    time_machine.move_to(LAST_MINUTE)
    frozen(engagement, project)
    assert not FrozenProject.objects.exists()
    time_machine.move_to(MUCH_LATER)
    first = frozen(engagement, project)
    Project.objects.filter(pk=project.pk).update(title="Diubah tanpa catatan")
    assert frozen(engagement, project) == first
    assert first.title == "Rabat beton Gang Melati"


def test_what_a_later_merge_carried_away_hangs_where_it_hung(
    cast: Cast, engagement, project, time_machine
) -> None:
    twin = create_project(
        actor=cast.ani,
        village=cast.sragi,
        fiscal_year=2026,
        title="Rabat Gg Melati",
        work_type="road",
        sites=[SiteDraft(point=SRAGI_POINT)],
        status="planned",
    )
    set_budget(actor=cast.ani, project=twin, amounts={"ADD": Decimal(20_000_000)}, on=date(2026, 1, 10))
    record_realisation(actor=cast.ani, project=twin, amount=Decimal(5_000_000), on=date(2026, 5, 21))
    ClaimFactory(project=twin, progress=100, received_at=datetime(2026, 6, 2, tzinfo=UTC))
    left, right = sorted((project, twin), key=lambda one: one.code)
    pair = Pair.objects.create(left=left, right=right, distance_m=0, weight=5, probability=0.97)
    time_machine.move_to(MUCH_LATER)
    conclude(
        pair=pair,
        kind="same_record",
        reason="Satu pekerjaan.",
        actor=cast.eko,
        kept=project,
        money="both",
    )
    assert Project.objects.get(pk=twin.pk).status == "merged"
    was = freezing.states(engagement, [project.pk, twin.pk])
    kept, gone = was[project.pk], was[twin.pk]
    assert (gone.status, gone.planned, gone.realised, gone.progress) == (
        "planned",
        Decimal(20_000_000),
        Decimal(5_000_000),
        Decimal(100),
    )
    assert (kept.planned, kept.realised, kept.progress) == (
        Decimal(184_500_000),
        Decimal(50_000_000),
        Decimal(0),
    )
    assert (gone.relations, kept.relations) == ((), ())


def test_a_split_done_later_is_taken_back(cast: Cast, engagement, project, time_machine) -> None:
    time_machine.move_to(MUCH_LATER)
    split_into_projects(
        actor=cast.ani,
        project=project,
        parts=[
            Part("Rabat ruas 1", {"DDS": Decimal(100_000_000)}),
            Part("Rabat ruas 2", {"DDS": Decimal(84_500_000)}),
        ],
    )
    was = frozen(engagement, project)
    assert (was.title, was.planned) == ("Rabat beton Gang Melati", Decimal(184_500_000))
    assert was.not_rebuilt == ()


def test_a_change_without_a_record_is_said(cast: Cast, engagement, project, time_machine) -> None:
    time_machine.move_to(MUCH_LATER)
    edit_project(actor=cast.ani, project=project, changes={"title": "Paving"})
    Project.objects.filter(pk=project.pk).update(title="Diubah tanpa catatan")
    was = frozen(engagement, project)
    assert was.title == "Rabat beton Gang Melati"
    assert [(m.code, m.params["name_word"]) for m in was.not_rebuilt] == [("frozen.unrecorded", "Nama")]


def test_relations_without_a_date_are_said_to_be_so(cast: Cast, engagement, project, time_machine) -> None:
    other = create_project(
        actor=cast.ani, village=cast.sragi, fiscal_year=2025, title="Rabat beton tahap awal", work_type="road"
    )
    Relation.objects.create(project=project, other=other, kind="continues")
    time_machine.move_to(MUCH_LATER)
    was = frozen(engagement, project)
    assert [(r.kind, r.other, r.reverse) for r in was.relations] == [("continues", other.code, False)]
    assert [m.code for m in was.not_rebuilt] == ["frozen.relations_undated"]


def test_what_is_stored_reads_back_as_the_same(cast: Cast, engagement, project, time_machine) -> None:
    time_machine.move_to(MUCH_LATER)
    [built] = freezing.rebuild([project.pk], CUT_OFF).values()
    frozen(engagement, project)
    assert ProjectAsOf.from_json(FrozenProject.objects.get().data) == built
