"""Loads places from CSV or any OGR file: all rows or none, every mistake by row and column.

Columns: code, name, kind, level, parent, lon, lat, boundary (WKT, CSV only); the Indonesian names in
`import_reading.COLUMNS` are understood too. Level, kind and parent follow from the code; where the file has
them they must agree. A value the file doesn't have leaves what is stored as it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import shapely
from django.contrib.gis.geos import GEOSGeometry, MultiPolygon
from django.db import transaction

from places.geography import geos_point
from places.import_checking import PlaceRow, check
from places.import_reading import Mistake, PlacesRefused, read
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Place

SENTENCES = sentences(
    {
        "import_places.counts": _("%(new)s baru, %(changed)s berubah, %(same)s sama."),
        "import_places.parent_missing": _(
            "Induknya, %(parent)s, tidak ada di file ini dan belum tersimpan. Tambahkan barisnya, atau muat dulu "
            "file yang berisi induk itu."
        ),
    }
)


@dataclass(frozen=True)
class Outcome:
    """What an import did (or, as a rehearsal, would do), with notes for people."""

    new: list[str]
    changed: list[str]
    same: list[str]
    notes: list[Message]

    @property
    def summary(self) -> Message:
        """The counts as a message: "0 baru, 0 berubah, 244 sama."."""
        return message(
            "import_places.counts", new=len(self.new), changed=len(self.changed), same=len(self.same)
        )


def import_places(path: Path, *, layer: str | None = None, rehearse: bool = False) -> Outcome:
    """Load a file of places: new ones are made, others brought up to date, nothing is ever deleted.

    layer: name of the layer in a file that has several. rehearse: check and count, store nothing.
    Raises PlacesRefused with every mistake; nothing is stored then.
    """
    table = read(path, layer=layer)
    rows, notes = check(table)
    with transaction.atomic():
        known = set(Place.objects.select_for_update().values_list("pk", flat=True))
        orphans = list(_without_parent(rows, known))
        if orphans:
            raise PlacesRefused(orphans)
        outcome = store(rows, rehearse=rehearse)
    return Outcome(outcome.new, outcome.changed, outcome.same, [*table.notes, *notes])


def _without_parent(rows: Sequence[PlaceRow], known: set[str]) -> Iterator[Mistake]:
    codes = known | {row.code for row in rows}
    for row in rows:
        if row.parent is not None and row.parent not in codes:
            yield Mistake(
                row.row, "code", row.code, message("import_places.parent_missing", parent=row.parent)
            )


_FIELDS = ["level", "kind", "name", "parent", "point", "boundary"]


def store(rows: Sequence[PlaceRow], *, rehearse: bool = False) -> Outcome:
    """Store checked rows: new ones are made, changed ones updated, equal ones left alone."""
    stored = Place.objects.in_bulk([row.code for row in rows])
    new: list[Place] = []
    changed: list[Place] = []
    same: list[str] = []
    for row in sorted(rows, key=lambda row: row.code):
        place = stored.get(row.code) or Place(code=row.code)
        before = _state(place)
        _apply(row, place)
        if row.code not in stored:
            new.append(place)
        elif _state(place) != before:
            changed.append(place)
        else:
            same.append(row.code)
    if not rehearse:
        Place.objects.bulk_create(new, batch_size=500)
        Place.objects.bulk_update(changed, _FIELDS, batch_size=200)
    return Outcome([place.code for place in new], [place.code for place in changed], same, [])


def _apply(row: PlaceRow, place: Place) -> None:
    place.level, place.kind, place.name, place.parent_id = row.level, row.kind, row.name, row.parent
    if row.point is not None:
        place.point = geos_point(row.point)
    if row.boundary is None:
        return
    boundary = GEOSGeometry(memoryview(shapely.to_wkb(row.boundary)), srid=4326)
    place.boundary = cast(MultiPolygon, boundary)
    if place.point is None or (row.point is None and not boundary.intersects(place.point)):
        inside = row.boundary.representative_point()
        place.point = geos_point((inside.x, inside.y))


def _state(place: Place) -> tuple[Any, ...]:
    shapes = [bytes(shape.wkb) if shape is not None else None for shape in (place.point, place.boundary)]
    return (place.level, place.kind, place.name, place.parent_id, *shapes)


__all__ = ["Mistake", "Outcome", "PlacesRefused", "import_places"]
