-- Put the table of a layer under history; what it holds becomes its first version that is kept.
-- :layer  layer id
SELECT gis.keep_history(:layer)
