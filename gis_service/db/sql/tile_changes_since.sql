-- What has been committed since the versions that are known: per layer its newest version and the cells that the
-- newer ones touched, each with the newest of them. All of it is of one state, the state of this statement.
-- :layers, :known  arrays: layers, and the version of each that is known already
-- Indexes relied on: version_layer_id_idx (layer, id), dirty_layer_version_idx (layer, version) INCLUDE (x, y).
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
