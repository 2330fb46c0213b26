"""Scans in the worker."""

from django_tasks import task

from duplicates.models import Scan
from duplicates.scan import run


@task()
def run_scan(scan_id: int) -> str:
    """Run a queued scan, or go on with one that was cut off. Returns how it ended, or that others run it."""
    scan = Scan.objects.get(pk=scan_id)
    run(scan)
    scan.refresh_from_db()
    return str(scan.state)
