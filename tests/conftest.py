"""Fixtures for all tests: files stay in a folder of the test, people are the named cast."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from maps import selections
from tests.cast import Cast, make_cast

# Playwright's event loop lives in the test's thread; Django would refuse the database there without this.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """Every run has databases of its own, so that two runs on one machine leave each other alone."""
    connection.settings_dict["CONN_MAX_AGE"] = (
        0  # a live server's kept connection would hold the database at the end
    )
    test = connection.settings_dict["TEST"]
    test["NAME"] = (
        f"{test['NAME'] or 'test_geomonitor'}_{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}"[:60]
    )


@pytest.fixture(autouse=True)
def _own_folder(settings, tmp_path: Path) -> None:
    """Originals and uploads of a test go to the test's own folder."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.INCOMING_DIR = tmp_path / "incoming"
    settings.STORAGES = {
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "media")},
        },
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.immediate.ImmediateBackend"}}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.SECRET_KEY = "only-for-tests"


@pytest.fixture(autouse=True)
def _no_kept_selections() -> None:
    """What an earlier test's map kept for a minute is not this one's."""
    selections.forget()


@pytest.fixture(autouse=True)
def _indonesian() -> Iterator[None]:
    """Tests read Indonesian unless they ask for English."""
    with translation.override("id"):
        yield


@pytest.fixture
def cast(db) -> Cast:
    return make_cast()
