-- Columns that the history of a layer has and its definition does not: made by hand, or of a field that was left out.
-- Gives also whether their values can be compared; those of json, xml and point, say, are compared as text.
-- :layer   layer id
-- :fields  names of the fields of the definition
SELECT quote_ident(past.attname) AS name,
    EXISTS (
        SELECT FROM pg_opclass AS operators
        WHERE operators.opcintype = coalesce(nullif(kind.typbasetype, 0), past.atttypid)
            AND operators.opcdefault
            AND operators.opcmethod = (SELECT oid FROM pg_am WHERE amname = 'btree')) AS comparable
FROM pg_attribute AS past
JOIN pg_type AS kind ON kind.oid = past.atttypid
WHERE past.attrelid = to_regclass(format('history.%I', CAST(:layer AS text))) AND past.attnum > 0
    AND NOT past.attisdropped
    AND past.attname NOT IN ('fid', 'geom', 'version_from', 'version_to')
    AND past.attname <> ALL (CAST(:fields AS text[]))
ORDER BY past.attnum
