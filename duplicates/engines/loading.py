"""The register streamed out of PostGIS into columns: works, sites, titles as read. Rows never become objects."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
from django.db import connection
from numpy.typing import NDArray

from duplicates import readings
from duplicates.comparison import Record
from duplicates.engines import Request
from duplicates.overlap import has_extent
from duplicates.register import CHOSEN, Pictures, pictures_of, relations_of, shared_pictures
from duplicates.rows import record_of_row, sites_of_rows
from duplicates.sites import Sites
from duplicates.title_arrays import NumberedTitles, TitleTable, with_unsaid
from duplicates.volumes import MAY_SAY_RE2, plain_unit
from duplicates.works import Ints, Works, pairs_of_holders, plain_name, relation_keys
from projects.models import SiteStatus

Relations = Mapping[int, frozenset[tuple[str, str]]]

_TEXT = pa.dictionary(pa.int32(), pa.string())
COLUMNS: dict[str, pa.DataType] = {
    "key": pa.int64(), "code": pa.string(), "title": pa.string(), "work_type": _TEXT, "activity": _TEXT,
    "budget": pa.string(), "volume": pa.string(), "unit": _TEXT, "year": pa.int16(), "starts": pa.int32(),
    "ends": pa.int32(), "sources": _TEXT, "executor": _TEXT, "village": _TEXT, "chosen": pa.int8(),
    "pictured": pa.int8(), "words": pa.string(), "marks": _TEXT, "built": _TEXT,
}  # fmt: skip
SITE_COLUMNS: dict[str, pa.DataType] = {
    "key": pa.int64(), "lon": pa.float64(), "lat": pa.float64(), "shape": pa.string(),
}  # fmt: skip

# Whole tables by their primary keys: a scan reads every work. Ordinals are Python's, 0001-01-01 is 1.
WORKS = f"""
COPY (
    SELECT project.id, project.code, project.title, project.work_type, COALESCE(activity.code, ''),
        project.planned, project.volume, project.unit, project.fiscal_year,
        COALESCE(project.planned_start - DATE '0001-01-01' + 1, 0),
        COALESCE(project.planned_end - DATE '0001-01-01' + 1, 0),
        array_to_string(project.sources, ','), project.executor_name, project.village_id,
        ({CHOSEN.format(project="project")})::int,
        (project.id IN (
            SELECT claim.project_id FROM photos_claim AS claim
            WHERE claim.withdrawn_at IS NULL AND claim.shared_reason = ''
        ))::int,
        array_to_string(reading.words, ' '), reading.marks, reading.built
    FROM projects_project AS project
    LEFT JOIN projects_activity AS activity ON activity.id = project.activity_id
    JOIN duplicates_readtitle AS reading ON reading.project_id = project.id
    WHERE project.status <> ALL(%(left_out)s)
      AND (%(only)s::bigint[] IS NULL OR project.id = ANY(%(only)s::bigint[]))
    ORDER BY project.id
) TO STDOUT (FORMAT csv)
"""

SITES = """
COPY (
    SELECT site.project_id,
        CASE WHEN site.extent IS NULL THEN ST_X(site.point) END,
        CASE WHEN site.extent IS NULL THEN ST_Y(site.point) END,
        CASE WHEN site.extent IS NOT NULL THEN encode(ST_AsBinary(site.extent), 'hex') END
    FROM projects_site AS site
    JOIN projects_project AS project ON project.id = site.project_id
    WHERE site.status = %(active)s AND project.status <> ALL(%(left_out)s)
      AND (%(only)s::bigint[] IS NULL OR site.project_id = ANY(%(only)s::bigint[]))
    ORDER BY site.project_id, site.no
) TO STDOUT (FORMAT csv)
"""


@dataclass(frozen=True, eq=False)
class Register:
    """The works of the register in columns. keys: primary keys by row, ascending. chosen: who was asked about."""

    works: Works
    sites: Sites
    keys: Ints
    chosen: NDArray[np.bool_]
    records: "Records"


def copied(query: str, values: Mapping[str, Any], columns: Mapping[str, pa.DataType]) -> pa.Table:
    """The rows of a COPY as a table, through a file, so that they are in memory once."""
    with tempfile.TemporaryFile() as file, connection.cursor() as cursor:
        cursor.copy_expert(cursor.mogrify(query, dict(values)), file)
        if not file.tell():
            return pa.table({name: pa.array([], kind) for name, kind in columns.items()})
        file.seek(0)
        return pa_csv.read_csv(
            file,
            read_options=pa_csv.ReadOptions(
                column_names=list(columns), block_size=1 << 23, use_threads=False
            ),
            parse_options=pa_csv.ParseOptions(newlines_in_values=True),
            convert_options=pa_csv.ConvertOptions(
                column_types=dict(columns), strings_can_be_null=False, null_values=[""]
            ),
        )


def load(request: Request) -> Register:
    """Stream the register out; titles not read yet are read first."""
    readings.refresh()
    values = request.choice.values | {"active": SiteStatus.ACTIVE.value, "only": None}
    table = copied(WORKS, values, COLUMNS).combine_chunks()
    keys = np.asarray(table["key"].to_numpy())
    sites = sites_of_rows(copied(SITES, values, SITE_COLUMNS), keys)
    relations = relations_of()
    records = Records(table, sites, keys, relations)
    works = _works(table, keys, sites, records, relations)
    return Register(works, sites, keys, table["chosen"].to_numpy().astype(bool), records)


class _Coded:
    """A text column as numbers: −1 for "", others into `names`."""

    def __init__(self, column: pa.ChunkedArray, plain: Any = str) -> None:
        whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
        if isinstance(whole, pa.ChunkedArray):
            whole = whole.chunk(0) if whole.num_chunks else pa.array([], _TEXT)
        distinct = [plain(text) for text in whole.dictionary.to_pylist()]
        seen: dict[str, int] = {}
        number = [-1 if not text else seen.setdefault(text, len(seen)) for text in distinct]
        indices = np.asarray(whole.indices.fill_null(0).to_numpy(zero_copy_only=False))
        self.ids = np.array([*number, -1], dtype=np.int32)[indices] if number else indices.astype(np.int32)
        self.names = tuple(seen)


def _works(table: pa.Table, keys: Ints, sites: Sites, records: "Records", relations: Relations) -> Works:
    texts = {
        "work_type": _Coded(table["work_type"], lambda text: "" if text == "other" else text),
        "activity": _Coded(table["activity"]),
        "unit": _Coded(table["unit"], plain_unit),
        "executor": _Coded(table["executor"], plain_name),
        "village": _Coded(table["village"]),
    }
    names = {name: column.names for name, column in texts.items()}
    columns: dict[str, Any] = {name: column.ids for name, column in texts.items()}
    columns["work_type"] = columns["work_type"].astype(np.int8)
    columns["sources"], names["sources"] = _sources(_Coded(table["sources"]))
    shared = shared_pictures()
    titles, title = _titles(table)
    drawn = np.zeros(len(keys), dtype=bool)
    drawn[[sites.owner[number] for number, shape in sites.shapes.items() if has_extent((shape,))]] = True
    codes = _bytes(table["code"])
    return Works(
        **columns,
        budget=_floats(table["budget"]),
        volume=_floats(table["volume"]),
        year=table["year"].to_numpy(),
        starts=table["starts"].to_numpy(),
        ends=table["ends"].to_numpy(),
        title=title,
        titles=titles,
        names=names,
        drawn=drawn,
        pictured=table["pictured"].to_numpy().astype(bool),
        shared_pictures=_shared(shared.pictures, keys),
        shared_groups=_shared(shared.groups, keys),
        relation_pairs=_related(relations, keys, codes),
        record=records,
        codes=codes,
        frequencies=titles.frequencies,
    )


def _bytes(column: pa.ChunkedArray) -> NDArray[np.bytes_]:
    """Texts as bytes of one length, filled up with 0; no text becomes an object."""
    width = max(pc.max(pc.binary_length(column)).as_py() or 0, 1)
    padded = pc.ascii_rpad(column, width=width, padding="\0").cast(pa.binary()).cast(pa.binary(width))
    flat = b"".join(
        memoryview(chunk.buffers()[1])[chunk.offset * width :][: len(chunk) * width]
        for chunk in padded.chunks
    )
    return np.frombuffer(flat, dtype=f"S{width}")


def _floats(column: pa.ChunkedArray) -> NDArray[np.float64]:
    """Decimal numbers as floats; "" becomes nan."""
    known = pc.if_else(pc.equal(column, ""), pa.scalar(None, pa.string()), column)
    return np.asarray(pc.cast(known, pa.float64()).to_numpy(), dtype=np.float64)


def _sources(column: _Coded) -> tuple[NDArray[np.uint64], tuple[str, ...]]:
    sets = [frozenset(text.split(",")) for text in column.names]
    names = tuple(sorted(set().union(*sets)))[:64] if sets else ()
    bit = {name: 1 << number for number, name in enumerate(names)}
    masks = [sum(bit.get(name, 0) for name in one) for one in sets]
    return np.array([*masks, 0], dtype=np.uint64)[column.ids], names


def _rows(projects: list[int], keys: Ints) -> dict[int, int]:
    """Primary key → row, of those that are works."""
    at = np.searchsorted(keys, projects)
    return {
        key: int(row) for key, row in zip(projects, at, strict=True) if row < len(keys) and keys[row] == key
    }


def _shared(held: Mapping[int, frozenset[int]], keys: Ints) -> Ints:
    row_of = _rows(list(held), keys)
    return pairs_of_holders(
        ((row_of[key], things) for key, things in held.items() if key in row_of), len(keys)
    )


def _related(relations: Relations, keys: Ints, codes: NDArray[np.bytes_]) -> dict[str, Ints]:
    if not relations:
        return {}
    row_of = _rows(list(relations), keys)
    of_code = {codes[row].decode(): row for row in row_of.values()}
    found: dict[str, list[tuple[int, int]]] = {}
    for key, row in row_of.items():
        for kind, code in relations[key]:
            if code in of_code:
                found.setdefault(kind.removeprefix("~"), []).append((row, of_code[code]))
    return {kind: relation_keys(pairs, len(keys)) for kind, pairs in sorted(found.items())}


def _titles(table: pa.Table) -> tuple[TitleTable, NDArray[np.int32]]:
    """The distinct titles as they were read, and which of them each work has."""
    encoded = pc.dictionary_encode(table["title"])
    whole = encoded.combine_chunks() if encoded.num_chunks != 1 else encoded.chunk(0)
    if isinstance(whole, pa.ChunkedArray):
        whole = whole.chunk(0) if whole.num_chunks else pa.array([], _TEXT)
    title = np.asarray(whole.indices.to_numpy(), dtype=np.int32)
    written = whole.dictionary
    first = np.empty(len(written), dtype=np.int64)
    first[title[::-1]] = np.arange(len(title))[::-1]
    split = pc.split_pattern(table["words"].take(pa.array(first)).combine_chunks(), " ")
    if isinstance(split, pa.ChunkedArray):
        split = split.combine_chunks()
    flat = split.flatten()
    numbers, offsets = _without_empty(flat, split.offsets.to_numpy())
    used = np.bincount(numbers) > 0
    words = (np.cumsum(used) - 1)[numbers]
    text_of = {number: word for word, number in readings.vocabulary()}
    vocabulary = tuple(text_of[number] for number in np.flatnonzero(used).tolist())
    marks, built = _Coded(table["marks"]), _Coded(table["built"])
    marked = [readings.read_marks(text) for text in (*marks.names, "")]
    sets: dict[tuple[str, frozenset[str]], int] = {}
    marks_of = [[sets.setdefault(one, len(sets)) for one in with_unsaid(own)] for own in marked]
    numbered = NumberedTitles(
        vocabulary=vocabulary,
        words=words.astype(np.int32),
        offsets=offsets,
        marks=marks.ids[first],
        marks_of=marks_of,
        mark_sets=tuple(sets),
        marked=marked,
        built=built.ids[first] % (len(built.names) + 1),
        builds=tuple(readings.read_built(text) for text in (*built.names, "")),
        written=lambda number: str(written[number].as_py()),
        sized=np.asarray(
            pc.match_substring_regex(written, MAY_SAY_RE2).to_numpy(zero_copy_only=False), dtype=bool
        ),
    )
    return TitleTable.of_numbers(numbered, np.bincount(title, minlength=len(written))), title


def _without_empty(flat: pa.Array, offsets: NDArray[Any]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbers written in words, and where each title's begin; a title without a word has none."""
    full = np.asarray(pc.greater(pc.utf8_length(flat), 0).to_numpy(zero_copy_only=False), dtype=bool)
    before = np.concatenate([[0], np.cumsum(full)])
    return pc.cast(flat.filter(pa.array(full)), pa.int64()).to_numpy(), before[offsets].astype(np.int64)


