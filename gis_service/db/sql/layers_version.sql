-- Newest version of a layer.
-- :layer  layer id
-- Index relied on: version_layer_id_idx (layer, id).
SELECT max(id) FROM gis.version WHERE layer = :layer
