"""What an engagement hands over, gathered once: everything a working paper or a finding draft shows, as values.

Reports render these and ask the database nothing more. Words for people are in the language that is active when
`contents_of` runs; codes stand beside them. Addresses are paths within the site, so that every number leads to its
evidence.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from duplicates import freezing, frozen_words
from duplicates.engagement_pairs import own_projects, places_of
from duplicates.engagement_scan import require_frozen
from duplicates.engagements import DUPLICATES, findings_of, pairs_of, with_finding
from duplicates.findings import is_draft
from duplicates.models import (
    Decision,
    DecisionKind,
    Engagement,
    EngagementPair,
    FindingSheet,
    FollowUp,
    FollowUpKind,
    FrozenRegister,
    Remark,
    Scan,
)
from duplicates.project_as_of import PhotoAsOf, ProjectAsOf
from duplicates.score import CASE_FROM, STORED_FROM, SignalScore, likeness_word
from places.message import Message


@dataclass(frozen=True)
class PersonNamed:
    """A person as a report names them."""

    pk: int
    name: str


@dataclass(frozen=True)
class PlaceNamed:
    """A place of the assignment."""

    code: str
    name: str


@dataclass(frozen=True)
class ScanDone:
    """One scan of the engagement, with its parameters and figures."""

    pk: int
    started_at: datetime
    finished_at: datetime | None
    state: str
    by: str
    engine: str
    radius_m: float
    years: tuple[int, ...]
    place: str  # "" = all places of the engagement
    projects: int
    candidates: int
    stored: int


@dataclass(frozen=True)
class Procedure:
    """What was done: figures of the scans and of the work of people."""

    scans: tuple[ScanDone, ...]
    projects: int  # of the engagement's places and period that existed at the cut-off
    too_young: int  # left out because they were recorded after the cut-off, until the state of it was kept
    pairs: int
    cases: int
    concluded: int  # pairs with a conclusion in force
    by_kind: tuple[tuple[str, str, int], ...]  # code, words, how many
    not_concluded: int
    stored_from: float  # probability from which a pair is kept
    case_from: float


@dataclass(frozen=True)
class SignalSaid:
    """One signal of a pair's score, for the method annex only."""

    name: str
    level: str
    weight: float
    message: Message


@dataclass(frozen=True)
class Scored:
    """A pair's score: an order of work and no evidence; shown only in the method annex."""

    distance_m: float
    weight: float
    probability: float
    word: str  # "tinggi", "sedang", "rendah"
    signals: tuple[SignalSaid, ...]


@dataclass(frozen=True)
class Difference:
    """What is another now than it was at the cut-off, in words."""

    name: str
    then: str
    now: str


@dataclass(frozen=True)
class Side:
    """One project of a pair: as it was at the cut-off, and what has been changed since."""

    project: ProjectAsOf
    rows: tuple[tuple[str, str], ...]  # name, value at the cut-off, in words
    since: tuple[Difference, ...]


@dataclass(frozen=True)
class PairListed:
    """A pair of the engagement, concluded or not."""

    pk: int
    url: str
    case: int | None
    left: str  # code
    left_title: str
    left_year: int
    right: str
    right_title: str
    right_year: int
    left_village: str
    right_village: str
    money: Decimal | None  # rupiah that would be spent twice: the smaller plan of the two
    kind: str  # of the engagement's conclusion in force; "" = none
    kind_words: str
    reviewed: bool
    score: Scored


@dataclass(frozen=True)
class CaseListed:
    """A case of the engagement, numbered in it from 1: its pairs by primary key, its projects by code.

    money: rupiah that would be spent twice: the plans as of the cut-off without the largest one.
    """

    pk: int
    url: str
    pairs: tuple[int, ...]
    projects: tuple[str, ...]
    money: Decimal
    concluded: int


@dataclass(frozen=True)
class CriterionSaid:
    """A rule that the finding is measured by."""

    code: str
    title: str
    text: str
    valid_from: date
    valid_until: date | None


