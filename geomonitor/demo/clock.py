"""The demo's story is told on its own days: what is recorded while a clock stands there is recorded of that day."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from unittest.mock import patch

from geomonitor.demo.camera_files import WIB
from geomonitor.demo.register import PlannedProject


@contextmanager
def clock(moment: datetime) -> Iterator[None]:
    """Inside it is this moment for every job: times of creation, acts in the record, reviews."""
    with patch("django.utils.timezone.now", return_value=moment):
        yield


def entered_at(project: PlannedProject, last: date) -> datetime:
    """When a project was entered: with its first position, and before its first photo."""
    first = [datetime.combine(project.start - timedelta(days=60), time(9), WIB)]
    first += [one.places[0].valid_from for one in project.sites]
    first += [photo.received_at - timedelta(days=1) for photo in project.photos]
    return min(*first, datetime.combine(last, time(8), WIB))


def status_days(project: PlannedProject, last: date) -> list[tuple[str, str, datetime]]:
    """The changes that led to where the project stands, as (before, after, when)."""
    began, ended = project.start, project.end
    middle = began + (ended - began) / 2
    way: dict[str, list[tuple[str, date]]] = {
        "awaiting_funds": [("awaiting_funds", began)],
        "in_progress": [("in_progress", began)],
        "postponed": [("in_progress", began), ("postponed", middle)],
        "cancelled": [("cancelled", began)],
        "completed": [("in_progress", began), ("completed", ended)],
        "handed_over": [
            ("in_progress", began),
            ("completed", ended),
            ("handed_over", ended + timedelta(days=14)),
        ],
    }
    found, before, entered = [], "planned", entered_at(project, last)
    for after, day in way.get(project.status, []):
        at = datetime.combine(min(day, last), time(10), WIB)
        found.append((before, after, max(at, entered)))
        before = after
    return found
