"""New weights out of pairs: counting, order, what nobody decided, the report, and the file that takes them over."""

import io
import json
import math
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from django.contrib.gis.geos import Point
from django.core.management import call_command
from django.core.management.base import CommandError

from duplicates.calibration import (
    ORDERED,
    Evidence,
    Table,
    TooFew,
    cross_validated,
    estimate,
    in_order,
    probabilities,
)
from duplicates.calibration_file import UnusableWeights, read_weights, weights_text
from duplicates.calibration_sources import evidence_of_register, record_of_inputs
from duplicates.comparison import Record
from duplicates.decisions import conclude
from duplicates.engagements import open_engagement
from duplicates.inputs import inputs_of
from duplicates.models import Pair
from duplicates.scan import scan_register
from duplicates.signals import SIGNALS
from duplicates.weights import LEVELS
from tests.cast import Cast
from tests.duplicates.test_evaluation import files  # noqa: F401
from tests.factories import ProjectFactory

NAMES = [signal.name for signal in SIGNALS]
KEYS = {(level.signal, level.name) for level in LEVELS}


def pairs(*groups: tuple[int, float, dict[str, str]]) -> Evidence:
    """Evidence of so many pairs, the same (1), different (0) or open (nan), with these levels; others unknown."""
    rows, same = [], []
    for count, label, levels in groups:
        row = [signal.LEVELS.index(levels.get(signal.name, "unknown")) for signal in SIGNALS]
        rows += [row] * count
        same += [label] * count
    folds = np.arange(len(rows), dtype=np.int64) % 5
    return Evidence(np.array(rows, dtype=np.int8), np.array(same), folds, np.ones(len(rows)))


FAR, NEAR = {"distance": "edge"}, {"distance": "same_spot"}


def test_it_counts_where_everything_is_decided() -> None:
    evidence = pairs((80, 1, NEAR), (20, 1, FAR), (100, 0, NEAR), (900, 0, FAR))
    table = estimate(evidence, Table(0.02, Table.in_force().shares), smoothing=1e-9)
    assert table.weight(("distance", "same_spot")) - table.weight(("distance", "edge")) == pytest.approx(
        math.log2((0.8 / 0.1) / (0.2 / 0.9)), abs=0.05
    )
    said = probabilities(table.totals(evidence.levels))
    assert said[0] == pytest.approx(80 / 180, abs=0.01)
    assert said[-1] == pytest.approx(20 / 920, abs=0.01)
    assert float(said.mean()) == pytest.approx(100 / 1100, abs=0.005)


def test_a_level_that_was_hardly_seen_keeps_its_weight() -> None:
    akin = NEAR | {"activity": "same_field"}
    table = estimate(pairs((40, 1, NEAR), (60, 0, FAR), (4, 1, akin)), Table.in_force())
    old = Table.in_force()
    for key in (("activity", "same_field"), ("title", "identical"), ("pictures", "exact")):
        assert table.weight(key) == pytest.approx(old.weight(key))


def test_a_rare_level_without_duplicates_says_little_more_than_before() -> None:
    levels = [(40, 1.0, NEAR), (4000, 0.0, FAR), (8, 0.0, {"distance": "beside"})]
    table = estimate(pairs(*levels[:2]), Table.in_force())
    with_rare = estimate(pairs(*levels), Table.in_force())
    assert with_rare.weight(("distance", "beside")) <= with_rare.weight(("distance", "same_spot"))
    assert abs(with_rare.weight(("distance", "beside")) - table.weight(("distance", "beside"))) < 0.6


def test_it_never_lets_an_order_turn() -> None:
    noisy = pairs(
        (30, 1, NEAR), (50, 0, NEAR), (40, 1, {"distance": "beside"}), (30, 0, {"distance": "beside"}), (10, 1, FAR),
        (900, 0, FAR),
    )  # fmt: skip
    table = estimate(noisy, Table.in_force())
    for signal, names in ORDERED.items():
        weights = [table.weight((signal, name)) for name in names]
        assert all(one >= after - 1e-9 for one, after in pairwise(weights)), signal


