"""Sends the demo's photos through the door that phones use, on all cores: draw, take in, judge, review."""

import hashlib
import multiprocessing
import uuid
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db import connections

from geomonitor.demo import pictures
from geomonitor.demo.arriving import Arrival, arrival_of, refused_file
from geomonitor.demo.clock import clock
from geomonitor.demo.register import PlannedPhoto, PlannedProject

if TYPE_CHECKING:
    from accounts.models import User
    from photos.evidence import Fix

_LOOKED_AT_AFTER = timedelta(hours=20)
_NAMESPACE = uuid.UUID("5b1f6a52-4a0f-4f0f-8f5d-3a10c0de3510")


@dataclass(frozen=True)
class Parcel:
    """All photos of one project, with the primary keys of what they belong to."""

    project: PlannedProject
    project_id: int
    site_ids: dict[int, int]
    sender_id: int
    reviewer_id: int

    def only_copies(self, *, copies: bool) -> list[PlannedPhoto]:
        """The photos that are (or are not) bytes or pictures of another project's photo."""
        return [photo for photo in self.project.photos if bool(photo.copy_of or photo.picture_of) == copies]


def claim_uuid(key: str) -> uuid.UUID:
    """The uuid under which a planned photo is sent; the same in every run."""
    return uuid.uuid5(_NAMESPACE, key)


def send_all(parcels: list[Parcel], *, workers: int, tell: Callable[[int], None]) -> int:
    """Send every parcel, then the copies (their first use must be there). Returns how many photos arrived.

    workers: processes; 1 sends from this one, inside its transaction. tell: called with the count so far.
    """
    sent = 0
    for count in _in_turn(parcels) if workers < 2 else _in_parallel(parcels, workers):
        sent += count
        tell(sent)
    by_key = {photo.key: (parcel.project, photo) for parcel in parcels for photo in parcel.project.photos}
    for parcel in parcels:
        copies = parcel.only_copies(copies=True)
        sent += _send(parcel, copies, {p.key: by_key[p.copy_of or p.picture_of] for p in copies})
    tell(sent)
    return sent


def look_at(first: Iterable[str]) -> None:
    """Look at the pixels of the photos with these keys now, and leave all others to the worker, the oldest first."""
    from photos.derivatives import make_derivatives
    from photos.models import Claim, Photo

    wanted = [claim_uuid(key) for key in first]
    now = list(Claim.objects.filter(uuid__in=wanted).order_by("received_at").values_list("photo", flat=True))
    for photo in dict.fromkeys(now):
        make_derivatives.call(photo)
    for photo in (
        Photo.objects.filter(looked_at=None).order_by("received_at", "pk").values_list("pk", flat=True)
    ):
        make_derivatives.enqueue(photo)


def _in_turn(parcels: Iterable[Parcel]) -> Iterator[int]:
    for parcel in parcels:
        yield send(parcel)


def _in_parallel(parcels: list[Parcel], workers: int) -> Iterator[int]:
    connections.close_all()
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker) as pool:
        for done in as_completed([pool.submit(send, parcel) for parcel in parcels]):
            yield done.result()


def _begin_worker() -> None:
    """A fresh process: Django, without tasks for thumbnails, which `_send` stores itself from the drawn picture."""
    import django
    from django.conf import settings

    settings.TASKS = {"default": {"BACKEND": "django_tasks.backends.dummy.DummyBackend"}}
    django.setup()


def send(parcel: Parcel) -> int:
    """Send one project's own photos and the files that must be refused; returns how many were taken in."""
    sent = _send(parcel, parcel.only_copies(copies=False), {})
    _send_refused(parcel)
    return sent


def _send(
    parcel: Parcel,
    photos: Iterable[PlannedPhoto],
    originals: dict[str, tuple[PlannedProject, PlannedPhoto]],
) -> int:
    from accounts.models import User
    from photos.derivatives import keep
    from photos.intake import take_in
    from projects.models import Project, Site

    project = Project.objects.select_related("village").get(pk=parcel.project_id)
    sender = User.objects.get(pk=parcel.sender_id)
    sites = Site.objects.in_bulk(parcel.site_ids.values())
    count = 0
    for photo in photos:
        arrival = _arrival(parcel.project, photo, originals.get(photo.key))
        fix = _sealed(arrival, sender)
        with clock(photo.received_at):
            claim = take_in(
                actor=sender,
                uuid=claim_uuid(photo.key),
                project=project,
                site=sites[parcel.site_ids[photo.site_no]],
                upload=arrival.content,
                file_name=arrival.name,
                progress=photo.progress,
                fix=fix,
                shared_reason=photo.shared,
                received_at=photo.received_at,
            )
        if not claim.photo.display:
            keep(claim.photo, *pictures.shown(arrival.picture))
        _review(claim, photo, parcel.reviewer_id)
        count += 1
    return count


def _arrival(
    project: PlannedProject, photo: PlannedPhoto, original: tuple[PlannedProject, PlannedPhoto] | None
) -> Arrival:
    if photo.picture_of:
        return arrival_of(project, photo, picture_of=original)
    return arrival_of(*(original or (project, photo)))


def _sealed(arrival: Arrival, sender: "User") -> "Fix | None":
    """The fix as the page's camera sends it: sealed with a number of the sender's, written and read as JSON."""
    from photos.capture import as_sent, issue, read_fix, seal
    from photos.evidence import Fix

    if arrival.fix is None:
        return None
    at = arrival.fix.at
    fix = Fix(*arrival.fix.point, accuracy_m=arrival.fix.accuracy_m, at=at, age_s=0, shot_at=at)
    sha256 = hashlib.sha256(arrival.content).hexdigest()
    (number,) = issue(user=sender, count=1)
    return read_fix(as_sent(seal(fix, sha256=sha256, issued=number)))


def _review(claim: object, photo: PlannedPhoto, reviewer_id: int) -> None:
    from accounts.models import User
    from photos.models import Claim
    from photos.reviewing import review

    if not photo.review or not isinstance(claim, Claim):
        return
    decision, _colon, reason = photo.review.partition(": ")
    if decision == "accepted" and claim.verdict != "verified":
        return
    with clock(photo.received_at + _LOOKED_AT_AFTER):
        review(actor=User.objects.get(pk=reviewer_id), claim=claim, decision=decision, reason=reason)


def _send_refused(parcel: Parcel) -> None:
    from accounts.models import User
    from photos.intake import take_in
    from places.problems import Problem
    from projects.models import Project, Site

    for refusal in parcel.project.refusals:
        try:
            take_in(
                actor=User.objects.get(pk=parcel.sender_id),
                uuid=claim_uuid(f"{parcel.project.key}/{refusal.what}"),
                project=Project.objects.get(pk=parcel.project_id),
                site=Site.objects.get(pk=parcel.site_ids[1]),
                upload=refused_file(parcel.project, refusal),
                file_name=refusal.name,
                progress=50,
            )
        except Problem:  # refused, as it must be; a file that got in is found by the test of planted cases
            continue
