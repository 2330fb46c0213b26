"""scripts/server itself: help, wrong options, a second run."""

import fcntl
import os
import subprocess
from pathlib import Path

import pytest

from tests.setup.shell import REPOSITORY


def server(*options: str, var: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(REPOSITORY / "scripts" / "server"), *options],
        env={**os.environ, "GEOMONITOR_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_it_explains_itself(tmp_path: Path) -> None:
    done = server("--help", var=tmp_path / "var")
    assert done.returncode == 0
    for option in ("--port N", "--https", "--empty", "--reset", "--yes"):
        assert option in done.stdout
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--prot", "8001"], "--prot is not known"),
        (["--port", "eighty"], '--port needs a number from 1 to 65535, not "eighty"'),
        (["--port", "65536"], "--port needs a number"),
        (["--port"], "--port needs a number"),
    ],
)
def test_it_refuses_wrong_options(tmp_path: Path, options: list[str], words: str) -> None:
    done = server(*options, var=tmp_path / "var")
    assert done.returncode == 2
    assert words in done.stderr


def test_it_says_that_it_runs_already(tmp_path: Path) -> None:
    with (tmp_path / "server.lock").open("w") as lock:
        lock.write("http://localhost:8000/, process 4711\n")
        lock.flush()
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = server(var=tmp_path)
    assert done.returncode == 1
    assert "already runs in this folder (http://localhost:8000/, process 4711)" in done.stderr
