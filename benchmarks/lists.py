"""Outside lists compared: 20,000 rows with 100,000, at once as `find_duplicates --records --against` does, and pair by
pair as a single pair is.

.venv/bin/python benchmarks/lists.py [--records 20000] [--against 100000]

Works of benchmarks/duplicates.py, without a database. The same pairs, scores and sentences are asked of both ways.
"""

import argparse
import importlib.util
import os
import random
import resource
import sys
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")

from duplicates.comparison import Record
from duplicates.kernel import ScoredPair, score_pairs
from duplicates.lists import compare_lists, near_pairs
from duplicates.titles import Frequencies, read_title

RADIUS_M, LEAST = 100, 0.05


def clustered(number: int) -> list[list[Any]]:
    """Rows of benchmarks/duplicates.py, whose name is that of a package."""
    spec = importlib.util.spec_from_file_location("clustered_rows", HERE / "duplicates.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return list(module.rows(number, 0.37))


def record(row: list[Any]) -> Record:
    """A row as a record of an outside list."""
    lon, lat = row[-1].partition("(")[2].rstrip(")").split()
    return Record.at(
        row[3], row[4], float(lon), float(lat), work_type=row[6], budget=Decimal(row[20]), year=row[1],
        volume=Decimal(row[21]) if row[21] != "" else None, unit=row[9], fund_sources=frozenset({row[19].strip("{}")}),
    )  # fmt: skip


def measured(name: str, job: Callable[[], list[ScoredPair]]) -> tuple[float, list[ScoredPair]]:
    """Run a job with no title read before; print its CPU."""
    read_title.cache_clear()
    began = time.process_time()
    pairs = job()
    took = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000
    print(f"{name:20} {took:8.2f} s CPU, peak so far {peak:,.0f} MB; {len(pairs):,} pairs", flush=True)
    return took, pairs


def pair_by_pair(mine: list[Record], theirs: list[Record]) -> list[ScoredPair]:
    """Every near pair as a single pair is scored."""
    frequencies = Frequencies.of(one.title for one in (*mine, *theirs))
    near = near_pairs(mine, RADIUS_M, theirs)
    return score_pairs(near, frequencies, radius_m=RADIUS_M, min_probability=LEAST, keep_sides=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--records", type=int, default=20_000)
    parser.add_argument("--against", type=int, default=100_000)
    asked = parser.parse_args()
    rows = clustered(asked.records + asked.against)
    random.Random(1).shuffle(rows)
    records = [record(row) for row in rows]
    mine, theirs = records[: asked.records], records[asked.records :]
    print(
        f"{len(mine):,} rows against {len(theirs):,}; {sum(1 for _ in near_pairs(mine, RADIUS_M, theirs)):,} near pairs"
    )
    ours, pairs = measured(
        "at once", lambda: compare_lists(mine, theirs, radius_m=RADIUS_M, min_probability=LEAST)
    )
    single, same = measured("pair by pair", lambda: pair_by_pair(mine, theirs))
    print(f"  ratio {single / ours:.1f}; the same pairs, scores and sentences: {pairs == same}")


if __name__ == "__main__":
    main()
