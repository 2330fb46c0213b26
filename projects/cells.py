"""Reading single cells of an import row; what cannot be read becomes a mistake of the row."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import TextChoices

from places.message import mark as _
from places.message import message, sentences
from projects.import_rows import Row
from projects.money_text import MoneyTextError, parse

SENTENCES = sentences(
    {
        "import.choice": _("Nilai ini tidak dikenal. Pilihannya: %(choices)s."),
        "import.number": _("Ini bukan angka yang jelas. Tulis seperti 1250 atau 1250,5, tanpa titik ribuan."),
        "import.date": _("Ini bukan tanggal. Tulis seperti 2026-03-31 atau 31/03/2026."),
        "import.yes_no": _("Tulis ya atau tidak."),
    }
)

_DATE_FORMS = ("%Y-%m-%d", "%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y/%m/%d")
_YES = {"ya", "y", "yes", "true", "1", "benar"}
_NO = {"tidak", "t", "n", "no", "false", "0", "salah"}


def choice(
    row: Row, name: str, choices: type[TextChoices], into: dict[str, Any], allowed: Sequence[str] = ()
) -> None:
    """A code or its label on screen, without regard to case. allowed: the codes, if not all of them."""
    text = row.text(name)
    if not text:
        return
    values = allowed or choices.values
    found: str | None = text.lower()
    if found not in values:
        by_label = {str(label).casefold(): value for value, label in choices.choices if value in values}
        found = by_label.get(text.casefold())
    if found is None:
        row.wrong(name, message("import.choice", choices=", ".join(values)))
    else:
        into[name] = found


def number(row: Row, name: str, into: dict[str, Any], kind: Callable[[Any], Any] | None = None) -> None:
    """A number >= 0 as Decimal, or as `kind`."""
    value = row.values.get(name, "")
    if value == "" or value is None:
        return
    try:
        found = parse(value)
    except MoneyTextError:
        row.wrong(name, message("import.number"))
    else:
        into[name] = kind(found) if kind else found


def day(row: Row, name: str, into: dict[str, Any]) -> None:
    """A date, as a date cell or written the international or the Indonesian way (day first)."""
    value = row.values.get(name, "")
    if isinstance(value, datetime):
        into[name] = value.date()
    elif isinstance(value, date):
        into[name] = value
    elif text := row.text(name):
        found = _date(text.partition("T")[0].partition(" ")[0])
        if found is None:
            row.wrong(name, message("import.date"))
        else:
            into[name] = found


def _date(text: str) -> date | None:
    for form in _DATE_FORMS:
        try:
            return datetime.strptime(text, form).date()
        except ValueError:
            continue
    return None


def yes_or_no(row: Row, name: str, into: dict[str, Any]) -> None:
    text = row.text(name).lower()
    if not text:
        return
    if text in _YES | _NO:
        into[name] = text in _YES
    else:
        row.wrong(name, message("import.yes_no"))


def degrees(text: str) -> float | None:
    """Decimal degrees; a decimal comma is fine where there is no point."""
    plain = text.replace("−", "-")
    if plain.count(",") == 1 and "." not in plain:
        plain = plain.replace(",", ".")
    try:
        value = float(plain)
    except ValueError:
        return None
    return value if abs(value) < 1e9 else None
