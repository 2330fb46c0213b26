"""[pure] Drilled well with a tank on a tower: stake, drilling rig, casing, steel tower, tank, taps."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade
from geomonitor.demo.scenery import Scene

Z = 10.5


def _pad(pen: Pen, scene: Scene, progress: int) -> None:
    soil = scene.palette.soil
    outline = [(-4.2, Z - 3.2), (3.6, Z - 3.4), (4.6, Z + 2.8), (-3.4, Z + 3.2)]
    pen.ground(outline, mix(soil, scene.palette.near_grass, 0.45))
    pen.ground([(x * 0.86, Z + (z - Z) * 0.86) for x, z in outline], soil)
    if progress >= 60:
        pen.box((-1.9, 1.9), (0, 0.16), (Z - 1.5, Z + 1.5), (190, 188, 180))


def _rig(pen: Pen, rng: random.Random) -> None:
    steel: Colour = (176, 66, 52)
    top = (0.0, 5.2, Z)
    for foot in ((-1.5, 0.0, Z - 0.6), (1.5, 0.0, Z - 0.6), (0.2, 0.0, Z + 1.4)):
        pen.stroke([foot, top], 0.12, steel)
    pen.stroke([(0, 5.1, Z), (0, 0.0, Z)], 0.1, (120, 124, 126))
    pen.stroke([(-0.9, 2.1, Z - 0.3), (0.9, 2.1, Z - 0.3)], 0.09, shade(steel, 0.8))
    pen.box((1.9, 3.1), (0.15, 0.95), (Z - 0.4, Z + 0.4), (60, 104, 150))
    pen.oval((0.1, 0.02, Z - 0.8), 1.5, 0.16, (122, 104, 84))
    props.heap(pen, rng, -2.7, Z + 0.4, 0.9, (150, 136, 112))


def _tower(pen: Pen, colour: Colour, share: float) -> None:
    tall = 4.4 * share
    for x, z in ((-1.0, Z + 0.9), (1.0, Z + 0.9), (-1.1, Z - 0.9), (1.1, Z - 0.9)):
        pen.box((x - 0.14, x + 0.14), (0.1, 0.35), (z - 0.14, z + 0.14), (188, 186, 178))
        pen.stroke([(x, 0.2, z), (x * 0.92, tall, z)], 0.13, shade(colour, 0.8 if z > Z else 1.0))
    for level in (1.4, 2.9, 4.3):
        if level > tall:
            break
        pen.stroke([(-1.06, level, Z - 0.9), (1.06, level, Z - 0.9)], 0.09, colour)
        pen.stroke([(-1.06, level - 1.3, Z - 0.9), (1.04, level, Z - 0.9)], 0.05, shade(colour, 0.88))
        pen.stroke([(1.06, level - 1.3, Z - 0.9), (-1.04, level, Z - 0.9)], 0.05, shade(colour, 0.88))
    if share >= 1:
        pen.box((-1.2, 1.2), (4.3, 4.44), (Z - 1.0, Z + 1.0), shade(colour, 0.9))


def _tank(pen: Pen, colour: Colour) -> None:
    z, wide = Z, 0.98
    for y0, y1, k in ((4.45, 6.3, 1.0), (6.3, 6.62, 0.9)):
        pen.face([(-wide * k, y0, z), (wide * k, y0, z), (wide * k, y1, z), (-wide * k, y1, z)], colour)
    pen.face(
        [(wide * 0.45, 4.45, z), (wide, 4.45, z), (wide, 6.3, z), (wide * 0.45, 6.3, z)], shade(colour, 0.8)
    )
    pen.face(
        [(-wide, 4.45, z), (-wide * 0.7, 4.45, z), (-wide * 0.7, 6.3, z), (-wide, 6.3, z)], shade(colour, 1.2)
    )
    pen.oval((0, 6.62, z), wide * 0.9, 0.14, shade(colour, 1.15))
    for y in (4.9, 5.4, 5.9):
        pen.stroke([(-wide, y, z), (wide, y, z)], 0.05, shade(colour, 0.72))


def _taps(pen: Pen, done: bool) -> None:
    wall: Colour = (216, 208, 190) if done else (172, 104, 78)
    pen.box((-1.5, 1.5), (0.16, 1.15), (Z - 1.45, Z - 1.2), wall)
    if not done:
        return
    pen.face(
        [(-1.5, 0.16, Z - 1.45), (1.5, 0.16, Z - 1.45), (1.5, 0.62, Z - 1.45), (-1.5, 0.62, Z - 1.45)],
        (96, 148, 168),
    )
    for x in (-1.0, 0.0, 1.0):
        pen.stroke([(x, 0.85, Z - 1.46), (x + 0.12, 0.85, Z - 1.6)], 0.07, (206, 172, 72))
        pen.stroke([(x + 0.12, 0.82, Z - 1.6), (x + 0.12, 0.3, Z - 1.6)], 0.03, (206, 228, 236))


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A drilled well and its tank tower."""
    paint, tank = (
        fixed.choice([(62, 112, 158), (86, 132, 92), (120, 126, 132)]),
        fixed.choice([(232, 126, 54), (66, 120, 176), (226, 222, 210)]),
    )
    _pad(pen, scene, progress)
    if progress < 10:
        for x, z in ((-1.4, Z - 1.3), (1.4, Z - 1.3), (1.4, Z + 1.3), (-1.4, Z + 1.3)):
            props.stake(pen, x, z, 1.0)
        props.string(pen, (-1.4, Z - 1.3), (1.4, Z - 1.3))
        props.string(pen, (-1.4, Z + 1.3), (1.4, Z + 1.3))
        return
    pen.shadow(0.9, Z + 0.3, 2.4, 0.9)
    if progress < 45:
        _rig(pen, rng)
    else:
        pen.stroke([(0, 0, Z), (0, 4.3 if progress >= 95 else 0.7, Z)], 0.16, (128, 150, 168))
        _tower(pen, paint if progress >= 95 else (138, 112, 96), min(1.0, (progress - 30) / 48))
        if progress >= 78:
            _tank(pen, tank)
        if progress >= 70:
            _taps(pen, progress >= 95)
    if progress < 100:
        props.sacks(pen, 3.4, Z - 1.6)
        props.stones(pen, rng, -3.3, Z - 1.4)
        for _ in range(rng.randint(2, 4)):
            props.worker(pen, rng, rng.choice((-1, 1)) * rng.uniform(1.3, 2.9), Z - rng.uniform(0.4, 2.2))