def test_neighbours_that_would_rise_get_their_common_ratio() -> None:
    shares = {
        ("distance", "same_spot"): (0.2, 0.2),
        ("distance", "beside"): (0.4, 0.1),
        ("distance", "near"): (0.1, 0.1),
    }
    mended = in_order(shares)
    ratios = [m / u for m, u in mended.values()]
    assert ratios == pytest.approx([2.0, 2.0, 1.0])


def test_every_order_names_levels_that_exist() -> None:
    assert [(s, n) for s, names in ORDERED.items() for n in names if (s, n) not in KEYS] == []


def test_it_learns_from_pairs_that_nobody_decided_and_leaves_the_prior() -> None:
    alike = NEAR | {"title": "identical", "work_type": "same"}
    unlike = FAR | {"title": "different", "work_type": "different"}
    mixed = FAR | {"title": "identical", "work_type": "same"}
    table = estimate(
        pairs((60, math.nan, alike), (20, math.nan, mixed), (1920, math.nan, unlike)), Table.in_force()
    )
    assert table.prior == Table.in_force().prior
    assert table.weight(("title", "identical")) > 2 > -2 > table.weight(("title", "different"))


def test_what_was_decided_outweighs_what_the_table_thinks() -> None:
    odd, usual = FAR | {"fund_source": "different"}, FAR | {"fund_source": "same"}
    table = estimate(pairs((30, 1, odd), (20, math.nan, odd), (1000, math.nan, usual)), Table.in_force())
    assert (
        table.weight(("fund_source", "different")) > 2 > Table.in_force().weight(("fund_source", "different"))
    )


def test_too_few_duplicates_teach_nothing() -> None:
    with pytest.raises(TooFew, match=r"9\.0 duplicates among 109 pairs; at least 10"):
        estimate(pairs((9, 1, NEAR), (100, 0, FAR)), Table.in_force())


def test_signals_that_say_one_thing_twice_are_turned_down() -> None:
    alike = NEAR | {"work_type": "same", "title": "identical"}
    unlike = FAR | {"work_type": "different", "title": "different"}
    evidence = pairs((90, 1, alike), (10, 1, unlike), (200, 0, alike), (1800, 0, unlike))
    said = probabilities(estimate(evidence, Table.in_force()).totals(evidence.levels))
    assert said[0] == pytest.approx(90 / 290, abs=0.04)
    assert said[-1] == pytest.approx(10 / 1810, abs=0.01)


def test_what_two_signals_say_together_does_not_turn_a_third_down() -> None:
    one, other = NEAR | {"volume": "same"}, FAR | {"volume": "different"}
    price, none = {"budget": "same"}, {"budget": "different"}
    evidence = pairs(
        (640, 1, one | price), (160, 1, one | none), (160, 1, other | price), (40, 1, other | none),
        (40, 0, one | price), (160, 0, one | none), (160, 0, other | price), (640, 0, other | none),
    )  # fmt: skip
    made = estimate(evidence, Table.in_force())
    by_sum = made.weight(("budget", "same")) - made.weight(("budget", "different"))
    twice_said = (
        made.weight(("distance", "same_spot"))
        - made.weight(("distance", "edge"))
        + made.weight(("volume", "same"))
        - made.weight(("volume", "different"))
    )
    assert by_sum == pytest.approx(4, abs=0.4)  # log2(0.8 / 0.2) − log2(0.2 / 0.8)
    assert twice_said == pytest.approx(4, abs=0.4)  # both together, not 8


def test_cross_validation_never_sees_the_pair_itself() -> None:
    evidence = pairs((50, 1, NEAR), (50, 0, FAR))
    evidence = Evidence(evidence.levels, evidence.same, np.array([0] * 50 + [1] * 50), evidence.weight)
    with pytest.raises(TooFew):  # without fold 0 there is no duplicate left to learn from
        cross_validated(evidence, Table.in_force())


# The file ---------------------------------------------------------------------------------------------------------


def written(path: Path, change: Callable[[dict], object] = lambda said: None) -> Path:
    said = json.loads(weights_text(0.03, Table.in_force().shares, {"pairs": 3}))
    change(said)
    path.write_text(json.dumps(said), encoding="utf-8")
    return path


