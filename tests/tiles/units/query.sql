-- Units and offices: communes of today and one-stop offices in one vector tile.
-- Inputs: :z, :x, :y, the tile's address in WebMercatorQuad.
-- Reads: drawn_commune and drawn_one_stop_office, in Web Mercator and only what meets the tile.
-- Units: tile coordinates 0..4096 with a margin of 64 around.
WITH tile AS (
  SELECT ST_TileEnvelope(:z, :x, :y) AS box
),
commune AS (
  SELECT c.fid, c.code, c.name, c.full_name, c.unit_type, c.pop_2019,
         ST_AsMVTGeom(c.geom, tile.box, 4096, 64, true) AS geom
    FROM tile CROSS JOIN drawn_commune AS c
),
one_stop_office AS (
  SELECT o.fid, o.code, o.name, o.role, o.open_from, o.open_to,
         ST_AsMVTGeom(o.geom, tile.box, 4096, 64, true) AS geom
    FROM tile CROSS JOIN drawn_one_stop_office AS o
)
SELECT (SELECT ST_AsMVT(rows, 'commune', 4096, 'geom', 'fid')
          FROM (SELECT * FROM commune ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'one_stop_office', 4096, 'geom', 'fid')
          FROM (SELECT * FROM one_stop_office ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL) AS tile
