"""A project as it was at an engagement's cut-off, rebuilt from what the system recorded, and kept.

The moment is the end of the cut-off day on the regency's clock (Asia/Jakarta). Today's rows are taken back act by
act (duplicates/rewinding.py); what arrived later (positions, payments, photos, reviews) is left out. What nobody
recorded is named in `not_rebuilt`. docs/design/engagements.md has a worked example.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, NamedTuple, cast

from django.contrib.gis.geos import GEOSGeometry, WKTWriter
from django.core.cache import cache
from django.db.models import Max, Q, Sum
from django.utils import timezone

from accounts.models import AuditEvent
from budgets.models import BudgetLine, BudgetVersion, FundSource, Realisation, VersionKind
from budgets.money import in_order
from duplicates.models import Engagement, FrozenProject, Merge
from duplicates.project_as_of import (
    MoneyAsOf,
    PhotoAsOf,
    ProjectAsOf,
    RelationAsOf,
    SiteAsOf,
    SpentAsOf,
)
from duplicates.rewinding import Act, rewind_fields, rewind_money, rewind_sites
from photos import standing
from photos.models import Claim, Review
from places.message import Message, message, sentences
from places.message import mark as _
from projects.editing import as_json
from projects.field_names import FIELD_NAMES
from projects.models import Project, Relation, RelationKind, Site, SiteStatus, SiteVersion, StatusChange
from projects.progress import weighted

SENTENCES = sentences(
    {
        "frozen.relations_undated": _(
            "Hubungan antarpekerjaan dicatat tanpa tanggal; ditampilkan seperti yang tercatat saat dibekukan."
        ),
        "frozen.merge_undone": _(
            "Penggabungan dengan %(other)s berlaku pada tanggal data dan dibatalkan setelahnya; isi gabungan tidak "
            "dibentuk ulang."
        ),
        "frozen.no_position_then": _(
            "Titik lokasi %(no)s tidak punya posisi yang tercatat sebelum tanggal data."
        ),
    }
)

BATCH = 500
HEAVY = (
    "search",
    "imported",
    "village__boundary",
    "village__parent__boundary",
)  # of a project, and not asked for
_ACTS = 500  # how many of the newest acts a remembered state is known by
_REMEMBERED_S = 300


def end_of(day: date) -> datetime:
    """The first moment after a day on the regency's clock."""
    return timezone.make_aware(
        datetime.combine(day + timedelta(days=1), time.min), timezone.get_default_timezone()
    )


def is_over(engagement: Engagement) -> bool:
    """Whether the cut-off day lies behind us; before that nothing is frozen, since more may still come."""
    return timezone.now() >= end_of(engagement.cut_off)


def states(engagement: Engagement, project_ids: Iterable[int]) -> dict[int, ProjectAsOf]:
    """Projects as they were at the cut-off, by primary key; those made later are not among them.

    The first time that a state is needed after the cut-off day it is kept, and never rebuilt again.
    """
    wanted = set(project_ids)
    found = _kept(engagement, wanted)
    missing = sorted(wanted - found.keys())
    for start in range(0, len(missing), BATCH):
        made = rebuild(missing[start : start + BATCH], engagement.cut_off)
        keep(engagement, made.values())
        found |= made
    return found


def states_to_look_at(engagement: Engagement, project_ids: Iterable[int]) -> dict[int, ProjectAsOf]:
    """The same for a page. While the cut-off day is not over, they are remembered until the next act of anybody.

    Every job writes its act in its own transaction; of acts that are committed out of turn the sum of the newest
    numbers tells.
    """
    if is_over(engagement):
        return states(engagement, project_ids)
    ids = sorted(set(project_ids))
    newest = AuditEvent.objects.order_by("-id").values("id")[:_ACTS]
    acts = AuditEvent.objects.filter(id__in=newest).aggregate(last=Max("id"), sum=Sum("id"))
    key = "-".join(map(str, ("state", engagement.pk, engagement.cut_off, acts["last"], acts["sum"], *ids)))
    stored = cache.get_or_set(key, lambda: _as_stored(rebuild(ids, engagement.cut_off)), _REMEMBERED_S)
    return {one.pk: one for one in map(ProjectAsOf.from_json, stored or [])}


def _as_stored(made: Mapping[int, ProjectAsOf]) -> list[dict[str, Any]]:
    return [state.as_json() for state in made.values()]


