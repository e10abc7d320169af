-- E-1: seconds of talking, holding and wrapping up, on average of the calls handled in the window.
SELECT
  extract(epoch FROM avg(coalesce(call.wrapped_at, call.ended_at) - call.answered_at)
    FILTER (WHERE handled)) AS value,
  count(*) FILTER (WHERE handled) AS n,
  count(*) FILTER (WHERE NOT handled) AS excluded
FROM interactions_call call
LEFT JOIN interactions_interaction i ON i.id = call.interaction_id
CROSS JOIN LATERAL (
  SELECT call.answered_at IS NOT NULL AND call.ended_at IS NOT NULL AS handled
) told
WHERE call.direction = 'inbound' AND call.rang_at >= %(a)s AND call.rang_at < %(b)s
  AND (%(channel)s::text IS NULL OR %(channel)s = 'phone')
  AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
  AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
  AND (%(segment)s::text IS NULL
       OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
  AND (%(rule)s::text IS NULL AND %(version)s::bigint IS NULL
       OR EXISTS (SELECT 1 FROM interactions_slaclock c
                  WHERE c.interaction_id = i.id
                    AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
                    AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)))
