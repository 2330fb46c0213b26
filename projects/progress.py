"""The one writer of a project's progress, evidence and last photo; photos calls it after every change of a claim."""

from collections.abc import Mapping
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction

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
        Project.objects.select_for_update().only("pk").get(pk=project_id)
        columns = ("pk", "project_id", "status", "weight", "progress")  # shapes of stretches are large
        sites = list(Site.objects.filter(project_id=project_id).only(*columns).order_by("pk"))
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
