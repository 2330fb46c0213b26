"""Distances agree with PostGIS' geography to 2 cm, for points, lines and areas."""

import math
import random

import pytest
import shapely
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from places.earth import (
    WGS84,
    metres_between,
    metres_between_geometries,
    metres_per_degree,
    metres_to_geometry,
)

TWO_CM = 0.02
HOME = (114.2, -8.3)


def off(start: tuple[float, float], metres: float, azimuth: float) -> tuple[float, float]:
    lon, lat, _back = WGS84.fwd(*start, azimuth, metres)
    return lon, lat


def random_shape(rng: random.Random, start: tuple[float, float], size: float) -> shapely.Geometry:
    kind = rng.choice(["point", "points", "line", "lines", "area", "area with hole"])
    if kind == "point":
        return shapely.Point(start)
    if kind == "points":
        return shapely.MultiPoint([off(start, rng.uniform(0, size), rng.uniform(0, 360)) for _ in range(4)])
    if kind in {"line", "lines"}:
        lines = []
        for _ in range(1 if kind == "line" else 2):
            line = [start]
            for _ in range(rng.choice([1, 1, 2, 5])):
                line.append(off(line[-1], size * rng.uniform(0.1, 0.5), rng.uniform(0, 360)))
            lines.append(line)
        return shapely.MultiLineString(lines)
    azimuths = sorted(rng.uniform(0, 360) for _ in range(rng.randint(5, 9)))
    ring = [off(start, size / 2 * rng.uniform(0.5, 1), azimuth) for azimuth in azimuths]
    hole = [off(start, size / 20, azimuth) for azimuth in (0, 120, 240)]
    area = shapely.Polygon(ring, [hole] if kind == "area with hole" else None)
    return area if area.is_valid else shapely.Polygon(ring).convex_hull


