"""The film strip of a project: its photos from 0 to 100 %, site by site, and the frames that are still missing."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from django.db.models import Prefetch
from django.urls import reverse
from django.utils import timezone

from accounts.access import Action, Person, may
from photos import stages
from photos.conclusions import message_of, told
from photos.models import CheckResult, Claim, Purpose, Verdict
from photos.standing import with_decision
from places.message import Message
from places.saying import say
from projects.models import Project, Site, SiteStatus, stage_word


@dataclass(frozen=True)
class Saying:
    """A check's status (passed, failed, warning, unknown) and its sentence."""

    status: str
    text: str


@dataclass(frozen=True)
class Frame:
    """One picture of the strip, or the place of one that is expected and missing (then only progress and due_on).

    due_on: None where no dates are planned. decision: "accepted", "rejected", "asked" or "" (nobody yet).
    distance_m: None without a position. thumb, display: "" until the worker has made them.
    """

    progress: int
    missing: bool = False
    due_on: date | None = None
    late: bool = False
    claim_id: int | None = None
    verdict: str = ""
    taken_at: datetime | None = None
    received_at: datetime | None = None
    distance_m: float | None = None
    message: Message | None = None
    checks: tuple[tuple[str, Message], ...] = ()
    thumb: str = ""
    display: str = ""
    original: str = ""
    ledger: str = ""
    removed: bool = False  # the bytes were removed by an admin; claim and verdict stay
    stands: bool = False
    decision: str = ""
    note: str = ""

    @property
    def stage(self) -> str:
        """Sebelum, Sedang or Selesai."""
        return stage_word(self.progress)

    @property
    def verdict_label(self) -> str:
        """The verdict's word on screen, "" for a missing frame."""
        return str(Verdict(self.verdict).label) if self.verdict else ""

    @property
    def sentence(self) -> str:
        """What the verdict rests on, in the reader's language."""
        return say(self.message) if self.message else ""

    @property
    def sentences(self) -> list[Saying]:
        """What each check said, in reading order, in the reader's language."""
        return [Saying(status, say(said)) for status, said in self.checks]


@dataclass(frozen=True)
class Track:
    """The frames of one site in order of progress."""

    site_id: int
    no: int
    label: str
    progress: float
    frames: list[Frame] = field(default_factory=list)


@dataclass(frozen=True)
class Timeline:
    """All tracks of a project; `frames` are those of all sites one after the other."""

    project_id: int
    tracks: list[Track]

    @property
    def frames(self) -> list[Frame]:
        return [frame for track in self.tracks for frame in track.frames]

    @property
    def photos(self) -> int:
        """How many pictures there are."""
        return sum(not frame.missing for frame in self.frames)

    @property
    def absent(self) -> int:
        """How many expected pictures are missing."""
        return sum(frame.missing for frame in self.frames)


def of(project: Project, user: Person) -> Timeline:
    """The timeline as this person may see it: the public sees claims that stand. Four queries."""
    claims = with_decision(
        Claim.objects.visible_to(user).filter(project=project, purpose=Purpose.PROGRESS)
    ).select_related("photo")
    ordered = claims.order_by("progress", "taken_at", "received_at", "pk").prefetch_related(
        Prefetch("checks", CheckResult.objects.order_by("order"))
    )
    by_site: dict[int, list[Claim]] = {}
    for claim in ordered:
        by_site.setdefault(claim.site_id, []).append(claim)
    wanted = stages.expected([project])[project.pk]
    inside = may(user, Action.SEE_DRAFTS, project.village_id)
    originals = may(user, Action.ORIGINALS, project.village_id)
    sites = Site.objects.filter(project=project).order_by("no")
    tracks = [
        Track(
            site_id=site.pk,
            no=site.no,
            label=site.label if inside else site.public_label,
            progress=float(site.progress),
            frames=_frames(project, site, by_site.get(site.pk, []), wanted, originals=originals),
        )
        for site in sites
        if site.status == SiteStatus.ACTIVE or site.pk in by_site
    ]
    return Timeline(project.pk, tracks)


def _frames(
    project: Project, site: Site, claims: list[Claim], wanted: Iterable[int], *, originals: bool
) -> list[Frame]:
    """A site's frames; a photo that was turned down stays in the strip but does not fill its stage."""
    frames = [_frame(claim, originals=originals) for claim in claims]
    if site.status == SiteStatus.ACTIVE:
        shown = [frame.progress for frame in frames if frame.decision not in {"rejected", "asked"}]
        frames += [_missing(project, stage) for stage in stages.missing(wanted, shown)]
    return sorted(frames, key=lambda frame: frame.progress)


def _frame(claim: Claim, *, originals: bool) -> Frame:
    photo = claim.photo
    return Frame(
        progress=claim.progress,
        claim_id=claim.pk,
        verdict=claim.verdict,
        taken_at=claim.taken_at,
        received_at=claim.received_at,
        distance_m=claim.distance_m,
        message=message_of(claim),
        checks=told(claim),
        thumb=reverse("photo_thumb", args=[claim.pk]) if photo.thumb else "",
        display=reverse("photo_display", args=[claim.pk]) if photo.display else "",
        original=reverse("photo_original", args=[claim.pk]) if originals and not photo.removed_at else "",
        ledger=reverse("claim_ledger", args=[claim.pk]) if originals else "",
        removed=photo.removed_at is not None,
        stands=claim.stands,
        decision=getattr(claim, "decision", None) or "",
        note=claim.note if originals else "",
    )


def _missing(project: Project, stage: int) -> Frame:
    day = stages.due(project, stage)
    return Frame(progress=stage, missing=True, due_on=day, late=bool(day and day < timezone.localdate()))
