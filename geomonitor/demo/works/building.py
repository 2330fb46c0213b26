"""[pure] Village buildings: a posyandu or meeting hall, and a small bath-and-toilet house (MCK)."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade
from geomonitor.demo.scenery import Scene
from geomonitor.demo.works import house

Z, DEEP, TALL = house.Z, house.DEEP, house.TALL


def _plot(pen: Pen, wide: float) -> None:
    for x, z in ((-wide, Z), (wide, Z), (wide, Z + DEEP), (-wide, Z + DEEP)):
        props.stake(pen, x, z, 1.1)
    props.string(pen, (-wide, Z + DEEP), (wide, Z + DEEP), 0.9)
    props.string(pen, (-wide, Z), (wide, Z), 0.9)
    for side in (-wide, wide):
        pen.stroke([(side, 0.9, Z), (side, 0.9, Z + DEEP)], 0.02, (236, 226, 196))


def _columns(pen: Pen, wide: float, tall: float) -> None:
    grey: Colour = (178, 176, 168)
    for z in (Z + DEEP, Z):
        pen.box((-wide - 0.1, wide + 0.1), (0, 0.3), (z, z + 0.3), grey)
        for k in range(5):
            x = -wide + 2 * wide * k / 4
            pen.box((x - 0.13, x + 0.13), (0.3, tall), (z, z + 0.26), shade(grey, 0.9 if z > Z else 1.0))


def _sign(pen: Pen, colour: Colour) -> None:
    pen.face(
        [(-1.7, 2.45, Z - 0.62), (1.7, 2.45, Z - 0.62), (1.7, 2.95, Z - 0.62), (-1.7, 2.95, Z - 0.62)], colour
    )
    pen.stroke([(-1.3, 2.72, Z - 0.63), (1.3, 2.72, Z - 0.63)], 0.12, (248, 246, 236))


def _porch(pen: Pen, colour: Colour) -> None:
    for x in (-1.7, 1.7):
        pen.box((x - 0.12, x + 0.12), (0.2, 2.45), (Z - 0.9, Z - 0.66), colour)


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A village building with a sign over its door."""
    wide = 4.6
    wall, sign = (
        fixed.choice([(244, 240, 226), (214, 232, 220), (246, 226, 190)]),
        fixed.choice([(13, 107, 94), (61, 126, 166), (200, 85, 61)]),
    )
    roof = fixed.choice([(150, 76, 60), (70, 96, 128), (96, 112, 92)])
    house.yard(pen, scene)
    if progress < 10:
        _plot(pen, wide)
        return
    _raise(pen, progress, wide, wall, sign, roof)
    if progress >= 95:
        _porch(pen, (246, 244, 236))
        _sign(pen, sign)
    if progress < 100:
        _around(pen, rng)


def _raise(pen: Pen, progress: int, wide: float, wall: Colour, trim: Colour, roof: Colour) -> None:
    pen.shadow(0.6, Z, wide + 1, 1.0)
    if progress < 25:
        _columns(pen, wide, 0.3 + (progress - 8) / 16 * 0.9)
    elif progress < 95:
        _columns(pen, wide, TALL)
        house.bricks_up(pen, wide, Z, DEEP, min(TALL, 0.4 + (progress - 22) / 40 * TALL))
        if progress >= 78:
            house.gable(pen, roof, 1.7, wide, Z, DEEP)
        elif progress >= 60:
            house.frame(pen, 1.7, wide, Z, DEEP)
    else:
        house.finished(pen, wall, mix(trim, wall, 0.35), roof, 1.7, wide)


def _around(pen: Pen, rng: random.Random) -> None:
    props.bricks(pen, -3.4, Z - 2.7, 6)
    props.mixer(pen, 3.4, Z - 2.2)
    props.sacks(pen, 2.0, Z - 3.2)
    count = rng.randint(3, 5)
    for k in range(count):
        props.worker(pen, rng, (2 * (k + rng.random() * 0.6) / count - 1) * 3.2, Z - rng.uniform(0.6, 2.6))


def draw_toilet(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A small bath-and-toilet house with two doors."""
    wall, wide = fixed.choice([(226, 232, 226), (238, 226, 200), (206, 222, 232)]), 2.6
    roof = fixed.choice([(92, 120, 150), (160, 84, 62)])
    house.yard(pen, scene)
    if progress < 10:
        _plot(pen, wide)
        return
    if progress < 95:
        _raise(pen, progress, wide, wall, (96, 148, 168), roof)
    else:
        _toilet_done(pen, wall, roof, wide)
    if progress < 100:
        _around(pen, rng)


def _toilet_done(pen: Pen, wall: Colour, roof: Colour, wide: float) -> None:
    pen.shadow(0.6, Z, wide + 1, 1.0)
    pen.box((-wide - 0.4, wide + 0.4), (0, 0.2), (Z - 0.9, Z + DEEP), (188, 186, 178))
    pen.box((-wide, wide), (0.2, TALL), (Z, Z + DEEP), wall)
    pen.face([(-wide, 0.2, Z), (wide, 0.2, Z), (wide, 1.2, Z), (-wide, 1.2, Z)], (120, 168, 186))
    for k in range(1, 14):
        x = -wide + 2 * wide * k / 14
        pen.stroke([(x, 0.2, Z), (x, 1.2, Z)], 0.015, (196, 216, 222))
    for x in (-1.3, 1.3):
        pen.face(
            [(x - 0.45, 0.2, Z), (x + 0.45, 0.2, Z), (x + 0.45, 2.1, Z), (x - 0.45, 2.1, Z)], (70, 108, 128)
        )
        pen.face(
            [(x - 0.25, 2.25, Z), (x + 0.25, 2.25, Z), (x + 0.25, 2.5, Z), (x - 0.25, 2.5, Z)], (74, 84, 88)
        )
    house.gable(pen, roof, 0.8, wide, Z, DEEP)
