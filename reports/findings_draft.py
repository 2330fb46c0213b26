"""The draft of findings (naskah hasil pemeriksaan, NHP) that is put to the village: findings, then its replies."""

from collections.abc import Iterator

from django.utils import translation

from duplicates.engagement_contents import EngagementContents, Finding
from reports import engagement_parts as parts
from reports import words
from reports.engagement_parts import Site
from reports.outline import Block, Document, Grid, Heading, Paragraph, Signatures, text


def findings_draft(contents: EngagementContents, base: str) -> Document:
    """The draft: reviewed findings only where four eyes are wanted. base: as for the working paper."""
    with translation.override("id"):
        blocks = list(_blocks(contents, Site(base)))
    return Document(
        title="Konsep Naskah Hasil Pemeriksaan",
        subtitle=contents.title or "Pemeriksaan indikasi pekerjaan ganda",
        running=f"Konsep Naskah Hasil Pemeriksaan · Penugasan {contents.assignment}",
        at=parts.made_at(contents),
        blocks=blocks,
    )


def _blocks(contents: EngagementContents, site: Site) -> Iterator[Block]:
    doubles = [finding for finding in contents.findings if finding.is_duplicate]
    others = [finding for finding in contents.findings if not finding.is_duplicate]
    yield from _unfinished(contents, doubles)
    yield Heading(1, "1. Penugasan")
    yield parts.assignment(contents, site)
    yield Heading(1, "2. Prosedur dan hasil")
    yield from _result(contents, doubles, site)
    yield Heading(1, "3. Temuan")
    if not doubles:
        yield Paragraph(text("Tidak ada pekerjaan ganda yang disimpulkan dalam penugasan ini."))
    for finding in doubles:
        yield from _finding(finding, site)
    yield Heading(1, "4. Tanggapan desa dan tindak lanjut")
    if not doubles:
        yield Paragraph(text("Tidak ada temuan yang perlu ditanggapi."))
    for finding in doubles:
        yield Heading(2, f"{parts.finding_name(finding)} · {finding.left.project.title}")
        yield from parts.answers(finding, site)
    if others:
        yield Heading(1, "5. Pasangan yang diperiksa tanpa temuan")
        yield _without(others, site)
    yield Signatures((("Tim pemeriksa", ""), ("Kepala desa", "")))
    yield from parts.method(contents, doubles, site)


def _unfinished(contents: EngagementContents, doubles: list[Finding]) -> Iterator[Block]:
    open_parts = [
        f"{parts.finding_name(finding)}: {', '.join(finding.sheet.missing)}"
        for finding in doubles
        if finding.sheet.missing
    ]
    if contents.drafts:
        many = words.count(len(contents.drafts))
        yield Paragraph(text(f"{many} konsep belum ditelaah dan belum termasuk naskah ini."), note=True)
    if open_parts:
        yield Paragraph(text("Belum lengkap. " + "; ".join(open_parts) + "."), note=True)


def _result(contents: EngagementContents, doubles: list[Finding], site: Site) -> Iterator[Block]:
    done = contents.procedure
    yield Paragraph(
        text(
            f"Diperiksa {words.count(done.projects)} pekerjaan di {parts.object_of(contents)}, "
            f"{parts.period_of(contents).lower()}, menurut data per {words.on(contents.cut_off)}. Pekerjaan yang "
            f"berdekatan atau memakai gambar yang sama dibandingkan: {words.count(done.pairs)} pasangan terindikasi "
            f"ganda, {words.count(done.concluded)} disimpulkan, {words.count(done.not_concluded)} belum."
        )
    )
    if doubles:
        rows = tuple(
            (
                text(str(finding.number), href=site.link(finding.url)),
                text(f"{finding.left.project.title}\n{finding.right.project.title}"),
                text(finding.kind_words),
                text(words.money(finding.sheet.amount), href=site.link(finding.url)),
            )
            for finding in doubles
        )
        total = (
            text(""),
            text("Jumlah"),
            text(""),
            text(words.money(contents.total), href=site.counted(contents, "tab=findings")),
        )
        yield Grid(("No.", "Pekerjaan", "Kesimpulan", "Nilai"), rows, (8, 50, 20, 22), frozenset({3}), total)


def _finding(finding: Finding, site: Site) -> Iterator[Block]:
    yield Heading(2, f"{parts.finding_name(finding)} · {finding.left.project.title}")
    yield parts.sheet(finding, site)
    yield Heading(3, "Fakta per tanggal data")
    yield from parts.facts(finding, site)
    yield from parts.sides(finding, site)
    yield parts.hands(finding)


def _without(others: list[Finding], site: Site) -> Grid:
    rows = tuple(
        (
            text(str(finding.number), href=site.link(finding.url)),
            text(f"{finding.left.project.title} ({finding.left.project.code})\n"
                 f"{finding.right.project.title} ({finding.right.project.code})"),
            text(finding.kind_words),
            text(finding.reason),
        )
        for finding in others
    )  # fmt: skip
    return Grid(("No.", "Pekerjaan", "Kesimpulan", "Alasan"), rows, (7, 40, 21, 32))
