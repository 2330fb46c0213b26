"""The working paper (kertas kerja audit, KKA) of an engagement: everything that was done and found, with its evidence."""

from collections.abc import Iterator

from django.utils import translation

from duplicates.engagement_contents import EngagementContents, Finding, PairListed
from reports import engagement_parts as parts
from reports import words
from reports.engagement_parts import Site
from reports.outline import Block, Bullets, Document, Facts, Grid, Heading, Paragraph, Signatures, Text, text
from reports.pictures import Album, Read, no_picture

MOST_PAIRS_LISTED = 300


def working_paper(contents: EngagementContents, base: str, *, picture: Read = no_picture) -> Document:
    """The paper.

    base: the address of the pages that prove its numbers, "https://geomonitor.example.go.id".
    picture: gives the small picture of a photo by its SHA-256.
    """
    with translation.override("id"):
        blocks = list(_blocks(contents, Site(base), Album(picture)))
    return Document(
        title="Kertas Kerja Audit",
        subtitle=contents.title or "Pemeriksaan indikasi pekerjaan ganda",
        running=f"Kertas Kerja Audit · Penugasan {contents.assignment}",
        at=parts.made_at(contents),
        blocks=blocks,
    )


def _blocks(contents: EngagementContents, site: Site, album: Album) -> Iterator[Block]:
    yield Heading(1, "A. Penugasan")
    yield parts.assignment(contents, site)
    yield Heading(1, "B. Prosedur")
    yield from _procedure(contents, site)
    yield Heading(1, "C. Hasil")
    yield from _result(contents, site)
    yield Heading(1, "D. Temuan")
    if not contents.findings:
        yield Paragraph(text("Belum ada temuan.", muted=True))
    for finding in contents.findings:
        yield from _finding(finding, site, album, new_page=finding is not contents.findings[0])
    if contents.drafts:
        yield Heading(1, "E. Konsep yang belum ditelaah", new_page=True)
        yield Paragraph(
            text("Konsep di bawah ini belum ditelaah anggota lain dan belum termasuk temuan laporan."),
            note=True,
        )
        for finding in contents.drafts:
            yield from _finding(finding, site, album, new_page=finding is not contents.drafts[0])
    yield from _lists(contents, site)
    yield from _signed(contents)
    yield from parts.method(contents, (*contents.findings, *contents.drafts), site)


def _procedure(contents: EngagementContents, site: Site) -> Iterator[Block]:
    done = contents.procedure
    yield Bullets(tuple(text(step) for step in _steps(contents)))
    rows = ((name, text(words.count(many), href=link)) for name, many, link in parts.counts(contents, site))
    yield Facts(tuple(rows))
    if done.by_kind:
        concluded = site.counted(contents, "tab=findings")
        kinds = tuple(
            (text(kind_words), text(words.count(many), href=concluded))
            for _code, kind_words, many in done.by_kind
        )
        yield Grid(("Kesimpulan", "Pasangan"), kinds, (80, 20), frozenset({1}))
    if not done.scans:
        yield Paragraph(text("Belum ada pemindaian dalam penugasan ini.", muted=True))
        return
    scans = tuple(
        (
            text(words.at(scan.started_at)),
            text(scan.place or "Semua wilayah penugasan"),
            text(", ".join(map(str, scan.years)) or "semua"),
            text(f"{words.number(scan.radius_m, 0)} m"),
            text(words.count(scan.projects)),
            text(words.count(scan.candidates)),
            text(words.count(scan.stored)),
            text(f"{scan.by}\n{scan.state}"),
        )
        for scan in done.scans
    )
    head = ("Pemindaian", "Wilayah", "Tahun", "Radius", "Pekerjaan", "Calon", "Disimpan", "Oleh")
    yield Grid(head, scans, (15, 15, 10, 10, 13, 10, 13, 14), frozenset({3, 4, 5, 6}))


def _steps(contents: EngagementContents) -> Iterator[str]:
    """What the team did, in order; how the pairs are found stands in the method annex."""
    yield (
        f"Pekerjaan di {parts.object_of(contents)}, {parts.period_of(contents).lower()}, dibandingkan dengan pekerjaan "
        "di sekitarnya dan dengan pekerjaan lain yang memakai gambar yang sama."
    )
    yield (
        f"Kedua pekerjaan sebuah pasangan dilihat seperti pada akhir {words.on(contents.cut_off)}: lokasi, volume, "
        "anggaran, realisasi, dan foto beserta SHA-256-nya. Perubahan setelahnya dicatat terpisah dan tidak dipakai."
    )
    yield "Setiap pasangan disimpulkan oleh pemeriksa dengan alasan tertulis; tidak ada kesimpulan yang dibuat sistem."
    if contents.four_eyes:
        yield "Kesimpulan dan lembar temuan ditelaah anggota tim lain sebelum masuk laporan."


