-- Put the table of a layer under history. Where a table of this name was dropped before, its last rows end with the
-- version that this transaction makes.
-- :layer  layer id
SELECT gis.history_catch_up(:layer, NULL, NULL)
