"""[pure] Drain and irrigation channel: a ditch beside the lane that gets walls of stone and a concrete rim."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade, veil
from geomonitor.demo.scenery import Scene
from geomonitor.demo.works.road import reach

FAR = 70.0
STONE: Colour = (150, 148, 140)
RIM: Colour = (196, 194, 186)


def _strip(x0: float, x1: float, z0: float, z1: float) -> list[tuple[float, float]]:
    return [(x0, z0), (x1, z0), (x1, z1), (x0, z1)]


def _ditch(pen: Pen, scene: Scene, half: float, near: float, fixed: random.Random) -> None:
    soil = scene.palette.soil
    pen.ground(_strip(-half - 1.3, half + 1.3, near, FAR), mix(soil, scene.palette.near_grass, 0.4))
    deep = 0.55
    for side, tone in ((-1, 0.82), (1, 0.94)):
        pen.face(
            [
                (side * (half + 0.5), 0, near),
                (side * half * 0.5, -deep, near),
                (side * half * 0.5, -deep, FAR),
                (side * (half + 0.5), 0, FAR),
            ],
            shade(soil, tone),
        )
    pen.ground(
        _strip(-half * 0.5, half * 0.5, near, FAR),
        mix(shade(soil, 0.7), scene.palette.low_sky, 0.22),
        y=-deep,
    )
    for _ in range(90):
        z, side = near * (10 ** fixed.random()), fixed.choice((-1, 1))
        x = side * (half + fixed.uniform(0.1, 0.9))
        for dx in (-0.14, 0.02, 0.16):
            pen.stroke(
                [(x, -0.05, z), (x + dx, fixed.uniform(0.12, 0.34), z)],
                0.016,
                shade(scene.palette.near_grass, fixed.uniform(0.72, 1.15)),
            )


def _trench(pen: Pen, scene: Scene, half: float, z0: float, z1: float) -> None:
    soil, deep = scene.palette.soil, 0.85
    for side, tone in ((-1, 0.68), (1, 0.84)):
        pen.face(
            [
                (side * (half + 0.2), 0, z0),
                (side * (half + 0.1), -deep, z0),
                (side * (half + 0.1), -deep, z1),
                (side * (half + 0.2), 0, z1),
            ],
            shade(soil, tone),
        )
    pen.ground(_strip(-half - 0.1, half + 0.1, z0, z1), shade(soil, 0.9), y=-deep)
    pen.ground(_strip(half + 0.35, half + 1.2, z0, z1), shade(soil, 1.1), y=0.12)


def _masonry(pen: Pen, half: float, z0: float, z1: float, fixed: random.Random) -> None:
    deep = 0.8
    for side, tone in ((-1, 0.8), (1, 1.0)):
        x = side * half
        pen.face([(x, 0.08, z0), (x, -deep, z0), (x, -deep, z1), (x, 0.08, z1)], shade((178, 172, 158), tone))
        z = z0
        while z < min(z1, 24):
            step = 0.3 + z * 0.02
            for row in range(3):
                y = -0.12 - row * 0.24
                shift = (row % 2) * step / 2
                colour = shade(mix(STONE, (120, 124, 122), fixed.random()), tone * 0.95)
                pen.face(
                    [
                        (x, y, z + shift),
                        (x, y - 0.19, z + shift + 0.03),
                        (x, y - 0.17, z + shift + step * 0.82),
                        (x, y + 0.01, z + shift + step * 0.78),
                    ],
                    colour,
                )
            z += step
        pen.ground(
            sorted(_strip(x, x + side * 0.3, z0, z1), key=lambda p: p[1])[:2]
            + sorted(_strip(x + side * 0.3, x, z0, z1), key=lambda p: p[1])[2:],
            shade(RIM, 0.96 if side < 0 else 1.03),
            y=0.08,
        )
        outer = x + side * 0.3
        if side > 0:
            pen.face([(x, 0.08, z0), (x, 0.0, z0), (x, 0.0, z1), (x, 0.08, z1)], shade(RIM, 0.8))
        else:
            pen.face(
                [(outer, 0.08, z0), (outer, 0.0, z0), (outer, 0.0, z1), (outer, 0.08, z1)], shade(RIM, 0.8)
            )


def _joints(pen: Pen, half: float, z0: float, z1: float) -> None:
    z = z0
    while z < min(z1, 50):
        for side in (-1, 1):
            x0, x1 = sorted((side * half, side * (half + 0.3)))
            pen.ground(_strip(x0, x1, z, z + 0.03 + z * 0.002), shade(RIM, 0.74), y=0.08)
        z += 2.0


def _floor(pen: Pen, scene: Scene, half: float, z0: float, z1: float, wet: bool) -> None:
    pen.ground(_strip(-half, half, z0, z1), shade(RIM, 0.82), y=-0.8)
    if not wet:
        return
    water = mix(scene.palette.low_sky, (74, 112, 112), 0.55)
    pen.ground(_strip(-half, half, z0, z1), water, y=-0.45)
    for k in range(14):
        z = z0 * (1 + k * 0.35)
        pen.stroke(
            [(-half * 0.7, -0.45, z), (half * (0.1 + 0.05 * (k % 5)), -0.45, z + 0.1)],
            0.03,
            veil((235, 242, 240), 120),
        )


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A drain along a lane."""
    _draw(pen, scene, progress, rng, fixed, fixed.choice((0.55, 0.65)))


def draw_irrigation(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A tertiary irrigation channel in the rice land; it carries water when it is done."""
    _draw(pen, scene, progress, rng, fixed, fixed.choice((0.8, 0.95)))


def _draw(
    pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random, half: float
) -> None:
    near = pen.camera.near() * 0.98
    front = reach(near, progress * 0.97, FAR)
    _ditch(pen, scene, half, near, fixed)
    if progress == 0:
        for z in (18.0, 12.0, 8.0):
            for side in (-1, 1):
                props.stake(pen, side * (half + 0.7), z)
            props.string(pen, (-half - 0.7, z), (half + 0.7, z))
        return
    if progress < 100:
        _trench(pen, scene, half, front, reach(near, min(100, progress + 30), FAR))
    _floor(pen, scene, half, near, front, wet=progress >= 100)
    _masonry(pen, half, near, front, fixed)
    _joints(pen, half, near, front)
    if progress < 100:
        props.stones(pen, rng, -half - 2.4, near * 2.2)
        props.heap(pen, rng, half + 2.6, near * 2.6, 1.2, (178, 168, 146))
        props.sacks(pen, -half - 2.0, near * 1.75)
        for _ in range(rng.randint(2, 4)):
            z = front * rng.uniform(1.0, 1.35)
            props.worker(pen, rng, rng.choice((-1, 1)) * (half + rng.uniform(0.5, 1.4)), z)
