-- E-3-first: desk seconds to the first resolve, pauses left out, of what was first resolved in the window. A
-- clock names its first stop where it ran again after it; of all others the first is the last.
SELECT
  percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE counted) AS value,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE counted) AS p90,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY took) FILTER (WHERE counted) AS p95,
  count(*) FILTER (WHERE counted AND c.first_stopped_at IS NOT NULL) AS ran_again,
  count(*) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE NOT counted) AS excluded
FROM interactions_slaclock c
JOIN interactions_interaction i ON i.id = c.interaction_id
CROSS JOIN LATERAL (
  SELECT coalesce(c.first_consumed_seconds, c.consumed_seconds) AS took, c.cancelled_at IS NULL AS counted
) told
WHERE c.target = 'resolution'
  AND (c.first_stopped_at >= %(a)s AND c.first_stopped_at < %(b)s
       OR c.first_stopped_at IS NULL AND c.stopped_at >= %(a)s AND c.stopped_at < %(b)s)
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
