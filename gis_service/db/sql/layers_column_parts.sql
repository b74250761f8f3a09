-- Statements that make again what goes with a column of a layer's table: that it is never empty, its constraints,
-- its indexes (which depend on a column once as a key and once by their condition). Those that the service makes by
-- itself are left out: their names tell them.
-- :layer   layer id
-- :column  name of the column
WITH gone AS (
    SELECT attrelid, attnum, attname, attnotnull FROM pg_attribute
    WHERE attrelid = to_regclass(format('layer.%I', CAST(:layer AS text))) AND attname = CAST(:column AS text)
)
SELECT statement FROM (
    SELECT 1 AS part, '' AS name,
        format('ALTER TABLE %s ALTER COLUMN %I SET NOT NULL', attrelid::regclass, attname) AS statement
    FROM gone WHERE attnotnull
    UNION
    SELECT 2, held.conname, format('ALTER TABLE %s ADD CONSTRAINT %I %s', held.conrelid::regclass, held.conname,
        pg_get_constraintdef(held.oid))
    FROM gone JOIN pg_constraint AS held ON held.conrelid = gone.attrelid AND gone.attnum = ANY (held.conkey)
    WHERE held.contype IN ('c', 'u', 'f', 'x')
    UNION
    SELECT 3, named.relname, pg_get_indexdef(named.oid)
    FROM gone
    JOIN pg_depend AS part ON part.refclassid = 'pg_class'::regclass AND part.refobjid = gone.attrelid
        AND part.refobjsubid = gone.attnum AND part.classid = 'pg_class'::regclass
    JOIN pg_class AS named ON named.oid = part.objid AND named.relkind = 'i'
    WHERE named.relname NOT IN (CAST(:layer AS text) || '_geom_idx', CAST(:layer AS text) || '_key_idx')
        AND NOT EXISTS (SELECT FROM pg_constraint AS held WHERE held.conindid = named.oid)
) AS parts
ORDER BY part, name
