"""The pairs of an engagement: found and scored in the state of its cut-off, kept apart from the monitors' pairs.

Both are scored by the one kernel. A pair that stood only at the cut-off is here and not in the register; one that
came into being afterwards is in the register and not here. While the cut-off day is not over, a scan looks at
things as they are and may be made again; the first one after it is the last word (`is_final`), and later ones only
add what a larger radius brings. docs/design/engagements.md.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import numpy as np
from django.db import connection, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from accounts import audit
from accounts.access import Reach
from duplicates import freezing
from duplicates.cases import group_pairs
from duplicates.comparison import Record
from duplicates.engines import Request
from duplicates.frozen_records import groups_of, record_at
from duplicates.inputs import differences, inputs_of
from duplicates.kernel import ScoredPair, score_pair
from duplicates.models import Decision, Engagement, EngagementPair, FrozenRegister, Merge, Pair, Remark
from duplicates.project_as_of import ProjectAsOf
from duplicates.register import LEFT_OUT, picture_groups, register_frequencies
from duplicates.score import CASE_FROM, STORED_FROM
from duplicates.scoring import measured, scored, with_pictured
from duplicates.sites import Radius, Sites, nearest
from duplicates.titles import Frequencies
from duplicates.works import Batch, Works
from photos.models import Claim
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects.models import Project

SENTENCES = sentences(
    {
        "engagement.not_then": _(
            "Per tanggal data penugasan %(assignment)s pasangan ini belum ada: salah satunya belum tercatat, belum "
            "direncanakan, atau keduanya berjauhan."
        ),
    }
)

FARTHEST_M = 1000.0  # as far as a scan looks at most
_METRES_A_DEGREE = 50_000.0  # fewer than there are up to 63° of latitude: boxes are generous, never short
_BATCH = 500

# Projects whose place, as it was known by then, may lie near one of the own: a box around the own of each village.
# Each step is worked out once, whatever the planner thinks of tables that were just filled: thinking them empty, it
# would gather all boxes anew for every two sites.
NEIGHBOURS = """
WITH sites AS MATERIALIZED (
    SELECT site.id, project.village_id
    FROM unnest(%(own)s::bigint[]) AS own (id)
    JOIN projects_project AS project ON project.id = own.id
    JOIN projects_site AS site ON site.project_id = own.id
), places AS MATERIALIZED (
    SELECT sites.village_id, COALESCE(version.extent, version.point) AS place
    FROM sites
    JOIN projects_siteversion AS version ON version.site_id = sites.id
    WHERE version.created_at < %(moment)s
), boxes AS MATERIALIZED (
    SELECT ST_Expand(ST_SetSRID(ST_Extent(place)::geometry, 4326), %(degrees)s) AS box
    FROM places
    GROUP BY village_id
), near AS MATERIALIZED (
    SELECT DISTINCT version.site_id
    FROM boxes
    JOIN projects_siteversion AS version ON COALESCE(version.extent, version.point) && boxes.box
    WHERE version.created_at < %(moment)s
)
SELECT DISTINCT site.project_id
FROM near
JOIN projects_site AS site ON site.id = near.site_id
"""


@dataclass(frozen=True)
class Found:
    """A pair by its projects' primary keys, left and right as the kernel orders them."""

    left: int
    right: int
    scored: ScoredPair


@dataclass
class _Read:
    """Works as they were: records with their primary keys, which ones lie in the places, which may be named."""

    records: list[Record] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)
    own: list[bool] = field(default_factory=list)
    named: list[bool] = field(default_factory=list)


def places_of(engagement: Engagement) -> Reach:
    """The engagement's places."""
    return Reach(tuple(place.pk for place in engagement.places.all()))


def own_projects(engagement: Engagement, places: Reach) -> list[int]:
    """Projects of these places and the engagement's period that were recorded by the cut-off."""
    return sorted(
        _recorded(engagement, places)
        .filter(created_at__lt=freezing.end_of(engagement.cut_off))
        .values_list("pk", flat=True)
    )


def _recorded(engagement: Engagement, places: Reach) -> Any:
    years = (engagement.first_year, engagement.last_year)
    return Project.objects.filter(places.q("village__code"), fiscal_year__range=years)


