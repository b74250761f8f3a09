-- One writer at a time per layer, until the transaction ends.
-- :layer  layer id
SELECT pg_advisory_xact_lock(hashtext('gis.layer'), hashtext(:layer))
