-- What has been committed since the versions that are known: per layer its newest version and the cells that the
-- newer ones touched, each with the newest of them. All of it is of one state, the state of this statement.
-- An overview is told as one more layer, named overview.<layer>, whose version is the number of its last update.
-- :layers, :known  arrays: layers, and the version of each that is known already
-- Indexes relied on: version_layer_id_idx (layer, id), dirty_layer_version_idx (layer, version) INCLUDE (x, y),
-- overview_dirty_layer_number_idx.
WITH RECURSIVE named AS (
    -- From layer to layer along the index: there are few of them, and many versions of each.
    (SELECT layer FROM gis.version ORDER BY layer LIMIT 1)
    UNION ALL
    SELECT (SELECT later.layer FROM gis.version AS later WHERE later.layer > named.layer ORDER BY later.layer LIMIT 1)
    FROM named
    WHERE named.layer IS NOT NULL
),
newest AS (
    SELECT
        named.layer,
        (SELECT one.id FROM gis.version AS one WHERE one.layer = named.layer ORDER BY one.id DESC LIMIT 1) AS version,
        coalesce(known.version, 0) AS known
    FROM named
    LEFT JOIN unnest(CAST(:layers AS text[]), CAST(:known AS bigint[])) AS known (layer, version) USING (layer)
    WHERE named.layer IS NOT NULL
)
SELECT newest.layer, newest.version, touched.version AS touched, touched.x, touched.y
FROM newest
LEFT JOIN LATERAL (
    SELECT max(dirty.version) AS version, dirty.x, dirty.y
    FROM gis.dirty
    WHERE dirty.layer = newest.layer AND dirty.version > newest.known
    GROUP BY dirty.x, dirty.y
) AS touched ON true
WHERE newest.version > newest.known
UNION ALL
SELECT 'overview.' || one.layer, one.number, touched.number, nullif(touched.x, -1), nullif(touched.y, -1)
FROM gis.overview AS one
LEFT JOIN unnest(CAST(:layers AS text[]), CAST(:known AS bigint[])) AS known (layer, version)
    ON known.layer = 'overview.' || one.layer
LEFT JOIN gis.overview_dirty AS touched
    ON touched.layer = one.layer AND touched.number > coalesce(known.version, 0)
WHERE one.number > coalesce(known.version, 0)