def batches(engagement: Engagement, project_ids: Iterable[int]) -> Iterator[list[ProjectAsOf]]:
    """The same states, some hundred at a time, without keeping those that are not kept yet."""
    ids = sorted(set(project_ids))
    for start in range(0, len(ids), BATCH):
        wanted = ids[start : start + BATCH]
        found = _kept(engagement, wanted)
        found |= rebuild([pk for pk in wanted if pk not in found], engagement.cut_off)
        yield [found[pk] for pk in wanted if pk in found]


def keep(engagement: Engagement, made: Iterable[ProjectAsOf]) -> None:
    """Store states for good; nothing happens while the cut-off day is not over, or to those that are stored."""
    if is_over(engagement):
        FrozenProject.objects.bulk_create(
            [FrozenProject(engagement=engagement, project_id=one.pk, data=one.as_json()) for one in made],
            ignore_conflicts=True,
        )


def _kept(engagement: Engagement, project_ids: Iterable[int]) -> dict[int, ProjectAsOf]:
    rows = FrozenProject.objects.filter(engagement=engagement, project__in=list(project_ids))
    return {row.project_id: ProjectAsOf.from_json(row.data) for row in rows}


def rebuild(project_ids: Sequence[int], cut_off: date) -> dict[int, ProjectAsOf]:
    """The states at the end of a day, from the record; projects made later are left out."""
    moment = end_of(cut_off)
    projects = Project.objects.filter(pk__in=project_ids, created_at__lt=moment)
    found = list(projects.select_related("village__parent", "activity").defer(*HEAVY))
    material = _Material.read([project.pk for project in found], moment)
    return {project.pk: _state(project, material, cut_off) for project in found}


# Reading ----------------------------------------------------------------------------------------------------


@dataclass
class _Material:
    """Rows about the projects, by project where they lay at the moment; acts are those after it, the newest first."""

    moment: datetime
    acts: dict[int, list[Act]]
    status: dict[int, str]  # before the first change after the moment
    merges: list[Merge]
    sites: dict[int, list[Site]]
    versions: dict[int, list[SiteVersion]]  # by site, known and valid by then, the newest last
    lines: dict[int, list[BudgetLine]]
    budgets: dict[int, BudgetVersion]
    spent: dict[int, list[Realisation]]
    claims: dict[int, list[tuple[Claim, int]]]  # with the site that it hung on
    verdicts: dict[int, str]  # of claims judged otherwise since
    declared_later: set[int]  # claims whose sharing was declared since
    decisions: dict[int, str]  # newest review by then
    relations: dict[int, list[tuple[Relation, bool]]]
    shorts: dict[str, str]
    published: dict[int, bool] = field(default_factory=dict)

    @classmethod
    def read(cls, ids: Sequence[int], moment: datetime) -> "_Material":
        merges = _merges(ids, moment)
        moved = _Moved.of(merges, moment)
        claims = _claims(ids, moment, moved)
        claim_ids = [claim.pk for rows in claims.values() for claim, _site in rows]
        since = _claim_acts(claim_ids, moment)
        lines = _lines(ids, moved)
        sites = _by(Site.objects.filter(project__in=ids).order_by("no"), lambda site: site.project_id)
        return cls(
            moment=moment,
            acts=_acts(ids, moment),
            status=_statuses(ids, moment),
            merges=merges,
            sites=sites,
            versions=_versions([site.pk for rows in sites.values() for site in rows], moment),
            lines=lines,
            budgets=_budgets(lines),
            spent=_spent(ids, moment, moved),
            claims={
                pk: [row for row in rows if row[0].pk not in since.refiled] for pk, rows in claims.items()
            },
            verdicts=since.verdicts,
            declared_later=since.declared,
            decisions=_decisions(claim_ids, moment),
            relations=_relations(ids, moved),
            shorts=dict(FundSource.objects.values_list("code", "short")),
            published=moved.published,
        )


def _by(rows: Iterable[Any], key: Callable[[Any], int]) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def _is_to_come(moment: datetime) -> bool:
    """Whether the moment is not there yet: then nothing was done after it that would have to be taken back."""
    return moment > timezone.now()


def _acts(ids: Sequence[int], moment: datetime) -> dict[int, list[Act]]:
    if _is_to_come(moment):
        return {}
    events = AuditEvent.objects.filter(
        subject_type="projects.project", subject_id__in=[str(pk) for pk in ids], at__gte=moment
    )
    found: dict[int, list[Act]] = defaultdict(list)
    for event in events.order_by("-id"):
        found[int(event.subject_id)].append(Act(event.at, event.action, event.data))
    return found


