-- One writer at a time per layer, until the transaction ends.
-- :layer  layer id
SELECT gis.hold_layer(:layer)
