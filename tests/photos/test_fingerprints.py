"""Fingerprints: what stays when a picture is turned, mirrored, cropped, brightened; what a flat one says."""

from functools import cache

import numpy as np
import pytest
from PIL import Image, ImageEnhance, ImageOps

from geomonitor.demo import pictures
from photos import fingerprints
from photos.fingerprints import Fingerprint, fingerprint_of


@cache
def scene(kind: str = "house", progress: int = 50) -> Image.Image:
    return pictures.draw(20, kind, progress)


@cache
def printed(kind: str = "house") -> Fingerprint:
    return fingerprint_of(scene(kind))


def test_it_is_the_same_every_time_and_fits_the_database() -> None:
    again = fingerprint_of(scene().copy())
    assert again == printed()
    assert -(2**63) <= again.phash < 2**63
    assert all(0 <= word < 2**31 for word in again.words)
    assert len(again.places) == len(again.words) * fingerprints.PLACE.itemsize
    assert list(again.words) == sorted(again.words)


def test_a_stamp_leaves_the_words_of_the_rest_in_place() -> None:
    lines = [f"-8.2{no}921, 114.36{no}71  {no}/06/2026 09.{no}5" for no in range(1, 6)]
    lie = fingerprints.lie_of(fingerprint_of(pictures.print_on(scene(), lines)), printed())
    assert lie is not None
    assert lie.agreeing >= 20


TURNS = [
    None,
    Image.Transpose.FLIP_LEFT_RIGHT,
    Image.Transpose.FLIP_TOP_BOTTOM,
    Image.Transpose.ROTATE_90,
    Image.Transpose.ROTATE_180,
    Image.Transpose.ROTATE_270,
    Image.Transpose.TRANSPOSE,
    Image.Transpose.TRANSVERSE,
]


@pytest.mark.parametrize("turn", TURNS)
def test_one_hash_answers_for_all_eight_positions(turn: Image.Transpose | None) -> None:
    copy = scene() if turn is None else scene().transpose(turn)
    asked = fingerprints.turned_hashes(fingerprint_of(copy).phash)
    assert min(fingerprints.bits_apart(one, printed().phash) for one in asked) <= 2


@pytest.mark.parametrize("turn", TURNS)
def test_the_position_found_moves_each_corner_to_where_it_lies(turn: Image.Transpose | None) -> None:
    left = Image.new("L", (40, 30))
    left.putpixel((35, 4), 255)
    right = left if turn is None else left.transpose(turn)
    ((y, x),) = np.argwhere(np.asarray(right) == 255)
    # Centres of pixels; both pictures are 40 long.
    point, there = np.array([35.5, 4.5, 1 * 40]) / 40, np.array([x + 0.5, y + 0.5]) / 40
    moved = [fingerprints.whole_picture(p, left.size, right.size) @ point for p in fingerprints.POSITIONS]
    assert any(np.allclose(one, there) for one in moved)


def agreeing(copy: Image.Image) -> fingerprints.Lie:
    lie = fingerprints.lie_of(fingerprint_of(copy), printed())
    assert lie is not None
    return lie


@pytest.mark.parametrize(
    ("change", "mirrored", "least"),
    [
        (lambda image: image.resize((500, 375)), False, 30),
        (ImageOps.mirror, True, 30),
        (lambda image: image.rotate(90, expand=True), False, 30),
        (lambda image: ImageEnhance.Brightness(image).enhance(1.25), False, 25),
        (lambda image: image.crop((200, 150, 1096, 822)), False, 5),
    ],
    ids=["scaled", "mirrored", "turned", "brighter", "cropped to 70 %"],
)
def test_words_survive_what_is_done_to_a_picture(change, mirrored: bool, least: int) -> None:
    lie = agreeing(change(scene()))
    assert lie.agreeing >= least
    assert lie.mirrored is mirrored


def test_the_words_asked_are_those_of_the_mirrored_picture_too() -> None:
    mirrored = fingerprint_of(ImageOps.mirror(scene()))
    shared = set(fingerprints.words_to_ask(mirrored)) & set(printed().words)
    assert len(shared) >= 30


def test_words_lie_where_the_crop_was_taken() -> None:
    x, y = agreeing(scene().crop((200, 150, 1096, 822))).matrix @ np.array([0, 0, 1])
    assert (x * 1280, y * 1280) == pytest.approx((200, 150), abs=12)


def test_another_place_shares_no_arrangement() -> None:
    lie = fingerprints.lie_of(printed("bridge"), printed())
    assert lie is None or lie.agreeing < 8


@pytest.mark.parametrize("colour", ["white", "black", (120, 120, 118)])
def test_a_plain_picture_says_nothing(colour) -> None:
    flat = fingerprint_of(Image.new("RGB", (1000, 750), colour))
    assert (flat.phash, flat.words, flat.places) == (0, (), b"")
    assert fingerprints.turned_hashes(flat.phash) == ()
    assert fingerprints.words_to_ask(flat) == ()
    assert fingerprints.lie_of(flat, printed()) is None


@pytest.mark.parametrize("size", [(1, 1), (3, 900), (1000, 2), (12, 12)])
def test_it_takes_pictures_of_any_shape(size: tuple[int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (size[1], size[0]), np.uint8)
    assert fingerprint_of(Image.fromarray(noise)).version == fingerprints.VERSION
