-- Studies that are kept and jobs that are not ended, and that name a layer among their inputs.
-- :layer  layer id
-- :most   rows at most
-- No index: every study is looked at, only when somebody is about to drop a layer.
SELECT reader FROM (
    SELECT id AS reader FROM gis.study
    WHERE jsonb_path_exists(document -> 'inputs', '$.**.layer ? (@ == $id)', jsonb_build_object('id', CAST(:layer AS text)))
    UNION ALL
    SELECT id AS reader FROM gis.job
    WHERE status IN ('accepted', 'running')
        AND jsonb_path_exists(inputs, '$.**.layer ? (@ == $id)', jsonb_build_object('id', CAST(:layer AS text)))
) AS named
ORDER BY reader
LIMIT :most
