"""A whole scan by the engine "dask" beside "array" on the same register: pairs, CPU and memory by process.

.venv/bin/python benchmarks/duplicates_dask.py [--projects 100000] [--workers 2]

In a scratch database as in benchmarks/duplicates.py, removed at the end. Workers are processes of this machine; their
CPU is counted with their start, which takes some seconds each. What is stored must be the same to the last digit.
"""

import argparse
import importlib.util
import os
import resource
import sys
import time
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "geomonitor.settings")


def clustered() -> Any:
    """benchmarks/duplicates.py, whose name is that of a package; loaded here, so that workers do without."""
    spec = importlib.util.spec_from_file_location("clustered", HERE / "duplicates.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def cpu(who: int) -> float:
    """CPU seconds so far."""
    used = resource.getrusage(who)
    return used.ru_utime + used.ru_stime


def scanned(rows: Any, engine: str) -> list[tuple[Any, ...]]:
    """Scan the whole register; print the figures; give back what is stored."""
    from duplicates.models import Pair
    from duplicates.scan import scan_register

    Pair.objects.all().delete()
    own, others, server = cpu(resource.RUSAGE_SELF), cpu(resource.RUSAGE_CHILDREN), rows.servers_cpu()
    began = time.perf_counter()
    scan = scan_register(actor=None, min_probability=1.1, engine=engine).scan
    took = time.perf_counter() - began
    own, others = cpu(resource.RUSAGE_SELF) - own, cpu(resource.RUSAGE_CHILDREN) - others
    server = rows.servers_cpu() - server
    peak, each = (
        resource.getrusage(who).ru_maxrss / 1000 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    print(
        f"{engine:6} {own + others + server:7.2f} s CPU (here {own:.2f}, workers {others:.2f}, PostgreSQL {server:.2f}), "
        f"{took:.1f} s; peak so far here {peak:,.0f} MB, of a worker {each:,.0f} MB; {scan.parts.count()} parts, "
        f"{scan.candidates:,} pairs within 100 m, {scan.stored:,} stored",
        flush=True,
    )
    columns = ("left", "right", "distance_m", "weight", "probability", "signals")
    return sorted(Pair.objects.values_list(*columns), key=lambda row: row[:2])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--projects", type=int, default=100_000)
    parser.add_argument("--spread", type=float, default=0.37, help="degrees of a square for 100,000 projects")
    parser.add_argument("--workers", type=int, default=2)
    asked = parser.parse_args()
    rows = clustered()
    from django.test.utils import override_settings

    from duplicates import readings

    with (
        rows.scratch_database("", asked.projects, asked.spread),
        override_settings(DEBUG=False, DASK_SCHEDULER="", DASK_WORKERS=asked.workers),
    ):
        print(f"{asked.projects:,} projects, {asked.workers} workers", flush=True)
        readings.refresh()
        dask = scanned(rows, "dask")
        array = scanned(rows, "array")
        print(f"the same pairs, distances, scores and signals: {dask == array}")


if __name__ == "__main__":
    main()