def find(
    engagement: Engagement,
    *,
    places: Reach,
    radius: Radius,
    frequencies: Frequencies,
    step: Callable[[int], None] = lambda _steps: None,
) -> tuple[list[Found], int, int]:
    """Pairs of which one lies in the places and period, as of the cut-off, from the stored minimum on.

    step: called after each batch of states with how many there are. Returns the pairs, how many projects were looked
    at, how many pairs lay within the radius.
    """
    own = set(own_projects(engagement, places))
    read = _read(engagement, own, own | _neighbours(own, engagement, radius.largest), step)
    works = Works.of(read.records, frequencies)
    asked = Request(radius, min_probability=STORED_FROM)
    part = scored(
        0,
        np.array(read.keys),
        _candidates(works, read.records, radius),
        asked,
        np.array(read.own, dtype=bool),
    )
    named = np.array(read.named, dtype=bool)
    left, right = part.batch.left.tolist(), part.batch.right.tolist()
    found = [
        Found(read.keys[a], read.keys[b], part.pair(number))
        for number, (a, b) in enumerate(zip(left, right, strict=True))
        if named[a] and named[b]
    ]
    return found, len(own), part.candidates


def _candidates(works: Works, records: Sequence[Record], radius: Radius) -> Batch:
    near = nearest(Sites.of([record.geometries for record in records]), radius.largest)
    left, right = with_pictured(works, near.left, near.right)
    return Batch(
        works,
        np.concatenate([near.left, left]),
        np.concatenate([near.right, right]),
        np.concatenate([near.distance_m, measured(works, left, right)]),
    )


def _read(
    engagement: Engagement, own: Collection[int], ids: Collection[int], step: Callable[[int], None]
) -> _Read:
    read, places = _Read(), places_of(engagement)
    for states in freezing.batches(engagement, ids):
        groups = groups_of(states)
        for state in states:
            if state.status in LEFT_OUT:
                continue
            read.records.append(record_at(state, groups))
            read.keys.append(state.pk)
            read.own.append(state.pk in own)
            read.named.append(_may_be_named(places, state))
        step(len(ids) // freezing.BATCH + 1)
    return read


def _may_be_named(places: Reach, state: ProjectAsOf) -> bool:
    """Projects outside the engagement's places are named only when they were published."""
    return state.published or places.covers(state.village_code)


def _neighbours(own: Collection[int], engagement: Engagement, radius_m: float) -> set[int]:
    """Other projects that may have lain near these, or shown the same picture."""
    moment = freezing.end_of(engagement.cut_off)
    values: dict[str, Any] = {
        "own": list(own),
        "moment": moment,
        "degrees": (radius_m + 1) / _METRES_A_DEGREE,
    }
    with connection.cursor() as cursor:
        cursor.execute(NEIGHBOURS, values)
        near = {key for (key,) in cursor.fetchall()}
    return (near | _pictured(own, moment)) - set(own)


def _pictured(own: Collection[int], moment: datetime) -> set[int]:
    claims = Claim.objects.filter(received_at__lt=moment).order_by()
    photos = set(claims.filter(project__in=list(own)).values_list("photo_id", flat=True))
    photos |= picture_groups(photos).keys()
    holders = set(claims.filter(photo__in=photos).values_list("project_id", flat=True))
    merged = Merge.objects.filter(kept__in=holders, at__gte=moment)  # what they carried was another's then
    return holders | set(merged.values_list("gone_id", flat=True))


# Words ------------------------------------------------------------------------------------------------------


def frequencies_of(engagement: Engagement) -> Frequencies:
    """In how many titles each word stands: as it was at the freezing, before it as it is now."""
    kept = FrozenRegister.objects.filter(engagement=engagement).first()
    return Frequencies(kept.works, kept.words) if kept else register_frequencies()


def is_frozen(engagement: Engagement) -> bool:
    """Whether the pairs were looked for after the cut-off day."""
    return FrozenRegister.objects.filter(engagement=engagement).exists()


# Storing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def store(
    engagement: Engagement,
    found: Sequence[Found],
    *,
    places: Reach,
    frequencies: Frequencies,
    final: bool,
) -> None:
    """Keep what a scan of these places found; final: also the states of all its projects, and the words' weights.

    final: whether the cut-off day was over when the states were read.
    """
    locked = Engagement.objects.select_for_update().get(pk=engagement.pk)
    shared = _shared_rows(found)
    before = {one.pair_id: one for one in EngagementPair.objects.filter(engagement=locked)}
    rows = [_row(locked, shared[one.left, one.right], one.scored, final) for one in found]
    fresh = [row for row in rows if row.pair_id not in before]
    again = [_onto(before[row.pair_id], row) for row in rows if row.pair_id in before]
    EngagementPair.objects.bulk_create(fresh, batch_size=1000)
    _save([row for row in again if row is not None])
    _no_longer(locked, {row.pair_id for row in rows}, places, frequencies, final=final)
    _group(locked)
    if final:
        _keep_states(locked)
        _keep_register(locked, frequencies)
    reopen(locked)


