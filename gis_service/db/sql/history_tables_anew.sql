-- Write down the numbers that tables have on this server; a history whose table is gone is level with none.
UPDATE gis.history_of
SET table_oid = coalesce(to_regclass(format('layer.%I', layer))::oid::bigint, 0)
