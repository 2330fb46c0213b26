"""The child that decodes: what harms a decoder ends the child, never the worker, and is a failure with a reason."""

import io
import os
import signal
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryFile

import pillow_heif
import pytest
from PIL import Image

from photos.decoding import FAILURES, Decoder, Look, as_pixels
from tests.photos.camera import chunk, heic, jpeg, png

HANGS = (sys.executable, "-c", "import signal; signal.pause()")
CRASHES = (sys.executable, "-c", "import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
BABBLES = (
    sys.executable,
    "-c",
    "import socket, sys; socket.socket(fileno=int(sys.argv[1])).sendall(b'\\0\\0\\0\\5hello')",
)


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    with Decoder() as decoder:
        yield decoder


def looked(decoder: Decoder, content: bytes, format: str = "JPEG", **more: bool) -> Look:
    with TemporaryFile() as file:
        file.write(content)
        file.flush()
        return decoder.look(file, format, **more)


def bomb(width: int, height: int) -> bytes:
    """A PNG whose few bytes unfold to width × height pixels."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    packed = zlib.compressobj(9)
    rows = b"".join(packed.compress(bytes(1 + width * 3)) for _ in range(min(height, 200))) + packed.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_one_child_looks_at_many_files(decoder: Decoder):
    first = looked(decoder, jpeg(size=(1600, 1200)))
    child = decoder.process
    second = looked(decoder, png(size=(640, 480)), "PNG")
    assert decoder.process is child
    assert (first.failure, second.failure) == ("", "")
    with Image.open(io.BytesIO(first.display)) as display, Image.open(io.BytesIO(first.thumb)) as thumb:
        assert (display.size, thumb.size) == ((1000, 750), (320, 240))
    assert first.fingerprint is not None
    assert first.measured["c2pa"] == "none"
    assert first.measured["screen_score"] == 0


@pytest.mark.parametrize(
    ("content", "format", "failure"),
    [
        (bomb(60_000, 60_000), "PNG", "too_many_pixels"),
        (heic(size=(16_320, 12_240)), "HEIC", "broken"),
        (jpeg(size=(640, 480))[:4000], "JPEG", "broken"),
        (jpeg(size=(640, 480))[:-5000] + bytes(5000), "PNG", "broken"),
        (b"", "JPEG", "broken"),
        (png(size=(640, 480))[:-5000], "PNG", "broken"),
    ],
    ids=["bomb", "heic header without pixels", "truncated", "not its format", "empty", "cut deflate"],
)
def test_what_cannot_be_decoded_says_why_and_the_next_file_is_looked_at(
    decoder: Decoder, content: bytes, format: str, failure: str
):
    seen = looked(decoder, content, format)
    assert seen.failure == failure
    assert seen.failure in FAILURES
    assert seen.detail
    assert seen.display == b""
    assert looked(decoder, jpeg()).failure == ""


def test_a_200_megapixel_heic_is_not_decoded(decoder: Decoder):
    pillow_heif.register_heif_opener()
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "HEIF", quality=10)
    small = struct.pack(">II", 64, 64)
    content = file.getvalue()
    assert content.count(b"ispe" + bytes(4) + small) >= 1
    large = content.replace(
        b"ispe" + bytes(4) + small, b"ispe" + bytes(4) + struct.pack(">II", 16_320, 12_240)
    )
    seen = looked(decoder, large, "HEIC")
    assert seen.failure == "too_many_pixels"
    assert "16320 × 12240" in seen.detail


def test_a_200_megapixel_jpeg_is_shrunk_while_it_is_read(decoder: Decoder):
    file = io.BytesIO()
    Image.new("L", (16_320, 12_240), 128).save(file, "JPEG", quality=30)
    seen = looked(decoder, file.getvalue())
    assert seen.failure == ""
    with Image.open(io.BytesIO(seen.display)) as display:
        assert display.size == (1000, 750)


def test_memory_is_limited():
    with Decoder(memory_limit=40_000_000) as decoder:
        file = io.BytesIO()
        Image.new("RGB", (6_000, 6_000)).save(file, "PNG")  # 108 MB unfolded
        assert looked(decoder, file.getvalue(), "PNG").failure in {"memory", "broken", "crashed"}
        assert looked(decoder, jpeg()).failure == ""


def test_a_decoder_that_hangs_is_ended_by_the_clock():
    with Decoder(command=HANGS, clock_limit_s=0.2) as decoder:
        seen = looked(decoder, jpeg())
        assert (seen.failure, decoder.process) == ("timeout", None)
        assert "0.2 s" in seen.detail


@pytest.mark.parametrize(("command", "says"), [(CRASHES, "SIGSEGV"), (BABBLES, "")], ids=["crash", "babble"])
def test_a_decoder_that_crashes_or_babbles_is_put_aside(command: tuple[str, ...], says: str):
    with Decoder(command=command, clock_limit_s=20) as decoder:
        seen = looked(decoder, jpeg())
        assert seen.failure == "crashed"
        assert says in seen.detail
        assert decoder.process is None


def test_a_child_killed_between_two_files_is_started_anew(decoder: Decoder):
    looked(decoder, jpeg())
    assert decoder.process
    os.kill(decoder.process.pid, signal.SIGKILL)
    decoder.process.wait()
    assert looked(decoder, jpeg()).failure == ""


def test_a_child_killed_at_work_is_a_crash_and_the_next_file_is_looked_at():
    with Decoder() as decoder:
        looked(decoder, jpeg())
        assert decoder.process
        os.kill(decoder.process.pid, signal.SIGSTOP)  # it will not answer
        os.kill(decoder.process.pid, signal.SIGKILL)
        assert looked(decoder, jpeg()).failure in {"", "crashed"}
        assert looked(decoder, jpeg()).failure == ""


def test_a_child_is_replaced_after_so_many_files():
    with Decoder(files_limit=1) as decoder:
        assert looked(decoder, jpeg()).failure == ""
        assert decoder.process is None
        assert looked(decoder, jpeg()).failure == ""


def test_the_child_has_no_secrets_and_cannot_write(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("GEOMONITOR_SECRET_KEY", "secret")
    with Decoder() as decoder:
        looked(decoder, jpeg())
        assert decoder.process
        own = Path(f"/proc/{decoder.process.pid}")
        assert b"SECRET" not in (own / "environ").read_bytes()
        limits = (own / "limits").read_text().splitlines()
        assert next(line for line in limits if line.startswith("Max file size")).split()[3] == "0"


def test_the_child_ends_with_its_parent():
    code = (
        "import sys, tempfile; sys.path.insert(0, sys.argv[1])\n"
        "from photos.decoding import Decoder\n"
        "decoder, file = Decoder(), tempfile.TemporaryFile()\n"
        "decoder.look(file, 'JPEG')\n"
        "print(decoder.process.pid, flush=True); import os; os._exit(9)"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code, root], capture_output=True, text=True, check=False)
    child = int(done.stdout)
    for _ in range(200):
        state = Path(f"/proc/{child}/stat")
        if not state.exists() or state.read_text().rsplit(")", 1)[1].split()[0] == "Z":
            return
        os.sched_yield()
    pytest.fail("the child lives on")


def test_facts_are_read_back_as_they_were_measured():
    facts = {
        "thumbnail_difference": 0.12,
        "screen_score": 0.0,
        "printed": "",
        "c2pa": "broken",
        "c2pa_signer": "A",
    }
    pixels = as_pixels(facts)
    assert (pixels.thumbnail, pixels.screen, pixels.printed) == (0.12, 0.0, "")
    assert (pixels.manifest, pixels.signer, pixels.failure) == ("broken", "A", "")
    failed = Look(failure="memory", detail="out of memory")
    assert as_pixels(failed.facts).failure == "memory"
    assert as_pixels({"printed": "x", "printed_position": [114.2, -8.1]}).printed_position == (114.2, -8.1)
