"""Scans in the worker."""

from django_tasks import task

from duplicates.models import Scan
from duplicates.scan import run


@task()
def run_scan(scan_id: int, again: bool = False) -> str:
    """Run a queued scan, or go on with one that was cut off. Returns how it ended."""
    scan = Scan.objects.get(pk=scan_id)
    run(scan, again=again)
    scan.refresh_from_db()
    return str(scan.state)
