"""The list of fund sources: code stored, short name shown, other names understood."""

from pathlib import Path

from budgets.models import FundSource
from projects.references import rows_of, wrong


def load_fund_sources(path: Path) -> int:
    """Make the stored list say what the file says; codes that the file leaves out stay. Returns how many."""
    sources = []
    for number, row in enumerate(rows_of(path, {"code", "name", "short"}), start=2):
        if not row["code"] or len(row["code"]) > 3:
            raise wrong(path, number, "code", row["code"])
        sources.append(
            FundSource(
                code=row["code"].upper(),
                name=row["name"],
                short=row["short"],
                level=row.get("level", ""),
                aliases=[name.strip() for name in row.get("aliases", "").split(";") if name.strip()],
                order=int(row.get("order") or 0),
            )
        )
    FundSource.objects.bulk_create(
        sources,
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["name", "short", "level", "aliases", "order"],
    )
    return len(sources)
