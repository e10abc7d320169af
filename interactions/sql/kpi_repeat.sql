-- C-5: what came in during the window about a reason the same customer had come with in the seven
-- days before. Contacts without a customer or a reason cannot be told and are left out.
SELECT
  count(*) FILTER (WHERE known AND again)::numeric / nullif(count(*) FILTER (WHERE known), 0)
    AS value,
  count(*) FILTER (WHERE known AND again) AS part,
  count(*) FILTER (WHERE known) AS n,
  count(*) FILTER (WHERE NOT known) AS excluded
FROM (
  SELECT i.customer_id IS NOT NULL AND i.reason_id IS NOT NULL
      AND i.status NOT IN ('cancelled', 'merged') AS known,
    EXISTS (
      SELECT 1 FROM interactions_interaction before
      WHERE before.customer_id = i.customer_id AND before.reason_id = i.reason_id
        AND before.direction = 'inbound' AND before.removed_at IS NULL
        AND before.status NOT IN ('cancelled', 'merged')
        AND before.opened_at < i.opened_at AND before.opened_at >= i.opened_at - interval '7 days'
    ) AS again
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
) judged
