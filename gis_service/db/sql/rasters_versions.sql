-- Versions of a raster layer, the newest first, each with its file and that of the version before it.
-- :layer   layer id
-- :before  only those before this version, or null
-- :count   rows at most
-- Index relied on: version_layer_id_idx; raster_pkey.
SELECT v.id, v.author, v.message, v.committed_at, v.kept, r.sha256 AS file, earlier.sha256 AS earlier
FROM (
    SELECT id, author, message, committed_at, kept
    FROM gis.version
    WHERE layer = :layer AND (CAST(:before AS bigint) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :count
) AS v
LEFT JOIN gis.raster AS r ON r.version = v.id AND r.layer = :layer
LEFT JOIN LATERAL (
    SELECT p.id FROM gis.version AS p WHERE p.layer = :layer AND p.id < v.id ORDER BY p.id DESC LIMIT 1
) AS past ON true
LEFT JOIN gis.raster AS earlier ON earlier.version = past.id AND earlier.layer = :layer
ORDER BY v.id DESC
