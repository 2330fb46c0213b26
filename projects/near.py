"""What higher slices have to say before a project is saved (settings.NEAR_STEPS): is something like it nearby?"""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.gis.geos import GEOSGeometry
from django.utils.module_loading import import_string

from accounts.access import Person
from places.message import Message
from projects.models import Project


def warnings(
    *,
    user: Person | None,
    title: str,
    places: Iterable[GEOSGeometry],
    work_type: str = "",
    year: int | None = None,
    project: Project | None = None,
    volume: Decimal | None = None,
    unit: str = "",
    budget: Decimal | None = None,
) -> list[Message]:
    """Warnings about an unsaved project, in the order of the steps.

    user: None for the system, which may know everything. places: the points, lines or areas of the project's sites
    (lon, lat). project: the one being edited, which is not near itself. Every step is called with all of these and
    returns messages.
    """
    known: dict[str, Any] = {
        "user": user,
        "title": title,
        "places": list(places),
        "work_type": work_type,
        "year": year,
        "project": project,
        "volume": volume,
        "unit": unit,
        "budget": budget,
    }
    return [said for path in settings.NEAR_STEPS for said in import_string(path)(**known)]
