"""[pure] Concrete lane (rabat beton) and paving, seen along the lane: the finished length grows away from us."""

import random
from collections.abc import Iterator

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade, veil
from geomonitor.demo.scenery import Scene

FAR = 90.0
CONCRETE: Colour = (186, 184, 176)


def reach(near: float, progress: float, far: float = FAR) -> float:
    """How far away the work has come at a progress of 0 … 100; even steps in the picture, not in metres."""
    return near * (far / near) ** (min(max(progress, 0), 100) / 100)


def lane(scene: Scene, left: float, right: float, z0: float, z1: float) -> list[tuple[float, float]]:
    """The outline of a strip of lane from z0 to z1 that follows the lane's bend, as (x, z)."""
    steps = [z0 * (z1 / z0) ** (k / 12) for k in range(13)]

    def middle(z: float) -> float:
        return scene.bend * 2.2 * (z / 60) ** 2

    return [(middle(z) + left, z) for z in steps] + [(middle(z) + right, z) for z in reversed(steps)]


def _centre(scene: Scene, z: float) -> float:
    return scene.bend * 2.2 * (z / 60) ** 2


def _joints(near: float, front: float, step: float) -> Iterator[float]:
    z = near
    while z < min(front, 60):
        yield z
        z += step


def _track(pen: Pen, scene: Scene, half: float, near: float, fixed: random.Random) -> None:
    soil = scene.palette.soil
    pen.ground(lane(scene, -half - 0.9, half + 0.9, near, FAR), mix(soil, scene.palette.near_grass, 0.35))
    pen.ground(lane(scene, -half - 0.35, half + 0.35, near, FAR), soil)
    for rut in (-0.75, 0.75):
        pen.ground(lane(scene, rut - 0.24, rut + 0.24, near, FAR), shade(soil, 0.88))
    for _ in range(120):
        z = near * (9 ** fixed.random())
        x = _centre(scene, z) + fixed.uniform(-half, half)
        pen.oval(
            (x, 0.0, z), 0.07 * fixed.uniform(0.5, 1.6), 0.02, shade(soil, fixed.choice((0.8, 0.9, 1.12)))
        )


def _puddles(pen: Pen, scene: Scene, half: float, near: float, fixed: random.Random) -> None:
    for k in range(4):
        z = near * 1.35 + k * fixed.uniform(1.4, 3.2)
        x = _centre(scene, z) + fixed.choice((-0.7, 0.6)) * half * 0.7
        px, py = pen.camera.at(x, 0, z)
        w, h = pen.size(fixed.uniform(0.3, 0.6), z), pen.size(0.12, z)
        pen.draw.ellipse((px - w, py - h, px + w, py + h), fill=shade(scene.palette.soil, 0.72))
        pen.draw.ellipse(
            (px - w * 0.86, py - h * 0.7, px + w * 0.9, py + h * 0.86),
            fill=mix(scene.palette.low_sky, scene.palette.soil, 0.4),
        )


def _survey(pen: Pen, scene: Scene, half: float, near: float) -> None:
    for z in (22.0, 15.0, 10.5, 7.4):
        if z < near * 1.2:
            continue
        middle = _centre(scene, z)
        for side in (-1, 1):
            props.stake(pen, middle + side * (half + 0.15), z)
        props.string(pen, (middle - half - 0.15, z), (middle + half + 0.15, z))


def _forms(pen: Pen, scene: Scene, half: float, front: float, tail: float) -> None:
    timber = (188, 150, 98)
    for side in (-1, 1):
        outline = lane(scene, side * half, side * (half + 0.07), front, tail)
        pen.ground(outline, timber, y=0.14)
        edge = outline[:13]
        pen.face(
            [(x, 0.14, z) for x, z in edge] + [(x, 0.0, z) for x, z in reversed(edge)], shade(timber, 0.7)
        )


def _gang(pen: Pen, scene: Scene, rng: random.Random, half: float, front: float) -> None:
    count = rng.randint(3, 5)
    for k in reversed(range(count)):
        z = front * (1.03 + 0.09 * k + rng.uniform(0, 0.05))
        across = ((k * 2 + rng.random()) % count) / count * 2 - 1
        props.worker(pen, rng, _centre(scene, z) + across * half * 1.15, z)