def by_postgis(pairs: list[tuple[shapely.Geometry, shapely.Geometry]]) -> list[float]:
    """ST_Distance on geography for each pair."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT ST_Distance(ST_SetSRID(a::geometry, 4326)::geography, ST_SetSRID(b::geometry, 4326)::geography) "
            "FROM unnest(%s::text[], %s::text[]) WITH ORDINALITY AS pair (a, b, n) ORDER BY n",
            [[a.wkb_hex for a, _ in pairs], [b.wkb_hex for _, b in pairs]],
        )
        return [row[0] for row in cursor.fetchall()]


@pytest.mark.parametrize("size", [30, 300, 5000], ids="extent {} m".format)
@pytest.mark.parametrize("apart", [0, 100, 1000, 20_000], ids="apart {} m".format)
@pytest.mark.django_db
def test_it_agrees_with_postgis_between_shapes(size, apart):
    rng = random.Random(size + apart)
    pairs = []
    for _ in range(150):
        start = (rng.uniform(113.84, 114.61), rng.uniform(-8.78, -7.88))
        other = off(start, apart * rng.random(), rng.uniform(0, 360))
        pairs.append((random_shape(rng, start, size), random_shape(rng, other, rng.choice([30, 300, 5000]))))
    for (a, b), postgis in zip(pairs, by_postgis(pairs), strict=True):
        assert abs(metres_between_geometries(a, b) - postgis) <= TWO_CM, (a.wkt, b.wkt)


@pytest.mark.parametrize("lat", [-60, -8.3, 0, 0.01, 45], ids="latitude {}".format)
@pytest.mark.django_db
def test_it_agrees_with_postgis_from_a_point_at_any_latitude(lat):
    rng = random.Random(int(lat * 10))
    pairs = []
    for _ in range(100):
        start = (rng.uniform(-170, 170), lat)
        point = off(start, rng.uniform(0, 20_000), rng.uniform(0, 360))
        pairs.append((shapely.Point(point), random_shape(rng, start, 5000)))
    for (a, b), postgis in zip(pairs, by_postgis(pairs), strict=True):
        assert abs(metres_to_geometry((a.x, a.y), b) - postgis) <= TWO_CM, (a.wkt, b.wkt)


@pytest.mark.django_db
def test_it_follows_the_great_circle_of_a_long_edge_as_postgis_does():
    """Five kilometres west to east: the straight line in degrees runs centimetres south of the edge."""
    road = shapely.LineString([HOME, off(HOME, 5000, 90)])
    on_the_chord = road.interpolate(0.5, normalized=True)
    assert 0.05 < metres_between_geometries(on_the_chord, road) < 0.10
    assert metres_between_geometries(on_the_chord, road) == pytest.approx(
        by_postgis([(on_the_chord, road)])[0], abs=1e-4
    )


@pytest.mark.parametrize(("north", "east"), [(994, 1000), (1000, 994)], ids=["north nearer", "east nearer"])
@pytest.mark.django_db
def test_it_chooses_the_nearest_part_on_the_sphere_as_postgis_does(north, east):
    """A degree of latitude is 0.7 % shorter on the spheroid, so of two wells the farther may be chosen."""
    wells = shapely.MultiPoint([off(HOME, north, 0), off(HOME, east, 90)])
    (postgis,) = by_postgis([(shapely.Point(HOME), wells)])
    assert metres_to_geometry(HOME, wells) == pytest.approx(postgis, abs=1e-4)
    assert postgis == pytest.approx(1000 if north < east else 994, abs=1e-4)


@pytest.mark.parametrize(
    ("a", "b", "metres"),
    [
        ((114.0, -8.0), (114.0, -8.0), 0.0),
        ((0, 0), (1, 0), 111_319.491),  # a degree of the equator: a · π / 180
        ((0, 0), (0, 90), 10_001_965.729),  # a quarter of a meridian
        ((-0.08, 51.48), (-0.09, 51.48), 694.7),  # Greenwich, by Karney's GeodSolve to a decimetre
    ],
    ids=["same point", "degree of the equator", "quarter meridian", "Greenwich"],
)
def test_it_knows_these_distances(a, b, metres):
    assert metres_between(a, b) == pytest.approx(metres, abs=0.1 if metres == 694.7 else 0.001)


@pytest.mark.parametrize("lat", [-8.78, -7.88, 0, 60])
def test_it_scales_degrees_like_the_spheroid(lat):
    east, north = metres_per_degree(lat)
    assert east * 0.001 == pytest.approx(metres_between((114, lat), (114.001, lat)), rel=1e-6)
    assert north * 0.001 == pytest.approx(metres_between((114, lat - 0.0005), (114, lat + 0.0005)), rel=1e-6)


def test_it_is_zero_inside_an_area_and_where_shapes_cross():
    field = shapely.box(114.19, -8.31, 114.21, -8.29)
    road = shapely.LineString([(114.1, -8.3), (114.3, -8.3)])
    assert metres_to_geometry(HOME, field) == 0
    assert metres_between_geometries(road, field) == 0
    assert metres_between_geometries(field, road) == 0


def test_it_measures_to_the_border_of_a_hole():
    ring = [off(HOME, 1000, azimuth) for azimuth in range(0, 360, 10)]
    hole = [off(HOME, 100, azimuth) for azimuth in range(0, 360, 10)]
    assert metres_to_geometry(HOME, shapely.Polygon(ring, [hole])) == pytest.approx(100, abs=0.5)


def test_it_answers_for_a_position_on_the_other_side_of_the_earth():
    """A photo with coordinates 0, 0 still gets its distance, and no accident."""
    road = shapely.LineString([HOME, off(HOME, 500, 90)])
    assert metres_to_geometry((0.0, 0.0), road) == pytest.approx(12_600_000, rel=0.02)
    assert metres_to_geometry((-65.8, 8.3), road) == pytest.approx(20_000_000, rel=0.01)


@pytest.mark.parametrize(
    "point",
    [(114.2, 91), (-8.3, 114.2), (math.nan, 0), (114.2, math.inf)],
    ids=["latitude 91", "swapped", "not a number", "infinite"],
)
def test_it_refuses_what_is_no_position(point):
    with pytest.raises(ValueError, match="not a position"):
        metres_between(point, HOME)
    with pytest.raises(ValueError, match="not a position"):
        metres_to_geometry(point, shapely.Point(HOME))


@pytest.mark.parametrize("empty", [shapely.Point(), shapely.LineString(), shapely.MultiPolygon()])
def test_it_refuses_an_empty_geometry(empty):
    with pytest.raises(ValueError, match="nowhere"):
        metres_to_geometry(HOME, empty)
    with pytest.raises(ValueError, match="nowhere"):
        metres_between_geometries(empty, shapely.box(114, -8, 115, -7))


@given(
    st.floats(0, 360),
    st.floats(0, 20_000),
    st.floats(0, 360),
    st.floats(1, 5000),
    st.floats(0, 360),
    st.floats(1, 5000),
)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_it_is_the_same_both_ways_and_never_more_than_to_a_corner(
    direction, apart, turn, length, turn_b, length_b
):
    start = off(HOME, apart, direction)
    a = shapely.LineString([HOME, off(HOME, length, turn)])
    b = shapely.LineString([start, off(start, length_b, turn_b)])
    metres = metres_between_geometries(a, b)
    assert metres == pytest.approx(metres_between_geometries(b, a), abs=TWO_CM)
    corners = [metres_between(p, q) for p in a.coords for q in b.coords]
    assert (
        metres <= min(corners) * 1.007 + 1e-6
    )  # which part is nearest is decided on the sphere, as PostGIS does
