"""The files of an engagement: one registry, each made from its contents alone."""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from duplicates.engagement_contents import EngagementContents
from duplicates.engagement_table import conclusions, engagement_table
from duplicates.kernel import ScoredPair
from photos.thumbs import stored_thumb
from reports.docx_file import as_docx
from reports.engagement_book import engagement_book
from reports.engagement_parts import Site, made_at
from reports.findings_draft import findings_draft
from reports.formats import FORMATS
from reports.layers import Layers, geojson, geopackage, geoparquet, layers_of
from reports.outline import Document
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


def _paper(contents: EngagementContents, base: str) -> Document:
    return working_paper(contents, base, picture=stored_thumb)


def _layers(contents: EngagementContents, base: str) -> Layers:
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


FILES: dict[str, File] = {
    "kka.docx": File("KKA", "docx", lambda contents, base: as_docx(_paper(contents, base))),
    "kka.pdf": File("KKA", "pdf", lambda contents, base: as_pdf(_paper(contents, base))),
    "nhp.docx": File("NHP", "docx", lambda contents, base: as_docx(findings_draft(contents, base))),
    "nhp.pdf": File("NHP", "pdf", lambda contents, base: as_pdf(findings_draft(contents, base))),
    "xlsx": File("penugasan", "xlsx", engagement_book),
    "gpkg": File("penugasan", "gpkg", lambda contents, base: geopackage(_layers(contents, base), at=made_at(contents))),
    "geojson": File("penugasan", "geojson", lambda contents, base: geojson(_layers(contents, base))),
    "parquet": File("penugasan", "parquet", lambda contents, base: geoparquet(_layers(contents, base))),
}  # fmt: skip