def _statuses(ids: Sequence[int], moment: datetime) -> dict[int, str]:
    if _is_to_come(moment):
        return {}
    changes = StatusChange.objects.filter(project__in=ids, at__gte=moment).order_by("-at", "-pk")
    return {change.project_id: change.before for change in changes}  # the earliest one is written last


@dataclass
class _Moved:
    """What merges after the moment carried from one project to another, by key: where it was."""

    claims: dict[int, tuple[int, int]]  # project, site
    lines: dict[int, int]
    spent: dict[int, int]
    relations: dict[int, tuple[str, int]]  # side, project
    leads_on: set[tuple[int, int]]  # gone, kept
    published: dict[int, bool]

    @classmethod
    def of(cls, merges: Iterable[Merge], moment: datetime) -> "_Moved":
        moved = cls({}, {}, {}, {}, set(), {})
        for merge in merges:
            if merge.at < moment or merge.undone_at is not None:
                continue
            told, gone = merge.moved, merge.gone_id
            moved.claims |= {pk: (gone, site) for pk, site, _at in told.get("claims", ())}
            moved.lines |= {row[0]: gone for row in told.get("lines", ())}
            moved.spent |= {row[0]: gone for row in told.get("realisations", ())}
            moved.relations |= {pk: (side, gone) for pk, side in told.get("relations", ())}
            moved.leads_on.add((gone, merge.kept_id))
            moved.published |= {
                gone: bool(told.get("published")),
                merge.kept_id: bool(told.get("kept_published")),
            }
        return moved


def _merges(ids: Sequence[int], moment: datetime) -> list[Merge]:
    if _is_to_come(moment):
        return []
    merges = Merge.objects.filter(Q(kept__in=ids) | Q(gone__in=ids))
    after = Q(at__gte=moment) | Q(undone_at__gte=moment)
    return list(merges.filter(after).select_related("kept", "gone").order_by("-at"))


def _claims(ids: Sequence[int], moment: datetime, moved: _Moved) -> dict[int, list[tuple[Claim, int]]]:
    """Claims received by then and not withdrawn by then, by the project that they were sent for."""
    rows = Claim.objects.filter(Q(project__in=ids) | Q(pk__in=moved.claims), received_at__lt=moment)
    rows = rows.filter(Q(withdrawn_at__isnull=True) | Q(withdrawn_at__gte=moment))
    found: dict[int, list[tuple[Claim, int]]] = defaultdict(list)
    for claim in rows.select_related("photo").order_by("progress", "taken_at", "pk"):
        project, site = moved.claims.get(claim.pk, (claim.project_id, claim.site_id))
        found[project].append((claim, site))
    return found


@dataclass
class _ClaimActs:
    """Of claims, since the moment. verdicts: before the first recheck; refiled: only made by filing anew."""

    verdicts: dict[int, str] = field(default_factory=dict)
    refiled: set[int] = field(default_factory=set)
    declared: set[int] = field(default_factory=set)


def _claim_acts(claim_ids: Sequence[int], moment: datetime) -> _ClaimActs:
    since = _ClaimActs()
    if not claim_ids or _is_to_come(moment):
        return since
    events = AuditEvent.objects.filter(
        subject_type="photos.claim",
        subject_id__in=[str(pk) for pk in claim_ids],
        at__gte=moment,
        action__in=["claim.rechecked", "claim.refiled", "claim.shared"],
    )
    for event in events.order_by("-id"):
        claim = int(event.subject_id)
        if event.action == "claim.refiled":
            since.refiled.add(claim)
        elif event.action == "claim.shared":
            since.declared.add(claim)
        elif event.data.get("verdict_was"):
            since.verdicts[claim] = event.data["verdict_was"]
    return since


def _decisions(claim_ids: Sequence[int], moment: datetime) -> dict[int, str]:
    reviews = Review.objects.filter(claim__in=claim_ids, at__lt=moment).order_by("at", "pk")
    return dict(reviews.values_list("claim_id", "decision"))  # the newest is written last


def _versions(site_ids: Sequence[int], moment: datetime) -> dict[int, list[SiteVersion]]:
    known = SiteVersion.objects.filter(site__in=site_ids, created_at__lt=moment)
    return _by(known.order_by("valid_from", "pk"), lambda version: version.site_id)


