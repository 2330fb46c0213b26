"""Signals of size, money, time, parties and pictures: every level, the null level, what is counted only once."""

from datetime import date
from decimal import Decimal

import pytest
import shapely

from duplicates.comparison import Comparison, Record, Signal
from duplicates.signals import (
    SIGNALS,
    activity,
    budget,
    executor,
    fund_source,
    overlap,
    pictures,
    volume,
    year,
)
from duplicates.titles import Frequencies
from duplicates.weights import weight_of
from places.saying import say

DEG = 110_240  # metres in a degree of longitude at 8.25° S


def pair(left: dict, right: dict, distance_m: float | None = 1.0) -> Comparison:
    return Comparison(
        Record("a", **({"title": "x"} | left)),
        Record("b", **({"title": "x"} | right)),
        distance_m,
        Frequencies(),
    )


def lane(start_m: float, end_m: float) -> dict:
    return {"geometries": (shapely.LineString([(114.2 + m / DEG, -8.25) for m in (start_m, end_m)]),)}


def yard(start_m: float, side_m: float) -> dict:
    west, east = 114.2 + start_m / DEG, 114.2 + (start_m + side_m) / DEG
    return {"geometries": (shapely.box(west, -8.25, east, -8.25 + side_m / 110_577),)}


@pytest.mark.parametrize(
    ("left", "right", "metres", "level", "said"),
    [
        (lane(0, 412), lane(49, 412), 0.0, "whole", "363 m dari 363 m ruas yang sama (100 %)."),
        (lane(0, 300), lane(100, 400), 0.0, "most", "200 m dari 300 m ruas yang sama (67 %)."),
        (lane(0, 300), lane(185, 485), 0.0, "part", "115 m dari 300 m ruas yang sama (38 %)."),
        (lane(0, 200), lane(200, 400), 0.0, "end_to_end", "Ruas hanya bersambung: 0 cm dari 200 m yang sama."),
        (yard(0, 20), yard(0, 20), 0.0, "whole", "100 % dari luasan yang lebih kecil (400 m²) bertumpuk."),
        (yard(0, 20), yard(40, 20), 0.0, "end_to_end", "0 % dari luasan yang lebih kecil (400 m²) bertumpuk."),
        (lane(0, 200), lane(0, 200), 15.1, "unknown", "Ruas tidak diukur: jaraknya sudah lebih dari 15 m."),
        (lane(0, 200), yard(0, 20), 0.0, "unknown", "Ruas atau luasan tidak dapat dibandingkan: salah satunya hanya titik."),
        (lane(0, 200), {}, 0.0, "unknown", "Ruas atau luasan tidak dapat dibandingkan: salah satunya hanya titik."),
    ],
)  # fmt: skip
def test_it_levels_overlap(left: dict, right: dict, metres: float, level: str, said: str) -> None:
    found = overlap.compare(pair(left, right, metres))
    assert (found.level, say(found.message)) == (level, said)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("02.03.12", "2.3.12.", "same"),
        ("02.03.12", "02.03.12.01", "same"),
        ("02.03.12", "02.03.14", "same_field"),
        ("02.03.12", "02.04.12", "different"),
        ("02.03.12", "1.03.10.2.01", "unknown"),
        ("02.03.12", "", "unknown"),
    ],
    ids=["zeros", "with a package", "one subfield", "another", "a department's list", "none"],
)
def test_it_levels_activities(left: str, right: str, level: str) -> None:
    assert activity.compare(pair({"activity": left}, {"activity": right})).level == level


def test_it_does_not_count_the_activity_where_the_type_differs_already() -> None:
    found = activity.compare(
        pair({"activity": "02.03.12", "work_type": "road"}, {"activity": "02.04.01", "work_type": "water"})
    )
    assert found.level == "unknown"
    assert say(found.message) == "Kode kegiatan tidak dihitung lagi: jenis pekerjaannya sudah berbeda."


@pytest.mark.parametrize(
    ("left", "right", "level", "said"),
    [
        (100_000_000, 100_000_000, "same", "Pagu sama: Rp100.000.000."),
        (100_000_000, 96_000_000, "close", "Pagu Rp100.000.000 dan Rp96.000.000: yang kecil 96 % dari yang besar."),
        (100, 75, "similar", "Pagu Rp100 dan Rp75: yang kecil 75 % dari yang besar."),
        (100, 74, "half", "Pagu Rp100 dan Rp74: yang kecil 74 % dari yang besar."),
        (39, 100, "different", "Pagu Rp39 dan Rp100: yang kecil 39 % dari yang besar."),
        (0, 100, "unknown", "Pagu tidak dapat dibandingkan: salah satunya tidak diketahui."),
        (None, 100, "unknown", "Pagu tidak dapat dibandingkan: salah satunya tidak diketahui."),
    ],
)  # fmt: skip
def test_it_levels_budgets(left: int | None, right: int, level: str, said: str) -> None:
    known = {"budget": None if left is None else Decimal(left)}
    found = budget.compare(pair(known, {"budget": Decimal(right)}))
    assert (found.level, say(found.message)) == (level, said)


