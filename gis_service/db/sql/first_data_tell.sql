-- Replace the message of a version that this transaction has made.
-- :version  its number
-- :message  the message
SELECT gis.tell_version(:version, :message)
