-- Numbers that no row of a layer has ever had.
-- :fids  bigint[]
-- {history}  quoted history table of the layer
-- Index relied on: primary key of the history, which begins with fid.
SELECT asked.fid
FROM unnest(CAST(:fids AS bigint[])) AS asked (fid)
WHERE NOT EXISTS (SELECT FROM {history} AS h WHERE h.fid = asked.fid)
ORDER BY asked.fid
