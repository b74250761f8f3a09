-- Columns of a layer's table with their types as PostgreSQL prints them; no row when there is no table.
-- :layer  layer id
SELECT attribute.attname AS name, format_type(attribute.atttypid, attribute.atttypmod) AS type
FROM pg_attribute AS attribute
JOIN pg_class AS relation ON relation.oid = attribute.attrelid
JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE space.nspname = 'layer' AND relation.relname = :layer AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
