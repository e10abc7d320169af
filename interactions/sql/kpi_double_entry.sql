-- E-6: of what came in during the window, what turned out to be there already and was merged.
SELECT
  count(*) FILTER (WHERE i.status = 'merged')::numeric
    / nullif(count(*) FILTER (WHERE i.status <> 'cancelled'), 0) AS value,
  count(*) FILTER (WHERE i.status = 'merged') AS part,
  count(*) FILTER (WHERE i.status <> 'cancelled') AS n,
  count(*) FILTER (WHERE i.status = 'cancelled') AS excluded
FROM interactions_interaction i
WHERE i.direction = 'inbound' AND i.removed_at IS NULL
  AND i.opened_at >= %(a)s AND i.opened_at < %(b)s
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
