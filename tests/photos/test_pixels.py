"""What one look measures: the embedded thumbnail, a screen's pattern, drawn coordinates, Content Credentials."""

import io
import shutil
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from photos import credentials, embedded, pixels, printed, screens
from photos.checks import content_credentials, run_checks, screen_or_print, thumbnail_matches
from photos.evidence import Evidence, Pixels
from photos.exif import Facts
from photos.verdict import judge
from tests.photos.camera import jpeg, png
from tests.photos.signed import signed

NOW = datetime(2026, 11, 24, tzinfo=UTC)


def scene(seed: int, size: tuple[int, int] = (960, 720)) -> Image.Image:
    """A picture with broad shapes and some detail; every seed another."""
    rng = np.random.default_rng(seed)
    picture = Image.new("RGB", size, tuple(int(v) for v in rng.integers(60, 200, 3)))
    draw = ImageDraw.Draw(picture)
    for _ in range(60):
        x, y = rng.integers(0, size[0]), rng.integers(0, size[1])
        w, h = rng.integers(20, size[0] // 4, 2)
        draw.rectangle((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return picture.filter(ImageFilter.GaussianBlur(1))


def small(picture: Image.Image, size: tuple[int, int] = (160, 120)) -> Image.Image:
    return picture.resize(size)


def letterboxed(picture: Image.Image) -> Image.Image:
    """A 16:9 picture in a 160 × 120 thumbnail, black above and below."""
    ground = Image.new("RGB", (160, 120))
    ground.paste(picture.resize((160, 90)), (0, 15))
    return ground


@pytest.mark.parametrize(
    ("made", "of"),
    [
        (small, (960, 720)),
        (letterboxed, (1280, 720)),
        (lambda p: small(p).rotate(90, expand=True), (960, 720)),
        (lambda p: small(p.crop((64, 48, 896, 672))), (960, 720)),
        (lambda p: small(p.crop((320, 0, 960, 480))), (1280, 480)),
        (small, (1280, 480)),
        (lambda p: small(p).point(lambda v: v * 0.6 + 60), (960, 720)),
        (lambda p: small(p).point(lambda v: int(255 * (v / 255) ** 0.5)), (960, 720)),
    ],
    ids=[
        "plain",
        "letterbox",
        "turned",
        "zoomed",
        "middle of a panorama",
        "squeezed panorama",
        "duller",
        "gamma",
    ],
)
def test_thumbnails_as_cameras_make_them_show_the_picture(made, of):
    for seed in range(3):
        picture = scene(seed, of)
        difference = embedded.difference(made(picture), picture)
        assert difference is not None
        assert difference < 0.25


def test_a_thumbnail_of_another_picture_differs():
    found = [embedded.difference(small(scene(seed)), scene(seed + 100)) for seed in range(10)]
    assert all(difference is not None and difference > 0.4 for difference in found)


def test_a_plain_surface_is_not_compared():
    assert embedded.difference(Image.new("RGB", (160, 120), "grey"), scene(1)) is None


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xd9", jpeg(size=(8, 8)), jpeg()[:400]])
def test_a_thumbnail_that_cannot_be_decoded_is_none(content: bytes):
    assert embedded.opened(content) is None


def on_screen(picture: Image.Image) -> np.ndarray:
    """The picture under bands of colour as they run over a screen, every 9 pixels at a slant."""
    y, x = np.mgrid[0 : picture.height, 0 : picture.width]
    bands = np.sin((x + 0.4 * y) * 2 * np.pi / 9)
    values = np.asarray(picture).astype(np.float32)
    values[..., 0] += 14 * bands
    values[..., 2] -= 14 * bands
    return np.clip(values, 0, 255).astype(np.uint8)


def brick(period: int = 14) -> np.ndarray:
    """A wall: red, with dark joints that repeat over the whole picture, in light and dark only."""
    y, x = np.mgrid[0:720, 0:960]
    joints = ((y % period < 2) | ((x + (y // period % 2) * period) % (2 * period) < 2)) * 0.5
    noise = np.random.default_rng(1).normal(0, 0.05, joints.shape)
    return np.clip(np.array([170, 90, 70]) * (1 - joints + noise)[..., None], 0, 255).astype(np.uint8)


def test_a_screens_pattern_is_found_and_bricks_are_not():
    assert screens.score(on_screen(scene(3))) >= screen_or_print.LIMITS["share"]
    assert screens.score(np.asarray(scene(3))) < 0.1
    assert screens.score(brick()) < 0.3
    assert screens.score(np.asarray(scene(3, (200, 100)))) == 0


def test_credentials_are_whole_broken_or_not_there():
    whole = signed(jpeg(size=(640, 480)))
    told = credentials.read(whole, "JPEG")
    assert (told["c2pa"], told["c2pa_signer"]) == ("untrusted", "Kamera Uji")
    changed = bytearray(whole)
    changed[-3000] ^= 1
    assert credentials.read(bytes(changed), "JPEG")["c2pa"] == "broken"
    assert credentials.read(jpeg(), "JPEG") == {"c2pa": "none"}
    assert credentials.read(jpeg() + b"jumb c2pa", "JPEG") == {"c2pa": "none"}
    assert credentials.read(signed(png(), "image/png"), "PNG")["c2pa"] == "untrusted"


@pytest.mark.parametrize(
    ("text", "lon", "lat"),
    [
        ("Lat -8.219200° Long 114.369100°", 114.3691, -8.2192),
        ("Lat: -8,219200, Long: 114,369100", 114.3691, -8.2192),
        ("Latitude: 8.219200 S Longitude: 114.369100 E", 114.3691, -8.2192),
        ("8.219200 S, 114.369100 E", 114.3691, -8.2192),
        ("-8.219200, 114.369100", 114.3691, -8.2192),
        ("8°13'09\"S 114°22'09\"E", 114.3691667, -8.2191667),
        ("8° 13' 9.12\" LS 114° 22' 8.76\" BT", 114.3691, -8.2192),
        ("Lintang -8.219200 Bujur 114.369100", 114.3691, -8.2192),
        ("8°13'9.12\"S 114°22'8.76°E", 114.3691, -8.2192),  # as tesseract reads it from a busy ground
        ('8°13"9.12"S 114°22"8.76"E', 114.3691, -8.2192),
        ("Lat: -8.219200 | i> Km Lon: 114.369100", 114.3691, -8.2192),
    ],
)
def test_drawn_coordinates_are_understood(text: str, lon: float, lat: float):
    found = printed.coordinates_in(["Desa Sragi 24/11/2026 09.15", text, "Akurasi 4 m"])
    assert found is not None
    assert found[1] == pytest.approx((lon, lat), abs=1e-7)


@pytest.mark.parametrize("text", ["6P3Q+8C Sragi", "49M 743210 9091234", "49M 0743210 9091234"])
def test_plus_codes_and_utm_are_kept_as_text(text: str):
    found = printed.coordinates_in([text])
    assert found is not None
    assert found[1] is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "24 Nov 2026 09.15.22 GMT+07:00",
        "Rp 12.500.000, 2026",
        "Lat 0.000000 Long 0.000000",
        "Lat 98.219200 Long 14.369100",
    ],
)
def test_other_text_is_no_position(text: str):
    assert printed.coordinates_in([text]) is None


def stamped(picture: Image.Image, *lines: str) -> np.ndarray:
    """The picture with lines of white text with a dark edge, as camera apps draw them."""
    picture, size = picture.copy(), picture.height // 30
    draw = ImageDraw.Draw(picture)
    font = ImageFont.load_default(size)
    for number, line in enumerate(reversed(lines)):
        place = (size, picture.height - round((number + 2) * size * 1.4))
        draw.text(place, line, fill="white", font=font, stroke_width=2, stroke_fill="black")
    return np.asarray(picture.convert("L"))


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract, which set-up installs")
def test_coordinates_drawn_into_a_picture_are_read():
    ground = scene(5, (1600, 1200)).filter(ImageFilter.GaussianBlur(6)).point(lambda v: v // 2)
    told = printed.read(stamped(ground, "Desa Sragi, Songgon", "Lat -8.219200 Long 114.369100"))
    assert told["printed_position"] == [114.3691, -8.2192]
    assert "114.369100" in told["printed"]


@pytest.mark.skipif(shutil.which("tesseract") is None, reason="needs tesseract, which set-up installs")
def test_coordinates_in_a_strong_colour_are_read_too():
    picture = Image.new("RGB", (1600, 1200), (60, 80, 55))
    font = ImageFont.load_default(40)
    ImageDraw.Draw(picture).text((40, 1080), "Lat -8.219200 Long 114.369100", fill=(255, 140, 0), font=font)
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=88)
    told = pixels.look(out.getvalue(), "JPEG", read_text=True).facts
    assert told["printed_position"] == [114.3691, -8.2192]


def test_a_picture_without_text_is_not_read(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(printed, "_recognised", lambda *_words: pytest.fail("it was read"))
    assert printed.read(np.full((1200, 1600), 128, np.uint8)) == {"printed": ""}


def test_without_tesseract_it_is_said(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    grey = stamped(
        Image.new("RGB", (1600, 1200), "grey"), "Desa Sragi, Songgon", "Lat -8.219200 Long 114.369100"
    )
    assert printed.read(grey) == {"printed": None, "text_reader": "missing"}


def test_a_file_is_looked_at_without_a_database(tmp_path: Path):
    path = tmp_path / "a.jpg"
    path.write_bytes(signed(jpeg(size=(640, 480))))
    seen = pixels.look_at_file(path)
    assert seen is not None
    assert (seen.manifest, seen.failure) == ("untrusted", "")
    path.write_bytes(b"no picture")
    assert pixels.look_at_file(path) is None


# The checks ------------------------------------------------------------------------------------------------


def of(seen: Pixels | None) -> Evidence:
    return Evidence(facts=Facts(), received_at=NOW, pixels=seen)


@pytest.mark.parametrize("check", [thumbnail_matches, screen_or_print, content_credentials])
def test_pixel_checks_wait_for_the_look(check):
    outcome = check.run(of(None))
    assert (outcome.status, outcome.message.code) == ("unknown", f"{check.CODE}.pending")


@pytest.mark.parametrize(
    ("seen", "code", "status"),
    [
        (Pixels(thumbnail=0.03), "thumbnail_matches", "passed"),
        (Pixels(thumbnail=0.72), "thumbnail_matches", "failed"),
        (Pixels(), "thumbnail_matches", "unknown"),
        (Pixels(screen=0.1), "screen_or_print", "passed"),
        (Pixels(screen=0.92), "screen_or_print", "warning"),
        (Pixels(failure="memory"), "screen_or_print", "unknown"),
        (Pixels(manifest="none"), "content_credentials", "unknown"),
        (Pixels(manifest="valid", signer="A"), "content_credentials", "passed"),
        (Pixels(manifest="untrusted", signer="A"), "content_credentials", "passed"),
        (Pixels(manifest="broken", signer="A"), "content_credentials", "failed"),
        (Pixels(manifest="unreadable"), "content_credentials", "unknown"),
    ],
)
def test_what_pixel_checks_say(seen: Pixels, code: str, status: str):
    outcome = next(outcome for outcome in run_checks(of(seen)) if outcome.code == code)
    assert outcome.status == status


def test_drawn_coordinates_are_the_reason_and_no_position():
    judged = judge(of(Pixels(printed="Lat -8.219200 Long 114.369100", printed_position=(114.3691, -8.2192))))
    assert (judged.verdict, judged.position, judged.position_reason) == ("unlocated", None, "printed")
