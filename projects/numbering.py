"""Codes of projects: 35.10.19.2003/2026/0007, unique also when two people create at once."""

from django.db import connection
from django.db.models import Max

from projects.models import Project


def next_number(village_code: str, fiscal_year: int) -> int:
    """The next free number of a village and year; call it inside the transaction that inserts the project.

    Others who ask for the same village and year wait until that transaction ends (an advisory lock), so numbers
    have no doubles and no gaps from a race.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s), %s)", [village_code, fiscal_year])
    taken = Project.objects.filter(village_id=village_code, fiscal_year=fiscal_year)
    return (taken.aggregate(last=Max("number"))["last"] or 0) + 1


def code_of(village_code: str, fiscal_year: int, number: int) -> str:
    """The code as people write it; four digits, more where a village has more."""
    return f"{village_code}/{fiscal_year}/{number:04d}"
