"""Gathers what a claim is judged by: the site's position as it was then, how near is near, the works' window.

docs/design/photo-intake.md gives the rules with worked examples.
"""

from dataclasses import dataclass
from datetime import date, datetime

import shapely
from django.contrib.gis.geos import GEOSGeometry
from shapely.geometry.base import BaseGeometry

from photos.evidence import CheckOutcome, Evidence, Fix
from photos.exif import Facts
from photos.models import Photo, Purpose
from photos.reuse import check as check_reuse
from photos.sniff import Sniffed
from photos.verdict import Judgement, judge, verdict_of
from places.earth import metres_between_geometries
from places.message import mark as _
from places.message import message, sentences
from places.models import Place
from projects.models import Project, Site, SiteSource, SiteStatus, SiteVersion

SURVEYED = "surveyed_site"
SIBLING_FLOOR_M = (
    5.0  # stretches that touch each other are still told apart by a person, not by a zero tolerance
)

SENTENCES = sentences(
    {
        "surveyed_site.surveyed": _("Titik lokasi sudah disurvei."),
        "surveyed_site.planned": _(
            "Titik lokasi masih rencana. Tetapkan titiknya dari foto 0 %% di lapangan."
        ),
        "surveyed_site.area": _(
            "Lokasi pekerjaan masih perkiraan (radius %(radius_m)s), jadi foto ini belum membuktikan progres. "
            "Tetapkan titik lokasinya dulu."
        ),
        "surveyed_site.area_before": _(
            "Lokasi pekerjaan masih perkiraan (radius %(radius_m)s). Tetapkan titiknya dari foto 0 %% ini."
        ),
    }
)


@dataclass(frozen=True)
class Judged:
    """A judgement with the outcomes that only the database could give, and the verdict of them all."""

    judgement: Judgement
    outcomes: tuple[CheckOutcome, ...]
    verdict: str


def evidence_for(
    *,
    project: Project,
    site: Site,
    facts: Facts,
    sniffed: Sniffed,
    fix: Fix | None,
    purpose: str,
    received_at: datetime,
) -> tuple[Evidence, SiteVersion | None]:
    """The evidence for a claim, and the site version it is judged by (valid when the photo was taken)."""
    loose = Evidence(facts=facts, received_at=received_at, fix=fix, sniffed=sniffed)
    version = version_at(site, loose.taken.at or received_at)
    not_before, not_after = window(project, purpose)
    village = project.village
    evidence = Evidence(
        facts=facts,
        received_at=received_at,
        fix=fix,
        sniffed=sniffed,
        site=to_shapely((version or site).geometry),
        site_label=str(site),
        tolerance_m=tolerance_m(project, site, version),
        boundary=_boundary(project),
        village=village.title,
        not_before=not_before,
        not_after=not_after,
    )
    return evidence, version


def judge_claim(
    evidence: Evidence,
    *,
    version: SiteVersion | None,
    photo: Photo | None,
    project: Project,
    site: Site,
    progress: int,
    purpose: str,
) -> Judged:
    """The door's verdict: the pure checks, whether the site was surveyed, whether the bytes are new."""
    judgement = judge(evidence)
    own = (
        _surveyed(version, progress),
        check_reuse(photo, project=project, site=site, purpose=purpose),
    )
    outcomes = (*judgement.outcomes, *own)
    return Judged(judgement, outcomes, verdict_of(outcomes) or "suspect")


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


def _surveyed(version: SiteVersion | None, progress: int) -> CheckOutcome:
    """Works count only from an exact point on: a rough area proves where nothing stands yet, never progress."""
    if version is None or version.source == SiteSource.PLANNED:
        return CheckOutcome(SURVEYED, "warning", message("surveyed_site.planned"))
    if version.source != SiteSource.AREA:
        return CheckOutcome(SURVEYED, "passed", message("surveyed_site.surveyed"))
    radius = version.radius_m
    if progress == 0:
        said = message("surveyed_site.area_before", radius_m=radius)
        return CheckOutcome(SURVEYED, "warning", said, radius)
    return CheckOutcome(SURVEYED, "failed", message("surveyed_site.area", radius_m=radius), radius)


def _boundary(project: Project) -> BaseGeometry | None:
    """The drawn area of the village and of those that the work crosses, None where one is not drawn."""
    places: list[Place] = [project.village, *project.crossed.all()]
    drawn = [to_shapely(place.boundary) for place in places if place.boundary]
    return shapely.union_all(drawn) if drawn else None


def to_shapely(geometry: GEOSGeometry) -> BaseGeometry:
    """A geometry of GeoDjango as one of shapely's."""
    return shapely.from_wkb(bytes(geometry.wkb))
