"""Which works changed since they were last compared: all they are compared by, as one digest a work, kept in Compared.

A kept digest counts only when the scan that wrote it was finished and looked as far as this one does.
"""

from django.db import connection

from duplicates.models import Compared, Scan
from duplicates.register import CHOSEN, Choice
from projects.models import SiteStatus

# Full passes, by hash: sites, claims, links of pictures and relations are gathered once, not looked up one by one.
DIGESTS = """
WITH works AS (
    SELECT project.id, project.title, project.work_type, activity.code AS activity, project.planned, project.volume,
        project.unit, project.fiscal_year, project.planned_start, project.planned_end, project.sources,
        project.executor_name, project.village_id
    FROM projects_project AS project
    LEFT JOIN projects_activity AS activity ON activity.id = project.activity_id
    WHERE {chosen}
), placed AS (
    SELECT site.project_id, string_agg(ST_AsBinary(COALESCE(site.extent, site.point)), '' ORDER BY site.no) AS places
    FROM projects_site AS site
    WHERE site.status = %(active)s
    GROUP BY site.project_id
), claims AS (
    SELECT DISTINCT claim.project_id, claim.photo_id
    FROM photos_claim AS claim
    WHERE claim.withdrawn_at IS NULL AND claim.shared_reason = ''
), pictured AS (
    SELECT project_id, string_agg(photo_id::text, ',' ORDER BY photo_id) AS photos
    FROM claims
    GROUP BY project_id
), linked AS (
    SELECT claims.project_id, string_agg(link.id::text, ',' ORDER BY link.id) AS links
    FROM photos_samepicture AS link
    JOIN claims ON claims.photo_id IN (link.left_id, link.right_id)
    GROUP BY claims.project_id
), ends AS (
    SELECT project_id, kind, other_id FROM projects_relation
    UNION ALL
    SELECT other_id, '~' || kind, project_id FROM projects_relation
), related AS (
    SELECT project_id, string_agg(kind || other_id::text, ',' ORDER BY kind, other_id) AS relations
    FROM ends
    GROUP BY project_id
), now AS (
    SELECT works.id, md5(ROW(works, placed.places, pictured.photos, linked.links, related.relations)::text) AS digest
    FROM works
    LEFT JOIN placed ON placed.project_id = works.id
    LEFT JOIN pictured ON pictured.project_id = works.id
    LEFT JOIN linked ON linked.project_id = works.id
    LEFT JOIN related ON related.project_id = works.id
)
INSERT INTO duplicates_compared (project_id, digest, scan_id, at)
SELECT now.id, now.digest, %(scan)s, clock_timestamp()
FROM now
LEFT JOIN duplicates_compared AS before ON before.project_id = now.id
LEFT JOIN duplicates_scan AS by ON by.id = before.scan_id
WHERE NOT %(only_changed)s
   OR before.digest IS DISTINCT FROM now.digest
   OR by.state IS DISTINCT FROM 'done'
   OR by.radius_m < %(radius_m)s
ON CONFLICT (project_id) DO UPDATE
SET digest = EXCLUDED.digest, scan_id = EXCLUDED.scan_id, at = EXCLUDED.at
"""


def keep_digests(scan: Scan, choice: Choice, *, only_changed: bool) -> int:
    """Write what the chosen works are compared by from now on, under the scan's number. Returns how many.

    only_changed: only those that are not what they were when a finished scan compared them.
    """
    values = choice.values | {
        "active": SiteStatus.ACTIVE.value,
        "scan": scan.pk,
        "only_changed": only_changed,
        "radius_m": scan.radius_m,
    }
    with connection.cursor() as cursor:
        cursor.execute(DIGESTS.replace("{chosen}", CHOSEN.format(project="project")), values)
        return int(cursor.rowcount)


def kept_by(scan: Scan) -> list[int]:
    """The works whose digest this scan wrote."""
    return list(Compared.objects.filter(scan=scan).order_by("pk").values_list("pk", flat=True))
