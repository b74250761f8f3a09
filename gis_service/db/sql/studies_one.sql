-- One study with who ran it, when and how long.
-- :id
-- Index relied on: study_pkey.
SELECT id, process, document, created_at, seconds, author FROM gis.study WHERE id = :id
