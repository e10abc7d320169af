-- E-4-soon: of what was first resolved in the window, what was taken up again within seven days.
SELECT
  count(*) FILTER (WHERE counted AND again)::numeric / nullif(count(*) FILTER (WHERE counted), 0)
    AS value,
  count(*) FILTER (WHERE counted AND again) AS part,
  count(*) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE NOT counted) AS excluded
FROM interactions_slaclock c
JOIN interactions_interaction i ON i.id = c.interaction_id
CROSS JOIN LATERAL (
  SELECT c.cancelled_at IS NULL AS counted,
    -- Only what ran again after its first stop keeps that stop.
    c.first_stopped_at IS NOT NULL AND EXISTS (
      SELECT 1 FROM interactions_interactionevent e
      WHERE e.interaction_id = i.id AND e.type = 'reopened' AND e.occurred_at >= c.first_stopped_at
        AND e.occurred_at < c.first_stopped_at + interval '7 days') AS again
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
