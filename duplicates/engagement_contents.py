"""What an engagement hands over, gathered once: everything a working paper or a finding draft shows, as values.

Reports render these and ask the database nothing more. Words for people are in the language that is active when
`contents_of` runs; codes stand beside them. Addresses are paths within the site, so that every number leads to its
evidence.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from duplicates.project_as_of import PhotoAsOf, ProjectAsOf
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
    too_young: int  # pairs left out because one project was made after the cut-off
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
    """A case of the engagement: its pairs by primary key, its projects by code."""

    pk: int
    url: str
    pairs: tuple[int, ...]
    projects: tuple[str, ...]
    money: Decimal
    assigned_to: str
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
    """A note of the team on a case."""

    pk: int
    case: int
    text: str
    file_name: str
    sha256: str
    by: str
    at: datetime


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
    cases: tuple[CaseListed, ...]
    decisions: tuple[DecisionWritten, ...]  # all, withdrawn ones too
    remarks: tuple[RemarkWritten, ...]
    total: Decimal  # Σ amount of the findings that speak of money
