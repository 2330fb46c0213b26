"""Scored pairs into the database: COPY into a table beside, then one INSERT that updates what is there already."""

import csv
import io
import json

from django.db import connection

from duplicates.cases import group_pairs
from duplicates.engines import Scored
from duplicates.models import Case, Pair, Scan
from duplicates.score import CASE_FROM, STORED_FROM

# A pair that two scans find at a time counts as found by the newer one. Unique index: pair_once.
UPSERT = """
INSERT INTO duplicates_pair
    (left_id, right_id, scan_id, distance_m, weight, probability, signals, by_picture, first_seen_at, gone_at)
SELECT left_id, right_id, %(scan)s, distance_m, weight, probability, signals, by_picture, clock_timestamp(), NULL
FROM found_pairs
WHERE EXISTS (SELECT FROM projects_project WHERE id = left_id)
  AND EXISTS (SELECT FROM projects_project WHERE id = right_id)
ON CONFLICT (left_id, right_id) DO UPDATE
SET scan_id = GREATEST(duplicates_pair.scan_id, EXCLUDED.scan_id), distance_m = EXCLUDED.distance_m,
    weight = EXCLUDED.weight, probability = EXCLUDED.probability, signals = EXCLUDED.signals,
    by_picture = EXCLUDED.by_picture, gone_at = NULL
"""

# Indexes: on left_id, right_id and case_id.
CASES_OF = """
WITH asked AS (
    SELECT unnest(%(projects)s::bigint[]) AS id
)
SELECT pair.case_id, pair.left_id, pair.right_id
FROM duplicates_pair AS pair
WHERE pair.case_id IN (
    SELECT case_id FROM duplicates_pair WHERE left_id IN (SELECT id FROM asked)
    UNION
    SELECT case_id FROM duplicates_pair WHERE right_id IN (SELECT id FROM asked)
)
"""

JOIN_CASES = """
UPDATE duplicates_pair
SET case_id = joined.case_id
FROM unnest(%(pairs)s::bigint[], %(cases)s::bigint[]) AS joined (pair_id, case_id)
WHERE duplicates_pair.id = joined.pair_id
"""

# Of each case: what its projects are planned to cost, without the dearest.
MONEY = """
WITH members AS (
    SELECT DISTINCT pair.case_id, project.id, COALESCE(project.planned, 0) AS planned
    FROM duplicates_pair AS pair
    JOIN projects_project AS project ON project.id IN (pair.left_id, pair.right_id)
    WHERE pair.case_id IS NOT NULL AND pair.gone_at IS NULL
), twice AS (
    SELECT case_id, sum(planned) - max(planned) AS money
    FROM members
    GROUP BY case_id
)
UPDATE duplicates_case
SET money = COALESCE(twice.money, 0)
FROM duplicates_case AS same
LEFT JOIN twice ON twice.case_id = same.id
WHERE duplicates_case.id = same.id AND duplicates_case.money <> COALESCE(twice.money, 0)
"""


def store(scan: Scan, part: Scored) -> int:
    """Write a part's pairs with p ≥ 0.05 under the scan's number; needs a transaction. Returns how many."""
    lines = io.StringIO()
    rows = csv.writer(lines)
    keys = part.keys
    left, right = keys[part.batch.left].tolist(), keys[part.batch.right].tolist()
    written = 0
    for number, probability in enumerate(part.probabilities.tolist()):
        if probability < STORED_FROM:
            continue
        pair = part.pair(number)
        signals = json.dumps(pair.signals_json(), ensure_ascii=False)
        rows.writerow(
            (left[number], right[number], pair.distance_m, pair.weight, probability, signals,
             bool(part.by_picture[number]))
        )  # fmt: skip
        written += 1
    lines.seek(0)
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE found_pairs (left_id bigint, right_id bigint, distance_m float8, weight float8,"
            " probability float8, signals jsonb, by_picture boolean) ON COMMIT DROP"
        )
        cursor.copy_expert("COPY found_pairs FROM STDIN (FORMAT csv)", lines)
        cursor.execute(UPSERT, {"scan": scan.pk})
        cursor.execute("DROP TABLE found_pairs")
    return written


def group() -> None:
    """Give every strong pair without a case its case."""
    strong = Pair.objects.current().filter(case__isnull=True, probability__gte=CASE_FROM)
    strong = strong.order_by("-weight", "distance_m", "left__code", "right__code")
    waiting = {(left, right): key for key, left, right in strong.values_list("pk", "left_id", "right_id")}
    if not waiting:
        return
    joined, fresh = group_pairs(waiting, _cases_of({project for pair in waiting for project in pair}))
    made = Case.objects.bulk_create([Case() for _members in fresh], batch_size=5000)
    joined |= {pair: case.pk for case, members in zip(made, fresh, strict=True) for pair in members}
    with connection.cursor() as cursor:
        keys = [waiting[pair] for pair in joined]
        cursor.execute(JOIN_CASES, {"pairs": keys, "cases": list(joined.values())})


def _cases_of(projects: set[int]) -> dict[int, list[tuple[int, int]]]:
    """All pairs of the cases that these projects are in, by the case's number."""
    found: dict[int, list[tuple[int, int]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(CASES_OF, {"projects": list(projects)})
        for number, left, right in cursor.fetchall():
            found.setdefault(number, []).append((left, right))
    return found


def count_money() -> None:
    """Write of each case how many rupiah would be spent twice."""
    with connection.cursor() as cursor:
        cursor.execute(MONEY)
