"""CPU of the door path for a 12-megapixel JPEG of 3 to 4 MB: hash, walk, sniff, facts, door checks; beside exiftool.

.venv/bin/python benchmarks/door.py [--files 50] [--rounds 5]

Draws its own pictures (noise with EXIF, GPS, MakerNote, thumbnail). Each round opens and maps every file anew, as the
door does; the best round counts, for on a busy machine the others measure the neighbours. exiftool reads the same
files in one batch process; its own start is measured apart and taken off. No database is asked.
"""

import argparse
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from PIL import Image
from shapely import Point

from photos import exif, sniff
from photos.containers import layout_of, opened
from photos.evidence import Evidence
from photos.verdict import judge
from tests.photos import camera
from tests.photos.camera import ASCII, BYTE, RATIONAL, Shot, gps

Done = TypeVar("Done")

LIMIT_MS = 6.0
SITE = (114.3691, -8.2192)
WIDE, HIGH = 4_000, 3_000
STEPS = ("hash", "layout", "sniff", "read", "judge")


def picture(seed: int) -> bytes:
    """A JPEG as a phone's camera makes it: 12 megapixels, 3 to 4 MB."""
    random = np.random.default_rng(seed)
    noise = random.normal(0, 16, (HIGH, WIDE, 1)) + np.linspace(60, 190, WIDE)[None, :, None]
    image = Image.fromarray(np.repeat(noise.clip(0, 255).astype(np.uint8), 3, axis=2))
    small = io.BytesIO()
    image.resize((320, 240)).save(small, "JPEG", quality=70)
    position = gps(
        SITE[0] + random.normal(0, 0.0001), SITE[1] + random.normal(0, 0.0001),
        altitude=(RATIONAL, [(1234, 10)]), altitude_ref=(BYTE, [0]), error=(RATIONAL, [(65, 10)]),
        time=(RATIONAL, [(2, 1), (15, 1), (0, 1)]), date=(ASCII, "2026:11:24"),
    )  # fmt: skip
    shot = Shot(gps=position, note=random.bytes(8_000), thumbnail=small.getvalue())
    block = camera.exif(shot)
    for quality in range(92, 10, -4):
        file = io.BytesIO()
        image.save(file, "JPEG", quality=quality)
        if file.tell() < 3_900_000:
            break
    plain = file.getvalue()
    return plain[:2] + camera.segment(0xE1, b"Exif\0\0" + block) + plain[2:]


def door(path: Path, spent: dict[str, float]) -> None:
    """What the door does with a file, and the CPU seconds of each step."""

    def timed(step: str, job: Callable[[], Done]) -> Done:
        started = time.process_time()
        result = job()
        spent[step] += time.process_time() - started
        return result

    with opened(path) as data:
        timed("hash", lambda: hashlib.sha256(data).hexdigest())
        layout = timed("layout", lambda: layout_of(data))
        sniffed = timed("sniff", lambda: sniff.sniff(data, name=path.name, layout=layout))
        facts = timed("read", lambda: exif.read(data, name=path.name, layout=layout))
    received = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
    evidence = Evidence(facts=facts, received_at=received, sniffed=sniffed, site=Point(SITE))
    verdict = timed("judge", lambda: judge(evidence))
    if verdict.verdict != "verified":
        raise SystemExit(
            f"{path.name} is {verdict.verdict}: {[o for o in verdict.outcomes if o.status == 'failed']}"
        )


def ours(files: list[Path]) -> dict[str, float]:
    """CPU milliseconds a file, by step and "whole", with opening and mapping in "whole"."""
    spent = dict.fromkeys(STEPS, 0.0)
    started = time.process_time()
    for path in files:
        door(path, spent)
    spent["whole"] = time.process_time() - started
    return {step: seconds * 1_000 / len(files) for step, seconds in spent.items()}


def exiftool(files: list[Path]) -> tuple[float, float]:
    """CPU and wall milliseconds of one exiftool process over all files."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = ["exiftool", "-json", "-n", "-q", *map(str, files)]
    said = subprocess.run(command, capture_output=True, check=True)
    wall = (time.perf_counter() - started) * 1_000
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if len(json.loads(said.stdout)) != len(files):
        raise SystemExit("exiftool did not read every file")
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1_000, wall


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--files", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(folder) / f"IMG_20261124_{n:06}.jpg" for n in range(asked.files)]
        drawn = [picture(seed) for seed in range(min(5, asked.files))]
        for number, path in enumerate(files):
            path.write_bytes(drawn[number % len(drawn)] + bytes([0] * (number // len(drawn))))
        sizes = [path.stat().st_size for path in files]
        print(f"{len(files)} JPEGs of {WIDE} x {HIGH}, {min(sizes) / 1e6:.2f} to {max(sizes) / 1e6:.2f} MB,")
        print(f"best of {asked.rounds} rounds, load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
        best = min((ours(files) for _round in range(asked.rounds)), key=lambda spent: spent["whole"])
        empty = min(exiftool(files[:1])[0] for _round in range(3))
        judge_cpu, _wall = min(exiftool(files) for _round in range(max(2, asked.rounds // 2)))
    for step in (*STEPS, "whole"):
        print(f"{step:>8} {best[step]:7.3f} ms of CPU a file")
    theirs = (judge_cpu - empty) / (len(files) - 1)
    print(f"exiftool {theirs:7.3f} ms of CPU a file in one batch (its start, {empty:.0f} ms, taken off)")
    print(f"files a second and core: {1_000 / best['whole']:.0f}, exiftool {1_000 / theirs:.0f}")
    batch = judge_cpu / len(files)
    print(
        f"ratio to exiftool: {batch / best['whole']:.2f} with its start spread over this batch (at least 1.00),"
    )
    print(f"                   {theirs / best['whole']:.2f} without its start")
    print(f"door path: {best['whole']:.2f} ms, limit {LIMIT_MS:.0f} ms: {best['whole'] / LIMIT_MS:.2f}")


if __name__ == "__main__":
    main()
