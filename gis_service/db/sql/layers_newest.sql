-- Newest version of a layer with its author, time and message.
-- :layer  layer id
-- Index relied on: version_layer_id_idx (layer, id).
SELECT id, author, message, committed_at FROM gis.version WHERE layer = :layer ORDER BY id DESC LIMIT 1
