"""The one writer of a project's progress, evidence and last photo; photos calls it after every change of a claim."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction

from projects.models import Evidence, Project, Site, SiteStatus

_CENT = Decimal("0.01")


def record(
    *,
    project_id: int,
    by_site: Mapping[int, int | Decimal],
    evidence: str,
    last_photo_at: datetime | None,
) -> Decimal:
    """Store what the photos that stand say of a project, and return its progress in per cent.

    by_site: highest progress whose claim stands, by the site's primary key; sites left out are at 0.
    evidence: projects.models.Evidence of the claim that counts.
    A project's progress is Σ weight × progress over its active sites (docs/design/progress.md).
    Raises Project.DoesNotExist.
    """
    with transaction.atomic(savepoint=False):
        lock(project_id)
        sites = _sites(project_id)
        for site in sites:
            reached = Decimal(by_site.get(site.pk, 0))
            if site.progress != reached:
                site.progress = reached
                Site.objects.filter(pk=site.pk).update(progress=reached)
        progress = weighted(sites)
        Project.objects.filter(pk=project_id).update(
            progress=progress, evidence=Evidence(evidence), last_photo_at=last_photo_at
        )
        return progress


def lock(project_id: int) -> None:
    """Let nobody else bring this project up to date until the transaction ends. Raises Project.DoesNotExist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM projects_project WHERE id = %s FOR UPDATE", [project_id])
        if cursor.fetchone() is None:
            raise Project.DoesNotExist(f"no project {project_id}")


def _sites(project_id: int) -> list[Site]:
    """The sites without their shapes: those of stretches are large. Plain SQL: it runs at every new photo."""
    columns = ("id", "project_id", "status", "weight", "progress")
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM projects_site WHERE project_id = %s ORDER BY id", [project_id]
        )
        return [Site(**dict(zip(columns, row, strict=True))) for row in cursor.fetchall()]


def weighted(sites: list[Site]) -> Decimal:
    """Σ weight × progress / Σ weight over active sites, to two decimals; 0 without sites."""
    active = [site for site in sites if site.status == SiteStatus.ACTIVE]
    total = sum((site.weight for site in active), Decimal(0))
    if not total:
        return Decimal(0)
    share = sum((site.weight * site.progress for site in active), Decimal(0)) / total
    return share.quantize(_CENT, ROUND_HALF_UP)


def reweigh(*, project_id: int) -> Decimal:
    """Bring a project's progress up to date after its sites or their weights changed; photos stay as they are."""
    progress = weighted(list(Site.objects.filter(project_id=project_id).order_by("pk")))
    Project.objects.filter(pk=project_id).update(progress=progress)
    return progress
