-- The version of a layer that was its newest at a time.
-- :layer, :at
-- Index relied on: version_layer_id_idx; times rise with the numbers.
SELECT id, author, message, committed_at, kept
FROM gis.version
WHERE layer = :layer AND committed_at <= :at
ORDER BY id DESC LIMIT 1