def _lines(ids: Sequence[int], moved: _Moved) -> dict[int, list[BudgetLine]]:
    rows = BudgetLine.objects.filter(Q(project__in=ids) | Q(pk__in=moved.lines)).select_related("version")
    return _by(rows, lambda line: moved.lines.get(line.pk, line.project_id))


def _budgets(lines: Mapping[int, list[BudgetLine]]) -> dict[int, BudgetVersion]:
    return {line.version_id: line.version for rows in lines.values() for line in rows}


def _spent(ids: Sequence[int], moment: datetime, moved: _Moved) -> dict[int, list[Realisation]]:
    rows = Realisation.objects.filter(
        Q(project__in=ids) | Q(pk__in=moved.spent), date__lt=timezone.localdate(moment)
    )
    return _by(rows.order_by("date", "pk"), lambda row: moved.spent.get(row.pk, row.project_id))


def _relations(ids: Sequence[int], moved: _Moved) -> dict[int, list[tuple[Relation, bool]]]:
    """Declared relations by project, each with whether it is read from the other end."""
    touching = Relation.objects.filter(
        Q(project__in=ids) | Q(other__in=ids) | Q(pk__in=moved.relations)
    ).select_related("project", "other")
    found: dict[int, list[tuple[Relation, bool]]] = defaultdict(list)
    for relation in touching.order_by("pk"):
        ends = {"project": relation.project_id, "other": relation.other_id}
        leads_on = relation.kind == RelationKind.MERGED_INTO and tuple(ends.values()) in moved.leads_on
        if leads_on:
            continue
        if relation.pk in moved.relations:
            side, gone = moved.relations[relation.pk]
            ends[side] = gone
        found[ends["project"]].append((relation, False))
        found[ends["other"]].append((relation, True))
    return found


# Building ---------------------------------------------------------------------------------------------------


def present(project: Project, sites: Iterable[Site], shorts: Mapping[str, str]) -> ProjectAsOf:
    """A project as its row says now, without money lines, photos and relations. sites: its active ones."""
    return ProjectAsOf(
        pk=project.pk,
        code=project.code,
        cut_off=timezone.localdate(),
        created_at=project.created_at,
        village_code=project.village_id,
        village=project.village.name,
        district=project.village.parent.name if project.village.parent else "",
        fiscal_year=project.fiscal_year,
        title=project.title,
        work_type=project.work_type,
        status=project.status,
        published=project.published,
        activity=str(project.activity) if project.activity else "",
        volume=project.volume,
        unit=project.unit,
        executor=project.executor,
        executor_name=project.executor_name,
        planned_start=project.planned_start,
        planned_end=project.planned_end,
        progress=project.progress,
        evidence=project.evidence,
        planned=project.planned,
        realised=project.realised,
        sources=tuple(sorted(project.sources)),
        sources_short=_short(project.sources, shorts),
        sites=tuple(_site(site, site.geometry, site.point, "", None) for site in sites),
    )


def _short(codes: Iterable[str], shorts: Mapping[str, str]) -> str:
    return ", ".join(shorts.get(code, code) for code in sorted(codes))


def _site(
    site: Site, geometry: GEOSGeometry, point: Any, source: str, valid_from: datetime | None
) -> SiteAsOf:
    return SiteAsOf(
        no=site.no,
        label=site.label,
        lon=round(float(point.x), 7),
        lat=round(float(point.y), 7),
        wkt=_wkt(geometry),
        source=source,
        valid_from=valid_from,
        progress=int(site.progress),
    )


def _wkt(geometry: GEOSGeometry) -> str:
    """WKT with 7 decimals, a centimetre."""
    return WKTWriter(trim=True, precision=7).write(geometry).decode()


def _state(project: Project, material: _Material, cut_off: date) -> ProjectAsOf:
    """One project, part by part."""
    acts = material.acts.get(project.pk, [])
    unsure: list[Message] = []
    fields = _fields(project, material, acts, unsure)
    sites = _sites(project, material, acts, unsure)
    money, planned, sources = _money(project, material, acts, cut_off, unsure)
    spent = _payments(project, material, acts)
    photos, progress, evidence, sites = _photos(project, material, sites)
    relations = _related(project, material)
    if relations:
        unsure.append(message("frozen.relations_undated"))
    unsure += _undone(project, material)
    return replace(
        present(project, [], material.shorts),
        cut_off=cut_off,
        sites=tuple(site for site, _weight in sites.values()),
        money=money,
        planned=planned,
        sources=sources,
        sources_short=_short(sources, material.shorts),
        spent=spent,
        realised=sum((one.amount for one in spent), Decimal(0)) if spent else None,
        photos=photos,
        progress=progress,
        evidence=evidence,
        relations=relations,
        not_rebuilt=tuple(unsure),
        **fields,
    )


