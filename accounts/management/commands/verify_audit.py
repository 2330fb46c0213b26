"""verify_audit: recomputes the chain of audit events."""

from typing import Any

from django.core.management.base import BaseCommand

from accounts.audit import verify
from places.saying import say


class Command(BaseCommand):
    help = "Recompute the chain of audit events: exit 0 if every link holds, 1 if not; the unsealed tail is reported."

    def handle(self, *args: Any, **options: Any) -> None:
        found = verify()
        for problem in found.problems:
            self.stdout.write(self.style.ERROR(say(problem)))
        self.stdout.write(f"sealed {found.sealed}, unsealed {found.unsealed}, broken {len(found.problems)}")
        if found.problems:
            raise SystemExit(1)
