"""Many pairs at once: the levels and scores of a batch are those of its pairs one by one."""

import itertools
import random
from datetime import date
from decimal import Decimal

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from duplicates.comparison import Comparison, Record
from duplicates.kernel import NOT_ASKED, _scored, score_batch
from duplicates.signals import SIGNALS
from duplicates.titles import Frequencies
from duplicates.weights import LEVELS
from duplicates.works import Batch, Works, by_distinct, coded, pairs_sharing, plain_name, plain_unit

PIECES = (
    "Pembangunan", "Pemb.", "Rehab", "jalan", "jln", "rabat beton", "cor", "drainase", "got", "irigasi", "jembatan",
    "Kali Setail", "Kalisetail", "Kali", "Setail", "Melati", "Melatti", "Kenanga", "Kenangga", "Krajan", "Krajan 1",
    "Krajan 2", "Krajan II", "dsn", "RT 1", "RT 02", "RT 1/2", "RW 3", "RT 1, 2", "tahap 1", "tahap II", "kanan", "kiri",
    "lor", "utara", "STA 0+200", "STA 0+500", "STA 0+200 sd 0+400", "STA 0+300 - 0+600", "2.02.05.003", "2026", "200 m",
    "TPT", "lampu", "PJU", "paket B", "blok A", "gedung", "posyandu", "Sumberagung", "Sumber agung", "Sumberagungg", "",
    "lanjutan", "DPAL", "makadam", "aspal", "RTLH", "sisi lor", "sebelah utara", "ruas 2", "tahap kedua", "3 titik",
    "0,2 km", "pemeliharaan", "RT 1 s/d 3", "Café", "Cafe", "C&A", "7", "Sudirman", "Sudriman", "東京駅", "ร้านกาแฟ", "Cafe\u0301",
)  # fmt: skip
TITLES = st.lists(st.sampled_from(PIECES), max_size=7).map(" ".join)
WORK_TYPES = st.sampled_from([None, "", "other", "road", "drain", "irrigation", "house", "lighting", "zoo"])
PLACE = shapely.Point(114.2, -8.25)
LANE = shapely.LineString([(114.2, -8.25), (114.202, -8.25)])
LANE_ON = shapely.LineString([(114.201, -8.25), (114.203, -8.25)])
YARD = shapely.box(114.2, -8.2501, 114.2002, -8.25)
YARD_ON = shapely.box(114.2001, -8.2501, 114.2003, -8.25)
TORN = shapely.Polygon([(114.2, -8.25), (114.2002, -8.2502), (114.2002, -8.25), (114.2, -8.2502)])
PICTURES = st.frozensets(st.integers(1, 4), max_size=2)
RECORDS = st.builds(
    dict,
    title=TITLES,
    work_type=WORK_TYPES,
    activity=st.sampled_from(["", "02.03.12", "02.03.14", "2.02.05"]),
    budget=st.sampled_from([None, Decimal(0), Decimal(100), Decimal(104), Decimal(250)]),
    volume=st.sampled_from([None, Decimal(0), Decimal(200), Decimal("200.5"), Decimal(412)]),
    unit=st.sampled_from(["", "m", "Mtr", "unit", "km"]),
    year=st.sampled_from([None, 2023, 2024, 2025]),
    starts=st.sampled_from([None, date(2024, 3, 1), date(2024, 3, 15), date(2025, 3, 1)]),
    ends=st.sampled_from([None, date(2024, 5, 1), date(2025, 6, 1)]),
    fund_sources=st.frozensets(st.sampled_from(["DDS", "ADD", "PBK"]), max_size=2),
    executor=st.sampled_from(["", "CV. Karya Jaya", "Karya-Jaya", "TPK Sragi", "CV"]),
    village=st.sampled_from(["", "35.10.19.2003", "35.10.19.2004"]),
    pictures=PICTURES,
    picture_groups=PICTURES,
    geometries=st.sampled_from(
        [(), (PLACE,), (LANE,), (LANE, PLACE), (LANE_ON,), (YARD,), (YARD_ON,), (TORN,)]
    ),
)
DISTANCES = st.sampled_from([None, 0.0, 4.99, 5.0, 5.01, 29.0, 60.0, 99.9, 100.0, 100.01, 150.0, 4000.0])


def records(known: list[dict]) -> list[Record]:
    made = []
    for number, one in enumerate(known):
        related = frozenset({("continues", f"r{number - 1}")}) if number % 3 == 1 else frozenset()
        related |= (
            {("~continues", f"r{number + 1}")} if number % 3 == 0 and number + 1 < len(known) else frozenset()
        )
        made.append(Record(f"r{number}", **one, relations=related))
    return made


def batch_of(made: list[Record], distances: list[float | None]) -> Batch:
    frequencies = Frequencies.of(record.title for record in made)
    pairs = list(itertools.combinations(range(len(made)), 2))
    metres = [distances[n % len(distances)] for n in range(len(pairs))]
    return Batch(
        Works.of(made, frequencies),
        np.array([a for a, _b in pairs], dtype=np.int32),
        np.array([b for _a, b in pairs], dtype=np.int32),
        np.array([np.nan if m is None else m for m in metres], dtype=np.float64),
    )


