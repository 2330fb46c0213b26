"""The projects' part of an import: which project a row is about, its fields and its point; then all in bulk.

Loading again changes only what the file changed since it was last loaded (Project.imported remembers), so that
what people corrected here stays.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import shapely
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Count, Q
from django.utils import timezone
from shapely.geometry.base import BaseGeometry

from accounts import audit
from accounts.access import Action, reach
from accounts.models import AuditEvent
from places.earth import LonLat, metres_between
from places.geography import geos_point
from places.locating import outside_regency, outside_village
from places.message import Message, message, sentences
from places.message import mark as _
from places.models import Level, Place
from places.saying import say
from projects import cells, merged_rows
from projects.editing import as_json, person_of
from projects.filters import normal_activity_code
from projects.import_rows import Job, Row, State
from projects.models import (
    Activity,
    ActivityCode,
    CodeSystem,
    Executor,
    Project,
    ProjectQuerySet,
    Site,
    SiteSource,
    SiteStatus,
    SiteVersion,
    Status,
    StatusChange,
    WorkType,
)
from projects.numbering import code_of, next_number
from projects.pieces import row_key
from projects.saving import household_data
from projects.sites import JUDGED_BY, ROUGH_ALLOWED, SAME_WITHIN_M, first_valid_from, tell_steps
from projects.titles import tell_titles

SENTENCES = sentences(
    {
        "import.empty_cell": _("Sel ini kosong. Isi nilainya."),
        "import.village_unknown": _(
            "Desa ini tidak ada. Tulis kodenya seperti 35.10.19.2003 atau nama lengkapnya."
        ),
        "import.village_several": _("Ada beberapa desa bernama itu: %(codes)s. Tulis kodenya."),
        "import.not_your_village": _("Tugas Anda tidak mencakup desa ini."),
        "import.year": _("Tahun anggaran harus empat angka antara 2015 dan 2100."),
        "import.code_unknown": _(
            "Tidak ada pekerjaan dengan kode ini. Kosongkan kodenya untuk pekerjaan baru."
        ),
        "import.code_elsewhere": _(
            "Pekerjaan ini milik desa %(village)s tahun %(year)s. Perbaiki salah satunya."
        ),
        "import.row_twice": _(
            "Baris %(row)s berkata hal yang sama (desa, tahun, kegiatan, nama). Tambahkan kolom source_key yang "
            "membedakan keduanya."
        ),
        "import.key_twice": _("source_key ini sudah ada di baris %(row)s. Satu baris untuk satu pekerjaan."),
        "import.key_taken": _("source_key ini sudah dipakai %(project)s. Satu kunci untuk satu pekerjaan."),
        "import.number_range": _("Angka ini harus antara %(low)s dan %(high)s. Periksa satuannya."),
        "import.work_type_missing": _(
            "Jenis pekerjaan belum terisi dan tidak dapat ditentukan dari kode kegiatan. Pilihannya: %(choices)s."
        ),
        "import.needs_point": _(
            "Hanya draf yang boleh tanpa titik. Isi lon dan lat, atau tulis status draft."
        ),
        "import.half_a_point": _("Hanya satu dari lon dan lat yang terisi. Isi keduanya."),
        "import.not_degrees": _("Ini bukan derajat desimal. Tulis seperti 114.2345 atau -8.3333."),
        "import.shape": _("Bentuk %(shape)s tidak dapat menjadi lokasi. Pakai titik, garis atau area."),
        "import.published_draft": _("Draf tidak dapat ditampilkan untuk publik."),
        "import.may_not_publish": _("Hanya kepala desa atau pemantau yang dapat menampilkan untuk publik."),
        "import.outside_village": _(
            "%(count)s titik di luar batas desanya pada peta; contoh, baris %(row)s: %(said)s"
        ),
        "import.position_kept": _(
            "%(count)s pekerjaan sudah punya titik survei atau beberapa titik; posisi dari file tidak dipakai."
        ),
        "import.too_far": _("Titik ini di luar kabupaten, seperti baris-baris sebelumnya."),
        "import.too_long": _("Teks ini lebih dari %(limit)s huruf. Persingkat."),
    }
)

COLUMNS: Mapping[str, Sequence[str]] = {
    "code": ("kode", "kode_pekerjaan"),
    "village": ("village_code", "desa", "kode_desa"),
    "fiscal_year": ("year", "tahun", "tahun_anggaran"),
    "source_key": ("kunci_asal", "kunci"),
    "activity": ("activity_code", "kode_kegiatan"),
    "activity_name": ("kegiatan", "nama_kegiatan"),
    "code_system": ("sistem_kode",),
    "title": ("judul", "nama_pekerjaan", "nama"),
    "public_title": ("nama_publik",),
    "work_type": ("jenis", "jenis_pekerjaan"),
    "status": (),
    "published": ("tampil", "publik"),
    "volume": (),
    "unit": ("satuan",),
    "executor": ("cara_pelaksanaan",),
    "executor_name": ("pelaksana",),
    "planned_start": ("mulai", "rencana_mulai"),
    "planned_end": ("selesai", "rencana_selesai"),
    "tolerance_m": ("batas_m",),
    "lon": ("longitude", "bujur"),
    "lat": ("latitude", "lintang"),
    "extent": ("ruas", "wkt"),
    "radius_m": ("radius",),
    "site_label": ("titik", "nama_titik"),
}
_TEXTS = {"title": 250, "public_title": 250, "unit": 30, "executor_name": 150}
_RANGES = {"volume": (0, 999_999_999_999), "tolerance_m": (1, 1000)}
_IMPORTED_STATUSES = [s for s in Status.values if s not in {Status.CANCELLED, Status.MERGED}]
_DETAILED_OUTSIDE = 300  # positions outside are explained one by one up to here
_CLOSED = {Status.CANCELLED, Status.MERGED}  # decided by people, so no file changes them
_KEY_LENGTH = 90  # leaves room for the number of a piece
_BATCH = 1000


@dataclass
class _Said:
    """What a row says of its project, read and checked."""

    village: Place
    year: int
    key: str
    fields: dict[str, Any] = field(default_factory=dict)
    activity: tuple[str, str] | None = None  # code, name
    shape: BaseGeometry | None = None
    radius_m: float | None = None
    label: str = ""


@dataclass
class _Where:
    """What is stored of a project's position: how many sites, and the only one's newest version."""

    sites: int = 0
    version: SiteVersion | None = None


class ProjectRows:
    """Reads village, year, names, kind, status and position; finds the project or makes it."""

    columns = COLUMNS

    def __init__(self, job: Job) -> None:
        self.job = job
        self.said: dict[int, _Said] = {}
        self.touched: set[int] = set()  # rows whose stored project must be written

    # -- check ---------------------------------------------------------------------------------------------

    def check(self, rows: Sequence[Row]) -> None:
        places = _Places()
        kinds = _ActivityKinds()
        may_import = reach(self.job.actor, Action.IMPORT) if self.job.actor else None
        by_code = _by_code(rows, lock=not self.job.dry_run)
        for row in rows:
            known = by_code.get(row.text("code"))
            village = self._village(row, places, known)
            year = self._year(row, known)
            if village is None or year is None:
                continue
            if may_import is not None and not may_import.covers(village.code):
                row.wrong("village", message("import.not_your_village"))
                continue
            self.said[row.number] = self._read(row, village, year, kinds)
        self._match(rows, by_code)
        self._check_positions(rows, places)
        for row in rows:
            if row.number in self.said and not row.mistakes:
                self._compare(row)
        self._say_positions_kept(rows)

    def _village(self, row: Row, places: "_Places", known: Project | None) -> Place | None:
        text = row.text("village")
        if not text:
            if known is not None:
                return places.by_code.get(known.village_id)
            row.wrong("village", message("import.empty_cell"))
            return None
        found = places.find(text)
        if len(found) == 1:
            return found[0]
        codes = ", ".join(place.code for place in found[:5])
        row.wrong("village", message("import.village_several", codes=codes) if found else _no_village())
        return None

    def _year(self, row: Row, known: Project | None) -> int | None:
        text = row.text("fiscal_year")
        if not text and known is not None:
            return known.fiscal_year
        if text.isdecimal() and len(text) == 4 and 2015 <= int(text) <= 2100:
            return int(text)
        row.wrong("fiscal_year", message("import.year" if text else "import.empty_cell"))
        return None

    def _read(self, row: Row, village: Place, year: int, kinds: "_ActivityKinds") -> _Said:
        said = _Said(village, year, key="")
        self._read_texts(row, said)
        self._read_activity(row, said)
        self._read_work_type(row, said, kinds)
        cells.choice(row, "status", Status, said.fields, _IMPORTED_STATUSES)
        cells.choice(row, "executor", Executor, said.fields)
        cells.number(row, "volume", said.fields)
        cells.number(row, "tolerance_m", said.fields, kind=float)
        for name, (low, high) in _RANGES.items():
            if name in said.fields and not low <= said.fields[name] <= high:
                row.wrong(name, message("import.number_range", low=low, high=high))
        cells.day(row, "planned_start", said.fields)
        cells.day(row, "planned_end", said.fields)
        cells.yes_or_no(row, "published", said.fields)
        self._read_position(row, said)
        said.key = self._key(row, said)
        return said

    def _read_texts(self, row: Row, said: _Said) -> None:
        for name, limit in _TEXTS.items():
            text = " ".join(row.text(name).split())
            if len(text) > limit:
                row.wrong(name, message("import.too_long", limit=limit))
            elif text:
                said.fields[name] = text
        for name, reason in household_data({name: row.text(name) for name in ("title", "public_title")}):
            row.wrong(name, reason)

    def _read_activity(self, row: Row, said: _Said) -> None:
        code = row.text("activity")
        if code:
            name = " ".join(row.text("activity_name").split())[:300]
            said.activity = (normal_activity_code(code)[:20], name)

    def _read_work_type(self, row: Row, said: _Said, kinds: "_ActivityKinds") -> None:
        if row.text("work_type"):
            cells.choice(row, "work_type", WorkType, said.fields)
        elif said.activity and (kind := kinds.of(said.activity[0])):
            said.fields["work_type"] = kind

    def _read_position(self, row: Row, said: _Said) -> None:
        said.label = row.text("site_label")[:120]
        radius: dict[str, Any] = {}
        cells.number(row, "radius_m", radius, kind=float)
        said.radius_m = radius.get("radius_m") or None
        said.shape = row.shape if row.shape is not None and not row.shape.is_empty else None
        point = self._point(row)
        if row.text("extent"):
            try:
                said.shape = shapely.from_wkt(row.text("extent"))
            except shapely.errors.GEOSException:
                row.wrong("extent", message("import.shape", shape="WKT"))
                return
        if said.shape is not None and said.shape.geom_type not in _SHAPES:
            row.wrong("extent", message("import.shape", shape=said.shape.geom_type), value="")
            return
        if said.shape is not None:
            said.shape = shapely.force_2d(said.shape)
            if said.shape.is_empty or not said.shape.is_valid:
                row.wrong("extent", message("sites.extent"), value="")
                return
        row.point = point or (_point_of(said.shape) if said.shape is not None else None)
        if said.shape is not None and said.shape.geom_type == "Point":
            said.shape = None
        row.shape = said.shape

    def _point(self, row: Row) -> LonLat | None:
        texts = [row.text("lon"), row.text("lat")]
        if not any(texts):
            return None
        if not all(texts):
            row.wrong("lat" if texts[0] else "lon", message("import.half_a_point"))
            return None
        degrees = [cells.degrees(text) for text in texts]
        for name, value in zip(("lon", "lat"), degrees, strict=True):
            if value is None:
                row.wrong(name, message("import.not_degrees"))
        lon, lat = degrees
        return None if lon is None or lat is None else (lon, lat)

    def _key(self, row: Row, said: _Said) -> str:
        """What makes the row the same row when the file is loaded again: its own key, else what it says."""
        key = row.text("source_key").strip(".")
        if len(key) > _KEY_LENGTH or "#" in key:
            key = hashlib.sha256(key.encode()).hexdigest()[:32]
        if key:
            return key
        title = said.fields.get("title", "").casefold()
        activity = said.activity[0] if said.activity else ""
        return "row:" + hashlib.sha256(f"{activity}\n{title}".encode()).hexdigest()[:24]

    # -- which project ----------------------------------------------------------------------------------------

    def _match(self, rows: Sequence[Row], by_code: Mapping[str, Project]) -> None:
        groups = {(said.village.code, said.year) for said in self.said.values()}
        stored = _Stored(groups, lock=not self.job.dry_run)
        first: dict[Any, int] = {}
        for row in rows:
            said = self.said.get(row.number)
            if said is None:
                continue
            if row.text("code"):
                self._match_code(row, said, by_code, stored)
            else:
                row.project, row.pieces = stored.find(said)
        self.job.notes += merged_rows.lead_on(rows, lock=not self.job.dry_run)
        for row in rows:
            said = self.said.get(row.number)
            if said is None:
                continue
            identity = row.named.pk if row.named else (said.village.code, said.year, said.key)
            if row.named is not None:
                row.named.village = said.village  # at hand, so that nobody asks for it row by row
            if identity in first:
                name = "source_key" if row.text("source_key") else "title"
                row.wrong(name, message(_TWICE[name], row=first[identity]))
            first.setdefault(identity, row.number)
        self._where = _positions([row.project.pk for row in rows if row.project is not None])

    def _match_code(self, row: Row, said: _Said, by_code: Mapping[str, Project], stored: "_Stored") -> None:
        project = by_code.get(row.text("code"))
        if project is None:
            row.wrong("code", message("import.code_unknown"))
        elif (project.village_id, project.fiscal_year) != (said.village.code, said.year):
            place = {"village": project.village_id, "year": project.fiscal_year}
            row.wrong("code", message("import.code_elsewhere", **place))
        else:
            row.project, row.pieces = project, [project.pk]
            owner = stored.owner(said)
            if not row.text("source_key"):
                said.key = ""  # known by its code: what it is called makes no key for it
            elif not project.source_key and owner is not None and owner.pk != project.pk:
                row.wrong("source_key", message("import.key_taken", project=owner.code))

    # -- positions ----------------------------------------------------------------------------------------------

    def _check_positions(self, rows: Sequence[Row], places: "_Places") -> None:
        placed = [row for row in rows if row.point is not None and row.number in self.said]
        by_regency: dict[str, list[Row]] = defaultdict(list)
        by_village: dict[str, list[Row]] = defaultdict(list)
        for row in placed:
            code = self.said[row.number].village.code
            by_regency[code[:5]].append(row)
            by_village[code].append(row)
        explained = 0
        for code, there in by_regency.items():
            regency = Place.objects.filter(level=Level.REGENCY, pk=code).first()
            for row in _outside(there, regency) if regency else []:
                if explained < _DETAILED_OUTSIDE:
                    reason = outside_regency(row.point or (0, 0), regency) if regency else None
                else:
                    reason = message("import.too_far")
                if reason is not None:
                    explained += 1
                    row.wrong("lat", reason, value=f"{row.text('lat')}, {row.text('lon')}".strip(", "))
            self._check_shapes(there, regency)
        self._warn_outside_village(by_village, places)

    def _check_shapes(self, rows: Sequence[Row], regency: Place | None) -> None:
        """A line or area must lie in the regency as its pin does: a photo counts anywhere along it."""
        for row in rows:
            shape = self.said[row.number].shape
            if regency is None or shape is None or row.mistakes:
                continue
            west, south, east, north = shape.bounds
            for corner in ((west, south), (east, north)):
                reason = outside_regency(corner, regency)
                if reason is not None:
                    row.wrong("extent", reason, value="")
                    break

    def _warn_outside_village(self, by_village: Mapping[str, list[Row]], places: "_Places") -> None:
        """One warning for all, with an example: borders are indicative, so nothing is refused."""
        drawn = Place.objects.in_bulk(list(by_village))
        outside = [
            row
            for code, rows in by_village.items()
            for row in _outside(rows, drawn[code])
            if not row.mistakes
        ]
        if not outside:
            return
        first = outside[0]
        said = outside_village(first.point or (0, 0), drawn[self.said[first.number].village.code])
        if said is not None:
            self.job.notes.append(
                message("import.outside_village", count=len(outside), row=first.number, said=say(said))
            )

    # -- new, changed, same ---------------------------------------------------------------------------------------

    def _compare(self, row: Row) -> None:
        said = self.said[row.number]
        if row.project is None:
            self._prepare_new(row, said)
        else:
            self._prepare_change(row, row.project, said)
        self._check_together(row, said)

    def _check_together(self, row: Row, said: _Said) -> None:
        """What no cell says alone: what is stored and what the file says must fit together, as in the form."""
        project = row.project
        if project is None:
            return
        changed = said.fields.keys() if row.state == State.NEW else row.changes.keys()

        def will_be(name: str) -> Any:
            return said.fields[name] if name in changed and name in said.fields else getattr(project, name)

        start, end = will_be("planned_start"), will_be("planned_end")
        if start and end and end < start:
            dates = {"start_on": start.isoformat(), "end_on": end.isoformat()}
            row.wrong("planned_end", message("project.dates", **dates))
        if will_be("published") and will_be("status") == Status.DRAFT:
            row.wrong("published" if "published" in changed else "status", message("import.published_draft"))
        places = row.state == State.NEW or "point" in changed
        if said.radius_m and places and will_be("status") not in ROUGH_ALLOWED:
            row.wrong("radius_m", message("sites.area_too_late"))
        self._check_publishing(row, said, changed)

    def _check_publishing(self, row: Row, said: _Said, changed: Collection[str]) -> None:
        actor = self.job.actor
        shows_or_hides = "published" in changed and (row.state != State.NEW or said.fields["published"])
        if shows_or_hides and actor and not reach(actor, Action.PUBLISH).covers(said.village.code):
            row.wrong("published", message("import.may_not_publish"))

    def _prepare_new(self, row: Row, said: _Said) -> None:
        for name in ("title",):
            if not said.fields.get(name):
                row.wrong(name, message("import.empty_cell"))
        if "work_type" not in said.fields:
            default = self.job.defaults.get("work_type")
            if default:
                said.fields["work_type"] = default
            else:
                row.wrong(
                    "work_type", message("import.work_type_missing", choices=", ".join(WorkType.values))
                )
        status = said.fields.setdefault("status", Status.PLANNED if row.point else Status.DRAFT)
        if status != Status.DRAFT and row.point is None:
            row.wrong("status", message("import.needs_point"))
        if row.mistakes:
            return
        row.project = Project(village=said.village, fiscal_year=said.year, source_key=said.key, **said.fields)
        row.project.imported = self._imported(row, said)
        row.becomes(State.NEW)

    def _imported(self, row: Row, said: _Said) -> dict[str, Any]:
        told = {name: as_json(value) for name, value in said.fields.items()}
        if row.point is not None:
            told["point"] = [round(row.point[0], 6), round(row.point[1], 6)]
        return told

    def _prepare_change(self, row: Row, project: Project, said: _Said) -> None:
        record = row.named or project  # what the row said before is kept with the record that it names
        last, now = record.imported, self._imported(row, said)
        for name, value in said.fields.items() if row.speaks else ():
            new, stored = as_json(value), as_json(getattr(project, name))
            if new == stored or (name in last and last[name] == new):
                continue
            row.changes[name] = [stored, new]
        status, point = said.fields.get("status"), project.point
        if "status" in row.changes and status != Status.DRAFT and not (row.point or point):
            row.wrong("status", message("import.needs_point"))
        back_to_draft = (
            status == Status.DRAFT and not project.published
        )  # a published one is refused elsewhere
        if "status" in row.changes and status and (back_to_draft or project.status in _CLOSED):
            # A file may skip steps forward (last year's register), but never undo what people decided.
            before, after = str(Status(project.status).label), str(Status(status).label)
            row.wrong("status", message("status.not_allowed", before_word=before, after_word=after))
        if row.point is not None and last.get("point") != now["point"] and row.speaks:
            self._prepare_move(row, project, said)
        if row.changes or last != last | now or (said.key and not record.source_key):
            self.touched.add(row.number)
        record.imported = last | now
        record.source_key = record.source_key or said.key
        if row.changes:
            row.becomes(State.CHANGED)

    def _prepare_move(self, row: Row, project: Project, said: _Said) -> None:
        """Move a project's only site, unless it was surveyed meanwhile; give a first site to one that has none."""
        if row.point is None:
            return
        where = self._where.get(project.pk, _Where())
        version = where.version
        planned = {SiteSource.AREA, SiteSource.PLANNED}
        if where.sites > 1 or (version is not None and version.source not in planned):
            row.warnings.append(message("import.position_kept", count=1))
            return
        if version is not None:
            stored = (version.point.x, version.point.y)
            if metres_between(stored, row.point) <= SAME_WITHIN_M:
                return
            row.changes["point"] = [list(stored), list(row.point)]
        else:
            row.changes["point"] = ["", list(row.point)]

    def _say_positions_kept(self, rows: Sequence[Row]) -> None:
        kept = sum(1 for row in rows if any(w.code == "import.position_kept" for w in row.warnings))
        if kept:
            self.job.notes.append(message("import.position_kept", count=kept))

    # -- write ----------------------------------------------------------------------------------------------------

    def write(self, rows: Sequence[Row]) -> None:
        self._write_activities(rows)
        new = [row for row in rows if row.state == State.NEW]
        changed = [row for row in rows if row.state != State.NEW]
        self._insert(new)
        self._update(changed)
        tell_titles([_project(row).pk for row in [*new, *(row for row in changed if "title" in row.changes)]])
        self._write_events(rows)

    def _write_activities(self, rows: Sequence[Row]) -> None:
        """Budget rows by their key (or code), made or renamed; a project gets its own if it has none."""
        villages = {said.village.code for said in self.said.values()}
        years = {said.year for said in self.said.values()}
        stored: dict[tuple[str, int, str, str], Activity] = {
            (a.village_id, a.fiscal_year, a.source_key, a.code): a
            for a in Activity.objects.filter(village__in=villages, fiscal_year__in=years)
        }
        listed = dict(ActivityCode.objects.values_list("code", "name"))
        new: list[Activity] = []
        renamed: list[Activity] = []
        linked: list[tuple[Project, Activity]] = []
        for row in rows:
            said = self.said[row.number]
            if said.activity is None or row.project is None:
                continue
            code, name = said.activity
            key = row.text("source_key").strip(".")[:100]
            identity = (said.village.code, said.year, key, code)
            activity = stored.get(identity)
            if activity is None:
                activity = Activity(
                    village=said.village,
                    fiscal_year=said.year,
                    source_key=key,
                    code=code,
                    name=name or listed.get(code, code),
                    code_system=CodeSystem.PERMENDAGRI_20_2018 if code in listed else CodeSystem.REGIONAL,
                )
                stored[identity] = activity
                new.append(activity)
            elif name and activity.name != name:
                activity.name = name
                renamed.append(activity)
            if row.project.activity_id is None:
                linked.append((row.project, activity))
                self.touched.add(row.number)
        Activity.objects.bulk_create(new, batch_size=_BATCH)
        Activity.objects.bulk_update(renamed, ["name"], batch_size=_BATCH)
        for project, activity in linked:
            project.activity = activity

    def _insert(self, rows: Sequence[Row]) -> None:
        numbers: dict[tuple[str, int], int] = {}
        for row in rows:
            project = _project(row)
            group = (project.village_id, project.fiscal_year)
            number = numbers.get(group) or next_number(*group)
            numbers[group] = number + 1
            project.number = number
            project.code = code_of(*group, number)
            if row.point is not None:
                project.point = geos_point(row.point)
        Project.objects.bulk_create([_project(row) for row in rows], batch_size=_BATCH)
        self._insert_sites([row for row in rows if row.point is not None])

    def _insert_sites(self, rows: Sequence[Row]) -> None:
        sites = []
        for row in rows:
            extent = _geos(self.said[row.number].shape)
            sites.append(
                Site(
                    project=_project(row),
                    no=1,
                    label=self.said[row.number].label,
                    point=geos_point(row.point or (0, 0)),
                    extent=extent,
                )
            )
        Site.objects.bulk_create(sites, batch_size=_BATCH)
        SiteVersion.objects.bulk_create(
            (
                self._version(row, site, first_valid_from(self.said[row.number].year))
                for row, site in zip(rows, sites, strict=True)
            ),
            batch_size=_BATCH,
        )

    def _version(self, row: Row, site: Site, valid_from: Any) -> SiteVersion:
        radius_m = self.said[row.number].radius_m
        return SiteVersion(
            site=site,
            point=site.point,
            extent=site.extent,
            radius_m=radius_m,
            source=SiteSource.AREA if radius_m else SiteSource.PLANNED,
            valid_from=valid_from,
            document=self.job.file_name[:150],
            author=person_of(self.job.actor),
        )

    def _update(self, rows: Sequence[Row]) -> None:
        rows = [row for row in rows if row.number in self.touched or row.changes]
        moved = [row for row in rows if "point" in row.changes]
        statuses: list[StatusChange] = []
        for row in rows:
            project, said = _project(row), self.said[row.number]
            if "status" in row.changes:
                statuses.append(
                    StatusChange(
                        project=project,
                        before=project.status,
                        after=said.fields["status"],
                        reason=self.job.file_name,
                        actor=person_of(self.job.actor),
                    )
                )
            for name in row.changes.keys() - {"point"}:
                if name in said.fields:
                    setattr(project, name, said.fields[name])
            if row.changes:
                project.version += 1
            if "point" in row.changes:
                project.point = geos_point(row.point or (0, 0))
        names = [
            "activity",
            "imported",
            "source_key",
            "version",
            "point",
            "title",
            "public_title",
            "work_type",
        ]
        names += ["status", "published", "volume", "unit", "executor", "executor_name"]
        names += ["planned_start", "planned_end", "tolerance_m"]
        Project.objects.bulk_update([_project(row) for row in rows], names, batch_size=200)
        merged = [row.merged for row in rows if row.merged is not None]
        Project.objects.bulk_update(merged, ["imported", "source_key"], batch_size=200)
        StatusChange.objects.bulk_create(statuses, batch_size=_BATCH)
        self._move_sites(moved)
        for row in rows:
            if JUDGED_BY & row.changes.keys() or "point" in row.changes:
                tell_steps(_project(row).pk, cause="site" if "point" in row.changes else "project")

    def _move_sites(self, rows: Sequence[Row]) -> None:
        sites = {
            site.project_id: site
            for site in Site.objects.filter(
                project__in=[_project(row).pk for row in rows], status=SiteStatus.ACTIVE
            )
        }
        self._insert_sites([row for row in rows if _project(row).pk not in sites])
        there = [row for row in rows if _project(row).pk in sites]
        for row in there:
            site = sites[_project(row).pk]
            site.point = geos_point(row.point or (0, 0))
            site.extent = _geos(self.said[row.number].shape)
        now = timezone.now()
        Site.objects.bulk_update(
            [sites[_project(row).pk] for row in there], ["point", "extent"], batch_size=200
        )
        SiteVersion.objects.bulk_create(
            (self._version(row, sites[_project(row).pk], now) for row in there), batch_size=_BATCH
        )

    def _write_events(self, rows: Sequence[Row]) -> None:
        events = []
        for row in rows:
            if row.state == State.SAME:
                continue
            project = _project(row)
            told: dict[str, Any] = {"file": self.job.file_name, "row": row.number, "version": project.version}
            if row.merged is not None:
                told["merged_from"] = row.merged.code
            if row.state == State.NEW:
                told |= {"code": project.code, "title": project.title}
            else:
                told["changes"] = row.changes
            action = "project.imported" if row.state == State.NEW else "project.import_changed"
            events.append(
                audit.event(
                    actor=self.job.actor, action=action, subject=project, place=project.village_id, data=told
                )
            )
        AuditEvent.objects.bulk_create(events, batch_size=_BATCH)

    def totals(self) -> Mapping[str, Decimal]:
        return {}


