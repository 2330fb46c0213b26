"""import_places FILE: places from CSV or any OGR file (GeoJSON, GeoPackage, Shapefile …)."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from places.imports import Mistake, PlacesRefused, import_places
from places.saying import say

SHOWN = 50  # mistakes on the screen; more would push the first ones out of sight


class Command(BaseCommand):
    help = (
        "Loads provinces, regencies, districts and villages from CSV or any OGR file (GeoJSON, GeoPackage, "
        "Shapefile). All rows or none; loading again brings stored places up to date and doubles nothing. "
        "Columns: code and name; kind, level, parent, lon, lat and boundary (WKT) may be there. "
        "fixtures/places.geojson is an example."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--layer", help="name of the layer, in a file that has several")
        parser.add_argument("--dry-run", action="store_true", help="check and count, store nothing")

    def handle(self, *_args: Any, **options: Any) -> None:
        path: Path = options["file"]
        if not path.exists():
            raise CommandError(f"{path}: file ini tidak ada. Periksa nama dan foldernya.")
        try:
            outcome = import_places(path, layer=options["layer"], rehearse=options["dry_run"])
        except PlacesRefused as refused:
            raise CommandError(self._mistakes(path, refused.mistakes)) from refused
        for note in outcome.notes:
            self.stdout.write(say(note))
        self.stdout.write(f"{path.name}: {say(outcome.summary)}")

    def _mistakes(self, path: Path, mistakes: list[Mistake]) -> str:
        lines = [f"{path.name}: tidak ada yang dimuat; {len(mistakes)} kesalahan."]
        lines += [self._line(mistake) for mistake in mistakes[:SHOWN]]
        if len(mistakes) > SHOWN:
            lines.append(f"… dan {len(mistakes) - SHOWN} lagi.")
        return "\n".join(lines)

    def _line(self, mistake: Mistake) -> str:
        if not mistake.row:
            return say(mistake.reason)
        return f"baris {mistake.row}, kolom {mistake.column}, “{mistake.value}”: {say(mistake.reason)}"
