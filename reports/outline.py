"""[pure] A document as its parts, before it becomes DOCX or PDF: headings, paragraphs, facts, tables, pictures, signatures.

What a report says is made once (reports.working_paper, reports.findings_draft, reports.pairs_document); how it looks
stands in reports.docx_file and reports.pdf_file.
"""

import base64
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

PICTURES_IN_A_ROW = 3

# What XML cannot carry: control characters, surrogates, and the two that are no characters.
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


@dataclass(frozen=True)
class Run:
    """A stretch of text; href: the address of the evidence behind it."""

    text: str
    href: str = ""
    bold: bool = False
    muted: bool = False


Text = tuple[Run, ...]


def text(written: str, *, href: str = "", bold: bool = False, muted: bool = False) -> Text:
    """One run, without characters that no document can carry; a browser's line ends become one sign each."""
    plain = _NOT_TEXT.sub("", written.replace("\r\n", "\n").replace("\r", "\n"))
    return (Run(plain, href, bold, muted),)


@dataclass(frozen=True)
class Heading:
    """level: 1 (part) to 3. Parts that start a page of their own say so."""

    level: int
    text: str
    new_page: bool = False


@dataclass(frozen=True)
class Paragraph:
    text: Text
    note: bool = False  # set apart, for what the reader must know before going on


@dataclass(frozen=True)
class Bullets:
    items: tuple[Text, ...]


@dataclass(frozen=True)
class Facts:
    """Names and values in two columns."""

    rows: tuple[tuple[str, Text], ...]


@dataclass(frozen=True)
class Grid:
    """A table whose head is repeated on every page. widths: shares of the page's width; right: columns of numbers."""

    head: tuple[str, ...]
    rows: tuple[tuple[Text, ...], ...]
    widths: tuple[int, ...]
    right: frozenset[int] = frozenset()
    total: tuple[Text, ...] = ()

    @property
    def shares(self) -> tuple[int, ...]:
        """The widths in whole per cent."""
        return tuple(round(100 * width / sum(self.widths)) for width in self.widths)


@dataclass(frozen=True)
class Picture:
    """A small picture with what is known of it. content: JPEG, b"" when there is none. alt: for who cannot see it."""

    content: bytes
    caption: Text
    alt: str

    @property
    def data_uri(self) -> str:
        """The picture inside an address, for pages that fetch nothing."""
        return f"data:image/jpeg;base64,{base64.b64encode(self.content).decode()}" if self.content else ""


@dataclass(frozen=True)
class Pictures:
    """Pictures in rows of PICTURES_IN_A_ROW."""

    items: tuple[Picture, ...]

    @property
    def rows(self) -> tuple[tuple[Picture, ...], ...]:
        starts = range(0, len(self.items), PICTURES_IN_A_ROW)
        return tuple(self.items[start : start + PICTURES_IN_A_ROW] for start in starts)


@dataclass(frozen=True)
class Signatures:
    """Who signs: over each line what for, under it the name, "" where it is still open."""

    people: tuple[tuple[str, str], ...]


Block = Heading | Paragraph | Bullets | Facts | Grid | Pictures | Signatures


def kind(block: Block) -> str:
    """The name of a block's kind: "heading", "paragraph" …"""
    return type(block).__name__.lower()


@dataclass(frozen=True)
class Document:
    """running: what stands at the top of every page (assignment number). at: the time of the content."""

    title: str
    subtitle: str
    running: str
    at: datetime
    blocks: Sequence[Block]
