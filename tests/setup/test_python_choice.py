"""Which Python is taken, and when packages are installed again."""

import sys

import pytest

from tests.setup.shell import Shell

THIS = f"{sys.version_info.major}.{sys.version_info.minor}"


def with_pythons(shell: Shell, **fits: bool) -> dict[str, str]:
    """Commands that play Pythons: they answer `fits` with yes or no."""
    for name, answer in fits.items():
        shell.put(f"bin/{name.replace('_', '.')}", f"#!/bin/sh\nexit {0 if answer else 1}\n", 0o755)
    return {"PATH": f"{shell.system}/bin:/usr/sbin:/usr/bin:/sbin:/bin"}


def test_it_takes_the_first_that_fits(shell: Shell) -> None:
    path = with_pythons(shell, python3=False, python3_13=False, python3_12=True, python3_11=True)
    assert shell.says("pick_python", **path) == f"{shell.system}/bin/python3.12"


def test_it_says_when_none_fits(shell: Shell) -> None:
    path = with_pythons(shell, python3=False, python3_13=False, python3_12=False, python3_11=False)
    words = shell.stops('PYTHON_CHOICES="python3 python3.13 python3.12 python3.11"; make_venv', **path)
    assert "no Python 3.11 to 3.13" in words
    assert "Elsewhere install these" in words


@pytest.mark.parametrize(
    ("oldest", "newest", "fits"), [(THIS, THIS, True), ("3.5", "3.6", False), ("4.0", "4.1", False)]
)
def test_it_compares_versions_as_numbers(shell: Shell, oldest: str, newest: str, fits: bool) -> None:
    done = shell.run(f"PYTHON_OLDEST={oldest} PYTHON_NEWEST={newest}; fits {sys.executable}")
    assert done.returncode == (0 if fits else 1)


def with_venv(shell: Shell) -> None:
    """A clone with requirements and a .venv that works; installing only says so."""
    (shell.clone / "requirements.txt").write_text("Django==5.2\n")
    (shell.clone / ".venv" / "bin").mkdir(parents=True)
    (shell.clone / ".venv" / "bin" / "python").symlink_to(sys.executable)


PREPARE = 'install_requirements() { echo "installs ${1##*/}"; }; step "Python packages"; prepare_python requirements.txt'


def test_it_installs_once(shell: Shell) -> None:
    with_venv(shell)
    assert "installs requirements.txt" in shell.says(PREPARE)
    second = shell.says(PREPARE)
    assert "installs" not in second
    assert "cached" in second


def test_it_installs_again_when_a_requirement_changed(shell: Shell) -> None:
    with_venv(shell)
    shell.says(PREPARE)
    (shell.clone / "requirements.txt").write_text("Django==5.3\n")
    assert "installs requirements.txt" in shell.says(PREPARE)


def test_it_falls_back_to_pip_when_uv_fails(shell: Shell) -> None:
    with_venv(shell)
    said = shell.says(
        """
        has_uv() { true; }
        logged() { case "$*" in *"uv pip install"*) return 1 ;; *) echo "ran ${*#"$VENV/bin/"}" ;; esac; }
        install_requirements "$CLONE/requirements.txt"
        """
    )
    assert said.splitlines()[-1] == f"ran python -m pip install --requirement {shell.clone}/requirements.txt"
