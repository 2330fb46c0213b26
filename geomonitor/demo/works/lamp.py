"""[pure] Solar street lamp: a marked place, the foundation, the pole, arm and panel, the lit lamp."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade
from geomonitor.demo.scenery import Scene
from geomonitor.demo.works.road import lane

X, Z = 2.2, 10.6


def _lane(pen: Pen, scene: Scene) -> None:
    near = pen.camera.near() * 0.98
    grey: Colour = (152, 150, 146)
    pen.ground(lane(scene, -2.3, 1.75, near, 90), mix(scene.palette.soil, scene.palette.near_grass, 0.4))
    pen.ground(lane(scene, -2.0, 1.45, near, 90), grey)
    pen.ground(lane(scene, -2.0, -1.85, near, 90), shade(grey, 1.14))
    pen.ground(lane(scene, 1.3, 1.45, near, 90), shade(grey, 1.14))


def _far_lamps(pen: Pen, scene: Scene, pole: Colour, progress: int) -> None:
    for z in (46.0, 26.0):
        x = X + scene.bend * 2.2 * (z / 60) ** 2
        if progress >= 100 or (progress >= 60 and z > 40):
            _pole(pen, x, z, pole, 1.0)
            _head(pen, x, z, progress >= 100)


def _pole(pen: Pen, x: float, z: float, colour: Colour, share: float) -> None:
    pen.stroke([(x, 0.25, z), (x, 0.25 + 6.3 * share, z)], 0.15, colour)
    pen.stroke([(x + 0.04, 0.25, z), (x + 0.04, 0.25 + 6.3 * share, z)], 0.05, shade(colour, 0.8))
    pen.stroke([(x, 0.25, z), (x, 1.4, z)], 0.21, shade(colour, 0.94))


def _head(pen: Pen, x: float, z: float, lit: bool) -> None:
    pen.stroke([(x, 6.1, z), (x - 0.9, 6.5, z), (x - 1.7, 6.55, z)], 0.09, (150, 156, 158))
    pen.face([(x - 2.3, 6.62, z), (x - 1.35, 6.62, z), (x - 1.45, 6.42, z), (x - 2.2, 6.42, z)], (84, 90, 94))
    pen.face(
        [(x - 2.2, 6.43, z), (x - 1.45, 6.43, z), (x - 1.5, 6.34, z), (x - 2.15, 6.34, z)],
        (255, 240, 190) if lit else (206, 208, 200),
    )
    pen.face(
        [(x - 0.62, 6.62, z), (x + 0.7, 6.92, z), (x + 0.62, 7.34, z), (x - 0.7, 7.04, z)], (40, 62, 104)
    )
    for t in (0.33, 0.66):
        pen.stroke(
            [(x - 0.62 + 1.32 * t, 6.62 + 0.3 * t, z), (x - 0.7 + 1.32 * t, 7.04 + 0.3 * t, z)],
            0.02,
            (120, 142, 176),
        )
    if lit:
        for k in (3.0, 2.0, 1.2):
            pen.oval((x - 1.82, 6.36, z), 0.2 * k, 0.14 * k, (255, 236, 170, 60))


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A street lamp beside a lane."""
    pole = fixed.choice([(176, 182, 184), (60, 96, 84), (92, 98, 106)])
    _lane(pen, scene)
    _far_lamps(pen, scene, pole, progress)
    pen.ground(
        [(X - 0.7, Z - 0.8), (X + 0.8, Z - 0.8), (X + 0.7, Z + 0.8), (X - 0.6, Z + 0.8)],
        mix(scene.palette.soil, scene.palette.near_grass, 0.2 if progress < 100 else 0.6),
    )
    if progress < 8:
        props.stake(pen, X, Z, 1.3)
        pen.oval((X, 0.0, Z), 0.5, 0.1, (240, 236, 226, 150))
        return
    if progress < 30:
        pen.oval((X, 0.0, Z - 0.1), 0.45, 0.12, (66, 50, 38))
        props.heap(pen, rng, X + 1.3, Z + 0.3, 0.7, scene.palette.soil)
    else:
        pen.shadow(X + 0.5, Z, 0.9, 0.3)
        pen.box((X - 0.28, X + 0.28), (0, 0.3), (Z - 0.28, Z + 0.28), (196, 194, 186))
    if progress >= 50:
        _pole(pen, X, Z, pole, 1.0)
    elif progress >= 30:
        for dx in (-0.14, 0.14):
            pen.stroke([(X + dx, 0.3, Z), (X + dx, 0.62, Z)], 0.04, (110, 96, 84))
        pen.stroke([(X - 3.4, 0.12, Z - 1.6), (X + 1.2, 0.12, Z - 2.2)], 0.15, pole)
    if progress >= 80:
        _head(pen, X, Z, progress >= 100)
    if progress < 100:
        props.sacks(pen, X + 1.7, Z - 1.2, 4)
        for _ in range(rng.randint(2, 3)):
            props.worker(pen, rng, X + rng.uniform(-1.6, 1.2), Z - rng.uniform(0.6, 2.0))
