"""Alive, ready, and what stands in the way."""

from django.db import DatabaseError

from geomonitor import health


def test_it_is_alive_without_a_database(client) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}


def test_it_is_ready(client, db) -> None:
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["parts"]) == (200, ["database", "storage", "queue"])


def test_it_says_which_part_is_not_ready(client, db, monkeypatch) -> None:
    def away() -> str:
        raise DatabaseError("connection refused\nis the server running?")

    monkeypatch.setitem(health.PARTS, "database", away)
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["error"]["fields"] == {"database": ["connection refused"]}


def test_it_is_not_ready_when_uploads_cannot_be_written(client, db, settings, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    settings.INCOMING_DIR = tmp_path / "file" / "incoming"
    assert list(client.get("/readyz").json()["error"]["fields"]) == ["storage"]


def test_it_gives_figures_to_prometheus(client, db) -> None:
    assert b"django_http_requests_before_middlewares_total" in client.get("/metrics").content
