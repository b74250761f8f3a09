-- Whether the open states of a history are the rows of the table.
-- {table}, {history}  quoted names
-- {current}, {past}   what is compared of either, as gis.history_compared composes it
-- Reads both as a whole, in the order of their primary keys.
SELECT
    count(*) FILTER (WHERE h.fid IS NULL) AS unwritten,
    count(*) FILTER (WHERE t.fid IS NULL) AS gone,
    count(*) FILTER (WHERE t.fid = h.fid) AS other
FROM {table} AS t
FULL JOIN (SELECT * FROM {history} WHERE version_to IS NULL) AS h ON h.fid = t.fid
WHERE t.fid IS NULL OR h.fid IS NULL OR {current} IS DISTINCT FROM {past}
