"""At which per cents photos are expected of a project, which of them are missing, and by when."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, timedelta

from django.db import connection

from photos.models import Claim, Purpose
from photos.stage_gaps import missing
from projects.models import Project, StageSet


def expected(projects: Iterable[Project]) -> dict[int, list[int]]:
    """Required stages in per cent by the project's primary key, from the stage sets of its year and work type.

    A set for the work type beats the general one, a newer one an older. One query for all projects.
    """
    with connection.cursor() as cursor:  # plain SQL: it is asked at every photo
        cursor.execute("SELECT name, first_year, work_type, stages FROM projects_stageset WHERE required")
        names = ("name", "first_year", "work_type", "stages")
        sets = [StageSet(**dict(zip(names, row, strict=True))) for row in cursor.fetchall()]
    return {project.pk: _stages_for(project, sets) for project in projects}


def _stages_for(project: Project, sets: list[StageSet]) -> list[int]:
    fitting = [
        kept
        for kept in sets
        if kept.first_year <= project.fiscal_year and kept.work_type in {"", project.work_type}
    ]
    best = max(fitting, key=lambda kept: (kept.work_type != "", kept.first_year, kept.name), default=None)
    return sorted(set(best.stages)) if best else [0, 50, 100]


def due(project: Project, stage: int) -> date | None:
    """The day by which a stage is expected: along the planned dates; None without them."""
    start, end = project.planned_start, project.planned_end
    if not (start and end) or end < start:
        return start if stage == 0 else end if stage == 100 else None
    return start + timedelta(days=round((end - start).days * stage / 100))


def next_stages(projects: Iterable[Project]) -> dict[int, int | None]:
    """The next expected stage some active site still lacks, by project; None once all have a photo.

    What is ahead of a site's photos comes before what its works have passed: at 75 % nobody can show 0 % any more.
    """
    listed = list(projects)
    wanted = expected(listed)
    claimed: dict[tuple[int, int], set[int]] = defaultdict(set)
    rows = Claim.objects.kept().filter(project__in=listed, purpose=Purpose.PROGRESS)
    for project_id, site_id, progress in rows.values_list("project_id", "site_id", "progress"):
        claimed[project_id, site_id].add(progress)
    result: dict[int, int | None] = {}
    for project in listed:
        sites = [site.pk for site in project.sites.all() if site.status == "active"] or [0]
        absent, ahead = [], []
        for site in sites:
            shown = claimed[project.pk, site]
            lacking = missing(wanted[project.pk], shown)
            absent += lacking
            ahead += [stage for stage in lacking if stage > max(shown, default=-1)]
        result[project.pk] = min(ahead or absent, default=None)
    return result
