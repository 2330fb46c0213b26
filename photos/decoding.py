"""[pure] The child that decodes pictures, and the worker's hold on it.

A decoder is where hostile bytes do harm, so pictures are decoded in a process that has nothing to lose: no database,
no secrets in its environment, a limit on memory and on processor time, and a clock that its parent watches. It is
started once and used for many files (starting costs as much as ten photos), and started anew after a failure, after
FILES_LIMIT files, or when it has grown. docs/design/photo-pixels.md.

Both speak over a socket: the parent sends a line of JSON with the file's descriptor, the child answers with a line of
JSON and the bytes it announces. Nothing that the child says is executed or unpickled.
"""

import base64
import ctypes
import json
import logging
import math
import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from photos.evidence import Pixels
from photos.fingerprints import Fingerprint

logger = logging.getLogger(__name__)

DISPLAY_PX = 1000
THUMB_PX = 320
READERS = {"JPEG": ["JPEG", "MPO"], "PNG": ["PNG"], "WEBP": ["WEBP"], "HEIC": ["HEIF"], "HEIF": ["HEIF"]}

MEMORY_LIMIT = 1_500_000_000  # bytes of address space beyond what the child has when it starts
CPU_LIMIT_S = 40  # of one file
CLOCK_LIMIT_S = 60.0  # of one file, as the parent's clock sees it
START_LIMIT_S = 60.0
FILES_LIMIT = 500  # of one child
GROWTH_LIMIT = 300_000_000  # bytes of resident memory after which a child has done enough
ANSWER_LIMIT = 20_000_000  # bytes that a child may answer
_NICE = 5  # web and intake go first

FAILURES = ("too_many_pixels", "broken", "memory", "timeout", "crashed", "missing")
FAILURE_FACT = "derivative_error"

_CHILD = (sys.executable, "-m", "photos.decoding")
_PR_SET_PDEATHSIG = 1
# The C library keeps what a picture took for the next one; given back and asked for anew, it costs a fifth of a look.
_KEPT_MEMORY = {"MALLOC_MMAP_THRESHOLD_": str(32 << 20), "MALLOC_TRIM_THRESHOLD_": str(192 << 20)}


@dataclass(frozen=True)
class Look:
    """What came of a look. display, thumb: JPEG bytes, b"" on failure; measured: numbers and texts by fact name.

    failure: "" or one of FAILURES; detail: the decoder's own words.
    """

    display: bytes = b""
    thumb: bytes = b""
    measured: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: Fingerprint | None = None
    failure: str = ""
    detail: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What the server keeps of it, by fact name."""
        if not self.failure:
            return dict(self.measured)
        return dict(self.measured) | {FAILURE_FACT: {"reason": self.failure, "detail": self.detail}}


def as_pixels(facts: Mapping[str, Any]) -> Pixels:
    """A look's facts as the checks take them; unknown or odd values count as not measured."""
    failure = facts.get(FAILURE_FACT)
    position = facts.get("printed_position")
    return Pixels(
        thumbnail=_number(facts.get("thumbnail_difference")),
        screen=_number(facts.get("screen_score")),
        printed=_text(facts.get("printed")),
        printed_position=(float(position[0]), float(position[1])) if position else None,
        manifest=_text(facts.get("c2pa")),
        signer=_text(facts.get("c2pa_signer")) or "",
        failure=(_text(failure.get("reason")) if isinstance(failure, dict) else _text(failure)) or "",
    )


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


class Died(Exception):
    """The child ended, or said what no child says."""


class Decoder:
    """A child at work. Use it as a context, or call `close`; one thread at a time.

    command: what to start (tests put in children that hang or crash). The limits are those of one file.
    """

    def __init__(
        self,
        *,
        command: Sequence[str] = _CHILD,
        clock_limit_s: float = CLOCK_LIMIT_S,
        memory_limit: int = MEMORY_LIMIT,
        cpu_limit_s: int = CPU_LIMIT_S,
        files_limit: int = FILES_LIMIT,
    ) -> None:
        self.command = tuple(command)
        self.limits = (str(memory_limit), str(cpu_limit_s))
        self.clock_limit_s = clock_limit_s
        self.files_limit = files_limit
        self.process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._files = 0
        self._owner = 0

    def __enter__(self) -> "Decoder":
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def look(
        self, file: IO[bytes], format: str, *, read_text: bool = False, only_measure: bool = False
    ) -> Look:
        """Have one file looked at; a bomb, a hang or a crash ends the child only, and is the answer's `failure`.

        file: open, with a descriptor. only_measure: without pictures and fingerprint, for commands.
        Raises OSError if no child can be started.
        """
        child = self._started()
        until = time.monotonic() + self.clock_limit_s
        try:
            child.settimeout(self.clock_limit_s)
            asked = {"format": format, "read_text": read_text, "only_measure": only_measure}
            line = json.dumps(asked).encode() + b"\n"
            socket.send_fds(child, [line], [file.fileno()])
            answer = _received(child, until)
        except TimeoutError:
            self.close()
            return Look(failure="timeout", detail=f"no answer within {self.clock_limit_s:g} s")
        except (OSError, Died, ValueError, TypeError, KeyError) as error:
            return self._crashed(error)
        self._files += 1
        if self._files >= self.files_limit or answer.pop("grown", False):
            self.close()
        return _as_look(answer)

    def close(self) -> None:
        """End the child and what it started, if there is one."""
        process, self.process = self.process, None
        if self._socket:
            self._socket.close()
            self._socket = None
        if process is None or self._owner != os.getpid():
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def _started(self) -> socket.socket:
        if self._socket and self._owner == os.getpid() and self.process and self.process.poll() is None:
            return self._socket
        self.close()
        ours, theirs = socket.socketpair()
        self._owner, self._files, self._socket = os.getpid(), 0, ours
        with theirs:
            self.process = subprocess.Popen(
                [*self.command, str(theirs.fileno()), str(os.getpid()), *self.limits],
                pass_fds=(theirs.fileno(),),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                cwd=Path(__file__).resolve().parents[1],
                env=_bare_environment(),
                start_new_session=True,
            )
        return ours

    def _crashed(self, error: Exception) -> Look:
        process = self.process
        code = None
        if process is not None:
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=5)
        self.close()
        if code == -signal.SIGXCPU:
            return Look(failure="timeout", detail="processor time used up")
        if code is not None and code < 0:
            return Look(failure="crashed", detail=f"the decoder was ended by {signal.Signals(-code).name}")
        return Look(failure="crashed", detail=str(error) or type(error).__name__)


