"""Scored pairs into the database: COPY into a table beside, then one INSERT that updates what is there already."""

import csv
import io
import json

from django.db import connection

from duplicates.engines import Scored
from duplicates.models import Scan
from duplicates.score import STORED_FROM

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


def count_money() -> None:
    """Write of each case how many rupiah would be spent twice."""
    with connection.cursor() as cursor:
        cursor.execute(MONEY)
