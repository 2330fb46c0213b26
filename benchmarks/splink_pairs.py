"""Splink 4 with DuckDB over a register's records: blocked by grid cells, trained without labels, pairs predicted.

PYTHON_WITH_SPLINK benchmarks/splink_pairs.py RECORDS.csv, with the columns unique_id, title, village, work_type,
planned, lon, lat. Started by benchmarks/duplicates.py --splink; its last line says what it found.
"""

import sys

import pandas as pd
import splink.comparison_level_library as levels
import splink.comparison_library as comparisons
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

CELL = 0.005  # degrees, about 550 m; a second grid, half a cell off, finds most neighbours across an edge


def main() -> None:
    records = pd.read_csv(sys.argv[1])
    for name, shift in (("cell", 0.0), ("other_cell", CELL / 2)):
        columns = [
            ((records[axis] + shift) / CELL).round().astype("int64").astype(str) for axis in ("lon", "lat")
        ]
        records[name] = columns[0] + "_" + columns[1]
    settings = SettingsCreator(
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on("cell", "work_type"),
            block_on("other_cell", "work_type"),
        ],
        comparisons=[
            comparisons.JaroWinklerAtThresholds("title", [0.95, 0.88]),
            comparisons.JaroWinklerAtThresholds("village", [0.9]),
            comparisons.DistanceInKMAtThresholds("lat", "lon", [0.1, 0.3, 1]),
            comparisons.CustomComparison(
                output_column_name="planned",
                comparison_levels=[
                    levels.NullLevel("planned"),
                    levels.CustomLevel(
                        "abs(planned_l - planned_r) < 0.05 * greatest(planned_l, planned_r)",
                        label_for_charts="5 %",
                    ),
                    levels.ElseLevel(),
                ],
            ),
        ],
    )
    linker = Linker(records, settings, DuckDBAPI())
    training = linker.training
    training.estimate_probability_two_random_records_match([block_on("title", "village")], recall=0.5)
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    training.estimate_parameters_using_expectation_maximisation(block_on("village", "work_type"))
    training.estimate_parameters_using_expectation_maximisation(block_on("title"))
    found = linker.inference.predict(threshold_match_probability=0.5).as_pandas_dataframe()
    print(f"{len(found):,} pairs with a probability of 0.5 and more")


if __name__ == "__main__":
    main()
