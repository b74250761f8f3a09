-- Since which version features are as they are now.
-- :fids       ids of features
-- {history}   quoted history table of the layer
-- Index relied on: its primary key (fid, version_from).
SELECT fid, version_from FROM {history} WHERE fid = ANY (:fids) AND version_to IS NULL
