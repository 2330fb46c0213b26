"""An engagement's contents for tests, made from its dataclasses alone: two findings, one draft, a withdrawn conclusion."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

from duplicates.engagement_contents import (
    CaseListed,
    CriterionSaid,
    DecisionWritten,
    Difference,
    EngagementContents,
    Finding,
    FollowUpDone,
    PairListed,
    PersonNamed,
    PlaceNamed,
    Procedure,
    RemarkWritten,
    ScanDone,
    Scored,
    Sheet,
    Side,
    SignalSaid,
)
from duplicates.project_as_of import MoneyAsOf, PhotoAsOf, ProjectAsOf, SiteAsOf, SpentAsOf
from places.message import Message

CUT_OFF = date(2026, 9, 30)


def moment(day: int, hour: int = 2) -> datetime:
    """A moment in October 2026; 2 o'clock UTC is 09.00 in Banyuwangi."""
    return datetime(2026, 10, day, hour, 0, tzinfo=UTC)


def photo(claim: int, progress: int, sha: str) -> PhotoAsOf:
    return PhotoAsOf(
        claim,
        claim,
        sha * 64,
        1,
        progress,
        "progress",
        moment(1),
        moment(1),
        "verified",
        "accepted",
        True,
        3.2,
    )


def project(
    pk: int, year: int, title: str, lon: float, *, planned: str, photos: tuple[PhotoAsOf, ...]
) -> ProjectAsOf:
    source = "DDS" if year == 2025 else "PBP"
    short = "DD" if year == 2025 else "BKP"
    line = f"LINESTRING ({lon} -8.25, {lon + 0.003} -8.2502)"
    return ProjectAsOf(
        pk=pk, code=f"35.10.17.2001/{year}/{pk:04d}", cut_off=CUT_OFF, created_at=moment(1), village_code="35.10.17.2001",
        village="Sragi", district="Songgon", fiscal_year=year, title=title, work_type="road", status="completed",
        published=True, activity="02.03.12 Pembangunan Jalan Usaha Tani", volume=Decimal("412"), unit="m",
        executor="tpk", executor_name="TPK Sragi", planned_start=None, planned_end=None, progress=Decimal(100),
        evidence="verified", planned=Decimal(planned), realised=Decimal(planned), sources=(source,), sources_short=short,
        sites=(SiteAsOf(1, "", lon, -8.25, line, "surveyed", moment(1), 100),),
        money=(MoneyAsOf(source, short, Decimal(planned), f"APBDes murni {year} · 3/{year}", date(year, 1, 4), True),),
        spent=(SpentAsOf(date(year, 8, 4), Decimal(planned), short, f"SPP 12/{year}"),),
        photos=photos,
        not_rebuilt=(Message("near_site.outside", {"distance_m": 1312.4, "limit_m": 50.0}),) if year == 2026 else (),
    )  # fmt: skip


LEFT = project(7, 2025, "Rabat beton jalan usaha tani Krajan RT 02/RW 01", 114.2, planned="184500000.00",
               photos=(photo(11, 0, "a"), photo(12, 100, "b")))  # fmt: skip
RIGHT = project(9, 2026, "Pemb. rabat cor JUT dsn Krajan RT 2 RW 1", 114.2003, planned="171250000.50",
                photos=(photo(13, 50, "b"),))  # fmt: skip
SCORE = Scored(
    0.0, 4.41, 0.9551, "tinggi",
    (
        SignalSaid("distance", "same_spot", 4.09, Message("distance.near", {"distance_m": 0.0})),
        SignalSaid("title", "alike", 3.64, Message("distance.near", {"distance_m": 2.0})),
    ),
)  # fmt: skip
DECISION = DecisionWritten(
    31, 5, "duplicate", "Ganda", None, "Ruas dan foto sama.", "Bu Fitri", moment(4), "Pak Hadi", moment(6), "Setuju.",
    "", None, "",
)  # fmt: skip
WITHDRAWN = replace(
    DECISION, pk=30, kind="elsewhere", kind_words="Bukan ganda: beda lokasi", reason="Kurang teliti.", at=moment(3),
    reviewed_by="", reviewed_at=None, review_note="", withdrawn_by="Bu Fitri", withdrawn_at=moment(4, 1),
    withdrawn_reason="Foto belum dibandingkan.",
)  # fmt: skip
SHEET = Sheet(
    condition="363 m dari 412 m ruas yang sama; foto 100 % tahun 2025 dan foto 50 % tahun 2026 satu gambar.",
    criteria=(
        CriterionSaid("PMDN20", "Peraturan Menteri Dalam Negeri 20 Tahun 2018, pasal 2",
                      "Keuangan Desa dikelola berdasarkan asas transparan, akuntabel, partisipatif.",
                      date(2018, 5, 8), None),
    ),
    cause="Rencana dua sumber dana tidak dicocokkan.",
    effect="Satu pekerjaan dibiayai dua kali.",
    recommendation="Kembalikan dana BKP ke kas daerah.",
    amount=Decimal("171250000.50"),
    missing=(),
)  # fmt: skip
REPLY = FollowUpDone(
    1, "reply", "Tanggapan desa", date(2026, 10, 12), None, "470/88/2026", None, "", "",
    "Kami menyetujui dan akan mengembalikan.", "Bu Fitri",
)  # fmt: skip
RETURNED = FollowUpDone(
    2, "money_returned", "Dana dikembalikan", date(2026, 11, 2), date(2026, 12, 31), "STS 17/2026",
    Decimal("171250000.50"), RIGHT.code, RIGHT.title, "", "Bu Fitri",
)  # fmt: skip


