-- Settings of the service's functions that somebody keeps for a role, this database or the whole server. They are
-- set for moments, inside a transaction; one that stays lets the past be rewritten, or the audit be passed over.
WITH kept AS (
    SELECT coalesce(owner.rolname::text, '*') AS role, one.setting
    FROM pg_db_role_setting AS settings
    CROSS JOIN unnest(settings.setconfig) AS one (setting)
    LEFT JOIN pg_roles AS owner ON owner.oid = settings.setrole
    WHERE settings.setdatabase IN (0, (SELECT oid FROM pg_database WHERE datname = current_database()))
        AND lower(one.setting) LIKE 'gis.%'
)
SELECT role, setting FROM kept
UNION ALL
-- By the server's file or the environment of whoever looks.
SELECT '*', 'gis.history_writes=on'
WHERE current_setting('gis.history_writes', true) = 'on' AND NOT EXISTS (SELECT FROM kept)
ORDER BY role, setting
