"""What the panel beside the map says of one project: facts, money, and how it grew from 0 to 100 %."""

from typing import Any

from accounts.access import Person
from budgets.models import FundSource
from photos import timeline
from projects.models import Project, SiteStatus


def of(project: Project, user: Person) -> dict[str, Any]:
    """Everything that _project_popup.html shows of a project that the person may see."""
    short = dict(FundSource.objects.values_list("code", "short"))
    realised_pct = None
    if project.planned and project.realised is not None:
        realised_pct = round(project.realised * 100 / project.planned)
    return {
        "project": project,
        "sources": [short.get(code, code) for code in project.sources],
        "realised_pct": realised_pct,
        "timeline": timeline.of(project, user),
        "sites": project.sites.filter(status=SiteStatus.ACTIVE).count(),
    }
