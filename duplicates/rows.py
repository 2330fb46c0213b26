"""[pure] A work's row as it is copied out of the register, as a record."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from duplicates.comparison import Record


def record_of_row(row: Mapping[str, Any], places: tuple[Any, ...], **known: frozenset[Any]) -> Record:
    """The record of a row with the columns of `engines.loading.COLUMNS`.

    places: geometries of its sites. known: its pictures, picture_groups and relations.
    """
    return Record(
        id=row["code"],
        code=row["code"],
        title=row["title"],
        geometries=places,
        work_type=row["work_type"] or None,
        activity=row["activity"],
        budget=_decimal(row["budget"]),
        volume=_decimal(row["volume"]),
        unit=row["unit"],
        year=row["year"],
        fund_sources=frozenset(row["sources"].split(",")) - {""},
        executor=row["executor"],
        starts=_date(row["starts"]),
        ends=_date(row["ends"]),
        village=row["village"],
        **known,
    )


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _date(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None
