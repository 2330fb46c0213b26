"""Selections that no cube of the pyramid holds (text, places, drawn areas, three facets and more), kept for a minute.

The filters are resolved once to the pins they select; every tile of the selection is then grouped in memory.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import numpy as np
from django.core.exceptions import EmptyResultSet
from django.db import connection
from numpy.typing import NDArray

from accounts.access import Person
from maps.named_sql import as_named
from maps.sight import Sight
from projects import filters
from projects.filters import STAGES, Filters
from projects.models import Project

KEPT_S = 60.0
KEPT_PINS = 3_000_000  # of all kept selections of a process together: about 100 MB

_STAGES = tuple(STAGES)
# One bytea a column: a million pins come over in a second, without a Python object each.
_PINS = """
SELECT
    string_agg(int8send(key), ''::bytea),
    string_agg(int8send(project_id), ''::bytea),
    string_agg(int4send(x), ''::bytea),
    string_agg(int4send(y), ''::bytea),
    string_agg(int2send(array_position(%(stages)s::text[], stage::text)::smallint), ''::bytea),
    string_agg(boolsend(evidence IN ('outside', 'suspect')), ''::bytea)
FROM maps_pin
WHERE {seen} AND project_id IN ({selected})
"""
_TYPES = (">i8", ">i8", ">i4", ">i4", ">i2", "?")


@dataclass(frozen=True, eq=False)
class Selection:
    """Pins in the order of their keys. stage: a number into STAGES; look: the photo that counts is far or doubtful."""

    key: NDArray[np.int64]
    project: NDArray[np.int64]
    x: NDArray[np.int64]
    y: NDArray[np.int64]
    stage: NDArray[np.int64]
    look: NDArray[np.bool_]

    def cells(self, first: int, last: int, shift: int) -> list[tuple[int, ...]]:
        """(count, p0, p1, p50, p100, look, sum x, sum y, sum of projects) of each cell with keys in first ≤ key < last.

        A cell is a key without its lowest `shift` bits.
        """
        rows = slice(*np.searchsorted(self.key, [first, last]))
        if rows.start == rows.stop:
            return []
        _cells, starts = np.unique(self.key[rows] >> shift, return_index=True)
        ones = np.ones(rows.stop - rows.start, dtype=np.int64)
        parts = [ones, *(self.stage[rows] == number for number in range(len(_STAGES))), self.look[rows]]
        sums = [np.add.reduceat(part.astype(np.int64), starts) for part in parts]
        sums += [np.add.reduceat(part[rows], starts) for part in (self.x, self.y, self.project)]
        return list(zip(*(one.tolist() for one in sums), strict=True))

    def extent(self, first: int, last: int) -> tuple[int, int, int, int] | None:
        """Lowest and highest x and y of the pins with keys in first ≤ key < last."""
        rows = slice(*np.searchsorted(self.key, [first, last]))
        if rows.start == rows.stop:
            return None
        x, y = self.x[rows], self.y[rows]
        return int(x.min()), int(y.min()), int(x.max()), int(y.max())


_kept: OrderedDict[tuple[Any, ...], tuple[float, Selection]] = OrderedDict()
_lock = threading.Lock()


def selection(user: Person, chosen: Filters, sight: Sight) -> Selection:
    """The pins that the filters select of those the person sees; at most a minute old."""
    # Whether the search reads full titles depends on the person's places, which stand in the sight unless it is all.
    asked = (connection.settings_dict["NAME"], sight, chosen.query_string())
    with _lock:
        found = _kept.get(asked)
        if found and time.monotonic() - found[0] < KEPT_S:
            _kept.move_to_end(asked)
            return found[1]
    fresh = _load(user, chosen, sight)
    with _lock:
        _kept[asked] = (time.monotonic(), fresh)
        _kept.move_to_end(asked)
        while len(_kept) > 1 and sum(len(one.key) for _at, one in _kept.values()) > KEPT_PINS:
            _kept.popitem(last=False)
    return fresh


def forget() -> None:
    """Resolve every selection anew."""
    with _lock:
        _kept.clear()


def _load(user: Person, chosen: Filters, sight: Sight) -> Selection:
    projects = filters.apply(Project.objects.visible_to(user), chosen, user).order_by()
    seen, values = sight.pins()
    try:
        selected, named = as_named(*projects.values("id").query.sql_with_params())
    except EmptyResultSet:
        return _selection([b""] * len(_TYPES))
    with connection.cursor() as cursor:
        cursor.execute(
            _PINS.format(seen=seen, selected=selected), {"stages": list(_STAGES), **values, **named}
        )
        return _selection([bytes(column or b"") for column in cursor.fetchone()])


def _selection(columns: list[bytes]) -> Selection:
    key, project, x, y, stage, look = (
        np.frombuffer(column, dtype=kind) for column, kind in zip(columns, _TYPES, strict=True)
    )
    order = np.argsort(key, kind="stable")
    key, project, x, y, stage = (column[order].astype(np.int64) for column in (key, project, x, y, stage))
    return Selection(key, project, x, y, stage - 1, look[order].astype(bool))
