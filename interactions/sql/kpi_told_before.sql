-- S-3: of the misses whose contract was due in the window, those told before it was due.
WITH miss AS (
  SELECT c.cancelled_at, EXISTS (
    SELECT 1
    FROM interactions_commitment p
    JOIN interactions_message m ON m.id = p.notice_id
    WHERE p.clock_id = c.id AND p.number > 1 AND m.sent_at < c.due_at
  ) AS told
  FROM interactions_slaclock c
  LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
  WHERE c.due_at >= %(a)s AND c.due_at < %(b)s
    AND (c.stopped_at IS NULL OR c.stopped_at > c.due_at)
  AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(reason)s::text IS NULL
       OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
  AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
)
SELECT
  count(*) FILTER (WHERE cancelled_at IS NULL AND told)::numeric
    / nullif(count(*) FILTER (WHERE cancelled_at IS NULL), 0) AS value,
  count(*) FILTER (WHERE cancelled_at IS NULL AND told) AS part,
  count(*) FILTER (WHERE cancelled_at IS NULL) AS n,
  count(*) FILTER (WHERE cancelled_at IS NOT NULL) AS excluded
FROM miss
