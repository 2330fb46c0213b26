"""The worked examples in docs/design are recomputed."""

from pathlib import Path

import pytest
import shapely

from places.earth import metres_to_geometry
from places.import_reading import COLUMNS
from places.locating import outside_regency

DESIGN = Path(__file__).parents[2] / "docs" / "design"


def table(page: str, first_column: str) -> list[list[str]]:
    """The rows of the table in a page whose first column has this title."""
    lines = (DESIGN / page).read_text(encoding="utf-8").splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith(f"| {first_column} |"))
    rows = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


def position(text: str) -> tuple[float, float]:
    lon, lat = text.split()
    return float(lon), float(lat)


@pytest.mark.parametrize("row", table("distance.md", "photo (lon lat)"), ids=lambda row: row[3])
def test_it_measures_what_the_page_on_distance_says(row):
    photo, site, metres, _why = row
    assert f"{metres_to_geometry(position(photo), shapely.from_wkt(site)):.2f}" == metres


@pytest.mark.parametrize("row", table("places.md", "typed as lon lat"), ids=lambda row: row[0])
@pytest.mark.django_db
def test_it_names_the_cause_the_page_on_places_says(banyuwangi, row):
    typed, cause, meant = row
    refusal = outside_regency(position(typed), banyuwangi)
    assert refusal.code == ".".join(part for part in ("places.outside_regency", cause) if part)
    likely = f"{refusal.params.get('likely_lon', '')} {refusal.params.get('likely_lat', '')}".strip()
    assert likely == meant


def test_it_explains_every_column_of_an_import():
    page = (DESIGN / "places.md").read_text(encoding="utf-8")
    for ours in COLUMNS:
        assert f"`{ours}`" in page
