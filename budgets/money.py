"""What a project's budget is now: the newest version that speaks of it, and what was spent. Pushed to projects.

docs/design/import.md has the order of versions. A version without a line for a project says nothing about it, so
that a partial file never empties the others; a line of Rp0 says that there is no money any more.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from budgets.models import BudgetLine, BudgetVersion, Realisation, VersionKind
from budgets.owned_lines import Claims
from projects.models import Project
from projects.money import Figures, record_many

# The usual order of a year, where dates don't tell.
KIND_ORDER = {
    VersionKind.ORIGINAL: 0,
    VersionKind.REVISION_BY_HEAD: 1,
    VersionKind.REVISED: 2,
}
_BATCH = 2000


def in_order(versions: Iterable[BudgetVersion]) -> list[BudgetVersion]:
    """Versions of one village and year, the newest last: by date where all have one, else by kind, then date."""
    known = list(versions)
    if all(version.date for version in known):
        return sorted(
            known, key=lambda v: (v.date or date.min, KIND_ORDER.get(VersionKind(v.kind), -1), v.pk)
        )
    return sorted(known, key=lambda v: (KIND_ORDER.get(VersionKind(v.kind), -1), v.date or date.min, v.pk))


@dataclass
class Lines:
    """A project's amounts by version, then source."""

    by_version: dict[int, dict[str, Decimal]] = field(default_factory=dict)

    def add(self, version: int, source: str, amount: Decimal) -> None:
        sources = self.by_version.setdefault(version, {})
        sources[source] = sources.get(source, Decimal(0)) + amount


def recompute(project_ids: Iterable[int]) -> None:
    """Bring planned, realised and sources of these projects up to date; call it in the job's transaction.

    planned = the newest version with lines for the project of each village and year, plus all versions of outsiders;
    money of another that was merged into the project and adds up has its own newest versions (budgets/owned_lines.py).
    sources = those of the same lines, also at Rp0 (a source that is named but not yet divided).
    """
    ids = sorted(set(project_ids))
    for start in range(0, len(ids), _BATCH):
        record_many(_figures(ids[start : start + _BATCH]))


def _figures(ids: list[int]) -> dict[int, Figures]:
    lines = _lines(ids)
    spent = _spent(ids)
    counting = _counting_versions(ids, lines)
    figures = {}
    for pk in ids:
        amounts: dict[str, Decimal] = defaultdict(Decimal)
        for whose, version in counting[pk]:
            for source, amount in lines[pk][whose].by_version[version].items():
                amounts[source] += amount
        planned = sum(amounts.values(), Decimal(0)) if amounts else None
        figures[pk] = Figures(planned, spent.get(pk), tuple(sorted(amounts)))
    return figures


def _lines(ids: list[int]) -> dict[int, dict[int, Lines]]:
    """By project, then by whose money it is: the project's own, or a merged record's that adds up."""
    claims = Claims(ids)
    found: dict[int, dict[int, Lines]] = {pk: {} for pk in ids}
    rows = BudgetLine.objects.filter(project__in=ids).values_list(
        "pk", "project", "version", "source", "amount"
    )
    for line, project, version, source, amount in rows:
        found[project].setdefault(claims.apart(line, project), Lines()).add(version, source, amount)
    return found


def _spent(ids: list[int]) -> dict[int, Decimal]:
    rows = (
        Realisation.objects.filter(project__in=ids).order_by().values("project").annotate(sum=Sum("amount"))
    )
    return {row["project"]: row["sum"] for row in rows}


def _counting_versions(
    ids: list[int], lines: Mapping[int, Mapping[int, Lines]]
) -> dict[int, list[tuple[int, int]]]:
    """By project: (whose, version) of the lines that make up its money now."""
    wanted = {version for pk in ids for mine in lines[pk].values() for version in mine.by_version}
    versions = BudgetVersion.objects.in_bulk(wanted)
    result: dict[int, list[tuple[int, int]]] = {}
    for pk in ids:
        result[pk] = [
            (whose, version)
            for whose, mine in lines[pk].items()
            for version in _counting([versions[version] for version in mine.by_version])
        ]
    return result


def _counting(versions: Iterable[BudgetVersion]) -> list[int]:
    """The newest of each village and year, and all of outsiders."""
    outside: list[int] = []
    own: dict[tuple[str, int], list[BudgetVersion]] = defaultdict(list)
    for version in versions:
        if version.kind == VersionKind.OUTSIDE:
            outside.append(version.pk)
        else:
            own[version.village_id, version.fiscal_year].append(version)
    return outside + [in_order(mine)[-1].pk for mine in own.values()]


def newest_version(project: Project) -> BudgetVersion | None:
    """The version whose lines count for the project now; a village's before an outsider's."""
    versions = BudgetVersion.objects.filter(lines__project=project).distinct()
    own = in_order(versions.filter(~Q(kind=VersionKind.OUTSIDE)))
    return own[-1] if own else versions.order_by("pk").last()


def by_source(project: Project, version: BudgetVersion) -> dict[str, Decimal]:
    """The project's amounts in a version, by source code, sites taken together."""
    rows = (
        BudgetLine.objects.filter(project=project, version=version)
        .order_by("source__order", "source")
        .values_list("source", "amount")
    )
    found: dict[str, Decimal] = {}
    for source, amount in rows:
        found[source] = found.get(source, Decimal(0)) + amount
    return found
