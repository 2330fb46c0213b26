"""The regency as it ships: fixtures/places.geojson, read once and stored anew for each test that asks for it."""

from functools import cache
from pathlib import Path

import pytest

from places import imports
from places.import_checking import PlaceRow, check
from places.import_reading import read
from places.models import Place

FIXTURE = Path(__file__).parents[2] / "fixtures" / "places.geojson"


@cache
def shipped_rows() -> tuple[PlaceRow, ...]:
    rows, _notes = check(read(FIXTURE))
    return tuple(rows)


@pytest.fixture
def banyuwangi(db) -> Place:
    """The regency with its 25 districts and 217 villages in the database."""
    imports.store(shipped_rows())
    return Place.objects.get(pk="35.10")
