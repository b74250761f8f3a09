-- Longest wait for a lock, until the transaction ends.
-- :limit  such as '30000ms'
SELECT set_config('lock_timeout', :limit, true)
