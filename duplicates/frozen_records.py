"""Projects as they were at a cut-off as records, so that the kernel compares them as it compares all others."""

from collections.abc import Collection, Iterable, Mapping

import shapely

from duplicates.comparison import Record
from duplicates.project_as_of import ProjectAsOf
from duplicates.register import picture_groups, record_of


def record_at(state: ProjectAsOf, groups: Mapping[int, int] | None = None) -> Record:
    """The record of a state. groups: photo → its group, for pictures that were found to show the same."""
    pictures = frozenset(photo.photo for photo in state.photos if not photo.declared)
    known = groups or {}
    return record_of(
        state,
        [shapely.from_wkt(site.wkt) for site in state.sites],
        activity=state.activity_code,
        village=state.village_code,
        pictures=pictures,
        picture_groups=frozenset(known[photo] for photo in pictures if photo in known),
        relations=frozenset(
            (f"~{one.kind}" if one.reverse else one.kind, one.other) for one in state.relations
        ),
    )


def groups_of(states: Iterable[ProjectAsOf]) -> Mapping[int, int]:
    """Photo → the smallest photo id of those that show the same, of all photos of these states."""
    return picture_groups(_photos(states))


def _photos(states: Iterable[ProjectAsOf]) -> Collection[int]:
    return {photo.photo for state in states for photo in state.photos}
