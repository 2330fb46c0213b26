"""Gathers the other photos that a claim is compared with: of its site, of its camera, with its coordinates.

One query for all of them. Photos of a camera and photos with the same coordinates count only if they came in
earlier, so that no later photo ever turns an earlier one's verdict; the photos of a site count whenever they came.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from photos.evidence import Shot
from photos.models import Photo, Purpose
from projects.models import Project, Site

SITE_LIMIT = 60  # photos of one site that are looked at, the newest
SAME_LIMIT = 20
_LAST = 2**63 - 1
_COLUMNS = """
    claim.id, claim.taken_at, claim.position, claim.error_m, claim.progress, claim.purpose, claim.stands,
    claim.project_id, claim.site_id, claim.photo_id
"""
# The site's: by the index of its foreign key. The camera's: by claim_device (partial, hence device <> ''). Those with
# the same coordinates: by claim_position. What is not asked for (no device, no time, no position) is NULL or ''.
_SQL = f"""
WITH of_site AS (
    SELECT 'site' AS kind, {_COLUMNS}
    FROM photos_claim claim
    LEFT JOIN LATERAL (
        SELECT review.decision
        FROM photos_review review
        WHERE review.claim_id = claim.id
        ORDER BY review.at DESC, review.id DESC
        LIMIT 1
    ) newest ON TRUE
    WHERE claim.site_id = %(site)s AND claim.purpose = %(progress)s AND claim.withdrawn_at IS NULL
        AND claim.id <> %(claim)s AND COALESCE(newest.decision, '') NOT IN ('rejected', 'asked')
    ORDER BY claim.taken_at DESC NULLS LAST, claim.id DESC
    LIMIT {SITE_LIMIT}
), before AS (
    SELECT 'device' AS kind, {_COLUMNS}
    FROM photos_claim claim
    WHERE claim.device = %(device)s AND claim.device <> '' AND claim.taken_at <= %(at)s
        AND claim.position IS NOT NULL AND claim.withdrawn_at IS NULL
        AND claim.id < %(earlier)s AND claim.photo_id <> %(photo)s
    ORDER BY claim.taken_at DESC, claim.id DESC
    LIMIT 1
), after AS (
    SELECT 'device' AS kind, {_COLUMNS}
    FROM photos_claim claim
    WHERE claim.device = %(device)s AND claim.device <> '' AND claim.taken_at > %(at)s
        AND claim.position IS NOT NULL AND claim.withdrawn_at IS NULL
        AND claim.id < %(earlier)s AND claim.photo_id <> %(photo)s
    ORDER BY claim.taken_at, claim.id
    LIMIT 1
), there AS (
    SELECT 'position' AS kind, {_COLUMNS}
    FROM photos_claim claim
    WHERE claim.position ~= ST_SetSRID(ST_MakePoint(%(lon)s, %(lat)s), 4326) AND claim.withdrawn_at IS NULL
        AND claim.id < %(earlier)s AND claim.photo_id <> %(photo)s
    ORDER BY claim.id DESC
    LIMIT {SAME_LIMIT}
), found AS (
    SELECT * FROM of_site UNION ALL SELECT * FROM before UNION ALL SELECT * FROM after UNION ALL SELECT * FROM there
)
SELECT found.kind, found.id, found.taken_at, ST_X(found.position), ST_Y(found.position), found.error_m,
    found.progress, found.purpose, found.stands, found.project_id, found.site_id, photo.sha256
FROM found
JOIN photos_photo photo ON photo.id = found.photo_id
ORDER BY found.taken_at NULLS LAST, found.id
"""


@dataclass(frozen=True)
class Compared:
    """The shots by what they have in common with the claim, each by time."""

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

    claim_id: of the claim itself once it is stored. The site's are progress photos that nobody rejected; the device's
    the nearest located one before and the nearest after.
    """
    lon, lat = position or (None, None)
    asked: dict[str, Any] = {
        "site": site.pk,
        "progress": Purpose.PROGRESS.value,
        "claim": claim_id or 0,
        "earlier": claim_id or _LAST,
        "photo": photo.pk if photo else 0,
        "device": device if position else "",
        "at": at,
        "lon": lon,
        "lat": lat,
    }
    found: dict[str, list[Shot]] = {"site": [], "device": [], "position": []}
    with connection.cursor() as cursor:
        cursor.execute(_SQL, asked)
        for row in cursor.fetchall():
            found[row[0]].append(_shot(row, project, site))
    return Compared(tuple(found["site"]), tuple(found["device"]), tuple(found["position"]))


def _shot(row: tuple[Any, ...], project: Project, site: Site) -> Shot:
    _kind, pk, at, lon, lat, error_m, progress, purpose, stands, project_id, site_id, sha256 = row
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