def _materials(pen: Pen, rng: random.Random, half: float, near: float, progress: int) -> None:
    side = 1 if rng.random() < 0.5 else -1
    z = near * 2.1
    props.heap(pen, rng, side * (half + 2.1), z + 2, 1.25, (178, 168, 146))
    props.stones(pen, rng, -side * (half + 2.0), z + 1.5)
    if progress < 90:
        props.sacks(pen, side * (half + 1.5), z - 0.4)


def _finish(pen: Pen, scene: Scene, half: float, near: float, front: float, progress: int) -> None:
    soil = scene.palette.soil
    shoulder = mix(soil, scene.palette.near_grass, 0.65 if progress >= 100 else 0.2)
    pen.ground(lane(scene, -half - 0.55, half + 0.55, near, front), shoulder)
    pen.ground(lane(scene, -half - 0.03, half + 0.03, near, front), shade(CONCRETE, 0.7))
    pen.ground(lane(scene, -half, half, near, front), CONCRETE, y=0.13)
    pen.ground(lane(scene, half - 0.25, half, near, front), shade(CONCRETE, 0.96), y=0.13)
    if 0 < progress < 100:
        pen.ground(lane(scene, -half, half, front / 1.22, front), shade(CONCRETE, 0.86), y=0.13)
    for z in _joints(near, front, 2.0):
        middle = _centre(scene, z)
        width = 0.035 + z * 0.0022
        pen.ground(
            [(middle - half, z), (middle + half, z), (middle + half, z + width), (middle - half, z + width)],
            shade(CONCRETE, 0.74),
            y=0.13,
        )
    edge = lane(scene, half, half, near, front)[:13]
    pen.face(
        [(x, 0.13, z) for x, z in edge] + [(x, 0.0, z) for x, z in reversed(edge)], shade(CONCRETE, 0.62)
    )


def _blocks(pen: Pen, scene: Scene, half: float, near: float, front: float) -> None:
    z, k = near, 0
    while z < min(front, 26):
        step = 0.22 + z * 0.012
        middle = _centre(scene, z)
        pen.ground(
            [
                (middle - half, z),
                (middle + half, z),
                (middle + half, z + 0.02 + z * 0.0022),
                (middle - half, z + 0.02 + z * 0.0022),
            ],
            (132, 116, 106),
            y=0.13,
        )
        count = 12
        for i in range(count):
            x = middle - half + (i + (k % 2) * 0.5) * 2 * half / count
            if x < middle + half - 0.1 and z < 16:
                pen.stroke([(x, 0.13, z), (x, 0.13, z + step)], 0.02, veil((132, 116, 106), 210))
        z, k = z + step, k + 1
    for side in (-1, 1):
        pen.ground(lane(scene, side * half - 0.08, side * half + 0.08, near, front), (206, 204, 196), y=0.15)


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A concrete lane."""
    _draw(pen, scene, progress, rng, fixed, paving=False)


def draw_paving(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A lane of paving blocks with kerbs."""
    _draw(pen, scene, progress, rng, fixed, paving=True)


def _draw(
    pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random, paving: bool
) -> None:
    half, near = fixed.choice((1.25, 1.5, 1.5, 1.75)), pen.camera.near() * 0.98
    front = reach(near, progress * 0.97)
    _track(pen, scene, half, near, fixed)
    if progress < 12:
        _puddles(pen, scene, half, near, fixed)
    if progress == 0:
        _survey(pen, scene, half, near)
        return
    base = mix(scene.palette.soil, (170, 160, 140), 0.55)
    tail = reach(near, min(100, progress + 38))
    if progress < 100:
        pen.ground(lane(scene, -half - 0.1, half + 0.1, near, tail), base)
        _forms(pen, scene, half, front, tail)
    if paving:
        pen.ground(
            lane(scene, -half - 0.5, half + 0.5, near, front),
            mix(scene.palette.soil, scene.palette.near_grass, 0.5),
        )
        pen.ground(lane(scene, -half, half, near, front), (176, 152, 138), y=0.13)
        _blocks(pen, scene, half, near, front)
    else:
        _finish(pen, scene, half, near, front, progress)
    if progress < 100:
        _materials(pen, rng, half, near, progress)
        _gang(pen, scene, rng, half, front)
