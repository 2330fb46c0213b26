"""Pictures that serve more than one claim: declared with a reason, or not; for the auditor and the monitor.

A pair is listed where the claims are of different projects, or are two progress photos of one; a board that is also
a progress photo of its own project is no reuse. Only pairs of which the reader may see both sides are counted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, product

from django.db.models import Count, Q

from accounts.access import Action, Person, reach
from photos import reuse
from photos.models import Claim, ClaimQuerySet, Purpose, SamePicture
from photos.standing import with_decision
from places.message import mark as _
from places.message import message, sentences
from places.problems import Problem
from projects import filters
from projects.models import Project

SENTENCES = sentences(
    {
        "shared.unknown_kind": _("Filter kind tidak mengenal “%(value)s”. Pilihannya: %(choices)s."),
    }
)
SHARED, REUSED = "shared", "reused"
KINDS = {SHARED: _("Dinyatakan bersama"), REUSED: _("Tidak dinyatakan")}


@dataclass(frozen=True)
class Use:
    """Two claims of one picture, by primary key, the earlier first. how: bytes, pixels or near."""

    first: int
    second: int
    kind: str
    how: str
    similarity: float


@dataclass(frozen=True)
class Shown:
    """A use with all that a page says of it. sentence: what links the two pictures; reasons: (who, why)."""

    use: Use
    first: Claim
    second: Claim
    sentence: str
    reasons: tuple[tuple[str, str], ...]

    @property
    def is_declared(self) -> bool:
        return self.use.kind == SHARED


@dataclass(frozen=True)
class _Light:
    """What pairing needs of a claim."""

    pk: int
    photo: int
    project: int
    purpose: str
    declared: bool
    received_at: datetime


def readable_by(user: Person) -> ClaimQuerySet:
    """Kept claims of the villages whose scans are this person's business."""
    return Claim.objects.kept().filter(reach(user, Action.SCAN).q("project__village__code"))


def uses(user: Person, asked: filters.Filters, kind: str = "") -> list[Use]:
    """All pairs that the person may see and asked for, the latest use first.

    asked: selects by either side's project. kind: "shared", "reused" or "" for both. Raises Problem for another kind.
    """
    if kind and kind not in KINDS:
        raise Problem(message("shared.unknown_kind", value=kind, choices=", ".join(KINDS)))
    linked = list(SamePicture.objects.values_list("left_id", "right_id", "how", "similarity"))
    by_photo = _claims_by_photo(user, linked)
    found = [*_same_bytes(by_photo), *_same_pictures(by_photo, linked)]
    if asked:
        projects = {light.project for lights in by_photo.values() for light in lights}
        wanted = set(
            filters.apply(Project.objects.filter(pk__in=projects), asked, user).values_list("pk", flat=True)
        )
        found = [one for one in found if {one[0].project, one[1].project} & wanted]
    made = [
        _use(*one) for one in sorted(found, key=lambda one: (one[1].received_at, one[1].pk), reverse=True)
    ]
    return [use for use in made if not kind or use.kind == kind]


def _claims_by_photo(user: Person, linked: Iterable[tuple[int, int, str, float]]) -> dict[int, list[_Light]]:
    """Readable claims of all photos that are claimed twice or look like another."""
    twice = (
        Claim.objects.kept()
        .order_by()
        .values("photo")
        .annotate(n=Count("pk"))
        .filter(n__gt=1)
        .values("photo")
    )
    alike = {photo for left, right, _how, _similarity in linked for photo in (left, right)}
    claims = readable_by(user).filter(Q(photo__in=twice) | Q(photo__in=alike))
    by_photo: dict[int, list[_Light]] = defaultdict(list)
    for pk, photo, project, purpose, reason, at in claims.order_by("received_at", "pk").values_list(
        "pk", "photo_id", "project_id", "purpose", "shared_reason", "received_at"
    ):
        by_photo[photo].append(_Light(pk, photo, project, purpose, bool(reason), at))
    return by_photo


Pair = tuple[_Light, _Light, str, float]


def _same_bytes(by_photo: dict[int, list[_Light]]) -> Iterator[Pair]:
    for lights in by_photo.values():
        for one, other in combinations(lights, 2):
            if _counts(one, other):
                yield one, other, "bytes", 1.0


def _same_pictures(
    by_photo: dict[int, list[_Light]], linked: Iterable[tuple[int, int, str, float]]
) -> Iterator[Pair]:
    for left, right, how, similarity in linked:
        for one, other in product(by_photo.get(left, ()), by_photo.get(right, ())):
            if _counts(one, other):
                first, second = sorted((one, other), key=lambda light: (light.received_at, light.pk))
                yield first, second, how, similarity


def _counts(one: _Light, other: _Light) -> bool:
    return one.project != other.project or one.purpose == other.purpose == Purpose.PROGRESS


def _use(first: _Light, second: _Light, how: str, similarity: float) -> Use:
    kind = SHARED if first.declared or second.declared else REUSED
    return Use(first.pk, second.pk, kind, how, similarity)


def shown(some: Sequence[Use], user: Person) -> list[Shown]:
    """The same with claims, names and sentences; some: one page of them."""
    keys = {key for use in some for key in (use.first, use.second)}
    full = with_decision(readable_by(user).filter(pk__in=keys)).select_related(
        "photo", "project__village__parent", "site", "uploaded_by"
    )
    claims = {claim.pk: claim for claim in full}
    links: dict[int, dict[int, str]] = {}
    made = []
    for use in some:
        first, second = claims[use.first], claims[use.second]
        if second.pk not in links:
            links[second.pk] = {link.claim.pk: link.sentence for link in reuse.linked(second, user)}
        reasons = tuple(
            (str(claim.uploaded_by or "–"), claim.shared_reason)
            for claim in (first, second)
            if claim.shared_reason
        )
        made.append(Shown(use, first, second, links[second.pk].get(first.pk, ""), reasons))
    return made
