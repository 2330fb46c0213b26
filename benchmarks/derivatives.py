"""Display picture and thumbnail of 12-megapixel JPEGs, by our decoder and by pyvips, in one run; then one whole look.

    python3 -m venv var/vips && var/vips/bin/pip install pyvips-binary pyvips
    .venv/bin/python benchmarks/derivatives.py [--vips var/vips/bin/python] [--photos 6] [--rounds 3]

pyvips is measured only, never a dependency: same files, same sizes (1000 and 320 px), same JPEG settings, one thread
each, in turns. Times are CPU milliseconds a photo; the ratio is ours / pyvips.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "VIPS_CONCURRENCY"):
    os.environ[name] = "1"
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np
from PIL import Image

VIPS = """
import json, sys, time, pyvips
paths, took = sys.argv[1:], []
def pictures(path):
    display = pyvips.Image.thumbnail(path, 1000, height=1000).copy_memory()
    display.jpegsave_buffer(Q=82, optimize_coding=True, interlace=True, strip=True)
    display.thumbnail_image(320).jpegsave_buffer(Q=78, optimize_coding=True, interlace=True, strip=True)
pictures(paths[0])
start = time.process_time()
for path in paths:
    pictures(path)
print(json.dumps((time.process_time() - start) * 1000 / len(paths)))
"""


def drawn(path: Path, seed: int) -> None:
    """A 4000 × 3000 JPEG of 3 to 4 MB: shapes of all sizes with a sensor's noise."""
    rng = np.random.default_rng(seed)
    picture = np.zeros((3000, 4000, 3), np.float32)
    for step in range(8):
        grid = rng.normal(size=(3 * 2**step, 4 * 2**step, 3)) * 0.6**step
        for channel in range(3):
            layer = Image.fromarray(grid[..., channel].astype(np.float32)).resize(
                (4000, 3000), Image.Resampling.BICUBIC
            )
            picture[..., channel] += np.asarray(layer)
    picture = picture / picture.std() * 45 + 120 + rng.normal(0, 7, picture.shape)
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(path, "JPEG", quality=90)


def ours(paths: list[Path], whole: bool) -> float:
    from photos import pixels

    work = pixels.look if whole else pixels.pictures_of
    work(paths[0].read_bytes(), "JPEG")
    start = time.process_time()
    for path in paths:
        work(path.read_bytes(), "JPEG")
    return (time.process_time() - start) * 1000 / len(paths)


def main() -> None:
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--vips", default="var/vips/bin/python")
    words.add_argument("--photos", type=int, default=6)
    words.add_argument("--rounds", type=int, default=3)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder, f"{number}.jpg") for number in range(asked.photos)]
        for number, path in enumerate(paths):
            drawn(path, number)
        print(
            f"{len(paths)} JPEGs of 4000 × 3000, {sum(p.stat().st_size for p in paths) / len(paths) / 1e6:.1f} MB each"
        )
        took: dict[str, list[float]] = {"ours": [], "pyvips": [], "look": []}
        for _ in range(asked.rounds):
            took["ours"].append(ours(paths, whole=False))
            done = subprocess.run(
                [asked.vips, "-c", VIPS, *map(str, paths)], capture_output=True, text=True, check=True
            )
            took["pyvips"].append(json.loads(done.stdout))
            took["look"].append(ours(paths, whole=True))
    best = {name: min(values) for name, values in took.items()}
    print(f"pictures, ours          {best['ours']:6.1f} ms of CPU a photo")
    print(f"pictures, pyvips        {best['pyvips']:6.1f} ms of CPU a photo")
    print(f"ratio ours / pyvips     {best['ours'] / best['pyvips']:6.2f} (limit 1.1)")
    print(
        f"whole look (pictures, fingerprint, thumbnail, screen, C2PA) {best['look']:6.1f} ms of CPU a photo"
    )
    print(f"two workers on two cores look at {2000 / best['look']:.0f} photos a second at most")


if __name__ == "__main__":
    main()
