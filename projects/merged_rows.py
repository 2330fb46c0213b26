"""Rows of a file that name a record which was merged: they are read for the record that lives on, and it is said.

The living record's own row decides what the record says; a row that only leads there changes something where the file
changed it since it was last loaded, and only if the file has no row of the living record's own. Whose money is whose
is kept with the record that names it (Project.imported["merged"], written by duplicates.merging, read by budgets.rows).
"""

from collections.abc import Iterable, Sequence
from typing import Any

from places.message import Message, message, sentences
from places.message import mark as _
from projects.import_rows import Row
from projects.models import Project, ProjectQuerySet, Relation, RelationKind, Status

MERGED = "merged"  # in Project.imported: {"money": "once" or "both", "lines": {primary key: amount}}
SENTENCES = sentences(
    {
        "import.merged": _(
            "%(count)s baris menyebut catatan yang sudah digabung; isinya dibaca untuk catatan yang dilanjutkan. "
            "Contoh, baris %(row)s: %(gone)s → %(kept)s."
        ),
    }
)


def lead_on(rows: Sequence[Row], *, lock: bool) -> list[Message]:
    """Give rows of merged records the living ones as their project; returns what is to be said of them."""
    merged = {pk for row in rows for pk in _named(row)}
    where = _living(
        merged, {row.project.pk: row.project for row in rows if row.project is not None}, lock=lock
    )
    if not where:
        return []
    own = {row.project.pk for row in rows if row.project is not None and row.project.pk not in where}
    led = []
    for row in rows:
        row.led_to = sorted({where[pk].pk for pk in _named(row) if pk in where})
        if row.project is not None and row.project.pk in where:
            row.merged, row.project = row.project, where[row.project.pk]
            row.speaks = row.project.pk not in own and row.project.village_id == row.merged.village_id
            own.add(row.project.pk)  # of several that lead to one, the first speaks
            led.append(row)
    return [_said(led)] if led else []


def _named(row: Row) -> Iterable[int]:
    """All records of a row: the pieces that it was split into, and the one that it is about."""
    return {*row.pieces, *([row.project.pk] if row.project is not None and row.project.pk else [])}


def _living(named: set[int], at_hand: dict[int, Project], *, lock: bool) -> dict[int, Project]:
    """By merged record: the living one, the same object for all rows of one record, locked where rows are."""
    led: dict[int, int] = dict(
        Relation.objects.filter(
            kind=RelationKind.MERGED_INTO, project__in=named, project__status=Status.MERGED
        ).values_list("project", "other")
    )
    missing = set(led.values()) - at_hand.keys()
    others: ProjectQuerySet = Project.objects.filter(pk__in=missing).order_by("pk")
    found = at_hand | {one.pk: one for one in (others.select_for_update(no_key=True) if lock else others)}
    return {gone: found[kept] for gone, kept in led.items()}


def _said(led: Sequence[Row]) -> Message:
    first: Any = led[0]
    return message(
        "import.merged", count=len(led), row=first.number, gone=first.merged.code, kept=first.project.code
    )