def test_it_reads_what_it_writes(tmp_path: Path) -> None:
    prior, shares = read_weights(written(tmp_path / "w.json"), KEYS)
    assert prior == 0.03
    assert shares == {key: pytest.approx(value, rel=1e-5) for key, value in Table.in_force().shares.items()}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda w: w.pop("format"), "is no file of weights"),
        (lambda w: w.update(levels={}), "is no file of weights"),
        (lambda w: w.update(prior_probability=1), "must lie between 0 and 1"),
        (lambda w: w.update(prior_probability="0.1"), "must lie between 0 and 1"),
        (lambda w: w["levels"].pop(0), "lacks distance/same_spot"),
        (
            lambda w: w["levels"].append({"signal": "smell", "level": "same", "m": 1, "u": 1}),
            "unknown smell/same",
        ),
        (lambda w: w["levels"].append(w["levels"][0]), "names distance/same_spot twice"),
        (lambda w: w["levels"][0].update(m=0), "m and u of distance/same_spot must be above 0"),
        (lambda w: w["levels"][0].update(u=None), "m and u of distance/same_spot must be above 0"),
        (lambda w: w["levels"][0].update(m=1, u=1e-9), "at most 2\\^20 apart"),
        (lambda w: w["levels"].append("distance"), "must be an object"),
    ],
)
def test_it_refuses_half_a_table(tmp_path: Path, change: Callable[[dict], object], said: str) -> None:
    with pytest.raises(UnusableWeights, match=said):
        read_weights(written(tmp_path / "w.json", change), KEYS)


@pytest.mark.parametrize(("content", "said"), [(None, "cannot be read: No such file"), ("{", "is not JSON")])
def test_it_refuses_what_is_no_file(tmp_path: Path, content: str | None, said: str) -> None:
    if content:
        (tmp_path / "w.json").write_text(content)
    with pytest.raises(UnusableWeights, match=said):
        read_weights(tmp_path / "w.json", KEYS)


SHOW = "from duplicates.weights import PRIOR_PROBABILITY, weight_of; print(PRIOR_PROBABILITY, weight_of('distance', 'same_spot'))"


def test_the_setting_takes_the_weights_over(tmp_path: Path) -> None:
    path = written(tmp_path / "w.json", lambda w: w["levels"][0].update(m=0.32, u=0.02))
    environment = os.environ | {"GEOMONITOR_DUPLICATE_WEIGHTS": str(path)}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout.split() == ["0.03", "4.0"]


def test_a_bad_file_stops_the_start_and_names_the_variable(tmp_path: Path) -> None:
    environment = os.environ | {"GEOMONITOR_DUPLICATE_WEIGHTS": str(tmp_path / "none.json")}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode != 0
    assert "GEOMONITOR_DUPLICATE_WEIGHTS: " in done.stderr
    assert "none.json cannot be read" in done.stderr


# The register and the command ---------------------------------------------------------------------------------------


def run(*arguments: object) -> str:
    out = io.StringIO()
    call_command("calibrate_duplicates", *map(str, arguments), stdout=out, stderr=io.StringIO())
    return out.getvalue()


@pytest.fixture(scope="module")
def labelled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("labelled")
    call_command("evaluate_duplicates", make=folder, works=1000, seed=3, stderr=io.StringIO())
    return folder


def test_it_reports_and_takes_nothing_over(labelled: Path) -> None:
    out = run("--labelled", labelled / "pairs.csv", "--records", labelled / "records.csv")
    assert "decided the same" in out
    assert "kept: hardly seen" in out
    assert "On decided pairs; the new weights by cross-validation:" in out
    assert "Nothing was taken over." in out


