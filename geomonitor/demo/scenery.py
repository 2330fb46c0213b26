"""[pure] The land behind a work: sky, volcano, hills, trees, fields. One seed, one place, for ever the same.

Four settings, as they lie in Banyuwangi: `paddy` (rice land), `hamlet` (yards and houses), `grove` (coconut
gardens) and `coast` (the strait behind the palms).
"""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from geomonitor.demo.pen import CANVAS, Camera, Colour, Pen, mix, shade, veil

SETTINGS = ("paddy", "hamlet", "grove", "coast")


@dataclass(frozen=True)
class Palette:
    """Colours of one place: sky above and near the horizon, far hills, trees, grass far and near, soil."""

    zenith: Colour
    low_sky: Colour
    hills: Colour
    trees: Colour
    far_grass: Colour
    near_grass: Colour
    soil: Colour


PALETTES = (
    Palette(
        (119, 176, 214),
        (226, 234, 228),
        (126, 148, 160),
        (52, 102, 62),
        (142, 176, 92),
        (92, 140, 62),
        (146, 110, 78),
    ),
    Palette(
        (98, 160, 205),
        (238, 233, 214),
        (112, 136, 152),
        (44, 92, 60),
        (158, 178, 90),
        (106, 142, 58),
        (156, 114, 76),
    ),
    Palette(
        (142, 184, 206),
        (240, 228, 208),
        (142, 150, 152),
        (62, 104, 66),
        (168, 176, 96),
        (118, 144, 68),
        (138, 100, 72),
    ),
    Palette(
        (108, 170, 212),
        (220, 236, 238),
        (118, 148, 158),
        (40, 98, 70),
        (128, 176, 98),
        (80, 138, 70),
        (130, 98, 72),
    ),
    Palette(
        (128, 168, 204),
        (232, 226, 222),
        (132, 140, 160),
        (58, 98, 56),
        (150, 168, 84),
        (100, 132, 60),
        (164, 120, 80),
    ),
)


@dataclass(frozen=True)
class Scene:
    """A painted place: its canvas, camera and colours; which way its lanes bend."""

    canvas: Image.Image
    camera: Camera
    palette: Palette
    setting: str
    bend: float


def sky_of(palette: Palette, height: int) -> Image.Image:
    """The clear sky of a place down to its horizon, one pixel wide, in canvas pixels."""
    return _gradient(palette.zenith, palette.low_sky, (1, height))


def _gradient(top: Colour, bottom: Colour, size: tuple[int, int]) -> Image.Image:
    strip = Image.new("RGB", (1, 24))
    for y in range(24):
        strip.putpixel((0, y), mix(top, bottom, (y / 23) ** 0.9))
    column = strip.resize((1, size[1]), Image.Resampling.BILINEAR)
    return column.resize(size, Image.Resampling.NEAREST)


def _ridge(rng: random.Random, base: float, height: float, rough: float) -> list[tuple[float, float]]:
    waves = [(rng.uniform(0.6, 1.4) * 2**i, rng.uniform(0, 6.3), 0.55**i) for i in range(6)]
    points = []
    for x in range(-20, CANVAS[0] + 40, 20):
        t = x / CANVAS[0] * 4
        wave = sum(a * math.sin(f * t + p) for f, p, a in waves)
        points.append((float(x), base - height * (0.5 + rough * wave)))
    return [*points, (CANVAS[0] + 40.0, base + 30), (-40.0, base + 30)]


def _volcano(pen: Pen, rng: random.Random, palette: Palette) -> None:
    base, peak_x = pen.camera.horizon + 4, rng.uniform(0.16, 0.84) * CANVAS[0]
    height, spread = rng.uniform(230, 400), rng.uniform(520, 900)
    crater = rng.uniform(20, 70)
    colour = mix(palette.hills, palette.low_sky, 0.22)
    rise = [k / 14 for k in range(15)]
    left = [(peak_x - crater - spread * (1 - t), base - height * t**1.7 - rng.uniform(0, 5)) for t in rise]
    right = [
        (peak_x + crater + spread * (1 - t), base - height * t**1.7 - rng.uniform(0, 5)) for t in rise[::-1]
    ]
    pen.draw.polygon([*left, (peak_x, base - height + crater * 0.3), *right], fill=colour)
    for _ in range(9):
        t = rng.uniform(0.45, 0.98)
        x, y = peak_x + crater + spread * (1 - t), base - height * t**1.7
        foot = x + spread * rng.uniform(0.16, 0.3)
        pen.draw.polygon(
            [(x - 3, y + 4), (foot, base), (foot - spread * 0.14, base)], fill=veil(shade(colour, 0.86), 110)
        )
    snow = mix(colour, palette.low_sky, 0.55)
    for k in range(8):
        pen.draw.rectangle((0, base - 12 * k - 12, CANVAS[0], base - 12 * k), fill=veil(snow, 150 - 18 * k))


