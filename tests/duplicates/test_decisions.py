"""Conclusions on pairs: who may, what is asked for, what is kept; two walls between monitors and auditors."""

from datetime import date

import pytest
from django.contrib.gis.geos import Point
from django.core.exceptions import PermissionDenied

from accounts.models import AuditEvent, Role
from duplicates.decisions import conclude, withdraw
from duplicates.engagements import open_engagement, open_for
from duplicates.listing import own_decisions
from duplicates.models import Decision, Engagement, Pair
from duplicates.scan import scan_register
from places.problems import Problem
from tests.cast import Cast
from tests.factories import DutyFactory, ProjectFactory, UserFactory


@pytest.fixture
def pair(cast: Cast) -> Pair:
    for year in (2025, 2026):
        ProjectFactory(
            village=cast.sragi,
            fiscal_year=year,
            title="Drainase Gang Kenanga RT 2",
            work_type="drain",
            point=Point(114.2, -8.25, srid=4326),
        )
    scan_register(actor=None)
    return Pair.objects.get()


@pytest.fixture
def engagement(cast: Cast) -> Engagement:
    return engaged(cast)


def engaged(cast: Cast, **known: object) -> Engagement:
    asked = {
        "actor": cast.fitri, "assignment": "700/118/2026", "title": "Dana Desa", "places": [cast.regency],
        "first_year": 2025, "last_year": 2026, "cut_off": date(2099, 12, 31),
    }  # fmt: skip
    return open_engagement(**asked | known)


def test_it_writes_the_triage_of_a_monitor(cast: Cast, pair: Pair) -> None:
    decision = conclude(pair=pair, kind="carried_over", reason=" Lanjutan DPAL. ", actor=cast.eko)
    assert (decision.kind, decision.reason, decision.decided_by) == (
        "carried_over",
        "Lanjutan DPAL.",
        cast.eko,
    )
    event = AuditEvent.objects.get(action="triage.decided")
    assert event.data["kind"] == "carried_over"


def settled_kinds(cast: Cast, pair: Pair) -> list[str]:
    """What is in force of the monitors, the newest first: that one counts."""
    return [decision.kind for decision in own_decisions(cast.eko).filter(pair=pair)]


def test_it_keeps_earlier_conclusions_and_counts_the_newest(cast: Cast, pair: Pair) -> None:
    conclude(pair=pair, kind="field_check", reason="Belum jelas.", actor=cast.eko)
    conclude(pair=pair, kind="duplicate", reason="Sudah dicek.", actor=cast.eko)
    assert [d.kind for d in pair.decisions.all()] == ["duplicate", "field_check"]
    assert settled_kinds(cast, pair) == ["duplicate", "field_check"]


def test_it_writes_a_finding_in_an_engagement(cast: Cast, pair: Pair, engagement: Engagement) -> None:
    decision = conclude(
        pair=pair, kind="partly", metres=363.0, reason="STA 0–363.", actor=cast.fitri, engagement=engagement
    )
    assert (decision.engagement, decision.metres) == (engagement, 363.0)
    event = AuditEvent.objects.get(action="finding.decided")
    assert "kind" not in event.data


def test_it_shows_a_finding_to_its_team_only(cast: Cast, pair: Pair, engagement: Engagement) -> None:
    finding = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=engagement)
    other = UserFactory(username="hari")
    DutyFactory(user=other, role=Role.AUDITOR, place=cast.regency)
    assert list(Decision.objects.visible_to(cast.fitri)) == [finding]
    for stranger in (cast.eko, cast.galih, other):
        assert list(Decision.objects.visible_to(stranger)) == []


@pytest.mark.parametrize("who", ["ani", "budi", "catur", "dewi", "galih", "tamu", "fitri"])
def test_it_refuses_triage_to_all_but_monitors(cast: Cast, pair: Pair, who: str) -> None:
    with pytest.raises(PermissionDenied):
        conclude(pair=pair, kind="duplicate", reason="Satu.", actor=getattr(cast, who))
    assert not Decision.objects.exists()


@pytest.mark.parametrize("who", ["ani", "dewi", "eko", "galih"])
def test_it_refuses_findings_to_those_outside_the_team(
    cast: Cast, pair: Pair, engagement: Engagement, who: str
) -> None:
    with pytest.raises(PermissionDenied):
        conclude(pair=pair, kind="duplicate", reason="Satu.", actor=getattr(cast, who), engagement=engagement)


def test_it_refuses_a_finding_outside_places_and_years_of_the_engagement(cast: Cast, pair: Pair) -> None:
    elsewhere = engaged(cast, assignment="B", places=[cast.bubuk])
    earlier = engaged(cast, assignment="C", first_year=2020, last_year=2024)
    for wrong in (elsewhere, earlier):
        with pytest.raises(Problem) as caught:
            conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.fitri, engagement=wrong)
        assert caught.value.code == "decision.not_covered"
    assert open_for(cast.fitri, pair) == []


@pytest.mark.parametrize(
    ("kind", "reason", "metres", "code"),
    [
        ("duplicate", "  ", None, "decision.no_reason"),
        ("partly", "Sebagian.", None, "decision.no_metres"),
        ("partly", "Sebagian.", 0.0, "decision.no_metres"),
        ("maybe", "Entah.", None, "decision.unknown_kind"),
    ],
)
def test_it_asks_for_what_is_missing(cast: Cast, pair: Pair, kind, reason, metres, code) -> None:
    with pytest.raises(Problem) as caught:
        conclude(pair=pair, kind=kind, reason=reason, metres=metres, actor=cast.eko)
    assert caught.value.code == code


def test_it_takes_a_conclusion_back_and_keeps_it(cast: Cast, pair: Pair) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    withdraw(decision=decision, reason="Salah pasangan.", actor=cast.eko)
    kept = Decision.objects.get()
    assert (kept.withdrawn_by, kept.withdrawn_reason) == (cast.eko, "Salah pasangan.")
    assert settled_kinds(cast, pair) == []
    assert AuditEvent.objects.filter(action="triage.withdrawn").exists()
    with pytest.raises(Problem):
        withdraw(decision=decision, reason="Lagi.", actor=cast.eko)


def test_it_refuses_withdrawal_by_others_and_without_a_reason(cast: Cast, pair: Pair) -> None:
    decision = conclude(pair=pair, kind="duplicate", reason="Satu.", actor=cast.eko)
    with pytest.raises(PermissionDenied):
        withdraw(decision=decision, reason="Salah.", actor=cast.fitri)
    with pytest.raises(Problem):
        withdraw(decision=decision, reason=" ", actor=cast.eko)


def test_it_opens_engagements_for_auditors_in_their_places_only(cast: Cast) -> None:
    assert list(engaged(cast).team.all()) == [cast.fitri]
    for wrong in ({"actor": cast.eko}, {"places": []}):
        with pytest.raises(PermissionDenied):
            engaged(cast, assignment="X", **wrong)
