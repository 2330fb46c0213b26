"""recheck_photos: judges stored photos again and says what changed, and why."""

import json
import time
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone, translation
from django.utils.translation import gettext

from photos.checks import CHECKS
from photos.derivatives import make_derivatives
from photos.models import Claim, ClaimQuerySet, Fact, FactSource, Photo, Verdict
from photos.rechecking import Change, CheckChange, rejudge

BATCH = 500  # primary keys held at once
_EVERY_S = 10.0
_UNDECODABLE = (
    "derivative_error"  # the fact by which a look says that it saw nothing; not tried again and again
)


class Command(BaseCommand):
    """Exit 0 whatever changed, 2 for wrong usage."""

    help = (
        "Judge stored photos again: the same input gives the same verdict; where a rule, a limit, the reader, a site or "
        "what is known of the pixels changed, say so. People's decisions stay. Photos not looked at yet are queued."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The options of docs/design/photo-rechecks.md."""
        parser.add_argument(
            "--since", metavar="DATE", help="only photos received from this day on (2026-01-31)"
        )
        parser.add_argument(
            "--check", nargs="+", action="extend", metavar="CODE", help="only these checks may change"
        )
        parser.add_argument(
            "--start", type=int, default=0, metavar="PK", help="begin after this claim, to go on"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would change, write nothing")
        parser.add_argument("--format", choices=("text", "json"), default="text")
        parser.add_argument("--lang", choices=("id", "en"), default="id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Judge batch by batch; every claim is a transaction of its own, so that breaking off loses nothing."""
        claims = _claims(options["since"], options["start"])
        only = _codes(options["check"])
        with translation.override(options["lang"]):
            counted = self._all(claims, only, options)
            queued = 0 if options["dry_run"] or only else _queue_unseen()
            self._sum_up(counted, queued, options)

    def _all(self, claims: ClaimQuerySet, only: list[str] | None, options: dict[str, Any]) -> Counter[str]:
        counted: Counter[str] = Counter()
        began = said = time.monotonic()
        for pk in _keys(claims):
            change = rejudge(pk, cause="command", only=only, write=not options["dry_run"])
            counted["judged"] += 1
            if change:
                counted["changed"] += 1
                counted[f"{change.verdict_was} → {change.verdict_now}"] += (
                    change.verdict_was != change.verdict_now
                )
                counted.update(f"because {why}" for why in change.whys)
                self._tell(change, options["format"])
            if options["verbosity"] > 0 and time.monotonic() - said > _EVERY_S:
                said = time.monotonic()
                rate = counted["judged"] / (said - began)
                self.stderr.write(f"judged {counted['judged']} ({rate:.0f}/s), go on with --start {pk}")
        return counted

    def _tell(self, change: Change, format: str) -> None:
        if format == "json":
            self.stdout.write(json.dumps(change.as_json(), ensure_ascii=False))
            return
        was, now = (
            gettext(str(Verdict(verdict).label)) for verdict in (change.verdict_was, change.verdict_now)
        )
        verdict = was if was == now else f"{was} → {now}"
        gone = "" if change.original == "read" else f"; original {change.original}"
        self.stdout.write(f"claim {change.claim_id}: {verdict} ({', '.join(change.whys)}{gone})")
        for check in change.checks:
            self.stdout.write(f"  {_line(check)}")
        if change.facts:
            self.stdout.write(f"  read otherwise: {', '.join(change.facts)}")

    def _sum_up(self, counted: Counter[str], queued: int, options: dict[str, Any]) -> None:
        verdicts = {name: count for name, count in sorted(counted.items()) if " → " in name and count}
        because = {
            name.removeprefix("because "): count
            for name, count in sorted(counted.items())
            if name.startswith("because ")
        }
        summary = {
            "judged": counted["judged"],
            "changed": counted["changed"],
            "verdicts": verdicts,
            "because": because,
            "queued": queued,
            "dry_run": options["dry_run"],
        }
        if options["format"] == "json":
            self.stdout.write(json.dumps({"summary": summary}, ensure_ascii=False))
            return
        would = "would change" if options["dry_run"] else "changed"
        self.stdout.write(
            f"judged {counted['judged']}, {would} {counted['changed']}, queued for a look {queued}"
        )
        for name, count in verdicts.items():
            self.stdout.write(f"  {name}: {count}")
        for name, count in because.items():
            self.stdout.write(f"  because of {name}: {count}")


def _claims(since: str | None, start: int) -> ClaimQuerySet:
    claims = Claim.objects.kept().filter(pk__gt=start)
    if not since:
        return claims
    try:
        day = date.fromisoformat(since)
    except ValueError as error:
        raise CommandError(f"--since {since}: not a date. Write it like 2026-01-31.", returncode=2) from error
    return claims.filter(received_at__gte=timezone.make_aware(datetime(day.year, day.month, day.day)))


def _codes(wanted: list[str] | None) -> list[str] | None:
    known = [check.CODE for check in CHECKS]
    for code in wanted or ():
        if code not in known:
            raise CommandError(f"--check {code}: no such check. There are: {', '.join(known)}.", returncode=2)
    return wanted


def _keys(claims: ClaimQuerySet) -> Iterator[int]:
    """Primary keys in order, a batch at a time: the memory stays flat, claims that come in meanwhile are judged too."""
    last = 0
    while batch := list(claims.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        yield from batch
        last = batch[-1]


def _queue_unseen() -> int:
    """Queue the photos that no worker looked at yet, or that have no fingerprint. Returns how many."""
    undecodable = Fact.objects.filter(photo=OuterRef("pk"), source=FactSource.SERVER, name=_UNDECODABLE)
    unseen = Photo.objects.filter(
        Q(looked_at=None) | Q(fingerprint=None) & ~Exists(undecodable), removed_at=None
    )
    queued, last = 0, 0
    while batch := list(unseen.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        for pk in batch:
            enqueue(pk)
        queued, last = queued + len(batch), batch[-1]
    return queued


def enqueue(photo_id: int) -> None:
    """Ask the worker to look at a photo; looking again is harmless."""
    make_derivatives.enqueue(photo_id)


def _line(check: CheckChange) -> str:
    """One check's change: status, measured and limit, rule, why."""
    parts = [f"{check.code}: {_change(check.was, check.now)}"]
    for name, was, now in (
        ("measured", check.measured_was, check.measured_now),
        ("limit", check.limit_was, check.limit_now),
        ("rule", check.rule_was, check.rule_now),
    ):
        if was != now or (name == "measured" and now is not None):
            parts.append(f"{name} {_change(was, now)}")
    return f"{', '.join(parts)} ({check.why})"


def _change(was: object, now: object) -> str:
    shown = [
        "–" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
        for value in (was, now)
    ]
    return shown[0] if was == now else " → ".join(shown)
