-- S-5: new promises whose time lies in the window, kept; one that was replaced again is left out.
SELECT
  count(*) FILTER (WHERE counted AND c.stopped_at <= p.due_at)::numeric
    / nullif(count(*) FILTER (WHERE counted), 0) AS value,
  count(*) FILTER (WHERE counted AND c.stopped_at <= p.due_at) AS part,
  count(*) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE NOT counted) AS excluded
FROM interactions_commitment p
JOIN interactions_slaclock c ON c.id = p.clock_id
LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
CROSS JOIN LATERAL (
  SELECT c.cancelled_at IS NULL AND p.number = c.commitment_no AS counted
) told
WHERE p.number > 1 AND p.due_at >= %(a)s AND p.due_at < %(b)s
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
