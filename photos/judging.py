"""Gathers what a claim is judged by: the site's position as it was then, how near is near, the works' window.

docs/design/photo-intake.md gives the rules with worked examples.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from photos import reuse
from photos.evidence import Evidence, Fix, Pixels, Register
from photos.exif import Facts
from photos.models import Photo, Purpose
from photos.sniff import Sniffed
from photos.verdict import Judgement, judge
from places.earth import metres_between_geometries
from places.models import Place
from projects.models import Project, Site, SiteSource, SiteStatus, SiteVersion

SIBLING_FLOOR_M = (
    5.0  # stretches that touch each other are still told apart by a person, not by a zero tolerance
)


@dataclass(frozen=True)
class Asked:
    """What a claim says that its file does not: which site of which project, at which progress, to show what."""

    project: Project
    site: Site
    progress: int
    purpose: str
    received_at: datetime
    fix: Fix | None = None
    binding: str = ""
    shared_reason: str = ""
    claim_id: int | None = None  # None while it is not stored yet


def judge_claim(
    asked: Asked, *, photo: Photo | None, facts: Facts, sniffed: Sniffed | None, pixels: Pixels | None = None
) -> tuple[Evidence, Judgement]:
    """The verdict on a claim, with the evidence that it rests on. photo: the file's row, None: bytes never seen.

    A claim always names a site, so there is always a verdict.
    """
    evidence = evidence_for(asked, photo=photo, facts=facts, sniffed=sniffed, pixels=pixels)
    return evidence, judge(evidence)


def evidence_for(
    asked: Asked, *, photo: Photo | None, facts: Facts, sniffed: Sniffed | None, pixels: Pixels | None = None
) -> Evidence:
    """All that the checks need: the file's word, the site as it was when the photo was taken, the register's."""
    project, site = asked.project, asked.site
    loose = Evidence(
        facts=facts,
        received_at=asked.received_at,
        fix=asked.fix,
        sniffed=sniffed,
        register=Register(binding=asked.binding),
    )
    version = version_at(site, loose.taken.at or asked.received_at)
    not_before, not_after = window(project, asked.purpose)
    return replace(
        loose,
        site=to_shapely((version or site).geometry),
        site_label=str(site),
        tolerance_m=tolerance_m(project, site, version),
        boundary=_boundary(project),
        village=project.village.title,
        not_before=not_before,
        not_after=not_after,
        work_type=project.work_type,
        register=_register(asked, version, photo),
        pixels=pixels,
    )


def _register(asked: Asked, version: SiteVersion | None, photo: Photo | None) -> Register:
    return Register(
        progress=asked.progress,
        purpose=asked.purpose,
        site_source=version.source if version else "",
        radius_m=version.radius_m if version else None,
        binding=asked.binding,
        same_bytes=reuse.of_bytes(
            photo, asked.project, asked.site, without=asked.claim_id, shared=bool(asked.shared_reason)
        ),
        near_same=reuse.near_same(
            photo, asked.project, asked.site, without=asked.claim_id, shared=bool(asked.shared_reason)
        ),
    )


def version_at(site: Site, moment: datetime) -> SiteVersion | None:
    """The version valid at that moment, else the earliest: a survey photo is older than the record of its site."""
    versions = SiteVersion.objects.filter(site=site)
    return versions.valid_at(moment).first() or versions.order_by("valid_from", "pk").first()


def tolerance_m(project: Project, site: Site, version: SiteVersion | None) -> float:
    """Metres within which a photo counts: the project's, never more than half the way to a sibling site.

    A version that is only hamlet centre and radius is as wide as its radius.
    """
    if version and version.source == SiteSource.AREA and version.radius_m:
        return max(version.radius_m, project.limit_m)
    here = to_shapely((version or site).geometry)
    siblings = Site.objects.filter(project=project, status=SiteStatus.ACTIVE).exclude(pk=site.pk)
    halves = [metres_between_geometries(here, to_shapely(other.geometry)) / 2 for other in siblings]
    return round(min([project.limit_m, *(max(SIBLING_FLOOR_M, half) for half in halves)]), 2)


def window(project: Project, purpose: str) -> tuple[date | None, date | None]:
    """First and last day on which a photo of this work is plausible.

    From 1 July before the fiscal year (survey for the plan) to 30 June after it (handover, carried-over work),
    wider where the planned dates are. Meetings are open: villages deliberate long before and after.
    """
    if purpose == Purpose.MEETING:
        return None, None
    first, last = date(project.fiscal_year - 1, 7, 1), date(project.fiscal_year + 1, 6, 30)
    starts, ends = [first, project.planned_start or first], [last, project.planned_end or last]
    return min(starts), max(ends)


def _boundary(project: Project) -> BaseGeometry | None:
    """The drawn area of the village and of those that the work crosses, None where one is not drawn."""
    places: list[Place] = [project.village, *project.crossed.all()]
    drawn = [to_shapely(place.boundary) for place in places if place.boundary]
    return shapely.union_all(drawn) if drawn else None


def to_shapely(geometry: GEOSGeometry) -> BaseGeometry:
    """A geometry of GeoDjango as one of shapely's."""
    return shapely.from_wkb(bytes(geometry.wkb))
