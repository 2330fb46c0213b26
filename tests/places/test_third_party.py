"""Everything taken in from others is credited in THIRD_PARTY.md."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CREDITS = (ROOT / "THIRD_PARTY.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "package",
    re.findall(r"^([A-Za-z0-9_.-]+)==", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M),
)
def test_it_credits_every_python_package(package):
    assert re.search(rf"(\| |, ){re.escape(package)}( \||,)", CREDITS), f"add {package} to THIRD_PARTY.md"


@pytest.mark.parametrize(
    "library", json.loads((ROOT / "package.json").read_text(encoding="utf-8"))["dependencies"]
)
def test_it_credits_every_browser_library(library):
    assert f"| {library} |" in CREDITS, f"add {library} to THIRD_PARTY.md"


def test_it_says_where_every_fixture_is_from():
    for file in [
        *ROOT.glob("fixtures/*.geojson"),
        *ROOT.glob("fixtures/a*.csv"),
        *ROOT.glob("fixtures/f*.csv"),
    ]:
        assert f"`{file.name}`" in CREDITS
