-- When the first and the newest version of each layer were committed.
-- :ids  text[] ids of layers
-- Index relied on: version_layer_id_idx (layer, id).
SELECT layer AS id, min(committed_at) AS first, max(committed_at) AS newest
FROM gis.version
WHERE layer = ANY(:ids)
GROUP BY layer
