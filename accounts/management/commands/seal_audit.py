"""seal_audit: chains the audit events that are not chained yet."""

import threading
from signal import SIGINT, SIGTERM, signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import DatabaseError, close_old_connections

from accounts.audit import seal


class Command(BaseCommand):
    help = "Chain the audit events that are committed and not yet chained; with --watch, again and again."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--watch", type=float, metavar="SECONDS", help="repeat, waiting so long in between"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["watch"] is None:
            self.stdout.write(f"{seal()} events sealed")
            return
        stop = threading.Event()
        for number in (SIGTERM, SIGINT):
            signal(number, lambda *_args: stop.set())
        while not stop.is_set():
            try:
                seal()
            except DatabaseError as error:  # the database restarts: say so, try again
                self.stderr.write(f"not sealed: {error}")
            close_old_connections()
            stop.wait(options["watch"])
