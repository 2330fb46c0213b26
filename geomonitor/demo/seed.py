"""Writes the planned demo through the jobs that people use: projects, money, photos, relations, people.

Verdicts, progress and duplicates are never written down here: the product's own checks find them.
"""

import io
import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

import shapely
from django.contrib.gis.geos import LineString
from django.core.management import call_command
from django.db import connection, transaction

from accounts import audit
from accounts.models import AuditEvent, User
from budgets.models import BudgetLine, BudgetVersion, FundSource, Realisation, VersionKind
from budgets.money import recompute
from duplicates.engagement_scan import scan_at_once
from duplicates.models import Engagement
from duplicates.scan import scan_register
from geomonitor.demo import sending
from geomonitor.demo.clock import clock, entered_at, status_days
from geomonitor.demo.land import Village
from geomonitor.demo.people import People, make_people
from geomonitor.demo.plan import plan
from geomonitor.demo.register import Plan, PlannedProject, SitePlace
from places.earth import LonLat
from places.geography import geos_point
from places.message import mark as _
from places.message import message, sentences
from places.models import Kind, Place
from places.problems import Problem
from projects.models import Activity, Project, Relation, Site, SiteVersion, Status, StatusChange
from projects.saving import activity_for, create_project
from projects.sites import SiteDraft, place_pin

SENTENCES = sentences(
    {
        "demo.not_empty": _(
            "Register ini sudah berisi %(count)s pekerjaan yang bukan data demo. Data demo hanya dimuat ke "
            "register kosong: pakai basis data lain, atau scripts/server --reset."
        ),
        "demo.other": _(
            "Register ini sudah berisi data demo lain (%(before)s). Kosongkan dulu dengan scripts/server --reset."
        ),
        "demo.broken_off": _(
            "Pemuatan data demo sebelumnya terputus. Kosongkan dulu dengan scripts/server --reset, lalu muat lagi."
        ),
        "demo.no_places": _(
            "Belum ada wilayah. Muat dulu: python manage.py import_places fixtures/places.geojson"
        ),
    }
)

BEGUN, SEEDED = "demo.begun", "demo.seeded"
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Settings:
    """What a seed is made from; the same four give the same register."""

    projects: int = 600
    photos: int = 2400
    seed: int = 1
    as_of: date | None = None

    def as_text(self) -> str:
        """For comparing with what is there: "projects=600 photos=2400 seed=1"; the day only if it was asked for."""
        day = f" as_of={self.as_of.isoformat()}" if self.as_of else ""
        return f"projects={self.projects} photos={self.photos} seed={self.seed}{day}"


def seed_register(
    wanted: Settings, *, yesterday: date, tell: Tell, workers: int | None = None
) -> Plan | None:
    """Fill an empty register with the demo. Returns its plan, or None if this very demo is there already.

    yesterday: the last day that anything happened, unless `wanted` names one (of today, hours would still be to
    come). tell: called with lines on progress.
    workers: processes for the photos, by default one more than cores, because they wait for the disk.
    Raises Problem on a register with anything else.
    """
    if _there_already(wanted):
        return None
    villages = villages_of_register()
    made = plan(
        villages,
        projects=wanted.projects,
        photos=wanted.photos,
        seed=wanted.seed,
        as_of=wanted.as_of or yesterday,
    )
    tell(f"Rencana: {len(made.projects)} pekerjaan, {made.photo_count()} foto, {len(made.cases)} kasus.")
    if not FundSource.objects.exists():
        call_command("load_references", verbosity=0, stdout=io.StringIO())
    with transaction.atomic():
        people = _people(made)
        _note(BEGUN, people, wanted)
        stored = _projects(made)
        _money(made, stored)
        _relations(made, stored)
        engagement = _engagement(made, people)
    tell(f"Pekerjaan, anggaran, dan pengguna tersimpan ({people.named['officer']} di {made.home}).")
    parcels = [_parcel(project, stored[project.key], people) for project in made.projects]
    sending.send_all(
        parcels, workers=workers or (os.cpu_count() or 1) + 1, tell=_every(200, made.photo_count(), tell)
    )
    sending.look_at(_shown_by_cases(made))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # the planner still thinks the register empty
    scan = scan_register(actor=None).scan
    tell(f"Indikasi ganda: {scan.stored} pasangan disimpan dari {scan.candidates} yang berdekatan.")
    inside = scan_at_once(engagement)
    tell(f"Penugasan {engagement.assignment}: {inside.stored} pasangan per {engagement.cut_off}.")
    _note(SEEDED, people, wanted)
    return made