@dataclass(frozen=True)
class Sheet:
    """Kondisi, kriteria, sebab, akibat, rekomendasi, nilai rupiah. Empty texts are not written yet."""

    condition: str
    criteria: tuple[CriterionSaid, ...]
    cause: str
    effect: str
    recommendation: str
    amount: Decimal | None
    missing: tuple[str, ...]  # names of the parts not written yet, in words


@dataclass(frozen=True)
class FollowUpDone:
    """What was done afterwards; kind "reply" is the village's answer."""

    pk: int
    kind: str
    kind_words: str
    on: date
    due: date | None
    document: str
    amount: Decimal | None
    project: str  # code, "" if none
    project_title: str
    note: str
    by: str


@dataclass(frozen=True)
class DecisionWritten:
    """A conclusion of the engagement on a pair, in force or withdrawn: the history of a finding."""

    pk: int
    pair: int
    kind: str
    kind_words: str
    metres: float | None
    reason: str
    by: str
    at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    withdrawn_by: str
    withdrawn_at: datetime | None
    withdrawn_reason: str


@dataclass(frozen=True)
class RemarkWritten:
    """A note of the team on a pair."""

    pk: int
    case: int | None  # of the engagement
    text: str
    file_name: str
    sha256: str
    by: str
    at: datetime
    pair_url: str = ""


@dataclass(frozen=True)
class Finding:
    """One conclusion in force with everything that stands behind it. number: 1, 2, … in the engagement."""

    number: int
    url: str
    pair: int
    pair_url: str
    case: int | None
    kind: str
    kind_words: str
    is_duplicate: bool  # duplicate, partly or the same record twice: speaks of money; else "not a duplicate"
    metres: float | None
    reason: str
    made_by: str
    made_at: datetime
    reviewed_by: str
    reviewed_at: datetime | None
    review_note: str
    is_draft: bool  # four eyes wanted and not reviewed yet: not among the report's findings
    facts: tuple[str, ...]  # the finding in facts, one sentence each, as of the cut-off
    left: Side
    right: Side
    shared_photos: tuple[tuple[PhotoAsOf, PhotoAsOf], ...]  # the same file in both
    sheet: Sheet
    replies: tuple[FollowUpDone, ...]
    follow_ups: tuple[FollowUpDone, ...]  # without the replies
    history: tuple[DecisionWritten, ...]
    score: Scored


@dataclass(frozen=True)
class EngagementContents:
    """An engagement as it is handed over. findings: reviewed where four eyes are wanted; drafts: the others."""

    pk: int
    url: str
    assignment: str
    title: str
    objective: str
    team: tuple[PersonNamed, ...]
    places: tuple[PlaceNamed, ...]
    first_year: int
    last_year: int
    cut_off: date
    four_eyes: bool
    opened_at: datetime
    closed_at: datetime | None
    procedure: Procedure
    findings: tuple[Finding, ...]  # duplicates (ganda, sebagian, data dobel) first, by money
    drafts: tuple[Finding, ...]
    pairs: tuple[PairListed, ...]
    works: tuple[ProjectAsOf, ...]  # of all these pairs, as they were at the cut-off, by code
    cases: tuple[CaseListed, ...]
    decisions: tuple[DecisionWritten, ...]  # all, withdrawn ones too
    remarks: tuple[RemarkWritten, ...]
    total: Decimal  # Σ amount of the findings that speak of money


# Gathering --------------------------------------------------------------------------------------------------


