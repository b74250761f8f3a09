-- Newest version of every layer that has any.
-- Index relied on: version_layer_id_idx (layer, id).
SELECT DISTINCT ON (layer) layer, author, message
  FROM gis.version
 ORDER BY layer, id DESC
