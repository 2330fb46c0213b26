"""Whether two pictures are one: copies are, honest shots of one place from one viewpoint are not."""

import io
from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from geomonitor.demo import pictures
from photos import fingerprints, same_picture
from photos.same_picture import Picture, Same

KIND, SEED = "house", 20


@cache
def scene(progress: int = 50, shot: int = 0) -> Image.Image:
    return pictures.draw(SEED, KIND, progress, shot)


def saved(image: Image.Image, quality: int = 80) -> Image.Image:
    """As a JPEG of that quality, at most 1000 pixels long: what the worker keeps of an upload."""
    out = io.BytesIO()
    small = image.copy()
    small.thumbnail((1000, 1000))
    small.save(out, "JPEG", quality=quality)
    return Image.open(io.BytesIO(out.getvalue())).convert("RGB")


def compared(left: Image.Image, right: Image.Image) -> Same | None:
    left, right = saved(left), saved(right)
    lie = fingerprints.lie_of(fingerprints.fingerprint_of(left), fingerprints.fingerprint_of(right))
    return same_picture.compare(Picture.of(left), Picture.of(right), [lie.matrix] if lie else [])


def whatsapp(image: Image.Image) -> Image.Image:
    return saved(image, 70)


def stamped(image: Image.Image) -> Image.Image:
    return pictures.print_on(image, ["-8.2192, 114.3691", "24 Nov 2026 09.15", "Desa Sragi, Songgon"])


def watermarked(image: Image.Image) -> Image.Image:
    copy = image.copy()
    pen = ImageDraw.Draw(copy, "RGBA")
    for row in range(4):
        pen.text((120 + 220 * row, 120 + 190 * row), "PEMDES SRAGI", fill=(255, 255, 255, 70), font_size=70)
    return copy


COPIES = {
    "saved at 60": lambda image: saved(image, 60),
    "whatsapp": whatsapp,
    "half the size": lambda image: image.resize((640, 480)),
    "brighter": lambda image: ImageEnhance.Contrast(ImageEnhance.Brightness(image).enhance(1.2)).enhance(
        0.85
    ),
    "stamped": stamped,
    "watermarked": watermarked,
    "mirrored": ImageOps.mirror,
    "turned": lambda image: image.rotate(90, expand=True),
    "cropped to 90 %": lambda image: image.crop((100, 20, 1252, 884)),
    "cropped to 70 %": lambda image: image.crop((200, 150, 1096, 822)),
    "all at once": lambda image: whatsapp(stamped(ImageOps.mirror(image).crop((60, 40, 1150, 858)))),
}


@pytest.mark.parametrize("change", COPIES.values(), ids=COPIES)
def test_it_knows_a_copy(change) -> None:
    same = compared(scene(), change(scene()))
    assert same is not None
    assert same.similarity >= same_picture.SAME_SHARE


@pytest.mark.parametrize("progress", [0, 25, 75, 100])
def test_it_never_takes_another_stage_from_the_same_viewpoint_for_a_copy(progress: int) -> None:
    assert compared(scene(), scene(progress)) is None


def test_only_what_was_merely_saved_again_has_the_same_pixels() -> None:
    how = {name: compared(scene(), COPIES[name](scene())) for name in COPIES}
    assert {name for name, same in how.items() if same and same.how == "pixels"} == {
        "saved at 60",
        "whatsapp",
        "half the size",
    }


def test_it_says_which_part_was_cut_out_and_how_it_was_turned() -> None:
    cropped = compared(scene(), scene().crop((200, 150, 1096, 822)))
    assert cropped is not None
    assert cropped.part == pytest.approx((200 / 1280, 150 / 960, 0.7, 0.7), abs=0.01)
    assert (cropped.turn, cropped.mirrored) == (0, False)
    assert cropped.reversed().part == pytest.approx((0, 0, 1, 1), abs=0.01)


@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("mirrored", [False, True], ids=["plain", "mirrored"])
def test_the_turn_is_told_clockwise_after_mirroring(turn: int, mirrored: bool) -> None:
    image = ImageOps.mirror(scene()) if mirrored else scene()
    same = compared(scene(), image.rotate(-turn, expand=True))
    assert same is not None
    assert (same.turn, same.mirrored) == (turn, mirrored)


def test_pictures_with_nothing_to_see_are_never_the_same() -> None:
    wall = Image.new("RGB", (1000, 750), (236, 234, 228))
    grain = np.random.default_rng(4).normal(0, 1, (750, 1000, 1))
    plaster = Image.fromarray(np.clip(np.asarray(wall) + grain, 0, 255).astype(np.uint8))
    whole = fingerprints.whole_picture((False, False, False), wall.size, wall.size)
    for other in (wall, plaster):
        assert same_picture.compare(Picture.of(wall), Picture.of(other), [whole]) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (1000, 2)])
def test_it_takes_pictures_of_any_shape(size: tuple[int, int]) -> None:
    noise = Image.fromarray(np.random.default_rng(1).integers(0, 255, (size[1], size[0]), np.uint8))
    whole = fingerprints.whole_picture((False, False, False), noise.size, noise.size)
    assert same_picture.compare(Picture.of(noise), Picture.of(noise), [whole]) is None
