"""An engagement as a workbook: summary, pairs, cases, conclusions, findings, what followed, method. Indonesian."""

from collections.abc import Iterator, Sequence

from django.utils import translation

from duplicates.engagement_contents import EngagementContents, Finding
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
            Sheet("Ringkasan", ("Keterangan", "Isi"), list(_summary(contents, site)), (46, 60)),
            Sheet("Pasangan", PAIRS, list(_pairs(contents, site)), (6, 8, 24, 40, 9, 24, 40, 9, 26, 20)),
            Sheet("Kasus", CASES, list(_cases(contents, site)), (8, 11, 50, 20, 13)),
            Sheet("Kesimpulan", CONCLUSIONS, list(_conclusions(contents, site)), (8, 24, 24, 26, 12, 50, 18, 18, 18, 18, 40)),
            Sheet("Temuan", FINDINGS, list(_findings(every, site)), (6, 22, 24, 24, 46, 46, 34, 34, 34, 20, 18, 18)),
            Sheet("Tindak lanjut", FOLLOWED, list(_followed(every, site)), (8, 14, 22, 46, 14, 20, 24, 20)),
            Sheet("Foto", PHOTOS, list(_photos(every, site)), (8, 24, 14, 18, 32, 68)),
            Sheet("Metode", METHOD, list(_method(every)), (8, 22, 80, 10)),
        ]  # fmt: skip
        return workbook(sheets, at=parts.made_at(contents))


PAIRS = (
    "No.", "Kasus", "Kode A", "Pekerjaan A", "Tahun A", "Kode B", "Pekerjaan B", "Tahun B", "Kesimpulan", "Pagu terkecil",
)  # fmt: skip
CASES = ("Kasus", "Pasangan", "Pekerjaan", "Nilai", "Disimpulkan")
CONCLUSIONS = (
    "No.", "Kode A", "Kode B", "Kesimpulan", "Panjang (m)", "Alasan", "Oleh", "Waktu (WIB)", "Ditelaah oleh",
    "Waktu telaah (WIB)", "Ditarik",
)  # fmt: skip
FINDINGS = ("No.", "Kesimpulan", "Kode A", "Kode B", "Kondisi", "Kriteria", "Sebab", "Akibat", "Rekomendasi", "Nilai",
            "Dibuat oleh", "Ditelaah oleh")  # fmt: skip
FOLLOWED = ("Temuan", "Tanggal", "Jenis", "Uraian", "Batas waktu", "Nilai", "Dokumen", "Dicatat oleh")
PHOTOS = ("Temuan", "Kode", "Progres", "Waktu foto (WIB)", "Keadaan", "SHA-256")
METHOD = ("Temuan", "Tanda", "Yang terbaca", "Bobot")


def _summary(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    for name, value in parts.assignment(contents, site).rows:
        yield name, Link(value[0].text, value[0].href)
    yield from ((name, Link(many, link)) for name, many, link in parts.counts(contents, site))
    found = site.counted(contents, "tab=findings")
    yield from ((kind_words, Link(many, found)) for _code, kind_words, many in contents.procedure.by_kind)
    yield "Temuan dalam laporan", Link(len(contents.findings), found)
    yield "Konsep belum ditelaah", Link(len(contents.drafts), found)
    yield "Nilai temuan", Link(contents.total, found)


def _pages(contents: EngagementContents, site: Site) -> dict[str, str]:
    return {work.code: site.link(work.url) for work in contents.works}


def _pairs(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    pages = _pages(contents, site)
    for number, pair in enumerate(contents.pairs, 1):
        link = site.link(pair.url)
        money = None if pair.money is None else Link(pair.money, link)
        yield (
            Link(number, link), f"#{pair.case}" if pair.case else "",
            Link(pair.left, pages.get(pair.left, "")), pair.left_title, pair.left_year,
            Link(pair.right, pages.get(pair.right, "")), pair.right_title, pair.right_year,
            pair.kind_words or "Belum disimpulkan", money,
        )  # fmt: skip


def _cases(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    for case in contents.cases:
        link = site.link(case.url)
        yield (
            Link(f"#{case.pk}", link), len(case.pairs), "\n".join(case.projects), Link(case.money, link),
            case.concluded,
        )  # fmt: skip


def _conclusions(contents: EngagementContents, site: Site) -> Iterator[Sequence[Value]]:
    pages = _pages(contents, site)
    pairs = {pair.pk: pair for pair in contents.pairs}
    for number, one in enumerate(contents.decisions, 1):
        pair = pairs.get(one.pair)
        left, right = (pair.left, pair.right) if pair else ("", "")
        withdrawn = f"{words.at(one.withdrawn_at)}, {one.withdrawn_by}: {one.withdrawn_reason}"
        yield (
            Link(number, site.link(pair.url) if pair else ""), Link(left, pages.get(left, "")),
            Link(right, pages.get(right, "")), one.kind_words, one.metres, one.reason, one.by, one.at, one.reviewed_by,
            one.reviewed_at, withdrawn if one.withdrawn_at else "",
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


def _followed(findings: Sequence[Finding], site: Site) -> Iterator[Sequence[Value]]:
    for finding in findings:
        link = site.link(finding.url)
        for one in (*finding.replies, *finding.follow_ups):
            amount = None if one.amount is None else Link(one.amount, link)
            yield (
                Link(finding.number, link),
                one.on,
                one.kind_words,
                one.note,
                one.due,
                amount,
                one.document,
                one.by,
            )


def _photos(findings: Sequence[Finding], site: Site) -> Iterator[Sequence[Value]]:
    for finding in findings:
        for side in (finding.left, finding.right):
            for photo in side.project.photos:
                link = site.photo(photo)
                yield (
                    finding.number, Link(side.project.code, site.project(side)), Link(parts.stage(photo), link),
                    photo.taken_at, parts.judged(photo), Link(photo.sha256, link),
                )  # fmt: skip


def _method(findings: Sequence[Finding]) -> Iterator[Sequence[Value]]:
    yield None, "", parts.NO_EVIDENCE, None
    for finding in findings:
        for one in finding.score.signals:
            yield finding.number, words.signal(one.name), say(one.message), one.weight
