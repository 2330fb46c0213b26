"""The made-up clone and machine that the tests of set-up work on."""

from pathlib import Path

import pytest

from tests.setup.shell import Shell


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A clone with an empty var/ on a machine where nothing is installed."""
    clone, system = tmp_path / "clone", tmp_path / "system"
    (clone / "var" / "log").mkdir(parents=True)
    (clone / "var" / "stamps").mkdir()
    system.mkdir()
    return Shell(clone=clone, system=system)
