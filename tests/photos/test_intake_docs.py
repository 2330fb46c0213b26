"""docs/design/photo-intake.md: its tables are recomputed, and every sentence of the intake can be said."""

from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.gis.geos import LineString, Point

from photos import intake, refiling, reviewing, standing, withdrawing
from photos.judging import tolerance_m, window
from tests.cast import Cast
from tests.factories import ClaimFactory, ProjectFactory, SiteFactory

PAGE = Path(settings.BASE_DIR, "docs", "design", "photo-intake.md")


def rows_under(head: str) -> list[list[str]]:
    """The rows of the table whose header line begins with `head`."""
    after = PAGE.read_text().split(f"| {head}", 1)[1].splitlines()[2:]
    table = after[: next((i for i, line in enumerate(after) if not line.startswith("|")), len(after))]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


@pytest.mark.parametrize("row", rows_under("fiscal year"), ids=" ".join)
def test_the_works_windows(cast: Cast, row):
    year, planned, purpose, first, last = row
    start, end = planned.split(" … ") if "…" in planned else ("", "")
    project = ProjectFactory(
        village=cast.sragi,
        fiscal_year=int(year),
        planned_start=date.fromisoformat(start) if start else None,
        planned_end=date.fromisoformat(end) if end else None,
    )
    expected = tuple(date.fromisoformat(day) if day != "–" else None for day in (first, last))
    assert window(project, purpose) == expected


@pytest.mark.parametrize("row", rows_under("project's tolerance"), ids=" ".join)
def test_how_near_is_near(cast: Cast, row):
    own, sibling, near = row
    project = ProjectFactory(village=cast.sragi, tolerance_m=float(own), sites=0)
    start, metre = Point(114.2, -8.25, srid=4326), 1 / 110_104.3  # degrees of longitude at 8.25° south
    extent = LineString((114.2, -8.25), (114.2, -8.251), srid=4326) if sibling == "0" else None
    site = SiteFactory(project=project, no=1, point=start, extent=extent)
    if sibling != "–":
        away = Point(114.2 + float(sibling) * metre if float(sibling) else 114.2, -8.25, srid=4326)
        SiteFactory(project=project, no=2, point=away)
    assert tolerance_m(project, site, site.versions.get()) == pytest.approx(float(near), abs=0.05)


def test_what_stands(cast: Cast):
    project = ProjectFactory(village=cast.sragi)
    for progress, verdict, decision, stands in rows_under("progress | verdict"):
        claim = ClaimFactory(project=project, progress=int(progress), verdict=verdict, stands=False)
        if decision != "–":
            claim.reviews.create(reviewer=cast.dewi, decision=decision, reason="Buram")
        standing.push(project.pk)
        claim.refresh_from_db()
        assert claim.stands is (stands == "yes")
    project.refresh_from_db()
    assert (project.progress, project.evidence) == (50, "verified")
    claim.reviews.create(reviewer=cast.dewi, decision="accepted", reason="GPS kacau")
    standing.push(project.pk)
    project.refresh_from_db()
    assert (project.progress, project.evidence) == (100, "outside")


@pytest.mark.parametrize("module", [intake, refiling, reviewing, withdrawing], ids=lambda m: m.__name__)
def test_every_sentence_can_be_filled(module):
    for code, text in module.SENTENCES.items():
        assert text % defaultdict(lambda: "x") != "", code
