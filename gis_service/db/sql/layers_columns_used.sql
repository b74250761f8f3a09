-- Columns of a layer's table and of its history, dropped ones too, which the server counts for ever.
-- :layer  layer id
SELECT space.nspname AS space, attribute.attnum AS number, attribute.attname AS name,
    CASE WHEN NOT attribute.attisdropped THEN format_type(attribute.atttypid, attribute.atttypmod) END AS type
FROM pg_attribute AS attribute
JOIN pg_class AS relation ON relation.oid = attribute.attrelid
JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE space.nspname IN ('layer', 'history') AND relation.relkind IN ('r', 'p')
    AND relation.relname = CAST(:layer AS text) AND attribute.attnum > 0
