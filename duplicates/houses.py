"""[pure] Which works are houses of a housing programme: they share title, sum and size, and differ by place alone."""

import numpy as np
from numpy.typing import NDArray

from duplicates.comparison import Record
from duplicates.titles import read_title
from duplicates.works import HOUSE, ONLY_HOUSES, Batch


def is_house(record: Record) -> bool:
    """By work type; where that is unknown, by a title that names houses and nothing else."""
    if record.work_type and record.work_type != "other":
        return record.work_type == HOUSE
    return read_title(record.title).built == ONLY_HOUSES


def both_houses(batch: Batch) -> NDArray[np.bool_]:
    """Pairs of two houses."""
    house = batch.works.houses
    return np.asarray(house[batch.left] & house[batch.right])
