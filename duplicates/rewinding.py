"""[pure] Takes acts back from today's values, the newest first, to what they were before the first of them.

An act is an audit event with {"changes": {field: [before, after]}} (projects/editing.py) or the data of a job that
says more. What an act does not say, or what does not fit the act after it, is named, never guessed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from places.message import Message, message, sentences
from places.message import mark as _
from projects.field_names import FIELD_NAMES

SENTENCES = sentences(
    {
        "frozen.unrecorded": _(
            "%(name_word)s berubah tanpa catatan sebelum %(changed_at)s; nilai per tanggal data diambil dari catatan itu."
        ),
        "frozen.budget_unknown": _(
            "Anggaran diubah pada %(changed_at)s (%(how)s) tanpa mencatat nilai sebelumnya; pagu per tanggal data "
            "tidak pasti."
        ),
        "frozen.site_deleted": _(
            "Titik lokasi %(no)s dihapus pada %(changed_at)s; letaknya per tanggal data tidak tersimpan lagi."
        ),
        "frozen.site_described": _(
            "Nama atau bobot titik lokasi %(no)s diubah pada %(changed_at)s; yang lama tidak tercatat."
        ),
    }
)

Amounts = dict[str, Decimal]  # by fund source


@dataclass(frozen=True)
class Act:
    """An audit event on a project, after the moment that is asked for."""

    at: datetime
    action: str
    data: Mapping[str, Any]

    @property
    def changes(self) -> Mapping[str, Any]:
        told = self.data.get("changes")
        return told if isinstance(told, Mapping) else {}

    @property
    def site_changes(self) -> Mapping[str, Any]:
        told = self.changes.get("sites")
        return told if isinstance(told, Mapping) else {}


@dataclass
class Rewound:
    """Values as they were, and what could not be told for sure."""

    values: dict[str, Any]
    unsure: list[Message] = field(default_factory=list)


def rewind_fields(today: Mapping[str, Any], acts: Iterable[Act]) -> Rewound:
    """Fields before the first of the acts. today: JSON values by field; acts: the newest first.

    Where a value is not what the act made it, it was changed without a record: the act's own "before" counts,
    and that is said.
    """
    was = Rewound(dict(today))
    for act in acts:
        for name, change in act.changes.items():
            if name not in FIELD_NAMES or name not in was.values or not _is_change(change):
                continue
            before, after = change
            if not same(was.values[name], after):
                was.unsure.append(
                    message("frozen.unrecorded", name_word=FIELD_NAMES[name], changed_at=_at(act))
                )
            was.values[name] = before
    return was


def same(one: Any, other: Any) -> bool:
    """Whether two JSON values say the same: None and "" do, 412 and "412.00" do."""
    if one in (None, "") or other in (None, ""):
        return one in (None, "") and other in (None, "")
    if isinstance(one, bool) or isinstance(other, bool):
        return bool(one) is bool(other)
    try:
        return Decimal(str(one)) == Decimal(str(other))
    except InvalidOperation:
        return str(one) == str(other)


@dataclass
class RewoundMoney:
    """Amounts by budget version, then source, as they were; versions without lines then are left out."""

    versions: dict[int, Amounts]
    unsure: list[Message] = field(default_factory=list)


def rewind_money(
    today: Mapping[int, Mapping[str, Decimal]], acts: Iterable[Act], titles: Mapping[int, str]
) -> RewoundMoney:
    """Budget lines before the first of the acts, the newest act first.

    titles: how each version is called, for acts that name their version by it alone.
    """
    was = RewoundMoney({version: dict(amounts) for version, amounts in today.items()})
    for act in acts:
        change = act.changes.get("budget", act.data.get("budget"))
        if change is None and act.action != "project.split":
            continue
        version = _version_of(act, change, was.versions, titles)
        before = _amounts(change[0]) if _is_change(change) else None
        if version is None or before is None:
            was.unsure.append(message("frozen.budget_unknown", changed_at=_at(act), how=_how(act)))
        elif before:
            was.versions[version] = before
        else:
            was.versions.pop(version, None)
    return was


def _version_of(
    act: Act, change: Any, versions: Mapping[int, Amounts], titles: Mapping[int, str]
) -> int | None:
    """The version that the act wrote: by its key, else the only one called so that holds what the act wrote."""
    key = act.data.get("budget_version_id")
    if isinstance(key, int):
        return key
    if not _is_change(change):
        return None
    title, after = act.data.get("budget_version"), _amounts(change[1])
    found = [
        version
        for version, amounts in versions.items()
        if amounts == after and title in (None, titles.get(version))
    ]
    return found[0] if len(found) == 1 else None


def _amounts(told: Any) -> Amounts | None:
    """Amounts by source as an act tells them; None where it tells none ("" of an import)."""
    if not isinstance(told, Mapping):
        return None
    try:
        return {str(source): Decimal(str(amount)) for source, amount in told.items()}
    except InvalidOperation:
        return None


def _how(act: Act) -> str:
    return str(act.data.get("file") or act.action)


@dataclass
class RewoundSites:
    """Numbers of sites that were there, or not yet, or had been dropped; and what could not be told."""

    added_later: set[int] = field(default_factory=set)
    dropped_later: dict[int, Act] = field(default_factory=dict)
    unsure: list[Message] = field(default_factory=list)


def rewind_sites(acts: Iterable[Act]) -> RewoundSites:
    """Which sites came and went in the acts, and which were renamed or weighed anew without saying from what."""
    was = RewoundSites()
    for act in acts:
        told = act.site_changes
        was.added_later |= set(told.get("added", ()))
        was.dropped_later |= dict.fromkeys(told.get("dropped", ()), act)
        for no in told.get("described", ()):
            was.unsure.append(message("frozen.site_described", no=no, changed_at=_at(act)))
        point = act.changes.get("point")  # an import that gave the project its first site
        if point is not None and _is_change(point) and not point[0]:
            was.added_later.add(1)
    return was


def _is_change(change: Any) -> bool:
    return isinstance(change, list | tuple) and len(change) == 2


def _at(act: Act) -> str:
    return act.at.isoformat()
