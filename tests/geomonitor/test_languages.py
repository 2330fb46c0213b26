"""Indonesian first, English second: every sentence of the interface has an English one, and pages speak both."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from django.utils import translation
from django.utils.translation import gettext

from places.message import Message
from places.saying import say

ROOT = Path(__file__).parents[2]
CATALOGUE = Path("locale/en/LC_MESSAGES/django.po")
_ENTRY = re.compile(r'^msgid ((?:"(?:[^"\\]|\\.)*"\s*)+)', re.MULTILINE)


def msgids_of(text: str) -> set[str]:
    """The msgids in a catalogue's text, without its header."""
    return {"".join(re.findall(r'"((?:[^"\\]|\\.)*)"', entry)) for entry in _ENTRY.findall(text)} - {""}


def msgids(catalogue: Path) -> set[str]:
    return msgids_of(catalogue.read_text())


def entries(*options: str) -> str:
    """What msgattrib finds in the committed catalogue."""
    command = ["msgattrib", "--no-obsolete", *options, str(ROOT / CATALOGUE)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_every_sentence_has_an_english_one() -> None:
    assert msgids_of(entries("--untranslated")) == set()
    assert msgids_of(entries("--only-fuzzy")) == set()


def test_the_catalogue_is_up_to_date(tmp_path: Path) -> None:
    """Gather the sentences of a copy of the sources and compare; scripts/messages brings the catalogue up to date."""
    tracked = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, tracked.split("\0")):
        wanted = name.endswith((".py", ".html", ".txt", ".po")) and not name.startswith(("static/", "tests/"))
        if wanted and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    command = [sys.executable, "manage.py", "makemessages", "--locale", "en", "--no-obsolete", "--no-wrap"]
    environment = {**os.environ, "GEOMONITOR_SECRET_KEY": "only-to-gather"}
    subprocess.run(command, cwd=tmp_path, env=environment, check=True, capture_output=True)
    assert msgids(tmp_path / CATALOGUE) == msgids(ROOT / CATALOGUE)


def test_placeholders_are_the_same_in_both_languages() -> None:
    wrong = []
    for block in (ROOT / CATALOGUE).read_text().split("\n\n")[1:]:
        parts = re.split(r"^msgstr ", block, flags=re.MULTILINE)
        if len(parts) != 2:
            continue
        source, target = (set(re.findall(r"%\(\w+\)[sd]|\{\w+\}", part)) for part in parts)
        if source != target:
            wrong.append(block)
    assert wrong == []


def test_messages_are_said_in_the_readers_language() -> None:
    far = Message("near_site.outside", {"distance_m": 1312.4, "limit_m": 50.0})
    with translation.override("id"):
        assert "1,3 km" in say(far)
        indonesian = say(far)
    with translation.override("en"):
        assert "1.3 km" in say(far)
        assert say(far) != indonesian
        assert gettext("Kegiatan") != "Kegiatan"