def test_it_writes_a_file_that_fits_better(labelled: Path, tmp_path: Path) -> None:
    path = tmp_path / "weights.json"
    out = run("--labelled", labelled / "pairs.csv", "--records", labelled / "records.csv", "--write", path)
    assert f"GEOMONITOR_DUPLICATE_WEIGHTS={path}" in out
    about = json.loads(path.read_text())["about"]
    assert about["new"]["log_loss"] < about["old"]["log_loss"]
    read_weights(path, KEYS)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--records", "x.csv"], "--records goes with --labelled"),
        (["--labelled", "x.csv", "--place", "35.10"], "--place chooses from the register"),
        (["--labelled", "none.csv"], "none.csv tidak dapat dibaca"),
        (["--prior", "0"], "--prior must lie between"),
        (["--folds", "1"], "--folds must be at least 2"),
        (["--smoothing", "0"], "--smoothing must lie above 0"),
        (["--write", "/no/such/folder/w.json"], "there is no such folder"),
    ],
)
def test_it_refuses_in_words(arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        run(*arguments)


def test_it_says_when_there_is_too_little(files: tuple[Path, Path]) -> None:  # noqa: F811
    with pytest.raises(CommandError, match="There is too little to learn from"):
        run("--labelled", files[0], "--records", files[1])


@pytest.fixture
def pair(cast: Cast) -> Pair:
    for year, east in ((2025, 0.0), (2026, 0.0), (2026, 0.0006)):
        point = Point(114.2 + east, -8.25, srid=4326)
        title = "Drainase Gang Kenanga RT 2" if not east else "Balai Dusun Krajan"
        ProjectFactory(village=cast.sragi, fiscal_year=year, title=title, work_type="drain", point=point)
    scan_register(actor=None, min_probability=0)
    return Pair.objects.order_by("-probability").first()


def test_it_takes_triage_and_leaves_the_rest_open(cast: Cast, pair: Pair) -> None:
    assert np.isnan(evidence_of_register(radius_m=100).same).tolist() == [True, True, True]
    conclude(pair=pair, kind="elsewhere", reason="Salah lihat.", actor=cast.eko)
    conclude(pair=pair, kind="duplicate", reason="Dua kali dibayar.", actor=cast.eko)
    evidence = evidence_of_register(radius_m=100)
    assert sorted(np.nan_to_num(evidence.same, nan=-1).tolist()) == [-1, -1, 1]
    conclude(pair=pair, kind="field_check", reason="Belum jelas.", actor=cast.eko)
    assert np.isnan(evidence_of_register(radius_m=100).same).all()


def test_draws_stand_for_all_that_they_were_drawn_from(pair: Pair) -> None:
    evidence = evidence_of_register(radius_m=100, sample=2)
    assert (len(evidence), evidence.weight.tolist()) == (2, [1.5, 1.5])


def test_findings_of_an_engagement_teach_nothing(cast: Cast, pair: Pair) -> None:
    engagement = open_engagement(
        actor=cast.fitri, assignment="700/118/2026", title="Dana Desa", places=[cast.regency], first_year=2025,
        last_year=2026, cut_off=date(2099, 12, 31),
    )  # fmt: skip
    conclude(pair=pair, kind="duplicate", reason="Satu ruas.", actor=cast.fitri, engagement=engagement)
    assert np.isnan(evidence_of_register(radius_m=100).same).all()


def test_a_pair_is_taken_as_it_was_when_it_was_decided(cast: Cast, pair: Pair) -> None:
    conclude(pair=pair, kind="duplicate", reason="Satu ruas.", actor=cast.eko)
    before = evidence_of_register(radius_m=100)
    decided = before.levels[before.decided]
    type(pair.left).objects.filter(pk=pair.left_id).update(title="Lampu jalan")
    after = evidence_of_register(radius_m=100)
    assert (after.levels[after.decided] == decided).all()


def test_a_record_comes_back_out_of_its_inputs() -> None:
    record = Record.at(
        "A", "Rabat beton", 114.2, -8.25, code="A", work_type="road", activity="02.03.12", budget=Decimal("5000.5"),
        volume=Decimal(3), unit="m", year=2026, fund_sources=frozenset({"DDS"}), executor="TPK", starts=date(2026, 3, 1),
        ends=date(2026, 5, 1), pictures=frozenset({3}), picture_groups=frozenset({2}), relations=frozenset({("continues", "B")}),
    )  # fmt: skip
    assert inputs_of(record_of_inputs("A", inputs_of(record))) == inputs_of(record)
