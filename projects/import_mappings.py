"""How an outside file's columns become ours: the built-in `siskeudes`, saved mappings by name, or a JSON file.

A mapping is JSON: {"our column": "their header", "fiscal_year": {"value": "2026"}}. docs/design/import.md has
every column and the rules of `siskeudes`.
"""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings

from places.message import mark as _
from places.message import message, sentences
from projects.import_reading import RawRow, RawTable, Unreadable
from projects.models import ImportMapping

SENTENCES = sentences(
    {
        "import.mapping_unknown": _("Pemetaan “%(name)s” tidak ada. Pilihannya: %(choices)s."),
        "import.mapping_form": _(
            'Pemetaan ini tidak dapat dibaca. Bentuknya {"title": "Nama Pekerjaan", "fiscal_year": '
            '{"value": "2026"}}; kolom yang dikenal: %(columns)s.'
        ),
        "import.columns_missing": _("Kolom %(missing)s tidak ada. Kolom yang terbaca: %(columns)s."),
        "import.columns_ignored": _("Kolom ini tidak dipakai: %(columns)s."),
        "import.column_meant_twice": _("Kolom “%(first)s” dan “%(second)s” sama-sama berarti %(column)s."),
    }
)

Cells = dict[str, Any]


@dataclass(frozen=True)
class ColumnMapping:
    """Which of our columns comes from which header (or is always the same), and what is left to convert."""

    name: str
    columns: Mapping[str, str]
    constants: Mapping[str, str] = field(default_factory=dict)
    defaults: Mapping[str, str] = field(default_factory=dict)
    convert: Callable[[Cells], Cells] | None = None
    required: Sequence[str] = ("village", "fiscal_year", "title")


def plain(header: str) -> str:
    """A header without regard to case, blanks and hyphens: "Tahun Anggaran" → tahun_anggaran."""
    return re.sub(r"[\s\-]+", "_", header.strip().lower())


# Siskeudes, table Ta_Kegiatan (module 2.0): one activity row is one project. `also` headers differ by release.
_SISKEUDES = {
    "fiscal_year": "tahun",
    "village": "kd_desa",
    "source_key": "kd_keg",
    "activity": "id_keg",
    "activity_name": "nama_kegiatan",
    "place_text": "lokasi",
    "amount": "pagu",
    "amount_revised": "pagu_pak",
    "fund_source": "sumberdana",
    "lon": "lon",
    "lat": "lat",
    "work_type": "work_type",
}
_TITLE_LENGTH = 250


def siskeudes_village(text: str) -> str:
    """Siskeudes' village code "19.2003." (district, village) → Kemendagri's "35.10.19.2003" of the home regency."""
    code = text.strip().strip(".")
    return f"{settings.REGENCY}.{code}" if re.fullmatch(r"\d{2}\.\d{4}", code) else code


def _from_siskeudes(cells: Cells) -> Cells:
    code = str(cells.get("village", "")).strip().strip(".")
    key = str(cells.get("source_key", "")).strip().strip(".")
    activity = str(cells.get("activity", "")).strip().strip(".")
    if not activity and key.startswith(f"{code}."):
        activity = key.removeprefix(f"{code}.")
    if not key and activity:
        key = f"{code}.{activity}"
    name, where = str(cells.get("activity_name", "")), str(cells.pop("place_text", "")).strip()
    title = name
    if where and where.lower() not in name.lower():
        title = f"{name} – {where}"
    return cells | {
        "village": siskeudes_village(code),
        "source_key": key,
        "activity": activity,
        "title": title[:_TITLE_LENGTH],
    }


BUILT_IN = {
    "siskeudes": ColumnMapping(
        name="siskeudes",
        columns=_SISKEUDES,
        defaults={"work_type": "other"},
        convert=_from_siskeudes,
        required=("village", "fiscal_year", "source_key", "activity_name", "amount"),
    )
}


def names() -> list[str]:
    """Every mapping that can be asked for by name."""
    return [*BUILT_IN, *ImportMapping.objects.order_by("name").values_list("name", flat=True)]


def find(name_or_file: str, known: Mapping[str, str]) -> ColumnMapping:
    """A mapping by its name, or from a JSON file. known: header → our column. Raises Unreadable."""
    if name_or_file in BUILT_IN:
        return BUILT_IN[name_or_file]
    if name_or_file.lower().endswith(".json"):
        try:
            stored = json.loads(Path(name_or_file).read_text(encoding="utf-8-sig"))
        except (OSError, ValueError) as error:
            raise _bad_form(known) from error
        return from_json(Path(name_or_file).stem, stored, known)
    saved = ImportMapping.objects.filter(name=name_or_file).first()
    if saved is None:
        raise Unreadable(message("import.mapping_unknown", name=name_or_file, choices=", ".join(names())))
    return from_json(saved.name, saved.columns, known)


def from_json(name: str, stored: Any, known: Mapping[str, str]) -> ColumnMapping:
    """A mapping from its stored form. Raises Unreadable when it names a column that we don't have."""
    ours = set(known.values())
    if not isinstance(stored, dict) or not stored or not set(stored) <= ours:
        raise _bad_form(known)
    columns, constants = {}, {}
    for column, said in stored.items():
        if isinstance(said, str):
            columns[column] = plain(said)
        elif isinstance(said, dict) and set(said) == {"value"}:
            constants[column] = str(said["value"])
        else:
            raise _bad_form(known)
    return ColumnMapping(name=name, columns=columns, constants=constants)


def _bad_form(known: Mapping[str, str]) -> Unreadable:
    return Unreadable(message("import.mapping_form", columns=", ".join(sorted(set(known.values())))))


@dataclass
class Mapped:
    """A file under our column names. headers: our column → the file's own header, for mistakes."""

    rows: list[tuple[RawRow, Cells]]
    headers: dict[str, str]
    ignored: list[str]


def apply(table: RawTable, mapping: ColumnMapping | None, known: Mapping[str, str]) -> Mapped:
    """Bring a file's cells under our names. Without a mapping the headers are our names or their aliases.

    Raises Unreadable when a required column is missing or two headers mean the same.
    """
    headers = _own(table, known) if mapping is None else _mapped(table, mapping)
    constants = dict(mapping.constants) if mapping else {}
    required = mapping.required if mapping else ("village", "fiscal_year", "title")
    missing = [column for column in required if column not in headers and column not in constants]
    # A file that names our own codes needs nothing else: the project is known by it.
    if mapping is None and "code" in headers:
        missing = []
    if missing:
        said = mapping.columns if mapping else {}
        raise Unreadable(
            message(
                "import.columns_missing",
                missing=", ".join(said.get(column, column) for column in missing),
                columns=", ".join(table.headers) or "–",
            )
        )
    used = set(headers.values())
    rows = []
    for raw in table.rows:
        cells = {ours: raw.cells.get(theirs, "") for ours, theirs in headers.items()} | constants
        rows.append((raw, mapping.convert(cells) if mapping and mapping.convert else cells))
    ignored = [header for header in table.headers if header and header not in used and header != "fid"]
    return Mapped(rows, headers, ignored)


def _own(table: RawTable, known: Mapping[str, str]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for header in table.headers:
        ours = known.get(plain(header))
        if ours is None:
            continue
        if ours in headers:
            raise Unreadable(
                message("import.column_meant_twice", first=headers[ours], second=header, column=ours)
            )
        headers[ours] = header
    return headers


def _mapped(table: RawTable, mapping: ColumnMapping) -> dict[str, str]:
    theirs = {plain(header): header for header in table.headers if header}
    return {ours: theirs[header] for ours, header in mapping.columns.items() if header in theirs}