def _result(contents: EngagementContents, site: Site) -> Iterator[Block]:
    if not contents.findings:
        yield Paragraph(text("Belum ada temuan yang termasuk laporan.", muted=True))
        return
    rows = tuple(
        (
            text(str(finding.number), href=site.link(finding.url)),
            text(f"{finding.left.project.title} ({finding.left.project.code})\n"
                 f"{finding.right.project.title} ({finding.right.project.code})"),
            text(finding.kind_words),
            text(finding.made_by),
            text(finding.reviewed_by or "–"),
            text(words.money(finding.sheet.amount), href=site.link(finding.url)),
        )
        for finding in contents.findings
    )  # fmt: skip
    total = text(words.money(contents.total), href=site.counted(contents, "tab=findings"))
    nothing = text("")
    sums: tuple[Text, ...] = (nothing, text("Jumlah"), nothing, nothing, nothing, total)
    head = ("No.", "Pekerjaan", "Kesimpulan", "Dibuat", "Ditelaah", "Nilai")
    yield Grid(head, rows, (6, 33, 15, 12, 12, 22), frozenset({5}), sums)


def _finding(finding: Finding, site: Site, album: Album, *, new_page: bool) -> Iterator[Block]:
    yield Heading(2, parts.finding_name(finding), new_page=new_page)
    yield from parts.facts(finding, site)
    yield Heading(3, "Pekerjaan per tanggal data")
    yield from parts.sides(finding, site)
    yield from parts.money_lines(finding, site)
    yield from parts.photos(finding, site, album)
    yield Heading(3, "Kesimpulan")
    metres = f"{words.number(finding.metres, 1)} m yang sama" if finding.metres else "–"
    rows = [("Kesimpulan", text(finding.kind_words)), ("Alasan", text(finding.reason))]
    if finding.metres:
        rows.insert(1, ("Panjang", text(metres)))
    yield Facts(tuple(rows))
    if finding.is_duplicate:
        yield Heading(3, "Unsur temuan")
        yield parts.sheet(finding, site)
    yield parts.hands(finding)
    yield from parts.answers(finding, site)
    if len(finding.history) > 1:
        yield Heading(3, "Riwayat kesimpulan")
        yield from parts.history(finding.history)


def _lists(contents: EngagementContents, site: Site) -> Iterator[Block]:
    yield Heading(1, "Daftar pasangan", new_page=True)
    if contents.pairs:
        if len(contents.pairs) > MOST_PAIRS_LISTED:
            yield Paragraph(_only_the_first(contents, site), note=True)
        rows = tuple(_pair_row(pair, site) for pair in contents.pairs[:MOST_PAIRS_LISTED])
        head = ("Kasus", "Pekerjaan A", "Pekerjaan B", "Kesimpulan", "Pagu terkecil")
        yield Grid(head, rows, (8, 27, 27, 16, 22), frozenset({4}))
    else:
        yield Paragraph(text("Tidak ada pasangan terindikasi ganda dalam penugasan ini.", muted=True))
    withdrawn = [decision for decision in contents.decisions if decision.withdrawn_at]
    if withdrawn:
        yield Heading(2, "Kesimpulan yang ditarik")
        yield from parts.history(withdrawn)
    if contents.remarks:
        yield Heading(2, "Catatan kasus")
        remarks = tuple(
            (
                text(words.at(remark.at)),
                text(f"#{remark.case}" if remark.case else "–", href=site.link(remark.pair_url)),
                text("\n".join(filter(None, (remark.text, remark.file_name, remark.sha256)))),
                text(remark.by),
            )
            for remark in contents.remarks
        )
        yield Grid(("Waktu", "Kasus", "Catatan dan lampiran (SHA-256)", "Oleh"), remarks, (18, 8, 56, 18))


def _only_the_first(contents: EngagementContents, site: Site) -> Text:
    many = f"Dimuat {words.count(MOST_PAIRS_LISTED)} pasangan terkuat dari {words.count(len(contents.pairs))}. Seluruhnya: "
    return (
        *text(many),
        *text("lembar Pasangan dalam file XLSX penugasan", href=site.workbook(contents)),
        *text("."),
    )


def _pair_row(pair: PairListed, site: Site) -> tuple[Text, ...]:
    link = site.link(pair.url)
    return (
        text(f"#{pair.case}" if pair.case else "–"),
        text(f"{pair.left_title}\n{pair.left} · {pair.left_village}", href=link),
        text(f"{pair.right_title}\n{pair.right} · {pair.right_village}", href=link),
        text(pair.kind_words + ("" if pair.reviewed else "\nbelum ditelaah"))
        if pair.kind
        else text("Belum disimpulkan", muted=True),
        text(words.money(pair.money), href=link if pair.money is not None else ""),
    )


def _signed(contents: EngagementContents) -> Iterator[Block]:
    every = (*contents.findings, *contents.drafts)
    makers = sorted({finding.made_by for finding in every})
    reviewers = sorted({finding.reviewed_by for finding in every if finding.reviewed_by})
    yield Signatures((("Dibuat oleh", ", ".join(makers)), ("Ditelaah oleh", ", ".join(reviewers))))
