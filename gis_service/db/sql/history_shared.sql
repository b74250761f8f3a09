-- Columns that a layer's table and its history share and that a row is written with: quoted, without fid.
-- :layer  layer id
SELECT quote_ident(current.attname) AS name
FROM pg_attribute AS current
JOIN pg_attribute AS past
    ON past.attrelid = to_regclass(format('history.%I', CAST(:layer AS text))) AND past.attname = current.attname
    AND NOT past.attisdropped
WHERE current.attrelid = to_regclass(format('layer.%I', CAST(:layer AS text))) AND current.attnum > 0
    AND NOT current.attisdropped AND current.attname <> 'fid'
    AND current.attgenerated = '' AND current.attidentity <> 'a'
ORDER BY current.attnum
