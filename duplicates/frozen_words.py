"""A state at the cut-off in words: its rows, what is another now, and a pair's finding in facts."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import shapely
from django.db.models import Count, Q
from django.utils.translation import gettext, pgettext

from budgets.models import FundSource
from duplicates.freezing import HEAVY, present
from duplicates.overlap import shared_metres
from duplicates.project_as_of import PhotoAsOf, ProjectAsOf
from places.earth import metres_between, metres_between_geometries
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import day, metres, number, rupiah, say
from projects.models import (
    Evidence,
    Executor,
    Project,
    RelationKind,
    Site,
    SiteStatus,
    Status,
    WorkType,
)

SENTENCES = sentences(
    {
        "finding.same_stretch": _("%(shared_m)s dari %(shorter_m)s ruas yang sama."),
        "finding.same_spot": _("Kedua pekerjaan tercatat di titik yang sama."),
        "finding.apart": _("Kedua pekerjaan berjarak %(distance_m)s."),
        "finding.no_place": _("Letak salah satu pekerjaan per tanggal data tidak diketahui."),
        "finding.same_photo": _(
            "Foto %(left_pct)s tahun %(left_year)s dan foto %(right_pct)s tahun %(right_year)s satu gambar."
        ),
        "finding.more_photos": _("%(count)s foto lain juga dipakai di keduanya."),
        "finding.same_year": _("Keduanya tahun anggaran %(year)s."),
        "finding.two_years": _("Tahun anggaran %(left)s dan %(right)s."),
        "finding.same_sources": _("Sumber dana sama: %(sources)s."),
        "finding.two_sources": _("Sumber dana berbeda: %(left)s dan %(right)s."),
        "finding.money": _("Pagu %(left_rp)s dan %(right_rp)s."),
        "finding.relation": _("Hubungan yang dicatat: %(kind_word)s."),
        "finding.two_villages": _("Melintasi batas desa: %(left)s dan %(right)s."),
    }
)

SAME_SPOT_M, WORTH_SAYING_M = 1.0, 5.0
MOST_PHOTOS_TOLD = 3
Row = tuple[str, str]  # name, value in words


def rows(state: ProjectAsOf) -> list[Row]:
    """The facts of a state, in the order in which pages and papers show them."""
    return [
        (gettext("Nama"), state.title),
        (gettext("Desa"), f"{state.village}, {state.district}" if state.district else state.village),
        (gettext("Tahun anggaran"), str(state.fiscal_year)),
        (gettext("Jenis pekerjaan"), _choice(WorkType, state.work_type)),
        (gettext("Kegiatan anggaran"), state.activity or "–"),
        (gettext("Status"), _choice(Status, state.status)),
        (gettext("Volume"), _volume(state)),
        (gettext("Pelaksana"), state.executor_name or _choice(Executor, state.executor)),
        (gettext("Rencana"), _planned(state)),
        (gettext("Sumber dana"), state.sources_short or "–"),
        (gettext("Pagu"), rupiah(state.planned)),
        (gettext("Realisasi"), rupiah(state.realised)),
        (gettext("Progres"), f"{number(state.progress)} %"),
        (gettext("Bukti foto"), _choice(Evidence, state.evidence)),
    ]


def _choice(choices: Any, code: str) -> str:
    return str(choices(code).label) if code in choices.values else code or "–"


def _volume(state: ProjectAsOf) -> str:
    return "–" if state.volume is None else f"{number(state.volume)} {state.unit}".strip()


def _planned(state: ProjectAsOf) -> str:
    start, end = (day(one) if one else "–" for one in (state.planned_start, state.planned_end))
    return (
        "–"
        if (start, end) == ("–", "–")
        else pgettext("rencana", "%(start)s s.d. %(end)s")
        % {
            "start": start,
            "end": end,
        }
    )


# What is another now ---------------------------------------------------------------------------------------


def now_of(project_ids: Iterable[int]) -> dict[int, tuple[ProjectAsOf, int]]:
    """Projects as they are now, each with how many photos it has."""
    ids = set(project_ids)
    sites: dict[int, list[Site]] = {}
    for site in Site.objects.filter(project__in=ids, status=SiteStatus.ACTIVE).order_by("no"):
        sites.setdefault(site.project_id, []).append(site)
    shorts = dict(FundSource.objects.values_list("code", "short"))
    projects = Project.objects.filter(pk__in=ids).select_related("village__parent", "activity")
    counted = projects.defer(*HEAVY).annotate(
        photos=Count("claims", filter=Q(claims__withdrawn_at__isnull=True))
    )
    return {
        project.pk: (present(project, sites.get(project.pk, ()), shorts), project.photos)
        for project in counted
    }


def since(then: ProjectAsOf, now: ProjectAsOf, photos_now: int) -> list[tuple[str, str, str]]:
    """What was changed after the cut-off: (name, then, now) in words."""
    found = [
        (name, before, after)
        for (name, before), (_name, after) in zip(rows(then), rows(now), strict=True)
        if before != after
    ]
    found += _moved(then, now)
    if len(then.photos) != photos_now:
        found.append((gettext("Foto"), number(len(then.photos)), number(photos_now)))
    return found


def _moved(then: ProjectAsOf, now: ProjectAsOf) -> list[tuple[str, str, str]]:
    """Sites that came, went or moved."""
    before, after = ({site.no: site for site in state.sites} for state in (then, now))
    found = []
    for no in sorted(before.keys() | after.keys()):
        was, is_now = before.get(no), after.get(no)
        name = gettext("Titik lokasi %(no)s") % {"no": no}
        if was is None or is_now is None:
            words = (
                (gettext("belum ada"), gettext("ada"))
                if was is None
                else (gettext("ada"), gettext("tidak ada"))
            )
            found.append((name, *words))
        elif was.wkt != is_now.wkt:
            moved_m = metres_between((was.lon, was.lat), (is_now.lon, is_now.lat))
            said = (
                gettext("bergeser %(moved)s") % {"moved": metres(moved_m)}
                if moved_m >= 0.01
                else gettext("ruas digambar ulang")
            )
            found.append(
                (name, f"{was.lat:.6f}, {was.lon:.6f}", f"{is_now.lat:.6f}, {is_now.lon:.6f} ({said})")
            )
    return found


# The finding in facts --------------------------------------------------------------------------------------


def facts(left: ProjectAsOf, right: ProjectAsOf) -> list[Message]:
    """What can be seen of a pair as of the cut-off: place first, then pictures, years, money, relations, villages."""
    return [
        _place(left, right),
        *_pictures(left, right),
        *_years(left, right),
        *_sources(left, right),
        *_relations(left, right),
        *_villages(left, right),
    ]


def said(messages: Iterable[Message]) -> list[str]:
    return [say(one) for one in messages]


def _shapes(state: ProjectAsOf) -> list[Any]:
    return [shapely.from_wkt(site.wkt) for site in state.sites]


def distance_m(left: ProjectAsOf, right: ProjectAsOf) -> float | None:
    """Between the nearest sites, to a centimetre; None where one has no place."""
    pairs = [(a, b) for a in _shapes(left) for b in _shapes(right)]
    return round(min(metres_between_geometries(a, b) for a, b in pairs), 2) if pairs else None


def _place(left: ProjectAsOf, right: ProjectAsOf) -> Message:
    stretch = shared_metres(_shapes(left), _shapes(right))
    if stretch and stretch[0] >= WORTH_SAYING_M:
        return message("finding.same_stretch", shared_m=stretch[0], shorter_m=stretch[1])
    apart = distance_m(left, right)
    if apart is None:
        return message("finding.no_place")
    return message("finding.same_spot") if apart < SAME_SPOT_M else message("finding.apart", distance_m=apart)


def shared_photos(left: ProjectAsOf, right: ProjectAsOf) -> list[tuple[PhotoAsOf, PhotoAsOf]]:
    """Uses of one file in both projects, each file once, the highest stage first."""
    theirs: dict[str, PhotoAsOf] = {}
    for photo in right.photos:
        theirs.setdefault(photo.sha256, photo)
    mine: dict[str, PhotoAsOf] = {}
    for photo in left.photos:
        mine.setdefault(photo.sha256, photo)
    both = [(mine[key], theirs[key]) for key in mine if key in theirs]
    return sorted(both, key=lambda two: (-two[0].progress, two[0].claim))


def _pictures(left: ProjectAsOf, right: ProjectAsOf) -> Iterable[Message]:
    both = shared_photos(left, right)
    for mine, theirs in both[:MOST_PHOTOS_TOLD]:
        yield message(
            "finding.same_photo",
            left_pct=mine.progress,
            left_year=str(left.fiscal_year),
            right_pct=theirs.progress,
            right_year=str(right.fiscal_year),
        )
    if len(both) > MOST_PHOTOS_TOLD:
        yield message("finding.more_photos", count=len(both) - MOST_PHOTOS_TOLD)


def _years(left: ProjectAsOf, right: ProjectAsOf) -> Iterable[Message]:
    if left.fiscal_year == right.fiscal_year:
        yield message("finding.same_year", year=str(left.fiscal_year))
    else:
        yield message("finding.two_years", left=str(left.fiscal_year), right=str(right.fiscal_year))


def _sources(left: ProjectAsOf, right: ProjectAsOf) -> Iterable[Message]:
    if left.sources and right.sources:
        if left.sources == right.sources:
            yield message("finding.same_sources", sources=left.sources_short)
        else:
            yield message("finding.two_sources", left=left.sources_short, right=right.sources_short)
    if left.planned is not None and right.planned is not None:
        yield message("finding.money", left_rp=str(left.planned), right_rp=str(right.planned))


def _relations(left: ProjectAsOf, right: ProjectAsOf) -> Iterable[Message]:
    for relation in left.relations:
        if relation.other == right.code:
            yield message("finding.relation", kind_word=_word(relation.kind))


def _word(kind: str) -> str:
    """The marked Indonesian word of a relation, translated where the message is said."""
    words: Mapping[str, str] = {
        RelationKind.CARRIED_OVER_FROM: "Lanjutan tahun lalu (DPAL)",
        RelationKind.CONTINUES: "Ruas berikutnya",
        RelationKind.LAYER_ON: "Lapisan di atas",
        RelationKind.REPLACES: "Menggantikan",
        RelationKind.MERGED_INTO: "Digabung ke",
    }
    return words.get(kind, kind)


def _villages(left: ProjectAsOf, right: ProjectAsOf) -> Iterable[Message]:
    if left.village_code != right.village_code:
        yield message("finding.two_villages", left=left.village, right=right.village)


def smaller_plan(left: ProjectAsOf, right: ProjectAsOf) -> Decimal | None:
    """Rupiah that would be spent twice: the smaller of the two plans."""
    plans = [state.planned for state in (left, right) if state.planned is not None]
    return min(plans) if len(plans) == 2 else None


def draft_condition(left: ProjectAsOf, right: ProjectAsOf) -> str:
    """The first words of a sheet's kondisi: both projects named, then the facts; for a person to write on."""
    named = [
        gettext(
            "%(title)s (%(code)s, %(village)s, %(year)s, %(sources)s, pagu %(planned)s, progres %(progress)s %%)"
        )
        % {
            "title": state.title,
            "code": state.code,
            "village": state.village,
            "year": state.fiscal_year,
            "sources": state.sources_short or "–",
            "planned": rupiah(state.planned),
            "progress": number(state.progress),
        }
        for state in (left, right)
    ]
    opening = gettext("Per %(cut_off)s tercatat dua pekerjaan: %(left)s dan %(right)s.") % {
        "cut_off": day(left.cut_off),
        "left": named[0],
        "right": named[1],
    }
    return "\n".join([opening, *said(facts(left, right))])
