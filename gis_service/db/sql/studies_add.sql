-- Keep a study. An equal one that is there already stays as it is, so that equal runs are one study; another
-- document under the same id means that a layer table was edited without a new version, and the newer one counts.
-- The clock, not the start of the transaction: studies of one transaction come one after the other.
-- :id, :process, :document (JSON text), :seconds, :author
INSERT INTO gis.study AS kept (id, process, document, created_at, seconds, author)
VALUES (:id, :process, CAST(:document AS jsonb), clock_timestamp(), :seconds, :author)
ON CONFLICT (id) DO UPDATE
SET document = excluded.document, created_at = excluded.created_at, seconds = excluded.seconds, author = excluded.author
WHERE kept.document IS DISTINCT FROM excluded.document
