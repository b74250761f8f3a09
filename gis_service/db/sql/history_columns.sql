-- Let the history of a layer have every column that its table has, in its type. Where one has come or changed, any
-- row may have: what differs is written down as the version that this transaction makes.
-- :layer  layer id
SELECT CASE WHEN gis.history_names(:layer) IS NULL THEN gis.history_catch_up(:layer, NULL, NULL) END
