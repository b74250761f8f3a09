-- The layers that have at least one version.
-- Index relied on: version_layer_id_idx (layer, id).
SELECT DISTINCT layer FROM gis.version ORDER BY layer
