"""A table of pairs as a workbook: summary, pairs, sentences, cases, conclusions, method."""

from collections import Counter
from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from duplicates.cases import group_pairs
from duplicates.comparison import Record
from duplicates.kernel import PairTable, ScoredPair
from duplicates.score import CASE_FROM, STORED_FROM
from duplicates.weights import LEVELS, PRIOR_WEIGHT
from places.saying import say
from reports.known import Known
from reports.pairs import COLUMNS, likeness, values
from reports.workbook import Link, Sheet, Value, workbook

NOTHING_KNOWN = Known()


EXPLAINED_WIDTHS = (*(26, 40, 8, 14, 20) * 2, 12, 20, 80)


def pairs_book(table: PairTable, known: Known = NOTHING_KNOWN) -> bytes:
    """The file. The sheet "pairs" has the six columns of the contract."""
    return workbook(
        [
            Sheet(_("ringkasan"), [_("keterangan"), _("isi")], list(_summary(table, known)), (44, 24)),
            Sheet("pairs", COLUMNS, [_columns(pair, known) for pair in table.pairs], (26, 26, 12, 12, 10, 60), frozenset({5})),
            Sheet(_("penjelasan"), _explained_head(), _explained(table, known), EXPLAINED_WIDTHS),
            Sheet(_("kasus"), _cases_head(), list(_cases(table, known)), (10, 24, 60, 8, 20)),
            Sheet(_("kesimpulan"), _conclusions_head(), _conclusions(known), (24, 24, 26, 14, 60, 22, 18)),
            Sheet(_("metode"), [_("tanda"), _("tingkat"), "m", "u", _("bobot"), _("dasar")], _method(),
                  (16, 20, 10, 10, 10, 90)),
        ]
    )  # fmt: skip


def _summary(table: PairTable, known: Known) -> Iterator[Sequence[Value]]:
    words = Counter(likeness(pair.probability) for pair in table.pairs)
    works = {("left", pair.left_id) for pair in table.pairs} | {
        ("left" if table.left is table.right else "right", pair.right_id) for pair in table.pairs
    }
    yield _("Pasangan"), len(table.pairs)
    yield from words.items()
    yield _("Pekerjaan"), len(works)
    yield _("Sudah disimpulkan"), len({one.sides for one in known.conclusions})
    yield _("Skor hanya mengurutkan pekerjaan pemeriksa dan bukan bukti."), None


def _explained_head() -> list[str]:
    side = [_("id"), _("nama pekerjaan"), _("tahun"), _("sumber dana"), _("anggaran (Rp)")]
    first, second = _("kiri"), _("kanan")
    heads = [f"{name} · {which}" for which in (first, second) for name in side]
    return [*heads, _("jarak (m)"), _("kemiripan"), _("alasan")]


def _columns(pair: ScoredPair, known: Known) -> Sequence[Value]:
    """The six columns; both works and their distance lead to their pages."""
    left, right, distance, probability, weight, signals = values(pair)
    works, page = known.works, known.pages.get((left, right), "")
    sides = Link(left, works.get(left, "")), Link(right, works.get(right, ""))
    return *sides, Link(distance, page), probability, weight, signals


def _explained(table: PairTable, known: Known) -> Iterator[Sequence[Value]]:
    for pair, left, right in table.rows():
        cells: list[Value] = []
        for record in (left, right):
            page = known.works.get(record.id, "")
            cells += [Link(record.id, page), record.title, record.year, record.sources_text]
            cells.append(None if record.budget is None else Link(record.budget, page))
        sentences = " ".join(say(part.message) for part in pair.signals)
        yield [*cells, pair.distance_m, likeness(pair.probability), sentences]


def _cases_head() -> list[str]:
    return [_("kasus"), _("id"), _("nama pekerjaan"), _("tahun"), _("anggaran (Rp)")]


def _cases(table: PairTable, known: Known) -> Iterator[Sequence[Value]]:
    """One row for each work of each case, with the numbers that the register gave; else those of this file."""
    records = {**{("right", key): one for key, one in table.right.items()}, **{
        ("left", key): one for key, one in table.left.items()
    }}  # fmt: skip
    second = "left" if table.left is table.right else "right"
    strong = [pair for pair in table.pairs if pair.probability >= CASE_FROM]
    if known.cases:
        numbered: dict[str, list[tuple[str, str]]] = {}
        for pair in strong:
            number = known.cases.get((pair.left_id, pair.right_id))
            if number:
                numbered.setdefault(number, []).extend([("left", pair.left_id), (second, pair.right_id)])
        groups = list(numbered.items())
    else:
        keys = [(("left", pair.left_id), (second, pair.right_id)) for pair in strong]
        _joined, fresh = group_pairs(keys, {})
        groups = [
            (str(number), [key for both in case for key in both]) for number, case in enumerate(fresh, 1)
        ]
    for name, members in groups:
        for key in dict.fromkeys(members):
            yield _case_row(name, records[key])


def _case_row(name: str, record: Record) -> Sequence[Value]:
    return name, record.id, record.title, record.year, record.budget


def _conclusions_head() -> list[str]:
    first, second = _("kiri"), _("kanan")
    return [first, second, _("kesimpulan"), _("panjang (m)"), _("alasan"), _("oleh"), _("waktu")]


def _conclusions(known: Known) -> Iterator[Sequence[Value]]:
    for one in known.conclusions:
        yield *one.sides, one.words, one.metres, one.reason, one.by, one.at


def _method() -> Iterator[Sequence[Value]]:
    yield _("awal"), "", None, None, round(PRIOR_WEIGHT, 2), _("peluang sebelum tanda apa pun dibaca")
    for level in LEVELS:
        yield level.signal, level.name, level.m, level.u, round(level.weight, 2), level.reason
    yield _("disimpan"), "", None, None, STORED_FROM, _("peluang terendah yang disimpan")
    yield _("kasus"), "", None, None, CASE_FROM, _("peluang terendah yang menjadi kasus")
