"""Where pairs to learn weights from come from: what monitors decided in the register, or a file of labelled pairs.

Findings inside an engagement are its team's and teach nothing here. A pair is taken as it was when it was decided,
so that a merge or a declared relation that followed does not give the answer away.
"""

import math
import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import shapely

from duplicates.calibration import Evidence
from duplicates.comparison import Record
from duplicates.evaluation import frequencies_of
from duplicates.kernel import distance_between
from duplicates.labelled import LabelledSet, pair_key
from duplicates.lists import near_pairs
from duplicates.models import Decision, DecisionKind
from duplicates.register import candidate_pairs, records_of, register_frequencies

SAME = {DecisionKind.DUPLICATE, DecisionKind.PARTLY, DecisionKind.SAME_RECORD}
NOT_DECIDED = {DecisionKind.FIELD_CHECK}

Pairs = list[tuple[Record, Record]]


def record_of_inputs(code: str, inputs: Mapping[str, Any]) -> Record:
    """The record that `duplicates.inputs.inputs_of` was told of."""

    def number(name: str) -> Decimal | None:
        return Decimal(inputs[name]) if inputs.get(name) is not None else None

    def day(name: str) -> date | None:
        return date.fromisoformat(inputs[name]) if inputs.get(name) else None

    return Record(
        id=code,
        code=code,
        title=inputs.get("title", ""),
        geometries=tuple(shapely.from_wkt(place) for place in inputs.get("places", ())),
        work_type=inputs.get("work_type"),
        activity=inputs.get("activity", ""),
        budget=number("budget"),
        volume=number("volume"),
        unit=inputs.get("unit", ""),
        year=inputs.get("year"),
        fund_sources=frozenset(inputs.get("sources", ())),
        executor=inputs.get("executor", ""),
        starts=day("starts"),
        ends=day("ends"),
        pictures=frozenset(inputs.get("pictures", ())),
        picture_groups=frozenset(inputs.get("picture_groups", ())),
        relations=frozenset((kind, other) for kind, other in inputs.get("relations", ())),
    )


def _decided() -> dict[tuple[int, int], Decision]:
    """The newest triage in force of each pair whose projects are still as they were."""
    newest: dict[tuple[int, int], Decision] = {}
    decisions = Decision.objects.in_force().filter(engagement__isnull=True)
    for one in decisions.select_related("pair__left", "pair__right").order_by("at", "pk"):
        newest[one.pair.left_id, one.pair.right_id] = one
    return {pair: one for pair, one in newest.items() if one.kind not in NOT_DECIDED and not one.reopened_at}


def _as_decided(decisions: Sequence[Decision]) -> Pairs:
    now = records_of({i for one in decisions for i in (one.pair.left_id, one.pair.right_id)})
    pairs = []
    for one in decisions:
        sides = []
        for side, project in (("left", one.pair.left), ("right", one.pair.right)):
            kept = one.inputs.get(side)
            sides.append(record_of_inputs(project.code, kept) if kept else now[project.pk])
        pairs.append((sides[0], sides[1]))
    return pairs


def evidence_of_register(
    *, radius_m: float, places: Sequence[str] | None = None, sample: int = 20_000, folds: int = 5
) -> Evidence:
    """Decided pairs of the register, and so many others within the radius, drawn by lot but always the same."""
    decided = _decided()
    candidates = sorted(
        pair for pair in candidate_pairs(radius_m=radius_m, places=places) if pair not in decided and pair[::-1] not in decided
    )  # fmt: skip
    drawn = candidates if len(candidates) <= sample else random.Random(0).sample(candidates, sample)
    records = records_of({project for pair in drawn for project in pair})
    others = [_ordered(records[left], records[right]) for left, right in drawn]
    others = [pair for pair in others if _within(pair, radius_m)]
    pairs = _as_decided(list(decided.values()))
    same = [float(one.kind in SAME) for one in decided.values()] + [math.nan] * len(others)
    return Evidence.of(
        pairs + others, same, register_frequencies(), folds=folds,
        undecided_weight=len(candidates) / len(drawn) if drawn else 1.0,
    )  # fmt: skip


def evidence_of_labelled(labelled: LabelledSet, *, radius_m: float, folds: int = 5) -> Evidence:
    """Labelled pairs within the radius; of a closed set all pairs within it."""
    pairs = [(one.left, one.right) for one in labelled.pairs]
    same = [float(one.same) for one in labelled.pairs]
    if labelled.closed:
        named = {pair_key(*pair) for pair in pairs}
        near = near_pairs(labelled.records, radius_m, labelled.against)
        rest = [pair for pair in near if pair_key(*pair) not in named]
        pairs, same = pairs + rest, same + [0.0] * len(rest)
    inside = [_within(pair, radius_m) for pair in pairs]
    kept = [
        pair if labelled.against else _ordered(*pair)
        for pair, is_in in zip(pairs, inside, strict=True)
        if is_in
    ]
    labels = [label for label, is_in in zip(same, inside, strict=True) if is_in]
    return Evidence.of(kept, labels, frequencies_of(labelled), folds=folds)


def _ordered(one: Record, other: Record) -> tuple[Record, Record]:
    return (one, other) if one.order < other.order else (other, one)


def _within(pair: tuple[Record, Record], radius_m: float) -> bool:
    distance_m = distance_between(*pair)
    return distance_m is not None and distance_m <= radius_m