def contents_of(engagement: Engagement) -> EngagementContents:
    """Everything that the engagement hands over, as it stands now, each project as it was at the cut-off.

    Raises Problem (503) while the state of the cut-off is being looked for.
    """
    require_frozen(engagement)
    rows = list(
        with_finding(pairs_of(engagement), engagement)
        .select_related("pair")
        .order_by("-weight", "distance_m", "pair__left__code", "pair__right__code")
    )
    states = freezing.states(
        engagement, {key for row in rows for key in (row.pair.left_id, row.pair.right_id)}
    )
    listed = [_pair(row, states) for row in rows]
    decisions = list(_decisions(engagement))
    findings = _findings(engagement, {row.pair_id: row for row in rows}, states, decisions)
    done = [one for one in findings if not one.is_draft]
    return EngagementContents(
        pk=engagement.pk,
        url=reverse("engagement", args=[engagement.pk]),
        assignment=engagement.assignment,
        title=engagement.title,
        objective=engagement.objective,
        team=tuple(PersonNamed(user.pk, str(user)) for user in engagement.team.order_by("name", "pk")),
        places=tuple(PlaceNamed(place.pk, place.title) for place in engagement.places.order_by("code")),
        first_year=engagement.first_year,
        last_year=engagement.last_year,
        cut_off=engagement.cut_off,
        four_eyes=engagement.four_eyes,
        opened_at=engagement.opened_at,
        closed_at=engagement.closed_at,
        procedure=_procedure(engagement, listed),
        findings=tuple(done),
        drafts=tuple(one for one in findings if one.is_draft),
        pairs=tuple(listed),
        works=_works(listed, states),
        cases=tuple(_cases(engagement, listed, states)),
        decisions=tuple(_written(one) for one in decisions),
        remarks=tuple(_remarks(engagement)),
        total=sum((one.sheet.amount or Decimal(0) for one in done if one.is_duplicate), Decimal(0)),
    )


def _named(user: User | None) -> str:
    return str(user) if user else ""


def _scored(pair: EngagementPair) -> Scored:
    parts = [SignalScore.from_json(one) for one in pair.signals]
    return Scored(
        distance_m=pair.distance_m,
        weight=pair.weight,
        probability=pair.probability,
        word={"high": _("tinggi"), "medium": _("sedang"), "low": _("rendah")}[
            likeness_word(pair.probability)
        ],
        signals=tuple(SignalSaid(one.signal, one.level, one.weight, one.message) for one in parts),
    )


def _kind_words(kind: str) -> str:
    return str(DecisionKind(kind).label) if kind in DecisionKind.values else kind


def pair_url(engagement: Engagement | int, pair: int) -> str:
    """The page of a pair inside the engagement."""
    key = engagement if isinstance(engagement, int) else engagement.pk
    return reverse("engagement_pair", args=[key, pair])


def _works(listed: Iterable[PairListed], states: Mapping[int, ProjectAsOf]) -> tuple[ProjectAsOf, ...]:
    known = {state.code: state for state in states.values()}
    return tuple(
        known[code] for code in sorted({code for pair in listed for code in (pair.left, pair.right)})
    )


def _pair(row: Any, states: Mapping[int, ProjectAsOf]) -> PairListed:
    left, right = states[row.pair.left_id], states[row.pair.right_id]
    return PairListed(
        pk=row.pair_id,
        url=pair_url(row.engagement_id, row.pair_id),
        case=row.case_no,
        left=left.code,
        left_title=left.title,
        left_year=left.fiscal_year,
        right=right.code,
        right_title=right.title,
        right_year=right.fiscal_year,
        left_village=left.village,
        right_village=right.village,
        money=frozen_words.smaller_plan(left, right),
        kind=row.conclusion or "",
        kind_words=_kind_words(row.conclusion or ""),
        reviewed=row.reviewed is not None,
        score=_scored(row),
    )


def _cases(
    engagement: Engagement, listed: Iterable[PairListed], states: Mapping[int, ProjectAsOf]
) -> list[CaseListed]:
    """The most money first."""
    members: dict[int, list[PairListed]] = defaultdict(list)
    for one in listed:
        if one.case is not None:
            members[one.case].append(one)
    plans = {state.code: state.planned or Decimal(0) for state in states.values()}
    cases = [_case(engagement, number, inside, plans) for number, inside in members.items()]
    return sorted(cases, key=lambda case: (-case.money, case.pk))


def _case(
    engagement: Engagement, number: int, inside: Sequence[PairListed], plans: Mapping[str, Decimal]
) -> CaseListed:
    codes = sorted({code for one in inside for code in (one.left, one.right)})
    money = [plans[code] for code in codes]
    return CaseListed(
        pk=number,
        url=f"{reverse('engagement', args=[engagement.pk])}?case={number}",
        pairs=tuple(one.pk for one in inside),
        projects=tuple(codes),
        money=sum(money, Decimal(0)) - max(money),
        concluded=sum(1 for one in inside if one.kind),
    )


