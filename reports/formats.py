"""The formats in which a table of pairs is handed over: one registry for the command, the pages and the lists.

The page that opens without internet (HTML) is drawn by maps.folium_pages. Modules are loaded when their format is
asked for, because some of their libraries take a second to load.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from duplicates.kernel import PairTable, ScoredPair
from reports.known import Known
from reports.pairs import write_csv, write_text
from reports.pairs_book import pairs_book

if TYPE_CHECKING:
    from reports.layers import Layers

OOXML = "application/vnd.openxmlformats-officedocument."


@dataclass(frozen=True)
class Format:
    """suffix: of the file. kind: its media type. write: from the table and what the register knows of it."""

    suffix: str
    kind: str
    write: Callable[[PairTable, Known], bytes]

    @property
    def is_text(self) -> bool:
        """Whether a terminal can show it."""
        return self.kind.startswith("text/") or self.kind.endswith("json")


def _csv(table: PairTable, _known: Known) -> bytes:
    made = io.StringIO()
    write_csv(table, made)
    return made.getvalue().encode()


def _table(table: PairTable, _known: Known) -> bytes:
    made = io.StringIO()
    write_text(table, made)
    return made.getvalue().encode()


def _layers(table: PairTable, known: Known) -> "Layers":
    from reports.layers import layers_of

    def page(pair: ScoredPair) -> dict[str, str]:
        return {"url": known.pages.get((pair.left_id, pair.right_id), "")}

    return layers_of(table, extra=page, pages=known.works) if known.pages else layers_of(table)


def _geojson(table: PairTable, known: Known) -> bytes:
    from reports.layers import geojson

    return geojson(_layers(table, known))


def _geopackage(table: PairTable, known: Known) -> bytes:
    from reports.layers import geopackage

    return geopackage(_layers(table, known))


def _geoparquet(table: PairTable, known: Known) -> bytes:
    from reports.layers import geoparquet

    return geoparquet(_layers(table, known))


def _docx(table: PairTable, known: Known) -> bytes:
    from reports.docx_file import as_docx
    from reports.pairs_document import pairs_document

    return as_docx(pairs_document(table, known))


def _pdf(table: PairTable, known: Known) -> bytes:
    from reports.pairs_document import pairs_document
    from reports.pdf_file import as_pdf

    return as_pdf(pairs_document(table, known))


FORMATS: dict[str, Format] = {
    "table": Format("txt", "text/plain; charset=utf-8", _table),
    "csv": Format("csv", "text/csv; charset=utf-8", _csv),
    "xlsx": Format("xlsx", f"{OOXML}spreadsheetml.sheet", pairs_book),
    "geojson": Format("geojson", "application/geo+json", _geojson),
    "gpkg": Format("gpkg", "application/geopackage+sqlite3", _geopackage),
    "parquet": Format("parquet", "application/vnd.apache.parquet", _geoparquet),
    "docx": Format("docx", f"{OOXML}wordprocessingml.document", _docx),
    "pdf": Format("pdf", "application/pdf", _pdf),
}

# What a page offers to take away; the table is for the terminal. The HTML page comes beside (maps.folium_pages).
PAIR_FILES = tuple(name for name in FORMATS if name != "table")
