-- Triggers by which the history hears of an UPDATE of a layer's table.
-- :layer  layer id
SELECT tgname::text AS name FROM pg_trigger
WHERE tgrelid = to_regclass(format('layer.%I', CAST(:layer AS text)))
    AND tgname IN ('gis_history_lock', 'gis_history_update')
