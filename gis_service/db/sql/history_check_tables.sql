-- How the tables of layers stand under history: one row for every table, and for every layer that has versions.
-- Gives whether table and history are there, whether the table has a key by fid and a geometry, the triggers that
-- are missing, off, or not as the service makes them, the columns whose history is missing or of another type,
-- those that bear a name of the history's own, and whether the history is guarded from writers.
-- tgtype: 2 before, 4 insert, 8 delete, 16 update, 32 truncate; 1 would be one call per row.
WITH named AS (
    SELECT relname::text AS layer FROM pg_class
    WHERE relnamespace = 'layer'::regnamespace AND relkind IN ('r', 'p')
    UNION
    -- A layer that its users have dropped has a history and no table, and nothing is wrong with that.
    SELECT layer FROM gis.version WHERE layer NOT IN (
        SELECT id FROM gis.layer_definition WHERE dropped_at IS NOT NULL)
    -- Nor with a raster layer, whose versions are files.
    AND layer NOT IN (SELECT id FROM gis.layer_definition WHERE document ->> 'geometry' = 'Raster')
    AND layer NOT IN (SELECT layer FROM gis.raster EXCEPT SELECT id FROM gis.layer_definition)
),
found AS (
    SELECT layer, to_regclass(format('layer.%I', layer)) AS here, to_regclass(format('history.%I', layer)) AS past
    FROM named
),
wanted (name, kind, own, old, new) AS (
    VALUES
        ('gis_history_lock', 62, 'gis.history_lock', NULL, NULL),
        ('gis_history_insert', 4, 'gis.history_write', NULL, 'gis_new'),
        ('gis_history_update', 16, 'gis.history_write', 'gis_old', 'gis_new'),
        ('gis_history_delete', 8, 'gis.history_write', 'gis_old', NULL),
        ('gis_history_truncate', 32, 'gis.history_truncate', NULL, NULL)
),
triggers AS (
    SELECT
        found.layer,
        string_agg(wanted.name, ', ' ORDER BY wanted.name) FILTER (WHERE there.oid IS NULL) AS missing,
        string_agg(wanted.name, ', ' ORDER BY wanted.name) FILTER (WHERE there.tgenabled <> 'A') AS off,
        string_agg(wanted.name, ', ' ORDER BY wanted.name) FILTER (
            WHERE there.oid IS NOT NULL AND (there.tgtype <> wanted.kind OR there.tgfoid <> wanted.own::regproc
                OR there.tgqual IS NOT NULL OR there.tgattr::text <> ''
                OR there.tgoldtable::text IS DISTINCT FROM wanted.old
                OR there.tgnewtable::text IS DISTINCT FROM wanted.new)) AS other
    FROM found CROSS JOIN wanted
    LEFT JOIN pg_trigger AS there
        ON there.tgrelid = found.here AND there.tgname = wanted.name AND NOT there.tgisinternal
    WHERE found.here IS NOT NULL
    GROUP BY found.layer
),
columns AS (
    SELECT found.layer, string_agg(current.attname::text, ', ' ORDER BY current.attnum) AS differing
    FROM found
    JOIN pg_attribute AS current
        ON current.attrelid = found.here AND current.attnum > 0 AND NOT current.attisdropped
    LEFT JOIN pg_attribute AS past
        ON past.attrelid = found.past AND past.attname = current.attname AND NOT past.attisdropped
    WHERE found.past IS NOT NULL AND (past.attname IS NULL OR past.atttypid <> current.atttypid
        OR (current.attname <> 'geom' AND past.atttypmod <> current.atttypmod))
    GROUP BY found.layer
),
taken AS (
    SELECT found.layer, string_agg(current.attname::text, ', ' ORDER BY current.attnum) AS reserved
    FROM found
    JOIN pg_attribute AS current
        ON current.attrelid = found.here AND current.attname IN ('version_from', 'version_to')
        AND NOT current.attisdropped
    GROUP BY found.layer
)
SELECT
    found.layer,
    found.here IS NOT NULL AS has_table,
    found.past IS NOT NULL AS has_history,
    gis.fits_history(found.layer) AS fit,
    triggers.missing, triggers.off, triggers.other, columns.differing, taken.reserved,
    EXISTS (
        SELECT FROM pg_trigger AS guard
        WHERE guard.tgrelid = found.past AND guard.tgname = 'gis_history_guard' AND guard.tgenabled = 'A'
            AND guard.tgtype = 62 AND guard.tgfoid = 'gis.history_guard'::regproc AND guard.tgqual IS NULL
            AND guard.tgattr::text = '') AS guarded,
    pg_get_serial_sequence(
        CASE WHEN EXISTS (SELECT FROM pg_attribute AS a WHERE a.attrelid = found.here AND a.attname = 'fid'
            AND NOT a.attisdropped) THEN found.here::regclass::text END, 'fid') AS numbers
FROM found LEFT JOIN triggers USING (layer) LEFT JOIN columns USING (layer) LEFT JOIN taken USING (layer)
ORDER BY found.layer
