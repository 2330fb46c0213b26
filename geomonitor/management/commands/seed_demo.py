"""seed_demo: fills an empty register with the demo. docs/demo.md lists what is planted in it."""

import time
from argparse import ArgumentTypeError
from datetime import date, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from geomonitor.demo.seed import Settings, seed_register
from places.problems import Problem


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text} is not a date; write it as 2026-11-24") from error


def _count(text: str) -> int:
    if not text.isdecimal():
        raise ArgumentTypeError(f"{text} is not a number of things; write it as 600")
    return int(text)


class Command(BaseCommand):
    help = (
        "Fills an empty register with invented works in real villages, their money, people and drawn photos, and "
        "every planted case of docs/demo.md. The same numbers, seed and date give the same register. Running it "
        "again changes nothing; a register with anything else in it is left alone."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--projects", type=_count, default=600, metavar="N", help="how many projects (600)"
        )
        parser.add_argument("--photos", type=_count, default=2400, metavar="N", help="how many photos (2400)")
        parser.add_argument(
            "--seed", type=_count, default=1, metavar="S", help="another seed, another demo (1)"
        )
        parser.add_argument(
            "--as-of", type=_day, metavar="DATE", help="the last day anything happened (yesterday)"
        )
        parser.add_argument(
            "--workers", type=_count, metavar="N", help="processes for the photos (cores + 1)"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        wanted = Settings(options["projects"], options["photos"], options["seed"], options["as_of"])
        began = time.monotonic()
        try:
            made = seed_register(
                wanted,
                yesterday=timezone.localdate() - timedelta(days=1),
                tell=self._tell,
                workers=options["workers"],
            )
        except Problem as problem:
            raise CommandError(problem.sentence) from problem
        if made is None:
            self._tell("Data demo ini sudah ada; tidak ada yang berubah.")
            return
        self._tell(f"Selesai dalam {time.monotonic() - began:.0f} detik. Kasus yang ditanam: docs/demo.md.")

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
