"""load_references: fund sources, activity codes, stage sets and criteria from fixtures/ (or another folder)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from budgets.references import load_fund_sources
from duplicates.criteria import load_criteria
from places.problems import Problem
from projects.references import load_activity_codes, load_stage_sets

FILES = {
    "fund_sources.csv": load_fund_sources,
    "activity_codes.csv": load_activity_codes,
    "stage_sets.csv": load_stage_sets,
    "criteria.csv": load_criteria,
}


class Command(BaseCommand):
    help = (
        "Loads fund_sources.csv, activity_codes.csv, stage_sets.csv and criteria.csv. Loading again brings the "
        "lists up to date and doubles nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, nargs="?", default=settings.BASE_DIR / "fixtures")

    def handle(self, *_args: Any, **options: Any) -> None:
        folder: Path = options["folder"]
        with transaction.atomic():
            for name, load in FILES.items():
                if not (folder / name).is_file():
                    raise CommandError(f"{name}: file ini tidak ada di {folder.name}/.")
                try:
                    count = load(folder / name)
                except Problem as problem:
                    raise CommandError(problem.sentence) from problem
                self.stdout.write(f"{name}: {count}")
