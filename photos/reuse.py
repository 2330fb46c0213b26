"""Finds other claims of the same picture, for the check `not_reused` and for the people who look at it.

Bytes are compared at the door. In the worker `store` keeps a picture's fingerprint, then `search` asks it: hash
and words find candidates, `photos.same_picture` decides. docs/design/photo-reuse.md follows one photo through.
"""

import io
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from django.core.files.storage import storages
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, Subquery
from PIL import Image

from accounts.access import Person
from photos import fingerprints, same_picture
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
        "reuse.link_near": _("Gambar yang sama setelah diubah (kemiripan %(similarity_pct)s)."),
        "reuse.link_changed": _(
            "Gambar yang sama setelah diubah (kemiripan %(similarity_pct)s): %(changes)s."
        ),
        "reuse.mirrored": _("dicerminkan"),
        "reuse.turned": _("diputar %(turn_deg)s°"),
        "reuse.part": _("dipotong, tinggal %(part_pct)s"),
        "reuse.retouched": _("terang, ukuran, mutu atau tulisan di atasnya berbeda"),
    }
)
logger = logging.getLogger(__name__)

CANDIDATES = 10  # pictures that are opened for one search
WORD_CANDIDATES = 40  # of which the words' places are read
SHARED = 2  # words in common
AGREEING = 4  # words that lie as they would in one picture
HASH_BITS = 7
COMMON_PHOTOS = 200  # a word that more photos have says nothing

# Four expression indexes, one for each 16 bits: fingerprint_band_0 to _3.
NEAR_HASHES = """
WITH near AS (
    SELECT photo_id, (
        SELECT min(bit_count((phash # asked)::bit(64)))
        FROM unnest(%(hashes)s::bigint[]) AS asked
    ) AS apart
    FROM photos_fingerprint
    WHERE ((phash >> 0) & 65535 = ANY(%(band_0)s::bigint[])
        OR (phash >> 16) & 65535 = ANY(%(band_1)s::bigint[])
        OR (phash >> 32) & 65535 = ANY(%(band_2)s::bigint[])
        OR (phash >> 48) & 65535 = ANY(%(band_3)s::bigint[]))
        AND phash <> 0
        AND photo_id <> %(without)s
)
SELECT photo_id, apart
FROM near
WHERE apart <= %(most)s
ORDER BY apart, photo_id
LIMIT %(limit)s
"""
# One look-up in the GIN index fingerprint_words for each word; only rows that have it are read.
SHARING_WORDS = """
SELECT photo_id, count(*) AS shared
FROM unnest(%(asked)s::int[]) AS word
    JOIN photos_fingerprint ON words @> ARRAY[word]
WHERE photo_id <> %(without)s
GROUP BY photo_id
HAVING count(*) >= %(least)s
ORDER BY shared DESC, photo_id
LIMIT %(limit)s
"""
COMMON_WORDS = """
SELECT word
FROM pg_stats
    JOIN pg_class ON pg_class.oid = 'photos_fingerprint'::regclass,
    unnest(most_common_elems::text::int[], most_common_elem_freqs) AS common(word, share)
WHERE schemaname = current_schema()
    AND tablename = 'photos_fingerprint'
    AND attname = 'words'
    AND word IS NOT NULL
    AND share * reltuples > %(photos)s
"""
_STORED = ["version", "phash", "words", "places", "detail"]
_STORING = 0x52455553  # the advisory lock that makes fingerprints visible one after another


@dataclass(frozen=True)
class Link:
    """Another claim of the same picture, as one reader may see it.

    how: "bytes", "pixels" or "near". earlier: the other one was received first. details: of the pair
    (models.SamePicture): turn, mirrored, part (x, y, width, height: what the right picture shows of the left, in
    fractions), part_of_right. what, changes: what links them, said in one `sentence`.
    """

    claim: Claim
    how: str
    similarity: float
    earlier: bool
    what: Message
    changes: tuple[Message, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        if not self.changes:
            return say(self.what)
        changes = ", ".join(say(change) for change in self.changes)
        return say(message("reuse.link_changed", **self.what.params, changes=changes))


def store(photo: Photo, fingerprint: fingerprints.Fingerprint) -> Fingerprint:
    """Keep a photo's fingerprint; storing again replaces it.

    Two workers with two copies of one picture: the lock lets the second store only when the first one's row can be
    seen, so the later search always finds the earlier. Without a transaction around, it lasts for one statement.
    """
    row = Fingerprint(
        photo=photo,
        version=fingerprint.version,
        phash=fingerprint.phash,
        words=list(fingerprint.words),
        places=fingerprint.places,
        detail=fingerprint.detail,
    )
    with transaction.atomic(savepoint=False):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_STORING])
        Fingerprint.objects.bulk_create(
            [row], update_conflicts=True, unique_fields=["photo"], update_fields=_STORED
        )
    return row


