"""Which projects a row of a budget file has become: the row's key, then # and the piece's number."""

from projects.models import Project, ProjectQuerySet

PIECE = "#"


def row_key(source_key: str) -> str:
    """The key of the row that a project comes from: "19.2003.02.03.12#2" → "19.2003.02.03.12"."""
    return source_key.partition(PIECE)[0]


def pieces_of(village_code: str, fiscal_year: int, key: str) -> ProjectQuerySet:
    """The projects that a row has become, the first one (which carries the row's own key) first."""
    mine = Project.objects.filter(village_id=village_code, fiscal_year=fiscal_year)
    found = mine.filter(source_key=key) | mine.filter(source_key__startswith=f"{key}{PIECE}")
    return found.order_by("pk")
