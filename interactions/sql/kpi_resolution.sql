-- Time to the last resolve in desk seconds, pauses left out: the resolution clock's own count.
SELECT
  percentile_cont(0.5) WITHIN GROUP (ORDER BY c.consumed_seconds)
    FILTER (WHERE c.cancelled_at IS NULL) AS value,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY c.consumed_seconds)
    FILTER (WHERE c.cancelled_at IS NULL) AS p90,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY c.consumed_seconds)
    FILTER (WHERE c.cancelled_at IS NULL) AS p95,
  count(*) FILTER (WHERE c.cancelled_at IS NULL AND c.stopped_at <= c.due_at)::numeric
    / nullif(count(*) FILTER (WHERE c.cancelled_at IS NULL), 0) AS in_time,
  count(*) FILTER (WHERE c.cancelled_at IS NULL) AS n,
  count(*) FILTER (WHERE c.cancelled_at IS NOT NULL) AS excluded
FROM interactions_slaclock c
JOIN interactions_interaction i ON i.id = c.interaction_id
WHERE c.target = 'resolution' AND c.stopped_at >= %(a)s AND c.stopped_at < %(b)s
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
