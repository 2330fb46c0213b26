"""The lists behind the forms: activity codes with their kind of work, and the per cents at which photos are due."""

import csv
from pathlib import Path

from django.db import transaction

from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.models import ActivityCode, StageSet, WorkType

SENTENCES = sentences(
    {
        "references.row": _("%(file)s, baris %(row)s: “%(value)s” pada kolom %(column)s tidak dikenal."),
        "references.header": _("%(file)s: kolom %(missing)s tidak ada."),
    }
)


def rows_of(path: Path, columns: set[str]) -> list[dict[str, str]]:
    """A reference file's rows as text. Raises Problem when a column is missing."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        missing = columns - set(reader.fieldnames or [])
        if missing:
            raise Problem(message("references.header", file=path.name, missing=", ".join(sorted(missing))))
        return [{name: (value or "").strip() for name, value in row.items() if name} for row in reader]


def wrong(path: Path, row: int, column: str, value: str) -> Problem:
    """The problem for a value of a reference file (row 2 is the first under the header)."""
    return Problem(message("references.row", file=path.name, row=row, column=column, value=value))


def load_activity_codes(path: Path) -> int:
    """Make the stored list say what the file says; codes that the file leaves out stay. Returns how many."""
    codes = []
    for number, row in enumerate(rows_of(path, {"code", "level", "name", "work_type"}), start=2):
        if row["work_type"] and row["work_type"] not in WorkType.values:
            raise wrong(path, number, "work_type", row["work_type"])
        codes.append(
            ActivityCode(
                code=row["code"],
                code_until=row.get("code_until", ""),
                also_code=row.get("also_code", ""),
                level=row["level"],
                name=row["name"][:300],
                work_type=row["work_type"],
                note=row.get("note", "")[:300],
            )
        )
    ActivityCode.objects.bulk_create(
        codes,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["code_until", "also_code", "level", "name", "work_type", "note"],
    )
    return len(codes)


def load_stage_sets(path: Path) -> int:
    """Make the stored stage sets say what the file says; others stay. Returns how many."""
    with transaction.atomic():
        rows = rows_of(path, {"name", "first_year", "work_type", "stages", "required"})
        for number, row in enumerate(rows, start=2):
            stages = [part.strip() for part in row["stages"].split(";") if part.strip()]
            if not stages or not all(part.isdecimal() and int(part) <= 100 for part in stages):
                raise wrong(path, number, "stages", row["stages"])
            if row["work_type"] and row["work_type"] not in WorkType.values:
                raise wrong(path, number, "work_type", row["work_type"])
            StageSet.objects.update_or_create(
                name=row["name"],
                first_year=int(row["first_year"]),
                work_type=row["work_type"],
                defaults={
                    "stages": sorted(int(part) for part in stages),
                    "required": row["required"].lower() in {"yes", "ya"},
                },
            )
        return len(rows)
