"""[pure] What stands about on a site: people, heaps, sacks, formwork, the activity board."""

import random

from PIL import ImageFont

from geomonitor.demo.pen import Colour, Pen, mix, shade

SHIRTS: tuple[Colour, ...] = (
    (226, 118, 46),
    (44, 92, 148),
    (222, 186, 62),
    (66, 120, 88),
    (168, 70, 62),
    (92, 96, 104),
    (214, 212, 200),
)
SKIN: tuple[Colour, ...] = ((150, 104, 74), (132, 90, 64), (164, 116, 82))
HATS: tuple[Colour, ...] = ((238, 196, 60), (230, 230, 224), (206, 172, 112), (60, 110, 160))


def worker(pen: Pen, rng: random.Random, x: float, z: float, *, tool: bool = True, y: float = 0.0) -> None:
    """One person at work at (x, z): vest, hat, and mostly a hoe or shovel in hand."""
    shirt, skin, hat = rng.choice(SHIRTS), rng.choice(SKIN), rng.choice(HATS)
    way = rng.choice((-1, 1))
    if not y:
        pen.shadow(x + 0.25, z, 0.55, 0.3)
    for side in (-0.11, 0.11):
        pen.stroke([(x + side, y + 0.82, z), (x + side * 1.5, y + 0.06, z)], 0.17, (52, 58, 70))
        pen.oval((x + side * 1.6, y + 0.06, z), 0.12, 0.07, (40, 36, 32))
    pen.face(
        [(x - 0.24, y + 1.38, z), (x + 0.24, y + 1.38, z), (x + 0.2, y + 0.78, z), (x - 0.2, y + 0.78, z)],
        shirt,
    )
    pen.face(
        [(x + 0.06, y + 1.38, z), (x + 0.24, y + 1.38, z), (x + 0.2, y + 0.78, z), (x + 0.06, y + 0.78, z)],
        shade(shirt, 0.84),
    )
    pen.stroke([(x - 0.2, y + 1.02, z), (x + 0.2, y + 1.02, z)], 0.05, shade(shirt, 1.3))
    hand = (x + way * 0.42, y + 0.92, z)
    pen.stroke([(x + way * 0.22, y + 1.32, z), (x + way * 0.36, y + 1.1, z), hand], 0.11, shade(shirt, 0.92))
    pen.stroke(
        [(x - way * 0.22, y + 1.32, z), (x - way * 0.3, y + 1.05, z), (x + way * 0.1, y + 0.98, z)],
        0.11,
        shirt,
    )
    if tool:
        pen.stroke(
            [(hand[0] - way * 0.22, y + 1.3, z), (hand[0] + way * 0.3, y + 0.08, z)], 0.035, (128, 96, 60)
        )
        pen.oval((hand[0] + way * 0.32, y + 0.1, z), 0.12, 0.09, (108, 112, 116))
    pen.oval((x, y + 1.55, z), 0.125, 0.155, skin)
    pen.oval((x, y + 1.64, z), 0.15, 0.095, hat)
    pen.stroke([(x - 0.21, y + 1.61, z), (x + 0.21, y + 1.61, z)], 0.04, shade(hat, 0.86))


def heap(pen: Pen, rng: random.Random, x: float, z: float, wide: float, colour: Colour) -> None:
    """A heap of sand, gravel or soil."""
    pen.shadow(x + wide * 0.15, z, wide * 1.1, wide * 0.4)
    tall = wide * 0.62
    outline = [
        (x - wide, 0.0, z),
        (x - wide * 0.6, tall * 0.52, z),
        (x - wide * 0.16, tall, z),
        (x + wide * 0.2, tall * 0.92, z),
        (x + wide * 0.66, tall * 0.4, z),
        (x + wide, 0.0, z),
    ]
    pen.face(outline, colour)
    pen.face([outline[2], outline[3], outline[4], outline[5], (x + wide * 0.2, 0, z)], shade(colour, 0.86))
    for _ in range(26):
        t, up = rng.uniform(-0.8, 0.8), rng.random()
        pen.oval(
            (x + wide * t * (1 - up * 0.75), tall * up * 0.85, z),
            0.035,
            0.028,
            shade(colour, rng.choice((0.74, 1.16))),
        )


def stones(pen: Pen, rng: random.Random, x: float, z: float, count: int = 16) -> None:
    """A pile of river stones."""
    pen.shadow(x, z, 1.0, 0.4)
    for i in range(count):
        row = i // 6
        tone = mix((128, 128, 124), (164, 158, 148), rng.random())
        at = (x - 0.85 + (i % 6) * 0.33 + row * 0.16, 0.13 + row * 0.2, z)
        pen.oval(at, 0.21, 0.16, shade(tone, 0.78))
        pen.oval((at[0] - 0.02, at[1] + 0.03, z), 0.17, 0.12, tone)


