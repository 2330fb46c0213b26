"""What higher slices have to say before a project is saved (settings.NEAR_STEPS): is something like it nearby?"""

from collections.abc import Iterable
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from accounts.access import Person
from places.earth import LonLat
from places.message import Message
from projects.models import Project


def warnings(
    *,
    user: Person,
    title: str,
    points: Iterable[LonLat],
    work_type: str = "",
    year: int | None = None,
    project: Project | None = None,
    volume: Decimal | None = None,
    unit: str = "",
    budget: Decimal | None = None,
) -> list[Message]:
    """Warnings about an unsaved project, each once, in the order of the steps and points.

    points: (lon, lat) of its sites. project: the one being edited, which is not near itself.
    A step is called with user, title, point, work_type, year, project, volume, unit and budget, and returns messages.
    """
    found: dict[str, Message] = {}
    for path in settings.NEAR_STEPS:
        step = import_string(path)
        for point in points:
            for said in step(
                user=user,
                title=title,
                point=point,
                work_type=work_type,
                year=year,
                project=project,
                volume=volume,
                unit=unit,
                budget=budget,
            ):
                found.setdefault(_without_distance(said), said)
    return list(found.values())


def _without_distance(said: Message) -> str:
    """The same neighbour seen from two sites of a project is one warning."""
    return f"{said.code} {sorted((k, v) for k, v in said.params.items() if not k.endswith('_m'))}"
