-- C-7: what came in and was completed during the window, and of that what was solved with nobody of
-- ours having it, answering it or doing anything to it.
SELECT
  count(*) FILTER (WHERE known AND alone)::numeric / nullif(count(*) FILTER (WHERE known), 0)
    AS value,
  count(*) FILTER (WHERE known AND alone) AS part,
  count(*) FILTER (WHERE known) AS n,
  count(*) FILTER (WHERE NOT known) AS excluded
FROM interactions_interaction i
CROSS JOIN LATERAL (
  SELECT NOT (i.as_given ? 'endUnknown' AND i.completed_at = i.opened_at) AS known,
    i.outcome = 'resolved' AND i.owner_id IS NULL AND i.first_response_at IS NULL
      AND NOT EXISTS (SELECT 1 FROM interactions_interactionevent e
                      WHERE e.interaction_id = i.id AND e.actor_id IS NOT NULL) AS alone
) told
WHERE i.completed_at >= %(a)s AND i.completed_at < %(b)s AND i.removed_at IS NULL
  AND i.direction = 'inbound' AND i.status IN ('completed', 'closed')
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL AND %(version)s::bigint IS NULL
       OR EXISTS (SELECT 1 FROM interactions_slaclock c
                  WHERE c.interaction_id = i.id
                    AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
                    AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)))
