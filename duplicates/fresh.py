"""Which works changed since they were last compared: all they are compared by, as one digest a work, kept in Compared.

A kept digest counts only when the scan that wrote it was finished and looked as far as this one does. Digests of
neighbouring primary keys stand in one row, so that a whole register is written in a thousandth of its rows.
"""

from collections.abc import Collection

from django.db import connection

from duplicates.models import Scan
from duplicates.register import CHOSEN, Choice
from projects.models import SiteStatus

BLOCK = 1024  # primary keys to a row

# Full passes, by hash: sites, claims, links of pictures and relations are gathered once, not looked up one by one.
# What belongs to a work in any order is gathered by bit_xor. hash_record_extended hashes values without writing them
# as text; another PostgreSQL may hash otherwise: then all is compared again, once.
DIGESTS = """
WITH placed AS (
    SELECT project_id, bit_xor(hash_record_extended(ROW(no, COALESCE(extent, point)::bytea), 0)) AS places
    FROM projects_site
    WHERE status = %(active)s
    GROUP BY project_id
), claims AS (
    SELECT DISTINCT claim.project_id, claim.photo_id
    FROM photos_claim AS claim
    WHERE claim.withdrawn_at IS NULL AND claim.shared_reason = ''
), pictured AS (
    SELECT project_id, bit_xor(hashint8extended(photo_id, 0)) AS photos
    FROM claims
    GROUP BY project_id
), linked AS (
    SELECT project_id, bit_xor(hashint8extended(link_id, 0)) AS links
    FROM (
        SELECT DISTINCT claims.project_id, link.id AS link_id
        FROM photos_samepicture AS link
        JOIN claims ON claims.photo_id IN (link.left_id, link.right_id)
    ) AS held
    GROUP BY project_id
), ends AS (
    SELECT project_id, kind, other_id FROM projects_relation
    UNION
    SELECT other_id, '~' || kind, project_id FROM projects_relation
), related AS (
    SELECT project_id, bit_xor(hash_record_extended(ROW(kind, other_id), 0)) AS relations
    FROM ends
    GROUP BY project_id
), now AS (
    SELECT project.id, hash_record_extended(
        ROW(
            project.title, project.work_type, activity.code, project.planned, project.volume, project.unit,
            project.fiscal_year, project.planned_start, project.planned_end, project.sources,
            project.executor_name, project.village_id, placed.places, pictured.photos, linked.links,
            related.relations
        ), 0
    ) AS digest
    FROM projects_project AS project
    LEFT JOIN projects_activity AS activity ON activity.id = project.activity_id
    LEFT JOIN placed ON placed.project_id = project.id
    LEFT JOIN pictured ON pictured.project_id = project.id
    LEFT JOIN linked ON linked.project_id = project.id
    LEFT JOIN related ON related.project_id = project.id
    WHERE {chosen}
), before AS (
    SELECT kept.project_id, kept.digest, kept.scan_id
    FROM duplicates_compared AS compared
    CROSS JOIN LATERAL unnest(compared.projects, compared.digests, compared.scans)
        AS kept (project_id, digest, scan_id)
), new AS (
    SELECT now.id AS project_id, now.digest, %(scan)s::bigint AS scan_id
    FROM now
    LEFT JOIN before ON before.project_id = now.id
    LEFT JOIN duplicates_scan AS by ON by.id = before.scan_id
    WHERE NOT %(only_changed)s
       OR before.digest IS DISTINCT FROM now.digest
       OR by.state IS DISTINCT FROM 'done'
       OR by.radius_m < %(radius_m)s
), after AS (
    SELECT project_id, digest, scan_id FROM new
    UNION ALL
    SELECT before.project_id, before.digest, before.scan_id
    FROM before
    WHERE before.project_id / {block} IN (SELECT project_id / {block} FROM new)
      AND NOT EXISTS (SELECT FROM new WHERE new.project_id = before.project_id)
), written AS (
    INSERT INTO duplicates_compared (block, projects, digests, scans)
    SELECT project_id / {block}, array_agg(project_id), array_agg(digest), array_agg(scan_id)
    FROM after
    GROUP BY 1
    ON CONFLICT (block) DO UPDATE
    SET projects = EXCLUDED.projects, digests = EXCLUDED.digests, scans = EXCLUDED.scans
)
SELECT count(*) FROM new
"""

# Two scans at a time write the same rows.
LOCK = "LOCK TABLE duplicates_compared IN SHARE ROW EXCLUSIVE MODE"

KEPT_BY = """
SELECT kept.project_id
FROM duplicates_compared AS compared
CROSS JOIN LATERAL unnest(compared.projects, compared.scans) AS kept (project_id, scan_id)
WHERE kept.scan_id = %(scan)s
  AND (%(among)s::bigint[] IS NULL OR kept.project_id = ANY(%(among)s::bigint[]))
ORDER BY kept.project_id
"""


def keep_digests(scan: Scan, choice: Choice, *, only_changed: bool) -> int:
    """Write what the chosen works are compared by from now on, under the scan's number; needs a transaction.

    only_changed: only those that are not what they were when a finished scan compared them. Returns how many.
    """
    values = choice.values | {
        "active": SiteStatus.ACTIVE.value,
        "scan": scan.pk,
        "only_changed": only_changed,
        "radius_m": scan.radius_m,
    }
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(DIGESTS.format(chosen=CHOSEN.format(project="project"), block=BLOCK), values)
        return int(cursor.fetchone()[0])


def kept_by(scan: Scan, among: Collection[int] | None = None) -> list[int]:
    """The works whose digest this scan wrote; among: only of these."""
    with connection.cursor() as cursor:
        cursor.execute(KEPT_BY, {"scan": scan.pk, "among": None if among is None else list(among)})
        return [key for (key,) in cursor.fetchall()]
