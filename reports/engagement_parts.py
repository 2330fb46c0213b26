"""Parts that the working paper and the findings draft share: heads, findings, replies, the method annex. Indonesian."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from duplicates.engagement_contents import (
    DecisionWritten,
    EngagementContents,
    Finding,
    FollowUpDone,
    Scored,
    Side,
)
from duplicates.project_as_of import PhotoAsOf
from photos.models import Purpose, Verdict
from places.saying import metres, say
from reports import words
from reports.outline import (
    Block,
    Bullets,
    Facts,
    Grid,
    Heading,
    Paragraph,
    Picture,
    Pictures,
    Run,
    Text,
    text,
)
from reports.pictures import MOST_OF_A_FINDING, Album
from reports.stamps import stamp

NOT_WRITTEN: Text = (Run("Belum ditulis.", muted=True),)
NO_EVIDENCE = (
    "Skor hanya mengurutkan pekerjaan pemeriksa. Skor bukan bukti dan tidak dipakai dalam kondisi, kriteria, sebab, "
    "akibat, maupun nilai temuan."
)


@dataclass(frozen=True)
class Site:
    """Where the pages are that prove a number: the address before every path of the contents, "" for none."""

    base: str

    def link(self, path: str) -> str:
        """The absolute address of a page."""
        return f"{self.base.rstrip('/')}{path}" if self.base and path.startswith("/") else ""

    def counted(self, contents: EngagementContents, what: str) -> str:
        """Where the engagement's page lists what was counted: "tab=pairs&state=open"."""
        return self.link(f"{contents.url}?{what}")

    def workbook(self, contents: EngagementContents) -> str:
        """The workbook of the engagement, which lists everything."""
        return self.link(f"{contents.url}files/penugasan.xlsx")

    def project(self, side: Side) -> str:
        return self.link(side.project.url)

    def photo(self, photo: PhotoAsOf) -> str:
        """The ledger of a claim: facts, checks, verdict and history of its photo."""
        return self.link(f"/photos/{photo.claim}/")


def made_at(contents: EngagementContents) -> datetime:
    """SOURCE_DATE_EPOCH, else the last moment that the contents speak of: the same contents, the same file."""
    moments: list[datetime | None] = [contents.opened_at, contents.closed_at]
    for decision in contents.decisions:
        moments += [decision.at, decision.reviewed_at, decision.withdrawn_at]
    for finding in (*contents.findings, *contents.drafts):
        moments += [finding.made_at, finding.reviewed_at]
    moments += [remark.at for remark in contents.remarks]
    moments += [scan.finished_at for scan in contents.procedure.scans]
    return stamp(max(moment for moment in moments if moment))


def object_of(contents: EngagementContents) -> str:
    """The places of the assignment in words."""
    return ", ".join(place.name for place in contents.places) or "–"


def period_of(contents: EngagementContents) -> str:
    first, last = contents.first_year, contents.last_year
    return f"Tahun anggaran {first}" if first == last else f"Tahun anggaran {first}–{last}"


def assignment(contents: EngagementContents, site: Site) -> Facts:
    """Number, object, period, cut-off, team."""
    rows = [
        ("Nomor penugasan", text(contents.assignment, href=site.link(contents.url))),
        ("Judul", text(contents.title or "–")),
        ("Tujuan", text(contents.objective or "–")),
        ("Objek", text(object_of(contents))),
        ("Periode", text(period_of(contents))),
        ("Data per", text(words.on(contents.cut_off))),
        ("Tim", text(", ".join(person.name for person in contents.team) or "–")),
        ("Dibuka", text(words.at(contents.opened_at))),
        ("Ditutup", text(words.at(contents.closed_at) if contents.closed_at else "Masih terbuka")),
        ("Telaah dua orang", text("Ya: temuan ditelaah anggota lain" if contents.four_eyes else "Tidak")),
    ]
    return Facts(tuple(rows))


def finding_name(finding: Finding) -> str:
    """What a finding is called: "Temuan 1: Ganda"."""
    return f"Temuan {finding.number}: {finding.kind_words}"


# Rows of a side that the paper writes itself, because they lead somewhere.
SAID_WITH_LINKS = frozenset({"Nama", "Pagu", "Realisasi"})


