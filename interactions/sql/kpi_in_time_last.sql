-- S-1 against the last promise: a clock belongs to the window in which its last promise was due.
WITH promise AS (
  SELECT c.interaction_id, c.rule, c.capability_version_id, c.stopped_at, c.cancelled_at, c.due_at
  FROM interactions_slaclock c
  WHERE c.commitment_no = 1 AND c.due_at >= %(a)s AND c.due_at < %(b)s
  UNION ALL
  SELECT c.interaction_id, c.rule, c.capability_version_id, c.stopped_at, c.cancelled_at, p.due_at
  FROM interactions_commitment p
  JOIN interactions_slaclock c ON c.id = p.clock_id AND c.commitment_no = p.number
  WHERE p.number > 1 AND p.due_at >= %(a)s AND p.due_at < %(b)s
)
SELECT
  count(*) FILTER (WHERE c.cancelled_at IS NULL AND c.stopped_at <= c.due_at)::numeric
    / nullif(count(*) FILTER (WHERE c.cancelled_at IS NULL), 0) AS value,
  count(*) FILTER (WHERE c.cancelled_at IS NULL AND c.stopped_at <= c.due_at) AS part,
  count(*) FILTER (WHERE c.cancelled_at IS NULL) AS n,
  count(*) FILTER (WHERE c.cancelled_at IS NOT NULL) AS excluded
FROM promise c
LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
WHERE TRUE
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
