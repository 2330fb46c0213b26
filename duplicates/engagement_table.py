"""An engagement's contents as a table of pairs, for layers, workbook and the map page: both works as of the cut-off."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from duplicates.engagement_contents import EngagementContents, Scored
from duplicates.frozen_records import record_at
from duplicates.kernel import PairTable, ScoredPair
from duplicates.score import SignalScore


def engagement_table(contents: EngagementContents) -> PairTable:
    """Pairs of findings and drafts first, then the others; all works where they were at the cut-off."""
    works = {work.code: work for work in contents.works}
    pairs: dict[int, ScoredPair] = {}
    for finding in (*contents.findings, *contents.drafts):
        for side in (finding.left, finding.right):
            works.setdefault(side.project.code, side.project)
        pairs[finding.pair] = _scored(finding.left.project.code, finding.right.project.code, finding.score)
    for pair in contents.pairs:
        pairs.setdefault(pair.pk, _scored(pair.left, pair.right, pair.score))
    return PairTable.of(list(pairs.values()), [record_at(work) for work in works.values()])


@dataclass(frozen=True)
class Known:
    """What is known of a pair of an engagement beside its score. url: the path of its finding, else of its pair."""

    case: str
    conclusion: str
    made_by: str
    reviewed_by: str
    amount: Decimal | None
    url: str


def conclusions(contents: EngagementContents) -> Mapping[tuple[str, str], Known]:
    """For each pair by its two codes: case, conclusion, made and reviewed by, amount, its page."""
    known = {
        (pair.left, pair.right): Known(_case(pair.case), pair.kind_words, "", "", None, pair.url)
        for pair in contents.pairs
    }
    for one in (*contents.findings, *contents.drafts):
        known[one.left.project.code, one.right.project.code] = Known(
            _case(one.case), one.kind_words, one.made_by, one.reviewed_by, one.sheet.amount, one.url
        )
    return known


def _case(number: int | None) -> str:
    return f"#{number}" if number else ""


def _scored(left: str, right: str, score: Scored) -> ScoredPair:
    signals = tuple(SignalScore(one.name, one.level, one.weight, one.message) for one in score.signals)
    return ScoredPair(left, right, score.distance_m, score.weight, score.probability, signals)
