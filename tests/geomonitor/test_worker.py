"""What the worker does beside its queue: again and again, whatever the database says."""

import logging
import threading

import pytest
from django.db import OperationalError

from geomonitor.management.commands.db_worker import CHORES, Chore
from maps import pyramid
from maps.models import PinChange, TileCount
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db(transaction=True)


def until_told(answers: list[object], stop: threading.Event):
    """A job that gives the answers one after another, raising what is an error, and then says stop."""

    def job() -> int:
        answer = answers.pop(0)
        if not answers:
            stop.set()
        if isinstance(answer, Exception):
            raise answer
        return int(str(answer))

    return job


def test_a_chore_goes_on_after_the_database_was_away(caplog):
    stop = threading.Event()
    job = until_told([OperationalError("the server closed the connection"), 0, 3], stop)
    with caplog.at_level(logging.WARNING, "geomonitor.worker"):
        Chore(job, 0.0, "%d things done").keep_at_it(stop)
    assert [record.getMessage() for record in caplog.records] == [
        "job has to wait: the server closed the connection",
        "3 things done",
    ]


def test_the_worker_folds_what_changed_on_the_map(cast):
    ProjectFactory(village=cast.sragi, sites=0)
    (folding,) = [chore for chore in CHORES if chore.job is pyramid.fold]
    assert folding.every_s <= 1
    stop = threading.Event()

    def once() -> int:
        stop.set()
        return folding.job()

    Chore(once, folding.every_s, folding.done).keep_at_it(stop)
    assert not PinChange.objects.exists()
    assert TileCount.objects.exists()
