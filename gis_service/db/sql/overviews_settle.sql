-- Write down how an overview is made and what it is level with.
-- :layer, :recipe, :level, :kind, :gathered_to, :rows_then, :changed_since  as in gis.overview
INSERT INTO gis.overview AS one (layer, recipe, number, level, table_oid, kind, gathered_to, rows_then, changed_since)
VALUES (
    :layer, :recipe, nextval('gis.overview_number'), :level,
    CAST(CAST(to_regclass(format('overview.%I', CAST(:layer AS text))) AS oid) AS bigint),
    :kind, :gathered_to, :rows_then, :changed_since
)
ON CONFLICT (layer) DO UPDATE SET
    recipe = excluded.recipe, number = excluded.number, level = excluded.level, table_oid = excluded.table_oid,
    kind = excluded.kind, gathered_to = excluded.gathered_to, rows_then = excluded.rows_then,
    changed_since = excluded.changed_since
RETURNING number
