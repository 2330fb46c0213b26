"""Which budget lines are which row's: a merged record's money hangs on the living one and stays its own row's.

Project.imported["merged"] of the record that a row names: {"money": "once" or "both", "lines": {primary key: amount}}.
Lines that nobody claims belong to the record on which they hang, unless it took its row over from a merged record and
had money of its own: then its row's lines are the claimed ones.
"""

from collections.abc import Collection, Iterable

from django.db.models import Q

from budgets.models import BudgetLine
from projects.merged_rows import MERGED
from projects.models import Project, RelationKind, Status

ONCE, BOTH = "once", "both"


def as_claim(lines: Iterable[BudgetLine]) -> dict[str, str]:
    """Lines with their amounts to the sen, as JSON keeps them."""
    return {str(line.pk): f"{line.amount:.2f}" for line in lines}


class Claims:
    """The claims on lines of some projects, by themselves and by records that were merged into them."""

    def __init__(self, projects: Collection[int]) -> None:
        leads = Q(relations__kind=RelationKind.MERGED_INTO, relations__other__in=projects)
        claiming = Project.objects.filter(Q(pk__in=projects) | leads, imported__has_key=MERGED).distinct()
        self.projects = {one.pk: one for one in claiming.only("pk", "status", "imported")}
        self.owner = {
            int(line): pk for pk, one in self.projects.items() for line in one.imported[MERGED]["lines"]
        }

    def are_of(self, line: BudgetLine, records: Collection[int]) -> bool:
        """Whether a line belongs to the row of these records."""
        owner = self.owner.get(line.pk)
        if owner is not None:
            return owner in records
        claim = self.projects.get(line.project_id)
        return line.project_id in records and (claim is None or claim.status == Status.MERGED)

    def counts_once(self, record: int) -> bool:
        """Whether what the living record says of its money is not to be counted again for this one."""
        claim = self.projects.get(record)
        return claim is not None and claim.imported[MERGED].get("money") == ONCE

    def apart(self, line: int, project: int) -> int:
        """Whose money a line is beside that of others on the project: a merged record's that is another, else its own."""
        owner = self.owner.get(line, project)
        return (
            owner
            if owner in self.projects and self.projects[owner].imported[MERGED].get("money") == BOTH
            else project
        )

    def claim(self, record: int, lines: Iterable[BudgetLine]) -> None:
        """Keep that these lines are this record's, with their amounts, if it claims any at all."""
        claim = self.projects.get(record)
        if claim is not None:
            claim.imported[MERGED]["lines"] |= as_claim(lines)
            kept = Project.objects.select_for_update(no_key=True).get(pk=record)
            kept.imported = kept.imported | {MERGED: claim.imported[MERGED]}
            kept.save(update_fields=["imported"])
