"""Pictures to look at and everything that the pixels tell, made by the worker after a photo was taken in.

Display picture (1000 px) and thumbnail (320 px): right way up, sRGB, without any metadata. A file that cannot be
decoded keeps its claim; why is a fact of the server. Then the same picture is searched for, and the claims are
judged again. docs/design/photo-pixels.md.
"""

import logging

from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db import transaction
from django.utils import timezone
from django_tasks import task

from photos import looking, reuse
from photos.decoding import DISPLAY_PX, THUMB_PX, Look
from photos.models import Claim, Fingerprint, Photo, SamePicture
from photos.storing import derived_name
from photos.uploads import sweep

logger = logging.getLogger(__name__)


@task()
def make_derivatives(photo_id: int) -> bool:
    """Look at a photo's pixels, once for all. Returns whether its pictures are there; running again is harmless."""
    photo = Photo.objects.filter(pk=photo_id, removed_at=None).first()
    if photo is None:
        return False
    sweep()
    seen = looking.look(photo)
    if seen.failure:
        logger.warning("no pictures of %s: %s (%s)", photo.sha256, seen.failure, seen.detail)
    else:
        keep(photo, seen.display, seen.thumb)
    row = _keep_look(photo, seen)
    if seen.failure != "missing":
        _judge_again(photo, reuse.search(photo, row))
    return not seen.failure


def keep(photo: Photo, display: bytes, thumb: bytes) -> None:
    """Store both pictures (JPEG, upright, without metadata) and say so in the photo's row."""
    photo.display = _save(derived_name(photo.sha256, DISPLAY_PX), display)
    photo.thumb = _save(derived_name(photo.sha256, THUMB_PX), thumb)
    Photo.objects.filter(pk=photo.pk).update(display=photo.display, thumb=photo.thumb)


@transaction.atomic
def _keep_look(photo: Photo, seen: Look) -> Fingerprint | None:
    """Facts and fingerprint, which is returned. An original that could not be fetched is still to be looked at."""
    looking.keep_facts(photo, seen)
    if seen.failure != "missing":
        photo.looked_at = timezone.now()
        photo.save(update_fields=["looked_at"])
    return reuse.store(photo, seen.fingerprint) if seen.fingerprint else None


def _judge_again(photo: Photo, pairs: list[SamePicture]) -> None:
    """Judge the photo's kept claims, and those of the photos it is linked with, by what is known now."""
    from photos import rechecking  # it needs the door, and the door needs this task

    linked = {pair.left_id for pair in pairs} | {pair.right_id for pair in pairs}
    claims = Claim.objects.kept().filter(photo_id__in=linked | {photo.pk}).order_by("pk")
    for claim in claims.values_list("pk", "photo_id"):
        rechecking.rejudge(claim[0], cause="pixels" if claim[1] == photo.pk else "reuse")


def _save(name: str, content: bytes) -> str:
    storage = storages["default"]
    if storage.exists(name):
        storage.delete(name)
    return storage.save(name, ContentFile(content))
