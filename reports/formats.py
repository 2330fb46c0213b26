"""The formats in which a table of pairs is handed over: one registry for the command, the pages and the lists.

The page that opens without internet (HTML) is drawn by maps.folium_pages. Modules are loaded when their format is
asked for, because some of their libraries take a second to load.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass

from duplicates.kernel import PairTable
from reports.known import Known
from reports.pairs import write_csv, write_text
from reports.pairs_book import pairs_book

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


def _geojson(table: PairTable, _known: Known) -> bytes:
    from reports.layers import geojson, layers_of

    return geojson(layers_of(table))


def _geopackage(table: PairTable, _known: Known) -> bytes:
    from reports.layers import geopackage, layers_of

    return geopackage(layers_of(table))


def _geoparquet(table: PairTable, _known: Known) -> bytes:
    from reports.layers import geoparquet, layers_of

    return geoparquet(layers_of(table))


def _docx(table: PairTable, _known: Known) -> bytes:
    from reports.docx_file import as_docx
    from reports.pairs_document import pairs_document

    return as_docx(pairs_document(table))


def _pdf(table: PairTable, _known: Known) -> bytes:
    from reports.pairs_document import pairs_document
    from reports.pdf_file import as_pdf

    return as_pdf(pairs_document(table))


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