def sides(finding: Finding, site: Site) -> Iterator[Block]:
    """Both projects as they were at the cut-off, side by side, and what was changed since."""
    left, right = both = finding.left, finding.right
    mine, theirs = dict(left.rows), dict(right.rows)
    rows = [
        (text("Kode", bold=True), *(text(side.project.code, href=site.project(side)) for side in both)),
        (text("Nama pekerjaan", bold=True), *(text(side.project.title) for side in both)),
        (text("Pagu", bold=True), *(_money(side, side.project.planned, site) for side in both)),
        (text("Realisasi", bold=True), *(_money(side, side.project.realised, site) for side in both)),
    ]
    rows += [
        (text(name, bold=True), text(mine.get(name, "–")), text(theirs.get(name, "–")))
        for name in {**mine, **theirs}
        if name not in SAID_WITH_LINKS
    ]
    yield Grid(("", "Pekerjaan A", "Pekerjaan B"), tuple(rows), (24, 38, 38))
    changes = [
        text(f"{side.project.code}: {change.name} semula {change.then}, sekarang {change.now}.")
        for side in both
        for change in side.since
    ]
    if changes:
        yield Paragraph(text("Berubah setelah tanggal data (tidak dipakai dalam temuan):", muted=True))
        yield Bullets(tuple(changes))
    unsure = [text(f"{side.project.code}: {say(note)}") for side in both for note in side.project.not_rebuilt]
    if unsure:
        yield Paragraph(text("Keadaan per tanggal data yang tidak tercatat lengkap:", muted=True))
        yield Bullets(tuple(unsure))


def _money(side: Side, amount: Decimal | None, site: Site) -> Text:
    return text(words.money(amount), href=site.project(side) if amount is not None else "")


def money_lines(finding: Finding, site: Site) -> Iterator[Block]:
    """Budget lines that counted at the cut-off, and what was spent."""
    rows: list[tuple[Text, ...]] = []
    for name, side in (("A", finding.left), ("B", finding.right)):
        link = site.project(side)
        rows += [
            (text(name), text("Anggaran"), text(line.short or line.source), text(line.version),
             text(words.on(line.version_date)), text(words.money(line.amount), href=link))
            for line in side.project.money if line.counts
        ]  # fmt: skip
        rows += [
            (text(name), text("Realisasi"), text(spent.source or "–"), text(spent.document or "–"),
             text(words.on(spent.on)), text(words.money(spent.amount), href=link))
            for spent in side.project.spent
        ]  # fmt: skip
    if rows:
        yield Heading(3, "Anggaran dan realisasi per tanggal data")
        head = ("", "Jenis", "Sumber", "Dokumen", "Tanggal", "Nilai")
        yield Grid(head, tuple(rows), (5, 14, 13, 28, 18, 22), frozenset({5}))


def photos(finding: Finding, site: Site, album: Album) -> Iterator[Block]:
    """Photos that the two projects share, then all photos by stage: small pictures first, then a table of hashes."""
    if finding.shared_photos:
        yield Heading(3, "Satu foto untuk dua pekerjaan")
        yield Pictures(
            tuple(_shared(a, b, site, album) for a, b in finding.shared_photos[:MOST_OF_A_FINDING])
        )
        rows = tuple(
            (text(_when(a), href=site.photo(a)), text(_when(b), href=site.photo(b)), text(a.sha256))
            for a, b in finding.shared_photos
        )
        yield Grid(("Pada pekerjaan A", "Pada pekerjaan B", "SHA-256"), rows, (28, 28, 44))
    every = [(name, one) for name, side in _sides(finding) for one in side.project.photos]
    if every:
        yield Heading(3, "Foto per tanggal data")
        yield from _shown(every, site, album)
        listed = tuple(
            (
                text(name),
                text(stage(photo), href=site.photo(photo)),
                text(words.at(photo.taken_at)),
                text(judged(photo)),
                text(photo.sha256),
            )
            for name, photo in every
        )
        yield Grid(("", "Progres", "Waktu foto", "Keadaan", "SHA-256"), listed, (4, 13, 20, 20, 43))


def _sides(finding: Finding) -> tuple[tuple[str, Side], tuple[str, Side]]:
    return ("A", finding.left), ("B", finding.right)


def _shown(every: list[tuple[str, PhotoAsOf]], site: Site, album: Album) -> Iterator[Block]:
    chosen = {photo.claim for photo in album.chosen(photo for _name, photo in every)}
    shown = [(name, photo) for name, photo in every if photo.claim in chosen]
    if len(shown) < len(every):
        many = (
            f"Gambar {words.count(len(shown))} dari {words.count(len(every))} foto; semuanya ada dalam tabel."
        )
        yield Paragraph(text(many, muted=True))
    if shown:
        yield Pictures(tuple(_pictured(name, photo, site, album) for name, photo in shown))


