"""A document's outline as DOCX (A4, Arial), through python-docx. The same outline makes the same bytes."""

import io
import zipfile
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import docx
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Emu, Pt, RGBColor

from reports.outline import (
    PICTURES_IN_A_ROW,
    Block,
    Bullets,
    Document,
    Facts,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Pictures,
    Run,
    Signatures,
    Text,
)

FONT = "Arial"
PAGE = (Cm(21), Cm(29.7))
SIDE, TOP = Cm(2), Cm(2.2)
BODY_PT, TABLE_PT, SMALL_PT = 10, 8.5, 8
GREEN, MUTED, LINK = RGBColor(0x08, 0x4C, 0x43), RGBColor(0x4A, 0x60, 0x5B), RGBColor(0x0B, 0x57, 0x8A)
SHADE, NOTE_SHADE, BORDER = "E9EFEA", "FBF3E2", "B4BDB4"
CELL_TWIPS = {"top": 40, "left": 90, "bottom": 40, "right": 90}
PICTURE = (Cm(5.2), Cm(4))  # the most that a small picture takes
ZIP_EPOCH = (1980, 1, 1, 0, 0, 0)


def as_docx(document: Document) -> bytes:
    """The file."""
    file = docx.Document()
    _set_up(file, document)
    width = Emu(int(PAGE[0]) - 2 * int(SIDE))
    for block in _front(document):
        _add(file, block, width)
    for block in document.blocks:
        _add(file, block, width)
    made = io.BytesIO()
    file.save(made)
    return _dated(made.getvalue(), document.at)


def _front(document: Document) -> Iterable[Block]:
    yield Heading(0, document.title)
    if document.subtitle:
        yield Paragraph((Run(document.subtitle, muted=True),))


def _set_up(file: Any, document: Document) -> None:
    properties = file.core_properties
    properties.title, properties.author, properties.language = document.title, "Geomonitor", "id-ID"
    properties.subject, properties.comments = document.running, ""
    properties.created = properties.modified = document.at.replace(tzinfo=None)
    properties.last_modified_by, properties.revision = "Geomonitor", 1
    section = file.sections[0]
    section.orientation = WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = PAGE
    section.left_margin = section.right_margin = SIDE
    section.top_margin = section.bottom_margin = TOP
    _styles(file)
    _running(section, document)


def _styles(file: Any) -> None:
    sizes = {"Title": 17, "Heading 1": 13, "Heading 2": 11, "Heading 3": 10, "Normal": BODY_PT}
    for name, size in sizes.items():
        style = file.styles[name]
        style.font.name, style.font.size = FONT, Pt(size)
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        for script in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(qn(f"w:{script}"), FONT)
        if name != "Normal":
            style.font.bold, style.font.color.rgb = True, GREEN
            style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(10), Pt(4)
    border = file.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if border is not None:
        file.styles["Title"].element.pPr.remove(border)
    file.styles["Normal"].paragraph_format.space_after = Pt(5)
    language = file.styles["Normal"].element.get_or_add_rPr()
    language.append(_element("w:lang", val="id-ID"))


def _running(section: Any, document: Document) -> None:
    """Assignment number at the top, page x of y at the bottom."""
    top = section.header.paragraphs[0]
    _small(top.add_run(document.running))
    bottom = section.footer.paragraphs[0]
    bottom.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _small(bottom.add_run("Halaman "))
    _field(bottom, "PAGE")
    _small(bottom.add_run(" / "))
    _field(bottom, "NUMPAGES")


def _small(run: Any) -> Any:
    run.font.size, run.font.color.rgb = Pt(SMALL_PT), MUTED
    return run


def _element(name: str, **attributes: str) -> Any:
    made = OxmlElement(name)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def _field(paragraph: Any, code: str) -> None:
    field = _element("w:fldSimple", instr=code)
    run = _small(paragraph.add_run("1"))
    field.append(run._r)
    paragraph._p.append(field)


def _add(file: Any, block: Block, width: int) -> None:
    match block:
        case Heading(level, text, new_page):
            heading = file.add_heading(text, level)
            heading.paragraph_format.page_break_before = new_page
        case Paragraph(text, note):
            paragraph = file.add_paragraph()
            _write(paragraph, text)
            if note:
                shade = _element("w:shd", val="clear", color="auto", fill=NOTE_SHADE)
                paragraph._p.get_or_add_pPr().append(shade)
        case Bullets(items):
            for item in items:
                paragraph = file.add_paragraph(style="List Bullet")
                paragraph.paragraph_format.space_after = Pt(2)
                _write(paragraph, item)
        case Facts(rows):
            _facts(file, rows, width)
        case Grid():
            _grid(file, block, width)
        case Pictures():
            _pictures(file, block, width)
        case Signatures(people):
            _signatures(file, people, width)


def _write(paragraph: Any, text: Text, *, size: float = 0, bold: bool = False) -> None:
    for part in text:
        run = paragraph.add_run(part.text)
        run.bold = True if part.bold or bold else None
        if size:
            run.font.size = Pt(size)
        if part.muted:
            run.font.color.rgb = MUTED
        if part.href:
            run.font.color.rgb, run.font.underline = LINK, True
            _link(paragraph, run, part.href)


