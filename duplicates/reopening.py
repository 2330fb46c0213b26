"""A conclusion is opened again only when something it rests on has changed, and says what: was and now.

Decision.inputs holds both projects as they were compared when it was written (duplicates/inputs.py). A scan calls
`look` with the projects that changed; conclusions whose inputs are the same keep standing, whatever the score does.
"""

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts import audit
from duplicates.inputs import differences, inputs_of
from duplicates.models import Decision, DecisionKind, Pair
from duplicates.register import records_of
from places.message import mark as _

NAMES = {
    "title": _("nama"),
    "places": _("lokasi"),
    "work_type": _("jenis pekerjaan"),
    "activity": _("kode kegiatan"),
    "budget": _("pagu"),
    "volume": _("volume"),
    "unit": _("satuan"),
    "year": _("tahun"),
    "sources": _("sumber dana"),
    "starts": _("rencana mulai"),
    "ends": _("rencana selesai"),
    "executor": _("pelaksana"),
    "pictures": _("foto yang sama di keduanya"),
    "picture_groups": _("gambar yang sama di keduanya"),
    "relations": _("hubungan keduanya"),
}
_BATCH = 500


def inputs_of_pair(pair: Pair) -> dict[str, Any]:
    """Both sides as they are compared now: {"left": {name: value}, "right": …}."""
    records = records_of([pair.left_id, pair.right_id])
    return {"left": inputs_of(records[pair.left_id]), "right": inputs_of(records[pair.right_id])}


def look(project_ids: Iterable[int]) -> list[Decision]:
    """Open the monitors' conclusions on pairs of these projects again whose inputs changed since. Returns those opened.

    Findings rest on the state of their engagement's cut-off, and only its own scans look at them.
    """
    ids = sorted(set(project_ids))
    opened: list[Decision] = []
    for start in range(0, len(ids), _BATCH):
        opened += _look(ids[start : start + _BATCH])
    return opened


def _look(ids: list[int]) -> list[Decision]:
    standing = Decision.objects.in_force().filter(engagement__isnull=True, reopened_at__isnull=True)
    standing = standing.exclude(inputs={})
    # Records that were made one are another after it by that very decision.
    standing = standing.exclude(
        kind=DecisionKind.SAME_RECORD, merge__undone_at__isnull=True, merge__isnull=False
    )
    decisions = list(
        standing.filter(Q(pair__left__in=ids) | Q(pair__right__in=ids)).select_related(
            "pair__left", "pair__right"
        )
    )
    records = records_of({key for one in decisions for key in (one.pair.left_id, one.pair.right_id)})
    now = {key: inputs_of(record) for key, record in records.items()}
    opened = []
    for decision in decisions:
        pair = decision.pair
        sides = {"left": now[pair.left_id], "right": now[pair.right_id]}
        codes = {"left": pair.left.code, "right": pair.right.code}
        said = differences(decision.inputs, sides, codes)
        if said:
            decision.reopened_at, decision.reopened_by = timezone.now(), said
            decision.save(update_fields=["reopened_at", "reopened_by"])
            _write_down(decision)
            opened.append(decision)
    return opened


def _write_down(decision: Decision) -> None:
    pair = decision.pair
    audit.record(
        actor=None,
        action="triage.reopened",
        subject=decision,
        place=pair.left.village_id,
        data={"pair": pair.pk, "changed": [[side, name] for side, name, _was, _now in decision.reopened_by]},
    )
