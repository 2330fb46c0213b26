"""[pure] What a project is compared by, as plain values that can be kept and laid beside those of another day.

A conclusion keeps the inputs of both projects; it is opened again only when one that it rests on changed, and says
which (`differences`): a new photo that only one side has, or a relation to a third project, is none of its business.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import shapely

from duplicates.comparison import Record

PLACE_DECIMALS = 7  # of a degree: 1 cm


def _number(value: Decimal | None) -> str | None:
    """A number as text, whatever its trailing zeros: 5.00 and 5 are one."""
    return None if value is None else format(Decimal(value).normalize(), "f")


def inputs_of(record: Record) -> dict[str, Any]:
    """What a record is compared by, in JSON values; sets are sorted, places are WKT with seven decimals."""
    places = [
        shapely.to_wkt(place, rounding_precision=PLACE_DECIMALS, trim=True) for place in record.geometries
    ]
    return {
        "title": record.title,
        "places": sorted(places),
        "work_type": record.work_type,
        "activity": record.activity,
        "budget": _number(record.budget),
        "volume": _number(record.volume),
        "unit": record.unit,
        "year": record.year,
        "sources": sorted(record.fund_sources),
        "starts": record.starts.isoformat() if record.starts else None,
        "ends": record.ends.isoformat() if record.ends else None,
        "executor": record.executor,
        "pictures": sorted(record.pictures),
        "picture_groups": sorted(record.picture_groups),
        "relations": sorted([kind, other] for kind, other in record.relations),
    }


# Held by one side alone, these say nothing of the pair: only what both share was looked at.
SHARED = ("pictures", "picture_groups")
BOTH = "both"  # the side of a change that concerns the pair, not one of the two


def differences(
    was: Mapping[str, Mapping[str, Any]],
    now: Mapping[str, Mapping[str, Any]],
    codes: Mapping[str, str],
) -> list[list[Any]]:
    """What of a pair's inputs changed, as [side, name, was, now] in the order of `inputs_of`.

    was, now: {"left": inputs, "right": inputs}. codes: the projects' codes by side. A photo counts only where both
    sides have it, a relation only where it is declared between the two; both are then said once, with side `both`.
    An input that was not kept then counts as the same.
    """
    found: list[list[Any]] = []
    for side, other in (("left", "right"), ("right", "left")):
        for name, value in now[side].items():
            before = was.get(side, {}).get(name, value)
            if name == "relations":
                mine = [_between(before, codes[other]), _between(value, codes[other])]
                if mine[0] != mine[1] and side == "left":
                    found.append([BOTH, name, *mine])
            elif name not in SHARED and before != value:
                found.append([side, name, before, value])
    return found + _shared_differences(was, now)


def _between(relations: Sequence[Sequence[str]], other: str) -> list[list[str]]:
    return [list(relation) for relation in relations if relation[1] == other]


def _shared_differences(
    was: Mapping[str, Mapping[str, Any]], now: Mapping[str, Mapping[str, Any]]
) -> list[list[Any]]:
    found = []
    for name in SHARED:
        if any(name not in was.get(side, {}) for side in ("left", "right")):
            continue
        before, after = (sorted(set(at["left"][name]) & set(at["right"][name])) for at in (was, now))
        if before != after:
            found.append([BOTH, name, before, after])
    return found
