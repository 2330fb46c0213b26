"""Reads a file of projects, CSV, XLSX, GeoJSON or GeoPackage, into rows of cells under the file's own headers."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
import openpyxl
from shapely.geometry.base import BaseGeometry

from places.layers import LAYER_ERRORS, read_layer
from places.message import Message, message, sentences
from places.message import mark as _

SENTENCES = sentences(
    {
        "import.unreadable": _(
            "File ini tidak dapat dibaca (%(detail)s). Pakai CSV, XLSX, GeoJSON atau GeoPackage."
        ),
        "import.not_text": _("Isi file ini bukan teks. Simpan sebagai CSV atau XLSX."),
        "import.format": _("File .%(suffix)s tidak dikenal. Pakai CSV, XLSX, GeoJSON atau GeoPackage."),
        "import.empty": _("File ini tidak berisi baris. Periksa apakah ini file yang benar."),
        "import.too_many_rows": _("File ini berisi lebih dari %(limit)s baris. Bagi menjadi beberapa file."),
        "import.header_twice": _("Kolom “%(column)s” ada dua kali. Hapus atau ganti nama salah satunya."),
        "import.cp1252": _("File ini bukan UTF-8; dibaca sebagai Windows-1252. Periksa huruf beraksen."),
        "import.reprojected": _("Koordinat diubah dari %(crs)s ke WGS 84 (EPSG:4326)."),
        "import.too_many_cells": _(
            "Baris ini punya lebih banyak sel daripada judul kolom. Periksa pemisahnya."
        ),
    }
)

MOST_ROWS = 100_000
TEXT_SUFFIXES = {"csv", "txt", "tsv"}
OGR_DRIVERS = {"geojson": "GeoJSON", "json": "GeoJSON", "gpkg": "GPKG"}
SUFFIXES = sorted({*TEXT_SUFFIXES, *OGR_DRIVERS, "xlsx"})


class Unreadable(Exception):
    """A file that cannot be read as a table; `message` says why."""

    def __init__(self, reason: Message) -> None:
        super().__init__(reason.code)
        self.message = reason


@dataclass
class RawRow:
    """A row as people count it (a header is row 1), its cells by header, its geometry in WGS 84 if it has one."""

    number: int
    cells: dict[str, Any]
    shape: BaseGeometry | None = None
    surplus: bool = False  # more cells than headers


@dataclass
class RawTable:
    """A file as read."""

    headers: list[str]
    rows: list[RawRow]
    notes: list[Message] = field(default_factory=list)


def read(path: Path, *, suffix: str = "") -> RawTable:
    """The rows of a file, by its suffix (or the one given). Raises Unreadable."""
    kind = (suffix or path.suffix).lower().lstrip(".")
    if kind in TEXT_SUFFIXES:
        table = _read_text(path)
    elif kind == "xlsx":
        table = _read_workbook(path)
    elif kind in OGR_DRIVERS:
        table = _read_ogr(path)
    else:
        raise Unreadable(message("import.format", suffix=kind or "?"))
    if not table.rows:
        raise Unreadable(message("import.empty"))
    return table


def _read_text(path: Path) -> RawTable:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise Unreadable(message("import.unreadable", detail=said(error))) from error
    if b"\0" in raw[:4096]:
        raise Unreadable(message("import.not_text"))
    notes = []
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
        notes.append(message("import.cp1252"))
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        headers = _headers(next(reader, []))
        rows = list(_rows(headers, ((reader.line_num, cells) for cells in reader)))
    except csv.Error as error:
        raise Unreadable(message("import.unreadable", detail=said(error))) from error
    return RawTable(headers, rows, notes)


def _read_workbook(path: Path) -> RawTable:
    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    except (OSError, BadZipFile, KeyError, ValueError, TypeError) as error:
        raise Unreadable(message("import.unreadable", detail=said(error))) from error
    try:
        sheet = book.worksheets[0] if book.worksheets else None
        lines = enumerate(sheet.iter_rows(values_only=True), start=1) if sheet else iter(())
        headers: list[str] = []
        for _number, cells in lines:
            if any(cell not in (None, "") for cell in cells):
                headers = _headers(cells)
                break
        return RawTable(headers, list(_rows(headers, lines)))
    finally:
        book.close()


def _headers(cells: Iterable[Any]) -> list[str]:
    headers = [str(cell).strip() if cell is not None else "" for cell in cells]
    while headers and not headers[-1]:
        headers.pop()
    named = [header.lower() for header in headers if header]
    for header in headers:
        if header and named.count(header.lower()) > 1:
            raise Unreadable(message("import.header_twice", column=header))
    return headers


def _rows(headers: Sequence[str], lines: Iterable[tuple[int, Sequence[Any]]]) -> Iterator[RawRow]:
    count = 0
    for number, cells in lines:
        if not any(cell is not None and str(cell).strip() for cell in cells):
            continue
        count += 1
        if count > MOST_ROWS:
            raise Unreadable(message("import.too_many_rows", limit=MOST_ROWS))
        surplus = any(cell is not None and str(cell).strip() for cell in cells[len(headers) :])
        pairs = zip(headers, cells, strict=False)
        yield RawRow(number, {header: clean(cell) for header, cell in pairs if header}, surplus=surplus)


def _read_ogr(path: Path) -> RawTable:
    try:
        layer = read_layer(path)
    except LAYER_ERRORS as error:
        raise Unreadable(message("import.unreadable", detail=said(error))) from error
    headers, count = _headers(layer.names), len(layer)
    if count > MOST_ROWS:
        raise Unreadable(message("import.too_many_rows", limit=MOST_ROWS))
    shapes = layer.shapes if layer.shapes is not None else [None] * count
    rows = [
        RawRow(
            index + 1,
            {header: clean(column[index]) for header, column in zip(headers, layer.columns, strict=True)},
            shapes[index],
        )
        for index in range(count)
    ]
    notes = [message("import.reprojected", crs=layer.moved_from)] if layer.moved_from else []
    return RawTable(headers, rows, notes)


def clean(cell: Any) -> Any:
    """A cell without blanks around it; numbers and dates as they are, not-a-number as nothing."""
    if cell is None or (isinstance(cell, float | np.floating) and not np.isfinite(cell)):
        return ""
    if isinstance(cell, np.datetime64):
        return "" if np.isnat(cell) else str(cell)
    if isinstance(cell, np.generic):
        return cell.item()
    return cell.strip().replace("\u00a0", " ") if isinstance(cell, str) else cell


def said(error: Exception) -> str:
    """The first line of what a library says of its failure, without the folder that the file lies in."""
    text = str(error).splitlines()[0] if str(error) else type(error).__name__
    return " ".join(word for word in text.split() if "/" not in word)[:160]
