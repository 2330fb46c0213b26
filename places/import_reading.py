"""Reads a file of places, CSV or anything OGR knows, under our column names and in WGS 84."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from places.layers import LAYER_ERRORS, read_layer
from places.message import Message, message, sentences
from places.message import mark as _

# Our column names and how files write them.
COLUMNS = {
    "code": ("code", "kode", "kode_wilayah", "kode_desa"),
    "name": ("name", "nama", "nama_wilayah", "nama_desa"),
    "kind": ("kind", "jenis"),
    "level": ("level", "tingkat"),
    "parent": ("parent", "induk", "kode_induk"),
    "lon": ("lon", "longitude", "bujur"),
    "lat": ("lat", "latitude", "lintang"),
    "boundary": ("boundary", "batas", "wkt"),
}

SENTENCES = sentences(
    {
        "import_places.unreadable": _(
            "File ini tidak dapat dibaca (%(detail)s). Pakai CSV UTF-8, GeoJSON, GeoPackage, atau Shapefile."
        ),
        "import_places.empty": _("File ini tidak berisi baris. Periksa apakah ini file yang benar."),
        "import_places.column_missing": _(
            "Kolom %(column)s tidak ada. Kolom yang terbaca: %(columns)s. Ganti nama kolom wilayahnya."
        ),
        "import_places.column_twice": _(
            "Kolom %(first)s dan %(second)s sama-sama berarti %(column)s. Sisakan satu."
        ),
        "import_places.reprojected": _("Koordinat diubah dari %(crs)s ke WGS 84 (EPSG:4326)."),
        "import_places.columns_ignored": _("Kolom ini tidak dipakai: %(columns)s."),
    }
)


@dataclass(frozen=True)
class Mistake:
    """One wrong value: row as people count it (the header is row 1 of a CSV), column, value and the reason.

    Row 0 and an empty column mean the file as a whole.
    """

    row: int
    column: str
    value: str
    reason: Message


class PlacesRefused(Exception):
    """A file with mistakes: nothing of it was loaded. `mistakes` has all of them, in the order of the file."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes in a file of places")
        self.mistakes = list(mistakes)


@dataclass
class Table:
    """A file as read: values by our column names, geometry already in WGS 84 where the file has any."""

    rows: list[dict[str, Any]]
    numbers: list[int]  # of each row, as people count: lines of a CSV, features of other files
    notes: list[Message] = field(default_factory=list)


def read(path: Path, *, layer: str | None = None) -> Table:
    """A file's rows under our column names. Raises PlacesRefused when it can't be read or lacks a column."""
    if path.suffix.lower() in {".csv", ".txt", ".tsv"}:
        return _read_csv(path)
    return _read_ogr(path, layer)


def _whole_file(code: str, *, value: str = "", **params: Any) -> PlacesRefused:
    return PlacesRefused([Mistake(0, "", value, message(f"import_places.{code}", **params))])


def _read_csv(path: Path) -> Table:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise _whole_file("unreadable", value=path.name, detail=said(error)) from error
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names, ignored = _our_names(reader.fieldnames or [])
    rows: list[dict[str, Any]] = []
    numbers: list[int] = []
    for raw in reader:
        if any(isinstance(value, str) and value.strip() for value in raw.values()):
            rows.append({ours: (raw.get(theirs) or "").strip() for ours, theirs in names.items()})
            numbers.append(reader.line_num)
    return Table(_not_empty(rows), numbers, _ignored(ignored))


def _read_ogr(path: Path, name: str | None) -> Table:
    try:
        layer = read_layer(path, name)
    except LAYER_ERRORS as error:
        raise _whole_file("unreadable", value=path.name, detail=said(error)) from error
    names, ignored = _our_names(layer.names)
    values = dict(zip(layer.names, layer.columns, strict=True))
    count = len(layer)
    rows = [{ours: _text(values[theirs][i]) for ours, theirs in names.items()} for i in range(count)]
    table = Table(_not_empty(rows), list(range(1, count + 1)), _ignored(ignored))
    if layer.moved_from:
        table.notes.append(message("import_places.reprojected", crs=layer.moved_from))
    if layer.shapes is not None:
        for row, shape in zip(rows, layer.shapes, strict=True):
            row["geometry"] = shape
    return table


def _our_names(theirs: Iterable[str]) -> tuple[dict[str, str], list[str]]:
    """Which column of the file holds which of ours, and those that hold none. A `note` is for its readers."""
    names: dict[str, str] = {}
    ignored: list[str] = []
    theirs = list(theirs)
    for column in theirs:
        plain = column.strip().lower().replace(" ", "_")
        ours = next((ours for ours, aliases in COLUMNS.items() if plain in aliases), None)
        if ours is None:
            ignored.append(column)
        elif ours in names:
            raise _whole_file("column_twice", column=ours, first=names[ours], second=column)
        else:
            names[ours] = column
    for needed in ("code", "name"):
        if needed not in names:
            raise _whole_file("column_missing", column=needed, columns=", ".join(theirs) or "–")
    return names, [column for column in ignored if column not in {"note", "fid", "ogc_fid", ""}]


def _ignored(columns: list[str]) -> list[Message]:
    return [message("import_places.columns_ignored", columns=", ".join(columns))] if columns else []


def _not_empty(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    if not rows:
        raise _whole_file("empty")
    return rows


def _text(value: Any) -> str:
    if value is None or (isinstance(value, float | np.floating) and np.isnan(value)):
        return ""
    return str(value).strip()


def said(error: Exception) -> str:
    """The first line of what a library says of its failure."""
    return str(error).splitlines()[0][:160] if str(error) else type(error).__name__
