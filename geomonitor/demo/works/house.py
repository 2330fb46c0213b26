"""[pure] A house made fit to live in: bamboo walls → foundation → brick → roof frame → plastered and tiled."""

import random

from geomonitor.demo import props
from geomonitor.demo.pen import Colour, Pen, mix, shade, veil
from geomonitor.demo.scenery import Scene

Z, DEEP, WIDE, TALL = 9.0, 5.5, 3.6, 2.7
BRICK: Colour = (178, 98, 72)


def yard(pen: Pen, scene: Scene) -> None:
    """Trodden earth before and around a house."""
    soil = mix(scene.palette.soil, (190, 160, 120), 0.3)
    pen.ground(
        [(-6.4, Z - 5), (6.4, Z - 5), (7.6, Z + 7), (-7.6, Z + 7)], mix(soil, scene.palette.near_grass, 0.55)
    )
    pen.ground([(-5.0, Z - 4), (5.2, Z - 4.2), (5.8, Z + 6), (-5.8, Z + 6)], soil)


def gable(
    pen: Pen, colour: Colour, rise: float, wide: float, z: float, deep: float, over: float = 0.55
) -> None:
    """A hip roof over walls that are `TALL` high, with rows of tiles."""
    base, top = TALL - 0.08, TALL + rise
    front, back = z - over, z + deep * 0.5
    a, b = (-wide - over, base, front), (wide + over, base, front)
    c, d = (wide * 0.52, top, back), (-wide * 0.52, top, back)
    pen.face([a, b, c, d], colour)
    pen.face([(wide * 0.1, base, front), b, c, (wide * 0.05, top, back)], veil(shade(colour, 0.88), 90))
    for k in range(1, 9):
        t = k / 9
        left = tuple(p + (q - p) * t for p, q in zip(a, d, strict=True))
        right = tuple(p + (q - p) * t for p, q in zip(b, c, strict=True))
        pen.stroke([(left[0], left[1], left[2]), (right[0], right[1], right[2])], 0.035, shade(colour, 0.8))
    pen.stroke([a, b], 0.12, shade(colour, 0.66))
    pen.stroke([d, c], 0.2, shade(colour, 1.12))


def frame(pen: Pen, rise: float, wide: float, z: float, deep: float) -> None:
    """Rafters and battens before the tiles are laid."""
    timber: Colour = (176, 132, 84)
    base, top, front, back = TALL, TALL + rise, z - 0.5, z + deep * 0.5
    pen.stroke([(-wide * 0.52, top, back), (wide * 0.52, top, back)], 0.14, timber)
    for k in range(10):
        t = k / 9
        pen.stroke(
            [(-wide - 0.5 + (2 * wide + 1.0) * t, base, front), (-wide * 0.52 + wide * 1.04 * t, top, back)],
            0.09,
            shade(timber, 0.9),
        )
    for k in range(6):
        t = k / 6
        x = wide + 0.5 - (wide * 0.48 + 0.5) * t
        pen.stroke(
            [
                (-x, base + rise * t, front + (back - front) * t),
                (x, base + rise * t, front + (back - front) * t),
            ],
            0.06,
            shade(timber, 1.1),
        )


def bricks_up(pen: Pen, wide: float, z: float, deep: float, tall: float) -> None:
    """Brick walls up to a height, with openings left for door and windows."""
    pen.box((-wide, wide), (0.2, tall), (z + deep - 0.2, z + deep), shade(BRICK, 0.7))
    for side in (-1, 1):
        pen.face(
            [
                (side * wide, 0.2, z),
                (side * wide, tall, z),
                (side * wide * 0.98, tall, z + deep),
                (side * wide * 0.98, 0.2, z + deep),
            ],
            shade(BRICK, 0.78),
        )
    for x0, x1, low in (
        (-wide, -2.4, 9),
        (-2.4, -1.0, 0.95),
        (-1.0, -0.5, 9),
        (0.5, 1.1, 9),
        (1.1, 2.5, 0.95),
        (2.5, wide, 9),
    ):
        top = min(tall, 2.05 if 0 else tall, low if low < tall else tall)
        pen.face([(x0, 0.2, z), (x1, 0.2, z), (x1, top, z), (x0, top, z)], BRICK)
        y = 0.32
        while y < top:
            pen.stroke([(x0, y, z), (x1, y, z)], 0.02, shade(BRICK, 1.28))
            y += 0.13
    if tall > 2.1:
        for x0, x1 in ((-2.4, -1.0), (-0.5, 0.5), (1.1, 2.5)):
            pen.face([(x0, 2.05, z), (x1, 2.05, z), (x1, tall, z), (x0, tall, z)], BRICK)
    for x in (-wide, -2.45, -0.55, 0.55, 2.55, wide):
        pen.stroke([(x, 0.2, z - 0.02), (x, tall, z - 0.02)], 0.14, (176, 174, 166))


