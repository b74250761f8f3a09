-- A page of studies, the newest first, without their documents.
-- :process    only these, or null for all
-- :before_at, :before_id   the last study of the page before, or nulls for the first page
-- :count      rows at most
-- :layers     only studies whose inputs, the demand aside, are among these layers; null for all
-- Index relied on: study_created_at_id_idx.
SELECT id, process, created_at, seconds, author
FROM gis.study
WHERE (CAST(:process AS text) IS NULL OR process = :process)
  AND (CAST(:before_at AS timestamptz) IS NULL OR (created_at, id) < (:before_at, CAST(:before_id AS text)))
  AND (
    CAST(:layers AS text[]) IS NULL
    OR NOT EXISTS (
      SELECT 1
      FROM jsonb_each(document -> 'inputs') AS input
      WHERE input.key <> 'demand'
        AND input.value ->> 'layer' <> ALL (CAST(:layers AS text[]))
    )
  )
ORDER BY created_at DESC, id DESC
LIMIT :count
