"""What opened a conclusion again, as people read it: the input's name, what it was, what it is now."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import shapely
from django.utils.translation import gettext, ngettext

from duplicates.inputs import BOTH
from duplicates.models import Decision
from duplicates.reopening import NAMES
from places.earth import metres_per_degree
from places.saying import day, metres, number, rupiah
from projects.models import RelationKind, WorkType

NOTHING = "–"


@dataclass(frozen=True)
class Change:
    """One input that is another now. where: a project's code, or nothing where it concerns both."""

    where: str
    name: str
    was: str
    now: str


def changes_of(decision: Decision, sources: Mapping[str, str]) -> list[Change]:
    """What opened the decision again, in words; its pair's projects must be at hand. sources: short names by code."""
    where = {"left": decision.pair.left.code, "right": decision.pair.right.code, BOTH: ""}
    found = []
    for side, name, was, now in decision.reopened_by:
        named = (
            [[sources.get(code, code) for code in codes] for codes in (was, now)]
            if name == "sources"
            else (was, now)
        )
        before, after = _said(name, named[0]), _said(name, named[1])
        if before == after:  # the same in words: moved by less than is said
            before, after = _exactly(name, was), _exactly(name, now)
        found.append(Change(where.get(side, ""), gettext(NAMES.get(name, name)), before, after))
    return found


def _said(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _pictures([]) if name in {"pictures", "picture_groups"} else NOTHING
    return _WORDS.get(name, str)(value)


def _exactly(name: str, value: Any) -> str:
    """Where round words do not tell two values apart: places by their first coordinates, all else as it is kept."""
    if name != "places" or not value:
        return _said(name, value)
    return ", ".join(_first_corner(place) for place in value)


def _first_corner(place: str) -> str:
    lon, lat = shapely.get_coordinates(shapely.from_wkt(place))[0]
    return f"{lat:.7f}, {lon:.7f}"


def _places(places: Sequence[str]) -> str:
    return ", ".join(_place(shapely.from_wkt(place)) for place in places)


def _place(shape: Any) -> str:
    if shape.geom_type == "Point":
        return gettext("titik %(lat)s, %(lon)s") % {"lat": f"{shape.y:.6f}", "lon": f"{shape.x:.6f}"}
    kx, ky = metres_per_degree(shape.centroid.y)
    flat = shapely.transform(shape, lambda xy: xy * (kx, ky))
    if "Polygon" in shape.geom_type:
        return gettext("luasan %(area)s m²") % {"area": number(round(flat.area))}
    return gettext("ruas %(length)s") % {"length": metres(flat.length)}


def _pictures(pictures: Sequence[int]) -> str:
    count = len(pictures)
    return ngettext("%(count)s gambar", "%(count)s gambar", count) % {"count": count}


def _relations(relations: Sequence[Sequence[str]]) -> str:
    return ", ".join(_relation(kind, other) for kind, other in relations)


def _relation(kind: str, other: str) -> str:
    code = kind.removeprefix("~")
    words = str(RelationKind(code).label) if code in RelationKind.values else code
    return f"{'← ' if kind.startswith('~') else ''}{words} {other}"


def _day(value: str) -> str:
    return day(date.fromisoformat(value))


def _work_type(value: str) -> str:
    return str(WorkType(value).label) if value in WorkType.values else value


_WORDS: Mapping[str, Callable[[Any], str]] = {
    "places": _places,
    "pictures": _pictures,
    "picture_groups": _pictures,
    "relations": _relations,
    "sources": ", ".join,
    "starts": _day,
    "ends": _day,
    "budget": lambda value: rupiah(Decimal(value)),
    "volume": lambda value: number(Decimal(value)),
    "work_type": _work_type,
}
