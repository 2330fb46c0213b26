"""A finding: its sheet, the second pair of eyes, what enters the report; nothing of it outside its team."""

from datetime import date
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent, Role, User
from duplicates import findings, freezing
from duplicates.decisions import conclude, withdraw
from duplicates.engagement_contents import contents_of
from duplicates.engagements import close_engagement, open_engagement
from duplicates.follow_ups import record as follow_up
from duplicates.models import Case, Criterion, Decision, Engagement, Pair
from places.problems import Problem
from projects.models import Project
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory, UserFactory


@pytest.fixture
def hana(cast: Cast) -> User:
    """Another auditor, on the team too."""
    user = UserFactory(username="hana", name="Bu Hana")
    DutyFactory(user=user, role=Role.AUDITOR, place=cast.regency)
    return user


@pytest.fixture
def engagement(cast: Cast, hana: User) -> Engagement:
    return open_engagement(
        actor=cast.fitri,
        assignment="700/118/2026",
        title="Dana Desa",
        places=[cast.regency],
        first_year=2024,
        last_year=2026,
        cut_off=date(2026, 11, 24),
        team=[hana],
    )


@pytest.fixture
def pair(cast: Cast, time_machine) -> Pair:
    time_machine.move_to("2026-11-24T03:00:00Z")
    left = ProjectFactory(village=cast.sragi, title="Rabat beton Gang Melati", fiscal_year=2025)
    right = ProjectFactory(village=cast.sragi, title="Paving Gang Melati", fiscal_year=2026)
    Project.objects.filter(pk=left.pk).update(planned=Decimal(100_000_000), sources=["DDS"])
    case = Case.objects.create()
    return Pair.objects.create(left=left, right=right, case=case, distance_m=0, weight=5, probability=0.97)


@pytest.fixture
def finding(cast: Cast, pair: Pair, engagement: Engagement) -> Decision:
    return conclude(
        pair=pair,
        kind="duplicate",
        reason="Satu ruas, dua anggaran.",
        actor=cast.fitri,
        engagement=engagement,
    )


def write(finding: Decision, actor: User, **more) -> None:
    known = {"condition": "Dua anggaran untuk satu ruas.", "amount": Decimal(100_000_000)}
    findings.write_sheet(finding=finding, actor=actor, **(known | more))


def test_the_first_sheet_is_proposed_from_the_facts(finding: Decision, engagement: Engagement) -> None:
    states = freezing.states(engagement, [finding.pair.left_id, finding.pair.right_id])
    sheet = findings.proposed(finding, states)
    assert "Rabat beton Gang Melati" in sheet.condition
    assert "Kedua pekerjaan tercatat di titik yang sama." in sheet.condition
    assert "Tahun anggaran 2025 dan 2026." in sheet.condition
    assert sheet.pk is None


def test_the_author_is_not_the_second_pair_of_eyes(cast: Cast, finding: Decision) -> None:
    write(finding, cast.fitri)
    with pytest.raises(Problem) as raised:
        findings.review(finding=finding, actor=cast.fitri)
    assert raised.value.code == "finding.own_review"


def test_who_wrote_the_sheet_last_is_not_the_second_pair_of_eyes(
    cast: Cast, hana: User, finding: Decision
) -> None:
    write(finding, hana)
    with pytest.raises(Problem) as raised:
        findings.review(finding=finding, actor=hana)
    assert raised.value.code == "finding.own_sheet"
    assert not findings.may_review(hana, finding)
    write(finding, cast.fitri)  # the author reads it and takes the words as her own
    findings.review(finding=finding, actor=hana)
    assert finding.reviewed_by == hana


def test_a_new_conclusion_on_the_pair_needs_its_own_review(
    cast: Cast, hana: User, finding: Decision, engagement: Engagement
) -> None:
    write(finding, cast.fitri)
    findings.review(finding=finding, actor=hana)
    conclude(
        pair=finding.pair,
        kind="partly",
        metres=12,
        reason="Sebagian.",
        actor=cast.fitri,
        engagement=engagement,
    )
    told = contents_of(engagement)
    assert (told.findings, [one.kind for one in told.drafts]) == ((), ["partly"])


def test_only_reviewed_findings_enter_the_report(
    cast: Cast, hana: User, finding: Decision, engagement: Engagement
) -> None:
    write(finding, cast.fitri)
    before = contents_of(engagement)
    assert ([], [finding.pair_id]) == ([f.pair for f in before.findings], [f.pair for f in before.drafts])
    assert before.total == 0
    findings.review(finding=finding, actor=hana, note="Cocok dengan foto.")
    after = contents_of(engagement)
    [told] = after.findings
    assert (told.made_by, told.reviewed_by, after.drafts) == ("Bu Fitri", "Bu Hana", ())
    assert after.total == Decimal(100_000_000)


def test_without_four_eyes_all_enter_it(cast: Cast, finding: Decision, engagement: Engagement) -> None:
    Engagement.objects.filter(pk=engagement.pk).update(four_eyes=False)
    engagement.refresh_from_db()
    assert [f.pair for f in contents_of(engagement).findings] == [finding.pair_id]


def test_a_sheet_written_on_after_the_review_is_not_reviewed_any_more(
    cast: Cast, hana: User, finding: Decision
) -> None:
    write(finding, cast.fitri)
    findings.review(finding=finding, actor=hana)
    write(finding, cast.fitri)
    assert finding.reviewed_by == hana, "the same words again change nothing"
    write(finding, cast.fitri, amount=Decimal(90_000_000))
    assert finding.reviewed_by is None


