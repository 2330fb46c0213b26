"""The files of an engagement: one registry, each made from its contents alone."""

from collections.abc import Callable
from dataclasses import dataclass

from duplicates.engagement_contents import EngagementContents
from duplicates.engagement_table import conclusions, engagement_table
from reports.docx_file import as_docx
from reports.engagement_book import engagement_book
from reports.engagement_parts import made_at
from reports.findings_draft import findings_draft
from reports.formats import FORMATS
from reports.layers import Layers, geojson, geopackage, geoparquet, layers_of
from reports.pdf_file import as_pdf
from reports.working_paper import working_paper

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


def _layers(contents: EngagementContents) -> Layers:
    known = conclusions(contents)
    return layers_of(
        engagement_table(contents),
        extra=lambda pair: {"assignment": contents.assignment, **known[pair.left_id, pair.right_id]},
    )


FILES: dict[str, File] = {
    "kka.docx": File("KKA", "docx", lambda contents, base: as_docx(working_paper(contents, base))),
    "kka.pdf": File("KKA", "pdf", lambda contents, base: as_pdf(working_paper(contents, base))),
    "nhp.docx": File("NHP", "docx", lambda contents, base: as_docx(findings_draft(contents, base))),
    "nhp.pdf": File("NHP", "pdf", lambda contents, base: as_pdf(findings_draft(contents, base))),
    "xlsx": File("penugasan", "xlsx", engagement_book),
    "gpkg": File("penugasan", "gpkg", lambda contents, _base: geopackage(_layers(contents), at=made_at(contents))),
    "geojson": File("penugasan", "geojson", lambda contents, _base: geojson(_layers(contents))),
    "parquet": File("penugasan", "parquet", lambda contents, _base: geoparquet(_layers(contents))),
}  # fmt: skip
