-- Replace the message of a version that this transaction has made.
-- :version  its number
-- :message  the message
UPDATE gis.version SET message = :message WHERE id = :version
