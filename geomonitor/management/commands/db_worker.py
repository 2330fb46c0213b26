"""db_worker: the queue's worker, which outlives a restart of the database and takes up scans that others left behind."""

import logging
import threading
from typing import Any

from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Command as QueueWorker

from duplicates.scan_keeping import resume_stale

LOOK_EVERY_S = 5.0  # after abandoned scans
TRY_AGAIN_S = 2.0  # when the database is gone

logger = logging.getLogger("geomonitor.worker")


def look_after_scans(stop: threading.Event) -> None:
    """Queue abandoned scans again, every few seconds: beside the work, since a task may take long."""
    while not stop.is_set():
        try:
            if found := resume_stale():
                logger.warning("%d scans that were cut off are queued again", found)
        except Error as error:
            logger.warning("no look after scans: %s", str(error).strip())
            connection.close()
        close_old_connections()
        stop.wait(LOOK_EVERY_S)
    connection.close()


class Command(QueueWorker):
    help = "Runs what is queued, and takes up scans whose worker died. Waits while the database is restarted."

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        beside = threading.Thread(target=look_after_scans, args=[stop], daemon=True)
        beside.start()
        try:
            while not self._worked(**options):
                connection.close()
                stop.wait(TRY_AGAIN_S)
        finally:
            stop.set()
            beside.join(TRY_AGAIN_S)

    def _worked(self, **options: Any) -> bool:
        """Work until asked to end. False when the database went away meanwhile."""
        try:
            super().handle(**options)
        except (InterfaceError, OperationalError) as error:
            logger.warning("the database is gone, trying again: %s", str(error).strip())
            return False
        return True
