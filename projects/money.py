"""The one writer of a project's planned and realised money and its set of fund sources; budgets calls it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from projects.models import Project


@dataclass(frozen=True)
class Figures:
    """What budgets say of one project: Decimal rupiah, None where nothing was said; Siskeudes source codes."""

    planned: Decimal | None
    realised: Decimal | None
    sources: tuple[str, ...] = ()


# Index: projects_project_pkey. Rows that already say so are left alone, so nothing downstream is woken for them.
_WRITE = """
WITH figures AS (
  SELECT *
  FROM unnest(%(ids)s::bigint[], %(planned)s::numeric[], %(realised)s::numeric[], %(sources)s::text[])
    AS figure (id, planned, realised, sources)
)
UPDATE projects_project AS project
SET planned = figures.planned,
    realised = figures.realised,
    sources = string_to_array(figures.sources, ',')::varchar(3)[]
FROM figures
WHERE project.id = figures.id
  AND (project.planned, project.realised, project.sources)
      IS DISTINCT FROM (figures.planned, figures.realised, string_to_array(figures.sources, ',')::varchar(3)[])
"""


def record(
    *, project_id: int, planned: Decimal | None, realised: Decimal | None, sources: Iterable[str]
) -> None:
    """Store what the newest budget version and the realisations say of a project.

    planned, realised: Decimal rupiah, None where nothing was said. sources: Siskeudes codes, kept as a sorted set.
    """
    Project.objects.filter(pk=project_id).update(
        planned=planned, realised=realised, sources=sorted(set(sources))
    )


def record_many(figures: Mapping[int, Figures]) -> None:
    """The same for many projects at once, by primary key, in one statement."""
    if not figures:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE,
            {
                "ids": list(figures),
                "planned": [figure.planned for figure in figures.values()],
                "realised": [figure.realised for figure in figures.values()],
                "sources": [",".join(sorted(set(figure.sources))) for figure in figures.values()],
            },
        )
