-- Units and offices: communes of today and one-stop offices in one vector tile.
-- Inputs: :z, :x, :y, the tile's address in WebMercatorQuad.
-- SRID: layers are stored in 4326; the tile's box is brought to them, not they to the box, so that the index serves.
-- Units: tile coordinates 0..4096 with a margin of 64 around.
-- Index: GiST on layer.commune(geom) and layer.one_stop_office(geom).
WITH tile AS (
  SELECT ST_TileEnvelope(:z, :x, :y) AS box,
         ST_Transform(ST_TileEnvelope(:z, :x, :y, margin => 64.0 / 4096), 4326) AS reach
),
commune AS (
  SELECT c.fid, c.code, c.name, c.full_name, c.unit_type, c.pop_2019,
         ST_AsMVTGeom(ST_Transform(c.geom, 3857), tile.box, 4096, 64, true) AS geom
    FROM tile JOIN layer.commune AS c ON c.geom && tile.reach
),
one_stop_office AS (
  SELECT o.fid, o.code, o.name, o.role, o.open_from, o.open_to,
         ST_AsMVTGeom(ST_Transform(o.geom, 3857), tile.box, 4096, 64, true) AS geom
    FROM tile JOIN layer.one_stop_office AS o ON o.geom && tile.reach
)
SELECT (SELECT ST_AsMVT(rows, 'commune', 4096, 'geom', 'fid')
          FROM (SELECT * FROM commune WHERE geom IS NOT NULL ORDER BY fid) AS rows)
    || (SELECT ST_AsMVT(rows, 'one_stop_office', 4096, 'geom', 'fid')
          FROM (SELECT * FROM one_stop_office WHERE geom IS NOT NULL ORDER BY fid) AS rows) AS tile
