"""The rules that findings are measured by: a dated list kept as data; a period is offered those that held in it."""

from datetime import date
from pathlib import Path

from django.db.models import Q, QuerySet

from duplicates.models import Criterion, Engagement
from projects.references import rows_of, wrong


def load_criteria(path: Path) -> int:
    """Make the stored list say what the file says; codes that the file leaves out stay. Returns how many."""
    criteria = []
    for number, row in enumerate(
        rows_of(path, {"code", "title", "text", "valid_from", "valid_until"}), start=2
    ):
        for column in ("code", "title", "text"):
            if not row[column]:
                raise wrong(path, number, column, row[column])
        since = _day(path, number, "valid_from", row["valid_from"])
        until = _day(path, number, "valid_until", row["valid_until"]) if row["valid_until"] else None
        if until is not None and until < since:
            raise wrong(path, number, "valid_until", row["valid_until"])
        criteria.append(
            Criterion(
                code=row["code"],
                title=row["title"],
                text=row["text"],
                valid_from=since,
                valid_until=until,
                source=row.get("source", ""),
            )
        )
    Criterion.objects.bulk_create(
        criteria,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["title", "text", "valid_from", "valid_until", "source"],
    )
    return len(criteria)


def _day(path: Path, number: int, column: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise wrong(path, number, column, text) from error


def valid_in(engagement: Engagement) -> QuerySet[Criterion]:
    """Rules that held on some day from the period's first day to the cut-off."""
    first, last = (
        date(engagement.first_year, 1, 1),
        min(date(engagement.last_year, 12, 31), engagement.cut_off),
    )
    still = Q(valid_until__isnull=True) | Q(valid_until__gte=first)
    return Criterion.objects.filter(still, valid_from__lte=max(first, last))
