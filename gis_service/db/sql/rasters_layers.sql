-- Layers whose newest version is a raster.
-- Index relied on: version_layer_id_idx; raster_layer_version_idx.
SELECT r.layer
FROM (SELECT layer, max(version) AS version FROM gis.raster GROUP BY layer) AS r
WHERE r.version = (SELECT max(v.id) FROM gis.version AS v WHERE v.layer = r.layer)
ORDER BY r.layer
