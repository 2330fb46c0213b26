"""The processes that scripts/server starts: a port in use, one that ends by itself, one that doesn't listen."""

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from tests.setup.shell import Shell


@pytest.fixture(autouse=True)
def _python(shell: Shell) -> None:
    (shell.clone / ".venv" / "bin").mkdir(parents=True)
    (shell.clone / ".venv" / "bin" / "python").symlink_to(sys.executable)


def test_it_says_that_a_port_is_in_use(shell: Shell) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        words = shell.stops(f"check_port 127.0.0.1 {port}")
    assert f"port {port} can't be used: another program listens there" in words
    assert f"scripts/server --port {port + 1}" in words


def test_it_says_which_process_ended_by_itself(shell: Shell) -> None:
    words = shell.run("start_process worker sh -c 'echo no such table; exit 1'; wait_for_processes")
    assert words.returncode == 1
    assert "no such table" in words.stderr
    assert "the worker process ended by itself" in words.stderr


def test_it_starts_a_killed_worker_again(shell: Shell) -> None:
    """The worker is killed from outside twice; then it ends by itself with an error, and all is stopped."""
    words = shell.run(
        """
        start_worker() { start_process "$1" bash -c '
          echo turn >>"$GEOMONITOR_VAR/turns"
          case $(wc -l <"$GEOMONITOR_VAR/turns") in 1) kill -KILL $$ ;; 2) exit 0 ;; *) echo no such table; exit 1 ;; esac'
        }
        start_worker worker
        wait_for_processes
        """
    )
    assert words.returncode == 1
    assert words.stdout.splitlines() == [
        "The worker process was ended (exit code 137); it is started again.",
        "The worker process was ended (exit code 0); it is started again.",
    ]
    assert "the worker process ended by itself" in words.stderr
    assert "no such table" in words.stderr


@pytest.mark.parametrize(("name", "often"), [("web", 1), ("worker", 4)])
def test_it_does_not_start_again_for_ever(shell: Shell, name: str, often: int) -> None:
    words = shell.run(
        f"""
        MOST_RESTARTS=3
        start_worker() {{ echo turn >>"$GEOMONITOR_VAR/turns"; start_process "$1" bash -c 'kill -KILL $$'; }}
        start_worker {name}
        wait_for_processes
        """
    )
    assert words.returncode == 1
    assert (shell.clone / "var" / "turns").read_text().count("turn") == often


def test_it_starts_a_killed_database_again(shell: Shell) -> None:
    """A process plays the database's; it is killed, is started again, is killed, and does not start any more."""
    words = shell.run(
        """
        mkfifo "$VAR/never"
        start_cluster() {
          echo start >>"$VAR/starts"
          [ "$(wc -l <"$VAR/starts")" -lt 3 ] || stop_with "PostgreSQL did not start."
          bash -c 'read -r _ <>"$GEOMONITOR_VAR/never"' &
          echo $! >"$VAR/pid"
          [ "$(wc -l <"$VAR/starts")" = 1 ] || kill -KILL "$(postmaster)"
        }
        postmaster() { cat "$VAR/pid"; }
        cluster_running() { [ -e "$VAR/pid" ] && kill -0 "$(postmaster)" 2>/dev/null; }
        start_worker database
        kill -KILL "$(postmaster)"
        wait_for_processes
        """
    )
    assert words.returncode == 1
    assert words.stdout.count("The database process was ended (exit code 0); it is started again.") == 2
    assert "PostgreSQL did not start." in words.stderr


def test_it_ends_a_process_that_does_not_listen(shell: Shell) -> None:
    pid = shell.says(
        """
        mkfifo "$VAR/never" "$VAR/ready"
        STOP_SECONDS=0
        start_process web bash -c "trap '' TERM; echo >$VAR/ready; read -r _ <$VAR/never"
        read -r _ <"$VAR/ready"
        for pid in "${!PROCESSES[@]}"; do echo "$pid"; done
        stop_processes
        wait
        """
    )
    assert not Path(f"/proc/{pid}").exists()


def test_it_takes_its_processes_along_even_when_killed(shell: Shell) -> None:
    """The script kills itself; the process it started says that it was asked to end."""
    shell.run(
        """
        mkfifo "$VAR/never" "$VAR/ready"
        start_process web bash -c "trap 'echo asked; exit' TERM; echo >$VAR/ready; read -r _ <>$VAR/never"
        read -r _ <"$VAR/ready"
        kill -KILL $$
        """
    )
    log = shell.clone / "var" / "log" / "web.log"
    deadline = time.monotonic() + 10
    while log.read_text() != "asked\n" and time.monotonic() < deadline:
        os.sched_yield()
    assert log.read_text() == "asked\n"


def test_it_keeps_the_log_of_the_run_before(shell: Shell) -> None:
    for text in ("first", "second"):
        shell.says(f"start_process web echo {text}; wait")
    assert (shell.clone / "var" / "log" / "web.log").read_text() == "second\n"
    assert (shell.clone / "var" / "log" / "web.log.1").read_text() == "first\n"


def test_it_serves_without_a_control_socket_and_keeps_connections(shell: Shell) -> None:
    command = shell.says('web_command 127.0.0.1 8000; echo "${WEB[*]}"')
    assert "--no-control-socket" in command
    assert "--keep-alive 75" in command
    assert "--bind 127.0.0.1:8000" in command
    assert "--certfile" not in command
