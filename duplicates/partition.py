"""[pure] One partition of the register as a worker of a cluster gets it, and what the worker does with it.

A worker needs neither Django nor a database: all that its pairs are scored by comes with the partition.
docs/design/duplicate-scan.md.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyproj
import rapidfuzz
import shapely
from numpy.typing import NDArray

import places.earth
from duplicates.comparison import Record
from duplicates.rows import record_of_row, sites_of_rows
from duplicates.scoring import Scored, measured, scored, with_pictured
from duplicates.sites import Radius, Sites, nearest
from duplicates.titles import Frequencies, Title, Word, built_of, marks_of
from duplicates.weights import PRIOR_WEIGHT, WEIGHTS
from duplicates.works import Batch, Ints, Works

Held = Mapping[int, frozenset[Any]]


class OtherRules(Exception):
    """The worker would score by other code, libraries or weights than the scan."""


@cache
def rules() -> str:
    """What scores come from: the source of this package, the libraries that measure, the weights."""
    package = Path(__file__).parent
    sources = sorted([*package.glob("*.py"), *package.glob("signals/*.py"), Path(places.earth.__file__)])
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.read_bytes())
    libraries = np.__version__, shapely.geos_version_string, pyproj.proj_version_str, rapidfuzz.__version__
    digest.update(repr((libraries, PRIOR_WEIGHT, sorted(WEIGHTS.items()))).encode())
    return digest.hexdigest()


@dataclass(frozen=True)
class Limits:
    """How far apart and how probable pairs may be, and the rules by which the scan wants them scored."""

    radius: Radius
    min_probability: float
    rules: str = field(default_factory=rules)


@dataclass(frozen=True, eq=False)
class Partition:
    """The works of a partition and those around it, as copied out of the register.

    works, sites: rows with the columns of `engines.loading`, by primary key. core: primary keys of the works whose
    pairs belong here. words: of the titles, by number. frequencies: of these words in the whole register. pictures,
    picture_groups: by primary key, what more than one work of the register holds. relations: by primary key.
    """

    no: int
    works: pa.Table
    sites: pa.Table
    core: Ints
    words: Mapping[int, str]
    frequencies: Frequencies
    pictures: Held = field(default_factory=dict)
    picture_groups: Held = field(default_factory=dict)
    relations: Held = field(default_factory=dict)


def score_partition(partition: Partition, limits: Limits) -> Scored:
    """The pairs that belong to a partition. Of the records given back, `pictures` are those shared with others.

    Raises OtherRules.
    """
    if limits.rules != rules():
        raise OtherRules(f"{limits.rules[:12]} was wanted, {rules()[:12]} is here")
    keys = np.asarray(partition.works["key"].to_numpy())
    sites = sites_of_rows(partition.sites, keys)
    works = _works(partition, _records(partition, keys, sites))
    chosen = partition.works["chosen"].to_numpy().astype(bool)
    core = np.isin(keys, partition.core)
    part = scored(partition.no, keys, _candidates(works, sites, limits.radius, core, chosen), limits)
    return _apart(part, partition)


def _candidates(
    works: Works, sites: Sites, radius: Radius, core: NDArray[np.bool_], chosen: NDArray[np.bool_]
) -> Batch:
    """Pairs near each other or with a shared picture. One belongs to the partition of its lower work, of those asked
    about."""
    near = nearest(sites, radius.largest)
    one, other = with_pictured(works, near.left, near.right)
    left, right = np.concatenate([near.left, one]), np.concatenate([near.right, other])
    mine = core[np.where(chosen[left], left, right)]
    far = mine[len(near.left) :]
    near_m = near.distance_m[mine[: len(near.left)]]
    far_m = measured(works, one[far], other[far])
    return Batch(works, left[mine], right[mine], np.concatenate([near_m, far_m]))


def _apart(part: Scored, partition: Partition) -> Scored:
    """The same pairs with no more works than they are made of: what goes back is small."""
    batch = part.batch
    rows = np.unique([batch.left, batch.right])
    works = _works(partition, [batch.works.record(row) for row in rows.tolist()])
    left, right = np.searchsorted(rows, batch.left), np.searchsorted(rows, batch.right)
    small = Batch(works, left.astype(np.int32), right.astype(np.int32), batch.distance_m)
    return replace(part, keys=part.keys[rows], batch=small)


def _works(partition: Partition, records: list[Record]) -> Works:
    """The records in columns; their titles are not read again."""
    pictured = frozenset(partition.works.filter(pc.equal(partition.works["pictured"], 1))["code"].to_pylist())
    works = Works.of(records, partition.frequencies, _Titles(partition))
    return replace(works, pictured=np.array([record.code in pictured for record in records], dtype=bool))


def _records(partition: Partition, keys: Ints, sites: Sites) -> list[Record]:
    rows = np.arange(len(keys))
    firsts, lasts = np.searchsorted(sites.owner, rows), np.searchsorted(sites.owner, rows + 1)
    none: frozenset[Any] = frozenset()
    return [
        record_of_row(
            row,
            tuple(sites.geometry(number) for number in range(first, last)),
            pictures=partition.pictures.get(key, none),
            picture_groups=partition.picture_groups.get(key, none),
            relations=partition.relations.get(key, none),
        )
        for key, row, first, last in zip(
            keys.tolist(), partition.works.to_pylist(), firsts.tolist(), lasts.tolist(), strict=True
        )
    ]


class _Titles:
    """The titles of a partition as they were read when they were saved; quantities and places in the text are not
    kept."""

    def __init__(self, partition: Partition) -> None:
        columns = partition.works.select(["title", "words"]).to_pylist()
        self._numbers = {row["title"]: row["words"] for row in columns}
        self._words = partition.words

    def __call__(self, written: str) -> Title:
        texts = [self._words[int(number)] for number in self._numbers[written].split()]
        words = tuple(Word(text, 0, 0) for text in texts)
        return Title(written, words, marks_of(texts), built_of(texts), quantities=(), years=())
