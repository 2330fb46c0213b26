"""Who runs a scan, and what becomes of one whose worker died.

The session that runs a scan holds an advisory lock on it. PostgreSQL lets go of it with the session, so a worker that
was killed, or lost its connection, is known at once: its scan runs, and nobody holds it. `resume_stale` queues such
scans again; every worker calls it when it starts and every few seconds (geomonitor's db_worker). Two workers can't run
one scan: the second doesn't get the lock, and whoever lost it can't write another step (`alive_at`).
docs/design/duplicate-scan.md.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import Error, connection, transaction
from django.db.models import F
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from accounts import audit
from duplicates.models import Scan
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem

SENTENCES = sentences(
    {
        "scan.failed": _("Pemindaian gagal: %(reason)s."),
        "scan.resumed": _("Terhenti pada %(stopped_at)s, dilanjutkan pada %(resumed_at)s."),
        "scan.gave_up": _(
            "Terhenti %(tries)s kali di bagian yang sama; tidak dilanjutkan lagi. "
            "Periksa memori server dan catatan worker, lalu mulai pemindaian baru."
        ),
    }
)

OPEN = (Scan.State.WAITING, Scan.State.RUNNING)
LOST = timedelta(seconds=30)  # a waiting scan that is not in the queue: its task was lost with a worker
HUNG = timedelta(hours=1)  # whoever holds a scan and wrote nothing for so long is as good as dead
MOST_TRIES = 5  # workers that may die at one part; then it may be the part that kills them
_OWNER = 0x53434F57  # the first key of the advisory locks; the second is the scan

# The server notices that a worker is gone: a killed one in the middle of a statement within five seconds, and over TCP
# one whose machine lost its power, which says no goodbye, within a minute.
OWN = """
SELECT set_config('client_connection_check_interval', '5s', false),
    set_config('tcp_keepalives_idle', '30', false),
    set_config('tcp_keepalives_interval', '10', false),
    set_config('tcp_keepalives_count', '3', false),
    pg_try_advisory_lock(%(owner)s, %(scan)s)
"""
HELD = """
SELECT objid::bigint, pid = pg_backend_pid()
FROM pg_locks
WHERE locktype = 'advisory'
  AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
  AND classid::bigint = %(owner)s
  AND objsubid = 2
  AND granted
"""


class Cancelled(Exception):
    """Somebody asked the scan to stop."""


class TakenOver(Exception):
    """Another worker runs this scan now."""


@dataclass
class Keeper:
    """Shows that a scan is alive and how far it is, and learns whether it is to stop."""

    scan: Scan
    alive_at: datetime
    locked: bool

    @classmethod
    def of(cls, scan: Scan) -> "Keeper | None":
        """Take the scan over, to `let_go` of it in the end; None when it is over, or in other hands."""
        keeper = cls(scan, timezone.now(), _own(scan.pk))
        with transaction.atomic():
            free = Scan.objects.filter(pk=scan.pk, state__in=OPEN)
            if not keeper.locked:
                free = free.filter(alive_at__lt=keeper.alive_at - HUNG)
            found = free.select_for_update().first()
            if found is not None:
                _take(found, keeper.alive_at)
        scan.refresh_from_db()
        if found is not None and scan.is_open:
            return keeper
        keeper.let_go()
        return None

    def look(self) -> None:
        """Raises Cancelled when the scan is to stop."""
        if self.scan.cancel_asked_at:
            raise Cancelled

    def step(self, **known: int) -> None:
        """Write down a step. Raises TakenOver when another worker has the scan, Cancelled when it is to stop."""
        now = timezone.now()
        mine = Scan.objects.filter(pk=self.scan.pk, alive_at=self.alive_at, state=Scan.State.RUNNING)
        if not mine.update(alive_at=now, steps_done=F("steps_done") + 1, **known):
            raise TakenOver
        self.alive_at = now
        self.scan.refresh_from_db(fields=["alive_at", "steps_done", "steps", "cancel_asked_at"])
        self.look()

    def owns(self) -> bool:
        """Whether the session that took the scan is still there: its connection was not lost in between."""
        try:
            return not self.locked or _holders().get(self.scan.pk, False)
        except Error:
            return False

    def let_go(self) -> None:
        """Somebody else may have it now; without its connection it is free already."""
        if self.locked:
            with suppress(Error), connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_OWNER, self.scan.pk])


def _own(scan: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(OWN, {"owner": _OWNER, "scan": scan})
        return bool(cursor.fetchone()[-1])


def _holders() -> dict[int, bool]:
    """The scans that somebody runs just now, by primary key: whether it is this session."""
    with connection.cursor() as cursor:
        cursor.execute(HELD, {"owner": _OWNER})
        return dict(cursor.fetchall())


def _take(scan: Scan, now: datetime) -> None:
    """It runs. If it did before, it says since when not; if that happened too often, it fails."""
    stopped_at = scan.alive_at if scan.state == Scan.State.RUNNING else None
    scan.state, scan.alive_at = Scan.State.RUNNING, now
    if stopped_at and not scan.cancel_asked_at:
        done, tries = scan.parts.count(), 1
        last = (scan.message or {}).get("params", {})
        if last.get("done") == done:
            tries += last.get("tries", 0)
        if tries >= MOST_TRIES:
            scan.state, scan.finished_at = Scan.State.FAILED, now
            said = message("scan.gave_up", tries=tries)
        else:
            said = message(
                "scan.resumed",
                stopped_at=stopped_at.isoformat(),
                resumed_at=now.isoformat(),
                done=done,
                tries=tries,
            )
        scan.message = said.as_json()
        audit.record(
            actor=scan.started_by, action=said.code, subject=scan, place=scan.place_id or "", data=said.params
        )
    scan.save(update_fields=["state", "alive_at", "finished_at", "message"])


def why_failed(error: Exception) -> Message:
    """What a scan says that failed: the problem's own words where it has some."""
    if isinstance(error, Problem):
        return error.message
    return message("scan.failed", reason=type(error).__name__)


def is_held(scan: Scan) -> bool:
    """Whether somebody runs this scan just now."""
    return scan.pk in _holders()


def resume_stale() -> int:
    """Queue the scans again that nobody runs although they began, or were lost with a worker. Returns how many."""
    from duplicates.scan_task import run_scan

    now = timezone.now()
    began = list(Scan.objects.filter(state__in=OPEN).values_list("pk", "state", "started_at", "alive_at"))
    holders = _holders()
    stale = []
    for number, state, started_at, alive_at in began:
        if state == Scan.State.WAITING:
            dead = started_at < now - LOST
        else:
            dead = alive_at is not None and (number not in holders or alive_at < now - HUNG)
        if dead and not _is_queued(number):
            stale.append(number)
    for number in stale:
        run_scan.enqueue(number)
    return len(stale)


def _is_queued(scan: int) -> bool:
    waiting = DBTaskResult.objects.ready().filter(task_path="duplicates.scan_task.run_scan")
    return waiting.filter(args_kwargs__args=[scan]).exists()
