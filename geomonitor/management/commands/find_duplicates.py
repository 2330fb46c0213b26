"""find_duplicates: candidate pairs of the register, or of outside lists without a database."""

import os
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from duplicates.command_arguments import probability, radius
from duplicates.engines import ENGINES
from duplicates.kernel import PairTable
from duplicates.lists import compare_lists
from duplicates.models import Decision, Scan
from duplicates.records import RecordList, UnreadableList, read_records
from duplicates.scan import place_named, scan_register
from duplicates.score import CASE_FROM
from maps import folium_pages as map_page
from places.problems import Problem
from places.saying import say
from reports.formats import FORMATS
from reports.known import Known


class Command(BaseCommand):
    help = (
        "Find pairs of works that may be the same. Without --records it scans the register and stores what it "
        "finds; with --records it compares outside lists, needs no database and stores nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--radius",
            type=radius,
            default=float(settings.DUPLICATE_RADIUS_M),
            metavar="M",
            help="metres (100)",
        )
        parser.add_argument(
            "--min-probability",
            type=probability,
            default=CASE_FROM,
            metavar="P",
            help="give out from here (0.5)",
        )
        parser.add_argument(
            "--year",
            type=int,
            nargs="+",
            action="extend",
            metavar="Y",
            help="pairs with a project of these years",
        )
        parser.add_argument("--place", metavar="CODE", help="pairs with a project in this place")
        parser.add_argument(
            "--engine",
            default="array",
            choices=ENGINES,
            help="array (the register in columns), postgis (few works) or dask (a cluster of machines); all give "
            "the same pairs",
        )
        parser.add_argument(
            "--incremental", action="store_true", help="only works that changed since they were compared"
        )
        parser.add_argument(
            "--records", type=Path, metavar="FILE", help="a CSV or XLSX list: id, title, lon, lat …"
        )
        parser.add_argument("--against", type=Path, metavar="FILE", help="compare --records with this list")
        parser.add_argument("--format", default="table", choices=(*FORMATS, "html"))
        parser.add_argument(
            "--output", type=Path, metavar="FILE", help="write here instead of to the terminal"
        )
        parser.add_argument(
            "--lang", default=settings.LANGUAGE_CODE, choices=[code for code, _name in settings.LANGUAGES]
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_what_cannot_be(options)
        with translation.override(options["lang"]):
            if options["records"]:
                table, known = self._from_lists(options), Known()
            else:
                table = self._from_register(options)
                triage = Decision.objects.in_force().filter(engagement__isnull=True)
                known = Known.of(table, triage, settings.PUBLIC_URL)
            self._give_out(table, options["format"], options["output"], known)

    def _refuse_what_cannot_be(self, options: dict[str, Any]) -> None:
        if options["against"] and not options["records"]:
            raise CommandError("--against compares with --records; give both.")
        if options["records"] and (options["year"] or options["place"]):
            raise CommandError("--year and --place choose from the register; they do not go with --records.")
        wanted = FORMATS.get(options["format"])
        if wanted and not wanted.is_text and not options["output"]:
            raise CommandError(f"This format is no text for a terminal: add --output pairs.{wanted.suffix}.")
        if options["output"]:
            self._refuse_no_file(options["output"])

    def _refuse_no_file(self, output: Path) -> None:
        """Before anything is scanned."""
        folder = output.absolute().parent
        if output.is_dir():
            raise CommandError(
                f"{output} cannot be written: it is a folder. Example: {output / 'pairs.csv'}."
            )
        if not folder.is_dir():
            raise CommandError(f"{output} cannot be written: there is no such folder.")
        if not os.access(output if output.exists() else folder, os.W_OK):
            raise CommandError(f"{output} cannot be written: no permission.")

    def _from_lists(self, options: dict[str, Any]) -> PairTable:
        mine = self._read(options["records"])
        theirs = self._read(options["against"]) if options["against"] else None
        against = theirs.records if theirs else None
        pairs = compare_lists(
            mine.records, against, radius_m=options["radius"], min_probability=options["min_probability"]
        )
        return PairTable.of(pairs, mine.records, against)

    def _read(self, path: Path) -> RecordList:
        try:
            found = read_records(path)
        except UnreadableList as error:
            raise CommandError(say(error.message)) from error
        for complaint in found.complaints:
            self.stderr.write(
                f"{path.name}: {complaint.row}: {complaint.column}: {complaint.value!r}: {say(complaint.reason)}"
            )
        return found

    def _from_register(self, options: dict[str, Any]) -> PairTable:
        try:
            place = place_named(options["place"])
        except LookupError as error:
            raise CommandError(f"No place has the code {options['place']}. Example: 35.10.19.") from error
        try:
            done = scan_register(
                actor=None,
                radius_m=options["radius"],
                years=options["year"] or [],
                place=place,
                min_probability=options["min_probability"],
                engine=options["engine"],
                incremental=options["incremental"],
            )
        except Problem as problem:
            raise CommandError(problem.sentence) from problem
        except KeyboardInterrupt:
            raise CommandError("Cancelled. What was found until then is stored.") from None
        scan = done.scan
        if scan.state != Scan.State.DONE:
            raise CommandError(
                f"The scan did not end here: {scan.get_state_display()}. What it found is stored."
            )
        self.stderr.write(
            f"{scan.projects} projects, {scan.candidates} pairs within {scan.radius_m:g} m, {scan.stored} stored."
        )
        return done.table

    def _give_out(self, table: PairTable, format_: str, output: Path | None, known: Known) -> None:
        try:
            content = self._made(table, format_, known)
        except ValueError as error:  # SOURCE_DATE_EPOCH that is none
            raise CommandError(str(error)) from error
        if output:
            try:
                output.write_bytes(content)
            except OSError as error:
                raise CommandError(f"{output} cannot be written: {error.strerror}.") from error
            self.stderr.write(f"{len(table.pairs)} pairs → {output}")
        else:
            self.stdout.write(content.decode(), ending="")

    def _made(self, table: PairTable, format_: str, known: Known) -> bytes:
        if format_ == "html":
            linked = map_page.Known(pages=known.pages, works=known.works)
            return map_page.pairs_page(table, known=linked).encode()
        return FORMATS[format_].write(table, known)
