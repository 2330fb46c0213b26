"""Who is near whom, against every geodesic there is: also at the poles and at the 180th meridian."""

import numpy as np
import pytest

from duplicates.sites import Near, Sites, nearest, site_metres
from places.earth import WGS84

WHERE = {
    "banyuwangi": (114.0, -8.0, 0.01, 0.01),
    "equator and 180th meridian": (180.0, 0.0, 0.004, 0.004),
    "written beyond 180": (190.0, 0.0, 0.004, 0.004),
    "60 degrees north at the meridian": (-180.0, 60.0, 0.01, 0.003),
    "85 degrees north": (179.999, 85.0, 0.05, 0.003),
    "around the north pole": (0.0, 89.9995, 360.0, 0.001),
    "at the south pole": (0.0, -89.9999, 360.0, 0.0002),
}


def scattered(where: str, number: int = 160) -> tuple[np.ndarray, np.ndarray]:
    """Points about a place; of some the longitude is written the other way round the earth."""
    rng = np.random.default_rng(7)
    lon, lat, wide, high = WHERE[where]
    lons = lon + (rng.random(number) - 0.5) * wide
    lats = np.clip(lat + (rng.random(number) - 0.5) * high, -90, 90)
    return np.where(rng.random(number) < 0.5, lons, (lons + 180) % 360 - 180), lats


def places(lons: np.ndarray, lats: np.ndarray) -> Sites:
    return Sites(np.arange(len(lons), dtype=np.int32), lons, lats, {})


def metres(lons: np.ndarray, lats: np.ndarray, one: np.ndarray, other: np.ndarray) -> list[float]:
    return [round(m, 2) for m in WGS84.inv(lons[one], lats[one], lons[other], lats[other])[2].tolist()]


def as_pairs(near: Near) -> list[tuple[int, int, float]]:
    return sorted(zip(near.left.tolist(), near.right.tolist(), near.distance_m.tolist(), strict=True))


def expected(lons: np.ndarray, lats: np.ndarray, radius_m: float) -> list[tuple[int, int, float]]:
    one, other = np.triu_indices(len(lons), 1)
    found = zip(one.tolist(), other.tolist(), metres(lons, lats, one, other), strict=True)
    return [(a, b, m) for a, b, m in found if m <= radius_m]


@pytest.mark.parametrize("radius_m", [5, 100, 900])
@pytest.mark.parametrize("where", WHERE)
def test_it_finds_every_pair_once_with_its_geodesic(where: str, radius_m: float) -> None:
    lons, lats = scattered(where)
    near = nearest(places(lons, lats), radius_m)
    assert all(a < b for a, b in zip(near.left.tolist(), near.right.tolist(), strict=True))
    assert as_pairs(near) == expected(lons, lats, radius_m)


@pytest.mark.parametrize("where", WHERE)
def test_it_finds_the_pairs_of_two_lists(where: str) -> None:
    lons, lats = scattered(where)
    half = len(lons) // 2
    near = nearest(places(lons[:half], lats[:half]), 100, places(lons[half:], lats[half:]))
    between = [(a, b - half, m) for a, b, m in expected(lons, lats, 100) if a < half <= b]
    assert as_pairs(near) == between


def test_it_keeps_the_least_distance_of_works_with_several_sites() -> None:
    lons, lats = scattered("banyuwangi")
    sites = Sites(np.repeat(np.arange(40, dtype=np.int32), 4), lons, lats, {})
    least: dict[tuple[int, int], float] = {}
    for a, b, m in expected(lons, lats, 100):
        if a // 4 != b // 4:
            key = a // 4, b // 4
            least[key] = min(m, least.get(key, m))
    assert as_pairs(nearest(sites, 100)) == sorted((a, b, m) for (a, b), m in least.items())


def test_it_rounds_as_the_geodesic_is_rounded() -> None:
    """Of ten thousand pairs some lie so near to half a centimetre that the straight line could not tell."""
    rng = np.random.default_rng(3)
    lons, lats = 114 + rng.random(20_000) * 0.001, -8 + rng.random(20_000) * 0.001
    one, other = np.arange(0, 20_000, 2), np.arange(1, 20_000, 2)
    sites = places(lons, lats)
    assert site_metres(sites, sites, one, other).tolist() == metres(lons, lats, one, other)


def test_it_measures_far_apart_places_too() -> None:
    lons, lats = np.array([114.0, 95.0, 141.0, -66.0]), np.array([-8.0, 5.5, -9.0, 8.0])
    one, other = np.array([0, 0, 1, 0]), np.array([1, 2, 2, 3])
    sites = places(lons, lats)
    assert site_metres(sites, sites, one, other).tolist() == metres(lons, lats, one, other)
