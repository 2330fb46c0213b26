"""A table of pairs as a document: what was compared, the pairs with what speaks of them, scores in the annex. Indonesian."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal

from django.utils import translation

from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from places.saying import metres, say
from reports import words
from reports.engagement_parts import NO_EVIDENCE
from reports.known import Known
from reports.outline import Block, Document, Facts, Grid, Heading, Paragraph, Run, Text, text
from reports.pairs import likeness
from reports.stamps import stamp

MOST_IN_A_DOCUMENT = 300  # pairs, 7 s of CPU as PDF; a workbook or a layer carries more


def pairs_document(table: PairTable, known: Known) -> Document:
    """The document of the strongest pairs; what it leaves out is said, with the way to the whole list."""
    with translation.override("id"):
        blocks = list(_blocks(table, known))
    title = "Daftar Pasangan Terindikasi Ganda"
    return Document(title, "", f"{title} · Geomonitor", stamp(), blocks)


def _blocks(table: PairTable, known: Known) -> Iterator[Block]:
    yield Paragraph(text(NO_EVIDENCE), note=True)
    rows = list(table.rows())[:MOST_IN_A_DOCUMENT]
    total = known.count if known.count is not None else len(table.pairs)
    yield Facts((("Pasangan", text(words.count(total))), *_by_likeness(table, total)))
    if not rows:
        yield Paragraph(text("Tidak ada pasangan terindikasi ganda."))
        return
    if len(rows) < total:
        yield Paragraph(_left_out(len(rows), total, known.whole), note=True)
    yield Heading(1, "Pasangan")
    cells = tuple(_row(number, row, known) for number, row in enumerate(rows, 1))
    yield Grid(("No.", "Pekerjaan A", "Pekerjaan B", "Jarak", "Yang terbaca"), cells, (6, 27, 27, 10, 30))
    yield Heading(1, "Lampiran: skor", new_page=True)
    scores = tuple(
        (
            text(str(number)),
            text(likeness(pair.probability)),
            text(words.number(pair.probability, 4)),
            text(words.number(pair.weight, 2)),
        )
        for number, (pair, _left, _right) in enumerate(rows, 1)
    )
    yield Grid(("No.", "Kemiripan", "Peluang", "Bobot"), scores, (10, 50, 20, 20), frozenset({2, 3}))


def _by_likeness(table: PairTable, total: int) -> list[tuple[str, Text]]:
    """How many of each likeness; not of a part of the pairs, whose figures would pass for the whole."""
    if total > len(table.pairs):
        return []
    counts = Counter(likeness(pair.probability) for pair in table.pairs)
    return [(word, text(words.count(many))) for word, many in counts.items()]


def _left_out(shown: int, total: int, whole: str) -> Text:
    said = text(f"Dimuat {words.count(shown)} pasangan terkuat dari {words.count(total)}. Seluruhnya: ")
    name = "daftar yang sama sebagai XLSX" if whole else "unduh daftar yang sama sebagai XLSX atau CSV"
    return (*said, *text(name, href=whole), *text("."))


def _row(number: int, row: tuple[ScoredPair, Record, Record], known: Known) -> tuple[Text, ...]:
    pair, left, right = row
    page = known.pages.get((pair.left_id, pair.right_id), "")
    sentences = "\n".join(say(part.message) for part in pair.signals if part.weight)
    distance = "–" if pair.distance_m is None else metres(pair.distance_m)
    return (
        text(str(number), href=page),
        _work(left, known),
        _work(right, known),
        text(distance, href=page),
        text(sentences),
    )


def _work(record: Record, known: Known) -> Text:
    page = known.works.get(record.id, "")
    budget = words.money(Decimal(record.budget)) if record.budget is not None else ""
    about = " · ".join(filter(None, (str(record.year or ""), record.sources_text)))
    parts = [text(record.title), text(record.id, href=page), text(about), text(budget, href=page)]
    lines = [part for part in parts if part[0].text]
    return tuple(run for part in lines for run in (*part, Run("\n")))[:-1]
