"""The one kernel: distance, order, score."""

from decimal import Decimal

import pytest
import shapely

from duplicates.kernel import PairTable, Record, distance_between, score_pair, score_pairs
from duplicates.score import likeness_word, probability_of, score
from duplicates.signals import SIGNALS
from duplicates.titles import Frequencies
from duplicates.weights import LEVELS, PRIOR_PROBABILITY, PRIOR_WEIGHT, UNKNOWN, weight_of

NORTH_10_M = 10 / 110_577  # degrees of latitude at 8° S
PRIOR = Frequencies()


def at(id_: str, title: str, metres_north: float = 0.0, **known: object) -> Record:
    return Record.at(id_, title, 114.2, -8.25 + metres_north / 110_577, **known)


def probability(left: Record, right: Record) -> float:
    return score_pair(left, right, PRIOR).probability


def test_it_measures_between_points_on_the_spheroid() -> None:
    assert distance_between(at("a", ""), at("b", "", 10)) == pytest.approx(10.0, abs=0.01)


def test_it_measures_between_the_nearest_parts_of_a_line_and_a_point() -> None:
    lane = Record("a", "", (shapely.LineString([(114.2, -8.25), (114.21, -8.25)]),))
    assert distance_between(lane, Record.at("b", "", 114.205, -8.25 + NORTH_10_M)) == pytest.approx(
        10.0, abs=0.02
    )


def test_it_takes_the_nearest_of_many_sites() -> None:
    houses = Record("a", "", tuple(shapely.Point(114.2 + n / 1000, -8.25) for n in range(20)))
    assert distance_between(houses, Record.at("b", "", 114.219, -8.25 + NORTH_10_M)) == pytest.approx(
        10.0, abs=0.01
    )


def test_it_says_unknown_when_one_has_no_place() -> None:
    pair = score_pair(at("a", "Drainase Sragi"), Record("b", "Drainase Sragi"), PRIOR)
    assert pair.distance_m is None
    assert (pair.signals[0].level, pair.signals[0].weight) == ("unknown", 0)


def test_it_puts_the_lower_code_left_whatever_comes_first() -> None:
    a, b = at("x", "Jalan", code="35.10/2"), at("y", "Jalan", code="35.10/1")
    assert score_pair(a, b, PRIOR) == score_pair(b, a, PRIOR)
    assert score_pair(a, b, PRIOR).left_id == "y"


def test_it_refuses_a_record_paired_with_itself() -> None:
    with pytest.raises(ValueError, match="itself"):
        score_pair(at("a", "Jalan"), at("a", "Jalan"), PRIOR)


@pytest.mark.parametrize(
    ("left", "right", "metres", "least", "most"),
    [
        (("Drainase Sragi RT 2", "drain"), ("Drainase Sragi RT 02", "drain"), 0, 0.9, 1),
        (("Rabat beton JUT Krajan RT 02/RW 01", "road"), ("Pemb. rabat cor JUT dsn Krajan RT 2 RW 1", "road"), 12, 0.9, 1),
        (("Rabat beton RT 2 RW 1", "road"), ("Rabat beton RT 2 RW 1", "road"), 12, 0.9, 1),
        (("Drainase Krajan", "drain"), ("Drainase Krajan", "drain"), 2, 0.5, 0.9),
        (("Pembangunan rabat beton RT 2 RW 1", "road"), ("Pembangunan rabat beton RT 3 RW 1", "road"), 2, 0.05, 0.3),
        (("Pembangunan rabat beton RT 2 RW 1", "road"), ("Pembangunan rabat beton RT 3 RW 1", "road"), 25, 0, 0.05),
        (("Paving Gang Mawar", "road"), ("Paving Gang Kenanga", "road"), 25, 0, 0.2),
        (("Drainase Krajan", "drain"), ("PJU Krajan", "lighting"), 1, 0, 0.05),
        (("Drainase Sragi", "drain"), ("Drainase Sragi", "drain"), 400, 0, 0.2),
    ],
    ids=[
        "entered twice", "other words, other source", "same RT", "same template title, same spot",
        "neighbouring RT, same spot", "neighbouring RT", "next lane", "other work on the spot", "far away",
    ],
)  # fmt: skip
def test_it_scores_plausible_cases_plausibly(left, right, metres, least, most) -> None:
    found = probability(at("a", left[0], work_type=left[1]), at("b", right[0], metres, work_type=right[1]))
    assert least <= found <= most


def test_it_adds_the_prior_and_the_weights_of_the_signals() -> None:
    pair = score_pair(at("a", "Drainase Sragi", work_type="drain"), at("b", "PJU Sragi", 4), PRIOR)
    assert pair.weight == pytest.approx(PRIOR_WEIGHT + sum(part.weight for part in pair.signals), abs=0.011)
    assert pair.probability == pytest.approx(probability_of(pair.weight), abs=0.0001)


def test_it_knows_odds_and_probabilities() -> None:
    assert probability_of(0) == 0.5
    assert probability_of(3) == pytest.approx(8 / 9)
    assert probability_of(-200) == pytest.approx(0)
    assert score([]).probability == pytest.approx(PRIOR_PROBABILITY, abs=0.0005)


@pytest.mark.parametrize(("p", "word"), [(0.9, "high"), (0.899, "medium"), (0.5, "medium"), (0.499, "low")])
def test_it_reads_probabilities_in_three_words(p: float, word: str) -> None:
    assert likeness_word(p) == word


@pytest.mark.parametrize("signal", [signal.name for signal in SIGNALS])
def test_it_has_shares_that_add_up_for_every_signal(signal: str) -> None:
    levels = [level for level in LEVELS if level.signal == signal]
    assert sum(level.m for level in levels) == pytest.approx(1)
    within_100_m = [level for level in levels if level.name not in ("beyond", "far", "remote")]
    assert sum(level.u for level in within_100_m) == pytest.approx(1)
    assert weight_of(signal, UNKNOWN) == 0


def test_it_drops_pairs_beyond_the_radius_and_below_the_probability() -> None:
    a, b, c = at("a", "Drainase Sragi"), at("b", "Drainase Sragi", 30), at("c", "Drainase Sragi", 120)
    candidates = [(a, b), (a, c), (b, c)]
    kept = score_pairs(candidates, PRIOR, radius_m=100, min_probability=0)
    assert [(pair.left_id, pair.right_id) for pair in kept] == [("a", "b"), ("b", "c")]
    assert score_pairs(candidates, PRIOR, radius_m=100, min_probability=0.99) == []


def test_it_gives_pairs_with_their_records() -> None:
    a, b = at("a", "Drainase", budget=Decimal(5)), at("b", "Drainase", 3)
    table = PairTable.of([score_pair(a, b, PRIOR)], [a, b])
    assert [(left.id, right.id) for _pair, left, right in table.rows()] == [("a", "b")]
