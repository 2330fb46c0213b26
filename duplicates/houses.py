"""[pure] Which works are houses of a housing programme: they share title, sum and size, and differ by place alone."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Record
from duplicates.titles import read_title
from duplicates.works import Batch

HOUSE = "house"
_ONLY_HOUSES = frozenset((HOUSE,))


def is_house(record: Record) -> bool:
    """By work type; where that is unknown, by a title that names houses and nothing else."""
    if record.work_type and record.work_type != "other":
        return record.work_type == HOUSE
    return read_title(record.title).built == _ONLY_HOUSES


def both_houses(batch: Batch) -> NDArray[np.bool_]:
    """Pairs of two houses."""
    works = batch.works
    types = works.names["work_type"]
    of_type = works.work_type == (types.index(HOUSE) if HOUSE in types else -2)
    names_houses = np.array([built == _ONLY_HOUSES for built in works.titles.builds] + [False])
    by_title = (works.work_type == -1) & names_houses[works.titles.built[works.title]]
    house = of_type | by_title
    return np.asarray(house[batch.left] & house[batch.right])
