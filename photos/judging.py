"""Gathers what a claim is judged by: the site's position as it was then, how near is near, the works' window.

docs/design/photo-intake.md gives the rules with worked examples.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import NamedTuple

import shapely
from django.contrib.gis.geos import GEOSGeometry, Polygon
from django.db import connection
from django.db.models import Q, QuerySet
from shapely.geometry.base import BaseGeometry

from photos import comparing, devices, reuse, rules, stages
from photos.checks.nearer_site import is_outside
from photos.evidence import COARSE_M, Evidence, Fix, Nearer, Pixels, Register
from photos.exif import Facts
from photos.models import Binding, Photo, Purpose
from photos.sniff import Sniffed
from photos.verdict import Judgement, judge
from places.earth import LonLat, metres_between_geometries, metres_to_geometry
from places.models import Place
from projects.models import Project, Site, SiteSource, SiteStatus, SiteVersion

SIBLING_FLOOR_M = (
    5.0  # stretches that touch each other are still told apart by a person, not by a zero tolerance
)
REACH_DEG = 0.002  # about 220 m: NEAR_M and the coarsest position's error
NEAR_M = 100.0  # tolerances above this, up to the 1,000 m that a project may have, are looked up in WIDE_DEG
WIDE_DEG = 0.0102  # about 1,120 m
NEAREST = 3  # other sites that are asked for their tolerance


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
    uploader_id: int | None = None


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
    set_for = rules.for_project(project)
    judged = replace(
        loose,
        site=to_shapely((version or site).geometry),
        site_label=str(site),
        tolerance_m=tolerance_m(project, site, version),
        boundary=_boundary(project),
        village=project.village.title,
        not_before=not_before,
        not_after=not_after,
        work_type=project.work_type,
        pixels=pixels,
        severity=set_for.severity,
        limits=set_for.limits,
    )
    return replace(judged, register=_register(asked, version, photo, judged))


def _register(asked: Asked, version: SiteVersion | None, photo: Photo | None, evidence: Evidence) -> Register:
    position, shared = evidence.position, bool(asked.shared_reason)
    again = _seen_again(photo, asked.claim_id)
    device = devices.key_of(evidence.facts, uploader=asked.uploader_id, bound=asked.binding == Binding.BOUND)
    compared = comparing.others(
        project=asked.project,
        site=asked.site,
        photo=photo,
        claim_id=asked.claim_id,
        at=evidence.taken.at,
        position=(position.lon, position.lat) if position else None,
        device=device,
    )
    return Register(
        progress=asked.progress,
        purpose=asked.purpose,
        site_source=version.source if version else "",
        radius_m=version.radius_m if version else None,
        binding=asked.binding,
        site_version=version.pk if version else None,
        device=device,
        stages=tuple(stages.expected([asked.project])[asked.project.pk]),
        site_shots=compared.site,
        device_shots=compared.device,
        same_position=compared.position,
        nearer=nearer(asked, evidence),
        same_bytes=(
            reuse.of_bytes(photo, asked.project, asked.site, without=asked.claim_id, shared=shared)
            if again.bytes
            else ()
        ),
        near_same=(
            reuse.near_same(photo, asked.project, asked.site, without=asked.claim_id, shared=shared)
            if again.picture or not (photo and photo.looked_at)
            else ()
        ),
    )


class _Again(NamedTuple):
    """Whether there may be other claims of the same bytes, and other files with the same picture."""

    bytes: bool
    picture: bool


_AGAIN = """
SELECT
    EXISTS (SELECT FROM photos_claim WHERE photo_id = %(photo)s AND id <> %(claim)s),
    EXISTS (SELECT FROM photos_samepicture WHERE left_id = %(photo)s OR right_id = %(photo)s)
"""


def _seen_again(photo: Photo | None, claim_id: int | None) -> _Again:
    """Nearly always neither, and then nothing needs to be gathered."""
    if photo is None:
        return _Again(bytes=False, picture=False)
    with connection.cursor() as cursor:
        cursor.execute(_AGAIN, {"photo": photo.pk, "claim": claim_id or 0})
        return _Again(*cursor.fetchone())


def nearer(asked: Asked, evidence: Evidence) -> Nearer | None:
    """The nearest other site of works, if the photo lies outside its own and within that one's tolerance."""
    position = evidence.position
    if position is None or not is_outside(evidence):
        return None
    works = Site.objects.filter(project__in=Project.objects.building()).exclude(pk=asked.site.pk)
    found = nearest_reaching((position.lon, position.lat), works, error_m=position.error_m)
    if found is None:
        return None
    site, distance = found
    return Nearer(site.pk, distance, site.project_id == asked.project.pk)


