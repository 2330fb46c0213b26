"""Removing an original: a recorded act of an admin, with a reason. Nothing else in Geomonitor deletes originals.

The bytes and the pictures made from them go; the row, its hash, the facts, the claims with their verdicts, who, when
and why stay. docs/design/originals.md says when this is right.
"""

import logging

from django.core.exceptions import PermissionDenied
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext

from accounts import audit
from accounts.access import Action, Person, reach
from accounts.models import User
from photos.models import Claim, Photo
from photos.storing import derived_names
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem

logger = logging.getLogger(__name__)

SENTENCES = sentences(
    {
        "removing.reason_missing": _(
            "Tulis alasan menghapus berkas asli, misalnya “memperlihatkan wajah anak, diminta keluarganya”."
        ),
        "removing.not_confirmed": _(
            "Untuk menghapus, ketik delapan huruf pertama SHA-256 berkas ini: %(expected)s, bukan “%(value)s”."
        ),
        "removing.known": _(
            "Berkas ini pernah diterima, lalu berkas aslinya dihapus pengelola pada %(removed_at)s, jadi tidak diterima "
            "lagi. Ambil foto baru."
        ),
    }
)
CONFIRMED_BY = 8  # characters of the hash that are typed to confirm


def may_remove(user: Person, photo: Photo) -> bool:
    """Whether the person may remove this file's bytes: an admin of every village that claimed it."""
    own = reach(user, Action.REMOVE_ORIGINALS)
    villages = Claim.objects.filter(photo=photo).values_list("project__village_id", flat=True).distinct()
    return bool(own) and all(own.covers(village) for village in villages)


def remove(*, actor: User, photo: Photo, reason: str, confirmed: str) -> Photo:
    """Remove a file's bytes for good; the row keeps its hash, the reason, who and when. Returns the row.

    confirmed: the first eight characters of its SHA-256, typed by the actor. Removing again deletes what a first
    attempt could not. Raises PermissionDenied, or Problem: 400 without a reason or without the typed hash.
    """
    if not may_remove(actor, photo):
        raise PermissionDenied(gettext("Hanya pengelola sistem yang dapat menghapus berkas asli."))
    reason = reason.replace("\0", "").strip()[:300]
    _require_confirmed(photo, reason, confirmed)
    with transaction.atomic():
        locked = Photo.objects.select_for_update().get(pk=photo.pk)
        names = [name for name in (locked.original, *derived_names(locked)) if name]
        if locked.removed_at is None:
            _write_down(locked, actor, reason)
        transaction.on_commit(lambda: _delete(names))
    return locked


def refuse_if_removed(sha256: str) -> None:
    """Raises Problem (409) for bytes whose original was removed: they are known, and do not come back."""
    removed_at = (
        Photo.objects.filter(sha256=sha256, removed_at__isnull=False)
        .values_list("removed_at", flat=True)
        .first()
    )
    if removed_at is None:
        return
    problem = Problem(message("removing.known", removed_at=removed_at.isoformat()), status=409)
    problem.fields = {"file": [problem.sentence]}
    raise problem


def _require_confirmed(photo: Photo, reason: str, confirmed: str) -> None:
    expected, typed = photo.sha256[:CONFIRMED_BY], confirmed.strip().lower()
    if typed != expected:
        problem = Problem(message("removing.not_confirmed", expected=expected, value=typed[:20]))
        problem.fields = {"confirmed": [problem.sentence]}
        raise problem
    if not reason:
        problem = Problem(message("removing.reason_missing"))
        problem.fields = {"reason": [problem.sentence]}
        raise problem


def _write_down(photo: Photo, actor: User, reason: str) -> None:
    photo.removed_at, photo.removed_by, photo.removed_reason = timezone.now(), actor, reason
    photo.display = photo.thumb = ""
    photo.save(update_fields=["removed_at", "removed_by", "removed_reason", "display", "thumb"])
    claims = Claim.objects.filter(photo=photo).select_related("project").order_by("pk")
    audit.record(
        actor=actor,
        action="original.removed",
        subject=photo,
        place=next((claim.project.village_id for claim in claims), ""),
        data={
            "sha256": photo.sha256,
            "size": photo.size,
            "format": photo.format,
            "original": photo.original,
            "reason": reason,
            "claims": [claim.pk for claim in claims],
            "projects": sorted({claim.project.code for claim in claims}),
        },
    )


def _delete(names: list[str]) -> None:
    """After the commit: a crash in between leaves bytes that verify_originals reports, never a row without a word."""
    storage = storages["default"]
    for name in names:
        try:
            storage.delete(name)
        except OSError:
            logger.exception("could not delete %s", name)
            raise
