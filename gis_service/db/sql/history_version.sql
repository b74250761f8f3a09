-- One version of a layer.
-- :layer, :version
SELECT id, author, message, committed_at, kept FROM gis.version WHERE layer = :layer AND id = :version
