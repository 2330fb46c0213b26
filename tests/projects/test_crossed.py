"""The villages that a project's line reaches into.

Sragi              Bubuk
114.18 … 114.22    114.225 … 114.265     (squares of the cast, latitude -8.25)
    o--------------o
"""

from django.contrib.gis.geos import LineString

from projects.models import Project, Status
from projects.saving import SiteDraft, create_project
from tests.cast import Cast


def road(cast: Cast, end: float) -> Project:
    return create_project(
        actor=cast.ani,
        village=cast.sragi,
        fiscal_year=2026,
        title="Rabat beton jalan poros",
        work_type="road",
        status=Status.PLANNED,
        sites=[SiteDraft(point=(114.20, -8.25), extent=LineString((114.20, -8.25), (end, -8.25), srid=4326))],
    )


def test_it_names_the_neighbour_that_a_line_reaches(cast: Cast) -> None:
    assert list(road(cast, 114.24).crossed.all()) == [cast.bubuk]


def test_a_line_inside_its_village_crosses_none(cast: Cast) -> None:
    assert not road(cast, 114.21).crossed.exists()


def test_the_project_page_says_so(cast: Cast, client) -> None:
    project = road(cast, 114.24)
    client.force_login(cast.ani, backend="allauth.account.auth_backends.AuthenticationBackend")
    assert "Juga melintasi" in client.get(f"/projects/{project.pk}/").content.decode()
