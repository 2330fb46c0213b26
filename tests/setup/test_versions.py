"""Versions are written in few places, and these agree."""

import re
import tomllib

from tests.setup.shell import REPOSITORY, Shell

DEBIAN_NAMES = {"bookworm": "debian 12", "trixie": "debian 13"}


def text(path: str) -> str:
    return (REPOSITORY / path).read_text()


def minor_after(version: str) -> str:
    major, minor = version.split(".")
    return f"{major}.{int(minor) + 1}"


def test_it_names_the_same_pythons_in_scripts_and_pyproject(shell: Shell) -> None:
    oldest, newest = shell.says('echo "$PYTHON_OLDEST $PYTHON_NEWEST"').split()
    settings = tomllib.loads(text("pyproject.toml"))
    assert settings["project"]["requires-python"] == f">={oldest},<{minor_after(newest)}"
    assert settings["tool"]["ruff"]["target-version"] == "py" + oldest.replace(".", "")
    assert settings["tool"]["mypy"]["python_version"] == oldest


def test_it_tries_every_python_of_that_range(shell: Shell) -> None:
    oldest, newest, choices = shell.says(
        'echo "$PYTHON_OLDEST $PYTHON_NEWEST"; echo "$PYTHON_CHOICES"'
    ).split(None, 2)
    minors = range(int(oldest.split(".")[1]), int(newest.split(".")[1]) + 1)
    assert set(re.findall(r"\bpython3\.(\d+)", choices)) == {str(minor) for minor in minors}


def test_it_runs_the_containers_database_as_their_debian_does(shell: Shell) -> None:
    release = re.search(r"^FROM debian:(\w+)", text("docker/Dockerfile"), re.MULTILINE)
    image = re.search(r"image: postgis/postgis:(\d+)-(\d+\.\d+)", text("docker/compose.yaml"))
    assert release
    assert image
    postgresql, postgis = image.groups()
    assert shell.says(f'postgresql_of "{DEBIAN_NAMES[release[1]]}"') == postgresql
    oldest = shell.says('echo "$POSTGIS_OLDEST"')
    assert tuple(map(int, postgis.split("."))) >= tuple(map(int, oldest.split(".")))


def test_it_ships_no_database_older_than_it_asks_for(shell: Shell) -> None:
    oldest = int(shell.says('echo "$POSTGRESQL_OLDEST"'))
    for release in ("debian 12", "debian 13", "ubuntu 24.04"):
        assert int(shell.says(f'postgresql_of "{release}"')) >= oldest


def test_it_installs_in_containers_with_the_same_parts() -> None:
    dockerfile = text("docker/Dockerfile")
    assert ". scripts/lib/setup.sh" in dockerfile
    assert "apt-get" not in dockerfile
    assert "pip install" not in dockerfile


def test_it_is_for_the_systems_that_the_readme_names(shell: Shell) -> None:
    readme = text("README.md")
    oldest, newest = shell.says('echo "$PYTHON_OLDEST $PYTHON_NEWEST"').split()
    assert shell.says('echo "$SUPPORTED"') in readme
    assert re.search(rf"Python {re.escape(oldest)}\s*(–|-|to)\s*{re.escape(newest)}", readme)


def test_it_pins_every_requirement_and_says_why() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in text(name).splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.fullmatch(r"[A-Za-z0-9._-]+(\[\w+\])?==\S+ +# .+", line), f"{name}: {line}"