def search(photo: Photo, row: Fingerprint | None = None) -> list[SamePicture]:
    """Look for the same picture among all fingerprints; keep what was found and return the photo's pairs, best first.

    Call it after `store`, in the worker; searching again is harmless. A photo without a fingerprint has none.
    row: what `store` returned, to ask for it no more.
    """
    row = row or Fingerprint.objects.filter(photo=photo).first()
    own = _picture(photo) if row else None
    if row and own:
        found = [
            _pair(photo, other, same)
            for other, guesses in candidates(row)
            if (picture := _picture(other))
            and (same := same_picture.compare(own, picture, guesses(own.size, picture.size)))
        ]
        SamePicture.objects.bulk_create(found, ignore_conflicts=True)
    return pairs_of(photo)


def backfill(*, limit: int | None = None) -> int:
    """Fingerprint and search photos that have none of this version; returns how many. For rechecks, oldest first.

    Their claims are judged again by the caller.
    """
    current = Fingerprint.objects.filter(photo=OuterRef("pk"), version=fingerprints.VERSION)
    waiting = Photo.objects.filter(~Exists(current), removed_at__isnull=True).exclude(display="")
    done = 0
    for photo in waiting.order_by("pk")[:limit].iterator(chunk_size=200):
        picture = _picture(photo)
        if picture:
            search(photo, store(photo, fingerprints.fingerprint_of(Image.fromarray(picture.whole))))
            done += 1
    return done


# Candidates -------------------------------------------------------------------------------------------------


Guesses = Callable[[tuple[int, int], tuple[int, int]], list[Any]]  # of sizes: own, other


def candidates(row: Fingerprint) -> list[tuple[Photo, Guesses]]:
    """Photos that may show the same picture, at most CANDIDATES, each with the movements that would bring it there.

    A hash within reach in one of the eight positions proposes the whole picture in that position; words that lie
    as in one picture propose where.
    """
    own = _fingerprint(row)
    by_hash = dict(near_hashes(own, without=row.photo_id))
    found = dict.fromkeys([*by_hash, *sharing_words(own, without=row.photo_id)])
    others = Fingerprint.objects.filter(photo__in=found, photo__removed_at__isnull=True).select_related(
        "photo"
    )
    weighed: list[tuple[int, Photo, Guesses]] = []
    for other in others:
        theirs = _fingerprint(other)
        lie = fingerprints.lie_of(own, theirs)
        agreeing = lie.agreeing if lie else 0
        if other.photo_id in by_hash or agreeing >= AGREEING:
            positions = _positions(own, theirs) if other.photo_id in by_hash else []
            weighed.append((agreeing, other.photo, _guesses(lie, positions)))
    weighed.sort(key=lambda one: (-one[0], one[1].pk))
    return [(photo, guesses) for _agreeing, photo, guesses in weighed[:CANDIDATES]]


def near_hashes(own: fingerprints.Fingerprint, *, without: int = 0) -> list[tuple[int, int]]:
    """(photo, bits apart) of hashes near this one in any position, nearest first; reads only the band indexes.

    Certain to find up to HASH_BITS bits apart upright, 3 bits in the other positions.
    """
    hashes = fingerprints.turned_hashes(own.phash)
    if not hashes:
        return []
    bands: list[list[int]] = []
    for shift in (0, 16, 32, 48):
        upright, *others = ((one >> shift) & 0xFFFF for one in hashes)
        bands.append(sorted({upright, *others, *(upright ^ (1 << bit) for bit in range(16))}))
    with connection.cursor() as cursor:
        cursor.execute(
            NEAR_HASHES,
            {
                **{f"band_{no}": band for no, band in enumerate(bands)},
                "hashes": list(hashes),
                "most": HASH_BITS,
                "without": without,
                "limit": CANDIDATES,
            },
        )
        return [(photo, apart) for photo, apart in cursor.fetchall()]