class Records:
    """A row's record, made when it is asked for; `prepare` makes what several are going to need at once."""

    def __init__(self, table: pa.Table, sites: Sites, keys: Ints, relations: Relations) -> None:
        left_out = ("words", "marks", "built", "pictured", "chosen")
        self._table = table.select([name for name in COLUMNS if name not in left_out])
        self._pictured = table["pictured"].to_numpy().astype(bool)
        self._sites = sites
        self._keys = keys
        self._relations = relations
        self._made: dict[int, Record] = {}

    def prepare(self, rows: NDArray[Any]) -> None:
        """Make the records of these rows, and forget those made before."""
        self._made = {}
        if not len(rows):
            return
        with_pictures = self._keys[rows[self._pictured[rows]]].tolist()
        held = pictures_of(with_pictures) if with_pictures else Pictures()
        part = self._table.take(pa.array(rows)).to_pylist()
        firsts, lasts = np.searchsorted(self._sites.owner, rows), np.searchsorted(self._sites.owner, rows + 1)
        for row, key, value, first, last in zip(
            rows.tolist(), self._keys[rows].tolist(), part, firsts.tolist(), lasts.tolist(), strict=True
        ):
            places = tuple(self._sites.geometry(number) for number in range(first, last))
            self._made[row] = record_of_row(
                value,
                places,
                pictures=held.pictures.get(key, frozenset()),
                picture_groups=held.groups.get(key, frozenset()),
                relations=self._relations.get(key, frozenset()),
            )

    def __call__(self, row: int) -> Record:
        if row not in self._made:
            made = self._made
            self.prepare(np.array([row]))
            self._made = made | self._made
        return self._made[row]
