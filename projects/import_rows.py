"""The rows of an import and the steps that read, check and write their own columns (settings.IMPORT_ROW_STEPS)."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from typing import Any, Protocol

from django.conf import settings
from django.utils.module_loading import import_string
from shapely.geometry.base import BaseGeometry

from accounts.access import Person
from places.earth import LonLat
from places.message import Message
from projects.models import Project


@dataclass(frozen=True)
class Mistake:
    """One wrong value: row as people count it, column by the file's own header, value and reason.

    Row 0 and an empty column mean the file as a whole.
    """

    row: int
    column: str
    value: str
    reason: Message


class State(IntEnum):
    """What becomes of a row's project; a step only ever raises it."""

    SAME = 0
    CHANGED = 1
    NEW = 2


@dataclass
class Row:
    """One row under our column names, what is wrong with it, and the project that it is about.

    values: cells by our name, only columns that the file has; an empty cell says nothing.
    shape: geometry that the file brings; once projects.rows checked it, the line or area that it stands for, if any.
    project: set by projects.rows in check (unsaved while new). pieces: primary keys of all projects that the row
    was split into, if it was. merged: the record that the row names, where that one was merged into `project`.
    led_to: living records that its pieces were merged into. speaks: whether the row changes what the project says.
    state: new, changed or same, raised by each step.
    """

    number: int
    values: dict[str, Any]
    headers: Mapping[str, str]
    shape: BaseGeometry | None = None
    mistakes: list[Mistake] = field(default_factory=list)
    warnings: list[Message] = field(default_factory=list)
    state: State = State.SAME
    project: Project | None = None
    pieces: list[int] = field(default_factory=list)
    changes: dict[str, list[Any]] = field(default_factory=dict)
    point: LonLat | None = None
    merged: Project | None = None
    led_to: list[int] = field(default_factory=list)
    speaks: bool = True

    @property
    def named(self) -> Project | None:
        """The record that the row names: its project, or the merged one that leads there."""
        return self.merged or self.project

    def text(self, name: str) -> str:
        """A cell as text; numbers that are whole without a decimal part ("2026", not "2026.0")."""
        value = self.values.get(name, "")
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return str(value).strip()

    def wrong(self, name: str, reason: Message, value: str | None = None) -> None:
        """Note a mistake in the column that holds `name`."""
        shown = self.text(name) if value is None else value
        self.mistakes.append(Mistake(self.number, self.headers.get(name, name), shown, reason))

    def becomes(self, state: State) -> None:
        self.state = max(self.state, state)


@dataclass
class Job:
    """What all steps of one import share. actor None: the system, which may import everywhere.

    dry_run: nothing will be written, so check need not lock what it reads.
    """

    actor: Person | None
    file_name: str
    dry_run: bool = False
    defaults: Mapping[str, str] = field(default_factory=dict)
    notes: list[Message] = field(default_factory=list)


class RowStep(Protocol):
    """A slice's part in an import. Steps run in order; `check` writes nothing, `write` runs in one transaction.

    columns: our name → other headers that mean the same, in lower case with underscores.
    """

    columns: Mapping[str, Sequence[str]]

    def __init__(self, job: Job) -> None: ...

    def check(self, rows: Sequence[Row]) -> None:
        """Read and check the step's columns: row.wrong(…), row.becomes(…). Bulk queries only."""

    def write(self, rows: Sequence[Row]) -> None:
        """Store what check found; called only when no row has a mistake."""

    def totals(self) -> Mapping[str, Decimal]:
        """Sums over all rows by our column name, to the rupiah."""


def steps(job: Job) -> list[RowStep]:
    """The steps of settings.IMPORT_ROW_STEPS, ready to work."""
    return [import_string(path)(job) for path in settings.IMPORT_ROW_STEPS]


def known_columns(all_steps: Iterable[RowStep]) -> dict[str, str]:
    """Every header that any step understands → our column name."""
    return {
        alias: name
        for step in all_steps
        for name, aliases in step.columns.items()
        for alias in (name, *aliases)
    }
