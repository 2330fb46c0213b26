"""db_worker: the queue's worker, which outlives a restart of the database. Beside the work, since a task may take long,
it takes up scans that others left behind and folds what changed into the map's counts."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error, InterfaceError, OperationalError, close_old_connections, connection
from django_tasks_db.management.commands.db_worker import Command as QueueWorker

from duplicates.scan_keeping import resume_stale
from maps.pyramid import fold

TRY_AGAIN_S = 2.0  # when the database is gone

logger = logging.getLogger("geomonitor.worker")


@dataclass(frozen=True)
class Chore:
    """Something done again and again. done: what the log says of it, with how many; "" for nothing to say."""

    job: Callable[[], int]
    every_s: float
    done: str = ""

    def keep_at_it(self, stop: threading.Event) -> None:
        """Do it until asked to end; a database that is away is tried again."""
        while not stop.is_set():
            try:
                found = self.job()
                if found and self.done:
                    logger.warning(self.done, found)
            except Error as error:
                logger.warning("%s has to wait: %s", self.job.__name__, str(error).strip())
                connection.close()
            close_old_connections()
            stop.wait(self.every_s)
        connection.close()


CHORES = (
    Chore(resume_stale, 5.0, "%d scans that were cut off are queued again"),
    Chore(fold, 0.5),
)


class Command(QueueWorker):
    help = "Runs what is queued, takes up scans whose worker died, folds the map's counts. Outlives the database's restarts."

    def handle(self, **options: Any) -> None:
        stop = threading.Event()
        beside = [threading.Thread(target=chore.keep_at_it, args=[stop], daemon=True) for chore in CHORES]
        for thread in beside:
            thread.start()
        try:
            while not self._worked(**options):
                connection.close()
                stop.wait(TRY_AGAIN_S)
        finally:
            stop.set()
            for thread in beside:
                thread.join(TRY_AGAIN_S)

    def _worked(self, **options: Any) -> bool:
        """Work until asked to end. False when the database went away meanwhile."""
        try:
            super().handle(**options)
        except (InterfaceError, OperationalError) as error:
            logger.warning("the database is gone, trying again: %s", str(error).strip())
            return False
        return True
