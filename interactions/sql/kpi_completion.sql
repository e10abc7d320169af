-- E-3: seconds from opening to completing, and on to closing; the median beside the mean.
-- What was imported without the time it ended is counted as left out.
WITH done AS (
  SELECT i.completed_at - i.opened_at AS took, i.closed_at - i.completed_at AS to_close,
    NOT (i.as_given ? 'endUnknown' AND i.completed_at = i.opened_at) AS known
  FROM interactions_interaction i
  WHERE i.completed_at >= %(a)s AND i.completed_at < %(b)s AND i.removed_at IS NULL
    AND i.status IN ('completed', 'closed')
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
  extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY took) FILTER (WHERE known))
    AS value,
  extract(epoch FROM avg(took) FILTER (WHERE known)) AS mean,
  extract(epoch FROM percentile_cont(0.9) WITHIN GROUP (ORDER BY took) FILTER (WHERE known))
    AS p90,
  extract(epoch FROM avg(to_close) FILTER (WHERE known)) AS mean_to_close,
  extract(epoch FROM percentile_cont(0.5) WITHIN GROUP (ORDER BY to_close) FILTER (WHERE known))
    AS median_to_close,
  count(*) FILTER (WHERE known) AS n,
  count(*) FILTER (WHERE NOT known) AS excluded
FROM done