def sacks(pen: Pen, x: float, z: float, count: int = 6) -> None:
    """Cement sacks, stacked."""
    pen.shadow(x + 0.3, z, 0.9, 0.4)
    for i in range(count):
        col, row = i % 2, i // 2
        x0 = x - 0.62 + col * 0.64 + (row % 2) * 0.06
        pen.box(
            (x0, x0 + 0.6),
            (row * 0.17, row * 0.17 + 0.16),
            (z, z + 0.4),
            (196, 190, 176) if i % 3 else (184, 176, 158),
        )
        pen.stroke(
            [(x0 + 0.16, row * 0.17 + 0.08, z), (x0 + 0.44, row * 0.17 + 0.08, z)], 0.06, (92, 122, 150)
        )


def bricks(pen: Pen, x: float, z: float, rows: int = 5) -> None:
    """A stack of red bricks."""
    pen.shadow(x + 0.2, z, 0.8, 0.4)
    for row in range(rows):
        for col in range(5):
            x0 = x - 0.6 + col * 0.24 + (row % 2) * 0.05
            pen.box(
                (x0, x0 + 0.22),
                (row * 0.1, row * 0.1 + 0.09),
                (z, z + 0.3),
                mix((176, 92, 66), (160, 80, 58), (row + col) % 3 / 2),
            )


def mixer(pen: Pen, x: float, z: float) -> None:
    """A small concrete mixer (molen)."""
    pen.shadow(x + 0.2, z, 0.9, 0.4)
    for side in (-0.4, 0.4):
        pen.oval((x + side, 0.2, z), 0.2, 0.2, (48, 48, 48))
        pen.oval((x + side, 0.2, z), 0.09, 0.09, (150, 150, 146))
    pen.face([(x - 0.5, 0.3, z), (x + 0.5, 0.3, z), (x + 0.35, 0.62, z), (x - 0.35, 0.62, z)], (70, 74, 78))
    pen.face(
        [
            (x - 0.46, 0.7, z),
            (x - 0.2, 1.32, z),
            (x + 0.32, 1.42, z),
            (x + 0.58, 0.86, z),
            (x + 0.2, 0.56, z),
        ],
        (214, 126, 48),
    )
    pen.face([(x + 0.2, 0.56, z), (x + 0.58, 0.86, z), (x + 0.32, 1.42, z), (x + 0.2, 1.3, z)], (176, 98, 38))
    pen.oval((x + 0.1, 1.38, z), 0.27, 0.09, (60, 52, 46))


def stake(pen: Pen, x: float, z: float, tall: float = 0.9) -> None:
    """A red and white survey stake."""
    pen.stroke([(x, 0, z), (x, tall, z)], 0.06, (196, 62, 52))
    pen.stroke([(x, tall * 0.66, z), (x, tall * 0.86, z)], 0.06, (240, 236, 226))


def string(pen: Pen, a: tuple[float, float], b: tuple[float, float], tall: float = 0.8) -> None:
    """Builder's string between two stakes at (x, z)."""
    pen.stroke([(a[0], tall, a[1]), (b[0], tall, b[1])], 0.02, (236, 226, 196))


def board(pen: Pen, x: float, z: float, progress: int) -> None:
    """The board people set up for the picture: the activity's sheet and the per cent of the day."""
    for side in (-0.42, 0.42):
        pen.stroke([(x + side, 0, z), (x + side, 1.35, z)], 0.05, (120, 92, 62))
    pen.face(
        [(x - 0.56, 0.62, z), (x + 0.56, 0.62, z), (x + 0.56, 1.4, z), (x - 0.56, 1.4, z)], (246, 244, 236)
    )
    pen.face(
        [(x - 0.56, 1.24, z), (x + 0.56, 1.24, z), (x + 0.56, 1.4, z), (x - 0.56, 1.4, z)], (13, 107, 94)
    )
    for k, long in enumerate((0.44, 0.36)):
        pen.stroke(
            [(x - 0.46, 1.15 - k * 0.1, z), (x - 0.46 + long * 2, 1.15 - k * 0.1, z)], 0.035, (150, 158, 150)
        )
    font = ImageFont.load_default(size=max(10.0, pen.size(0.34, z)))
    px, py = pen.camera.at(x, 0.82, z)
    pen.draw.text((px, py), f"{progress} %", font=font, fill=(22, 48, 43), anchor="mm")
