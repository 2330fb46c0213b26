"""What happened to a project, from its audit events, in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import AuditEvent
from places.saying import number, rupiah
from projects.field_names import FIELD_NAMES
from projects.models import Project, RelationKind, SiteSource, Status, WorkType


@dataclass(frozen=True)
class Entry:
    """One act: when, who, what, the details line by line, and the reason if one was given."""

    at: datetime
    who: str
    what: str
    details: list[str]
    reason: str


def of(project: Project, most: int = 50) -> list[Entry]:
    """The newest acts on a project first, with those on records that were merged into it."""
    merged = project.related_from.filter(kind=RelationKind.MERGED_INTO).values_list("project", flat=True)
    keys = [str(pk) for pk in (project.pk, *merged)]
    events = AuditEvent.objects.filter(subject_type="projects.project", subject_id__in=keys)
    return [_entry(event) for event in events.order_by("-id")[:most]]


def _entry(event: AuditEvent) -> Entry:
    words = {
        "project.created": _("Dibuat"),
        "project.edited": _("Diubah"),
        "project.sites": _("Titik lokasi diubah"),
        "project.status": _("Status diubah"),
        "project.published": _("Tampilan publik diubah"),
        "project.imported": _("Dimuat dari file"),
        "project.import_changed": _("Diperbarui dari file"),
        "project.split": _("Dibagi menjadi beberapa pekerjaan"),
        "project.merged_from": _("Catatan lain digabung ke sini"),
        "project.merged_into": _("Digabung ke catatan lain"),
        "project.unmerged": _("Penggabungan dibatalkan"),
        "budget.set": _("Anggaran diisi"),
        "budget.split_over_sites": _("Anggaran dibagi ke titik lokasi"),
        "realisation.recorded": _("Realisasi dicatat"),
    }
    data = event.data
    who = event.actor_name.rpartition(" (")[0] or event.actor_name if event.actor_id else _("sistem")
    reason = str(data.get("reason") or data.get("override_reason") or "")
    return Entry(event.at, who, words.get(event.action, event.action), _details(data), reason)


def _details(data: Mapping[str, Any]) -> list[str]:
    found = [_change(name, change) for name, change in data.get("changes", {}).items()]
    if data.get("file"):
        found.append(str(data["file"]))
    if data.get("amount"):
        found.append(rupiah(_number(data["amount"])))
    found += [str(data[name]) for name in ("from", "into", "other") if data.get(name)]
    if data.get("document"):
        found.append(str(data["document"]))
    return found


def _number(text: Any) -> Decimal:
    return Decimal(str(text))


def _change(name: str, change: Any) -> str:
    parts = {"budget": _("Anggaran"), "sites": _("Titik lokasi"), "point": _("Titik")}
    label = parts.get(name) or _(FIELD_NAMES.get(name, name))
    if name == "sites":
        return f"{label}: {_sites(change)}"
    if isinstance(change, list) and len(change) == 2:
        return f"{label}: {_value(name, change[0])} → {_value(name, change[1])}"
    return str(label)


def _sites(change: Mapping[str, Any]) -> str:
    parts = []
    if change.get("added"):
        parts.append(_("ditambah %(numbers)s") % {"numbers": _numbers(change["added"])})
    for no, (_before, _after, source) in change.get("moved", {}).items():
        word = dict(SiteSource.choices).get(source, source)
        parts.append(_("titik %(no)s dipindah (%(source)s)") % {"no": no, "source": word})
    if change.get("dropped"):
        parts.append(_("dihapus %(numbers)s") % {"numbers": _numbers(change["dropped"])})
    return ", ".join(parts) or _("keterangan diubah")


def _numbers(numbers: Any) -> str:
    return ", ".join(str(number) for number in numbers)


def _value(name: str, value: Any) -> str:
    if value in (None, "", {}):
        return "–"
    if isinstance(value, bool):
        return _("ya") if value else _("tidak")
    if isinstance(value, Mapping):
        return ", ".join(f"{source} {rupiah(_number(amount))}" for source, amount in value.items())
    if name in {"volume", "tolerance_m"}:
        return number(_number(value))
    labels: dict[str, Any] = {"status": dict(Status.choices), "work_type": dict(WorkType.choices)}.get(
        name, {}
    )
    return str(labels.get(value, value)) if isinstance(value, str) else str(value)
