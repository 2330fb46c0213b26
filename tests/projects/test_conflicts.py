"""Two editors on two connections: exactly one saves, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from accounts.models import AuditEvent
from projects.saving import Conflict, edit_project
from tests.cast import make_cast
from tests.factories import ProjectFactory


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_wins_and_one_is_told() -> None:
    cast = make_cast()
    project = ProjectFactory(village=cast.sragi, title="Rabat beton")
    start = Barrier(2)

    def save(person: str) -> str:
        try:
            start.wait(timeout=10)
            actor = getattr(cast, person)
            edit_project(actor=actor, project=project, version=1, changes={"title": f"Rabat {person}"})
        except Conflict:
            return "told"
        finally:
            connection.close()
        return "saved"

    with ThreadPoolExecutor(2) as people:
        assert sorted(people.map(save, ("ani", "budi"))) == ["saved", "told"]
    project.refresh_from_db()
    assert project.version == 2
    assert AuditEvent.objects.count() == 1
