"""Two editors at once: nobody's work is overwritten unseen, and every change is written down."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import models

from accounts import audit
from accounts.access import TABLE, Action, Person, require, roles
from accounts.models import AuditEvent, Role, User
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from places.saying import say
from projects.models import Project, Status

SENTENCES = sentences(
    {
        "project.conflict": _(
            "%(who)s mengubah pekerjaan ini pada %(changed_at)s, setelah Anda membukanya. Isian Anda masih ada: "
            "bandingkan, lalu simpan lagi."
        ),
        "project.other_changed": _("Diubah %(who)s: %(before)s → %(after)s"),
        "project.merged": _(
            "Catatan ini sudah digabung ke catatan lain dan tidak diubah lagi. Ubah yang dilanjutkan."
        ),
        "project.reason_missing": _(
            "Sebagai pemantau Anda mengubah data milik desa. Tulis alasannya; desa dapat membacanya."
        ),
    }
)


class Conflict(Problem):
    """Somebody else saved first (409). `version` is what is stored now; `fields` say what the other changed."""

    def __init__(self, project: Project, seen: int) -> None:
        events = list(_events_since(project, seen))
        last = events[-1] if events else None
        super().__init__(
            message(
                "project.conflict",
                who=_name(last) if last else "–",
                changed_at=(last.at if last else project.updated_at).isoformat(),
            ),
            status=409,
            fields=_other_changes(events),
        )
        self.version = project.version


def _events_since(project: Project, seen: int) -> models.QuerySet[AuditEvent]:
    """The acts that brought the project from the version seen to today's, oldest first."""
    return AuditEvent.objects.filter(
        subject_type="projects.project", subject_id=str(project.pk), data__version__gt=seen
    ).order_by("id")


def _name(event: AuditEvent) -> str:
    return event.actor_name.rpartition(" (")[0] or event.actor_name


def _other_changes(events: list[AuditEvent]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for event in events:
        for name, change in event.data.get("changes", {}).items():
            before, after = change if isinstance(change, list) and len(change) == 2 else ("", "")
            said = message(
                "project.other_changed", who=_name(event), before=_shown(before), after=_shown(after)
            )
            found.setdefault(name, []).append(say(said))
    return found


def _shown(value: Any) -> str:
    return "–" if value in (None, "") else str(value)


def as_json(value: Any) -> Any:
    """A field's value as the audit event stores it."""
    if isinstance(value, Decimal):
        # 412 and 412.00 are one value; exponents are for machines.
        return format(value.normalize(), "f")
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, models.Model):
        return str(value)
    return value


def differences(project: Project, wanted: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Fields whose wanted value differs from the stored one: {field: [before, after]} in JSON values."""
    return {
        name: [as_json(getattr(project, name)), as_json(value)]
        for name, value in wanted.items()
        if as_json(getattr(project, name)) != as_json(value)
    }


def person_of(actor: Person | None) -> User | None:
    """The actor as a user for a foreign key; None for the system."""
    return actor if isinstance(actor, User) else None


def needs_reason(actor: Person | None, place_code: str) -> bool:
    """Whether the person edits here only as a monitor, who gives a reason for every change."""
    if actor is None:
        return False
    here = {
        held.role
        for held in roles(actor)
        if held.role in TABLE[Action.EDIT]
        and (place_code == held.place or place_code.startswith(f"{held.place}."))
    }
    return here == {Role.MONITOR}


@dataclass
class Editing:
    """A project locked for one act: access, reason and version are checked, the version rises at the end."""

    actor: Person | None
    project: Project
    reason: str

    @classmethod
    def begin(
        cls,
        *,
        actor: Person | None,
        project: Project,
        version: int | None = None,
        reason: str = "",
        merged: bool = False,
    ) -> "Editing":
        """Lock the row and check who, why and which version; call it inside a transaction.

        merged: for the job that takes a merge back; all others leave merged records as they are.
        Raises PermissionDenied, Problem (a monitor without a reason, a merged record), Conflict (409).
        """
        locked = Project.objects.select_for_update().get(pk=project.pk)
        if actor is not None:
            require(actor, Action.EDIT, locked.village_id)
        if version is not None and version != locked.version:
            raise Conflict(locked, version)
        if locked.status == Status.MERGED and not merged:
            raise Problem(message("project.merged"), status=409)
        if needs_reason(actor, locked.village_id) and not reason.strip():
            said = message("project.reason_missing")
            raise Problem(said, fields={"reason": [say(said)]})
        return cls(actor, locked, reason.strip())

    def finish(self, action: str, data: Mapping[str, Any]) -> None:
        """Raise the version and write the audit event with it."""
        Project.objects.filter(pk=self.project.pk).update(version=models.F("version") + 1)
        self.project.version += 1
        told = {**data, "version": self.project.version}
        if self.reason:
            told["reason"] = self.reason
        audit.record(
            actor=self.actor, action=action, subject=self.project, place=self.project.village_id, data=told
        )
