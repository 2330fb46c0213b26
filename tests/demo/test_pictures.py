"""Pictures: the same again, progress can be seen, one place stays one place, and they are small and quick."""

import io

import numpy as np
import pytest
from PIL import Image, ImageFilter, ImageStat

from geomonitor.demo import pictures
from geomonitor.demo.pictures import KINDS


def small(picture: Image.Image) -> np.ndarray:
    """A picture as 64 × 48 numbers, for comparing what it shows without its grain."""
    return np.asarray(picture.resize((64, 48), Image.Resampling.BOX)).astype(float)


@pytest.mark.parametrize("kind", KINDS)
def test_it_draws_the_same_picture_again(kind: str):
    assert pictures.draw(5, kind, 50).tobytes() == pictures.draw(5, kind, 50).tobytes()


def changed(before: np.ndarray, after: np.ndarray) -> float:
    """Share of cells that show something else, right of the board and below the clouds, the day's light taken out."""
    one, two = (cells[22:, 26:] - cells[22:, 26:].mean(axis=(0, 1)) for cells in (before, after))
    return float((np.abs(one - two).max(axis=2) > 30).mean())


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "lamp"])
def test_progress_changes_more_than_the_day_does(kind: str):
    before, again, after = (small(pictures.draw(8, kind, p, s)) for p, s in ((0, 0), (0, 1), (100, 0)))
    assert changed(before, after) > 0.2
    assert changed(before, after) > 1.5 * changed(before, again)


def test_a_finished_lamp_carries_its_dark_blue_panel():
    def panel(progress: int) -> int:
        pixels = np.asarray(pictures.draw(8, "lamp", progress)).astype(int)
        return int((np.abs(pixels - (40, 62, 104)).max(axis=2) < 24).sum())

    assert panel(100) > panel(0) + 1500


def test_two_projects_are_two_places():
    assert np.abs(small(pictures.draw(1, "road", 0)) - small(pictures.draw(2, "road", 0))).mean() > 8


def test_two_shots_of_one_stage_are_not_the_same_picture():
    assert pictures.draw(1, "drain", 50, 0).tobytes() != pictures.draw(1, "drain", 50, 1).tobytes()


def test_no_two_shots_have_one_grain():
    """The search for pictures used twice compares the grain: honest stages must each have their own."""
    skies = [grain_of_sky(pictures.draw(1, "road", 50, shot)) for shot in range(12)]
    alike = np.corrcoef(np.array([sky.ravel() for sky in skies]))
    assert np.abs(alike - np.eye(len(skies))).max() < 0.5


def grain_of_sky(picture: Image.Image) -> np.ndarray:
    """What a picture's sky has of noise, where clouds and light are gone."""
    grey = np.asarray(picture.convert("L").crop((0, 0, 1280, 160))).astype(float)
    smooth = np.asarray(picture.convert("L").crop((0, 0, 1280, 160)).filter(ImageFilter.BoxBlur(3))).astype(
        float
    )
    return np.clip(grey - smooth, -12, 12)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("progress", [0, 30, 70, 100])
def test_a_jpeg_stays_under_250_kilobytes_at_1280_by_960(kind: str, progress: int):
    content = pictures.jpeg(pictures.draw(3, kind, progress))
    with Image.open(io.BytesIO(content)) as image:
        assert image.size == (1280, 960)
    assert len(content) <= 250_000


def test_every_work_type_has_a_picture():
    assert set(pictures.KIND_OF_WORK_TYPE.values()) <= set(KINDS)


@pytest.mark.parametrize("progress", [-1, 101])
def test_it_refuses_a_progress_that_cannot_be(progress: int):
    with pytest.raises(ValueError, match="0 … 100"):
        pictures.draw(1, "road", progress)


def test_printed_lines_darken_the_lower_left_only():
    plain = pictures.draw(1, "road", 50)
    printed = pictures.print_on(plain, ["12/03/2026 09:15:00", "Lat -8.300000  Long 114.200000"])
    right = (700, 0, 1280, 960)
    assert printed.crop(right).tobytes() == plain.crop(right).tobytes()
    corner = (30, 850, 650, 930)
    assert (
        ImageStat.Stat(printed.crop(corner).convert("L")).mean[0]
        < ImageStat.Stat(plain.crop(corner).convert("L")).mean[0]
    )