def test_what_goes_back_needs_a_note_and_says_from_whom(cast: Cast, hana: User, finding: Decision) -> None:
    write(finding, cast.fitri)
    with pytest.raises(Problem):
        findings.send_back(finding=finding, actor=hana, note=" ")
    findings.send_back(finding=finding, actor=hana, note="Hitung ulang nilainya.")
    assert (finding.review_note, finding.reviewed_by) == ("Bu Hana: Hitung ulang nilainya.", None)


def test_a_finding_about_money_is_not_reviewed_without_its_sheet(hana: User, finding: Decision) -> None:
    with pytest.raises(Problem) as raised:
        findings.review(finding=finding, actor=hana)
    assert raised.value.code == "finding.no_sheet"


def test_of_two_who_write_at_once_the_second_is_told(cast: Cast, hana: User, finding: Decision) -> None:
    seen = findings.seen_mark(findings.sheet_of(finding))
    write(finding, cast.fitri, seen=seen)
    with pytest.raises(Problem) as raised:
        write(finding, hana, condition="Lain.", seen=seen)
    assert raised.value.status == 409
    sheet = findings.sheet_of(finding)
    assert sheet is not None
    assert sheet.condition == "Dua anggaran untuk satu ruas."


@pytest.mark.parametrize(
    ("more", "code"),
    [({"condition": " "}, "finding.no_condition"), ({"amount": Decimal(-1)}, "finding.amount")],
)
def test_a_sheet_that_says_nothing_or_less_than_nothing_is_refused(
    cast: Cast, finding: Decision, more: dict, code: str
) -> None:
    with pytest.raises(Problem) as raised:
        write(finding, cast.fitri, **more)
    assert raised.value.code == code


def test_a_criterion_that_did_not_hold_is_refused(cast: Cast, finding: Decision) -> None:
    old = Criterion.objects.create(
        code="old",
        title="Permendagri 113/2014",
        text="…",
        valid_from=date(2014, 12, 31),
        valid_until=date(2018, 5, 7),
    )
    with pytest.raises(Problem) as raised:
        write(finding, cast.fitri, criteria=[old])
    assert raised.value.code == "finding.criterion"


@pytest.mark.parametrize("who", ["eko", "galih", "ani", "dewi", "tamu"])
def test_nobody_outside_the_team_writes_or_reviews(cast: Cast, finding: Decision, who: str) -> None:
    person = getattr(cast, who)
    with pytest.raises(PermissionDenied):
        write(finding, person)
    with pytest.raises(PermissionDenied):
        findings.review(finding=finding, actor=person)


def test_after_closing_only_what_the_village_does_is_written(
    cast: Cast, hana: User, finding: Decision, engagement: Engagement
) -> None:
    write(finding, cast.fitri)
    close_engagement(actor=cast.fitri, engagement=engagement)
    with pytest.raises(Problem) as raised:
        write(finding, cast.fitri, cause="x")
    assert raised.value.status == 409
    with pytest.raises(Problem):
        findings.review(finding=finding, actor=hana)
    follow_up(
        decision=finding, kind="reply", on=date(2026, 11, 24), note="Kami kembalikan.", actor=cast.fitri
    )
    assert [one.note for one in contents_of(engagement).drafts[0].replies] == ["Kami kembalikan."]


def test_a_withdrawn_finding_leaves_the_report_and_stays_in_the_history(
    cast: Cast, finding: Decision, engagement: Engagement
) -> None:
    withdraw(decision=finding, reason="Salah ruas.", actor=cast.fitri)
    told = contents_of(engagement)
    assert (told.findings, told.drafts) == ((), ())
    assert [one.withdrawn_reason for one in told.decisions] == ["Salah ruas."]
    with pytest.raises(Problem):
        write(finding, cast.fitri)


def test_a_pair_with_a_project_made_after_the_cut_off_is_left_out(
    cast: Cast, pair: Pair, engagement: Engagement, time_machine
) -> None:
    time_machine.move_to("2026-11-24T17:00:00Z")
    late = ProjectFactory(village=cast.sragi, title="Rabat beton", fiscal_year=2026)
    Pair.objects.create(left=pair.left, right=late, distance_m=0, weight=5, probability=0.97)
    told = contents_of(engagement)
    assert [one.pk for one in told.pairs] == [pair.pk]
    assert (told.procedure.projects, told.procedure.too_young) == (2, 1)
    ProjectFactory(village=cast.sragi, title="Rabat beton", fiscal_year=2026)
    assert contents_of(engagement).procedure == told.procedure, (
        "what comes after the freezing changes nothing"
    )


def test_the_record_of_acts_never_tells_what_was_found(cast: Cast, hana: User, finding: Decision) -> None:
    write(finding, cast.fitri, condition="RAHASIA-TIM", recommendation="RAHASIA-TIM")
    findings.send_back(finding=finding, actor=hana, note="RAHASIA-TIM")
    findings.review(finding=finding, actor=hana, note="RAHASIA-TIM")
    follow_up(
        decision=finding, kind="letter", on=date(2026, 11, 24), document="RAHASIA-TIM", actor=cast.fitri
    )
    told = " ".join(f"{event.action} {event.data}" for event in AuditEvent.objects.all())
    for word in ("duplicate", "RAHASIA-TIM", "letter"):
        assert word not in told