def side(of: ProjectAsOf) -> Side:
    rows = (("Desa", f"{of.village}, {of.district}"), ("Tahun", str(of.fiscal_year)), ("Volume", "412 m"))
    changed = (Difference("Status", "selesai", "diserahterimakan"),) if of is LEFT else ()
    return Side(of, rows, changed)


def finding(number: int = 1, **changed: object) -> Finding:
    """A duplicate, reviewed, with reply and follow-up; anything else on demand."""
    made = Finding(
        number=number, url=f"/duplicates/engagements/3/findings/{30 + number}/", pair=5, pair_url="/duplicates/pairs/5/",
        case=2, kind="duplicate", kind_words="Ganda", is_duplicate=True, metres=None, reason="Ruas dan foto sama.",
        made_by="Bu Fitri", made_at=moment(4), reviewed_by="Pak Hadi", reviewed_at=moment(6), review_note="Setuju.",
        is_draft=False, facts=("363 m dari 412 m ruas yang sama.", "Foto 100 % tahun 2025 dan 50 % tahun 2026 satu gambar."),
        left=side(LEFT), right=side(RIGHT), shared_photos=((LEFT.photos[1], RIGHT.photos[0]),), sheet=SHEET,
        replies=(REPLY,), follow_ups=(RETURNED,), history=(DECISION, WITHDRAWN), score=SCORE,
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]


NO_SHEET = Sheet("", (), "", "", "", None, ("sebab", "akibat"))
NOT_DOUBLE = finding(
    2, kind="next_stretch", kind_words="Bukan ganda: ruas berikutnya", is_duplicate=False,
    reason="Ruas kedua mulai di ujung ruas pertama.", sheet=NO_SHEET, replies=(), follow_ups=(), shared_photos=(),
    history=(DECISION,),
)  # fmt: skip
DRAFT = finding(
    3, is_draft=True, reviewed_by="", reviewed_at=None, review_note="", replies=(), follow_ups=(),
    sheet=replace(SHEET, cause="", missing=("sebab",)),
)  # fmt: skip


def pair_listed(pk: int = 5, kind: str = "duplicate") -> PairListed:
    return PairListed(
        pk, f"/duplicates/pairs/{pk}/", 2, LEFT.code, LEFT.title, 2025, RIGHT.code, RIGHT.title, 2026, "Sragi", "Sragi",
        Decimal("171250000.50"), kind, "Ganda" if kind else "", bool(kind), SCORE,
    )  # fmt: skip


def contents(**changed: object) -> EngagementContents:
    """The whole; any field may be given."""
    made = EngagementContents(
        pk=3, url="/duplicates/engagements/3/", assignment="700/45/2026", title="Audit pekerjaan fisik Kecamatan Songgon",
        objective="Meyakini tidak ada pekerjaan yang dibiayai dua kali.",
        team=(PersonNamed(1, "Bu Fitri"), PersonNamed(2, "Pak Hadi")), places=(PlaceNamed("35.10.17", "Songgon"),),
        first_year=2025, last_year=2026, cut_off=CUT_OFF, four_eyes=True, opened_at=moment(1), closed_at=None,
        procedure=Procedure(
            scans=(ScanDone(4, moment(2), moment(2, 3), "selesai", "Bu Fitri", "array", 100.0, (2025, 2026), "", 1240, 318, 57),),
            projects=1240, too_young=2, pairs=57, cases=21, concluded=3,
            by_kind=(("duplicate", "Ganda", 2), ("next_stretch", "Bukan ganda: ruas berikutnya", 1)),
            not_concluded=54, stored_from=0.05, case_from=0.5,
        ),
        findings=(finding(), NOT_DOUBLE), drafts=(DRAFT,), pairs=(pair_listed(), pair_listed(6, "")),
        works=(LEFT, RIGHT),
        cases=(CaseListed(2, "/duplicates/cases/2/", (5, 6), (LEFT.code, RIGHT.code), Decimal("171250000.50"), 1),),
        decisions=(DECISION, WITHDRAWN),
        remarks=(RemarkWritten(1, 2, "Lihat foto udara.", "udara.jpg", "c" * 64, "Bu Fitri", moment(5)),),
        total=Decimal("171250000.50"),
    )  # fmt: skip
    return replace(made, **changed)  # type: ignore[arg-type]
