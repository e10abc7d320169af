-- Open work at each full hour given: what is open now or was completed since the first of them.
WITH matter AS (
  SELECT opened_at, NULL::timestamptz AS completed_at
  FROM interactions_interaction
  WHERE status NOT IN ('completed', 'closed', 'cancelled', 'merged') AND removed_at IS NULL
    AND (%(teams)s::bigint[] IS NULL OR team_id = ANY(%(teams)s::bigint[]))
  UNION ALL
  SELECT opened_at, completed_at
  FROM interactions_interaction
  WHERE completed_at >= %(since)s AND removed_at IS NULL
    AND (%(teams)s::bigint[] IS NULL OR team_id = ANY(%(teams)s::bigint[]))
)
SELECT hour.at, count(matter.opened_at) AS open
FROM unnest(%(hours)s::timestamptz[]) AS hour (at)
LEFT JOIN matter
  ON matter.opened_at <= hour.at AND (matter.completed_at IS NULL OR matter.completed_at > hour.at)
GROUP BY hour.at
ORDER BY hour.at
