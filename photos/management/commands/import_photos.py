"""import_photos: many photos at once, out of a folder or a ZIP, through the same door as every other."""

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import translation
from django.utils.translation import gettext

from accounts.access import Action, reach
from accounts.models import Role, User
from photos.import_sources import NotReadable
from photos.importing import REPORT, Outcome, Wanted, import_photos, totals
from photos.models import Purpose, Verdict
from places.saying import metres, say
from projects.models import Project


class Command(BaseCommand):
    """Exit 0 if everything was taken in or was here already, 1 if something was not, 2 for wrong usage."""

    help = (
        "Take in every photo of a folder or ZIP. Progress stands in the names (0/, 50%, sebelum, sedang, selesai), in "
        "a manifest.csv beside the photos, or in --progress. Loading again doubles nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of docs/design/photo-import.md."""
        parser.add_argument("source", metavar="FOLDER_OR_ZIP")
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--project", metavar="CODE", help="all photos are of this project")
        where.add_argument(
            "--nearest", action="store_true", help="each photo is of the nearest site in reach"
        )
        parser.add_argument("--progress", type=int, metavar="N", help="per cent, for photos that say none")
        parser.add_argument("--purpose", choices=Purpose.values, default=Purpose.PROGRESS.value)
        parser.add_argument("--user", metavar="NAME", help="who sends them; default: the only monitor")
        parser.add_argument("--dry-run", action="store_true", help="judge only; store nothing")
        parser.add_argument("--report", metavar="FILE", help="write what became of each file as CSV")
        parser.add_argument("--lang", choices=("id", "en"), default="id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Import, say what became of each file, sum up."""
        source = Path(options["source"])
        if not source.exists():
            raise CommandError(f"{source}: no such folder or file.", returncode=2)
        progress = options["progress"]
        if progress is not None and not 0 <= progress <= 100:
            raise CommandError(f"--progress {progress}: must be 0 to 100.", returncode=2)
        actor = _sender(options["user"])
        wanted = Wanted(
            actor=actor,
            project=_project(options["project"], actor),
            nearest=options["nearest"],
            progress=progress,
            purpose=options["purpose"],
            dry_run=options["dry_run"],
        )
        with translation.override(options["lang"]):
            try:
                counts = self._import(source, wanted, options["report"])
            except NotReadable as error:
                raise CommandError(say(error.said), returncode=2) from error
            said = totals(counts)
            if wanted.dry_run:
                said = gettext("Hanya diperiksa, tidak disimpan: %(totals)s") % {"totals": said}
            self.stdout.write(said)
        if counts["refused"] or counts["unplaced"]:
            raise SystemExit(1)

    def _import(self, source: Path, wanted: Wanted, report: str | None) -> Counter[str]:
        outcomes = import_photos(source, wanted)
        if report is None:
            return self._say_all(outcomes)
        try:
            with Path(report).open("w", encoding="utf-8", newline="") as file:
                writer = csv.writer(file, lineterminator="\n")
                writer.writerow(REPORT)
                return self._say_all(_written(outcomes, writer))
        except OSError as error:
            raise CommandError(f"--report {report}: cannot be written ({error}).", returncode=2) from error

    def _say_all(self, outcomes: Iterable[Outcome]) -> Counter[str]:
        counts: Counter[str] = Counter()
        for outcome in outcomes:
            counts[outcome.status] += 1
            self.stdout.write(_line(outcome))
        return counts


def _written(outcomes: Iterable[Outcome], writer: Any) -> Iterable[Outcome]:
    for outcome in outcomes:
        writer.writerow(outcome.row())
        yield outcome


def _line(outcome: Outcome) -> str:
    words = {
        "taken": gettext("diterima"),
        "same": gettext("sudah ada"),
        "refused": gettext("DITOLAK"),
        "unplaced": gettext("TANPA TEMPAT"),
        "skipped": gettext("dilewati"),
    }
    where = f"{outcome.project} #{outcome.site}, {outcome.progress} %" if outcome.project else ""
    verdict = str(Verdict(outcome.verdict).label) if outcome.verdict in Verdict.values else ""
    distance = metres(outcome.distance_m) if outcome.distance_m is not None else ""
    parts = [words[outcome.status], where, verdict, distance, outcome.reason]
    return f"{outcome.file}: {' · '.join(part for part in parts if part)}"


def _sender(name: str | None) -> User:
    if name:
        user = User.objects.filter(username=name, is_active=True).first()
        if user is None:
            raise CommandError(f"--user {name}: no such active user.", returncode=2)
        if not reach(user, Action.CLAIM):
            raise CommandError(f"--user {name}: has no duty that may send photos.", returncode=2)
        return user
    monitors = [user for user in User.objects.filter(is_active=True, duties__role=Role.MONITOR).distinct()[:20]
                if reach(user, Action.CLAIM)]  # fmt: skip
    if len(monitors) != 1:
        names = ", ".join(user.username for user in monitors) or "–"
        raise CommandError(f"Say who sends the photos: --user NAME (monitors: {names}).", returncode=2)
    return monitors[0]


def _project(code: str | None, actor: User) -> Project | None:
    if not code:
        return None
    found = Project.objects.visible_to(actor).select_related("village").filter(code=code).first()
    if found is None:
        raise CommandError(
            f"--project {code}: no such project, or not visible to {actor.username}.", returncode=2
        )
    return found
