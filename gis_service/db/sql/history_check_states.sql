-- Whether the states of a history can all be true: the highest number ever given, how many features have more than
-- one open state, states that overlap or end before they begin, states of versions that nobody made, and versions
-- whose time is before that of the version before.
-- :layer     layer id
-- {history}  quoted name
SELECT
    (SELECT max(fid) FROM {history}) AS highest,
    (SELECT count(*) FROM (
        SELECT fid FROM {history} WHERE version_to IS NULL GROUP BY fid HAVING count(*) > 1) AS twice) AS open_twice,
    (SELECT count(*) FROM (
        SELECT version_from, version_to, lead(version_from) OVER (PARTITION BY fid ORDER BY version_from) AS next
        FROM {history}) AS s
     WHERE s.version_to <= s.version_from OR (s.version_to IS NOT NULL AND s.version_to > s.next)
        OR (s.version_to IS NULL AND s.next IS NOT NULL)) AS overlapping,
    (SELECT count(*) FROM {history} AS h
     WHERE NOT EXISTS (SELECT FROM gis.version AS v WHERE v.id = h.version_from AND v.layer = :layer)
        OR (h.version_to IS NOT NULL AND NOT EXISTS (
            SELECT FROM gis.version AS v WHERE v.id = h.version_to AND v.layer = :layer))) AS unknown,
    (SELECT count(*) FROM (
        SELECT committed_at, lag(committed_at) OVER (ORDER BY id) AS before FROM gis.version WHERE layer = :layer
     ) AS times WHERE times.committed_at < times.before) AS back_in_time
