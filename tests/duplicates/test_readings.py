"""Titles are read in the act that writes them, so that a scan finds them read."""

from decimal import Decimal
from pathlib import Path

import pytest
from django.db import OperationalError

from budgets.splitting import Part, split_into_projects
from duplicates import readings
from duplicates.models import ReadTitle, TitleWord
from duplicates.titles import read_title
from projects.imports import import_projects
from projects.models import Project
from projects.saving import create_project, edit_project
from tests.cast import Cast
from tests.factories import FundSourceFactory

HEADER = "village,fiscal_year,source_key,title,work_type,lon,lat,fund_source,amount"


def kept(project: Project) -> list[str]:
    """The words of a project's title as they are kept."""
    word = dict(TitleWord.objects.values_list("pk", "word"))
    return [word[number] for number in ReadTitle.objects.get(project=project).words]


def words(title: str) -> list[str]:
    return [word.text for word in read_title(title).words]


def created(cast: Cast, title: str) -> Project:
    return create_project(actor=cast.ani, village=cast.sragi, fiscal_year=2026, title=title, work_type="road")


def imported(cast: Cast, folder: Path, *rows: str) -> None:
    path = folder / "kegiatan.csv"
    path.write_text("\n".join([HEADER, *rows]), encoding="utf-8")
    import_projects(path, actor=cast.ani)


@pytest.fixture(autouse=True)
def _source(db: None) -> None:
    FundSourceFactory()


def test_it_reads_a_new_project(cast: Cast) -> None:
    project = created(cast, "Pemb. jl rabat cor dsn Krajan RT 02/RW 1")
    assert kept(project) == words("Pembangunan jalan rabat beton Dusun Krajan RT 2 RW 1")


def test_it_reads_a_changed_title(cast: Cast) -> None:
    project = created(cast, "Rabat beton Gang Melati")
    edit_project(actor=cast.ani, project=project, changes={"title": "Paving Gang Mawar"})
    assert kept(project) == words("Paving Gang Mawar")


def test_it_reads_what_an_import_brings_and_changes(cast: Cast, tmp_path: Path) -> None:
    row = "35.10.17.2001,2026,A{},{},road,114.20,-8.25,DDS,1000"
    imported(cast, tmp_path, row.format(1, "Rabat beton Gang Melati"), row.format(2, "Sumur bor Krajan"))
    assert [kept(one) for one in Project.objects.order_by("source_key")] == [
        words("Rabat beton Gang Melati"),
        words("Sumur bor Krajan"),
    ]
    imported(cast, tmp_path, row.format(1, "Paving Gang Melati"))
    assert kept(Project.objects.get(source_key="A1")) == words("Paving Gang Melati")


def test_it_reads_the_pieces_of_a_split(cast: Cast, tmp_path: Path) -> None:
    imported(cast, tmp_path, "35.10.17.2001,2026,A1,Rabat beton dua gang,road,114.20,-8.25,DDS,1000")
    titles = ("Rabat beton Gang Melati", "Rabat beton Gang Mawar")
    parts = [Part(title, {"DDS": Decimal(500)}) for title in titles]
    pieces = split_into_projects(actor=cast.ani, project=Project.objects.get(), parts=parts)
    assert [kept(piece) for piece in pieces] == [words(title) for title in titles]


def test_a_scan_reads_what_came_past_the_jobs(cast: Cast) -> None:
    project = created(cast, "Rabat beton Gang Melati")
    Project.objects.filter(pk=project.pk).update(title="Paving Gang Mawar")
    assert readings.refresh() == 1
    assert kept(project) == words("Paving Gang Mawar")
    assert readings.refresh() == 0


def test_a_project_is_saved_although_its_words_cannot_be_written(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    def locked(*_args: object) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr(readings, "_number_words", locked)
    project = created(cast, "Rabat beton Gang Melati")
    assert not ReadTitle.objects.filter(project=project).exists()
    monkeypatch.undo()
    assert readings.refresh() == 1
    assert kept(project) == words("Rabat beton Gang Melati")
