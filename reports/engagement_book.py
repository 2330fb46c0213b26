"""An engagement as a workbook: summary, pairs, cases, conclusions, findings, what followed, method. Indonesian."""

from collections.abc import Iterator, Sequence

from django.utils import translation

from duplicates.engagement_contents import EngagementContents, Finding
from duplicates.weights import LEVELS
from places.saying import say
from reports import engagement_parts as parts
from reports import words
from reports.engagement_parts import Site
from reports.workbook import Link, Sheet, Value, workbook


def engagement_book(contents: EngagementContents, base: str) -> bytes:
    """The file. base: as for the working paper."""
    site = Site(base)
    every = (*contents.findings, *contents.drafts)
    with translation.override("id"):
        sheets = [
            Sheet("Ringkasan", ("", ""), list(_summary(contents, site)), (46, 60)),
            Sheet("Pasangan", PAIRS, list(_pairs(contents, site)), (8, 8, 24, 50, 8, 24, 50, 8, 30, 20)),
            Sheet("Kasus", CASES, list(_cases(contents, site)), (8, 12, 60, 20, 20, 14)),
            Sheet("Kesimpulan", CONCLUSIONS, list(_conclusions(contents)), (8, 26, 12, 60, 20, 26, 20, 26, 40)),
            Sheet("Temuan", FINDINGS, list(_findings(every, site)), (6, 26, 24, 24, 50, 50, 40, 40, 40, 20, 20, 20)),
            Sheet("Tindak lanjut", FOLLOWED, list(_followed(every)), (8, 14, 24, 50, 14, 20, 24, 20)),
            Sheet("Metode", METHOD, list(_method(every)), (10, 20, 20, 70, 10)),
        ]  # fmt: skip
        return workbook(sheets, at=parts.made_at(contents))


PAIRS = (
    "No.",
    "Kasus",
    "Kode A",
    "Pekerjaan A",
    "Tahun A",
    "Kode B",
    "Pekerjaan B",
    "Tahun B",
    "Kesimpulan",
    "Nilai",
)
CASES = ("Kasus", "Pasangan", "Pekerjaan", "Nilai", "Ditangani", "Disimpulkan")
CONCLUSIONS = (
    "No.", "Kesimpulan", "Panjang (m)", "Alasan", "Oleh", "Waktu", "Ditelaah oleh", "Waktu telaah", "Ditarik",
)  # fmt: skip
FINDINGS = ("No.", "Kesimpulan", "Kode A", "Kode B", "Kondisi", "Kriteria", "Sebab", "Akibat", "Rekomendasi", "Nilai",
            "Dibuat oleh", "Ditelaah oleh")  # fmt: skip
FOLLOWED = ("Temuan", "Tanggal", "Jenis", "Uraian", "Batas waktu", "Nilai", "Dokumen", "Dicatat oleh")
METHOD = ("Temuan", "Tanda", "Tingkat", "Yang terbaca", "Bobot")


def _summary(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    for name, value in parts.assignment(contents, site).rows:
        yield name, Link(value[0].text, value[0].href)
    done = contents.procedure
    yield "Pekerjaan dalam objek dan periode", done.projects
    yield "Pasangan terindikasi ganda", done.pairs
    yield "Kasus", done.cases
    yield "Pasangan disimpulkan", done.concluded
    yield "Pasangan belum disimpulkan", done.not_concluded
    yield from ((kind_words, many) for _code, kind_words, many in done.by_kind)
    yield "Temuan dalam laporan", len(contents.findings)
    yield "Konsep belum ditelaah", len(contents.drafts)
    yield "Nilai temuan", contents.total


def _pairs(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    for number, pair in enumerate(contents.pairs, 1):
        link = site.link(pair.url)
        yield (
            Link(number, link), f"#{pair.case}" if pair.case else "", pair.left, pair.left_title, pair.left_year,
            pair.right, pair.right_title, pair.right_year, pair.kind_words or "Belum disimpulkan", pair.money,
        )  # fmt: skip


def _cases(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    for case in contents.cases:
        yield (
            Link(f"#{case.pk}", site.link(case.url)), len(case.pairs), "\n".join(case.projects), case.money,
            case.assigned_to, case.concluded,
        )  # fmt: skip


def _conclusions(contents: EngagementContents) -> Iterator[Sequence[Value]]:
    for one in contents.decisions:
        withdrawn = f"{words.at(one.withdrawn_at)}, {one.withdrawn_by}: {one.withdrawn_reason}"
        yield (
            one.pk, one.kind_words, one.metres, one.reason, one.by, words.at(one.at), one.reviewed_by,
            words.at(one.reviewed_at) if one.reviewed_at else "", withdrawn if one.withdrawn_at else "",
        )  # fmt: skip


def _findings(findings: Sequence[Finding], site: Site) -> Iterator[Sequence[Value]]:
    for one in findings:
        told = one.sheet
        criteria = "\n".join(f"{rule.title}: {rule.text}" for rule in told.criteria)
        amount: Value = None if told.amount is None else Link(told.amount, site.link(one.url))
        yield (
            Link(one.number, site.link(one.url)), one.kind_words,
            Link(one.left.project.code, site.project(one.left)), Link(one.right.project.code, site.project(one.right)),
            told.condition or one.reason, criteria, told.cause, told.effect, told.recommendation, amount, one.made_by,
            one.reviewed_by or "belum ditelaah",
        )  # fmt: skip


def _followed(findings: Sequence[Finding]) -> Iterator[Sequence[Value]]:
    for finding in findings:
        for one in (*finding.replies, *finding.follow_ups):
            yield finding.number, one.on, one.kind_words, one.note, one.due, one.amount, one.document, one.by


def _method(findings: Sequence[Finding]) -> Iterator[Sequence[Value]]:
    yield None, "", "", parts.NO_EVIDENCE, None
    for finding in findings:
        for one in finding.score.signals:
            yield finding.number, one.name, one.level, say(one.message), one.weight
    for level in LEVELS:
        yield None, level.signal, level.name, level.reason, round(level.weight, 2)