def nearest_reaching(
    lon_lat: LonLat, among: QuerySet[Site], *, error_m: float | None, at: datetime | None = None
) -> tuple[Site, float] | None:
    """The nearest active site to whose own tolerance, with the position's error, a place belongs; and the metres.

    at: then by each site's version of that moment, so that hamlets' circles take in what lies in them; else as if
    every site were an exact one.
    """
    error = min(error_m or 0.0, COARSE_M)
    around = sites_around(lon_lat, among)
    rough = _rough(around) if at else set()
    # Half the way to a sibling, which makes a tolerance smaller, is worked out for few.
    may = [pair for pair in around if pair[1] <= pair[0].project.limit_m + error or pair[0].pk in rough]
    for site, distance in may[:NEAREST]:
        version = version_at(site, at) if at else None
        if distance <= tolerance_m(site.project, site, version) + error:
            return site, distance
    return None


def _rough(around: list[tuple[Site, float]]) -> set[int]:
    """Of these sites the ones that are or were no more than a hamlet's centre and radius."""
    areas = SiteVersion.objects.filter(site__in=[site for site, _ in around], source=SiteSource.AREA)
    return set(areas.values_list("site_id", flat=True))


def sites_around(lon_lat: LonLat, among: QuerySet[Site]) -> list[tuple[Site, float]]:
    """Active sites around a place, with the metres to each's nearest part; the nearest first.

    About 200 m around it, and as far as 1,100 m those of projects with so wide a tolerance.
    """
    reaches = Q(project__tolerance_m__gt=NEAR_M) | _in_box(lon_lat, REACH_DEG)
    near = among.filter(_in_box(lon_lat, WIDE_DEG), reaches, status=SiteStatus.ACTIVE)
    measured = [
        (site, round(metres_to_geometry(lon_lat, to_shapely(site.geometry)), 2))
        for site in near.select_related("project")
    ]
    return sorted(measured, key=lambda pair: (pair[1], pair[0].pk))


def _in_box(lon_lat: LonLat, reach_deg: float) -> Q:
    lon, lat = lon_lat
    box = Polygon.from_bbox((lon - reach_deg, lat - reach_deg, lon + reach_deg, lat + reach_deg))
    box.srid = 4326
    return Q(point__within=box) | Q(extent__bboverlaps=box)


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
    siblings = [
        other for other in project.sites.all() if other.status == SiteStatus.ACTIVE and other.pk != site.pk
    ]
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


# Borders are large and hardly ever change: the drawn ones are kept by the versions of their rows (xmin, ctid).
_DRAWN = """
SELECT code || ' ' || xmin || ' ' || ctid
FROM places_place
WHERE boundary IS NOT NULL
    AND code IN (SELECT %s UNION SELECT place_id FROM projects_project_crossed WHERE project_id = %s)
ORDER BY code
"""
_BORDERS_LIMIT = 300
_borders: dict[tuple[str, ...], BaseGeometry] = {}


def _boundary(project: Project) -> BaseGeometry | None:
    """The drawn area of the village and of those that the work crosses, None where one is not drawn."""
    with connection.cursor() as cursor:
        cursor.execute(_DRAWN, [project.village_id, project.pk])
        drawn = tuple(row[0] for row in cursor.fetchall())
    if not drawn:
        return None
    key = (project.village_id, *drawn)
    found = _borders.get(key)
    if found is None:
        if len(_borders) >= _BORDERS_LIMIT:
            _borders.clear()
        found = _borders[key] = _united(project)
    return found


def _united(project: Project) -> BaseGeometry:
    codes = [project.village_id, *project.crossed.values_list("pk", flat=True)]
    places = Place.objects.in_bulk(codes)
    drawn = [to_shapely(boundary) for code in codes if (boundary := places[code].boundary)]
    whole = shapely.union_all(drawn)
    shapely.prepare(whole)
    return whole


def to_shapely(geometry: GEOSGeometry) -> BaseGeometry:
    """A geometry of GeoDjango as one of shapely's."""
    return shapely.from_wkb(bytes(geometry.wkb))