def test_it_takes_the_sum_that_all_houses_get_for_no_sign() -> None:
    house = {"budget": Decimal(20_000_000), "title": "Bedah rumah tidak layak huni RT 2"}
    found = budget.compare(pair(house | {"work_type": "house"}, house))
    assert found.level == "unknown"
    assert "seperti pada semua rumah satu program" in say(found.message)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"volume": Decimal(412), "unit": "m"}, {"volume": Decimal("412.0"), "unit": "Mtr."}, "same"),
        ({"volume": Decimal("0.412"), "unit": "km"}, {"volume": Decimal(412), "unit": "m"}, "same"),
        ({"volume": Decimal(3), "unit": "titik"}, {"volume": Decimal(3), "unit": "titik"}, "same_small"),
        ({"volume": Decimal(200), "unit": "m"}, {"volume": Decimal(190), "unit": "m"}, "close"),
        ({"volume": Decimal(200), "unit": "m"}, {"volume": Decimal(140), "unit": "m"}, "similar"),
        ({"volume": Decimal(200), "unit": "m"}, {"volume": Decimal(100), "unit": "m"}, "different"),
        ({"volume": Decimal(200), "unit": "m"}, {"title": "Paving Gang Mawar 200 x 2,5 m"}, "same"),
        ({"title": "Paving P=200 m"}, {"title": "Paving 200 m'"}, "same"),
        ({"volume": Decimal(200), "unit": "m"}, {"volume": Decimal(200), "unit": "m2"}, "unknown"),
        ({"volume": Decimal(0), "unit": "m"}, {"volume": Decimal(200), "unit": "m"}, "unknown"),
        ({}, {"volume": Decimal(200), "unit": "m"}, "unknown"),
    ],
)
def test_it_levels_volumes(left: dict, right: dict, level: str) -> None:
    assert volume.compare(pair(left, right)).level == level


def test_it_counts_a_volume_in_step_with_the_budget_once() -> None:
    one = {"volume": Decimal(200), "unit": "m", "budget": Decimal(100)}
    assert volume.compare(pair(one, one)).level == "unknown"
    assert volume.compare(pair(one, one | {"budget": Decimal(50)})).level == "same"
    half = {"volume": Decimal(90), "unit": "m", "budget": Decimal(50)}
    assert volume.compare(pair(one, half)).level == "unknown"
    assert say(volume.compare(pair(one, half)).message) == (
        "Volume 200 m dan 90 m: sejalan dengan pagunya, tidak dihitung lagi."
    )


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"DDS"}, {"DDS"}, "same"),
        ({"DDS", "SWD"}, {"DDS"}, "overlapping"),
        ({"DDS"}, {"PBK"}, "different"),
        ({"DDS"}, set(), "unknown"),
    ],
)
def test_it_shows_fund_sources_and_never_holds_them_against_a_pair(left: set, right: set, level: str) -> None:
    found = fund_source.compare(pair({"fund_sources": frozenset(left)}, {"fund_sources": frozenset(right)}))
    assert found.level == level
    assert weight_of("fund_source", level) == 0


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ({"year": 2025}, {"year": 2025}, "same"),
        ({"year": 2026}, {"year": 2025}, "next"),
        ({"year": 2023}, {"year": 2025}, "later"),
        ({"year": 2020}, {"year": 2024}, "long_after"),
        ({"year": 2025}, {}, "unknown"),
        (
            {"year": 2025, "starts": date(2025, 3, 1), "ends": date(2025, 6, 1)},
            {"year": 2026, "starts": date(2025, 3, 1), "ends": date(2025, 6, 1)},
            "same_dates",
        ),
    ],
)
def test_it_levels_years(left: dict, right: dict, level: str) -> None:
    found = year.compare(pair(left, right))
    assert found.level == level
    assert "%(" not in say(found.message)


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("CV. Karya-Jaya", "Karya Jaya", "same_firm"),
        ("TPK Desa Sragi", "TPK  Desa Sragi", "same"),
        ("TPK Desa Sragi", "Dinas PU CKPP", "different"),
        ("", "Dinas PU CKPP", "unknown"),
    ],
)
def test_it_levels_executors(left: str, right: str, level: str) -> None:
    assert executor.compare(pair({"executor": left}, {"executor": right})).level == level


@pytest.mark.parametrize(
    ("left", "right", "level", "said"),
    [
        ({1, 2, 3}, {2, 3, 9}, "exact", "2 foto yang sama dipakai di keduanya, tanpa pernyataan dipakai bersama."),
        ({1}, {9}, "none", "Tidak ada foto yang sama: 1 dan 1 foto."),
        ({1}, set(), "unknown", "Foto tidak dapat dibandingkan: salah satunya belum punya foto."),
    ],
)  # fmt: skip
def test_it_levels_pictures(left: set, right: set, level: str, said: str) -> None:
    found = pictures.compare(pair({"pictures": frozenset(left)}, {"pictures": frozenset(right)}))
    assert (found.level, say(found.message)) == (level, said)


def test_it_sees_that_two_pictures_come_from_one() -> None:
    one = {"pictures": frozenset({4}), "picture_groups": frozenset({4})}
    other = {"pictures": frozenset({9}), "picture_groups": frozenset({4})}
    assert pictures.compare(pair(one, other)).level == "near"
    assert weight_of("pictures", "near") > 6


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_it_has_a_name_for_people_and_says_nothing_of_two_empty_records(signal: Signal) -> None:
    assert signal.shown
    assert signal.LEVELS[0] == "unknown"
    found = signal.compare(pair({"title": ""}, {"title": ""}, None))
    assert found.level == "unknown"
    assert "%(" not in say(found.message)
