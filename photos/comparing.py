"""Gathers the other photos that a claim is compared with: of its site, of its camera, with its coordinates.

One query for all of them. Photos of a camera and photos with the same coordinates count only if they came in
earlier, so that no later photo ever turns an earlier one's verdict; the photos of a site count whenever they came.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from django.contrib.gis.geos import Point
from django.db.models import Q, Value

from photos.evidence import Shot
from photos.models import Claim, ClaimQuerySet, Photo, Purpose, ReviewDecision
from photos.standing import with_decision
from projects.models import Project, Site

SITE_LIMIT = 60  # photos of one site that are looked at
SAME_LIMIT = 20
_COLUMNS = (
    "kind", "pk", "taken_at", "position", "error_m", "progress", "purpose", "stands", "project_id", "site_id",
    "photo__sha256",
)  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """The shots by what they have in common with the claim."""

    site: tuple[Shot, ...] = ()
    device: tuple[Shot, ...] = ()
    position: tuple[Shot, ...] = ()


def others(
    *,
    project: Project,
    site: Site,
    photo: Photo | None,
    claim_id: int | None,
    at: datetime | None,
    position: tuple[float, float] | None,
    device: str,
) -> Compared:
    """Other kept claims to compare with. at, position (lon, lat): of the photo, None where it has none.

    claim_id: of the claim itself once it is stored. The nearest shots of the device are one before and one after.
    """
    kept = Claim.objects.kept().exclude(pk=claim_id) if claim_id else Claim.objects.kept()
    wanted = [_of_site(kept, site)]
    earlier = kept.filter(pk__lt=claim_id) if claim_id else kept
    earlier = earlier.exclude(photo=photo) if photo else earlier
    if device and at and position:
        wanted += _of_device(earlier, device, at)
    if position:
        wanted.append(_at_position(earlier, position))
    found: dict[str, list[Shot]] = {"site": [], "device": [], "position": []}
    for row in _together(wanted):
        found[row[0]].append(_shot(row, project, site))
    return Compared(
        site=tuple(sorted(found["site"], key=lambda shot: (shot.at is None, shot.at, shot.claim_id))),
        device=tuple(found["device"]),
        position=tuple(sorted(found["position"], key=lambda shot: shot.claim_id)),
    )


def _of_site(kept: ClaimQuerySet, site: Site) -> ClaimQuerySet:
    """Progress photos of the site that nobody rejected. Uses the foreign key's index."""
    shots = with_decision(kept.filter(site=site, purpose=Purpose.PROGRESS))
    no = [ReviewDecision.REJECTED, ReviewDecision.ASKED]
    undecided = shots.filter(Q(decision__isnull=True) | ~Q(decision__in=no))
    return _marked(undecided.order_by("-taken_at", "-pk"), "site", SITE_LIMIT)


def _of_device(earlier: ClaimQuerySet, device: str, at: datetime) -> list[ClaimQuerySet]:
    """The camera's nearest located shots before and after. Uses the index claim_device."""
    shots = earlier.filter(device=device, position__isnull=False)
    before = shots.filter(taken_at__lte=at).order_by("-taken_at", "-pk")
    after = shots.filter(taken_at__gt=at).order_by("taken_at", "pk")
    return [_marked(before, "device", 1), _marked(after, "device", 1)]


def _at_position(earlier: ClaimQuerySet, position: tuple[float, float]) -> ClaimQuerySet:
    """Shots with the very same coordinates. Uses the spatial index of the column (`~=`)."""
    same = earlier.filter(position__same_as=Point(*position, srid=4326))
    return _marked(same.order_by("-pk"), "position", SAME_LIMIT)


def _marked(shots: ClaimQuerySet, kind: str, most: int) -> ClaimQuerySet:
    return cast(ClaimQuerySet, shots.annotate(kind=Value(kind))[:most])


def _together(wanted: list[ClaimQuerySet]) -> Iterable[tuple[Any, ...]]:
    first, *rest = [shots.values_list(*_COLUMNS) for shots in wanted]
    return cast("Iterable[tuple[Any, ...]]", first.union(*rest, all=True) if rest else first)


def _shot(row: tuple[Any, ...], project: Project, site: Site) -> Shot:
    _kind, pk, at, position, error_m, progress, purpose, stands, project_id, site_id, sha256 = row
    lon, lat = position.coords if position else (None, None)
    return Shot(
        claim_id=pk,
        at=at,
        lon=lon,
        lat=lat,
        error_m=error_m,
        progress=progress,
        purpose=purpose,
        stands=stands,
        same_project=project_id == project.pk,
        same_site=site_id == site.pk,
        sha256=sha256,
    )
