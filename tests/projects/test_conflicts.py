"""Two editors on two connections: exactly one saves, the other is told."""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier, Event

import pytest
from django.db import connection, transaction

from accounts.models import AuditEvent
from projects.imports import import_projects
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


@pytest.mark.django_db(transaction=True)
def test_an_import_waits_for_an_editor_and_keeps_what_was_saved(tmp_path: Path) -> None:
    cast = make_cast()
    project = ProjectFactory(village=cast.sragi, title="Rabat beton", unit="m")
    file = tmp_path / "kegiatan.csv"
    file.write_text(f"code,unit\n{project.code},km\n")
    saved, begun = Event(), Event()

    def edit() -> None:
        with transaction.atomic():
            edit_project(actor=cast.ani, project=project, changes={"title": "Rabat beton RT 4"})
            saved.set()
            begun.wait(timeout=10)
            time.sleep(0.5)  # the import has come to its lock, or has already read what is about to change
        connection.close()

    def load() -> None:
        saved.wait(timeout=10)
        begun.set()
        import_projects(file, actor=None)
        connection.close()

    with ThreadPoolExecutor(2) as people:
        for done in (people.submit(edit), people.submit(load)):
            done.result(timeout=30)
    project.refresh_from_db()
    assert (project.title, project.unit, project.version) == ("Rabat beton RT 4", "km", 3)
