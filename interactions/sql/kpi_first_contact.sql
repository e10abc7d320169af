-- C-4: first contacts about a reason that were completed in the window, and of those the ones
-- resolved without another contact about it, on any channel, in the seven days after.
WITH first AS (
  SELECT i.outcome, i.customer_id, i.reason_id, i.completed_at
  FROM interactions_interaction i
  WHERE i.completed_at >= %(a)s AND i.completed_at < %(b)s AND i.removed_at IS NULL
    AND i.direction = 'inbound' AND i.status IN ('completed', 'closed')
    AND NOT (i.as_given ? 'endUnknown' AND i.completed_at = i.opened_at)
    AND NOT EXISTS (
      SELECT 1 FROM interactions_interaction before
      WHERE before.customer_id = i.customer_id AND before.reason_id = i.reason_id
        AND before.direction = 'inbound' AND before.removed_at IS NULL
        AND before.status NOT IN ('cancelled', 'merged')
        AND before.opened_at < i.opened_at AND before.opened_at >= i.opened_at - interval '7 days')
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
)
SELECT
  count(*) FILTER (WHERE known AND solved)::numeric / nullif(count(*) FILTER (WHERE known), 0)
    AS value,
  count(*) FILTER (WHERE known AND solved) AS part,
  count(*) FILTER (WHERE known) AS n,
  count(*) FILTER (WHERE NOT known) AS excluded
FROM (
  SELECT first.customer_id IS NOT NULL AND first.reason_id IS NOT NULL AS known,
    first.outcome = 'resolved' AND NOT EXISTS (
      SELECT 1 FROM interactions_interaction again
      WHERE again.customer_id = first.customer_id AND again.reason_id = first.reason_id
        AND again.direction = 'inbound' AND again.removed_at IS NULL
        AND again.status NOT IN ('cancelled', 'merged')
        AND again.opened_at > first.completed_at
        AND again.opened_at <= first.completed_at + interval '7 days') AS solved
  FROM first
) judged
