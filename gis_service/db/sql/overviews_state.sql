-- The state of the overview of a layer. It is level with nothing when another table has its name by now, as after a
-- restore, or when a reader cannot hold it: it is then being made anew.
-- :layer    the layer
-- :is_read  whether its rows are to be read, which keeps it as it is until the transaction ends
SELECT
    recipe, number,
    CASE
        WHEN table_oid IS DISTINCT FROM CAST(CAST(to_regclass(format('overview.%I', layer)) AS oid) AS bigint) THEN NULL
        WHEN NOT :is_read THEN level
        WHEN pg_try_advisory_xact_lock_shared(hashtext('gis.overview_rows'), hashtext(layer)) THEN level
    END AS level,
    kind, gathered_to, rows_then, changed_since
FROM gis.overview
WHERE layer = :layer
