"""Loads projects from a file: all rows or none, every mistake by row and column, never anything twice.

The steps of settings.IMPORT_ROW_STEPS each take their columns (projects.rows, budgets.rows).
docs/design/import.md has every column, the mapping `siskeudes` and worked examples.
"""

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from django.contrib.gis.geos import GEOSGeometry, Point
from django.db import connection, transaction

from accounts.access import Person
from places.earth import LonLat
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import say
from projects import import_mappings, near
from projects.import_mappings import ColumnMapping
from projects.import_reading import Unreadable, read
from projects.import_rows import Job, Mistake, Row, State, known_columns, steps
from projects.money_text import parse

SENTENCES = sentences(
    {
        "import.counts": _("%(new)s baru, %(changed)s berubah, %(same)s sama."),
        "import.near_more": _("Baris %(row)s: %(said)s"),
        "import.near_unchecked": _(
            "Hanya %(checked)s baris baru pertama dibandingkan dengan yang sudah ada; %(unchecked)s lainnya belum. "
            "Jalankan pemindaian indikasi ganda sesudah dimuat."
        ),
        "import.surplus_cells": _(
            "Baris ini punya lebih banyak sel daripada judul kolom. Periksa pemisahnya."
        ),
    }
)

_LOCK = 0x494D504F  # "IMPO": one import at a time, so that two can't make the same rows
NEAR_CHECKED = 100  # new rows that are compared with their neighbours while somebody waits for the page
_ERROR_HEADER = ("baris", "kolom", "nilai", "alasan")


class ImportRefused(Exception):
    """A file with mistakes: nothing of it was loaded. `mistakes` has all of them, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake], notes: Sequence[Message] = ()) -> None:
        super().__init__(f"{len(mistakes)} mistakes in a file of projects")
        self.mistakes = list(mistakes)
        self.notes = list(notes)


@dataclass(frozen=True)
class Outcome:
    """What an import did (or, as a rehearsal, would do)."""

    new: int
    changed: int
    same: int
    totals: Mapping[str, Decimal]
    notes: list[Message]
    rows: list[Row] = field(repr=False)

    @property
    def count(self) -> int:
        return self.new + self.changed + self.same

    @property
    def summary(self) -> Message:
        """The counts as a message: "12 baru, 3 berubah, 100 sama."."""
        return message("import.counts", new=self.new, changed=self.changed, same=self.same)


def import_projects(
    path: Path,
    *,
    actor: Person | None,
    mapping: str = "",
    dry_run: bool = False,
    file_name: str = "",
    suffix: str = "",
) -> Outcome:
    """Load a file of projects: new ones are made, others brought up to date, nothing is ever deleted.

    mapping: a name, a .json file, or empty for our own headers. dry_run: check and count, store nothing.
    actor: None for the system. file_name, suffix: as the person named it, where `path` is a stored upload.
    Raises ImportRefused with every mistake; nothing is stored then.
    """
    job = Job(actor, file_name or path.name, dry_run=dry_run)
    all_steps = steps(job)
    known = known_columns(all_steps)
    try:
        found = import_mappings.find(mapping, known) if mapping else None
        table = read(path, suffix=suffix)
        mapped = import_mappings.apply(table, found, known)
    except Unreadable as error:
        raise ImportRefused([Mistake(0, "", job.file_name, error.message)]) from error
    job.notes += table.notes
    if mapped.ignored:
        job.notes.append(message("import.columns_ignored", columns=", ".join(mapped.ignored)))
    job.defaults = _defaults(found)
    rows = [Row(raw.number, values, mapped.headers, raw.shape) for raw, values in mapped.rows]
    for row, (raw, _values) in zip(rows, mapped.rows, strict=True):
        if raw.surplus:
            row.mistakes.append(Mistake(row.number, "", "", message("import.surplus_cells")))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        for step in all_steps:
            step.check(rows)
        mistakes = [mistake for row in rows for mistake in row.mistakes]
        if mistakes:
            raise ImportRefused(mistakes, job.notes)
        if not dry_run:
            for step in all_steps:
                step.write(rows)
    counts = Counter(row.state for row in rows)
    totals = {name: amount for step in all_steps for name, amount in step.totals().items()}
    return Outcome(counts[State.NEW], counts[State.CHANGED], counts[State.SAME], totals, job.notes, rows)


def _defaults(mapping: ColumnMapping | None) -> Mapping[str, str]:
    return mapping.defaults if mapping else {}


def near_warnings(user: Person | None, rows: Sequence[Row], *, most: int = NEAR_CHECKED) -> list[Message]:
    """Works like a new row that are there already (after loading, other rows of the file among them), row by row.

    user: None for the system. most: new rows with a point that are looked at; of the others the last sentence tells.
    """
    placed = [
        (row, row.project, row.point)
        for row in rows
        if row.state == State.NEW and row.project is not None and row.point is not None
    ]
    found = []
    for row, project, point in placed[:most]:
        for said in near.warnings(
            user=user,
            title=project.title,
            places=[_place(row, point)],
            work_type=project.work_type,
            year=project.fiscal_year,
            project=project if project.pk else None,
            volume=project.volume,
            unit=project.unit,
            budget=_amount(row),
        ):
            found.append(message("import.near_more", row=row.number, said=say(said)))
    if len(placed) > most:
        found.append(message("import.near_unchecked", checked=most, unchecked=len(placed) - most))
    return found


def _place(row: Row, point: LonLat) -> GEOSGeometry:
    """Where the row's work is: its line or area, else its point."""
    return GEOSGeometry(memoryview(row.shape.wkb), srid=4326) if row.shape else Point(*point, srid=4326)


def _amount(row: Row) -> Decimal | None:
    """What the row is to cost, as budgets reads it; None where it says nothing."""
    value = row.values.get("amount", "")
    return None if value in ("", None) else parse(value)


def mistakes_csv(mistakes: Sequence[Mistake]) -> str:
    """The mistakes as a CSV file (a byte order mark first, so that spreadsheets read it as UTF-8)."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_ERROR_HEADER)
    for mistake in mistakes:
        cells = (mistake.column, mistake.value, say(mistake.reason))
        writer.writerow([mistake.row or "", *map(harmless, cells)])
    return "\ufeff" + out.getvalue()


def harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in {"=", "+", "-", "@", "\t", "\r"} else cell
