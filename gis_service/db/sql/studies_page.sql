-- A page of studies, the newest first, without their documents.
-- :process    only these, or null for all
-- :before_at, :before_id   the last study of the page before, or nulls for the first page
-- :count      rows at most
-- :oldest     JSON object: of each layer that may be shown the oldest version that may be, 0 for any; only
--             studies whose inputs are among these; null for all
-- :people     layers of personal detail, of which a study over them as its demand shows no more than sums
-- Index relied on: study_created_at_id_idx.
SELECT id, process, created_at, seconds, author
FROM gis.study
WHERE (CAST(:process AS text) IS NULL OR process = :process)
  AND (CAST(:before_at AS timestamptz) IS NULL OR (created_at, id) < (:before_at, CAST(:before_id AS text)))
  AND (
    CAST(:oldest AS jsonb) IS NULL
    OR NOT EXISTS (
      SELECT 1
      FROM jsonb_each(document -> 'inputs') AS input
      WHERE input.value ->> 'layer' IS NOT NULL
        AND NOT (input.key = 'demand' AND input.value ->> 'layer' = ANY (CAST(:people AS text[])))
        AND NOT COALESCE(
          CAST(input.value ->> 'version' AS bigint)
          >= CAST(CAST(:oldest AS jsonb) ->> (input.value ->> 'layer') AS bigint),
          FALSE
        )
    )
  )
ORDER BY created_at DESC, id DESC
LIMIT :count
