-- Rows that a version wrote or removed, and whether a later version has touched them again.
-- :version
-- {history}  quoted history table of the layer
-- Indexes relied on: those of the history by version_from and by version_to, and its primary key by fid.
SELECT
    touched.fid,
    EXISTS (
        SELECT FROM {history} AS h
        WHERE h.fid = touched.fid AND (h.version_from > :version OR h.version_to > :version)
    ) AS overtaken
FROM (
    SELECT fid FROM {history} WHERE version_from = :version
    UNION
    SELECT fid FROM {history} WHERE version_to = :version
) AS touched
ORDER BY touched.fid
