"""evaluate_duplicates: how well the scores tell duplicates apart, on labelled pairs; makes a labelled register."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import translation

from duplicates import evaluation
from duplicates.command_arguments import probability, radius
from duplicates.evaluation import Judged
from duplicates.labelled import LabelledSet, read_labelled
from duplicates.records import UnreadableList
from duplicates.score import CASE_FROM
from duplicates.titles import Frequencies
from geomonitor.demo.labelled import labelled_register, villages_of, write_register
from places.saying import say

WHY = {"no_place": "one of them has no place", "too_far": "farther apart than the radius"}


class Command(BaseCommand):
    help = (
        "Figures on labelled pairs: precision, recall, F1, average precision, precision at 50, and the worst mistakes. "
        "LABELLED is a CSV or XLSX with left_id, right_id, label, kind (with --records: the list they speak of), or "
        "with both records in each row (left_title, left_lon, left_lat, right_title …, label; also name_1, "
        "latitude_1 …), or a list of records with a column cluster. Needs no database."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("labelled", type=Path, nargs="?", metavar="LABELLED.csv")
        parser.add_argument("--records", type=Path, metavar="FILE", help="the list that the ids speak of")
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="the list of the right ids, if another"
        )
        parser.add_argument(
            "--radius",
            type=radius,
            default=float(settings.DUPLICATE_RADIUS_M),
            metavar="M",
            help="metres (100)",
        )
        parser.add_argument(
            "--threshold",
            type=probability,
            default=CASE_FROM,
            metavar="P",
            help="a duplicate from here on (0.5)",
        )
        parser.add_argument(
            "--worst", type=int, default=10, metavar="N", help="mistakes of each kind to show (10)"
        )
        parser.add_argument("--format", default="text", choices=("text", "json"))
        parser.add_argument(
            "--make", type=Path, metavar="FOLDER", help="write a labelled register there instead"
        )
        parser.add_argument(
            "--works", type=int, default=3000, metavar="N", help="with --make: how many works (3000)"
        )
        parser.add_argument(
            "--seed", type=int, default=1, metavar="S", help="with --make: another register (1)"
        )
        parser.add_argument(
            "--lang", default=settings.LANGUAGE_CODE, choices=[code for code, _name in settings.LANGUAGES]
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["labelled"]) == bool(options["make"]):
            raise CommandError("Give a file of labelled pairs, or --make FOLDER for a labelled register.")
        with translation.override(options["lang"]):
            if options["make"]:
                self._make(options["make"], options["works"], options["seed"])
            else:
                self._evaluate(options)

    def _make(self, folder: Path, works: int, seed: int) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            made = labelled_register(
                villages_of(settings.BASE_DIR / "fixtures" / "places.geojson"), works=works, seed=seed
            )
            records, pairs = write_register(made, folder)
        except (OSError, ValueError) as error:
            raise CommandError(f"{folder}: {error}") from error
        self.stderr.write(
            f"{len(made.rows)} records → {records}\n{len(made.pairs)} labelled pairs → {pairs}\n"
            f"python manage.py evaluate_duplicates {pairs} --records {records}"
        )

    def _evaluate(self, options: dict[str, Any]) -> None:
        if options["against"] and not options["records"]:
            raise CommandError("--against goes with --records; give both.")
        labelled = self._read(options)
        judged = evaluation.judge(labelled, radius_m=options["radius"])
        made = {"radius_m": options["radius"], **evaluation.report_json(judged, options["threshold"])}
        wrong, missed = evaluation.worst(judged, options["threshold"], max(0, options["worst"]))
        frequencies = evaluation.frequencies_of(labelled)
        if options["format"] == "json":
            made["worst"] = {
                "wrong": [_as_json(one, frequencies, options["radius"]) for one in wrong],
                "missed": [_as_json(one, frequencies, options["radius"]) for one in missed],
            }
            self.stdout.write(json.dumps(made, ensure_ascii=False, indent=2))
            return
        self._say(made, labelled.closed)
        self._tell("Different, but called duplicates", wrong, frequencies, options["radius"])
        self._tell("Duplicates that were not found", missed, frequencies, options["radius"])

    def _read(self, options: dict[str, Any]) -> LabelledSet:
        try:
            labelled = read_labelled(options["labelled"], options["records"], options["against"])
        except UnreadableList as error:
            raise CommandError(say(error.message)) from error
        for complaint in labelled.complaints:
            self.stderr.write(
                f"{complaint.row}: {complaint.column}: {complaint.value!r}: {say(complaint.reason)}"
            )
        return labelled

    def _say(self, made: dict[str, Any], closed: bool) -> None:
        write = self.stdout.write
        write(
            f"{made['pairs']} pairs, {made['same']} of them the same; {made['brought']} within {made['radius_m']:g} m."
        )
        if closed:
            write("No pair is labelled as different: every other pair within the radius counts as different.")
        write(
            f"From p = {made['threshold']:g} on: {made['right']} right, {made['wrong']} wrong, {made['missed']} missed."
        )
        for name in ("precision", "recall", "f1", "average_precision", f"precision_at_{evaluation.FIRST}"):
            write(f"{name.replace('_', ' '):20}{made[name]:.4f}")
        if any(kind["kind"] for kind in made["kinds"]):
            write(f"\n{'kind':20}{'pairs':>7}{'in reach':>10}{'found':>7}   share")
        for kind in made["kinds"]:
            if kind["kind"]:
                word = "recall" if kind["same"] else "false alarms"
                write(
                    f"{kind['kind']:20}{kind['pairs']:7}{kind['brought']:10}{kind['found']:7}   "
                    f"{word} {kind['share']:.3f}"
                )
        write(f"\n{'said':>8}{'was so':>9}{'pairs':>8}   (calibration error {made['calibration_error']:.4f})")
        for one in made["reliability"]:
            write(f"{one['said']:8.3f}{one['true']:9.3f}{one['pairs']:8}")

    def _tell(
        self, title: str, mistakes: Sequence[Judged], frequencies: Frequencies, radius_m: float
    ) -> None:
        if not mistakes:
            return
        self.stdout.write(f"\n{title}:")
        for one in mistakes:
            told = _as_json(one, frequencies, radius_m)
            kind = f" · {told['kind']}" if told["kind"] else ""
            self.stdout.write(f"  {told['left_id']} · {told['right_id']}{kind} · p {told['probability']:.4f}")
            self.stdout.write(f"    “{told['left_title']}”\n    “{told['right_title']}”")
            if told["why"]:
                self.stdout.write(f"    not brought by a scan: {told['why']}")
            for sentence in told["sentences"]:
                self.stdout.write(f"    {sentence}")


def _as_json(one: Judged, frequencies: Frequencies, radius_m: float) -> dict[str, Any]:
    """A mistake with what the signals say of it."""
    scored = evaluation.explained(one, frequencies)
    why = evaluation.why_not_brought(one.pair.left, one.pair.right, radius_m) if one.weight is None else ""
    return {
        "left_id": one.pair.left.id, "right_id": one.pair.right.id, "kind": one.pair.kind, "row": one.pair.row,
        "left_title": one.pair.left.title, "right_title": one.pair.right.title, "distance_m": scored.distance_m,
        "probability": scored.probability, "why": WHY.get(why, ""),
        "sentences": [f"{part.weight:+.2f}  {say(part.message)}" for part in scored.signals],
    }  # fmt: skip
