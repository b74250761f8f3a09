-- First column of an index of a layer's table, which is valid; no row when the table has no index of this name.
-- :layer  layer id
-- :index  name of the index
-- :unique whether only one that lets nothing come twice is meant
SELECT attribute.attname::text AS name
FROM pg_index AS there
JOIN pg_class AS named ON named.oid = there.indexrelid
JOIN pg_attribute AS attribute ON attribute.attrelid = there.indrelid AND attribute.attnum = there.indkey[0]
WHERE there.indrelid = to_regclass(format('layer.%I', CAST(:layer AS text)))
    AND named.relname = CAST(:index AS text) AND there.indisvalid
    AND (there.indisunique OR NOT CAST(:unique AS boolean))