def _tree_line(pen: Pen, rng: random.Random, colour: Colour, base: float, size: float) -> None:
    x = -60.0
    while x < CANVAS[0] + 60:
        r = rng.uniform(0.5, 1.25) * size
        tone = mix(shade(colour, rng.uniform(0.82, 1.16)), (150, 170, 120), rng.uniform(0, 0.16))
        pen.draw.ellipse((x - r, base - r * 1.25, x + r, base + r * 0.8), fill=tone)
        pen.draw.ellipse(
            (x - r * 0.8, base - r * 1.2, x + r * 0.35, base - r * 0.25), fill=veil(shade(tone, 1.14), 130)
        )
        x += r * rng.uniform(0.65, 1.15)


def palm(pen: Pen, rng: random.Random, x: float, z: float, tall: float) -> None:
    """A coconut palm of `tall` metres at (x, z), leaning a little, its fronds drooping."""
    lean, haze = rng.uniform(-0.16, 0.16) * tall, min(0.45, z / 260)
    bark = mix((112, 92, 70), (190, 200, 190), haze)
    leaf = mix((48, 106, 58), (176, 196, 176), haze)
    trunk = [(x + lean * t * t, tall * t, z) for t in (0, 0.25, 0.5, 0.75, 1.0)]
    pen.stroke(trunk, 0.26, bark)
    top_x, top_y = pen.camera.at(*trunk[-1])
    unit, spin = pen.size(1.0, z), rng.uniform(0, 0.5)
    for i in range(11):
        _frond(
            pen,
            (top_x, top_y),
            unit * rng.uniform(2.5, 3.3),
            spin + i * math.tau / 11,
            shade(leaf, rng.uniform(0.8, 1.18)),
        )
    for dx in (-0.18, 0.1, 0.24):
        pen.oval((trunk[-1][0] + dx, tall - 0.3, z), 0.16, 0.2, mix((120, 132, 60), leaf, 0.3))


def _frond(pen: Pen, root: tuple[float, float], length: float, angle: float, colour: Colour) -> None:
    reach, lift = math.cos(angle) * length, -math.sin(angle) * length * 0.55
    droop = length * 0.42
    upper, lower = [], []
    for k in range(7):
        t = k / 6
        x, y = root[0] + reach * t, root[1] + lift * t * (1.25 - 0.5 * t) - droop * 0.35 * t + droop * t * t
        thick = length * 0.10 * (1 - t) * (0.35 + 1.6 * min(t * 3, 1)) * 0.75
        upper.append((x, y - thick * 0.35))
        lower.append((x, y + thick))
    if length < 70:
        pen.draw.polygon([*upper, *lower[::-1]], fill=colour)
        return
    for (ux, uy), (lx, ly) in zip(upper[1:], lower[1:], strict=True):
        for side in (-0.35, 0.5):
            pen.draw.line(
                (ux, uy, lx + reach * 0.07 * side, ly + length * 0.15),
                fill=colour,
                width=max(2, int(length / 40)),
            )
    pen.draw.polygon([*upper, *lower[::-1]], fill=colour)
    pen.draw.line(upper, fill=shade(colour, 1.25), width=max(2, int(length / 70)))


def banana(pen: Pen, rng: random.Random, x: float, z: float) -> None:
    """A clump of banana plants at (x, z)."""
    pen.shadow(x, z, 1.3)
    for i in range(7):
        way, tall = rng.uniform(-1, 1), rng.uniform(1.4, 2.5)
        tone = mix((92, 150, 62), (120, 176, 84), rng.random())
        root, tip = (x + way * 0.15, 0.2, z), (x + way * 1.25, tall * (0.75 if i % 2 else 0.95), z)
        mid = (x + way * 0.55, tall * 1.12, z)
        side = 0.16 + 0.08 * rng.random()
        pen.face(
            [root, (mid[0] - side, mid[1] - side, z), tip, (mid[0] + side, mid[1] + side * 0.6, z)], tone
        )
        pen.stroke([root, mid, tip], 0.03, shade(tone, 1.2))


