-- E-1: seconds of talking, holding and wrapping up by the number of calls that rang in the window and
-- were handled: the mean, for staffing, with what it is made of, and percentiles beside it.
SELECT
  avg(took) FILTER (WHERE handled) AS value,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE handled) AS p50,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE handled) AS p90,
  extract(epoch FROM sum(call.ended_at - call.answered_at) FILTER (WHERE handled))
    - sum(call.hold_seconds) FILTER (WHERE handled) AS talk_seconds,
  sum(call.hold_seconds) FILTER (WHERE handled) AS hold_seconds,
  extract(epoch FROM sum(call.wrapped_at - call.ended_at) FILTER (WHERE handled)) AS wrap_seconds,
  count(*) FILTER (WHERE handled) AS n,
  count(*) FILTER (WHERE NOT handled) AS excluded
FROM interactions_call call
LEFT JOIN interactions_interaction i ON i.id = call.interaction_id
CROSS JOIN LATERAL (
  SELECT call.answered_at IS NOT NULL AND call.ended_at IS NOT NULL AS handled,
    extract(epoch FROM coalesce(call.wrapped_at, call.ended_at) - call.answered_at) AS took
) told
WHERE call.direction = 'inbound' AND call.rang_at >= %(a)s AND call.rang_at < %(b)s
  AND (%(channel)s::text IS NULL OR %(channel)s = 'phone')
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
