-- A page of scenarios with their newest version, the newest scenario first.
-- :account, :owner   who asks: their own scenarios are theirs by account, else by name
-- :all               whether scenarios of others are shown whatever their sharing (administrators)
-- :layers            layers that the reader may read; only scenarios all of whose layers are among them
-- :oldest            JSON object: of a layer the oldest version that the reader may be shown, where there is one
-- :before_at, :before_id   the last scenario of the page before, or nulls for the first page
-- :count             rows at most
-- Index relied on: scenario_created_at_id_idx.
SELECT s.*, v.number, v.inputs, v.edits, v.edits_hash, v.base, v.layers, v.author, v.message, v.made_at
FROM gis.scenario AS s
JOIN gis.scenario_version AS v ON v.scenario = s.id AND v.number = s.version
WHERE (CAST(:before_at AS timestamptz) IS NULL OR (s.created_at, s.id) < (:before_at, CAST(:before_id AS text)))
  AND (
    :all
    OR s.shared = 'everybody'
    OR CASE WHEN s.account IS NULL THEN CAST(:account AS bigint) IS NULL AND s.owner = :owner ELSE s.account = :account END
    OR (
      s.shared = 'team'
      AND EXISTS (SELECT FROM gis.team_member AS m WHERE m.team = s.team AND m.account = CAST(:account AS bigint))
    )
  )
  AND v.layers <@ CAST(:layers AS text[])
  AND NOT EXISTS (
    SELECT FROM jsonb_each(v.base) AS base
    WHERE base.key <> 'demand'
      AND CAST(base.value ->> 'version' AS bigint)
      < CAST(CAST(:oldest AS jsonb) ->> (base.value ->> 'layer') AS bigint)
  )
ORDER BY s.created_at DESC, s.id DESC
LIMIT :count