def _pictured(name: str, photo: PhotoAsOf, site: Site, album: Album) -> Picture:
    told = f"\n{words.at(photo.taken_at)}\n{judged(photo)}\nSHA-256 {short_hash(photo)}"
    link = text(f"{name} · {stage(photo)}", href=site.photo(photo), bold=True)
    return _picture(photo, (*link, *text(told)), f"Foto pekerjaan {name}, {stage(photo)}", album)


def _shared(a: PhotoAsOf, b: PhotoAsOf, site: Site, album: Album) -> Picture:
    caption = (
        *text(f"A · {_when(a)}", href=site.photo(a)), *text("\n"),
        *text(f"B · {_when(b)}", href=site.photo(b)), *text(f"\nSHA-256 {short_hash(a)}"),
    )  # fmt: skip
    return _picture(a, caption, f"Foto pekerjaan A, {stage(a)}, dan pekerjaan B, {stage(b)}", album)


def _picture(photo: PhotoAsOf, caption: Text, alt: str, album: Album) -> Picture:
    content = album.picture(photo)
    return Picture(content, caption, alt if content else f"{alt}: gambar kecil tidak tersimpan")


def short_hash(photo: PhotoAsOf) -> str:
    """The first twelve characters of a file's SHA-256, enough to find it in the table."""
    return f"{photo.sha256[:12]}…"


def judged(photo: PhotoAsOf) -> str:
    """Verdict, distance and whether the photo counts: "Sesuai lokasi (3,2 m), diterima"."""
    verdict = str(Verdict(photo.verdict).label) if photo.verdict in Verdict.values else photo.verdict
    apart = "" if photo.distance_m is None else f" ({metres(photo.distance_m)})"
    return f"{verdict}{apart}, {'diterima' if photo.stands else 'belum diterima'}"


def _when(photo: PhotoAsOf) -> str:
    return f"{stage(photo)} · {words.at(photo.taken_at)}"


def stage(photo: PhotoAsOf) -> str:
    """What a photo is said to show: "50 %", or its purpose where that is no progress."""
    if photo.purpose in Purpose.values and photo.purpose != Purpose.PROGRESS:
        return f"{Purpose(photo.purpose).label} {photo.progress} %"
    return f"{photo.progress} %"


def sheet(finding: Finding, site: Site) -> Facts:
    """Kondisi, kriteria, sebab, akibat, rekomendasi, nilai."""
    told = finding.sheet
    criteria = "\n\n".join(
        f"{one.title} (berlaku {words.on(one.valid_from)}"
        f"{f' sampai {words.on(one.valid_until)}' if one.valid_until else ''}):\n{one.text}"
        for one in told.criteria
    )
    amount = text(words.money(told.amount), href=site.link(finding.url), bold=True)
    return Facts(
        (
            ("Kondisi", text(told.condition) if told.condition else NOT_WRITTEN),
            ("Kriteria", text(criteria) if criteria else NOT_WRITTEN),
            ("Sebab", text(told.cause) if told.cause else NOT_WRITTEN),
            ("Akibat", text(told.effect) if told.effect else NOT_WRITTEN),
            ("Rekomendasi", text(told.recommendation) if told.recommendation else NOT_WRITTEN),
            ("Nilai (Rp)", NOT_WRITTEN if told.amount is None else amount),
        )
    )


def facts(finding: Finding, site: Site) -> Iterator[Block]:
    """The finding in facts; each leads to the page of its pair."""
    if finding.facts:
        yield Bullets(tuple(text(fact, href=site.link(finding.pair_url)) for fact in finding.facts))


def hands(finding: Finding) -> Facts:
    """Made by, reviewed by."""
    rows = [
        ("Dibuat oleh", text(f"{finding.made_by}, {words.at(finding.made_at)}")),
        ("Ditelaah oleh", _reviewed(finding)),
    ]
    if finding.review_note:
        rows.append(("Catatan telaah", text(finding.review_note)))
    return Facts(tuple(rows))


def _reviewed(finding: Finding) -> Text:
    if finding.reviewed_by:
        return text(f"{finding.reviewed_by}, {words.at(finding.reviewed_at)}")
    return text("Belum ditelaah", muted=True)


def answers(finding: Finding, site: Site) -> Iterator[Block]:
    """The village's reply, then what follows."""
    yield Heading(3, "Tanggapan desa")
    yield from _done(finding.replies, "Belum ada tanggapan.", site.link(finding.url))
    yield Heading(3, "Tindak lanjut")
    yield from _done(finding.follow_ups, "Belum ada tindak lanjut.", site.link(finding.url))