def cottage(pen: Pen, rng: random.Random, x: float, z: float) -> None:
    """A neighbour's house in the distance: tiled hip roof, white or pastel wall."""
    wide, deep = rng.uniform(3.2, 4.6), 5.0
    wall: Colour = rng.choice([(228, 222, 206), (206, 216, 202), (222, 202, 176), (196, 210, 214)])
    roof: Colour = rng.choice([(168, 92, 66), (150, 82, 62), (176, 108, 76)])
    haze = min(0.35, z / 200)
    wall, roof = mix(wall, (200, 210, 200), haze), mix(roof, (200, 206, 196), haze)
    pen.shadow(x, z, wide * 1.2, 1.5, 50)
    pen.box((x - wide, x + wide), (0, 2.6), (z, z + deep), wall)
    pen.face(
        [
            (x - wide - 0.6, 2.5, z - 0.6),
            (x + wide + 0.6, 2.5, z - 0.6),
            (x + wide * 0.55, 4.6, z + 2.4),
            (x - wide * 0.55, 4.6, z + 2.4),
        ],
        roof,
    )
    door = mix((110, 78, 54), (200, 206, 196), haze)
    pen.face([(x - 0.5, 0, z), (x + 0.4, 0, z), (x + 0.4, 2.0, z), (x - 0.5, 2.0, z)], door)
    for side in (-1, 1):
        a, b = x + side * wide * 0.45, x + side * wide * 0.78
        pen.face(
            [(a, 0.9, z), (b, 0.9, z), (b, 1.9, z), (a, 1.9, z)], mix((84, 104, 110), (200, 206, 196), haze)
        )


def _paddy(pen: Pen, rng: random.Random, palette: Palette) -> None:
    crop = rng.choice([(104, 156, 62), (128, 168, 70), (196, 176, 88), (86, 146, 72)])
    edges = [4.0, 7.5, 13.0, 21.0, 34.0, 60.0, 110.0, 240.0]
    for i, (z0, z1) in enumerate(pairwise(edges)):
        for side in (-1, 1):
            wet = rng.random() < 0.16
            tone = (172, 196, 200) if wet else mix(crop, palette.far_grass, rng.uniform(0.0, 0.5) + i * 0.05)
            pen.ground([(side * 2.6, z0), (side * 160, z0 * 1.04), (side * 160, z1), (side * 2.6, z1)], tone)
            if not wet and z0 < 40:
                _rice_rows(pen, rng, side, (z0, z1), shade(tone, 0.84))
        bund = mix(palette.soil, palette.near_grass, 0.55)
        pen.ground(
            [(-160, z1 * 0.985), (160, z1 * 0.985), (160, z1 * 1.012), (-160, z1 * 1.012)],
            mix(bund, palette.far_grass, min(0.8, i * 0.14)),
        )


def _rice_rows(pen: Pen, rng: random.Random, side: int, span: tuple[float, float], tone: Colour) -> None:
    z = span[1] * 0.97
    while z > span[0]:
        reach = z * 0.75
        tall = 0.34
        if z > 16:
            pen.stroke([(side * 2.7, 0.05, z), (side * (reach + 3), 0.05, z)], 0.10, veil(tone, 150))
        else:
            x = 2.8 + rng.random() * 0.2
            while x < reach:
                px, py = pen.camera.at(side * x, 0, z)
                h = pen.size(tall, z)
                for dx in (-0.32, 0.02, 0.34):
                    pen.draw.line((px, py, px + dx * h, py - h), fill=tone, width=3)
                x += 0.44
        z -= max(0.5, z * 0.055)


def _yard(pen: Pen, rng: random.Random, palette: Palette) -> None:
    for side in (-1, 1):
        for z in (62.0, 40.0, 27.0):
            if rng.random() < 0.8:
                cottage(pen, rng, side * rng.uniform(9, 13) * (z / 34) ** 0.55, z + rng.uniform(-3, 3))
            if rng.random() < 0.6:
                banana(pen, rng, side * rng.uniform(5.5, 8) * (z / 30) ** 0.6, z - rng.uniform(4, 6))
    hedge = shade(palette.trees, 1.12)
    for side in (-1, 1):
        for k in range(26):
            z = 60 - k * 1.55
            pen.oval(
                (side * (4.2 + rng.uniform(-0.1, 0.1)), 0.42, z),
                0.75,
                0.52,
                shade(hedge, rng.uniform(0.86, 1.16)),
            )


def _grove(pen: Pen, rng: random.Random) -> None:
    for z in (70.0, 54.0, 42.0, 32.0, 24.0, 18.0):
        for x in (-15.0, -9.0, 9.0, 15.0):
            if rng.random() < 0.62:
                here = x * (0.8 + z / 90) + rng.uniform(-0.8, 0.8)
                pen.shadow(here, z, 1.1)
                palm(pen, rng, here, z + rng.uniform(-1, 1), rng.uniform(7, 10))


