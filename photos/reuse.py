"""Finds other claims of the same picture, for the check `not_reused` and for the people who look at it.

Bytes are compared at the door. In the worker `store` keeps a picture's fingerprint, then `search` asks it: hash
and words find candidates, `photos.same_picture` decides. docs/design/photo-reuse.md follows one photo through.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery

from accounts.access import Person
from photos import fingerprints
from photos.evidence import Reuse, Shot
from photos.models import Claim, ClaimQuerySet, Fingerprint, Photo, Review, SamePicture
from places.message import Message, message, sentences
from places.message import mark as _
from places.saying import say
from projects.models import Project, Site

SENTENCES = sentences(
    {
        "reuse.link_bytes": _("Berkas yang sama, byte demi byte."),
        "reuse.link_pixels": _("Gambar yang sama, hanya disimpan ulang (kemiripan %(similarity_pct)s)."),
        "reuse.link_near": _("Gambar yang sama: %(changes)s (kemiripan %(similarity_pct)s)."),
    }
)
_STORING = 0x52455553  # the advisory lock that makes fingerprints visible one after another


@dataclass(frozen=True)
class Link:
    """Another claim of the same picture, as one reader may see it.

    how: "bytes", "pixels" or "near". earlier: the other one was received first. details: of the pair
    (models.SamePicture); what: the sentence that says what links them.
    """

    claim: Claim
    how: str
    similarity: float
    earlier: bool
    what: Message
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        return say(self.what)


def store(photo: Photo, fingerprint: fingerprints.Fingerprint) -> Fingerprint:
    """Keep a photo's fingerprint; storing again replaces it.

    Two workers with two copies of one picture: the lock lets the second store only when the first one's row can be
    seen, so the later search always finds the earlier. Without a transaction around, it lasts for one statement.
    """
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORING])
        row, _new = Fingerprint.objects.update_or_create(
            photo=photo,
            defaults={
                "version": fingerprint.version,
                "phash": fingerprint.phash,
                "words": list(fingerprint.words),
                "places": fingerprint.places,
                "detail": fingerprint.detail,
            },
        )
    return row


def search(photo: Photo) -> list[SamePicture]:
    """Look for the same picture among all fingerprints; keep and return what was found, best first."""
    return list(pairs_of(photo))


def pairs_of(photo: Photo) -> list[SamePicture]:
    """The stored pairs of a photo, the most alike first."""
    pairs = SamePicture.objects.filter(Q(left=photo) | Q(right=photo))
    return list(pairs.order_by("-similarity", "pk"))


def of_bytes(
    photo: Photo | None, project: Project, site: Site, *, without: int | None = None, shared: bool = False
) -> tuple[Reuse, ...]:
    """Kept claims of the same bytes as seen from a claim on this project and site; none for bytes never seen.

    without: the claim that asks, if it is stored already. shared: it declares why the picture is used twice.
    """
    if photo is None:
        return ()
    others = _kept(without).filter(photo=photo)
    seen = _Seen(project, site, _own(without), shared)
    return tuple(seen.reuse(other, "bytes", 1.0) for other in others)


def near_same(
    photo: Photo | None, project: Project, site: Site, *, without: int | None = None, shared: bool = False
) -> tuple[Reuse, ...] | None:
    """Kept claims of other files with the same picture; None while the pixels were not looked at."""
    if photo is None or photo.looked_at is None:
        return None
    pairs = {_other(pair, photo): pair for pair in pairs_of(photo)}
    if not pairs:
        return ()
    others = _kept(without).filter(photo__in=pairs)
    seen = _Seen(project, site, _own(without), shared)
    return tuple(
        seen.reuse(other, pairs[other.photo_id].how, pairs[other.photo_id].similarity) for other in others
    )


def elsewhere(claim: Claim, user: Person) -> ClaimQuerySet:
    """Other claims of the same picture, bytes or not, on projects that this person may see."""
    photos = [claim.photo_id, *(_other(pair, claim.photo) for pair in pairs_of(claim.photo))]
    others = Claim.objects.visible_to(user).filter(photo__in=photos).exclude(pk=claim.pk)
    return others.select_related("project", "site", "photo").order_by("received_at", "pk")


def linked(claim: Claim, user: Person) -> list[Link]:
    """The same claims as `elsewhere`, each with what links the two pictures: for lists side by side."""
    pairs = {_other(pair, claim.photo): pair for pair in pairs_of(claim.photo)}
    return [_link(claim, other, pairs.get(other.photo_id)) for other in elsewhere(claim, user)]


def _link(claim: Claim, other: Claim, pair: SamePicture | None) -> Link:
    earlier = (other.received_at, other.pk) < (claim.received_at, claim.pk)
    if pair is None:
        return Link(other, "bytes", 1.0, earlier, message("reuse.link_bytes"))
    percent = round(100 * pair.similarity)
    what = message("reuse.link_pixels", similarity_pct=percent)
    if pair.how == SamePicture.How.NEAR:
        what = message("reuse.link_near", similarity_pct=percent, changes="")
    return Link(other, pair.how, pair.similarity, earlier, what, pair.details)


def _other(pair: SamePicture, photo: Photo) -> int:
    return pair.right_id if pair.left_id == photo.pk else pair.left_id


def _kept(without: int | None) -> ClaimQuerySet:
    newest = Review.objects.filter(claim=OuterRef("pk")).order_by("-at", "-pk").values("decision")[:1]
    others = Claim.objects.kept().annotate(said=Subquery(newest)).order_by("received_at", "pk")
    return others.exclude(pk=without) if without else others


def _own(claim_id: int | None) -> Claim | None:
    return Claim.objects.filter(pk=claim_id).first() if claim_id else None


@dataclass(frozen=True)
class _Seen:
    """From where another claim is seen: the project and site claimed, and the claim if it is stored already."""

    project: Project
    site: Site
    own: Claim | None
    shared: bool

    def reuse(self, other: Claim, how: str, similarity: float) -> Reuse:
        own = self.own
        shot = Shot(
            claim_id=other.pk,
            at=other.taken_at,
            progress=other.progress,
            purpose=other.purpose,
            stands=other.stands,
            same_project=other.project_id == self.project.pk,
            same_site=other.site_id == self.site.pk,
        )
        return Reuse(
            shot,
            how,
            similarity,
            shared=self.shared or bool(other.shared_reason or (own and own.shared_reason)),
            earlier=own is None or (other.received_at, other.pk) < (own.received_at, own.pk),
            rejected=getattr(other, "said", None) == "rejected",
        )
