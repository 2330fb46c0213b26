"""The bbox filter: exact for works, by the rounded point for houses."""

import pytest
from django.contrib.gis.geos import Point

from projects import filters
from projects.models import Project
from tests.factories import ProjectFactory


def found(bbox: str) -> int:
    return filters.apply(Project.objects.all(), filters.read({"bbox": bbox}), None).count()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("work_type", "bbox", "count"),
    [
        ("road", "114.2003,-8.3005,114.2005,-8.3003", 1),
        ("road", "114.2005,-8.3005,114.2007,-8.3003", 0),
        ("house", "114.2003,-8.3005,114.2005,-8.3003", 0),  # around the house itself: gives nothing away
        ("house", "114.1999,-8.3001,114.2001,-8.2999", 1),  # around its rounded point
        ("house", "114.1,-8.4,114.3,-8.2", 1),
    ],
)
def test_it_finds_a_house_only_by_its_rounded_point(work_type: str, bbox: str, count: int) -> None:
    ProjectFactory(work_type=work_type, point=Point(114.2004, -8.3004, srid=4326))
    assert found(bbox) == count
