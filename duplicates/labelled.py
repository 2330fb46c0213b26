"""[pure] Reads labelled pairs: which two records are one work, or one place. Three shapes of CSV or XLSX.

- pairs of ids: `left_id, right_id` and optionally `label, kind`; the records come from a second list;
- pairs in full: both records in each row, `left_title, left_lon, left_lat, right_title, …, label`, optionally all
  other columns of a list; sides may also be written 1 and 2, a and b, before or after the name (`name_1`);
- groups: a list with a column `cluster`; records of one cluster are one.

A file that labels no pair as different names all pairs that are one: every other pair counts as different then.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from pathlib import Path

from duplicates.comparison import Record
from duplicates.records import OPTIONAL, Complaint, RowReader, UnreadableList, read_records, rows_of
from places.message import mark as _
from places.message import message, sentences

SENTENCES = sentences(
    {
        "labelled.shape": _(
            "%(name)s bukan daftar pasangan berlabel. Kolom yang diperlukan: left_id dan right_id; atau left_title, "
            "left_lon, left_lat, right_title, right_lon, right_lat; atau id, title, lon, lat, cluster. "
            "Kolom yang ada: %(found)s."
        ),
        "labelled.needs_records": _("%(name)s hanya menyebut id. Tambahkan --records dengan daftar pekerjaannya."),
        "labelled.nothing": _("%(name)s tidak berisi satu pun pasangan yang dapat dinilai."),
        "labelled.nothing_same": _("%(name)s tidak berisi satu pun pasangan yang sama; tidak ada yang dapat dihitung."),
        "labelled.unknown_id": _("id ini tidak ada dalam daftar; baris dilewati."),
        "labelled.same_id": _("Pasangan dengan dirinya sendiri; baris dilewati."),
        "labelled.not_a_label": _("Label harus 1 atau 0 (atau true/false, ya/tidak); baris dilewati."),
        "labelled.twice": _("Pasangan ini sudah ada di baris %(first)s; baris dilewati."),
    }
)  # fmt: skip

SIDES = (("left", "right"), ("ltable", "rtable"), ("l", "r"), ("a", "b"), ("1", "2"))
NAMES: Mapping[str, tuple[str, ...]] = {
    "id": ("id",),
    "title": ("title", "name", "nama", "judul"),
    "lon": ("lon", "lng", "long", "longitude", "bujur", "x"),
    "lat": ("lat", "latitude", "lintang", "y"),
    **{name: (name,) for name in OPTIONAL},
}
LABEL_NAMES = ("label", "match", "is_match", "same", "duplicate", "is_duplicate", "gold")
KIND_NAMES = ("kind", "class", "jenis")
CLUSTER_NAMES = ("cluster", "cluster_id", "group", "group_id", "entity", "entity_id", "point_of_interest")
YES = frozenset(["1", "1.0", "true", "t", "yes", "y", "ya", "match", "duplicate", "same", "ganda", "sama"])
NO = frozenset(
    ["0", "0.0", "-1", "false", "f", "no", "n", "tidak", "non-match", "nonmatch", "different", "beda"]
)


@dataclass(frozen=True)
class LabelledPair:
    """Two records and whether they are one. row: where it stands in the file; 0 for a pair that stands nowhere."""

    left: Record
    right: Record
    same: bool
    kind: str
    row: int = 0


@dataclass
class LabelledSet:
    """Records, labelled pairs, what is wrong with the file. closed: pairs that are not named are different."""

    records: list[Record] = field(default_factory=list)
    against: list[Record] | None = None
    pairs: list[LabelledPair] = field(default_factory=list)
    complaints: list[Complaint] = field(default_factory=list)

    @property
    def closed(self) -> bool:
        return all(pair.same for pair in self.pairs)


def pair_key(left: Record, right: Record) -> tuple[str, str]:
    """What a pair is looked up by, whichever way round it stands."""
    return (left.id, right.id) if left.id < right.id else (right.id, left.id)


def _found(header: Sequence[str], names: Sequence[str]) -> int | None:
    return next((header.index(name) for name in names if name in header), None)


def _side_columns(header: Sequence[str], side: str) -> dict[str, int]:
    """Which column says what of one side."""
    found = {}
    for what, names in NAMES.items():
        spelt = [form for name in names for form in (f"{side}_{name}", f"{name}_{side}", f"{name}{side}")]
        at = _found(header, spelt)
        if at is not None:
            found[what] = at
    return found


def _sides(header: Sequence[str], needed: Sequence[str]) -> tuple[dict[str, int], dict[str, int]] | None:
    for left, right in SIDES:
        mine, theirs = _side_columns(header, left), _side_columns(header, right)
        if all(name in mine and name in theirs for name in needed):
            return mine, theirs
    return None


class _Pairs:
    """Collects pairs row by row, each once."""

    def __init__(self, header: Sequence[str]) -> None:
        self.made = LabelledSet()
        self.label_at, self.kind_at = _found(header, LABEL_NAMES), _found(header, KIND_NAMES)
        self.label_name = header[self.label_at] if self.label_at is not None else ""
        self.first_row: dict[tuple[str, str], int] = {}

    def complain(self, row: int, column: str, value: str, code: str, **params: object) -> None:
        self.made.complaints.append(Complaint(row, column, value, message(code, **params)))

    def add(
        self, number: int, row: Sequence[str], left: Record, right: Record, *, two_lists: bool = False
    ) -> None:
        label = _cell(row, self.label_at).lower() if self.label_at is not None else "1"
        if label not in YES | NO:
            self.complain(number, self.label_name, label, "labelled.not_a_label")
            return
        if left is right or (left.id == right.id and not two_lists):
            self.complain(number, "id", left.id, "labelled.same_id")
            return
        key = (left.id, right.id) if two_lists else pair_key(left, right)
        first = self.first_row.setdefault(key, number)
        if first != number:
            self.complain(number, "id", f"{left.id}, {right.id}", "labelled.twice", first=first)
            return
        kind = _cell(row, self.kind_at) if self.kind_at is not None else ""
        self.made.pairs.append(LabelledPair(left, right, label in YES, kind, number))


def _cell(row: Sequence[str], at: int | None) -> str:
    return row[at].strip() if at is not None and at < len(row) else ""


def read_labelled(path: Path, records: Path | None = None, against: Path | None = None) -> LabelledSet:
    """Read labelled pairs in one of the three shapes.

    records, against: the lists that pairs of ids speak of (left ids from the first, right ids from the second).
    Raises UnreadableList for a file of no such shape, without the list it needs, or with nothing to count.
    """
    rows = rows_of(path)
    header = [name.strip().lower() for name in rows[0]] if rows else []
    in_full = _sides(header, ("title", "lon", "lat"))
    by_id = _sides(header, ("id",))
    if records and by_id:
        made = _by_id(rows, header, by_id, records, against)
    elif in_full:
        made = _in_full(rows, header, in_full)
    elif by_id:
        raise UnreadableList(message("labelled.needs_records", name=path.name))
    elif (cluster_at := _found(header, CLUSTER_NAMES)) is not None:
        made = _by_cluster(path, rows, header, cluster_at)
    else:
        raise UnreadableList(message("labelled.shape", name=path.name, found=", ".join(header) or "–"))
    if not made.pairs:
        raise UnreadableList(message("labelled.nothing", name=path.name))
    if not any(pair.same for pair in made.pairs):
        raise UnreadableList(message("labelled.nothing_same", name=path.name))
    return made


def _by_id(
    rows: Sequence[Sequence[str]], header: Sequence[str], sides: tuple[dict[str, int], dict[str, int]],
    records: Path, against: Path | None,
) -> LabelledSet:  # fmt: skip
    pairs = _Pairs(header)
    mine = read_records(records)
    theirs = read_records(against) if against else None
    pairs.made.records, pairs.made.against = mine.records, theirs.records if theirs else None
    pairs.made.complaints += mine.complaints + (theirs.complaints if theirs else [])
    lefts = {record.id: record for record in mine.records}
    rights = {record.id: record for record in theirs.records} if theirs else lefts
    for number, row in enumerate(rows[1:], 2):
        if not any(value.strip() for value in row):
            continue
        ids = _cell(row, sides[0]["id"]), _cell(row, sides[1]["id"])
        left, right = lefts.get(ids[0]), rights.get(ids[1])
        if left is None or right is None:
            missing = ids[0] if left is None else ids[1]
            pairs.complain(number, "id", missing, "labelled.unknown_id")
            continue
        pairs.add(number, row, left, right, two_lists=theirs is not None)
    return pairs.made


def _in_full(
    rows: Sequence[Sequence[str]], header: Sequence[str], sides: tuple[dict[str, int], dict[str, int]]
) -> LabelledSet:
    """Both records in each row; rows that say the same of a record mean the same record."""
    pairs, reader = _Pairs(header), RowReader()
    known: dict[tuple[str, ...], Record] = {}
    used: dict[str, int] = defaultdict(int)

    def record(number: int, row: Sequence[str], columns: Mapping[str, int]) -> Record:
        cell = {name: _cell(row, at) for name, at in columns.items()}
        content = tuple(cell.get(name, "") for name in NAMES)
        if content not in known:
            wanted = cell.get("id") or f"{number}{'a' if columns is sides[0] else 'b'}"
            used[wanted] += 1
            cell["id"] = wanted if used[wanted] == 1 else f"{wanted}#{used[wanted]}"
            made = reader.record(number, cell)
            known[content] = made or Record(cell["id"], cell["title"])
        return known[content]

    for number, row in enumerate(rows[1:], 2):
        if any(value.strip() for value in row):
            pairs.add(number, row, record(number, row, sides[0]), record(number, row, sides[1]))
    pairs.made.records = list(known.values())
    pairs.made.complaints += reader.complaints
    return pairs.made


def _by_cluster(
    path: Path, rows: Sequence[Sequence[str]], header: Sequence[str], cluster_at: int
) -> LabelledSet:
    found = read_records(path)
    by_id = {record.id: record for record in found.records}
    id_at = header.index("id")
    members: dict[str, list[tuple[int, Record]]] = defaultdict(list)
    for number, row in enumerate(rows[1:], 2):
        cluster, record = _cell(row, cluster_at), by_id.pop(_cell(row, id_at), None)
        if cluster and record:
            members[cluster].append((number, record))
    made = LabelledSet(found.records, complaints=found.complaints)
    for group in members.values():
        for (_first, left), (number, right) in combinations(group, 2):
            made.pairs.append(LabelledPair(left, right, True, "", number))
    return made
