"""A table of pairs as a document: what was compared, the pairs with what speaks of them, scores in the annex. Indonesian."""

from collections.abc import Iterator
from decimal import Decimal

from django.utils import translation

from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from places.saying import metres, say
from reports import words
from reports.engagement_parts import NO_EVIDENCE
from reports.outline import Block, Document, Facts, Grid, Heading, Paragraph, Text, text
from reports.pairs import likeness
from reports.stamps import stamp


def pairs_document(table: PairTable, *, source: str = "") -> Document:
    """The document. source: what was compared, in words."""
    with translation.override("id"):
        blocks = list(_blocks(table))
    title = "Daftar Pasangan Terindikasi Ganda"
    return Document(title, source, f"{title} · Geomonitor", stamp(), blocks)


def _blocks(table: PairTable) -> Iterator[Block]:
    yield Paragraph(text(NO_EVIDENCE), note=True)
    counts: dict[str, int] = {}
    for pair in table.pairs:
        word = likeness(pair.probability)
        counts[word] = counts.get(word, 0) + 1
    total = [("Pasangan", text(words.count(len(table.pairs))))]
    yield Facts((*total, *((word, text(words.count(many))) for word, many in counts.items())))
    if not table.pairs:
        yield Paragraph(text("Tidak ada pasangan terindikasi ganda."))
        return
    yield Heading(1, "Pasangan")
    rows = tuple(_row(number, *row) for number, row in enumerate(table.rows(), 1))
    yield Grid(("No.", "Pekerjaan A", "Pekerjaan B", "Jarak", "Yang terbaca"), rows, (6, 27, 27, 10, 30))
    yield Heading(1, "Lampiran: skor", new_page=True)
    scores = tuple(
        (
            text(str(number)),
            text(likeness(pair.probability)),
            text(words.number(pair.probability, 4)),
            text(words.number(pair.weight, 2)),
        )
        for number, pair in enumerate(table.pairs, 1)
    )
    yield Grid(("No.", "Kemiripan", "Peluang", "Bobot"), scores, (10, 50, 20, 20), frozenset({2, 3}))


def _row(number: int, pair: ScoredPair, left: Record, right: Record) -> tuple[Text, ...]:
    sentences = "\n".join(say(part.message) for part in pair.signals if part.weight)
    distance = "–" if pair.distance_m is None else metres(pair.distance_m)
    return text(str(number)), _work(left), _work(right), text(distance), text(sentences)


def _work(record: Record) -> Text:
    budget = words.money(Decimal(record.budget)) if record.budget is not None else ""
    known = " · ".join(filter(None, (str(record.year or ""), record.sources_text, budget)))
    return text("\n".join(filter(None, (record.title, record.id, known))))
