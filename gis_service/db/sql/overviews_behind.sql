-- Newest version of every layer that has a table of its own, and of its overview the version that it is level with and
-- the way it is made; of one whose table is another by now, as after a restore, nothing.
SELECT tables.tablename, newest.id AS newest, one.level, one.recipe
FROM pg_tables AS tables
CROSS JOIN LATERAL (
    SELECT version.id FROM gis.version WHERE version.layer = tables.tablename ORDER BY version.id DESC LIMIT 1
) AS newest
LEFT JOIN gis.overview AS one
    ON one.layer = tables.tablename
    AND one.table_oid IS NOT DISTINCT FROM CAST(CAST(to_regclass(format('overview.%I', one.layer)) AS oid) AS bigint)
WHERE tables.schemaname = 'layer'
ORDER BY tables.tablename
