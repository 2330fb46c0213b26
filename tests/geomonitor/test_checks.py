"""System checks: each wrong setting is named with a hint."""

import pytest

from geomonitor import checks


def ids(found) -> list[str]:
    assert all(message.hint for message in found)
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("demo", "hosts", "expected"),
    [
        (True, ["localhost", "127.0.0.1"], []),
        (True, ["localhost", "192.168.1.20"], []),
        (True, ["geomonitor.example.go.id"], ["geomonitor.E001"]),
        (True, ["10.example.com"], ["geomonitor.E001"]),
        (True, ["*"], ["geomonitor.E001"]),
        (False, ["geomonitor.example.go.id"], []),
    ],
)
def test_a_demo_stays_off_public_hosts(settings, demo, hosts, expected) -> None:
    settings.DEMO, settings.ALLOWED_HOSTS = demo, hosts
    assert ids(checks.demo_stays_home(None)) == expected


def test_it_warns_without_a_secret_key(settings) -> None:
    assert ids(checks.secret_key_is_made(None)) == []
    settings.SECRET_KEY = "insecure-until-set-up"
    assert ids(checks.secret_key_is_made(None)) == ["geomonitor.W002"]


@pytest.mark.parametrize("path", ["projects.nowhere.step", "projects.progress.nothing"])
def test_it_finds_a_step_that_does_not_exist(settings, path: str) -> None:
    assert ids(checks.steps_can_be_found(None)) == []
    settings.NEAR_STEPS = [path]
    assert ids(checks.steps_can_be_found(None)) == ["geomonitor.E003"]
