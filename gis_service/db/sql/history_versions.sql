-- Versions of a layer, the newest first, with what each did to the rows.
-- :layer   layer id
-- :before  only those before this version, or null
-- :count   rows at most
-- {history}  quoted history table of the layer
-- Indexes relied on: version_layer_id_idx; those of the history by version_from and by version_to.
SELECT
    v.id, v.author, v.message, v.committed_at, v.kept,
    begun.n - both_.n AS added, both_.n AS changed, ended.n - both_.n AS removed
FROM (
    SELECT id, author, message, committed_at, kept
    FROM gis.version
    WHERE layer = :layer AND (CAST(:before AS bigint) IS NULL OR id < :before)
    ORDER BY id DESC LIMIT :count
) AS v
CROSS JOIN LATERAL (SELECT count(*) AS n FROM {history} AS h WHERE h.version_from = v.id) AS begun
CROSS JOIN LATERAL (SELECT count(*) AS n FROM {history} AS h WHERE h.version_to = v.id) AS ended
CROSS JOIN LATERAL (
    SELECT count(*) AS n
    FROM {history} AS h JOIN {history} AS p ON p.fid = h.fid AND p.version_to = v.id
    WHERE h.version_from = v.id
) AS both_
ORDER BY v.id DESC
