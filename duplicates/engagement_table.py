"""An engagement's contents as a table of pairs, for layers, workbook and the map page: both works as of the cut-off."""

from collections.abc import Iterator, Mapping

import shapely

from duplicates.comparison import Record
from duplicates.engagement_contents import EngagementContents, Finding, PairListed, Scored
from duplicates.kernel import PairTable, ScoredPair
from duplicates.project_as_of import ProjectAsOf
from duplicates.score import SignalScore


def engagement_table(contents: EngagementContents) -> PairTable:
    """Findings and drafts with their works where they were; then the pairs without a conclusion, whose works have no
    place here, because they are not frozen."""
    every = (*contents.findings, *contents.drafts)
    records: dict[str, Record] = {}
    pairs: dict[int, ScoredPair] = {}
    for finding in every:
        for side in (finding.left, finding.right):
            records[side.project.code] = _record(side.project)
        pairs[finding.pair] = _scored(finding.left.project.code, finding.right.project.code, finding.score)
    for pair in contents.pairs:
        for code, title, year in (
            (pair.left, pair.left_title, pair.left_year),
            (pair.right, pair.right_title, pair.right_year),
        ):
            records.setdefault(code, Record(id=code, code=code, title=title, year=year))
        pairs.setdefault(pair.pk, _scored(pair.left, pair.right, pair.score))
    return PairTable.of(list(pairs.values()), records.values())


def conclusions(contents: EngagementContents) -> Mapping[tuple[str, str], Mapping[str, str]]:
    """For each pair by its two codes: case, conclusion, made and reviewed by, amount, as text."""
    known = {(pair.left, pair.right): _listed(pair) for pair in contents.pairs}
    for finding in (*contents.findings, *contents.drafts):
        known[finding.left.project.code, finding.right.project.code] = _concluded(finding)
    return known


def _concluded(finding: Finding) -> dict[str, str]:
    amount = finding.sheet.amount
    return {
        "case": f"#{finding.case}" if finding.case else "",
        "conclusion": finding.kind_words,
        "made_by": finding.made_by,
        "reviewed_by": finding.reviewed_by,
        "amount": "" if amount is None else f"{amount:.2f}",
    }


def _listed(pair: PairListed) -> dict[str, str]:
    return {
        "case": f"#{pair.case}" if pair.case else "",
        "conclusion": pair.kind_words,
        "made_by": "",
        "reviewed_by": "",
        "amount": "",
    }


def _scored(left: str, right: str, score: Scored) -> ScoredPair:
    signals = tuple(SignalScore(one.name, one.level, one.weight, one.message) for one in score.signals)
    return ScoredPair(left, right, score.distance_m, score.weight, score.probability, signals)


def _record(project: ProjectAsOf) -> Record:
    return Record(
        id=project.code,
        code=project.code,
        title=project.title,
        geometries=tuple(_places(project)),
        work_type=project.work_type or None,
        activity=project.activity,
        budget=project.planned,
        volume=project.volume,
        unit=project.unit,
        year=project.fiscal_year,
        fund_sources=frozenset(project.sources),
        executor=project.executor_name,
    )


def _places(project: ProjectAsOf) -> Iterator[shapely.Geometry]:
    for site in project.sites:
        yield shapely.from_wkt(site.wkt) if site.wkt else shapely.Point(site.lon, site.lat)