_SHAPES = {"Point", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
_TWICE = {"source_key": "import.key_twice", "title": "import.row_twice"}


def _no_village() -> Message:
    return message("import.village_unknown")


def _project(row: Row) -> Project:
    if row.project is None:
        raise ValueError(f"row {row.number} has no project: check() comes before write()")
    return row.project


def _point_of(shape: BaseGeometry) -> LonLat:
    """Where a shape's pin stands: the point, the middle of a line, a place inside an area."""
    if shape.geom_type == "Point":
        return (shape.x, shape.y)
    if shape.geom_type == "LineString":
        middle = shape.interpolate(0.5, normalized=True)
    elif shape.geom_type == "MultiLineString":
        middle = max(shape.geoms, key=lambda part: part.length).interpolate(0.5, normalized=True)
    else:
        middle = shape.representative_point()
    return (middle.x, middle.y)


def _geos(shape: BaseGeometry | None) -> GEOSGeometry | None:
    return None if shape is None else GEOSGeometry(memoryview(shapely.to_wkb(shape)), srid=4326)


def _outside(rows: Sequence[Row], place: Place) -> list[Row]:
    """The rows whose points lie outside a place's drawn area; none for a place without one."""
    if place.boundary is None or not rows:
        return []
    area = shapely.from_wkb(bytes(place.boundary.wkb))
    shapely.prepare(area)
    xy = np.array([row.point for row in rows], dtype=float)
    inside = shapely.intersects_xy(area, xy[:, 0], xy[:, 1])
    return [row for row, is_inside in zip(rows, inside, strict=True) if not is_inside]


def _by_code(rows: Sequence[Row], *, lock: bool) -> dict[str, Project]:
    codes = {code for row in rows if (code := row.text("code"))}
    found = _locked(Project.objects.filter(code__in=codes), lock=lock) if codes else []
    return {project.code: project for project in found}


def _locked(projects: ProjectQuerySet, *, lock: bool) -> ProjectQuerySet:
    """Stored projects in order, locked until the import ends, so that it overwrites nobody's change unseen."""
    ordered = projects.order_by("pk")
    return ordered.select_for_update(no_key=True) if lock else ordered


def _positions(projects: Sequence[int]) -> dict[int, _Where]:
    """Sites of projects, and the newest version where there is only one."""
    ids = [pk for pk in projects if pk]
    counted = (
        Project.objects.filter(pk__in=ids)
        .order_by()
        .annotate(count=Count("sites", filter=Q(sites__status=SiteStatus.ACTIVE)))
        .values_list("pk", "count")
    )
    where = {pk: _Where(sites=count) for pk, count in counted}
    single = [pk for pk, found in where.items() if found.sites == 1]
    versions = SiteVersion.objects.filter(site__project__in=single, site__status=SiteStatus.ACTIVE)
    for version in versions.select_related("site").order_by("valid_from", "pk"):
        where[version.site.project_id].version = version
    return where


class _Places:
    """Villages by code and by name, read once."""

    def __init__(self) -> None:
        villages = list(
            Place.objects.villages().select_related("parent").defer("boundary", "point", "parent__boundary")
        )
        self.by_code = {place.code: place for place in villages}
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        for place in villages:
            for name in (
                place.name,
                place.title,
                f"{place.name}, {place.parent.name if place.parent else ''}",
            ):
                self.by_name[_plain_name(name)].append(place)

    def find(self, text: str) -> list[Place]:
        """Villages that a cell means: by code (dots or not), by name, by name and district."""
        code = text.strip().strip(".")
        if code.isdecimal() and len(code) == 10:
            code = f"{code[:2]}.{code[2:4]}.{code[4:6]}.{code[6:]}"
        if code in self.by_code:
            return [self.by_code[code]]
        return self.by_name.get(_plain_name(text), [])


def _plain_name(text: str) -> str:
    return " ".join(text.casefold().replace("kec.", "").replace(",", " ").split())


class _ActivityKinds:
    """Work types by activity code, from the list that load_references fills."""

    def __init__(self) -> None:
        self.kinds: dict[str, str] = {}
        for code, also, kind in ActivityCode.objects.values_list("code", "also_code", "work_type"):
            self.kinds[code] = kind
            if also:
                self.kinds.setdefault(also, kind)

    def of(self, code: str) -> str:
        return self.kinds.get(code, "")


class _Stored:
    """The projects of the villages and years in a file, found by row key or by what they are called."""

    def __init__(self, groups: set[tuple[str, int]], *, lock: bool) -> None:
        self.by_key: dict[tuple[str, int, str], list[Project]] = defaultdict(list)
        self.by_title: dict[tuple[str, int, str], list[Project]] = defaultdict(list)
        villages, years = {village for village, _y in groups}, {year for _v, year in groups}
        found = Project.objects.filter(village__in=villages, fiscal_year__in=years)
        for project in _locked(found, lock=lock):
            place = (project.village_id, project.fiscal_year)
            if project.source_key:
                self.by_key[(*place, row_key(project.source_key))].append(project)
            else:
                self.by_title[(*place, project.title.casefold())].append(project)

    def owner(self, said: _Said) -> Project | None:
        """The project that carries the row's key, whichever the row is about."""
        pieces = self.by_key.get((said.village.code, said.year, said.key), [])
        return next((piece for piece in pieces if piece.source_key == said.key), None)

    def find(self, said: _Said) -> tuple[Project | None, list[int]]:
        """The project of a row and all its pieces. One made by hand with the same name is taken for the row's."""
        place = (said.village.code, said.year)
        pieces = self.by_key.get((*place, said.key), [])
        if pieces:
            whole = next((piece for piece in pieces if piece.source_key == said.key), pieces[0])
            return whole, [piece.pk for piece in pieces]
        named = self.by_title.get((*place, said.fields.get("title", "").casefold()), [])
        named = [project for project in named if project.status != Status.MERGED] or named
        return (named[0], [named[0].pk]) if len(named) == 1 else (None, [])
