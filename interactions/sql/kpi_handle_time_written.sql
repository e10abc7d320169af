-- E-1-written: seconds colleagues were at what was completed in the window and did not come as a call: what was
-- counted while they had it open, nothing after two minutes without a touch, as they corrected it. The
-- mean, for staffing, and percentiles beside it. What nobody had open counts as left out.
WITH handled AS (
  SELECT (
    SELECT extract(epoch FROM sum(r.focus + r.correction)) FROM interactions_reading r
    WHERE r.interaction_id = i.id
  ) AS took
  FROM interactions_interaction i
  WHERE i.completed_at >= %(a)s AND i.completed_at < %(b)s AND i.removed_at IS NULL
    AND i.status IN ('completed', 'closed') AND i.channel <> 'phone'
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
  avg(took) FILTER (WHERE took > 0) AS value,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE took > 0) AS p50,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE took > 0) AS p90,
  sum(took) AS seconds,
  count(*) FILTER (WHERE took > 0) AS n,
  count(*) FILTER (WHERE took IS NULL OR took = 0) AS excluded
FROM handled
