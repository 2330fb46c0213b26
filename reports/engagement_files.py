"""The files of an engagement: one registry, each made from its contents alone.

Modules are loaded when their file is asked for, because some of their libraries take a second to load.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from duplicates.engagement_contents import EngagementContents
from duplicates.engagement_table import conclusions, engagement_table
from duplicates.kernel import ScoredPair
from photos.thumbs import stored_thumb
from reports.engagement_parts import Site, made_at
from reports.findings_draft import findings_draft
from reports.formats import FORMATS
from reports.outline import Document
from reports.working_paper import working_paper

if TYPE_CHECKING:
    from reports.layers import Layers

Write = Callable[[EngagementContents, str], bytes]


@dataclass(frozen=True)
class File:
    """name: of the file, before its suffix. write: from the contents and the address of the pages that prove them."""

    name: str
    suffix: str
    write: Write

    @property
    def kind(self) -> str:
        """Its media type."""
        return FORMATS[self.suffix].kind


def _paper(contents: EngagementContents, base: str) -> Document:
    return working_paper(contents, base, picture=stored_thumb)


def _docx(make: Callable[[EngagementContents, str], Document]) -> Write:
    def write(contents: EngagementContents, base: str) -> bytes:
        from reports.docx_file import as_docx

        return as_docx(make(contents, base))

    return write


def _pdf(make: Callable[[EngagementContents, str], Document]) -> Write:
    def write(contents: EngagementContents, base: str) -> bytes:
        from reports.pdf_file import as_pdf

        return as_pdf(make(contents, base))

    return write


def _xlsx(contents: EngagementContents, base: str) -> bytes:
    from reports.engagement_book import engagement_book

    return engagement_book(contents, base)


def _layers(contents: EngagementContents, base: str) -> "Layers":
    from reports.layers import layers_of

    known, site = conclusions(contents), Site(base)

    def told(pair: ScoredPair) -> dict[str, str | Decimal | None]:
        one = known[pair.left_id, pair.right_id]
        return {
            "assignment": contents.assignment,
            "case": one.case,
            "conclusion": one.conclusion,
            "made_by": one.made_by,
            "reviewed_by": one.reviewed_by,
            "amount_rp": one.amount,
            "url": site.link(one.url),
        }

    pages = {work.code: site.link(work.url) for work in contents.works}
    return layers_of(engagement_table(contents), extra=told, pages=pages)


def _geopackage(contents: EngagementContents, base: str) -> bytes:
    from reports.layers import geopackage

    return geopackage(_layers(contents, base), at=made_at(contents))


def _geojson(contents: EngagementContents, base: str) -> bytes:
    from reports.layers import geojson

    return geojson(_layers(contents, base))


def _geoparquet(contents: EngagementContents, base: str) -> bytes:
    from reports.layers import geoparquet

    return geoparquet(_layers(contents, base))


FILES: dict[str, File] = {
    "kka.docx": File("KKA", "docx", _docx(_paper)),
    "kka.pdf": File("KKA", "pdf", _pdf(_paper)),
    "nhp.docx": File("NHP", "docx", _docx(findings_draft)),
    "nhp.pdf": File("NHP", "pdf", _pdf(findings_draft)),
    "xlsx": File("penugasan", "xlsx", _xlsx),
    "gpkg": File("penugasan", "gpkg", _geopackage),
    "geojson": File("penugasan", "geojson", _geojson),
    "parquet": File("penugasan", "parquet", _geoparquet),
}