def _row(engagement: Engagement, pair: int, scored: ScoredPair, final: bool) -> EngagementPair:
    return EngagementPair(
        engagement=engagement,
        pair_id=pair,
        distance_m=scored.distance_m or 0.0,  # known of every pair that is found or taken
        weight=scored.weight,
        probability=scored.probability,
        signals=scored.signals_json(),
        is_final=final,
    )


_SCORE = ("distance_m", "weight", "probability", "signals", "is_final")


def _onto(kept: EngagementPair, new: EngagementPair) -> EngagementPair | None:
    """The kept row with the new score; None where the kept one is the last word."""
    if kept.is_final:
        return None
    for name in _SCORE:
        setattr(kept, name, getattr(new, name))
    return kept


def _save(rows: list[EngagementPair]) -> None:
    EngagementPair.objects.bulk_update(rows, _SCORE, batch_size=500)


def _shared_rows(found: Iterable[Found]) -> dict[tuple[int, int], int]:
    """By left and right: the row that both walls name a pair by; one that the register never had is made, as gone."""
    wanted = {(one.left, one.right): one for one in found}
    known = _numbered(wanted)
    now = timezone.now()
    missing = [
        Pair(
            left_id=left,
            right_id=right,
            distance_m=one.scored.distance_m or 0.0,
            weight=one.scored.weight,
            probability=one.scored.probability,
            gone_at=now,
        )
        for (left, right), one in wanted.items()
        if (left, right) not in known
    ]
    if missing:
        Pair.objects.bulk_create(missing, batch_size=1000, ignore_conflicts=True)
        known = _numbered(wanted)
    return known


def _numbered(wanted: Collection[tuple[int, int]]) -> dict[tuple[int, int], int]:
    rows = Pair.objects.filter(left__in={left for left, _right in wanted}).order_by()
    return {
        (left, right): pk
        for pk, left, right in rows.values_list("pk", "left_id", "right_id")
        if (left, right) in wanted
    }


def _no_longer(
    engagement: Engagement, found: set[int], places: Reach, frequencies: Frequencies, *, final: bool
) -> None:
    """Pairs of these places that are not final and were not found: those that people wrote on are scored, others go."""
    rows = EngagementPair.objects.filter(engagement=engagement, is_final=False).exclude(pair__in=found)
    rows = rows.filter(places.q("pair__left__village__code") | places.q("pair__right__village__code"))
    written = Exists(Decision.objects.filter(engagement=engagement, pair=OuterRef("pair"))) | Exists(
        Remark.objects.filter(engagement=engagement, pair=OuterRef("pair"))
    )
    rows.exclude(written).delete()
    kept = list(rows.select_related("pair"))
    states = freezing.states(
        engagement, {key for row in kept for key in (row.pair.left_id, row.pair.right_id)}
    )
    for row in kept:
        both = _scored(row.pair, states, frequencies)
        if both is not None and both.distance_m is not None:
            _onto(row, _row(engagement, row.pair_id, both, final))
    _save(kept)


def _scored(pair: Pair, states: Mapping[int, ProjectAsOf], frequencies: Frequencies) -> ScoredPair | None:
    if not {pair.left_id, pair.right_id} <= states.keys():
        return None
    left, right = states[pair.left_id], states[pair.right_id]
    groups = groups_of([left, right])
    return score_pair(record_at(left, groups), record_at(right, groups), frequencies)


def _group(engagement: Engagement) -> None:
    """Give every strong pair without a case one of the engagement's own: 1, 2, 3 …"""
    rows = EngagementPair.objects.filter(engagement=engagement).select_related("pair")
    numbered: dict[int, list[tuple[int, int]]] = {}
    for row in rows.filter(case_no__isnull=False):
        numbered.setdefault(row.case_no or 0, []).append((row.pair.left_id, row.pair.right_id))
    strong = rows.filter(case_no__isnull=True, probability__gte=CASE_FROM)
    ordered = strong.order_by("-weight", "distance_m", "pair__left__code", "pair__right__code")
    waiting = {(row.pair.left_id, row.pair.right_id): row for row in ordered}
    joined, fresh = group_pairs(waiting, numbered)
    for key, number in joined.items():
        waiting[key].case_no = number
    for number, members in enumerate(fresh, max(numbered, default=0) + 1):
        for key in members:
            waiting[key].case_no = number
    EngagementPair.objects.bulk_update(waiting.values(), ["case_no"], batch_size=1000)


