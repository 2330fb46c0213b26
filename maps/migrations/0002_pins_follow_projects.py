"""Pins follow their projects by triggers, each change as a row of its own, so that no writer waits for another."""

from django.db import migrations

# The bits of a number, each with a 0 after it: two of them interleaved give a tile one run of keys.
_SPREAD = """
CREATE FUNCTION maps_spread(bits bigint) RETURNS bigint LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT (e | (e << 1)) & x'5555555555555555'::bigint
    FROM (SELECT (bits | (bits << 16)) & x'0000FFFF0000FFFF'::bigint AS b) AS one,
        LATERAL (SELECT (b | (b << 8)) & x'00FF00FF00FF00FF'::bigint AS c) AS two,
        LATERAL (SELECT (c | (c << 4)) & x'0F0F0F0F0F0F0F0F'::bigint AS d) AS three,
        LATERAL (SELECT (d | (d << 2)) & x'3333333333333333'::bigint AS e) AS four
$$
"""

# What each scope is to hold of a project, in the order of maps_pin's columns. The grid is Web Mercator's, 2^26 squares
# along an edge, edges half-open; houses stand for the public where three decimals of a degree put them.
_WANTED = """
CREATE VIEW maps_wanted_pin AS
SELECT
    year::varchar(5), work_type, status, evidence, sources, stage::varchar(5), project_id, scope::varchar(1),
    maps_spread(x) | (maps_spread(y) << 1) AS key, x::integer, y::integer, village
FROM (
    SELECT
        project.id AS project_id,
        scope,
        floor((ST_X(pin) + 180) / 360 * 67108864.0::float8)::bigint AS x,
        floor(
            (1 - ln(tan(radians(ST_Y(pin))) + 1 / cos(radians(ST_Y(pin)))) / pi()) / 2 * 67108864.0::float8
        )::bigint AS y,
        (project.village_id COLLATE "C")::varchar(13) AS village,
        project.fiscal_year::text AS year,
        project.work_type,
        project.status,
        project.evidence,
        (SELECT coalesce(string_agg(source, ',' ORDER BY source), '') FROM unnest(project.sources) AS source)
            AS sources,
        CASE
            WHEN progress = 0 THEN '0'
            WHEN progress < 50 THEN '1-49'
            WHEN progress < 100 THEN '50-99'
            ELSE '100'
        END AS stage
    FROM projects_project AS project
    CROSS JOIN (VALUES ('p'), ('r')) AS scopes(scope)
    CROSS JOIN LATERAL (
        SELECT
            CASE WHEN scope = 'p' AND work_type = 'house' THEN ST_SnapToGrid(point, 0.001) ELSE point END AS pin
    ) AS placed
    WHERE project.point IS NOT NULL
      AND abs(ST_Y(project.point)) < 85.06
      AND CASE scope WHEN 'p' THEN project.published ELSE NOT project.published OR work_type = 'house' END
) AS grid
WHERE x BETWEEN 0 AND 67108863
  AND y BETWEEN 0 AND 67108863
"""

# After a statement: the pins of the projects it touched are compared with what they are to be.
_FOLLOW = """
CREATE FUNCTION maps_note_changes(pins maps_pin[], sign integer) RETURNS void LANGUAGE sql AS $$
    INSERT INTO maps_pinchange
        (scope, key, x, y, project_id, year, work_type, status, evidence, sources, stage, sign)
    SELECT counted, key, x, y, project_id, year, work_type, status, evidence, sources, stage, way
    FROM unnest(pins) AS pin
    -- A rough house counts for the public and against the rest, which has it at its exact place.
    CROSS JOIN LATERAL (VALUES (pin.scope, sign), ('r', -sign)) AS counts(counted, way)
    WHERE way = sign OR (scope = 'p' AND work_type = 'house')
$$;
CREATE FUNCTION maps_pins_follow() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    touched bigint[];
    gone maps_pin[];
    come maps_pin[];
BEGIN
    IF TG_OP = 'UPDATE' THEN
        touched := ARRAY(
            SELECT now.id
            FROM changed AS now JOIN previous AS was USING (id)
            WHERE (now.village_id, now.fiscal_year, now.work_type, now.status, now.evidence, now.sources, now.progress,
                    now.published)
                IS DISTINCT FROM (was.village_id, was.fiscal_year, was.work_type, was.status, was.evidence, was.sources,
                    was.progress, was.published)
               OR now.point IS DISTINCT FROM was.point
               OR NOT now.point ~= was.point
        );
    ELSE
        touched := ARRAY(SELECT id FROM changed);
    END IF;
    IF touched = '{}' THEN
        RETURN NULL;
    END IF;
    WITH wanted AS MATERIALIZED (
        SELECT wanted.* FROM unnest(touched) AS id JOIN maps_wanted_pin AS wanted ON wanted.project_id = id
    ),
    had AS MATERIALIZED (
        SELECT pin.* FROM unnest(touched) AS id JOIN maps_pin AS pin ON pin.project_id = id
    )
    SELECT array_agg(pin) FILTER (WHERE sign < 0), array_agg(pin) FILTER (WHERE sign > 0)
    INTO gone, come
    FROM (
        SELECT -1 AS sign, row(one.*)::maps_pin AS pin FROM (TABLE had EXCEPT TABLE wanted) AS one
        UNION ALL
        SELECT 1, row(one.*)::maps_pin FROM (TABLE wanted EXCEPT TABLE had) AS one
    ) AS differences;
    IF gone IS NOT NULL THEN
        PERFORM maps_note_changes(gone, -1);
        DELETE FROM maps_pin AS pin
        USING unnest(gone) AS went
        WHERE pin.project_id = went.project_id AND pin.scope = went.scope;
    END IF;
    IF come IS NOT NULL THEN
        PERFORM maps_note_changes(come, 1);
        INSERT INTO maps_pin SELECT * FROM unnest(come);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER maps_pins_after_insert AFTER INSERT ON projects_project
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION maps_pins_follow();
CREATE TRIGGER maps_pins_after_update AFTER UPDATE ON projects_project
    REFERENCING OLD TABLE AS previous NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION maps_pins_follow();
CREATE TRIGGER maps_pins_after_delete AFTER DELETE ON projects_project
    REFERENCING OLD TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION maps_pins_follow();
"""

# What is there already is counted at the first folding.
_FILL = """
INSERT INTO maps_pin SELECT * FROM maps_wanted_pin;
SELECT maps_note_changes(array_agg(pin), 1) FROM maps_pin AS pin GROUP BY pin.project_id % 100;
"""

_BACK = """
DROP TRIGGER maps_pins_after_insert ON projects_project;
DROP TRIGGER maps_pins_after_update ON projects_project;
DROP TRIGGER maps_pins_after_delete ON projects_project;
DROP FUNCTION maps_pins_follow();
DROP FUNCTION maps_note_changes(maps_pin[], integer);
DROP VIEW maps_wanted_pin;
DROP FUNCTION maps_spread(bigint);
"""


class Migration(migrations.Migration):
    dependencies = [("maps", "0001_pyramid"), ("projects", "0002_activity_codes_and_imported")]

    operations = [
        migrations.RunSQL(_SPREAD + ";" + _WANTED + ";" + _FOLLOW, _BACK),
        migrations.RunSQL("ALTER TABLE maps_tilecount SET (fillfactor = 70)", migrations.RunSQL.noop),
        migrations.RunSQL(_FILL, "DELETE FROM maps_pinchange; DELETE FROM maps_tilecount; DELETE FROM maps_pin;"),
    ]