def _bare_environment() -> dict[str, str]:
    """What the child needs to start, and nothing that is worth stealing. One thread: the other core is not ours."""
    kept = {name: os.environ[name] for name in ("PATH", "TESSDATA_PREFIX") if name in os.environ}
    threads = ("OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "OPENBLAS_NUM_THREADS", "OPENCV_FOR_THREADS_NUM")
    bare = {"LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"}
    return kept | dict.fromkeys(threads, "1") | _KEPT_MEMORY | bare


def _received(child: socket.socket, until: float) -> dict[str, Any]:
    size = int.from_bytes(_exactly(child, 4, until), "big")
    if size > ANSWER_LIMIT:
        raise Died(f"an answer of {size} bytes")
    answer = json.loads(_exactly(child, size, until))
    if not isinstance(answer, dict):
        raise Died("no answer")
    return answer


def _exactly(child: socket.socket, size: int, until: float) -> bytes:
    parts = bytearray()
    while len(parts) < size:
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        child.settimeout(left)
        part = child.recv(min(size - len(parts), 1 << 20))
        if not part:
            raise Died("the decoder ended without an answer")
        parts += part
    return bytes(parts)


# Both sides: a look as JSON --------------------------------------------------------------------------------


def _as_json(look: Look) -> dict[str, Any]:
    told = asdict(look)
    told["display"], told["thumb"] = (base64.b64encode(part).decode() for part in (look.display, look.thumb))
    if look.fingerprint:
        told["fingerprint"]["places"] = base64.b64encode(look.fingerprint.places).decode()
    return told


def _as_look(told: Mapping[str, Any]) -> Look:
    mark = told["fingerprint"]
    if mark:
        mark = Fingerprint(
            **{
                **mark,
                "words": tuple(mark["words"]),
                "places": base64.b64decode(mark["places"], validate=True),
            }
        )
    return Look(
        display=base64.b64decode(told["display"], validate=True),
        thumb=base64.b64decode(told["thumb"], validate=True),
        measured={str(name): value for name, value in told["measured"].items()},
        fingerprint=mark,
        failure=str(told["failure"]),
        detail=str(told["detail"])[:300].replace("\0", ""),
    )


# The child -------------------------------------------------------------------------------------------------


def main(arguments: Sequence[str]) -> None:
    """Answer until the parent hangs up. arguments: the socket's descriptor, parent, memory and processor limit."""
    descriptor, parent_id, memory_limit, cpu_limit_s = (int(number) for number in arguments)
    _die_with(parent_id)
    os.nice(_NICE)
    parent = socket.socket(fileno=descriptor)
    from photos import pixels  # the decoders: only here, so that the parent never loads them

    _limit_memory(memory_limit)
    at_start = _bytes_in(resident=True)
    while True:
        line, descriptors, _flags, _address = socket.recv_fds(parent, 4096, 1)
        if not line or not descriptors:
            return
        _limit_processor(cpu_limit_s)
        with os.fdopen(descriptors[0], "rb") as file:
            look = _looked(pixels.look, file, **json.loads(line))
        answer = _as_json(look)
        answer["grown"] = look.failure == "memory" or _bytes_in(resident=True) - at_start > GROWTH_LIMIT
        content = json.dumps(answer).encode()
        parent.sendall(len(content).to_bytes(4, "big") + content)


def _looked(look: Callable[..., Look], file: IO[bytes], *, format: str, **asked: bool) -> Look:
    """The look, or why there is none: whatever a decoder raises is about this file alone."""
    try:
        file.seek(0)
        return look(file.read(), format, **asked)
    except MemoryError as error:
        return Look(failure="memory", detail=str(error) or "out of memory")
    except Exception as error:  # noqa: BLE001  (decoders raise anything)
        too_many = type(error).__name__ == "TooManyPixels"
        return Look(
            failure="too_many_pixels" if too_many else "broken", detail=str(error) or type(error).__name__
        )


def _die_with(parent_id: int) -> None:
    """The system ends this process with its parent, even where the parent had no time to say so."""
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent_id:
        sys.exit("the parent is gone")


def _limit_memory(bytes_more: int) -> None:
    limit = _bytes_in(resident=False) + bytes_more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))  # it has nothing to write


def _limit_processor(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used.ru_utime + used.ru_stime) + seconds, hard))


def _bytes_in(*, resident: bool) -> int:
    pages = Path("/proc/self/statm").read_text().split()
    return int(pages[1 if resident else 0]) * resource.getpagesize()


if __name__ == "__main__":
    main(sys.argv[1:])
