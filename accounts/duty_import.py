"""Duties from a CSV file: username,name,role,place,since,until,decree; all or nothing, again changes nothing.

Unknown users are made with a temporary password. `place` is a code. `since` may be empty (today).
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from accounts import people
from accounts.access import Person
from accounts.models import Duty, Role, User
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Place
from places.problems import Problem

COLUMNS = ("username", "name", "role", "place", "since", "until", "decree")
_REQUIRED = ("username", "role", "place")

SENTENCES = sentences(
    {
        "duties.columns": _("Kolom %(missing)s tidak ada. Baris pertama harus berisi: %(columns)s."),
        "duties.empty": _("Baris %(row)s, kolom %(column)s: kosong."),
        "duties.role": _("Baris %(row)s, kolom role: “%(value)s” tidak dikenal. Pilihannya: %(choices)s."),
        "duties.place": _("Baris %(row)s, kolom place: tidak ada wilayah berkode “%(value)s”."),
        "duties.date": _(
            "Baris %(row)s, kolom %(column)s: “%(value)s” bukan tanggal. Tulis seperti 2026-01-31."
        ),
        "duties.forbidden": _("Baris %(row)s: Anda tidak dapat memberi tugas %(value)s di %(place)s."),
        "duties.row": _("Baris %(row)s: %(reason)s"),
        "duties.encoding": _("Berkas bukan teks UTF-8. Simpan dari lembar kerja sebagai “CSV UTF-8”."),
    }
)


@dataclass
class DutyImport:
    """What an import did, or would do; with errors nothing was written."""

    given: int = 0
    unchanged: int = 0
    passwords: list[tuple[User, str]] = field(default_factory=list)
    errors: list[Message] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    username: str
    name: str
    role: Role
    place: Place
    since: date
    until: date | None
    decree: str


class _Undo(Exception):
    """Rolls the transaction back after a dry run or an error."""


def import_duties(*, actor: Person, content: bytes, dry_run: bool = False) -> DutyImport:
    """Read the file and give its duties in one transaction; see DutyImport for what comes back."""
    result = DutyImport()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        result.errors.append(message("duties.encoding"))
        return result
    rows = list(_read(text, result.errors))
    try:
        with transaction.atomic():
            for number, row in rows:
                _give(actor, number, row, result)
            if result.errors or dry_run:
                raise _Undo
    except _Undo:
        if result.errors:
            result.given, result.passwords = 0, []
    return result


def _read(text: str, errors: list[Message]) -> Iterator[tuple[int, _Row]]:
    dialect_mark = ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect_mark)
    missing = [column for column in _REQUIRED if column not in (reader.fieldnames or [])]
    if missing:
        errors.append(message("duties.columns", missing=", ".join(missing), columns=",".join(COLUMNS)))
        return
    rows = [
        (number, {k: (v or "").strip() for k, v in raw.items() if k}) for number, raw in enumerate(reader, 2)
    ]
    places = Place.objects.in_bulk({raw.get("place", "") for _number, raw in rows})
    for number, raw in rows:
        row = _parsed(number, raw, places, errors)
        if row:
            yield number, row


def _parsed(number: int, raw: dict[str, str], places: dict[str, Place], errors: list[Message]) -> _Row | None:
    before = len(errors)
    for column in _REQUIRED:
        if not raw.get(column):
            errors.append(message("duties.empty", row=number, column=column))
    if len(errors) > before:
        return None
    if raw["role"] not in Role.values:
        errors.append(message("duties.role", row=number, value=raw["role"], choices=", ".join(Role.values)))
    if raw["place"] not in places:
        errors.append(message("duties.place", row=number, value=raw["place"]))
    since = _date(number, "since", raw, errors) or timezone.localdate()
    until = _date(number, "until", raw, errors)
    if len(errors) > before:
        return None
    return _Row(
        username=raw["username"],
        name=raw.get("name") or raw["username"],
        role=Role(raw["role"]),
        place=places[raw["place"]],
        since=since,
        until=until,
        decree=raw.get("decree", ""),
    )


def _date(number: int, column: str, raw: dict[str, str], errors: list[Message]) -> date | None:
    value = raw.get(column, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        errors.append(message("duties.date", row=number, column=column, value=value))
        return None


def _give(actor: Person, number: int, row: _Row, result: DutyImport) -> None:
    try:
        user = User.objects.filter(username=row.username).first()
        if user is None:
            user, password = people.add_person(
                actor=actor,
                username=row.username,
                name=row.name,
                role=row.role,
                place=row.place,
                since=row.since,
                until=row.until,
                decree=row.decree,
            )
            result.passwords.append((user, password))
        elif _holds(user, row):
            result.unchanged += 1
            return
        else:
            people.give_duty(
                actor=actor,
                user=user,
                role=row.role,
                place=row.place,
                since=row.since,
                until=row.until,
                decree=row.decree,
            )
        result.given += 1
    except PermissionDenied:
        result.errors.append(
            message("duties.forbidden", row=number, value=row.role.value, place=row.place.title)
        )
    except Problem as problem:
        result.errors.append(message("duties.row", row=number, reason=problem.sentence))


def _holds(user: User, row: _Row) -> bool:
    return Duty.objects.filter(user=user, role=row.role, place=row.place, since=row.since).exists()
