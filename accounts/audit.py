"""The record of acts: written in the act's transaction, sealed afterwards into a chain.

Many writers insert events at once; one sealer gives them their place in the chain, in the order in which it
sees them committed, so no writer waits for another. docs/design/audit-chain.md has a worked example.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.utils import timezone

from accounts.access import Person
from accounts.models import AuditEvent, AuditSeal
from places.message import Message, sentences
from places.message import mark as _

SENTENCES = sentences(
    {
        "audit.gap": _(
            "Mata rantai %(expected)s hilang: setelahnya langsung %(found)s. Ada catatan yang dihapus."
        ),
        "audit.changed": _(
            "Catatan %(event)s (mata rantai %(position)s) tidak cocok dengan segelnya: isinya diubah."
        ),
    }
)

GENESIS = "0" * 64
_LOCK = 0x47454F4D  # "GEOM": the sealer's advisory lock
_BATCH = 1000


def record(
    *,
    actor: Person | None,
    action: str,
    subject: models.Model,
    place: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """Write down that `actor` did `action` ("project.created") to `subject`; call it inside the job's transaction.

    actor: None for the system itself. place: the code of the place concerned. data: JSON values.
    """
    written = event(actor=actor, action=action, subject=subject, place=place, data=data)
    written.save()
    return written


def event(
    *,
    actor: Person | None,
    action: str,
    subject: models.Model,
    place: str = "",
    data: Mapping[str, Any] | None = None,
) -> AuditEvent:
    """The same, not yet written: for jobs that write thousands at once with bulk_create."""
    is_person = actor is not None and actor.is_authenticated
    return AuditEvent(
        at=timezone.now(),
        actor_id=actor.pk if is_person and actor else None,
        actor_name=f"{actor} ({actor.get_username()})" if is_person and actor else "system",
        action=action,
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        place_code=place,
        data=dict(data or {}),
    )


def digest(previous: str, event: AuditEvent) -> str:
    """SHA-256 over the digest before and the event as canonical JSON (sorted keys, UTC, UTF-8)."""
    content = {
        "id": event.pk,
        "at": event.at.isoformat(),
        "actor_id": event.actor_id,
        "actor_name": event.actor_name,
        "action": event.action,
        "subject_type": event.subject_type,
        "subject_id": event.subject_id,
        "place_code": event.place_code,
        "data": event.data,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(f"{previous}\n{canonical}".encode()).hexdigest()


def seal() -> int:
    """Chain all events that are committed and not yet sealed. Returns how many; 0 if another sealer is at it."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        last = AuditSeal.objects.order_by("-position").first()
        position, previous = (last.position, last.digest) if last else (0, GENESIS)
        seals = []
        for event in AuditEvent.objects.filter(seal__isnull=True).order_by("id").iterator(_BATCH):
            position, previous = position + 1, digest(previous, event)
            seals.append(AuditSeal(event=event, position=position, digest=previous))
        AuditSeal.objects.bulk_create(seals, batch_size=_BATCH)
        return len(seals)


@dataclass(frozen=True)
class Verification:
    """What verify() found: sealed links that hold, events not yet sealed, and what is broken."""

    sealed: int
    unsealed: int
    problems: list[Message]


def verify() -> Verification:
    """Recompute the whole chain."""
    problems = list(_broken_links())
    return Verification(
        sealed=AuditSeal.objects.count(),
        unsealed=AuditEvent.objects.filter(seal__isnull=True).count(),
        problems=problems,
    )


def _broken_links() -> Iterator[Message]:
    expected, previous = 0, GENESIS
    for link in AuditSeal.objects.select_related("event").order_by("position").iterator(_BATCH):
        expected += 1
        if link.position != expected:
            yield Message("audit.gap", {"expected": expected, "found": link.position})
            expected = link.position
        if link.digest != digest(previous, link.event):
            yield Message("audit.changed", {"position": link.position, "event": link.event_id})
        previous = link.digest
