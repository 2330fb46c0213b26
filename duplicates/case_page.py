"""What a case page shows of a pair: the finding in facts, both projects side by side, map, photos, signals."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import shapely.geometry
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext

from accounts.access import Person
from budgets.models import FundSource
from duplicates.listing import as_scored
from duplicates.models import Pair, PairQuerySet
from duplicates.overlap import Shared, shared
from duplicates.reasons import Template, reasons_for
from duplicates.register import to_shapely
from duplicates.score import SignalScore, likeness_word
from duplicates.signals import SIGNALS
from duplicates.titles import marked, read_title
from photos.models import Claim, Purpose, SamePicture
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import day, metres, number, rupiah
from projects.models import Project, Relation, RelationKind, Site, SiteStatus

SENTENCES = sentences(
    {
        "case.same_stretch": _("%(shared_m)s dari %(shorter_m)s ruas yang sama"),
        "case.same_ground": _("%(shared_count)s dari %(smaller_count)s m² luasan yang sama"),
        "case.same_spot": _("Dua pekerjaan di titik yang sama"),
        "case.apart": _("Dua pekerjaan berjarak %(distance_m)s"),
        "case.same_picture": _(
            "foto %(left_pct)s tahun %(left_year)s dan foto %(right_pct)s tahun %(right_year)s satu gambar"
        ),
        "case.more_pictures": _("%(count)s gambar lain juga sama"),
        "case.money": _("pagu %(left_rp)s dan %(right_rp)s"),
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
PICTURES_NAMED = 2  # in the headline; the others are counted


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
class SamePhoto:
    """One picture on both sides. how: what links the two files; reasons: why the sharing was declared, if it was."""

    left: Claim
    right: Claim
    how: Message
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class CasePage:
    """Everything that the template needs about a pair."""

    pair: Pair
    headline: list[Message]
    left: Side
    right: Side
    rows: list[tuple[str, str, str, bool]]
    photo_rows: list[tuple[int, list[Claim], list[Claim]]]
    same_photos: list[SamePhoto]
    drawing: dict[str, Any]
    word: str
    bars: list[Bar]
    shared_m: float | None
    reasons: list[Template]
    shared_photos: frozenset[int] = field(default_factory=frozenset)  # photo ids that are on both sides


def case_page(pair: Pair, user: Person) -> CasePage:
    """Gather the page of a pair (out of `with_known`) for a person who may see both its projects."""
    places = _places(pair)
    by_project = _claims(pair, user)
    mine, theirs = by_project[pair.left_id], by_project[pair.right_id]
    stretch = shared(places[pair.left_id], places[pair.right_id])
    same = _same_photos(mine, theirs)
    short = source_names(pair)
    titles = read_title(pair.left.title), read_title(pair.right.title)
    sides = (
        _side(pair.left, marked(titles[0], titles[1]), mine, short),
        _side(pair.right, marked(titles[1], titles[0]), theirs, short),
    )
    worth_saying = stretch is not None and not stretch.is_area and stretch.amount >= WORTH_SAYING_M
    return CasePage(
        pair=pair,
        headline=list(_headline(pair, sides, stretch, same)),
        left=sides[0],
        right=sides[1],
        rows=_rows(sides),
        photo_rows=_photo_rows(mine, theirs),
        same_photos=same,
        drawing=_drawing(pair, places),
        word=likeness_word(pair.probability),
        bars=bars(as_scored(pair).signals),
        shared_m=stretch.amount if stretch and worth_saying else None,
        reasons=reasons_for(_facts(pair, sides, stretch)),
        shared_photos=frozenset(claim.photo_id for one in same for claim in (one.left, one.right)),
    )


def _facts(pair: Pair, sides: tuple[Side, Side], stretch: Shared | None) -> dict[str, str]:
    """What a template for a reason may say of the pair (duplicates/reasons.py)."""
    known = {
        "left_year": str(pair.left.fiscal_year),
        "right_year": str(pair.right.fiscal_year),
        "left_sources": sides[0].sources,
        "right_sources": sides[1].sources,
        "distance": metres(pair.distance_m),
    }
    if stretch and not stretch.is_area and stretch.amount >= WORTH_SAYING_M:
        known |= {"shared": metres(stretch.amount), "shorter": metres(stretch.smaller)}
    return known


def _same_photos(left: list[Claim], right: list[Claim]) -> list[SamePhoto]:
    """Pictures that are on both sides: the same bytes, or another file of the same picture."""
    mine, theirs = {claim.photo_id for claim in left}, {claim.photo_id for claim in right}
    linked = SamePicture.objects.filter(
        Q(left__in=mine, right__in=theirs) | Q(left__in=theirs, right__in=mine)
    )
    links = {frozenset((link.left_id, link.right_id)): link for link in linked} if mine and theirs else {}
    found = []
    for one in left:
        for other in right:
            link = links.get(frozenset((one.photo_id, other.photo_id)))
            if one.photo_id == other.photo_id or link:
                reasons = tuple(claim.shared_reason for claim in (one, other) if claim.shared_reason)
                found.append(SamePhoto(one, other, _how(link), reasons))
    return found


def _how(link: SamePicture | None) -> Message:
    """The sentence of photos.reuse for what links two files."""
    if link is None:
        return message("reuse.link_bytes")
    code = "reuse.link_pixels" if link.how == SamePicture.How.PIXELS else "reuse.link_near"
    return message(code, similarity_pct=round(100 * link.similarity))


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
        (gettext("Rencana"), lambda side: _dates(side.project.planned_start, side.project.planned_end)),
        (gettext("Foto"), _photo_dates),
    ]
    rows = [(name, shown(sides[0]), shown(sides[1])) for name, shown in facts]
    return [(name, left, right, left != right) for name, left, right in rows]


def _volume(side: Side) -> str:
    if side.project.volume is None:
        return "–"
    return f"{number(side.project.volume)} {side.project.unit}".strip()


def _dates(first: date | None, last: date | None) -> str:
    if first is None and last is None:
        return "–"
    return f"{day(first) if first else '…'} – {day(last) if last else '…'}"


def _photo_dates(side: Side) -> str:
    """How many photos, from which day to which."""
    days = sorted(timezone.localdate(claim.taken_at) for claim in side.claims if claim.taken_at)
    count = str(len(side.claims))
    if not days:
        return count
    span = day(days[0]) if days[0] == days[-1] else f"{day(days[0])} – {day(days[-1])}"
    return f"{count} · {span}"


def _claims(pair: Pair, user: Person) -> dict[int, list[Claim]]:
    """Progress photos of both projects that the person may see, by project."""
    found: dict[int, list[Claim]] = {pair.left_id: [], pair.right_id: []}
    seen = Claim.objects.visible_to(user).filter(project__in=found, purpose=Purpose.PROGRESS)
    for claim in seen.select_related("photo").order_by("progress", "taken_at", "pk"):
        found[claim.project_id].append(claim)
    return found


def _side(
    project: Project, title: list[tuple[str, bool]], claims: list[Claim], short: dict[str, str]
) -> Side:
    sources = ", ".join(short.get(code, code) for code in project.sources)
    standing = [claim for claim in claims if claim.stands] or claims
    return Side(project, title, sources, claims, standing[-1] if standing else None)


def _headline(
    pair: Pair, sides: tuple[Side, Side], stretch: Shared | None, same: list[SamePhoto]
) -> Iterable[Message]:
    """The finding in facts: place first, then pictures, years, money, villages."""
    left, right = pair.left, pair.right
    yield _where(pair, stretch)
    for one in same[:PICTURES_NAMED]:
        yield message(
            "case.same_picture",
            left_pct=one.left.progress,
            left_year=str(left.fiscal_year),
            right_pct=one.right.progress,
            right_year=str(right.fiscal_year),
        )
    if len(same) > PICTURES_NAMED:
        yield message("case.more_pictures", count=len(same) - PICTURES_NAMED)
    if left.fiscal_year == right.fiscal_year:
        yield message("case.same_year", year=str(left.fiscal_year))
    else:
        yield message("case.two_years", left=str(left.fiscal_year), right=str(right.fiscal_year))
    if left.planned is not None and right.planned is not None:
        yield message("case.money", left_rp=str(left.planned), right_rp=str(right.planned))
    for kind in _relations(pair):
        yield message("case.relation", kind=str(RelationKind(kind).label))
    first, second = (side.sources for side in sides)
    if first and second:
        alike = set(left.sources) == set(right.sources)
        code = "case.same_sources" if alike else "case.two_sources"
        params = {"sources": first} if alike else {"left": first, "right": second}
        yield Message(code, params)
    if left.village_id != right.village_id:
        yield message("case.two_villages", left=left.village.name, right=right.village.name)


def with_known(pairs: PairQuerySet) -> PairQuerySet:
    """Pairs with the kinds of the relations declared between their two projects, and the fund sources' short names."""
    there = Relation.objects.filter(
        project=OuterRef("left"), other=OuterRef("right")
    ) | Relation.objects.filter(project=OuterRef("right"), other=OuterRef("left"))
    names = FundSource.objects.order_by("pk").values(named=JSONObject(code="code", short="short"))
    return pairs.annotate(
        relation_kinds=ArraySubquery(there.values("kind")), source_names=ArraySubquery(names)
    )


