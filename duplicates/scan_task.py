"""Scans in the worker."""

from django_tasks import task

from duplicates import engagement_scan
from duplicates import scan as register_scan
from duplicates.models import Scan


@task()
def run_scan(scan_id: int) -> str:
    """Run a queued scan, or go on with one that was cut off. Returns how it ended, or that others run it."""
    scan = Scan.objects.get(pk=scan_id)
    if scan.engagement_id:
        engagement_scan.run(scan)
    else:
        register_scan.run(scan)
    scan.refresh_from_db()
    return str(scan.state)
