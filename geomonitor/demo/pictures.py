"""[pure] Draws the demo's photographs: work you can see growing from 0 to 100 %.

A project (seed, kind) has one place and one viewpoint. Its pictures differ as honest ones do: the camera is
held a little differently, light, clouds and people are those of the day. Deterministic for the same
(seed, kind, progress, shot). A picture takes about 35 ms and becomes a JPEG of about 150 kB.
"""

import io
import random
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from PIL import Image, ImageChops, ImageDraw, ImageFont

from geomonitor.demo import props, scenery
from geomonitor.demo.pen import HEIGHT, MARGIN, SCALE, WIDTH, Pen, mix
from geomonitor.demo.works import WORKS

KINDS = tuple(WORKS)
KIND_OF_WORK_TYPE = {
    "road": "road",
    "bridge": "bridge",
    "drain": "drain",
    "irrigation": "irrigation",
    "water": "well",
    "sanitation": "sanitation",
    "building": "building",
    "house": "house",
    "lighting": "lamp",
    "retaining_wall": "retaining_wall",
    "other": "building",
}
_SETTING = {"irrigation": "paddy", "house": "hamlet", "sanitation": "hamlet", "building": "hamlet"}
_EYE = {"house": 1.9, "building": 2.0, "sanitation": 1.9, "well": 1.8, "lamp": 1.7, "bridge": 2.6}
_HORIZON = {"well": 0.60, "lamp": 0.62, "house": 0.50, "building": 0.50, "sanitation": 0.50, "bridge": 0.38}
_SHAKE = 24  # canvas pixels by which the camera is held differently
_QUALITY = 78
_THUMBNAIL_QUALITY = 70


@lru_cache(maxsize=3)
def _scene(seed: int, kind: str) -> scenery.Scene:
    return scenery.paint(
        seed, eye=_EYE.get(kind, 2.3), setting=_SETTING.get(kind, ""), horizon=_HORIZON.get(kind, 0.43)
    )


