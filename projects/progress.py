"""The one writer of a project's progress, evidence and last photo; photos calls it after every change of a claim."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal

from django.db import connection, transaction

from projects.models import Evidence, Project, Site, SiteStatus

_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Standing:
    """What the photos that stand say of a project.

    by_site: highest progress whose claim stands, by the site's primary key; sites left out are at 0.
    evidence: projects.models.Evidence of the claim that counts.
    """

    by_site: Mapping[int, int | Decimal]
    evidence: str
    last_photo_at: datetime | None


_RECORD = """
UPDATE projects_project
SET progress = given.progress, evidence = given.evidence, last_photo_at = given.last_photo_at
FROM unnest(%s::bigint[], %s::numeric[], %s::text[], %s::timestamptz[])
    AS given (id, progress, evidence, last_photo_at)
WHERE projects_project.id = given.id
"""
_REACH = """
UPDATE projects_site
SET progress = given.progress
FROM unnest(%s::bigint[], %s::numeric[]) AS given (id, progress)
WHERE projects_site.id = given.id
"""


def record(standings: Mapping[int, Standing]) -> dict[int, Decimal]:
    """Store what each project's photos say, by its primary key, and return each one's progress in per cent.

    A project's progress is Σ weight × progress over its active sites (docs/design/progress.md). As many statements
    for many projects as for one. Raises Project.DoesNotExist.
    """
    with transaction.atomic(savepoint=False):
        lock(standings)
        sites = _sites(standings)
        reached = []
        for site in (site for project_id in sites for site in sites[project_id]):
            now = Decimal(standings[site.project_id].by_site.get(site.pk, 0))
            if site.progress != now:
                site.progress = now
                reached.append(site)
        progress = {project_id: weighted(sites[project_id]) for project_id in standings}
        with connection.cursor() as cursor:
            if reached:
                cursor.execute(_REACH, [[site.pk for site in reached], [site.progress for site in reached]])
            said = standings.values()
            cursor.execute(
                _RECORD,
                [
                    list(standings),
                    list(progress.values()),
                    [Evidence(one.evidence).value for one in said],
                    [one.last_photo_at for one in said],
                ],
            )
        return progress


def lock(project_ids: Iterable[int]) -> None:
    """Let nobody else bring these projects up to date until the transaction ends. Raises Project.DoesNotExist.

    In the order of their primary keys, so that two never wait for each other in a ring.
    """
    asked = set(project_ids)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM projects_project WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [sorted(asked)]
        )
        if missing := asked - {pk for (pk,) in cursor.fetchall()}:
            raise Project.DoesNotExist(f"no project {min(missing)}")


def _sites(project_ids: Iterable[int]) -> dict[int, list[Site]]:
    """Each project's sites without their shapes: those of stretches are large. Plain SQL: at every new photo."""
    columns = ("id", "project_id", "status", "weight", "progress")
    found: dict[int, list[Site]] = {project_id: [] for project_id in project_ids}
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(columns)} FROM projects_site WHERE project_id = ANY(%s) ORDER BY id",
            [list(found)],
        )
        for row in cursor.fetchall():
            site = Site(**dict(zip(columns, row, strict=True)))
            found[site.project_id].append(site)
    return found


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
