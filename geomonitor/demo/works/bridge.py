"""[pure] A small concrete bridge over a stream: bamboo footbridge → abutments → girders → deck → railings."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade, veil
from geomonitor.demo.scenery import Scene

Z0, Z1, HALF, WATER = 10.0, 13.2, 4.2, -1.5
CONCRETE: Colour = (192, 190, 182)


def _stream(pen: Pen, scene: Scene, fixed: random.Random) -> None:
    soil, near, far = scene.palette.soil, 3.4, 60.0
    bank = mix(soil, scene.palette.near_grass, 0.3)
    for side in (-1, 1):
        pen.face(
            [
                (side * HALF, 0, near),
                (side * HALF * 0.72, WATER, near),
                (side * HALF * 0.72, WATER, far),
                (side * HALF, 0, far),
            ],
            shade(bank, 0.78 if side < 0 else 0.92),
        )
    water = mix((96, 132, 126), scene.palette.low_sky, 0.35)
    pen.ground(
        [(-HALF * 0.72, near), (HALF * 0.72, near), (HALF * 0.72, far), (-HALF * 0.72, far)], water, y=WATER
    )
    for _ in range(46):
        z = 5 * (8 ** fixed.random())
        x = fixed.uniform(-HALF * 0.6, HALF * 0.5)
        pen.stroke(
            [(x, WATER, z), (x + fixed.uniform(0.2, 0.9), WATER, z)],
            0.03,
            veil((232, 242, 240), fixed.randint(60, 150)),
        )
    for _ in range(16):
        z, x = 5 * (3 ** fixed.random()), fixed.choice((-1, 1)) * fixed.uniform(HALF * 0.55, HALF * 0.74)
        size = fixed.uniform(0.14, 0.34)
        pen.oval((x, WATER + 0.05, z), size, size * 0.7, shade((140, 138, 130), fixed.uniform(0.8, 1.1)))


def _approach(pen: Pen, scene: Scene, done: bool) -> None:
    tone = CONCRETE if done else scene.palette.soil
    for side in (-1, 1):
        pen.ground([(side * HALF, Z0), (side * 30, Z0 + 0.6), (side * 30, Z1 + 1.4), (side * HALF, Z1)], tone)


def _bamboo(pen: Pen) -> None:
    stem: Colour = (186, 156, 92)
    for z in (Z1 - 0.8, Z1 - 1.4, Z1 - 2.0):
        pen.stroke([(-HALF - 0.5, 0.12, z), (0, -0.12, z), (HALF + 0.5, 0.1, z)], 0.16, shade(stem, 0.9))
    for k in range(22):
        x = -HALF + k * HALF * 2 / 21
        pen.stroke(
            [
                (x, 0.1 - 0.16 * (1 - abs(x) / HALF), Z1 - 0.7),
                (x + 0.06, 0.06 - 0.16 * (1 - abs(x) / HALF), Z1 - 2.1),
            ],
            0.1,
            stem,
        )
    for x in (-HALF, -1.4, 1.5, HALF):
        pen.stroke([(x, -0.1, Z1 - 2.1), (x + 0.1, 1.0, Z1 - 2.1)], 0.08, shade(stem, 0.8))
    pen.stroke([(-HALF, 0.9, Z1 - 2.1), (0, 0.74, Z1 - 2.1), (HALF, 0.92, Z1 - 2.1)], 0.07, stem)


def _abutments(pen: Pen, share: float) -> None:
    for side in (-1, 1):
        top = WATER + (0 - WATER - 0.55) * share
        xs = (-HALF - 0.2, -HALF * 0.66) if side < 0 else (HALF * 0.66, HALF + 0.2)
        pen.box(xs, (WATER, top), (Z0, Z1), shade(CONCRETE, 0.82))
        y = WATER + 0.25
        while y < top:
            pen.stroke([(xs[0], y, Z0), (xs[1], y, Z0)], 0.03, shade(CONCRETE, 0.62))
            y += 0.3


def _girders(pen: Pen, share: float) -> None:
    reach_x = -HALF + 2 * HALF * share
    for z in (Z1 - 0.3, (Z0 + Z1) / 2, Z0):
        pen.box((-HALF, reach_x), (-0.55, -0.15), (z, z + 0.3), shade(CONCRETE, 0.72))
    for x in (-2.0, 0.0, 2.0):
        pen.stroke([(x, WATER, Z0), (x, -0.55, Z0)], 0.08, (168, 128, 80))


def _deck(pen: Pen, share: float) -> None:
    right = -HALF - 0.4 + 2 * (HALF + 0.4) * share
    pen.ground(
        [(-HALF - 0.4, Z0 - 0.15), (right, Z0 - 0.15), (right, Z1), (-HALF - 0.4, Z1)],
        shade(CONCRETE, 1.04),
        y=0.08,
    )
    pen.face(
        [
            (-HALF - 0.4, -0.2, Z0 - 0.15),
            (right, -0.2, Z0 - 0.15),
            (right, 0.08, Z0 - 0.15),
            (-HALF - 0.4, 0.08, Z0 - 0.15),
        ],
        shade(CONCRETE, 0.84),
    )
    pen.face(
        [
            (-HALF - 0.2, -0.55, Z0),
            (right - 0.1, -0.55, Z0),
            (right - 0.1, -0.2, Z0),
            (-HALF - 0.2, -0.2, Z0),
        ],
        shade(CONCRETE, 0.6),
    )


def _rails(pen: Pen, colour: Colour, z: float) -> None:
    for k in range(9):
        x = -HALF - 0.3 + (2 * HALF + 0.6) * k / 8
        pen.box((x - 0.09, x + 0.09), (0.08, 1.0), (z, z + 0.16), (232, 230, 222))
    for y in (0.45, 0.85):
        pen.stroke([(-HALF - 0.3, y, z), (HALF + 0.3, y, z)], 0.09, colour)


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A village bridge."""
    rail = fixed.choice([(198, 72, 58), (58, 110, 160), (226, 178, 60), (70, 128, 92)])
    _approach(pen, scene, progress >= 95)
    _stream(pen, scene, fixed)
    if progress < 10:
        _bamboo(pen)
        return
    _abutments(pen, min(1.0, (progress - 5) / 30))
    if 38 <= progress < 95:
        _girders(pen, min(1.0, (progress - 25) / 30))
    if progress >= 95:
        _rails(pen, shade(rail, 0.8), Z1 - 0.2)
    if progress >= 62:
        _deck(pen, min(1.0, (progress - 40) / 45))
    if progress >= 95:
        _rails(pen, rail, Z0)
    else:
        props.stones(pen, rng, -HALF - 2.2, Z0 - 2.4)
        props.sacks(pen, HALF + 1.6, Z0 - 2.0)
        props.heap(pen, rng, HALF + 2.6, Z0 - 0.6, 1.1, (178, 168, 146))
        for _ in range(rng.randint(3, 5)):
            side = rng.choice((-1, 1))
            props.worker(pen, rng, side * (HALF + rng.uniform(0.2, 1.2)), Z0 - rng.uniform(-1.5, 2.2))
