"""The structure: imports go downwards only, and pure modules know no Django."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_imports_only_go_downwards() -> None:
    run = subprocess.run(
        [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-3000:]


def test_pure_modules_say_so_and_are_listed() -> None:
    """A module whose docstring begins with [pure] stands in the import contract, and the other way round."""
    import tomllib

    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    [pure] = [contract for contract in contracts if contract["type"] == "forbidden"]
    listed = set(pure["source_modules"])
    marked = {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        for slice_name in (
            "places",
            "accounts",
            "projects",
            "budgets",
            "photos",
            "duplicates",
            "monitoring",
            "maps",
            "reports",
            "geomonitor",
        )
        for path in (ROOT / slice_name).rglob("*.py")
        if path.read_text().startswith('"""[pure]')
    }
    covered = {
        name for name in marked if any(name == entry or name.startswith(f"{entry}.") for entry in listed)
    }
    assert marked - covered == set(), "marked [pure], not in pyproject.toml"
    assert {entry for entry in listed if entry not in marked} == set(), "in pyproject.toml, not marked [pure]"
