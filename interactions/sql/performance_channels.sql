-- S-1 by channel of the first contact, with the slowest tenth of first replies.
SELECT i.channel,
  count(*) FILTER (WHERE c.stopped_at <= c.due_at) AS part,
  count(*) AS n,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY c.consumed_seconds)
    FILTER (WHERE c.target = 'first_response' AND c.stopped_at IS NOT NULL) AS p90
FROM interactions_slaclock c
JOIN interactions_interaction i ON i.id = c.interaction_id
WHERE c.due_at >= %(a)s AND c.due_at < %(b)s AND c.cancelled_at IS NULL
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
GROUP BY 1
ORDER BY 1