@settings(max_examples=150, deadline=None)
@given(st.lists(RECORDS, min_size=2, max_size=8), st.lists(DISTANCES, min_size=1, max_size=9))
def test_it_levels_a_batch_as_it_levels_each_pair(known: list[dict], distances: list[float | None]) -> None:
    batch = batch_of(records(known), distances)
    for signal in SIGNALS:
        found = [signal.LEVELS[level] for level in signal.levels(batch)]
        one_by_one = [signal.compare(batch.pair(n)).level for n in range(len(batch))]
        assert found == one_by_one, signal.name


@settings(max_examples=60, deadline=None)
@given(st.lists(RECORDS, min_size=2, max_size=8), st.lists(DISTANCES, min_size=1, max_size=9))
def test_it_scores_a_batch_as_it_scores_each_pair(known: list[dict], distances: list[float | None]) -> None:
    batch = batch_of(records(known), distances)
    weights, probabilities, levels = score_batch(batch)
    for n in range(len(batch)):
        pair: Comparison = batch.pair(n)
        one = _scored(pair.left, pair.right, pair.distance_m, pair.frequencies)
        assert (weights[n], probabilities[n]) == (one.weight, one.probability)
        assert [s.LEVELS[levels[n, k]] for k, s in enumerate(SIGNALS)] == [part.level for part in one.signals]


def test_it_asks_titles_only_where_the_pair_can_still_be_stored() -> None:
    rng = random.Random(5)
    made = records(
        [
            {"title": " ".join(rng.sample(PIECES, 4)), "work_type": rng.choice(["road", "drain", "lighting"])}
            for _n in range(40)
        ]
    )
    batch = batch_of(made, [3.0, 50.0, 140.0, 900.0])
    _w, every, _l = score_batch(batch)
    _weights, probabilities, levels = score_batch(batch, 0.05)
    asked = (levels != NOT_ASKED).all(axis=1)
    assert 0 < asked.sum() < len(batch)
    assert (probabilities[~asked] < 0.05).all()
    assert ((every >= 0.05) == (probabilities >= 0.05)).all()
    assert (every[asked] == probabilities[asked]).all()


def test_it_scores_an_empty_batch() -> None:
    weights, probabilities, levels = score_batch(batch_of([], [None]), 0.05)
    assert (len(weights), len(probabilities), levels.shape) == (0, 0, (0, len(SIGNALS)))


@pytest.mark.parametrize("signal", SIGNALS, ids=lambda signal: signal.name)
def test_it_has_a_weight_for_every_level_of_every_signal(signal) -> None:
    assert signal.LEVELS[0] == "unknown"
    assert set(signal.LEVELS[1:]) == {level.name for level in LEVELS if level.signal == signal.name}


def test_it_puts_records_into_columns() -> None:
    works = Works.of(
        [
            Record(
                "a",
                "Drainase",
                work_type="drain",
                budget=Decimal(5),
                fund_sources=frozenset({"DDS"}),
                unit="Mtr.",
            ),
            Record(
                "b",
                "Drainase",
                work_type="other",
                year=2025,
                fund_sources=frozenset({"ADD", "DDS"}),
                unit="m",
            ),
        ],
        Frequencies(),
    )
    assert works.work_type.tolist() == [0, -1]
    assert works.unit.tolist() == [0, 0]
    assert works.title.tolist() == [0, 0]
    assert works.year.tolist() == [0, 2025]
    assert np.isnan(works.budget).tolist() == [False, True]
    assert (works.sources[0] & works.sources[1]) == works.sources[0]


def test_it_finds_who_shares_what() -> None:
    assert pairs_sharing([{1}, {2}, {1, 3}, {3}]).tolist() == [0 * 4 + 2, 2 * 4 + 3]
    assert pairs_sharing([{1}, {2}]).tolist() == []


def test_it_asks_once_for_each_distinct_pair() -> None:
    asked: list[tuple[int, int]] = []

    def level(a: int, b: int) -> int:
        asked.append((a, b))
        return 2 if a == b else 1

    found = by_distinct(np.array([0, 0, 1, -1]), np.array([1, 1, 1, 0]), level)
    assert found.tolist() == [1, 1, 2, 0]
    assert asked == [(0, 1), (1, 1)]


def test_it_codes_values_and_spells_names_one_way() -> None:
    numbers, names = coded(["x", "", None, "y", "x"])
    assert (numbers.tolist(), names) == ([0, -1, -1, 1, 0], ("x", "y"))
    assert plain_name("CV. Karya-Jaya ") == plain_name("karya jaya, CV") == "karya jaya"
    assert plain_name("CV") == "cv"
    assert plain_unit(" Mtr. ") == "m"
