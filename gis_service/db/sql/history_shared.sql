-- Columns that a layer's table and its history share and that a row is written with: quoted, without fid. Gives
-- also whether their values can be compared; those of json, xml and point, say, are compared as text.
-- :layer  layer id
SELECT quote_ident(current.attname) AS name,
    current.atttypid = past.atttypid AND EXISTS (
        SELECT FROM pg_opclass AS operators
        WHERE operators.opcintype = coalesce(nullif(kind.typbasetype, 0), current.atttypid)
            AND operators.opcdefault
            AND operators.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')) AS comparable
FROM pg_attribute AS current
JOIN pg_attribute AS past
    ON past.attrelid = to_regclass(format('history.%I', CAST(:layer AS text))) AND past.attname = current.attname
    AND NOT past.attisdropped
JOIN pg_type AS kind ON kind.oid = current.atttypid
WHERE current.attrelid = to_regclass(format('layer.%I', CAST(:layer AS text))) AND current.attnum > 0
    AND NOT current.attisdropped AND current.attname <> 'fid'
    AND current.attgenerated = '' AND current.attidentity <> 'a'
ORDER BY current.attnum