_DATES = ("planned_start", "planned_end")
_TEXTS = ("title", "work_type", "unit", "executor", "executor_name", "activity", "status")


def _fields(
    project: Project, material: _Material, acts: Sequence[Act], unsure: list[Message]
) -> dict[str, Any]:
    was = rewind_fields({name: as_json(getattr(project, name)) for name in FIELD_NAMES}, acts)
    unsure += was.unsure
    values = was.values
    values["status"] = material.status.get(project.pk, values["status"])
    values["published"] = material.published.get(project.pk, values["published"])
    found: dict[str, Any] = {name: str(values[name] or "") for name in _TEXTS}
    found |= {name: date.fromisoformat(values[name]) if values[name] else None for name in _DATES}
    found["volume"] = Decimal(str(values["volume"])) if values["volume"] not in (None, "") else None
    found["published"] = bool(values["published"])
    return found


def _sites(
    project: Project, material: _Material, acts: Sequence[Act], unsure: list[Message]
) -> dict[int, tuple[SiteAsOf, Decimal]]:
    """The sites that were there, by primary key, with their weights."""
    was = rewind_sites(acts)
    unsure += was.unsure
    found: dict[int, tuple[SiteAsOf, Decimal]] = {}
    numbers = set()
    for site in material.sites.get(project.pk, []):
        numbers.add(site.no)
        known = material.versions.get(site.pk, [])
        dropped_by_then = site.status == SiteStatus.DROPPED and site.no not in was.dropped_later
        if dropped_by_then or (site.no in was.added_later and not known):
            continue
        version = next((v for v in reversed(known) if v.valid_from < material.moment), None)
        if version is None:
            unsure.append(message("frozen.no_position_then", no=site.no))
            continue
        found[site.pk] = (
            _site(site, version.geometry, version.point, version.source, version.valid_from),
            site.weight,
        )
    for no, act in sorted(was.dropped_later.items()):
        if no not in numbers and no not in was.added_later:
            unsure.append(message("frozen.site_deleted", no=no, changed_at=act.at.isoformat()))
    return found


