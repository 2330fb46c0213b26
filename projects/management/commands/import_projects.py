"""import_projects FILE: projects from CSV, XLSX, GeoJSON or GeoPackage."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from places.saying import rupiah, say
from projects.import_rows import Mistake
from projects.imports import ImportRefused, Outcome, import_projects, mistakes_csv, near_warnings

SHOWN = 50  # mistakes on the screen; the error file has all
NEAR_CHECKED = 5000  # new rows compared with what is there: about a minute


class Command(BaseCommand):
    help = (
        "Loads projects from CSV, XLSX, GeoJSON or GeoPackage. All rows or none; loading again brings stored "
        "projects up to date, doubles nothing and keeps splits. docs/design/import.md lists the columns."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")
        parser.add_argument(
            "--mapping", default="", metavar="NAME|FILE.json", help="siskeudes, a saved one, or a JSON file"
        )
        parser.add_argument("--user", default="", help="import as this user, within their duties")
        parser.add_argument(
            "--errors", type=Path, metavar="FILE.csv", help="where the error file goes (FILE.errors.csv)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path}: file ini tidak ada. Periksa nama dan foldernya.")
        actor = self._actor(options["user"])
        try:
            outcome = import_projects(
                path, actor=actor, mapping=options["mapping"], dry_run=options["dry_run"]
            )
        except ImportRefused as refused:
            errors = options["errors"] or path.with_suffix(".errors.csv")
            raise CommandError(self._refusal(path, refused.mistakes, errors)) from refused
        self._report(path, outcome, dry_run=options["dry_run"])
        for said in near_warnings(actor, outcome.rows, most=NEAR_CHECKED):
            self.stdout.write(say(said))

    def _actor(self, username: str) -> User | None:
        if not username:
            return None
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"Pengguna {username} tidak ada.")
        return user

    def _report(self, path: Path, outcome: Outcome, *, dry_run: bool) -> None:
        for note in outcome.notes:
            self.stdout.write(say(note))
        for name, amount in outcome.totals.items():
            self.stdout.write(f"{name}: {rupiah(amount)}")
        rehearsal = " (hanya diperiksa, tidak ada yang disimpan)" if dry_run else ""
        self.stdout.write(f"{path.name}: {say(outcome.summary)}{rehearsal}")

    def _refusal(self, path: Path, mistakes: list[Mistake], errors: Path) -> str:
        lines = [f"{path.name}: tidak ada yang dimuat; {len(mistakes)} kesalahan."]
        lines += [self._line(mistake) for mistake in mistakes[:SHOWN]]
        if len(mistakes) > SHOWN:
            lines.append(f"… dan {len(mistakes) - SHOWN} lagi.")
        try:
            errors.write_text(mistakes_csv(mistakes), encoding="utf-8")
        except OSError as error:
            lines.append(f"File kesalahan tidak dapat ditulis ({error.strerror}).")
        else:
            lines.append(f"Semua kesalahan ada di {errors}.")
        return "\n".join(lines)

    def _line(self, mistake: Mistake) -> str:
        if not mistake.row:
            return say(mistake.reason)
        return f"baris {mistake.row}, kolom {mistake.column}, “{mistake.value}”: {say(mistake.reason)}"
