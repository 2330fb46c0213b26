"""Takes in many photos at once, through the same door as every other: finds each one's project, site and progress.

One photo's failure never stops the others. docs/design/photo-import.md says how a file finds its place.
"""

import csv
import io
import logging
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import User
from photos import intake
from photos.conclusions import sentence_of
from photos.containers import layout_of, opened
from photos.evidence import COARSE_M
from photos.exif import Facts, Position, read
from photos.import_sources import MANIFEST, Entry, NotReadable, entries
from photos.judging import (
    Asked,
    judge_claim,
    nearest_reaching,
    sites_around,
    to_shapely,
    tolerance_m,
    version_at,
)
from photos.models import Claim, Photo, Purpose
from photos.removing import refuse_if_removed
from photos.sniff import Sniffed, sniff
from photos.uploads import Incoming, IncomingFile, received
from places.earth import metres_to_geometry
from places.message import Message, message, sentences
from places.message import mark as _
from places.problems import Problem
from places.saying import say
from projects.models import Project, Site, SiteStatus

logger = logging.getLogger(__name__)

SENTENCES = sentences(
    {
        "import_photos.no_progress": _(
            "Progres tidak jelas. Tulis 0, 50 atau 100 %% pada nama folder atau berkas, isi manifest.csv, atau pakai "
            "--progress."
        ),
        "import_photos.bad_progress": _("Progres “%(value)s” bukan angka 0 sampai 100."),
        "import_photos.no_such_project": _(
            "Pekerjaan “%(value)s” tidak ada, atau tidak tampil untuk pengirim ini."
        ),
        "import_photos.no_such_site": _("Pekerjaan %(project)s tidak punya titik nomor “%(value)s”."),
        "import_photos.no_position": _(
            "Foto tanpa koordinat, jadi tempatnya tidak bisa ditemukan. Pakai manifest.csv."
        ),
        "import_photos.nothing_near": _("Tidak ada titik lokasi di dekat tempat foto."),
        "import_photos.too_far": _(
            "Titik terdekat %(project)s nomor %(no)s, %(distance_m)s; batasnya %(limit_m)s."
        ),
        "import_photos.no_project": _(
            "Pekerjaan tidak disebut. Pakai --project, --nearest, atau manifest.csv."
        ),
        "import_photos.missing": _("Disebut di manifest.csv, tetapi berkasnya tidak ada."),
        "import_photos.failed": _("Gagal dibaca: %(error)s."),
        "import_photos.bad_manifest": _(
            "manifest.csv: kolom “%(value)s” tidak dikenal. Kolomnya: %(choices)s."
        ),
        "import_photos.no_file_column": _("manifest.csv tidak punya kolom file."),
    }
)
COLUMNS = ("file", "project", "site", "progress", "purpose", "note", "taken_by", "shared_reason")
REPORT = (
    "file",
    "status",
    "project",
    "site",
    "progress",
    "verdict",
    "distance_m",
    "claim",
    "sha256",
    "reason",
)
_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "geomonitor:import_photos")
_WORDS = {"sebelum": 0, "sedang": 50, "selesai": 100, "sesudah": 100}
_MANIFEST_LIMIT = 20_000_000


@dataclass(frozen=True)
class Wanted:
    """What the caller says of all files alike; a manifest's row goes before it."""

    actor: User
    project: Project | None = None
    nearest: bool = False
    progress: int | None = None
    purpose: str = Purpose.PROGRESS
    dry_run: bool = False


@dataclass(frozen=True)
class Outcome:
    """What became of one file. status: taken, same, refused, unplaced or skipped."""

    file: str
    status: str
    project: str = ""
    site: int | None = None
    progress: int | None = None
    verdict: str = ""
    distance_m: float | None = None
    claim: int | None = None
    sha256: str = ""
    reason: str = ""

    def row(self) -> list[str]:
        """As a row of the report; text never begins like a formula."""
        values = ("" if getattr(self, name) is None else str(getattr(self, name)) for name in REPORT)
        return [f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else text for text in values]


class _NoPlace(Exception):
    """No site was found for a photo; said: why, with the nearest one where there is any."""

    def __init__(self, said: Message) -> None:
        super().__init__(said.code)
        self.said = said


