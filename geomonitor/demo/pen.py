"""[pure] A pen that draws in metres: everything in a demo picture stands at (x, y, z) before a fixed camera.

x: metres to the right of the camera's axis, y: metres above the ground, z: metres away. Pictures are drawn at
twice their size on a canvas with a margin, then cut (that is the camera's jitter) and reduced.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from PIL import Image, ImageDraw

WIDTH, HEIGHT = 1280, 960
SCALE = 2
MARGIN = 40
CANVAS = (WIDTH * SCALE + 2 * MARGIN, HEIGHT * SCALE + 2 * MARGIN)

Colour = tuple[int, ...]
Pixel = tuple[float, float]
Point3 = tuple[float, float, float]


def mix(a: Colour, b: Colour, share: float) -> Colour:
    """The colour between a (share 0) and b (share 1)."""
    return tuple(round(p + (q - p) * share) for p, q in zip(a[:3], b[:3], strict=True))


def shade(colour: Colour, factor: float) -> Colour:
    """A colour made darker (factor < 1) or lighter (factor > 1)."""
    return tuple(max(0, min(255, round(c * factor))) for c in colour[:3])


def veil(colour: Colour, alpha: int) -> Colour:
    """A colour that lets through what lies beneath: alpha 0 … 255."""
    return (*colour[:3], alpha)


@dataclass(frozen=True)
class Camera:
    """Where the picture is taken from: eye height in metres, horizon and axis in canvas pixels, focal length."""

    eye: float
    horizon: float
    focal: float = 2000.0
    axis: float = CANVAS[0] / 2

    def at(self, x: float, y: float, z: float) -> Pixel:
        """The canvas pixel of a point in metres; z is held at 0.6 m or more."""
        k = self.focal / max(z, 0.6)
        return self.axis + x * k, self.horizon + (self.eye - y) * k

    def cut(self, left: int, top: int) -> "Camera":
        """The same camera for a canvas that was cut at its left and top."""
        return replace(self, horizon=self.horizon - top, axis=self.axis - left)

    def near(self) -> float:
        """Distance in metres of the ground at the picture's lower edge."""
        return self.focal * self.eye / (CANVAS[1] - self.horizon)


class Pen:
    """Draws on one canvas through one camera. Colours with a fourth number are translucent."""

    def __init__(self, image: Image.Image, camera: Camera) -> None:
        self.image, self.camera = image, camera
        self.draw = ImageDraw.Draw(image, "RGBA")
        self._solid = ImageDraw.Draw(image)

    def size(self, metres: float, z: float) -> float:
        """Canvas pixels of a length seen at distance z."""
        return metres * self.camera.focal / max(z, 0.6)

    def face(self, points: Iterable[Point3], fill: Colour) -> None:
        """A filled polygon through points in metres."""
        (self.draw if len(fill) == 4 else self._solid).polygon(
            [self.camera.at(*p) for p in points], fill=fill
        )

    def ground(self, points: Iterable[tuple[float, float]], fill: Colour, y: float = 0.0) -> None:
        """A filled polygon lying on the ground, points (x, z)."""
        self.face([(x, y, z) for x, z in points], fill)

    def stroke(self, points: Sequence[Point3], thick: float, fill: Colour) -> None:
        """A line through points in metres, `thick` metres wide at its first point, never under two pixels."""
        width = max(2, round(self.size(thick, points[0][2])))
        tool = self.draw if len(fill) == 4 else self._solid
        tool.line(
            [self.camera.at(*p) for p in points],
            fill=fill,
            width=width,
            joint="curve" if len(points) > 2 else None,
        )

    def oval(self, centre: Point3, rx: float, ry: float, fill: Colour) -> None:
        """An upright ellipse with radii in metres."""
        px, py = self.camera.at(*centre)
        w, h = self.size(rx, centre[2]), self.size(ry, centre[2])
        (self.draw if len(fill) == 4 else self._solid).ellipse((px - w, py - h, px + w, py + h), fill=fill)

    def shadow(self, x: float, z: float, rx: float, rz: float = 0.0, alpha: int = 60) -> None:
        """A soft shadow on the ground, an ellipse as seen from the eye."""
        depth = rz or rx * 0.6
        (px, top), (_, low) = self.camera.at(x, 0, z + depth), self.camera.at(x, 0, max(z - depth, 0.7))
        w = self.size(rx, z)
        for k in (1.0, 0.78):
            middle, half = (top + low) / 2, (low - top) / 2 * k
            self.draw.ellipse(
                (px - w * k, middle - half, px + w * k, middle + half), fill=(25, 32, 20, alpha // 2)
            )

    def box(
        self, xs: tuple[float, float], ys: tuple[float, float], zs: tuple[float, float], fill: Colour
    ) -> None:
        """A block with lit front, darker side and lighter top, as the camera sees it."""
        (x0, x1), (y0, y1), (z0, z1) = xs, ys, zs
        if self.camera.eye > y1:
            self.face([(x0, y1, z0), (x1, y1, z0), (x1, y1, z1), (x0, y1, z1)], shade(fill, 1.12))
        if x0 > 0:
            self.face([(x0, y0, z0), (x0, y1, z0), (x0, y1, z1), (x0, y0, z1)], shade(fill, 0.72))
        elif x1 < 0:
            self.face([(x1, y0, z0), (x1, y1, z0), (x1, y1, z1), (x1, y0, z1)], shade(fill, 0.86))
        self.face([(x0, y0, z0), (x1, y0, z0), (x1, y1, z0), (x0, y1, z0)], fill)
