"""Where the demo does not go: a register that somebody uses. Apart from the tests that stand on a seeded one."""

from datetime import date

import pytest

from geomonitor.demo.seed import Settings, seed_register
from places.problems import Problem
from projects.models import Project
from tests.factories import ProjectFactory

pytestmark = pytest.mark.django_db


def test_a_register_with_other_projects_is_left_alone():
    ProjectFactory()
    with pytest.raises(Problem, match=r"demo\.not_empty"):
        seed_register(
            Settings(projects=60, photos=200, seed=1), yesterday=date(2026, 11, 1), tell=lambda _line: None
        )
    assert Project.objects.count() == 1
