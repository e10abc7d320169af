-- S-6: questions to customers whose answer was due in the window and that came to an end: answered,
-- or silence carried out. The median is from asking to the answer, on the wall. `in_time` is the share
-- of all of them that the customer answered before it was due.
SELECT
  count(*) FILTER (WHERE counted AND r.state IN ('answered', 'timed_out'))::numeric
    / nullif(count(*) FILTER (WHERE counted), 0) AS value,
  count(*) FILTER (WHERE counted AND r.state IN ('answered', 'timed_out')) AS part,
  count(*) FILTER (WHERE counted AND r.state = 'answered') AS answered,
  count(*) FILTER (WHERE counted AND r.answered_at <= r.due_at)::numeric
    / nullif(count(*) FILTER (WHERE counted), 0) AS in_time,
  extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY r.answered_at - r.asked_at)
    FILTER (WHERE r.state = 'answered')) AS median,
  count(*) FILTER (WHERE counted) AS n,
  count(*) FILTER (WHERE NOT counted) AS excluded
FROM interactions_responserequest r
JOIN interactions_interaction i ON i.id = r.interaction_id
CROSS JOIN LATERAL (SELECT r.state <> 'withdrawn' AS counted) told
WHERE r.due_at >= %(a)s AND r.due_at < %(b)s AND i.removed_at IS NULL
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
