-- The oldest version of a layer whose rows are kept, and its newest one; null where there is none.
-- :layer
-- Index relied on: version_layer_id_idx.
SELECT min(id) FILTER (WHERE kept) AS oldest, max(id) AS newest FROM gis.version WHERE layer = :layer
