-- The layers that hold anything, tables and rasters, with their current version and their box, in one statement.
-- Inputs: :ids text[] ids of layers. Boxes: EPSG:4326 degrees, read from the root of the GiST index (or from
-- the statistics of the table), so that no row is touched; a box may be a little larger than the data.
SELECT
    c.relname AS id,
    (SELECT max(v.id) FROM gis.version AS v WHERE v.layer = c.relname) AS version,
    ST_XMin(e.box) AS west, ST_YMin(e.box) AS south, ST_XMax(e.box) AS east, ST_YMax(e.box) AS north
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN LATERAL (
    SELECT ST_EstimatedExtent('layer', c.relname, 'geom') AS box
    FROM pg_catalog.pg_attribute AS a
    WHERE a.attrelid = c.oid AND a.attname = 'geom' AND NOT a.attisdropped
) AS e ON true
WHERE n.nspname = 'layer' AND c.relkind IN ('r', 'p') AND c.relname = ANY(:ids)
UNION ALL
SELECT r.layer::name, r.version, r.bbox[1], r.bbox[2], r.bbox[3], r.bbox[4]
FROM gis.raster AS r
WHERE r.layer = ANY(:ids) AND r.version = (SELECT max(v.id) FROM gis.version AS v WHERE v.layer = r.layer)
    AND to_regclass(format('layer.%I', r.layer)) IS NULL
ORDER BY id