def sharing_words(own: fingerprints.Fingerprint, *, without: int = 0) -> list[int]:
    """Photos with at least SHARED words in common, the most first; reads only the index over the words."""
    asked = set(fingerprints.words_to_ask(own)) - common_words()
    if not asked:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            SHARING_WORDS,
            {"asked": sorted(asked), "least": SHARED, "without": without, "limit": WORD_CANDIDATES},
        )
        return [photo for photo, _shared in cursor.fetchall()]


def common_words() -> set[int]:
    """Words that so many photos have that they say nothing, from the statistics that PostgreSQL keeps of the column."""
    with connection.cursor() as cursor:
        cursor.execute(COMMON_WORDS, {"photos": COMMON_PHOTOS})
        return {word for (word,) in cursor.fetchall()}


def _fingerprint(row: Fingerprint) -> fingerprints.Fingerprint:
    places = bytes(row.places)
    return fingerprints.Fingerprint(row.version, row.phash, tuple(row.words), places, row.detail)


def _positions(
    own: fingerprints.Fingerprint, other: fingerprints.Fingerprint
) -> list[tuple[bool, bool, bool]]:
    turned = zip(fingerprints.POSITIONS, fingerprints.turned_hashes(own.phash), strict=True)
    apart = {position: fingerprints.bits_apart(one, other.phash) for position, one in turned}
    return [position for position, bits in apart.items() if bits <= HASH_BITS][:2]


def _guesses(lie: fingerprints.Lie | None, positions: list[tuple[bool, bool, bool]]) -> Guesses:
    def guesses(own: tuple[int, int], other: tuple[int, int]) -> list[Any]:
        whole = [fingerprints.whole_picture(position, own, other) for position in positions]
        return [*([lie.matrix] if lie else []), *whole]

    return guesses


def _picture(photo: Photo) -> same_picture.Picture | None:
    """The photo's display picture; None if it is gone or broken, which is written down in the log."""
    if not photo.display:
        return None
    try:
        with storages["default"].open(photo.display, "rb") as file:
            content = file.read()
        with Image.open(io.BytesIO(content)) as image:
            picture = same_picture.Picture(image.size, partial(_grey, content))
        picture.at(same_picture.COARSE, same_picture.COARSE)
        return picture
    except (OSError, ValueError) as error:
        logger.warning("cannot compare the picture of %s: %s", photo.sha256, error)
        return None


def _grey(content: bytes, side: int) -> fingerprints.Grey:
    """A picture of at least that side if it has as much; a JPEG of twice that is decoded at half its size."""
    with Image.open(io.BytesIO(content)) as image:
        image.draft("L", (side, side))
        return fingerprints.grey_of(image)


def _pair(one: Photo, other: Photo, same: same_picture.Same) -> SamePicture:
    """The row of two photos; the details say where the right picture lies in the left one."""
    seen = same if one.pk < other.pk else same.reversed()
    left, right = sorted((one, other), key=lambda photo: photo.pk)
    return SamePicture(
        left=left, right=right, how=same.how, similarity=round(same.similarity, 4), details=seen.details()
    )


# Reading what was found -------------------------------------------------------------------------------------


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
    if pair.how == SamePicture.How.PIXELS:
        what = message("reuse.link_pixels", similarity_pct=percent)
        return Link(other, pair.how, pair.similarity, earlier, what, details=pair.details)
    what = message("reuse.link_near", similarity_pct=percent)
    return Link(other, pair.how, pair.similarity, earlier, what, _changes(pair.details), pair.details)


def _changes(details: dict[str, Any]) -> tuple[Message, ...]:
    """What was done to one picture to make the other, as far as it can be told."""
    whole = [0.0, 0.0, 1.0, 1.0]
    areas = [part[2] * part[3] for part in (details.get("part", whole), details.get("part_of_right", whole))]
    said = [
        details.get("mirrored") and message("reuse.mirrored"),
        details.get("turn") and message("reuse.turned", turn_deg=details["turn"]),
        min(areas) < 0.97 and message("reuse.part", part_pct=round(100 * min(areas))),
    ]
    return tuple(filter(None, said)) or (message("reuse.retouched"),)


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