@dataclass
class _Run:
    """One import while it goes on. seen: what a dry run would have taken in already."""

    wanted: Wanted
    manifest: dict[str, dict[str, str]]
    projects: dict[str, Project | None] = field(default_factory=dict)
    seen: set[tuple[str, int, int, str]] = field(default_factory=set)


def import_photos(source: Path, wanted: Wanted) -> Iterator[Outcome]:
    """Take in every photo of a folder or ZIP; yields what became of each, in the order of their names.

    Loading again gives the same claims. Raises NotReadable where source or its manifest.csv cannot be read at all.
    """
    run = _Run(wanted, _manifest(source))
    found = set()
    for entry in entries(source, limit=settings.PHOTO_MAX_BYTES):
        if entry.name == MANIFEST:
            continue
        found.add(entry.name)
        yield _one(run, entry)
    for name in run.manifest:
        if name not in found:
            yield Outcome(name, "refused", reason=say(message("import_photos.missing")))


def _one(run: _Run, entry: Entry) -> Outcome:
    """One file, whatever happens."""
    listed = run.manifest.get(entry.name, {})
    if entry.refusal:
        return Outcome(entry.name, "refused", reason=say(entry.refusal))
    if not entry.is_picture and not listed:
        return Outcome(entry.name, "skipped", reason=say(message("import_photos.not_a_picture")))
    try:
        return _take(run, entry, listed)
    except _NoPlace as nowhere:
        return Outcome(entry.name, "unplaced", reason=say(nowhere.said))
    except Exception as error:  # noqa: BLE001  # a broken archive, a full disk: said, and on to the next
        return Outcome(entry.name, "refused", reason=_why(entry, error))


def _why(entry: Entry, error: Exception) -> str:
    """A failure in words; what nobody foresaw goes into the log too."""
    if isinstance(error, Problem):
        cause = error.__cause__  # a full disk, a silent bucket: who imports keeps the system
        return f"{error.sentence} ({cause})" if isinstance(cause, OSError) else error.sentence
    if isinstance(error, PermissionDenied):
        return str(error)
    logger.exception("import of %s failed", entry.name, exc_info=error)
    return say(message("import_photos.failed", error=f"{type(error).__name__}: {error}"[:200]))


def _take(run: _Run, entry: Entry, listed: Mapping[str, str]) -> Outcome:
    progress = _progress(run, entry, listed)
    purpose = listed.get("purpose") or run.wanted.purpose
    with entry.open() as file:
        incoming = received(file)
    try:
        sniffed, facts = _look(incoming, entry.base)
        site = _place(run, listed, facts)
        sending: dict[str, Any] = {
            "actor": run.wanted.actor,
            "uuid": _uuid(incoming.sha256, site, progress, purpose),
            "project": site.project,
            "site": site,
            "progress": progress,
            "purpose": purpose,
            "note": listed.get("note", ""),
            "taken_by": listed.get("taken_by", ""),
            "shared_reason": listed.get("shared_reason", ""),
        }
        if same := _same(run, incoming.sha256, sending):
            return same.said(entry.name, incoming.sha256, site, progress)
        if run.wanted.dry_run:
            return _judged(run, entry, incoming, sniffed, facts, sending)
        upload = IncomingFile(incoming, entry.base, None)
        claim = intake.receive(**sending, upload=upload, file_name=entry.base).claim
        return _told(entry.name, "taken", claim, incoming.sha256)
    finally:
        incoming.discard()


def _look(incoming: Incoming, name: str) -> tuple[Sniffed, Facts]:
    with opened(incoming.path) as data:
        layout = layout_of(data)
        sniffed = sniff(data, name=name, layout=layout)
        return sniffed, Facts() if sniffed.refusal else read(data, layout=layout, name=name)


def _uuid(sha256: str, site: Site, progress: int, purpose: str) -> uuid.UUID:
    """The same file for the same place gives the same number, on every machine."""
    return uuid.uuid5(_NAMESPACE, f"{sha256}:{site.project.code}:{site.no}:{progress}:{purpose}")


# Which progress --------------------------------------------------------------------------------------------


