-- Note the cells of zoom 14 that an update of an overview touched: those of the versions that it digested, and those
-- of the shapes that it has moved, in pg_temp.overview_touched, by their class. Only the last update of a cell is kept,
-- and the last one that has moved shapes there: of the others the rows alone tell what a tile shows.
-- :layer, :number  the overview and its update
-- :since           version that it was level with before
INSERT INTO gis.overview_dirty AS known (layer, x, y, class, number, moved)
SELECT
    CAST(:layer AS text), coalesce(met.x, -1), coalesce(met.y, -1), met.class, CAST(:number AS bigint), max(met.moved)
FROM (
    SELECT x, y, '' AS class, CAST(0 AS bigint) AS moved FROM gis.dirty WHERE layer = :layer AND version > :since
    UNION ALL
    SELECT cells.x, cells.y, touched.class, CAST(:number AS bigint)
    FROM pg_temp.overview_touched AS touched
    CROSS JOIN LATERAL gis.cells_of(ST_Transform(touched.box, 4326)) AS cells
) AS met
GROUP BY 2, 3, 4
ON CONFLICT (layer, x, y, class)
    DO UPDATE SET number = excluded.number, moved = greatest(known.moved, excluded.moved)