def _done(what: tuple[FollowUpDone, ...], none: str, link: str) -> Iterator[Block]:
    if not what:
        yield Paragraph(text(none, muted=True))
        return
    rows = tuple(
        (
            text(words.on(one.on), href=link),
            text(one.kind_words),
            text("\n".join(filter(None, (one.document, _about(one), one.note))) or "–"),
            text(words.on(one.due)),
            text(words.money(one.amount), href=link if one.amount is not None else ""),
        )
        for one in what
    )
    head = ("Tanggal", "Jenis", "Uraian dan dokumen", "Batas waktu", "Nilai")
    yield Grid(head, rows, (16, 17, 31, 15, 21), frozenset({4}))


def _about(one: FollowUpDone) -> str:
    return f"{one.project} {one.project_title}".strip()


def history(decisions: Iterable[DecisionWritten]) -> Iterator[Block]:
    """Earlier conclusions too, withdrawn ones with their reason."""
    rows = tuple(
        (
            text(words.at(one.at)),
            text(one.kind_words + (f" ({words.number(one.metres, 1)} m)" if one.metres else "")),
            text(one.reason),
            text(one.by),
            text(_withdrawn(one)),
        )
        for one in decisions
    )
    if rows:
        yield Grid(("Waktu", "Kesimpulan", "Alasan", "Oleh", "Keadaan"), rows, (17, 18, 32, 15, 18))


def _withdrawn(one: DecisionWritten) -> str:
    if not one.withdrawn_at:
        return "berlaku"
    return f"ditarik {words.at(one.withdrawn_at)} oleh {one.withdrawn_by}: {one.withdrawn_reason}"


def counts(contents: EngagementContents, site: Site) -> Iterator[tuple[str, int, str]]:
    """What was gone through: name, how many, and the page that lists them."""
    done = contents.procedure
    yield "Pekerjaan dalam objek dan periode", done.projects, site.counted(contents, "tab=scans")
    yield "Pasangan terindikasi ganda", done.pairs, site.counted(contents, "tab=pairs&all=1")
    yield "Kasus", done.cases, site.counted(contents, "tab=pairs")
    yield "Pasangan disimpulkan", done.concluded, site.counted(contents, "tab=pairs&state=concluded")
    yield "Pasangan belum disimpulkan", done.not_concluded, site.counted(contents, "tab=pairs&state=open")
    yield (
        "Dikecualikan: pekerjaan dicatat setelah tanggal data",
        done.too_young,
        site.counted(contents, "tab=scans"),
    )


def method(contents: EngagementContents, findings: Iterable[Finding], site: Site) -> Iterator[Block]:
    """The annex: how candidates are found and ordered, and the only place where scores stand."""
    done = contents.procedure
    yield Heading(1, "Lampiran: metode", new_page=True)
    yield Paragraph(text(NO_EVIDENCE), note=True)
    yield Bullets(
        (
            text(
                "Calon pasangan: dua pekerjaan berbeda yang titik, ruas, atau luasannya berada dalam radius "
                "pemindaian, atau yang memakai gambar yang sama, tanpa memandang desa, tahun, jenis, dan sumber dana."
            ),
            text(
                "Jarak: geodesik pada elipsoid WGS 84 antara bagian yang terdekat, dibulatkan ke sentimeter."
            ),
            text(
                "Skor: jumlah bobot log2 tiap tanda (Fellegi–Sunter) ditambah bobot awal; dari jumlah itu dihitung "
                f"peluang. Pasangan disimpan mulai peluang {words.number(done.stored_from, 2)} dan menjadi kasus "
                f"mulai {words.number(done.case_from, 2)}."
            ),
            text("Nilai yang tidak diketahui berbobot 0: tidak mendukung dan tidak membantah."),
        )
    )
    for finding in findings:
        yield Heading(
            3, f"{finding_name(finding)} · {finding.left.project.code} dan {finding.right.project.code}"
        )
        yield from _scored(finding.score, site.link(finding.pair_url))


def _scored(score: Scored, link: str) -> Iterator[Block]:
    rows = tuple(
        (
            text(words.signal(signal.name)),
            text(say(signal.message)),
            text(f"{words.number(signal.weight, 2)}"),
        )
        for signal in score.signals
    )
    yield Grid(
        ("Tanda", "Yang terbaca", "Bobot"),
        rows,
        (18, 66, 16),
        frozenset({2}),
        (
            text("Jumlah"),
            text(
                f"Kemiripan {score.word} · peluang {words.number(score.probability, 4)} (dengan bobot awal)"
            ),
            text(words.number(score.weight, 2), href=link),
        ),
    )
