-- One writer at a time per layer, until the transaction ends.
-- :layer  layer id
SELECT gis.lock_layer(:layer)
