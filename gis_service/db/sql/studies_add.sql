-- Keep a study; one that is there already stays as it is, so that equal runs are one study. The clock, not the
-- start of the transaction: studies of one transaction come one after the other.
-- :id, :process, :document (JSON text), :seconds, :author
INSERT INTO gis.study (id, process, document, created_at, seconds, author)
VALUES (:id, :process, CAST(:document AS jsonb), clock_timestamp(), :seconds, :author)
ON CONFLICT (id) DO NOTHING
