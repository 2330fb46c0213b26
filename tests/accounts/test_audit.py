"""The record of acts: append-only, chained, and proven."""

import threading
from functools import partial

import pytest
from django.db import InternalError, ProgrammingError, connection, transaction

from accounts import audit
from accounts.models import AuditEvent, AuditSeal
from tests.cast import Cast


def record(cast: Cast, action: str = "project.created") -> AuditEvent:
    return audit.record(
        actor=cast.ani, action=action, subject=cast.sragi, place=cast.sragi.pk, data={"title": "Jalan"}
    )


def test_it_keeps_the_actor_as_a_value(cast: Cast) -> None:
    event = record(cast)
    cast.ani.delete()
    event.refresh_from_db()
    assert event.actor_name == "Bu Ani (ani)"


@pytest.mark.parametrize("statement", ["UPDATE", "DELETE"])
def test_it_refuses_changes_in_the_database(cast: Cast, statement: str) -> None:
    event = record(cast)
    act = (
        event.delete
        if statement == "DELETE"
        else partial(AuditEvent.objects.filter(pk=event.pk).update, action="x")
    )
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        act()


def test_it_seals_once_and_verifies(cast: Cast) -> None:
    for number in range(3):
        record(cast, f"act.{number}")
    assert audit.seal() == 3
    assert audit.seal() == 0
    record(cast, "act.late")
    found = audit.verify()
    assert (found.sealed, found.unsealed, found.problems) == (3, 1, [])


def test_it_continues_the_chain(cast: Cast) -> None:
    record(cast, "first")
    audit.seal()
    record(cast, "second")
    audit.seal()
    first, second = AuditSeal.objects.order_by("position")
    assert second.digest == audit.digest(first.digest, second.event)
    assert first.digest == audit.digest(audit.GENESIS, first.event)


def behind_the_triggers(sql: str, params: list[object]) -> None:
    """What somebody with the database's own rights could do."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(sql, params)
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_it_finds_a_changed_event(cast: Cast) -> None:
    events = [record(cast, f"act.{number}") for number in range(3)]
    audit.seal()
    behind_the_triggers(
        "UPDATE accounts_auditevent SET actor_name = 'orang lain' WHERE id = %s", [events[1].pk]
    )
    problems = audit.verify().problems
    assert [(p.code, p.params["event"]) for p in problems] == [("audit.changed", events[1].pk)]


def test_it_finds_a_removed_event(cast: Cast) -> None:
    events = [record(cast, f"act.{number}") for number in range(3)]
    audit.seal()
    behind_the_triggers("DELETE FROM accounts_auditseal WHERE event_id = %s", [events[1].pk])
    behind_the_triggers("DELETE FROM accounts_auditevent WHERE id = %s", [events[1].pk])
    assert [p.code for p in audit.verify().problems] == ["audit.gap", "audit.changed"]


@pytest.mark.django_db(transaction=True)
def test_it_lets_one_sealer_work_at_a_time() -> None:
    """While another connection holds the sealer's lock, seal() leaves the events for it."""
    holds, done = threading.Event(), threading.Event()

    def other_sealer() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [audit._LOCK])
            holds.set()
            done.wait(10)
        connection.close()

    thread = threading.Thread(target=other_sealer)
    thread.start()
    assert holds.wait(10)
    from tests.cast import make_cast

    record(make_cast())
    assert audit.seal() == 0
    done.set()
    thread.join()
    assert audit.seal() == 1


def test_the_docs_example_is_right() -> None:
    """docs/design/audit-chain.md shows this event and this digest."""
    from datetime import UTC, datetime
    from pathlib import Path

    event = AuditEvent(
        pk=1,
        at=datetime(2026, 11, 24, 2, 15, tzinfo=UTC),
        actor_id=7,
        actor_name="Bu Ani (ani)",
        action="project.created",
        subject_type="projects.project",
        subject_id="42",
        place_code="35.10.17.2001",
        data={"title": "Jalan"},
    )
    page = (Path(__file__).parents[2] / "docs/design/audit-chain.md").read_text()
    assert audit.digest(audit.GENESIS, event) in page