def _progress(run: _Run, entry: Entry, listed: Mapping[str, str]) -> int:
    if text := listed.get("progress", ""):
        number = text.removesuffix("%").strip()
        if not number.isdecimal() or int(number) > 100:
            raise Problem(message("import_photos.bad_progress", value=text))
        return int(number)
    if run.wanted.progress is not None:
        return run.wanted.progress
    guessed = progress_of(entry.name)
    if guessed is None:
        raise Problem(message("import_photos.no_progress"))
    return guessed


def progress_of(name: str) -> int | None:
    """Progress in per cent out of a path: "50%" or a word in the file's name, else the innermost folder that says one.

    "0/a.jpg" → 0; "jalan/50 %/a.jpg" → 50; "foto_selesai.jpg" → 100; "IMG_0050.jpg" → None: numbers of cameras.
    """
    *folders, base = name.split("/")
    stem = base.rpartition(".")[0] or base
    for part, is_folder in ((stem, False), *((folder, True) for folder in reversed(folders))):
        said = _progress_in(part.lower(), is_folder=is_folder)
        if said is not None:
            return said
    return None


def _progress_in(part: str, *, is_folder: bool) -> int | None:
    patterns = [r"(?<!\d)(\d{1,3})\s*(?:%|persen|pct)"] + ([r"^(\d{1,3})$"] if is_folder else [])
    for pattern in patterns:
        if (match := re.search(pattern, part)) and int(match[1]) <= 100:
            return int(match[1])
    words = re.findall(r"[a-z]+", part)
    return next((_WORDS[word] for word in words if word in _WORDS), None)


# Which site ------------------------------------------------------------------------------------------------


def _place(run: _Run, listed: Mapping[str, str], facts: Facts) -> Site:
    """The site that a photo is for: named in the manifest, the only one, or the nearest to where it was taken."""
    code = listed.get("project", "")
    project = _project(run, code) if code else run.wanted.project
    if project is not None:
        intake.require_claiming(run.wanted.actor, project)
        if no := listed.get("site", ""):
            return _numbered(project, no)
        sites = project.sites.filter(status=SiteStatus.ACTIVE).select_related("project__village")
        if len(sites) == 1:
            return sites[0]
        if not sites:
            raise Problem(message("intake.no_site"))
        if facts.position is None:
            raise _NoPlace(message("intake.which_site", count=len(sites)))
        return min(sites, key=lambda site: (_metres(facts.position, site), site.no))
    if not run.wanted.nearest:
        raise Problem(message("import_photos.no_project"))
    return _nearest(run.wanted.actor, facts)


def _project(run: _Run, code: str) -> Project:
    if code not in run.projects:
        visible = Project.objects.visible_to(run.wanted.actor).select_related("village")
        run.projects[code] = visible.filter(code=code).first()
    found = run.projects[code]
    if found is None:
        raise Problem(message("import_photos.no_such_project", value=code))
    return found


def _numbered(project: Project, no: str) -> Site:
    site = (
        project.sites.select_related("project__village").filter(no=int(no) if no.isdecimal() else -1).first()
    )
    if site is None:
        raise Problem(message("import_photos.no_such_site", project=project.code, value=no))
    return site


def _metres(position: Position | None, site: Site) -> float:
    """Metres from the photo to the site as it is now; only to choose between a project's own sites."""
    if position is None:
        return 0.0
    return metres_to_geometry((position.lon, position.lat), to_shapely(site.geometry))


def _nearest(actor: User, facts: Facts) -> Site:
    """The nearest site to whose tolerance the photo belongs, of all for which the sender may send photos."""
    position = facts.position
    if position is None:
        raise _NoPlace(message("import_photos.no_position"))
    among = Site.objects.filter(
        status=SiteStatus.ACTIVE, project__in=Project.objects.building().claimable_by(actor)
    ).select_related("project__village")
    here, at = (position.lon, position.lat), facts.taken.at or timezone.now()
    if found := nearest_reaching(here, among, error_m=position.error_m, at=at):
        return found[0]
    around = sites_around(here, among)
    if not around:
        raise _NoPlace(message("import_photos.nothing_near"))
    site, distance = around[0]
    limit = tolerance_m(site.project, site, version_at(site, at)) + min(position.error_m or 0.0, COARSE_M)
    said = message(
        "import_photos.too_far",
        project=site.project.code,
        no=site.no,
        distance_m=distance,
        limit_m=round(limit, 2),
    )
    raise _NoPlace(said)


