"""What a case page shows of a pair: the finding in facts, both projects side by side, map, photos, signals."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import shapely.geometry
from django.db.models import QuerySet
from django.utils.translation import gettext

from accounts.access import Person
from budgets.models import FundSource
from duplicates.comparison import Record
from duplicates.listing import as_scored
from duplicates.models import Decision, Pair
from duplicates.overlap import shared_metres
from duplicates.register import records_of
from duplicates.score import SignalScore, likeness_word
from duplicates.signals import SIGNALS
from duplicates.titles import marked, read_title
from photos.models import Claim, Purpose
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import number, rupiah
from projects.models import Project, Relation

SENTENCES = sentences(
    {
        "case.same_stretch": _("%(shared_m)s dari %(shorter_m)s ruas yang sama"),
        "case.same_spot": _("Dua pekerjaan di titik yang sama"),
        "case.apart": _("Dua pekerjaan berjarak %(distance_m)s"),
        "case.same_photos": _("%(count)s foto dipakai di keduanya"),
        "case.same_year": _("keduanya tahun %(year)s"),
        "case.two_years": _("tahun %(left)s dan %(right)s"),
        "case.same_sources": _("sumber dana sama: %(sources)s"),
        "case.two_sources": _("sumber dana berbeda: %(left)s dan %(right)s"),
        "case.relation": _("hubungan tercatat: %(kind)s"),
        "case.two_villages": _("melintasi batas desa: %(left)s dan %(right)s"),
    }
)

SAME_SPOT_M = 1.0
WORTH_SAYING_M = 5.0
SIGNAL_NAMES = {signal.name: signal.shown for signal in SIGNALS}


@dataclass(frozen=True)
class Side:
    """One project of the pair as the page shows it."""

    project: Project
    title: list[tuple[str, bool]]  # pieces of the title, each with whether it differs
    sources: str
    claims: list[Claim]
    cover: Claim | None


@dataclass(frozen=True)
class Bar:
    """One step of the waterfall, in per cent of its width; `signs` says the same without a bar."""

    name: str
    message: Message
    weight: float
    start: float
    width: float
    signs: str


@dataclass(frozen=True)
class CasePage:
    """Everything that the template needs about a pair."""

    pair: Pair
    headline: list[Message]
    left: Side
    right: Side
    rows: list[tuple[str, str, str, bool]]
    photo_rows: list[tuple[int, list[Claim], list[Claim]]]
    shared_photos: frozenset[int]
    drawing: dict[str, Any]
    word: str
    bars: list[Bar]
    decisions: QuerySet[Decision]
    shared_m: float | None


def case_page(pair: Pair, user: Person) -> CasePage:
    """Gather the page of a pair for a person who may see both its projects."""
    records = records_of([pair.left_id, pair.right_id])
    claims = {side: _claims(project, user) for side, project in (("l", pair.left), ("r", pair.right))}
    shared = frozenset(c.photo_id for c in claims["l"]) & frozenset(c.photo_id for c in claims["r"])
    left, right = records[pair.left_id], records[pair.right_id]
    stretch = shared_metres(left.geometries, right.geometries)
    short = dict(FundSource.objects.values_list("code", "short"))
    titles = read_title(pair.left.title), read_title(pair.right.title)
    sides = (
        _side(pair.left, marked(titles[0], titles[1]), claims["l"], short),
        _side(pair.right, marked(titles[1], titles[0]), claims["r"], short),
    )
    scored = as_scored(pair)
    return CasePage(
        pair=pair,
        headline=list(_headline(pair, sides, stretch, len(shared))),
        left=sides[0],
        right=sides[1],
        rows=_rows(sides),
        photo_rows=_photo_rows(claims["l"], claims["r"]),
        shared_photos=shared,
        drawing=_drawing(pair, left, right),
        word=likeness_word(pair.probability),
        bars=_bars(scored.signals),
        decisions=pair.decisions.visible_to(user).select_related("decided_by", "engagement", "withdrawn_by"),
        shared_m=stretch[0] if stretch and stretch[0] >= WORTH_SAYING_M else None,
    )


def _rows(sides: tuple[Side, Side]) -> list[tuple[str, str, str, bool]]:
    """The facts to compare: name, left, right, whether they differ."""
    facts: list[tuple[str, Callable[[Side], str]]] = [
        (gettext("Desa"), lambda side: side.project.village.name),
        (gettext("Tahun anggaran"), lambda side: str(side.project.fiscal_year)),
        (gettext("Sumber dana"), lambda side: side.sources or "–"),
        (gettext("Jenis pekerjaan"), lambda side: side.project.get_work_type_display()),
        (gettext("Volume"), _volume),
        (gettext("Pagu"), lambda side: rupiah(side.project.planned)),
        (gettext("Realisasi"), lambda side: rupiah(side.project.realised)),
        (
            gettext("Pelaksana"),
            lambda side: side.project.executor_name or side.project.get_executor_display(),
        ),
        (gettext("Status"), lambda side: side.project.get_status_display()),
        (gettext("Progres"), lambda side: f"{number(side.project.progress)} %"),
    ]
    rows = [(name, shown(sides[0]), shown(sides[1])) for name, shown in facts]
    return [(name, left, right, left != right) for name, left, right in rows]


def _volume(side: Side) -> str:
    if side.project.volume is None:
        return "–"
    return f"{number(side.project.volume)} {side.project.unit}".strip()


def _claims(project: Project, user: Person) -> list[Claim]:
    seen = Claim.objects.visible_to(user).filter(project=project, purpose=Purpose.PROGRESS)
    return list(seen.select_related("photo", "site").order_by("progress", "taken_at", "pk"))


def _side(
    project: Project, title: list[tuple[str, bool]], claims: list[Claim], short: dict[str, str]
) -> Side:
    sources = ", ".join(short.get(code, code) for code in project.sources)
    standing = [claim for claim in claims if claim.stands] or claims
    return Side(project, title, sources, claims, standing[-1] if standing else None)


def _headline(
    pair: Pair, sides: tuple[Side, Side], stretch: tuple[float, float] | None, shared_photos: int
) -> Iterable[Message]:
    """The finding in facts: place first, then pictures, years, money, villages."""
    if stretch and stretch[0] >= WORTH_SAYING_M:
        yield message("case.same_stretch", shared_m=stretch[0], shorter_m=stretch[1])
    elif pair.distance_m < SAME_SPOT_M:
        yield message("case.same_spot")
    else:
        yield message("case.apart", distance_m=pair.distance_m)
    if shared_photos:
        yield message("case.same_photos", count=shared_photos)
    left, right = pair.left, pair.right
    if left.fiscal_year == right.fiscal_year:
        yield message("case.same_year", year=str(left.fiscal_year))
    else:
        yield message("case.two_years", left=str(left.fiscal_year), right=str(right.fiscal_year))
    both = [left.pk, right.pk]
    for relation in Relation.objects.filter(project__in=both, other__in=both):
        yield message("case.relation", kind=relation.get_kind_display())
    first, second = (side.sources for side in sides)
    if first and second:
        same = set(left.sources) == set(right.sources)
        code = "case.same_sources" if same else "case.two_sources"
        params = {"sources": first} if same else {"left": first, "right": second}
        yield Message(code, params)
    if left.village_id != right.village_id:
        yield message("case.two_villages", left=left.village.name, right=right.village.name)


def _photo_rows(left: list[Claim], right: list[Claim]) -> list[tuple[int, list[Claim], list[Claim]]]:
    stages = sorted({claim.progress for claim in (*left, *right)})
    return [
        (stage, [c for c in left if c.progress == stage], [c for c in right if c.progress == stage])
        for stage in stages
    ]


def _drawing(pair: Pair, left: Record, right: Record) -> dict[str, Any]:
    """Both projects' sites as GeoJSON for the small map."""
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(place),
            "properties": {"side": side, "title": f"{project.title} ({project.fiscal_year})"},
        }
        for side, record, project in (("left", left, pair.left), ("right", right, pair.right))
        for place in record.geometries
    ]
    return {"type": "FeatureCollection", "features": features}


def _bars(signals: Iterable[SignalScore]) -> list[Bar]:
    """The waterfall: each signal begins where the one before ended."""
    parts = list(signals)
    ends = [0.0]
    for part in parts:
        ends.append(ends[-1] + part.weight)
    low, high = min(ends), max(ends)
    scale = 100 / (high - low) if high > low else 0.0
    return [
        Bar(
            name=SIGNAL_NAMES.get(part.signal, part.signal),
            message=part.message,
            weight=part.weight,
            start=round((min(before, after) - low) * scale, 1),
            width=round(abs(part.weight) * scale, 1),
            signs=_signs(part.weight),
        )
        for part, before, after in zip(parts, ends, ends[1:], strict=False)
    ]


def _signs(weight: float) -> str:
    """+++ … 0 … −−−, one sign for each two doublings of the odds."""
    count = min(3, round(abs(weight) / 2 + 0.49))
    return ("+" if weight > 0 else "−") * count if weight else "0"
