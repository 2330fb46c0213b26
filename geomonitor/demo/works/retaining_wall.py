"""[pure] Retaining wall (TPT, plengsengan): a slipping slope gets a wall of river stone, stretch by stretch."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade
from geomonitor.demo.scenery import Scene
from geomonitor.demo.works.road import reach

TOP, FOOT, X, FAR = 2.1, 0.0, 1.9, 60.0
STONE: Colour = (146, 144, 138)


def _slope(pen: Pen, scene: Scene, near: float, fixed: random.Random) -> None:
    soil, grass = scene.palette.soil, scene.palette.near_grass
    pen.face([(X, FOOT, near), (X + 1.8, TOP, near), (X + 1.8, TOP, FAR), (X, FOOT, FAR)], shade(soil, 0.94))
    pen.face(
        [(X + 1.8, TOP, near), (30, TOP, near), (30, TOP, FAR), (X + 1.8, TOP, FAR)],
        mix(grass, (150, 176, 96), 0.3),
    )
    for _ in range(110):
        z, t = near * (8 ** fixed.random()), fixed.random()
        at = (X + 1.8 * t, TOP * t, z)
        if fixed.random() < 0.5:
            pen.oval(at, 0.16, 0.1, shade(soil, fixed.choice((0.76, 1.14))))
        else:
            pen.stroke([at, (at[0] - 0.06, at[1] + 0.24, z)], 0.05, shade(grass, fixed.uniform(0.7, 1.1)))


def _slide(pen: Pen, scene: Scene, near: float) -> None:
    soil = shade(scene.palette.soil, 0.82)
    for z in (near * 1.7, near * 3.4):
        pen.face(
            [
                (X - 0.8, 0, z),
                (X + 0.3, 0.5, z),
                (X + 1.7, TOP, z + 0.6),
                (X + 1.7, TOP, z + 2.4),
                (X + 0.4, 0.4, z + 2.6),
                (X - 0.7, 0, z + 2.2),
            ],
            soil,
        )


def _lane(pen: Pen, scene: Scene, near: float) -> None:
    pen.ground(
        [(-2.4, near), (X, near), (X, FAR), (-2.4, FAR)], mix(scene.palette.soil, (176, 168, 150), 0.5)
    )
    pen.ground(
        [(-2.4, near), (-2.1, near), (-2.1, FAR), (-2.4, FAR)],
        mix(scene.palette.soil, scene.palette.near_grass, 0.5),
    )


def _wall(pen: Pen, near: float, front: float, tall: float, fixed: random.Random) -> None:
    slant = 0.35
    pen.face(
        [
            (X, 0, near),
            (X + slant * tall / TOP, tall, near),
            (X + slant * tall / TOP, tall, front),
            (X, 0, front),
        ],
        (176, 170, 158),
    )
    z, k = near, 0
    while z < min(front, 22):
        step = 0.4 + z * 0.03
        for row in range(6):
            y0 = row * 0.36 + 0.05
            if y0 + 0.3 > tall:
                break
            shift = (row % 2) * step * 0.5
            tone = shade(mix(STONE, (172, 164, 150), fixed.random()), fixed.uniform(0.82, 1.08))
            x0, x1 = X + slant * y0 / TOP, X + slant * (y0 + 0.3) / TOP
            a, b = z + shift + 0.03, min(z + shift + step * 0.88, front)
            if a < b:
                pen.face(
                    [(x0, y0, a + 0.04), (x0, y0 + 0.02, b), (x1, y0 + 0.3, b - 0.05), (x1, y0 + 0.27, a)],
                    tone,
                )
        z, k = z + step, k + 1
    if tall >= TOP:
        pen.face(
            [
                (X + slant - 0.05, TOP, near),
                (X + slant + 0.5, TOP, near),
                (X + slant + 0.5, TOP, front),
                (X + slant - 0.05, TOP, front),
            ],
            (206, 204, 196),
        )
        pen.face(
            [
                (X + slant - 0.05, TOP, near),
                (X + slant - 0.05, TOP - 0.16, near),
                (X + slant - 0.05, TOP - 0.16, front),
                (X + slant - 0.05, TOP, front),
            ],
            (190, 188, 180),
        )
        for m in range(3, 30, 3):
            if near + m < front:
                pen.oval((X + 0.12, 0.6, near + m), 0.06, 0.06, (70, 74, 78))


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A retaining wall beside a lane."""
    near = pen.camera.near() * 0.98
    _lane(pen, scene, near)
    _slope(pen, scene, near, fixed)
    if progress == 0:
        _slide(pen, scene, near)
        for z in (16.0, 11.0, 7.5):
            props.stake(pen, X - 0.3, z, 1.0)
        pen.stroke([(X - 0.3, 0.9, 7.5), (X - 0.3, 0.9, 16.0)], 0.02, (236, 226, 196))
        return
    front = reach(near, 20 + progress * 0.8, FAR)
    rough = reach(near, min(100, progress * 1.15 + 26), FAR)
    if progress < 100:
        pen.ground(
            [(X - 0.5, front), (X, front), (X, rough), (X - 0.5, rough)],
            shade(scene.palette.soil, 0.66),
            y=-0.02,
        )
        _wall(pen, near, rough, TOP * 0.35, fixed)
    _wall(pen, near, reach(near, progress, FAR), TOP, fixed)
    if progress < 100:
        props.stones(pen, rng, -0.9, near * 1.9, 18)
        props.sacks(pen, -1.7, near * 1.6)
        for _ in range(rng.randint(2, 4)):
            props.worker(
                pen, rng, X - rng.uniform(0.5, 1.8), reach(near, progress, FAR) * rng.uniform(1.0, 1.4)
            )
