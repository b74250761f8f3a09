-- Base map: built-up land, water, roads, ferries, names of districts and settlements in one vector tile.
-- Inputs: :z, :x, :y, the tile's address in WebMercatorQuad.
-- Reads: drawn_<layer>, in Web Mercator and only what meets the tile: below zoom 14 from the layer's overview.
-- Units: tile coordinates 0..4096 with a margin of 64 around; `unit` is one of them in metres of the projection.
-- Thinning: tileset.yaml says from which zoom on each class of rows is given; below zoom 14 the roads of one class and
-- name are one feature, their lines joined. Names of areas are points of the whole area
-- (never of the part in this tile), names of rivers lines along their middle, so no name stands twice.
-- Outlines that ST_Simplify has cross themselves are mended by ST_AsMVTGeom, on whole units.
-- MATERIALIZED and OFFSET 0 have a shape worked out once: else it is for each condition, and for each edge beside it.
WITH tile AS (
  SELECT ST_TileEnvelope(:z, :x, :y) AS box, 40075016.7 / 4096 / power(2.0::float8, :z) AS unit
),
land_use AS (
  SELECT l.fid, l.use,
         ST_AsMVTGeom(ST_Simplify(l.geom, 4 * tile.unit), tile.box, 4096, 64, true) AS geom
    FROM tile CROSS JOIN drawn_land_use AS l
   WHERE ST_Area(l.geom) > 900 * tile.unit * tile.unit
),
water AS (
  SELECT w.fid, w.kind, w.name, w.geom, tile.box, tile.unit, ST_Simplify(w.geom, 3 * tile.unit, true) AS shape
    FROM tile CROSS JOIN drawn_rivers AS w
),
-- The middle of a river, around this tile: through each triangle between its banks goes the line that joins the middles
-- of the sides that cross the water. Sides along a bank, and those that only cut a bend of it, stay out.
-- From afar less of it is around the tile, and what is narrower than letters are high is widened on both sides first:
-- the middle stays where it is, and of a band as wide as that a fraction of the corners is enough.
stretch AS (
  SELECT w.fid, w.unit, part.geom AS shape, 2 * ST_Area(part.geom) / ST_Perimeter(part.geom) AS width
    FROM water AS w CROSS JOIN LATERAL ST_Dump(ST_CollectionExtract(ST_MakeValid(ST_ClipByBox2D(
           w.shape, ST_Expand(w.box, CASE WHEN :z < 12 THEN 1024 ELSE 4096 END * w.unit))), 3)) AS part
   WHERE w.kind = 'river' AND w.name IS NOT NULL AND ST_Area(part.geom) > 0
),
bank AS MATERIALIZED (
  SELECT fid, greatest(width, 64 * unit) AS width,
         CASE WHEN width < 64 * unit
           THEN ST_Buffer(ST_Simplify(shape, 8 * unit, true), 32 * unit - width / 2, 'quad_segs=2') ELSE shape END AS shape
    FROM stretch
),
corner AS (
  SELECT b.fid, b.width, b.shape, banks.rim, ST_PointN(three.ring, 1) AS a, ST_PointN(three.ring, 2) AS b,
         ST_PointN(three.ring, 3) AS c
    FROM bank AS b
   CROSS JOIN LATERAL (
     SELECT ST_Segmentize(ST_Simplify(ST_Boundary(b.shape), b.width / 4), greatest(b.width, 60)) AS rim OFFSET 0
   ) AS banks
   CROSS JOIN LATERAL ST_Dump(ST_DelaunayTriangles(banks.rim)) AS part
   CROSS JOIN LATERAL (SELECT ST_ExteriorRing(part.geom) AS ring OFFSET 0) AS three
),
side AS (
  SELECT fid, width, rim, ST_SetSRID(ST_MakePoint((ax + bx) / 2, (ay + by) / 2), 3857) AS ab,
         ST_SetSRID(ST_MakePoint((bx + cx) / 2, (by + cy) / 2), 3857) AS bc,
         ST_SetSRID(ST_MakePoint((cx + ax) / 2, (cy + ay) / 2), 3857) AS ca
    FROM (SELECT *, ST_X(a) AS ax, ST_Y(a) AS ay, ST_X(b) AS bx, ST_Y(b) AS by, ST_X(c) AS cx, ST_Y(c) AS cy
            FROM corner OFFSET 0) AS at
   WHERE ST_Contains(shape, ST_SetSRID(ST_MakePoint((ax + bx + cx) / 3, (ay + by + cy) / 3), 3857))
  OFFSET 0
),
spine AS (
  SELECT fid, width, ST_LineMerge(ST_Collect(ST_MakeLine(ARRAY[ab, bc, ca]))) AS geom
    FROM (SELECT fid, width, CASE WHEN ST_DWithin(ab, rim, width / 5) THEN NULL ELSE ab END AS ab,
                 CASE WHEN ST_DWithin(bc, rim, width / 5) THEN NULL ELSE bc END AS bc,
                 CASE WHEN ST_DWithin(ca, rim, width / 5) THEN NULL ELSE ca END AS ca
            FROM side OFFSET 0) AS across
   WHERE num_nulls(ab, bc, ca) < 2
   GROUP BY fid, width
),
-- Without its short side branches it is one line again, smooth enough for letters to stand on.
middle AS (
  SELECT s.fid, ST_LineMerge(ST_Collect(piece.geom)) AS geom
    FROM spine AS s CROSS JOIN LATERAL ST_Dump(s.geom) AS piece
   WHERE ST_Length(piece.geom) > 1.2 * s.width
   GROUP BY s.fid
),
rivers AS (
  SELECT w.fid, w.kind, NULL AS name, ST_AsMVTGeom(w.shape, w.box, 4096, 64, true) AS geom FROM water AS w
   UNION ALL
  SELECT w.fid, w.kind, w.name,
         ST_AsMVTGeom(ST_ChaikinSmoothing(ST_Simplify(m.geom, 50 * w.unit), 2), w.box, 4096, 64, true)
    FROM water AS w JOIN middle AS m USING (fid)
   UNION ALL
  SELECT w.fid, w.kind, w.name,
         ST_AsMVTGeom((ST_MaximumInscribedCircle(ST_SimplifyPreserveTopology(w.geom, 3 * w.unit))).center,
                      w.box, 4096, 0, true)
    FROM water AS w
   WHERE w.kind IN ('sea', 'lake') AND w.name IS NOT NULL AND NOT ST_IsEmpty(w.geom)
),
road AS (
  SELECT r.fid, r.road_class, r.name, tile.box, tile.unit, r.geom AS line
    FROM tile CROSS JOIN drawn_roads AS r
),
roads AS (
  SELECT min(fid) AS fid, road_class, name,
         ST_AsMVTGeom(ST_Simplify(ST_LineMerge(ST_CollectionExtract(ST_Collect(line), 2)), 4 * unit),
                      box, 4096, 64, true) AS geom
    FROM road
   GROUP BY road_class, name, box, unit, CASE WHEN :z >= 14 THEN fid END
),
ferries AS (
  SELECT f.fid, f.name, ST_AsMVTGeom(f.geom, tile.box, 4096, 64, true) AS geom
    FROM tile CROSS JOIN drawn_ferries AS f
),
district_2024 AS (
  SELECT d.fid, d.name, ST_AsMVTGeom(
           CASE ST_Dimension(d.geom)
             WHEN 2 THEN (ST_MaximumInscribedCircle(ST_SimplifyPreserveTopology(d.geom, 220))).center
             ELSE d.geom END, tile.box, 4096, 0, true) AS geom
    FROM tile CROSS JOIN drawn_district_2024 AS d
),
settlement AS (
  SELECT s.fid, s.name, s.kind, ST_AsMVTGeom(s.geom, tile.box, 4096, 0, true) AS geom
    FROM tile CROSS JOIN drawn_settlement AS s
)
SELECT (SELECT ST_AsMVT(rows, 'land_use', 4096, 'geom', 'fid')
          FROM (SELECT * FROM land_use ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'rivers', 4096, 'geom', 'fid')
          FROM (SELECT * FROM rivers ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'roads', 4096, 'geom', 'fid')
          FROM (SELECT * FROM roads ORDER BY fid, road_class, name OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'ferries', 4096, 'geom', 'fid')
          FROM (SELECT * FROM ferries ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'district_2024', 4096, 'geom', 'fid')
          FROM (SELECT * FROM district_2024 ORDER BY fid OFFSET 0) AS rows WHERE geom IS NOT NULL)
    || (SELECT ST_AsMVT(rows, 'settlement', 4096, 'geom', 'fid')
          FROM (SELECT * FROM settlement ORDER BY kind = 'town' DESC, fid OFFSET 0) AS rows WHERE geom IS NOT NULL) AS tile
