-- Triggers on the tables of the service, and whether they fire in every session.
SELECT
    there.tgrelid::regclass::text AS of_table,
    there.tgname::text AS name,
    there.tgenabled = 'A' AS always,
    pg_get_triggerdef(there.oid) AS definition
FROM pg_trigger AS there
JOIN pg_class AS relation ON relation.oid = there.tgrelid
WHERE relation.relnamespace = 'gis'::regnamespace AND NOT there.tgisinternal
