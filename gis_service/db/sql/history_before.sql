-- The version of a layer that came before another one.
-- :layer, :version
-- Index relied on: version_layer_id_idx.
SELECT id, author, message, committed_at, kept
FROM gis.version
WHERE layer = :layer AND id < :version
ORDER BY id DESC LIMIT 1