def _link(paragraph: Any, run: Any, href: str) -> None:
    """Put a run inside a hyperlink; python-docx reads them but has no call that makes one."""
    relation = paragraph.part.relate_to(href, RELATIONSHIP_TYPE.HYPERLINK, is_external=True)
    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), relation)
    run._r.addprevious(link)
    link.append(run._r)


def _table(file: Any, rows: int, shares: tuple[int, ...], width: int) -> Any:
    table = file.add_table(rows, len(shares))
    table.style, table.alignment, table.autofit = "Table Grid", WD_TABLE_ALIGNMENT.LEFT, False
    _look(table)
    unit = width / sum(shares)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = int(unit * share)
        for cell in column.cells:
            cell.width = int(unit * share)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    return table


def _look(table: Any) -> None:
    """Thin grey lines, some air in the cells, the left line where the text begins."""
    lines = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):
        lines.append(_element(f"w:{side}", val="single", sz="4", space="0", color=BORDER))
    _layout(table).addprevious(_element("w:tblInd", w=str(CELL_TWIPS["left"]), type="dxa"))
    _layout(table).addprevious(lines)  # the schema wants: indent, borders, layout, margins
    _air(table, CELL_TWIPS)


def _layout(table: Any) -> Any:
    return table._tbl.tblPr.find(qn("w:tblLayout"))


def _air(table: Any, twips: Mapping[str, int]) -> None:
    air = OxmlElement("w:tblCellMar")
    for side, much in twips.items():
        air.append(_element(f"w:{side}", w=str(much), type="dxa"))
    _layout(table).addnext(air)


def _fill(cell: Any, text: Text, *, bold: bool = False, right: bool = False, shade: bool = False) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _write(paragraph, text, size=TABLE_PT, bold=bold)
    if shade:
        cell._tc.get_or_add_tcPr().append(_element("w:shd", val="clear", color="auto", fill=SHADE))


def _after(file: Any) -> None:
    gap = file.add_paragraph()
    gap.paragraph_format.space_after = Pt(2)
    gap.paragraph_format.line_spacing = Pt(6)


def _facts(file: Any, rows: tuple[tuple[str, Text], ...], width: int) -> None:
    if not rows:
        return
    table = _table(file, len(rows), (28, 72), width)
    for row, (name, value) in zip(table.rows, rows, strict=True):
        first, second = row.cells
        _fill(first, (Run(name),), bold=True, shade=True)
        _fill(second, value)
    _after(file)


def _grid(file: Any, grid: Grid, width: int) -> None:
    body = [*grid.rows, *([grid.total] if grid.total else [])]
    table = _table(file, 1 + len(body), grid.widths, width)
    lines = [row.cells for row in table.rows]
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for number, (cell, name) in enumerate(zip(lines[0], grid.head, strict=True)):
        _fill(cell, (Run(name),), bold=True, shade=True, right=number in grid.right)
    for cells, row in zip(lines[1:], body, strict=True):
        is_total = row is grid.total
        for number, (cell, text) in enumerate(zip(cells, row, strict=True)):
            _fill(cell, text, right=number in grid.right, bold=is_total, shade=is_total)
    for cells in (
        lines[0],
        *(lines[-2:-1] if grid.total else ()),
    ):  # neither head nor sum stands alone on a page
        for cell in cells:
            cell.paragraphs[0].paragraph_format.keep_with_next = True
    _after(file)


def _pictures(file: Any, block: Pictures, width: int) -> None:
    """Rows of pictures without lines, each over its caption; a row is never torn apart."""
    table = file.add_table(0, PICTURES_IN_A_ROW)
    table.autofit = False
    _air(table, {"left": 0, "right": 120})
    for pictures in block.rows:
        row = table.add_row()
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell in row.cells:
            cell.width = width // PICTURES_IN_A_ROW
        for cell, picture in zip(row.cells, pictures, strict=False):
            _picture(cell, picture)
    _after(file)


def _picture(cell: Any, picture: Picture) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(2)
    if picture.content:
        run = paragraph.add_run()
        shown = run.add_picture(io.BytesIO(picture.content))
        scale = min(PICTURE[0] / shown.width, PICTURE[1] / shown.height)
        shown.width, shown.height = int(shown.width * scale), int(shown.height * scale)
        shown._inline.docPr.set("descr", picture.alt)
        for side in ("distT", "distB", "distL", "distR"):  # LibreOffice keeps a distance where none is said
            shown._inline.set(side, "0")
    else:
        _small(paragraph.add_run(picture.alt))
    caption = cell.add_paragraph()
    _write(caption, picture.caption, size=SMALL_PT)


def _signatures(file: Any, people: tuple[tuple[str, str], ...], width: int) -> None:
    table = file.add_table(1, len(people))
    table.autofit = False
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
    for cell, (role, name) in zip(table.rows[0].cells, people, strict=True):
        cell.width = width // len(people)
        cell.paragraphs[0].add_run(f"{role},")
        for _line in range(3):
            cell.add_paragraph()
        cell.add_paragraph().add_run(name or "…………………………………").bold = True


def _dated(content: bytes, at: datetime) -> bytes:
    """The same package with every member dated alike: python-docx writes the clock's time."""
    made = io.BytesIO()
    when = max(at.timetuple()[:6], ZIP_EPOCH)
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for member in old.infolist():
            info = zipfile.ZipInfo(member.filename, date_time=when)
            info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
            new.writestr(info, old.read(member))
    return made.getvalue()
