-- S-1: clocks due in the window that stopped in time; open and overdue ones count as missed. Matters
-- are joined from the left: without a slice nothing is asked of them, and they are not read at all.
WITH due AS (
  SELECT c.target,
    count(*) FILTER (WHERE c.cancelled_at IS NULL AND c.stopped_at <= c.due_at) AS part,
    count(*) FILTER (WHERE c.cancelled_at IS NULL) AS n,
    count(*) FILTER (WHERE c.cancelled_at IS NOT NULL) AS excluded
  FROM interactions_slaclock c
  LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
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
  GROUP BY 1
)
SELECT
  sum(part) / nullif(sum(n), 0) AS value,
  coalesce(sum(part), 0)::bigint AS part,
  coalesce(sum(n), 0)::bigint AS n,
  coalesce(sum(excluded), 0)::bigint AS excluded,
  coalesce(jsonb_object_agg(target, jsonb_build_object('n', n, 'part', part)), '{}') AS by_target
FROM due