def _keep_states(engagement: Engagement) -> None:
    ends = EngagementPair.objects.filter(engagement=engagement).values_list("pair__left", "pair__right")
    for states in freezing.batches(engagement, {key for both in ends for key in both}):
        freezing.keep(engagement, states)


def _keep_register(engagement: Engagement, frequencies: Frequencies) -> None:
    if is_frozen(engagement):
        return
    places = places_of(engagement)
    existed = len(own_projects(engagement, places))
    FrozenRegister.objects.create(
        engagement=engagement,
        works=frequencies.titles,
        words=dict(frequencies.counts),
        projects=existed,
        younger=_recorded(engagement, places).count() - existed,
    )


# A pair that a person names ---------------------------------------------------------------------------------


@transaction.atomic
def take(engagement: Engagement, pair: Pair) -> EngagementPair:
    """The engagement's own of a pair; one that no scan of it found is scored now.

    Raises Problem for a pair that did not exist at the cut-off.
    """
    row = EngagementPair.objects.filter(engagement=engagement, pair=pair).first()
    if row is not None:
        return row
    states = freezing.states(engagement, [pair.left_id, pair.right_id])
    both = _scored(pair, states, frequencies_of(engagement))
    if both is None or not _was_a_pair(engagement, states.values(), both):
        raise Problem(message("engagement.not_then", assignment=engagement.assignment), status=409)
    Engagement.objects.select_for_update().get(pk=engagement.pk)  # a scan may be storing just now
    row = _row(engagement, pair.pk, both, freezing.is_over(engagement))
    EngagementPair.objects.bulk_create([row], ignore_conflicts=True)
    _group(engagement)
    return EngagementPair.objects.get(engagement=engagement, pair=pair)


def _was_a_pair(engagement: Engagement, states: Iterable[ProjectAsOf], both: ScoredPair) -> bool:
    near = both.distance_m is not None and both.distance_m <= FARTHEST_M
    places = places_of(engagement)
    known = all(one.status not in LEFT_OUT and _may_be_named(places, one) for one in states)
    return known and near and both.probability >= STORED_FROM


# What findings rest on --------------------------------------------------------------------------------------


def inputs_at(engagement: Engagement, pair: Pair) -> dict[str, Any]:
    """Both sides as they were compared at the cut-off: {"left": {name: value}, "right": …}."""
    states = freezing.states(engagement, [pair.left_id, pair.right_id])
    return {side: inputs_of(record_at(states[key])) for side, key in _sides(pair)}


def _sides(pair: Pair) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("left", pair.left_id), ("right", pair.right_id)


def reopen(engagement: Engagement) -> list[Decision]:
    """Open findings again whose inputs are others than when they were written; after the cut-off none ever are.

    Only a scan of the engagement calls this; the monitors' scans never touch a finding.
    """
    standing = Decision.objects.in_force().filter(engagement=engagement, reopened_at__isnull=True)
    decisions = list(standing.exclude(inputs={}).select_related("pair__left", "pair__right"))
    opened = []
    for start in range(0, len(decisions), _BATCH):
        some = decisions[start : start + _BATCH]
        states = freezing.states(
            engagement, {key for one in some for key in (one.pair.left_id, one.pair.right_id)}
        )
        opened += [one for one in some if _opened(one, states)]
    return opened


def _opened(finding: Decision, states: Mapping[int, ProjectAsOf]) -> bool:
    pair = finding.pair
    if not {pair.left_id, pair.right_id} <= states.keys():
        return False
    now = {side: inputs_of(record_at(states[key])) for side, key in _sides(pair)}
    said = differences(finding.inputs, now, {"left": pair.left.code, "right": pair.right.code})
    if not said:
        return False
    finding.reopened_at, finding.reopened_by = timezone.now(), said
    finding.save(update_fields=["reopened_at", "reopened_by"])
    audit.record(
        actor=None,
        action="finding.reopened",
        subject=finding,
        place=pair.left.village_id,
        data={"pair": pair.pk, "engagement": str(finding.engagement)},
    )
    return True
