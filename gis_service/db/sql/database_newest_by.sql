-- Newest version of every layer by one author.
-- :author  whose versions count
-- Index relied on: version_layer_id_idx (layer, id).
SELECT DISTINCT ON (layer) layer, author, message
  FROM gis.version
 WHERE author = :author
 ORDER BY layer, id DESC
