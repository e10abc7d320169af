-- E-2-next: desk seconds from the oldest message nobody had answered to the next one a person sent, of what
-- was answered in the window. A question that ended otherwise (solved, cancelled, merged) got no reply.
SELECT
  percentile_cont(0.5) WITHIN GROUP (ORDER BY c.consumed_seconds) FILTER (WHERE replied) AS value,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY c.consumed_seconds) FILTER (WHERE replied) AS p90,
  percentile_cont(0.95) WITHIN GROUP (ORDER BY c.consumed_seconds) FILTER (WHERE replied) AS p95,
  count(*) FILTER (WHERE replied AND c.stopped_at <= c.due_at)::numeric
    / nullif(count(*) FILTER (WHERE replied), 0) AS in_time,
  count(*) FILTER (WHERE replied) AS n,
  count(*) FILTER (WHERE NOT replied) AS excluded
FROM interactions_slaclock c
JOIN interactions_interaction i ON i.id = c.interaction_id
CROSS JOIN LATERAL (
  -- The clock counts whole seconds, and so does its stop.
  SELECT c.cancelled_at IS NULL AND EXISTS (
    SELECT 1 FROM interactions_interactionevent e
    WHERE e.interaction_id = c.interaction_id AND e.type = 'agent_reply'
      AND NOT coalesce((e.data ->> 'automatic')::boolean, false)
      AND date_trunc('second', least(e.occurred_at, e.recorded_at)) = c.stopped_at
  ) AS replied
) told
WHERE c.target = 'next_response' AND c.stopped_at >= %(a)s AND c.stopped_at < %(b)s
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
