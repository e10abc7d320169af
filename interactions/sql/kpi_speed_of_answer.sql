-- C-3: seconds half of the callers waited for somebody, of the calls that rang in the window and were answered;
-- and the share that rang off before, those within five seconds left out; and the service level, the share
-- of all others that was answered within twenty.
SELECT
  extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY call.answered_at - call.rang_at))
    AS value,
  extract(epoch FROM avg(call.answered_at - call.rang_at)) AS mean,
  extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY call.answered_at - call.rang_at))
    AS p90,
  count(*) FILTER (WHERE gone)::numeric / nullif(count(*) FILTER (WHERE answered OR gone), 0)
    AS abandoned,
  count(*) FILTER (WHERE answered AND call.answered_at <= call.rang_at + interval '20 seconds')::numeric
    / nullif(count(*) FILTER (WHERE answered OR gone), 0) AS within_20_seconds,
  -- They hardly rang; they count neither as lost nor as offered.
  count(*) FILTER (WHERE short) AS rang_off_within_5_seconds,
  count(*) FILTER (WHERE answered OR gone) AS offered,
  count(*) FILTER (WHERE answered) AS n,
  count(*) FILTER (WHERE NOT answered AND NOT gone) AS excluded
FROM interactions_call call
LEFT JOIN interactions_interaction i ON i.id = call.interaction_id
CROSS JOIN LATERAL (
  SELECT call.answered_at IS NOT NULL AS answered,
    call.answered_at IS NULL AND call.ended_at > call.rang_at + interval '5 seconds' AS gone,
    call.answered_at IS NULL AND call.ended_at <= call.rang_at + interval '5 seconds' AS short
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