def _old(pen: Pen, fixed: random.Random) -> None:
    mat, lean = (176, 146, 96), 0.18
    pen.shadow(0.6, Z, 4.6, 1.2)
    pen.face([(-WIDE, 0, Z), (WIDE, 0, Z), (WIDE + lean, 2.2, Z), (-WIDE + lean, 2.3, Z)], mat)
    for i in range(30):
        for j in range(5):
            x, y = -WIDE + 0.24 * i, 0.1 + 0.44 * j
            tone = shade(mat, 0.86 if (i + j) % 2 else 1.08)
            pen.face(
                [(x, y, Z), (x + 0.22, y, Z), (x + 0.24, y + 0.4, Z), (x + 0.02, y + 0.4, Z)], veil(tone, 160)
            )
    pen.face([(-0.5, 0, Z), (0.4, 0, Z), (0.52, 1.8, Z), (-0.38, 1.8, Z)], (52, 42, 34))
    pen.face([(1.5, 0.8, Z), (2.4, 0.8, Z), (2.46, 1.5, Z), (1.56, 1.5, Z)], (62, 52, 42))
    pen.face([(-3.2, 0.0, Z), (-2.3, 0.0, Z), (-2.6, 0.8, Z), (-3.0, 1.0, Z)], (70, 56, 44))
    roof = (136, 96, 74)
    pen.face(
        [
            (-WIDE - 0.5, 2.2, Z - 0.6),
            (WIDE + 0.6, 2.05, Z - 0.6),
            (WIDE * 0.6, 3.7, Z + 2.4),
            (-0.3, 3.45, Z + 2.4),
            (-WIDE * 0.55, 3.8, Z + 2.4),
        ],
        roof,
    )
    for _ in range(40):
        x, t = fixed.uniform(-WIDE, WIDE), fixed.random()
        y, z = 2.15 + 1.4 * t, Z - 0.6 + 3 * t
        pen.face(
            [
                (x * (1 - 0.4 * t), y, z),
                (x * (1 - 0.4 * t) + 0.4, y, z),
                (x * (1 - 0.4 * t) + 0.36, y + 0.16, z),
            ],
            shade(roof, fixed.choice((0.72, 0.84, 1.15))),
        )
    pen.face(
        [(1.0, 2.7, Z + 0.4), (1.9, 2.66, Z + 0.4), (1.7, 3.2, Z + 1.3), (1.1, 3.2, Z + 1.3)], (58, 46, 38)
    )
    pen.stroke([(-WIDE - 0.1, 0, Z - 0.3), (-WIDE + 0.3, 2.3, Z - 0.3)], 0.1, (128, 100, 66))
    pen.stroke([(WIDE + 0.5, 0, Z - 0.4), (WIDE + 0.1, 2.0, Z - 0.1)], 0.08, (150, 118, 76))


def _footing(pen: Pen) -> None:
    for z in (Z + DEEP, Z):
        pen.box((-WIDE - 0.1, WIDE + 0.1), (0, 0.22), (z, z + 0.3), (160, 158, 150))
    for side in (-1, 1):
        x = sorted((side * WIDE, side * (WIDE + 0.1)))
        pen.box((x[0] - 0.1, x[1]), (0, 0.22), (Z, Z + DEEP), (160, 158, 150))
    pen.ground(
        [(-WIDE, Z + 0.3), (WIDE, Z + 0.3), (WIDE, Z + DEEP), (-WIDE, Z + DEEP)], (150, 128, 100), y=0.1
    )


