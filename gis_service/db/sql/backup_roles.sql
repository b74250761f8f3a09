-- Roles that have been given rights on schemas, tables or functions of the service and of its users; those of
-- extensions are made anew with them. Owners stand for themselves: whoever restores owns what comes back.
WITH given AS (
    SELECT nspacl AS acl, nspowner AS owner FROM pg_namespace WHERE nspname IN ('gis', 'history', 'layer', 'overview', 'queue')
    UNION ALL
    SELECT relacl, relowner FROM pg_class AS relation JOIN pg_namespace AS space ON space.oid = relation.relnamespace
    WHERE space.nspname IN ('gis', 'history', 'layer', 'overview', 'public', 'queue')
        AND NOT EXISTS (
            SELECT FROM pg_depend AS part
            WHERE part.classid = 'pg_class'::regclass AND part.objid = relation.oid AND part.deptype = 'e')
    UNION ALL
    SELECT proacl, proowner FROM pg_proc AS function JOIN pg_namespace AS space ON space.oid = function.pronamespace
    WHERE space.nspname IN ('gis', 'queue')
)
SELECT DISTINCT pg_get_userbyid(entry.role)::text AS role
FROM given
CROSS JOIN LATERAL aclexplode(given.acl) AS one
CROSS JOIN LATERAL (VALUES (one.grantee), (one.grantor)) AS entry (role)
WHERE entry.role <> 0 AND entry.role <> given.owner
ORDER BY role
