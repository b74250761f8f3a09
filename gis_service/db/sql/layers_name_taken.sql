-- Whether anything in the schema of layers has a name.
-- :name  name of a table, an index or a sequence
SELECT to_regclass(format('layer.%I', CAST(:name AS text))) IS NOT NULL