def _shown_by_cases(made: Plan) -> list[str]:
    """Keys of the photos that show a planted case, and of those whose picture they repeat."""
    photos = {photo.key: photo for project in made.projects for photo in project.photos}
    shown = [photos[case.photo] for case in made.cases if case.photo]
    return [key for photo in shown for key in (photo.picture_of, photo.copy_of, photo.key) if key]


def _there_already(wanted: Settings) -> bool:
    notes = dict(AuditEvent.objects.filter(action__in=[BEGUN, SEEDED]).values_list("action", "data"))
    if BEGUN in notes and SEEDED not in notes:
        raise Problem(message("demo.broken_off"), status=409)
    if SEEDED in notes:
        if notes[SEEDED].get("settings") == wanted.as_text():
            return True
        raise Problem(message("demo.other", before=notes[SEEDED].get("settings", "?")), status=409)
    count = Project.objects.count()
    if count:
        raise Problem(message("demo.not_empty", count=count), status=409)
    return False


def villages_of_register() -> list[Village]:
    """The register's villages as the plan wants them. Raises Problem if there are none."""
    found = [
        Village(
            place.code,
            place.name,
            "kelurahan" if place.kind == Kind.KELURAHAN else "desa",
            (place.point.x, place.point.y),
            shapely.from_wkb(bytes(place.boundary.wkb)) if place.boundary else None,
        )
        for place in Place.objects.villages().order_by("code")
        if place.point
    ]
    if not found:
        raise Problem(message("demo.no_places"), status=409)
    return found


def _people(made: Plan) -> People:
    villages = (project.village for project in made.projects)
    return make_people(home=made.home, villages=villages, since=date(made.years[0], 1, 2))


def _note(action: str, people: People, wanted: Settings) -> None:
    audit.record(
        actor=None, action=action, subject=people.named["admin"], data={"settings": wanted.as_text()}
    )


def _every(step: int, total: int, tell: Tell) -> Callable[[int], None]:
    said = 0

    def count(sent: int) -> None:
        nonlocal said
        if sent // step > said // step or sent == total:
            tell(f"Foto: {sent} dari {total}.")
            said = sent

    return count


# Projects --------------------------------------------------------------------------------------------------


def _projects(made: Plan) -> dict[str, Project]:
    places = Place.objects.in_bulk({project.village for project in made.projects})
    stored = {}
    for project in made.projects:
        with clock(entered_at(project, made.as_of)):
            stored[project.key] = _project(project, places[project.village])
    _versions(made, stored)
    _statuses(made, stored)
    return stored


def _project(project: PlannedProject, village: Place) -> Project:
    drafts = [_draft(one.label, one.places[0]) for one in project.sites]
    return create_project(
        actor=None,
        village=village,
        fiscal_year=project.year,
        title=project.title,
        work_type=project.work_type,
        sites=drafts,
        status=Status.DRAFT if project.status == Status.DRAFT else Status.PLANNED,
        source_key=project.source_key,
        activity=_activity(project, village),
        volume=project.volume,
        unit=project.unit,
        executor=project.executor,
        executor_name=project.executor_name,
        planned_start=project.start,
        planned_end=project.end,
    )


def _activity(project: PlannedProject, village: Place) -> Activity | None:
    if project.activity is None:
        return None
    code, name = project.activity
    return activity_for(village=village, fiscal_year=project.year, code=code, name=name)


def _draft(label: str, place: SitePlace) -> SiteDraft:
    return SiteDraft(
        point=place.point,
        label=label,
        extent=_line(place.extent),
        source=place.source,
        accuracy_m=place.accuracy_m,
        valid_from=place.valid_from,
    )


def _line(extent: tuple[LonLat, ...] | None) -> LineString | None:
    return LineString(*extent, srid=4326) if extent else None


def _versions(made: Plan, stored: dict[str, Project]) -> None:
    """Positions after the first: surveys, and sites that moved."""
    sites = {(s.project_id, s.no): s for s in Site.objects.filter(project__in=stored.values())}
    later, moved = [], []
    for project in made.projects:
        for one in project.sites:
            site = sites[stored[project.key].pk, one.no]
            later += [_version(site, place) for place in one.places[1:]]
            if one.now.point != one.places[0].point:
                site.point = geos_point(one.now.point)
                moved.append(site)
    SiteVersion.objects.bulk_create(later, batch_size=1000)
    for version in later:
        version.created_at = version.valid_from
    SiteVersion.objects.bulk_update(later, ["created_at"], batch_size=1000)
    for site in moved:
        site.save(update_fields=["point"])
        place_pin(Project.objects.get(pk=site.project_id))


