"""Code numbers are unique also when two people create at once, each on a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from projects.models import Project
from projects.saving import create_project
from tests.cast import make_cast

AT_ONCE, EACH = 4, 3


@pytest.mark.django_db(transaction=True)
def test_people_who_create_at_once_get_different_numbers_without_gaps() -> None:
    cast = make_cast()
    start = Barrier(AT_ONCE)

    def create_some(person: int) -> None:
        try:
            start.wait(timeout=10)
            for n in range(EACH):
                create_project(
                    actor=cast.galih,
                    village=cast.sragi,
                    fiscal_year=2026,
                    title=f"Sumur {person}-{n}",
                    work_type="water",
                )
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as people:
        list(people.map(create_some, range(AT_ONCE)))
    numbers = Project.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, AT_ONCE * EACH + 1))
