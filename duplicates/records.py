"""[pure] Reads an outside list of works (CSV or XLSX) into records.

Columns: id, title, lon, lat (or name, longitude, latitude) and optionally work_type, activity, budget, volume,
unit, year, fund_source, executor. A value that cannot be read is reported by row, column, value and reason; the
row is then left out when it is the id that is wrong, and stays without a place when it is the position: an unknown
place matches nothing, also no other unknown place.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import openpyxl
import shapely
from openpyxl.utils.exceptions import InvalidFileException

from duplicates.comparison import Record
from places.message import Message, message, sentences
from places.message import mark as _

REQUIRED = ("id", "title", "lon", "lat")
ALIASES = {
    "name": "title",
    "longitude": "lon",
    "lng": "lon",
    "latitude": "lat",
}  # as lists of places write them
OPTIONAL = ("work_type", "activity", "budget", "volume", "unit", "year", "fund_source", "executor")

SENTENCES = sentences(
    {
        "records.no_file": _("File %(name)s tidak dapat dibaca: %(reason)s."),
        "records.not_a_list": _("%(name)s bukan CSV atau XLSX. Simpan dulu sebagai salah satunya."),
        "records.no_column": _("Kolom %(columns)s tidak ada. Kolom yang ada: %(found)s."),
        "records.no_id": _("Kolom id kosong; baris dilewati."),
        "records.same_id": _("id ini sudah dipakai di baris %(first)s; baris dilewati."),
        "records.not_a_number": _("Bukan angka."),
        "records.not_a_year": _("Bukan tahun antara 1900 dan 2999."),
        "records.ambiguous": _("Tidak jelas: %(plain)s atau %(thousands)s? Tulis tanpa pemisah ribuan."),
        "records.no_position": _("Koordinat kosong; baris ini tidak cocok dengan apa pun."),
        "records.zero_position": _("Koordinat 0, 0 bukan lokasi; baris ini tidak cocok dengan apa pun."),
        "records.swapped": _("Lintang %(lat)s di luar −90..90; lon dan lat tampaknya tertukar."),
        "records.out_of_range": _("Di luar rentang: lon −180..180, lat −90..90."),
    }
)


@dataclass(frozen=True)
class Complaint:
    """Something wrong in an outside list: row as counted in the file (the header is 1), column, value, reason."""

    row: int
    column: str
    value: str
    reason: Message


@dataclass(frozen=True)
class RecordList:
    """What was read from a file: the records, and what is wrong with it."""

    records: list[Record]
    complaints: list[Complaint]


class UnreadableList(Exception):
    """A file that is no list at all; `message` says why."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.code)
        self.message = said


def _csv_rows(path: Path) -> Iterator[list[str]]:
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)


def _xlsx_rows(path: Path) -> Iterator[list[str]]:
    book = openpyxl.load_workbook(path, read_only=True, data_only=True)
    try:
        for row in book.worksheets[0].iter_rows(values_only=True):
            yield ["" if cell is None else _cell(cell) for cell in row]
    finally:
        book.close()


def _cell(value: Any) -> str:
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def rows_of(path: Path) -> list[list[str]]:
    """All rows of a CSV or XLSX as text, the header first. Raises UnreadableList when it is neither."""
    readers: dict[str, Callable[[Path], Iterator[list[str]]]] = {
        ".csv": _csv_rows, ".txt": _csv_rows, ".tsv": _csv_rows, ".xlsx": _xlsx_rows, ".xlsm": _xlsx_rows,
    }  # fmt: skip
    reader = readers.get(path.suffix.lower())
    if reader is None:
        raise UnreadableList(message("records.not_a_list", name=path.name))
    try:
        return list(reader(path))
    except OSError as error:
        raise UnreadableList(
            message("records.no_file", name=path.name, reason=error.strerror or "?")
        ) from error
    except (csv.Error, BadZipFile, InvalidFileException, ValueError, KeyError, EOFError) as error:
        raise UnreadableList(message("records.not_a_list", name=path.name)) from error


def _columns(header: Sequence[str]) -> dict[str, int]:
    names = [name.strip().lower() for name in header]
    names = [ALIASES[name] if name in ALIASES and ALIASES[name] not in names else name for name in names]
    missing = [name for name in REQUIRED if name not in names]
    if missing:
        found = ", ".join(name for name in names if name) or "–"
        raise UnreadableList(message("records.no_column", columns=", ".join(missing), found=found))
    return {name: names.index(name) for name in (*REQUIRED, *OPTIONAL) if name in names}