def _version(site: Site, place: SitePlace) -> SiteVersion:
    return SiteVersion(
        site=site,
        point=geos_point(place.point),
        extent=_line(place.extent),
        source=place.source,
        accuracy_m=place.accuracy_m,
        valid_from=place.valid_from,
    )


_REASONS = {
    "postponed": "Dana Tahap II belum cair.",
    "cancelled": "Dibatalkan dalam musyawarah desa; lokasi dialihkan.",
}


def _statuses(made: Plan, stored: dict[str, Project]) -> None:
    """Where each project stands today, the days on which it came there, and whether the public sees it."""
    changes, days, acts = [], [], []
    for planned in made.projects:
        project = stored[planned.key]
        for before, after, at in status_days(planned, made.as_of):
            reason = _REASONS.get(after, "")
            changes.append(StatusChange(project=project, before=before, after=after, reason=reason))
            days.append(at)
            acts.append(_status_act(project, before, after, reason, at))
        project.status, project.published = planned.status, planned.published
    Project.objects.bulk_update(stored.values(), ["status", "published"], batch_size=500)
    StatusChange.objects.bulk_create(changes, batch_size=1000)
    for change, at in zip(changes, days, strict=True):
        change.at = at
    StatusChange.objects.bulk_update(changes, ["at"], batch_size=1000)
    AuditEvent.objects.bulk_create(acts, batch_size=1000)


def _status_act(project: Project, before: str, after: str, reason: str, at: datetime) -> AuditEvent:
    data: dict[str, object] = {"changes": {"status": [before, after]}} | (
        {"reason": reason} if reason else {}
    )
    act = audit.event(
        actor=None, action="project.status", subject=project, place=project.village_id, data=data
    )
    act.at = at
    return act


# Money and the rest ----------------------------------------------------------------------------------------


def _money(made: Plan, stored: dict[str, Project]) -> None:
    versions: dict[tuple[str, int, str], BudgetVersion] = {}
    lines, spent = [], []
    for planned in made.projects:
        project = stored[planned.key]
        first = VersionKind.OUTSIDE if planned.outside_budget else VersionKind.ORIGINAL
        lines += _lines(project, planned.money, _budget(versions, planned, first))
        if planned.revised:
            lines += _lines(project, planned.revised, _budget(versions, planned, VersionKind.REVISED))
        spent += [
            Realisation(project=project, source_id=p.source, date=p.day, amount=p.amount, document=p.document)
            for p in planned.payments
        ]
    BudgetLine.objects.bulk_create(lines, batch_size=1000)
    Realisation.objects.bulk_create(spent, batch_size=1000)
    recompute(project.pk for project in stored.values())


def _budget(
    versions: dict[tuple[str, int, str], BudgetVersion], planned: PlannedProject, kind: VersionKind
) -> BudgetVersion:
    key = (planned.village, planned.year, kind)
    if key not in versions:
        number = {VersionKind.ORIGINAL: "7", VersionKind.REVISED: "3"}.get(kind, "DPA")
        day = date(planned.year, 9, 18) if kind == VersionKind.REVISED else date(planned.year - 1, 12, 27)
        versions[key] = BudgetVersion.objects.create(
            village_id=planned.village,
            fiscal_year=planned.year,
            kind=kind,
            number=f"{number}/{day.year}",
            date=day,
        )
    return versions[key]


def _lines(project: Project, money: list[tuple[str, Decimal]], version: BudgetVersion) -> list[BudgetLine]:
    return [
        BudgetLine(
            version=version, project=project, activity=project.activity, source_id=source, amount=amount
        )
        for source, amount in money
    ]


def _relations(made: Plan, stored: dict[str, Project]) -> None:
    Relation.objects.bulk_create(
        Relation(project=stored[r.key], other=stored[r.other], kind=r.kind, note=r.note)
        for r in made.relations
    )


def _engagement(made: Plan, people: People) -> Engagement:
    """The auditor's assignment: the whole regency, the three years, as of the end of the month before the last day."""
    engagement = Engagement.objects.create(
        assignment=f"700/{made.as_of.year}/ST-014",
        title="Pemeriksaan kegiatan fisik desa",
        first_year=made.years[0],
        last_year=made.years[2],
        cut_off=made.as_of.replace(day=1) - timedelta(days=1),
    )
    engagement.team.set([people.named["auditor"]])
    engagement.places.set([Place.objects.get(pk=made.home[:5])])
    return engagement


def _parcel(planned: PlannedProject, project: Project, people: People) -> sending.Parcel:
    sites = dict(Site.objects.filter(project=project).values_list("no", "pk"))
    sender: User = people.sender(planned.village)
    return sending.Parcel(planned, project.pk, sites, sender.pk, people.reviewer(planned.village).pk)
