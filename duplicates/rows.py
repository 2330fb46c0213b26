"""[pure] Rows as they are copied out of the register (engines/loading.py) as records and sites."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from duplicates.comparison import Record
from duplicates.sites import Sites
from duplicates.works import Ints


def record_of_row(row: Mapping[str, Any], places: tuple[Any, ...], **known: frozenset[Any]) -> Record:
    """The record of a row with the columns of `engines.loading.COLUMNS`.

    places: geometries of its sites. known: its pictures, picture_groups and relations.
    """
    return Record(
        id=row["code"],
        code=row["code"],
        title=row["title"],
        geometries=places,
        work_type=row["work_type"] or None,
        activity=row["activity"],
        budget=_decimal(row["budget"]),
        volume=_decimal(row["volume"]),
        unit=row["unit"],
        year=row["year"],
        fund_sources=frozenset(row["sources"].split(",")) - {""},
        executor=row["executor"],
        starts=_date(row["starts"]),
        ends=_date(row["ends"]),
        village=row["village"],
        **known,
    )


def _decimal(text: str) -> Decimal | None:
    return Decimal(text) if text else None


def _date(ordinal: int) -> date | None:
    return date.fromordinal(ordinal) if ordinal else None


def sites_of_rows(table: pa.Table, keys: Ints) -> Sites:
    """The sites of the works with these primary keys, ascending. Raises RuntimeError for one of another work."""
    owner_key = table["key"].to_numpy()
    lon = table["lon"].to_numpy()
    shaped = np.flatnonzero(np.isnan(lon))
    shapes = shapely.from_wkb(
        table["shape"].take(pa.array(shaped)).to_numpy(zero_copy_only=False).astype(object)
    )
    owner = np.searchsorted(keys, owner_key)
    known = (
        (owner < len(keys)) & (keys[np.minimum(owner, len(keys) - 1)] == owner_key)
        if len(keys)
        else owner < 0
    )
    if not known.all():  # a project that became a work between the two statements
        raise RuntimeError("the register changed while it was read")
    return Sites(
        owner.astype(np.int32), lon.copy(), table["lat"].to_numpy().copy(),
        dict(zip(shaped.tolist(), shapes.tolist(), strict=True)),
    )  # fmt: skip
