-- Tables of a database that belong to no extension, with the bytes of their rows; indexes and overviews are made anew.
SELECT
    format('%I.%I', space.nspname, relation.relname) AS name,
    pg_table_size(relation.oid) AS bytes
FROM pg_class AS relation
JOIN pg_namespace AS space ON space.oid = relation.relnamespace
WHERE relation.relkind = 'r' AND relation.relpersistence <> 't'
    AND space.nspname NOT IN ('information_schema', 'overview') AND space.nspname !~ '^pg_'
    AND NOT EXISTS (
        SELECT FROM pg_depend AS part
        WHERE part.classid = 'pg_class'::regclass AND part.objid = relation.oid AND part.deptype = 'e')
ORDER BY space.nspname COLLATE "C", relation.relname COLLATE "C"