class RowReader:
    """Reads rows one by one and collects complaints."""

    def __init__(self) -> None:
        self.complaints: list[Complaint] = []
        self.first_row: dict[str, int] = {}

    def complain(self, row: int, column: str, value: str, code: str, **params: Any) -> None:
        self.complaints.append(Complaint(row, column, value, message(code, **params)))

    def number(self, row: int, column: str, value: str) -> Decimal | None:
        """A number, with a decimal point or an Indonesian decimal comma; empty is None."""
        if not value:
            return None
        ambiguous = column not in ("lon", "lat") and re.fullmatch(r"[-+]?\d{1,3}[.,]\d{3}", value)
        if ambiguous:
            plain, thousands = value.replace(",", "."), re.sub(r"[.,]", "", value)
            self.complain(row, column, value, "records.ambiguous", plain=plain, thousands=thousands)
            return None
        try:
            number = Decimal(_pointed(value))
        except InvalidOperation:
            number = Decimal("NaN")
        if number.is_finite():
            return number
        self.complain(row, column, value, "records.not_a_number")
        return None

    def position(self, row: int, lon_text: str, lat_text: str) -> tuple[float, float] | None:
        """lon, lat in degrees, or None with a complaint."""
        known = len(self.complaints)
        lon, lat = self.number(row, "lon", lon_text), self.number(row, "lat", lat_text)
        both = f"{lon_text}, {lat_text}"
        if lon is None or lat is None:
            if len(self.complaints) == known:
                self.complain(row, "lon, lat", both, "records.no_position")
        elif lon == lat == 0:
            self.complain(row, "lon, lat", both, "records.zero_position")
        elif abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
            self.complain(row, "lon, lat", both, "records.swapped", lat=lat_text)
        elif abs(lat) > 90 or abs(lon) > 180:
            self.complain(row, "lon, lat", both, "records.out_of_range")
        else:
            return float(lon), float(lat)
        return None

    def year(self, row: int, text: str) -> int | None:
        """A year of our time, or None."""
        number = self.number(row, "year", text)
        if number is not None and not 1900 <= number < 3000:
            self.complain(row, "year", text, "records.not_a_year")
            return None
        return None if number is None else int(number)

    def record(self, row: int, cell: Mapping[str, str]) -> Record | None:
        """The record of a row, or None when it has no id of its own."""
        identity = cell["id"]
        if not identity:
            self.complain(row, "id", "", "records.no_id")
            return None
        first = self.first_row.setdefault(identity, row)
        if first != row:
            self.complain(row, "id", identity, "records.same_id", first=first)
            return None
        position = self.position(row, cell["lon"], cell["lat"])
        return Record(
            id=identity,
            title=cell["title"],
            geometries=(shapely.Point(position),) if position else (),
            work_type=cell.get("work_type", "").lower() or None,
            activity=cell.get("activity", ""),
            budget=self.number(row, "budget", cell.get("budget", "")),
            volume=self.number(row, "volume", cell.get("volume", "")),
            unit=cell.get("unit", ""),
            year=self.year(row, cell.get("year", "")),
            fund_sources=frozenset(re.split(r"[,;/ ]+", cell.get("fund_source", "").upper())) - {""},
            executor=cell.get("executor", ""),
        )


def _pointed(value: str) -> str:
    """Digits with at most one decimal point: "Rp1.250.000,50" → "1250000.50", "114,369" → "114.369"."""
    text = re.sub(r"^rp\.?|\s", "", value.strip(), flags=re.IGNORECASE).replace("−", "-")
    dot, comma = text.rfind("."), text.rfind(",")
    if dot >= 0 and comma >= 0:
        thousands, decimal = (".", ",") if comma > dot else (",", ".")
        return text.replace(thousands, "").replace(decimal, ".")
    separator = "." if dot >= 0 else ","
    return text.replace(separator, "") if text.count(separator) > 1 else text.replace(",", ".")


def read_records(path: Path) -> RecordList:
    """Read a list. Raises UnreadableList when it is no CSV or XLSX, or lacks one of id, title, lon, lat."""
    rows = rows_of(path)
    columns = _columns(rows[0] if rows else [])
    reader = RowReader()
    records = []
    for number, row in enumerate(rows[1:], 2):
        if not any(value.strip() for value in row):
            continue
        cell = {name: row[at].strip() if at < len(row) else "" for name, at in columns.items()}
        record = reader.record(number, cell)
        if record:
            records.append(record)
    return RecordList(records, reader.complaints)
