"""verify_originals: hashes every stored original again and compares it with its row."""

import os
import time
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone, translation

from photos.models import Claim
from photos.verifying import Finding, Verified, verify
from places.saying import say

_EVERY_S = 10.0


class Command(BaseCommand):
    """Exit 0 if every original is as it came, 1 if anything is wrong, 2 for wrong usage, 3 if the storage was away."""

    help = (
        "Hash every stored original again (or a sample) and compare it with its row: changed, missing, of another "
        "size, without a row. Exit 0 if all are as they came, 1 if not, 3 if the storage did not answer. Missing "
        "derived pictures are queued anew."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of docs/design/originals.md."""
        parser.add_argument("--sample", type=int, metavar="N", help="only N photos, chosen at random")
        parser.add_argument(
            "--since", metavar="DATE", help="only photos received from this day on (2026-01-31)"
        )
        parser.add_argument(
            "--jobs", type=int, default=min(4, os.cpu_count() or 1), help="files read at once"
        )
        parser.add_argument("--lang", choices=("id", "en"), default="id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Verify, say what is wrong with which photo, sum up."""
        since = _day(options["since"])
        for name in ("sample", "jobs"):
            if options[name] is not None and options[name] < 1:
                raise CommandError(f"--{name} {options[name]}: must be 1 or more.", returncode=2)
        self._began = self._said = time.monotonic()
        with translation.override(options["lang"]):
            found = verify(
                sample=options["sample"],
                since=since,
                jobs=options["jobs"],
                tell=self._tell,
                progress=self._progress if options["verbosity"] > 0 else lambda done, bytes_read: None,
            )
            self._sum_up(found)
        if found.stopped or (found.unreached and not found.wrong):
            raise SystemExit(3)
        if found.wrong:
            raise SystemExit(1)

    def _sum_up(self, found: Verified) -> None:
        seconds = max(time.monotonic() - self._began, 0.001)
        if found.stopped:
            self.stdout.write(self.style.ERROR(say(found.stopped)))
        self.stdout.write(
            f"checked {found.photos} ({found.bytes / 1e6:.1f} MB, {found.bytes / 1e6 / seconds:.0f} MB/s), "
            f"removed before {found.removed}, wrong {len(found.wrong)}, "
            f"not reached {len(found.unreached)}, "
            f"derived pictures queued anew {sum(one.harmless for one in found.findings)}"
        )

    def _tell(self, finding: Finding) -> None:
        """One finding: what, where, and which claims and projects rest on it."""
        style = self.style.WARNING if finding.harmless or finding.unreached else self.style.ERROR
        self.stdout.write(style(f"{finding.name}: {say(finding.message)}"))
        if finding.photo is None:
            return
        claims = Claim.objects.filter(photo=finding.photo).select_related("project").order_by("pk")
        for claim in claims:
            self.stdout.write(
                f"  photo {finding.photo.pk}, claim {claim.pk}: {claim.project.code}, {claim.progress} %"
            )
        if not claims:
            self.stdout.write(f"  photo {finding.photo.pk}, no claim")

    def _progress(self, done: int, bytes_read: int) -> None:
        if time.monotonic() - self._said >= _EVERY_S:
            self._said = time.monotonic()
            self.stderr.write(f"{done} photos, {bytes_read / 1e6:.0f} MB …")


def _day(value: str | None) -> datetime | None:
    if not value:
        return None
    try:
        day = date.fromisoformat(value)
    except ValueError as error:
        raise CommandError(f"--since {value}: not a date. Write it like 2026-01-31.", returncode=2) from error
    return timezone.make_aware(datetime(day.year, day.month, day.day))
