-- E-4: of what was completed in the window, what was given to another team after it had one; and how
-- many such hand-overs there were for each.
SELECT
  count(*) FILTER (WHERE known AND moves.n > 0)::numeric / nullif(count(*) FILTER (WHERE known), 0)
    AS value,
  count(*) FILTER (WHERE known AND moves.n > 0) AS part,
  sum(moves.n) FILTER (WHERE known)::numeric / nullif(count(*) FILTER (WHERE known), 0) AS each,
  count(*) FILTER (WHERE known) AS n,
  count(*) FILTER (WHERE NOT known) AS excluded
FROM interactions_interaction i
CROSS JOIN LATERAL (
  SELECT NOT (i.as_given ? 'endUnknown' AND i.completed_at = i.opened_at) AS known
) told
CROSS JOIN LATERAL (
  SELECT count(*) AS n FROM interactions_interactionevent e
  WHERE e.interaction_id = i.id AND e.type = 'transferred' AND e.occurred_at <= i.completed_at
    AND jsonb_typeof(e.data -> 'old') = 'number'
) moves
WHERE i.completed_at >= %(a)s AND i.completed_at < %(b)s AND i.removed_at IS NULL
  AND i.status IN ('completed', 'closed')
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