def _money(
    project: Project, material: _Material, acts: Sequence[Act], cut_off: date, unsure: list[Message]
) -> tuple[tuple[MoneyAsOf, ...], Decimal | None, tuple[str, ...]]:
    """Amounts by version and source, the plan of the versions that counted that day, and their sources."""
    today: dict[int, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for line in material.lines.get(project.pk, []):
        today[line.version_id][line.source_id] += line.amount
    missing = {key for act in acts if (key := act.data.get("budget_version_id")) not in material.budgets}
    material.budgets |= BudgetVersion.objects.in_bulk([key for key in missing if isinstance(key, int)])
    titles = {pk: str(version) for pk, version in material.budgets.items()}
    was = rewind_money(today, acts, titles)
    unsure += was.unsure
    known = {
        pk: amounts for pk, amounts in was.versions.items() if _is_known(material.budgets.get(pk), cut_off)
    }
    counting = _counting(material.budgets[pk] for pk in known)
    lines = [
        MoneyAsOf(
            source=source,
            short=material.shorts.get(source, source),
            amount=amount,
            version=_title(material.budgets[pk]),
            version_date=material.budgets[pk].date,
            counts=pk in counting,
        )
        for pk, amounts in sorted(known.items())
        for source, amount in sorted(amounts.items())
    ]
    told = [line for line in lines if line.counts]
    planned = sum((line.amount for line in told), Decimal(0)) if told else None
    return tuple(lines), planned, tuple(sorted({line.source for line in told}))


def _is_known(version: BudgetVersion | None, cut_off: date) -> bool:
    """A version dated later was not in force; one without a date is taken as recorded."""
    return version is not None and (version.date is None or version.date <= cut_off)


def _counting(versions: Iterable[BudgetVersion]) -> set[int]:
    """As budgets.money counts: the newest of the village's versions, and all of outsiders."""
    known = list(versions)
    own = in_order(version for version in known if version.kind != VersionKind.OUTSIDE)
    return {v.pk for v in known if v.kind == VersionKind.OUTSIDE} | ({own[-1].pk} if own else set())


def _title(version: BudgetVersion) -> str:
    parts = [f"{version.get_kind_display()} {version.fiscal_year}", version.number]
    return " · ".join(part for part in parts if part)


def _payments(project: Project, material: _Material, acts: Sequence[Act]) -> tuple[SpentAsOf, ...]:
    """Payments dated and recorded by then: each act of recording after the moment takes one away."""
    rows = list(material.spent.get(project.pk, []))
    for act in acts:
        if act.action != "realisation.recorded":
            continue
        later = next((row for row in rows if _is_told(row, act)), None)
        if later is not None:
            rows.remove(later)
    return tuple(
        SpentAsOf(
            on=row.date,
            amount=row.amount,
            source=material.shorts.get(row.source_id or "", row.source_id or ""),
            document=row.document,
        )
        for row in rows
    )


def _is_told(row: Realisation, act: Act) -> bool:
    told = act.data
    return (row.date.isoformat(), row.amount, row.source_id or "", row.document) == (
        told.get("date"),
        Decimal(str(told.get("amount") or 0)),
        told.get("source") or "",
        str(told.get("document") or "").strip(),
    )


class _ClaimThen(NamedTuple):
    """What photos.standing.summarise reads of a claim."""

    pk: int
    site_id: int
    progress: int
    purpose: str
    verdict: str
    stands: bool
    taken_at: datetime | None
    received_at: datetime


def _photos(
    project: Project, material: _Material, sites: dict[int, tuple[SiteAsOf, Decimal]]
) -> tuple[tuple[PhotoAsOf, ...], Decimal, str, dict[int, tuple[SiteAsOf, Decimal]]]:
    """Photos with verdict and review as of then; what they amounted to: progress, evidence, sites with theirs."""
    rows: list[_ClaimThen] = []
    shown: list[PhotoAsOf] = []
    numbers = {site.pk: site.no for site in material.sites.get(project.pk, [])}
    for claim, site in material.claims.get(project.pk, []):
        verdict = material.verdicts.get(claim.pk, claim.verdict)
        decision = material.decisions.get(claim.pk)
        stands = standing.stands(verdict=verdict, decision=decision)
        declared = bool(claim.shared_reason) and claim.pk not in material.declared_later
        shown.append(_photo(claim, numbers.get(site, 0), verdict, decision or "", stands, declared))
        if site in sites:
            rows.append(
                _ClaimThen(
                    claim.pk,
                    site,
                    claim.progress,
                    claim.purpose,
                    verdict,
                    stands,
                    claim.taken_at,
                    claim.received_at,
                )
            )
    summary = standing.summarise(cast(Any, rows))
    reached = {
        pk: (replace(site, progress=int(summary.by_site.get(pk, 0))), weight)
        for pk, (site, weight) in sites.items()
    }
    progress = weighted(
        [
            Site(status=SiteStatus.ACTIVE, weight=weight, progress=Decimal(site.progress))
            for site, weight in reached.values()
        ]
    )
    return tuple(shown), progress, str(summary.evidence), reached


def _photo(claim: Claim, site_no: int, verdict: str, review: str, stands: bool, declared: bool) -> PhotoAsOf:
    return PhotoAsOf(
        claim=claim.pk,
        photo=claim.photo_id,
        sha256=claim.photo.sha256,
        site_no=site_no,
        progress=claim.progress,
        purpose=claim.purpose,
        taken_at=claim.taken_at,
        received_at=claim.received_at,
        verdict=verdict,
        review=review,
        stands=stands,
        distance_m=claim.distance_m,
        declared=declared,
    )


def _related(project: Project, material: _Material) -> tuple[RelationAsOf, ...]:
    found = []
    for relation, reverse in material.relations.get(project.pk, []):
        other = relation.project if reverse else relation.other
        found.append(RelationAsOf(relation.kind, other.code, other.title, reverse))
    return tuple(found)


def _undone(project: Project, material: _Material) -> list[Message]:
    """Merges that held at the moment and were taken back later: the joined state is not put together again."""
    return [
        message("frozen.merge_undone", other=(m.gone if m.kept_id == project.pk else m.kept).code)
        for m in material.merges
        if project.pk in {m.kept_id, m.gone_id} and m.at < material.moment and m.undone_at is not None
    ]