def _decisions(engagement: Engagement) -> Iterable[Decision]:
    people = ("decided_by", "reviewed_by", "withdrawn_by")
    return Decision.objects.filter(engagement=engagement).select_related(*people).order_by("at", "pk")


def _written(decision: Decision) -> DecisionWritten:
    return DecisionWritten(
        pk=decision.pk,
        pair=decision.pair_id,
        kind=decision.kind,
        kind_words=_kind_words(decision.kind),
        metres=decision.metres,
        reason=decision.reason,
        by=_named(decision.decided_by),
        at=decision.at,
        reviewed_by=_named(decision.reviewed_by),
        reviewed_at=decision.reviewed_at,
        review_note=decision.review_note,
        withdrawn_by=_named(decision.withdrawn_by),
        withdrawn_at=decision.withdrawn_at,
        withdrawn_reason=decision.withdrawn_reason,
    )


def _procedure(engagement: Engagement, listed: Sequence[PairListed]) -> Procedure:
    kinds = Counter(one.kind for one in listed if one.kind)
    frozen = FrozenRegister.objects.filter(engagement=engagement).defer("words").first()
    scans = Scan.objects.filter(engagement=engagement).select_related("place", "started_by")
    return Procedure(
        scans=tuple(_scan(scan) for scan in scans.order_by("started_at", "pk")),
        projects=frozen.projects if frozen else len(own_projects(engagement, places_of(engagement))),
        too_young=frozen.younger if frozen else 0,
        pairs=len(listed),
        cases=len({one.case for one in listed if one.case}),
        concluded=sum(kinds.values()),
        by_kind=tuple((kind, _kind_words(kind), kinds[kind]) for kind in DecisionKind.values if kinds[kind]),
        not_concluded=sum(1 for one in listed if not one.kind),
        stored_from=STORED_FROM,
        case_from=CASE_FROM,
    )


def _scan(scan: Scan) -> ScanDone:
    return ScanDone(
        pk=scan.pk,
        started_at=scan.started_at,
        finished_at=scan.finished_at,
        state=str(scan.get_state_display()),
        by=_named(scan.started_by),
        engine=scan.engine,
        radius_m=scan.radius_m,
        years=tuple(scan.years),
        place=scan.place.title if scan.place else "",
        projects=scan.projects,
        candidates=scan.candidates,
        stored=scan.stored,
    )


def _remarks(engagement: Engagement) -> Iterable[RemarkWritten]:
    numbers = dict(pairs_of(engagement).values_list("pair", "case_no"))
    for remark in Remark.objects.filter(engagement=engagement).select_related("author").order_by("at", "pk"):
        yield RemarkWritten(
            pk=remark.pk,
            case=numbers.get(remark.pair_id or 0),
            pair_url=pair_url(engagement, remark.pair_id) if remark.pair_id else "",
            text=remark.text,
            file_name=remark.file_name,
            sha256=remark.sha256,
            by=_named(remark.author),
            at=remark.at,
        )


# Findings ---------------------------------------------------------------------------------------------------


def _findings(
    engagement: Engagement,
    pairs: Mapping[int, EngagementPair],
    states: Mapping[int, ProjectAsOf],
    decisions: Sequence[Decision],
) -> list[Finding]:
    """Conclusions in force, numbered: those that speak of money first, the largest first."""
    found = list(findings_of(engagement).select_related("pair", "decided_by", "reviewed_by"))
    sheets = _sheets([one.pk for one in found])
    found.sort(key=lambda one: (one.kind not in DUPLICATES, -_amount(sheets.get(one.pk)), one.at, one.pk))
    now = frozen_words.now_of({key for one in found for key in (one.pair.left_id, one.pair.right_id)})
    follow_ups = _follow_ups([one.pk for one in found])
    history: dict[int, list[DecisionWritten]] = defaultdict(list)
    for decision in decisions:
        history[decision.pair_id].append(_written(decision))
    sides = {key: side_of(state, now) for key, state in states.items() if key in now}
    return [
        _finding(
            number,
            one,
            pairs[one.pair_id],
            engagement,
            sides,
            sheets.get(one.pk),
            follow_ups[one.pk],
            tuple(history[one.pair_id]),
        )
        for number, one in enumerate(found, start=1)
    ]


