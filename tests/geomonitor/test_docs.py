"""Folders, registries and docs agree, and the docs point at things that exist."""

import re
from pathlib import Path

import pytest
from django.core.management import get_commands
from django.urls import Resolver404, resolve

from duplicates.signals import SIGNALS
from photos.checks import CHECKS

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]


def modules(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("*.py")} - {"__init__"}


def pages(folder: str) -> set[str]:
    return {path.stem for path in (ROOT / folder).glob("*.md")} - {"README"}


def registered(entries) -> list[str]:
    return [str(getattr(entry, "name", None) or getattr(entry, "CODE", "")) for entry in entries]


@pytest.mark.parametrize(
    ("code", "docs", "registry"),
    [("photos/checks", "docs/checks", CHECKS), ("duplicates/signals", "docs/signals", SIGNALS)],
    ids=["photo checks", "duplicate signals"],
)
def test_every_plug_in_is_registered_once_and_documented(code: str, docs: str, registry) -> None:
    names = registered(registry)
    assert len(names) == len(set(names))
    assert set(names) == modules(code) == pages(docs)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_in_the_docs_lead_somewhere(page: Path) -> None:
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    assert [target for target in targets if not (page.parent / target).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_in_the_docs_exist(page: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text()))
    assert named - set(get_commands()) == set()


def test_addresses_in_the_readme_exist() -> None:
    named = re.findall(r"`(/[a-z0-9/_]*)`", (ROOT / "README.md").read_text())
    assert named
    missing = []
    for path in named:
        try:
            resolve(path)
        except Resolver404:
            missing.append(path)
    assert missing == []
