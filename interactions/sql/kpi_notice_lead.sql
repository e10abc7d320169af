-- S-4: how long before the contract's time the customer was told of a miss, in seconds, and how
-- many clocks that were called at risk were met all the same.
WITH due AS (
  SELECT c.cancelled_at IS NULL AS counted, c.jeopardy_at IS NOT NULL AS risk,
    c.stopped_at <= c.due_at AS met,
    (SELECT extract(epoch FROM c.due_at - min(m.sent_at))
     FROM interactions_commitment p
     JOIN interactions_message m ON m.id = p.notice_id
     WHERE p.clock_id = c.id AND p.number > 1) AS lead
  FROM interactions_slaclock c
  LEFT JOIN interactions_interaction i ON i.id = c.interaction_id
  WHERE c.due_at >= %(a)s AND c.due_at < %(b)s
    AND (c.jeopardy_at IS NOT NULL OR c.commitment_no > 1)
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
  percentile_cont(0.5) WITHIN GROUP (ORDER BY lead) FILTER (WHERE counted) AS value,
  percentile_cont(0.1) WITHIN GROUP (ORDER BY lead) FILTER (WHERE counted) AS p10,
  count(*) FILTER (WHERE counted AND risk AND met)::numeric
    / nullif(count(*) FILTER (WHERE counted AND risk), 0) AS false_alarms,
  count(lead) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE counted AND risk) AS risks,
  count(lead) FILTER (WHERE NOT counted) AS excluded
FROM due
