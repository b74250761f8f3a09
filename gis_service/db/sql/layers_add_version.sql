-- The version that this transaction makes of a layer, with its author; the layer is locked from here on.
-- :layer, :author, :message
SELECT gis.version_of_write(:layer, :author, :message)
