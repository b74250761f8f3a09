-- Let the history of a layer have every column that its table has.
-- :layer  layer id
SELECT gis.history_columns(:layer)