def source_names(pair: Pair) -> dict[str, str]:
    """Short names of the fund sources by code, of a pair out of `with_known`."""
    return {name["code"]: name["short"] for name in getattr(pair, "source_names", ())}


def _relations(pair: Pair) -> list[str]:
    return list(getattr(pair, "relation_kinds", ()))


def _where(pair: Pair, stretch: Shared | None) -> Message:
    if stretch and stretch.amount >= WORTH_SAYING_M:
        if stretch.is_area:
            counts: Mapping[str, int] = {
                "shared_count": round(stretch.amount),
                "smaller_count": round(stretch.smaller),
            }
            return message("case.same_ground", **counts)
        return message("case.same_stretch", shared_m=stretch.amount, shorter_m=stretch.smaller)
    if pair.distance_m < SAME_SPOT_M:
        return message("case.same_spot")
    return message("case.apart", distance_m=pair.distance_m)


def _photo_rows(left: list[Claim], right: list[Claim]) -> list[tuple[int, list[Claim], list[Claim]]]:
    stages = sorted({claim.progress for claim in (*left, *right)})
    return [
        (stage, [c for c in left if c.progress == stage], [c for c in right if c.progress == stage])
        for stage in stages
    ]


def _drawing(pair: Pair, places: Mapping[int, list[Any]]) -> dict[str, Any]:
    """Both projects' sites as GeoJSON for the small map."""
    features = [
        {
            "type": "Feature",
            "geometry": shapely.geometry.mapping(place),
            "properties": {
                "side": side,
                "title": f"{project.title} ({project.fiscal_year})",
                "label": f"{project.fiscal_year} · {Truncator(project.title).chars(24)}",
            },
        }
        for side, project in (("left", pair.left), ("right", pair.right))
        for place in places[project.pk]
    ]
    return {"type": "FeatureCollection", "features": features}


def _places(pair: Pair) -> dict[int, list[Any]]:
    """Lines, areas and points of both projects' active sites, by project."""
    found: dict[int, list[Any]] = {pair.left_id: [], pair.right_id: []}
    sites = Site.objects.filter(project_id__in=found, status=SiteStatus.ACTIVE).order_by("project_id", "no")
    for site in sites.only("project_id", "point", "extent"):
        found[site.project_id].append(to_shapely(site.geometry))
    return found


def bars(signals: Iterable[SignalScore]) -> list[Bar]:
    """The waterfall: each signal begins where the one before ended."""
    parts = list(signals)
    ends = [0.0]
    for part in parts:
        ends.append(ends[-1] + part.weight)
    low, high = min(ends), max(ends)
    scale = 100 / (high - low) if high > low else 0.0
    return [
        Bar(
            name=str(SIGNAL_NAMES.get(part.signal, part.signal)),
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
