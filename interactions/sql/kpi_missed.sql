-- S-2: first promises missed in the window, by the rule that made them, and customers concerned.
WITH miss AS (
  SELECT c.rule, i.customer_id, c.cancelled_at IS NULL AS counted,
    c.stopped_at IS NULL OR c.stopped_at > c.due_at AS missed
  FROM interactions_slaclock c
  JOIN interactions_interaction i ON i.id = c.interaction_id
  WHERE c.due_at >= %(a)s AND c.due_at < %(b)s
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
)
SELECT
  count(*) FILTER (WHERE counted AND missed) AS value,
  count(DISTINCT customer_id) FILTER (WHERE counted AND missed) AS customers,
  coalesce((
    SELECT jsonb_object_agg(rule, n)
    FROM (SELECT rule, count(*) AS n FROM miss WHERE counted AND missed GROUP BY rule) one
  ), '{}') AS by_rule,
  count(*) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE NOT counted) AS excluded
FROM miss