def _sea(pen: Pen, rng: random.Random) -> None:
    low = pen.camera.horizon
    pen.draw.rectangle((0, low - 26, CANVAS[0], low + 30), fill=(92, 150, 172))
    pen.draw.rectangle((0, low + 14, CANVAS[0], low + 30), fill=(122, 176, 186))
    for _ in range(40):
        x, y = rng.uniform(0, CANVAS[0]), rng.uniform(low - 22, low + 24)
        pen.draw.line((x, y, x + rng.uniform(20, 90), y), fill=(176, 208, 212, 120), width=2)
    for _ in range(rng.randint(1, 3)):
        x = rng.uniform(0.1, 0.9) * CANVAS[0]
        pen.draw.polygon(
            [(x, low + 2), (x + 64, low + 2), (x + 52, low + 14), (x + 10, low + 14)], fill=(196, 84, 66)
        )
        pen.draw.polygon([(x + 30, low), (x + 30, low - 58), (x + 62, low)], fill=(244, 240, 230))


def _tufts(pen: Pen, rng: random.Random, palette: Palette) -> None:
    for _ in range(150):
        z = 4.2 * (14 ** rng.random())
        x = rng.uniform(-0.75, 0.75) * z
        px, py = pen.camera.at(x, 0, z)
        h = pen.size(rng.uniform(0.08, 0.22), z)
        tone = veil(shade(palette.near_grass, rng.choice((0.8, 0.88, 1.16))), 170)
        for dx in (-0.5, 0.0, 0.45):
            pen.draw.line((px, py, px + dx * h, py - h), fill=tone, width=3)


def paint(seed: int, *, eye: float = 2.3, setting: str = "", horizon: float = 0.43) -> Scene:
    """Paint the place of one project. Deterministic in its arguments; about 60 ms."""
    rng = random.Random(f"scenery-{seed}")
    palette = rng.choice(PALETTES)
    chosen = rng.choice(SETTINGS[:1] * 4 + SETTINGS[1:2] * 3 + SETTINGS[2:3] * 2 + SETTINGS[3:])
    setting = setting or chosen
    camera = Camera(eye, horizon * CANVAS[1] + rng.uniform(-40, 40))
    low = round(camera.horizon)
    canvas = Image.new("RGB", CANVAS, palette.near_grass)
    canvas.paste(_gradient(palette.zenith, palette.low_sky, (CANVAS[0], low + 4)), (0, 0))
    pen = Pen(canvas, camera)
    if setting != "coast" or rng.random() < 0.3:
        _volcano(pen, rng, palette)
    if setting != "coast":
        for share in (0.35, 0.68):
            colour = mix(mix(palette.hills, palette.trees, share), palette.low_sky, 0.28 - share * 0.22)
            pen.draw.polygon(_ridge(rng, low + 4, rng.uniform(60, 130) * (1.3 - share), 0.3), fill=colour)
    canvas.paste(_gradient(palette.far_grass, palette.near_grass, (CANVAS[0], CANVAS[1] - low)), (0, low))
    if setting == "coast":
        _sea(pen, rng)
    else:
        _tree_line(pen, rng, mix(palette.trees, palette.low_sky, 0.22), low - 4, 34)
    for _ in range(rng.randint(4, 8)):
        z = rng.uniform(38, 90)
        palm(pen, rng, rng.choice((-1, 1)) * rng.uniform(0.16, 0.66) * z, z, rng.uniform(7, 12))
    if setting != "coast":
        _tree_line(pen, rng, palette.trees, low + 12, 24)
    if setting == "paddy":
        _paddy(pen, rng, palette)
    else:
        _tufts(pen, rng, palette)
    if setting == "hamlet":
        _yard(pen, rng, palette)
    if setting == "grove":
        _grove(pen, rng)
    return Scene(canvas, camera, palette, setting, rng.uniform(-1, 1))


def cloud(rng: random.Random, width: int) -> Image.Image:
    """The shape of one cloud, an L mask `width` picture pixels wide, flat beneath and heaped above."""
    w, h = width // 4, width // 10
    small = Image.new("L", (w, h), 0)
    draw = ImageDraw.Draw(small)
    full = rng.randint(150, 225)
    for k in range(9):
        t = (k + rng.random()) / 9
        r = min(0.47 * h, h * rng.uniform(0.28, 0.5) * (1.2 - abs(t - 0.5) * 1.7))
        x, y = w * (0.1 + 0.8 * t), h * 0.86 - r * 0.75
        draw.ellipse((x - r * 1.35, y - r, x + r * 1.35, y + r), fill=full)
    fade = (
        Image.linear_gradient("L")
        .resize((w, h))
        .point([min(255, round((255 - v) * 1.5 + 40)) for v in range(256)])
    )
    small = ImageChops.multiply(small, fade).filter(ImageFilter.BoxBlur(1))
    return small.resize((width, width * 4 // 10), Image.Resampling.BILINEAR)
