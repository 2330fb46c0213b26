"""Settings are loud: a bad value stops the start with a sentence that names the variable."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def start(**environment: str) -> str:
    """What a fresh interpreter says when it loads the settings with these variables."""
    run = subprocess.run(
        [sys.executable, "-c", "import geomonitor.settings"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return run.stderr.strip().splitlines()[-1] if run.returncode else ""


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("GEOMONITOR_DATABASE_URL", "postgres://localhost/x", "must begin with postgis://"),
        ("GEOMONITOR_MEDIA_URL", "ftp://files", "GEOMONITOR_MEDIA_URL is 'ftp://files'"),
        ("GEOMONITOR_MEDIA_URL", "s3:///originals", "it names no bucket"),
        (
            "GEOMONITOR_TILE_URL",
            "https://tile.example.org/",
            "must begin with https:// and contain {z}, {x} and {y}",
        ),
        ("GEOMONITOR_TILE_URL", "http://tile.example.org/{z}/{x}/{y}.png", "must begin with https://"),
        ("GEOMONITOR_DATABASE_MAX_AGE", "lama", "lama"),
    ],
)
def test_it_refuses_a_bad_value(variable: str, value: str, says: str) -> None:
    assert says in start(**{variable: value})


@pytest.mark.parametrize(
    ("variable", "value", "says"),
    [
        ("GEOMONITOR_S3_ENDPOINT", "s3.example.go.id", "must begin with http:// or https://"),
        ("GEOMONITOR_S3_ADDRESSING", "folder", "must be path, virtual or auto"),
        ("GEOMONITOR_S3_ACCESS_KEY", "kunci", "belong together"),
    ],
)
def test_it_refuses_a_bad_way_to_a_bucket(variable: str, value: str, says: str) -> None:
    assert says in start(GEOMONITOR_MEDIA_URL="s3://photos/originals", **{variable: value})


def test_it_starts_with_good_values() -> None:
    assert not start(
        GEOMONITOR_DATABASE_URL="postgis://user:secret@db.example:5432/geomonitor",
        GEOMONITOR_MEDIA_URL="s3://photos/originals",
        GEOMONITOR_TILE_URL="https://tile.example.org/{z}/{x}/{y}.png",
    )


def test_every_variable_is_documented() -> None:
    import re

    read = set(re.findall(r'"(GEOMONITOR_[A-Z_]+)"', (ROOT / "geomonitor/settings.py").read_text()))
    page = (ROOT / "docs/settings.md").read_text()
    assert read
    assert not [name for name in sorted(read) if f"`{name}`" not in page]