def finished(pen: Pen, wall: Colour, trim: Colour, roof: Colour, rise: float, wide: float) -> None:
    """Plastered walls, door, two windows, porch step and a tiled roof."""
    pen.shadow(0.7, Z, wide + 1.2, 1.3)
    pen.box((-wide, wide), (0.2, TALL), (Z, Z + DEEP), wall)
    pen.box((-wide - 0.15, wide + 0.15), (0, 0.22), (Z - 0.5, Z), (188, 186, 178))
    pen.face([(-wide, 0.22, Z), (wide, 0.22, Z), (wide, 0.75, Z), (-wide, 0.75, Z)], trim)
    pen.face(
        [(-wide, TALL - 0.5, Z), (wide, TALL - 0.5, Z), (wide, TALL, Z), (-wide, TALL, Z)],
        veil(shade(wall, 0.72), 110),
    )
    pen.face([(-0.52, 0.22, Z), (0.52, 0.22, Z), (0.52, 2.12, Z), (-0.52, 2.12, Z)], (246, 242, 232))
    pen.face([(-0.43, 0.22, Z), (0.43, 0.22, Z), (0.43, 2.04, Z), (-0.43, 2.04, Z)], (132, 88, 56))
    pen.oval((0.3, 1.1, Z), 0.05, 0.05, (226, 196, 110))
    for x0, x1 in ((-2.4, -1.0), (1.1, 2.5)):
        pen.face(
            [(x0 - 0.08, 0.9, Z), (x1 + 0.08, 0.9, Z), (x1 + 0.08, 2.12, Z), (x0 - 0.08, 2.12, Z)],
            (246, 242, 232),
        )
        middle = (x0 + x1) / 2
        for a, b in ((x0, middle - 0.04), (middle + 0.04, x1)):
            pen.face([(a, 0.98, Z), (b, 0.98, Z), (b, 2.04, Z), (a, 2.04, Z)], (112, 146, 158))
            pen.face([(a, 1.5, Z), (b, 1.9, Z), (b, 2.04, Z), (a, 2.04, Z)], (160, 188, 194))
    gable(pen, roof, rise, wide, Z, DEEP)


def draw(pen: Pen, scene: Scene, progress: int, rng: random.Random, fixed: random.Random) -> None:
    """A house repair (RTLH)."""
    wall = fixed.choice([(232, 222, 196), (196, 218, 204), (238, 208, 170), (204, 218, 228), (242, 236, 222)])
    trim, roof = (
        fixed.choice([(120, 92, 70), (62, 110, 104), (150, 74, 60)]),
        fixed.choice([(178, 92, 64), (160, 80, 60), (116, 70, 58)]),
    )
    yard(pen, scene)
    if progress < 10:
        _old(pen, fixed)
        return
    pen.shadow(0.6, Z, 4.4, 1.0)
    _footing(pen)
    if progress >= 95:
        finished(pen, wall, trim, roof, 1.75, WIDE)
    elif progress >= 25:
        tall = min(TALL, 0.4 + (progress - 20) / 38 * TALL)
        bricks_up(pen, WIDE, Z, DEEP, tall)
        if progress >= 78:
            gable(pen, roof, 1.75, WIDE, Z, DEEP)
        elif progress >= 62:
            frame(pen, 1.75, WIDE, Z, DEEP)
    if progress < 100:
        props.bricks(pen, -3.4, Z - 2.7)
        props.heap(pen, rng, 3.3, Z - 2.3, 0.9, (182, 170, 146))
        props.sacks(pen, 2.0, Z - 3.2)
        count = rng.randint(2, 4)
        for k in range(count):
            props.worker(
                pen, rng, (2 * (k + rng.random() * 0.6) / count - 1) * 2.6, Z - rng.uniform(0.5, 2.6)
            )