@lru_cache(maxsize=1)
def _grain() -> Image.Image:
    """Fine noise, coarser towards the viewer, centred on 128."""
    rng = np.random.default_rng(7)
    noise = rng.normal(0, 3.2, (HEIGHT, WIDTH))
    for cell, amount in ((2, 3.0), (4, 2.6), (9, 2.4)):
        coarse = rng.normal(0, amount, (HEIGHT // cell + 1, WIDTH // (cell * 2) + 1))
        full = np.repeat(np.repeat(coarse, cell, 0), cell * 2, 1)[:HEIGHT, :WIDTH]
        depth = np.clip((np.arange(HEIGHT) / HEIGHT - 0.40) * (3.4 - cell * 0.16), 0, 1)[:, None]
        noise += full * depth
    grey = Image.fromarray(np.clip(noise + 128, 0, 255).astype(np.uint8))
    return Image.merge("RGB", [grey] * 3)


def _grain_of(rng: random.Random) -> Image.Image:
    """The grain of one picture, moved sideways as far as chance will: with one grain two stages would be one picture."""
    return ImageChops.offset(_grain(), rng.randrange(WIDTH), 0)


def _clouds(picture: Image.Image, scene: scenery.Scene, top: int, rng: random.Random) -> None:
    """The day's clouds, behind everything that stands before the clear sky. top: rows cut off the canvas."""
    low = round((scene.camera.horizon - top) / SCALE) - 2
    clear = scenery.sky_of(scene.palette, round(scene.camera.horizon) + 4).crop(
        (0, top, 1, top + low * SCALE)
    )
    clear = clear.reduce((1, SCALE)).resize((WIDTH, low), Image.Resampling.NEAREST)
    changed = ImageChops.difference(picture.crop((0, 0, WIDTH, low)), clear).convert("L")
    sky = changed.point([255, 255, 150, 60] + [0] * 252)
    light = mix((255, 255, 255), scene.palette.low_sky, 0.25)
    for _ in range(rng.choice((1, 2, 3, 4))):
        shape = scenery.cloud(rng, rng.randrange(250, 650))
        x, y = rng.randrange(-150, WIDTH - 100), rng.randrange(-10, round(low * 0.62))
        box = (max(x, 0), max(y, 0), min(x + shape.width, WIDTH), min(y + shape.height, low))
        if box[0] < box[2] and box[1] < box[3]:
            part = shape.crop((box[0] - x, box[1] - y, box[2] - x, box[3] - y))
            picture.paste(light, box, ImageChops.multiply(part, sky.crop(box)))


def _light(rng: random.Random) -> list[int]:
    """The day's light as a lookup table for R, G, B: brighter or duller, warmer or cooler."""
    level, warm = rng.uniform(0.93, 1.05), rng.uniform(-0.035, 0.045)
    contrast = rng.uniform(0.94, 1.06)
    table: list[int] = []
    for k in (1 + warm, 1.0, 1 - warm):
        table += [max(0, min(255, round(((v - 128) * contrast + 128) * level * k))) for v in range(256)]
    return table


def draw(seed: int, kind: str, progress: int, shot: int = 0) -> Image.Image:
    """One picture, 1280 × 960, upright.

    seed: the project's own number; kind: one of KINDS; progress: 0 … 100; shot: which picture of that stage.
    Raises KeyError for a kind that does not exist, ValueError for a progress outside 0 … 100.
    """
    if not 0 <= progress <= 100:
        raise ValueError(f"progress is 0 … 100, not {progress}")
    work = WORKS[kind]
    scene = _scene(seed, kind)
    rng = random.Random(f"shot-{seed}-{kind}-{progress}-{shot}")
    left, top = MARGIN + rng.randint(-_SHAKE, _SHAKE), MARGIN + rng.randint(-_SHAKE // 2, _SHAKE // 2)
    canvas = scene.canvas.crop((left, top, left + WIDTH * SCALE, top + HEIGHT * SCALE))
    pen = Pen(canvas, scene.camera.cut(left, top))
    work(pen, scene, progress, rng, random.Random(f"work-{seed}-{kind}"))
    if rng.random() < 0.35:
        props.board(pen, -2.75, 6.0, progress)
    picture = canvas.reduce(SCALE)
    _clouds(picture, scene, top, rng)
    return ImageChops.add(picture.point(_light(rng)), _grain_of(rng), 1, -128)


def print_on(picture: Image.Image, lines: Sequence[str]) -> Image.Image:
    """A copy with lines of text drawn into its lower left, as "GPS map camera" apps do."""
    copy = picture.copy()
    pen = ImageDraw.Draw(copy, "RGBA")
    font = ImageFont.load_default(size=25)
    tall = 34 * len(lines) + 28
    pen.rounded_rectangle((18, HEIGHT - tall - 18, 660, HEIGHT - 18), 12, fill=(20, 24, 22, 150))
    for k, line in enumerate(lines):
        pen.text((38, HEIGHT - tall - 4 + k * 34), line, font=font, fill=(255, 255, 255, 245))
    return copy


def jpeg(picture: Image.Image, quality: int = _QUALITY) -> bytes:
    """The picture as a plain JPEG without any tags."""
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


def thumbnail(picture: Image.Image) -> bytes:
    """The small JPEG that phones put into the tags: longer side 160 pixels."""
    return jpeg(picture.reduce(max(picture.size) // 160), _THUMBNAIL_QUALITY)


def shown(picture: Image.Image) -> tuple[bytes, bytes]:
    """(1000 px, 320 px) as plain JPEGs: what photos.derivatives makes of the file, without decoding it again."""
    display = picture.resize((1000, 1000 * picture.height // picture.width), Image.Resampling.HAMMING)
    return jpeg(display, 82), jpeg(picture.reduce(picture.width // 320), 78)