# What becomes of it ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Same:
    """A photo that is here already: its claim, None where only this dry run has met it."""

    claim: Claim | None

    def said(self, name: str, sha256: str, site: Site, progress: int) -> Outcome:
        if self.claim is not None:
            return _told(name, "same", self.claim, sha256)
        return Outcome(name, "same", site.project.code, site.no, progress, sha256=sha256)


def _same(run: _Run, sha256: str, sending: Mapping[str, Any]) -> _Same | None:
    site, progress, purpose = sending["site"], sending["progress"], sending["purpose"]
    same = Claim.objects.kept().select_related("project", "site").filter(
        photo__sha256=sha256, site=site, progress=progress, purpose=purpose
    )  # fmt: skip
    if claim := same.first():
        return _Same(claim)
    key = (sha256, site.pk, progress, purpose)
    if run.wanted.dry_run and key in run.seen:
        return _Same(None)
    run.seen.add(key)
    return None


def _judged(
    run: _Run, entry: Entry, incoming: Incoming, sniffed: Sniffed, facts: Facts, sending: Mapping[str, Any]
) -> Outcome:
    """What the door would say, without storing anything."""
    site = sending["site"]
    if sending["purpose"] not in Purpose.values:
        raise Problem(message("intake.unknown_purpose", value=sending["purpose"]))
    intake.require_claiming(run.wanted.actor, site.project)
    intake.chosen_site(site.project, site)
    refuse_if_removed(incoming.sha256)
    if sniffed.refusal:
        raise Problem(sniffed.refusal)
    asked = Asked(
        project=site.project,
        site=site,
        progress=sending["progress"],
        purpose=sending["purpose"],
        received_at=timezone.now(),
        shared_reason=sending["shared_reason"],
    )
    photo = Photo.objects.filter(sha256=incoming.sha256).first()
    _evidence, judgement = judge_claim(asked, photo=photo, facts=facts, sniffed=sniffed)
    return Outcome(
        entry.name,
        "taken",
        site.project.code,
        site.no,
        sending["progress"],
        str(judgement.verdict or ""),
        judgement.distance_m,
        sha256=incoming.sha256,
    )


def _told(name: str, status: str, claim: Claim, sha256: str) -> Outcome:
    return Outcome(
        name,
        status,
        claim.project.code,
        claim.site.no,
        claim.progress,
        claim.verdict,
        claim.distance_m,
        claim.pk,
        sha256,
        "" if claim.verdict == "verified" else sentence_of(claim),
    )


# The manifest ----------------------------------------------------------------------------------------------


def _manifest(source: Path) -> dict[str, dict[str, str]]:
    """manifest.csv of a folder or ZIP: rows by file name; none where there is none. Raises NotReadable."""
    for entry in entries(source, limit=_MANIFEST_LIMIT):
        if entry.name == MANIFEST and entry.refusal is None:
            with entry.open() as file:
                text = file.read(_MANIFEST_LIMIT).decode("utf-8-sig", "replace")
            return _rows(text)
    return {}


def _rows(text: str) -> dict[str, dict[str, str]]:
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    names = [(name or "").strip().lower() for name in reader.fieldnames or ()]
    if unknown := [name for name in names if name and name not in COLUMNS]:
        raise NotReadable(message("import_photos.bad_manifest", value=unknown[0], choices=", ".join(COLUMNS)))
    if "file" not in names:
        raise NotReadable(message("import_photos.no_file_column"))
    reader.fieldnames = names
    rows: dict[str, dict[str, str]] = {}
    for row in reader:
        cells = {
            name: (value or "").strip() for name, value in row.items() if name and isinstance(value, str)
        }
        if cells.get("file"):
            rows[cells["file"].replace("\\", "/").removeprefix("./")] = cells
    return rows


def totals(outcomes: Mapping[str, int]) -> str:
    """ "taken 12, same 3, refused 1, unplaced 0, skipped 2" in the reader's language."""
    words = {
        "taken": gettext("diterima"),
        "same": gettext("sudah ada"),
        "refused": gettext("ditolak"),
        "unplaced": gettext("tanpa tempat"),
        "skipped": gettext("dilewati"),
    }
    return ", ".join(f"{word} {outcomes.get(status, 0)}" for status, word in words.items())