def _amount(sheet: Sheet | None) -> Decimal:
    return (sheet.amount if sheet else None) or Decimal(0)


def side_of(state: ProjectAsOf, now: Mapping[int, tuple[ProjectAsOf, int]]) -> Side:
    """A project as it was, with what has changed since. now: from frozen_words.now_of."""
    since = frozen_words.since(state, *now[state.pk]) if state.pk in now else []
    return Side(
        project=state,
        rows=tuple(frozen_words.rows(state)),
        since=tuple(Difference(*one) for one in since),
    )


def _finding(
    number: int,
    decision: Decision,
    row: EngagementPair,
    engagement: Engagement,
    sides: Mapping[int, Side],
    sheet: Sheet | None,
    follow_ups: Sequence[FollowUpDone],
    history: tuple[DecisionWritten, ...],
) -> Finding:
    decision.engagement = engagement
    pair = decision.pair
    left, right = sides[pair.left_id], sides[pair.right_id]
    return Finding(
        number=number,
        url=reverse("finding", args=[decision.pk]),
        pair=pair.pk,
        pair_url=pair_url(engagement, pair.pk),
        case=row.case_no,
        kind=decision.kind,
        kind_words=_kind_words(decision.kind),
        is_duplicate=decision.kind in DUPLICATES,
        metres=decision.metres,
        reason=decision.reason,
        made_by=_named(decision.decided_by),
        made_at=decision.at,
        reviewed_by=_named(decision.reviewed_by),
        reviewed_at=decision.reviewed_at,
        review_note=decision.review_note,
        is_draft=is_draft(decision),
        facts=tuple(frozen_words.said(frozen_words.facts(left.project, right.project))),
        left=left,
        right=right,
        shared_photos=tuple(frozen_words.shared_photos(left.project, right.project)),
        sheet=sheet or _empty_sheet(),
        replies=tuple(one for one in follow_ups if one.kind == FollowUpKind.REPLY),
        follow_ups=tuple(one for one in follow_ups if one.kind != FollowUpKind.REPLY),
        history=history,
        score=_scored(row),
    )


def _sheets(findings: Sequence[int]) -> dict[int, Sheet]:
    rows = FindingSheet.objects.filter(decision__in=findings).prefetch_related("criteria")
    return {row.decision_id: _sheet(row) for row in rows}


def _sheet(row: FindingSheet) -> Sheet:
    criteria = tuple(
        CriterionSaid(one.pk, one.title, one.text, one.valid_from, one.valid_until)
        for one in row.criteria.all()
    )
    parts = {
        _("kondisi"): row.condition,
        _("kriteria"): criteria,
        _("sebab"): row.cause,
        _("akibat"): row.effect,
        _("rekomendasi"): row.recommendation,
    }
    return Sheet(
        condition=row.condition,
        criteria=criteria,
        cause=row.cause,
        effect=row.effect,
        recommendation=row.recommendation,
        amount=row.amount,
        missing=tuple(name for name, part in parts.items() if not part),
    )


def _empty_sheet() -> Sheet:
    missing = (_("kondisi"), _("kriteria"), _("sebab"), _("akibat"), _("rekomendasi"))
    return Sheet("", (), "", "", "", None, missing)


def _follow_ups(findings: Sequence[int]) -> dict[int, list[FollowUpDone]]:
    found: dict[int, list[FollowUpDone]] = defaultdict(list)
    rows = FollowUp.objects.filter(decision__in=findings).select_related("project", "written_by")
    for row in rows.order_by("date", "pk"):
        found[row.decision_id].append(follow_up_done(row))
    return found


def follow_up_done(row: FollowUp) -> FollowUpDone:
    """What was done afterwards, as a value."""
    return FollowUpDone(
        pk=row.pk,
        kind=row.kind,
        kind_words=str(row.get_kind_display()),
        on=row.date,
        due=row.due,
        document=row.document,
        amount=row.amount,
        project=row.project.code if row.project else "",
        project_title=row.project.title if row.project else "",
        note=row.note,
        by=_named(row.written_by),
    )
