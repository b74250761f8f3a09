-- One version of a layer. The clock, not the start of the transaction: a writer that waited for the layer's lock
-- must not bear an earlier time than the one it waited for.
-- :layer, :author, :message
INSERT INTO gis.version (layer, author, message, committed_at)
VALUES (:layer, :author, :message, clock_timestamp())
RETURNING id
