"""calibrate_duplicates: weights out of decided pairs, with a report; taken over only by the file that --write makes."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from duplicates.calibration import Evidence, Fit, Table, TooFew, cross_validated, estimate, seen
from duplicates.calibration_file import weights_text
from duplicates.calibration_sources import evidence_of_labelled, evidence_of_register
from duplicates.command_arguments import probability, radius
from duplicates.labelled import read_labelled
from duplicates.records import UnreadableList
from places.saying import say


class Command(BaseCommand):
    help = (
        "Estimate the weights of the duplicate score anew from the pairs that monitors decided (and from all others "
        "within the radius, by EM), or from --labelled pairs. Prints a report. Nothing is taken over: --write FILE "
        "makes a file that the setting GEOMONITOR_DUPLICATE_WEIGHTS may name."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--labelled", type=Path, metavar="FILE", help="learn from these pairs, not the register"
        )
        parser.add_argument(
            "--records", type=Path, metavar="FILE", help="with --labelled: the list its ids speak of"
        )
        parser.add_argument(
            "--radius",
            type=radius,
            default=float(settings.DUPLICATE_RADIUS_M),
            metavar="M",
            help="metres (100)",
        )
        parser.add_argument("--place", metavar="CODE", help="pairs with a project in this place")
        parser.add_argument(
            "--sample", type=int, default=20_000, metavar="N", help="undecided pairs to draw at most (20000)"
        )
        parser.add_argument(
            "--smoothing",
            type=float,
            default=1.0,
            metavar="N",
            help="pairs added to every level's counts (1)",
        )
        parser.add_argument(
            "--prior",
            type=probability,
            metavar="P",
            help="share of duplicates among pairs within the radius, if known",
        )
        parser.add_argument("--folds", type=int, default=5, metavar="K", help="for the check of fit (5)")
        parser.add_argument("--write", type=Path, metavar="FILE", help="write the new weights here (JSON)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_what_cannot_be(options)
        evidence = self._evidence(options)
        old = Table.in_force()
        if options["prior"]:
            old = Table(options["prior"], old.shares)
        try:
            new = estimate(evidence, old, smoothing=options["smoothing"])
        except TooFew as error:
            raise CommandError(f"There is too little to learn from: {error}. Nothing was written.") from error
        self._show(evidence, Table.in_force(), new)
        fits = self._fits(evidence, old, options["smoothing"])
        if options["write"]:
            self._write(options["write"], evidence, new, fits)
        else:
            self.stdout.write("\nNothing was taken over. --write FILE makes a file of these weights.")

    def _refuse_what_cannot_be(self, options: dict[str, Any]) -> None:
        if options["records"] and not options["labelled"]:
            raise CommandError("--records goes with --labelled; give both.")
        if options["labelled"] and options["place"]:
            raise CommandError("--place chooses from the register; it does not go with --labelled.")
        if options["prior"] in (0, 1):
            raise CommandError("--prior must lie between 0 and 1.")
        if options["folds"] < 2:
            raise CommandError("--folds must be at least 2.")
        if not 0 < options["smoothing"] <= 100:
            raise CommandError("--smoothing must lie above 0, up to 100.")
        if options["write"] and not options["write"].absolute().parent.is_dir():
            raise CommandError(f"{options['write']} cannot be written: there is no such folder.")

    def _evidence(self, options: dict[str, Any]) -> Evidence:
        if not options["labelled"]:
            return evidence_of_register(
                radius_m=options["radius"],
                places=[options["place"]] if options["place"] else None,
                sample=max(0, options["sample"]),
                folds=options["folds"],
            )
        try:
            labelled = read_labelled(options["labelled"], options["records"])
        except UnreadableList as error:
            raise CommandError(say(error.message)) from error
        for complaint in labelled.complaints:
            self.stderr.write(
                f"{complaint.row}: {complaint.column}: {complaint.value!r}: {say(complaint.reason)}"
            )
        return evidence_of_labelled(labelled, radius_m=options["radius"], folds=options["folds"])

    def _show(self, evidence: Evidence, old: Table, new: Table) -> None:
        decided = evidence.decided
        same = int((evidence.same == 1).sum())
        self.stdout.write(
            f"{len(evidence)} pairs: {same} decided the same, {int(decided.sum()) - same} decided different, "
            f"{int((~decided).sum())} not decided."
        )
        self.stdout.write(
            f"\n{'signal':14}{'level':18}{'same':>7}{'different':>11}{'open':>8}{'old':>8}{'new':>8}"
        )
        counts = seen(evidence)
        for key in old.shares:
            yes, no, unsaid = counts.get(key, (0, 0, 0))
            mark = "" if new.shares[key] != old.shares[key] else "  kept: hardly seen"
            self.stdout.write(
                f"{key[0]:14}{key[1]:18}{yes:7}{no:11}{unsaid:8}{old.weight(key):+8.2f}{new.weight(key):+8.2f}{mark}"
            )
        self.stdout.write(
            f"{'prior':32}{'':26}{old.prior_weight:+8.2f}{new.prior_weight:+8.2f}  ({old.prior:.4f} → {new.prior:.4f})"
        )

    def _fits(self, evidence: Evidence, old: Table, smoothing: float) -> dict[str, Fit]:
        """Fit of both tables to what was decided, the new one always without the pair's own fold."""
        decided = evidence.decided
        if not decided.any():
            self.stdout.write(
                "\nNobody decided a pair yet, so nothing can say whether these weights fit better."
            )
            return {}
        try:
            crossed = cross_validated(evidence, old, smoothing=smoothing)
        except TooFew as error:
            self.stdout.write(f"\nToo few for cross-validation: {error}.")
            return {}
        fits = {
            "old": Fit.of(Table.in_force().totals(evidence.levels)[decided], evidence.same[decided]),
            "new": Fit.of(crossed[decided], evidence.same[decided]),
        }
        self.stdout.write("\nOn decided pairs; the new weights by cross-validation:")
        self.stdout.write(f"{'':8}{'average precision':>19}{'log loss':>10}{'calibration error':>19}")
        for name, fit in fits.items():
            self.stdout.write(
                f"{name:8}{fit.average_precision:19.4f}{fit.log_loss:10.4f}{fit.calibration_error:19.4f}"
            )
        for name, fit in fits.items():
            self.stdout.write(f"\n{name}: {'said':>6}{'was so':>9}{'pairs':>8}")
            for one in fit.bins:
                self.stdout.write(f"{one.said:11.3f}{one.true:9.3f}{one.pairs:8}")
        return fits

    def _write(self, path: Path, evidence: Evidence, new: Table, fits: dict[str, Fit]) -> None:
        about: dict[str, Any] = {
            "pairs": len(evidence),
            "same": int((evidence.same == 1).sum()),
            "different": int((evidence.same == 0).sum()),
        }
        for name, fit in fits.items():
            about[name] = {
                "average_precision": round(fit.average_precision, 4),
                "log_loss": round(fit.log_loss, 4),
                "calibration_error": round(fit.calibration_error, 4),
            }
        try:
            path.write_text(weights_text(new.prior, new.shares, about), encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path} cannot be written: {error.strerror}.") from error
        self.stdout.write(
            f"\nWritten to {path}. To take it over, set GEOMONITOR_DUPLICATE_WEIGHTS={path.absolute()} and scan again."
        )
