"""The one writer of a project's planned and realised money and its set of fund sources; budgets calls it."""

from collections.abc import Iterable
from decimal import Decimal

from projects.models import Project


def record(
    *, project_id: int, planned: Decimal | None, realised: Decimal | None, sources: Iterable[str]
) -> None:
    """Store what the newest budget version and the realisations say of a project.

    planned, realised: Decimal rupiah, None where nothing was said. sources: Siskeudes codes, kept as a sorted set.
    """
    Project.objects.filter(pk=project_id).update(
        planned=planned, realised=realised, sources=sorted(set(sources))
    )
