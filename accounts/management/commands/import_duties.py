"""import_duties FILE: duties from a CSV file, written in the name of an existing administrator."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.duty_import import COLUMNS, import_duties
from accounts.models import User
from places.saying import say


class Command(BaseCommand):
    help = f"Give the duties of a CSV file ({','.join(COLUMNS)}); all or nothing, again changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--as", dest="actor", required=True, help="user name of whoever gives the duties")
        parser.add_argument("--dry-run", action="store_true", help="check everything, write nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        actor = User.objects.filter(username=options["actor"]).first()
        if actor is None:
            raise CommandError(f"there is no user {options['actor']!r}")
        if not options["file"].is_file():
            raise CommandError(f"there is no file {options['file']}")
        result = import_duties(actor=actor, content=options["file"].read_bytes(), dry_run=options["dry_run"])
        for error in result.errors:
            self.stderr.write(say(error))
        if result.errors:
            raise CommandError(f"{len(result.errors)} errors; nothing was written")
        for user, password in result.passwords:
            self.stdout.write(f"{user.username},{password}")
        what = "would be given" if options["dry_run"] else "given"
        self.stderr.write(f"{result.given} duties {what}, {result.unchanged} already held")
