-- E-5: what was open at the end of the window and how old it was; opened per completed in it.
-- What was imported without the time it ended is left out.
WITH matter AS (
  SELECT i.opened_at, i.completed_at,
    i.status IN ('cancelled', 'merged')
      OR i.as_given ? 'endUnknown' AND i.completed_at IS NOT DISTINCT FROM i.opened_at AS out
  FROM interactions_interaction i
  WHERE i.removed_at IS NULL AND i.opened_at < %(b)s
    AND (i.completed_at IS NULL OR i.completed_at >= %(a)s)
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
),
standing AS (
  SELECT extract(epoch FROM %(b)s - opened_at) AS age
  FROM matter
  WHERE NOT out
    AND (completed_at IS NULL OR completed_at >= %(b)s)
)
SELECT
  count(*) AS value,
  percentile_cont(0.9) WITHIN GROUP (ORDER BY age) AS p90,
  percentile_cont(0.5) WITHIN GROUP (ORDER BY age) AS p50,
  (SELECT count(*) FROM matter WHERE opened_at >= %(a)s AND NOT out)
    ::numeric / nullif((SELECT count(*) FROM matter WHERE completed_at < %(b)s AND NOT out), 0)
    AS backlog_index,
  (SELECT count(*) FROM matter WHERE opened_at >= %(a)s AND NOT out) AS opened,
  (SELECT count(*) FROM matter WHERE completed_at < %(b)s AND NOT out) AS completed,
  count(*) FILTER (WHERE age < 14400) AS under_4_hours,
  count(*) FILTER (WHERE age >= 14400 AND age < 43200) AS under_12_hours,
  count(*) FILTER (WHERE age >= 43200 AND age < 86400) AS under_24_hours,
  count(*) FILTER (WHERE age >= 86400 AND age < 259200) AS under_3_days,
  count(*) FILTER (WHERE age >= 259200) AS older,
  count(*) AS n,
  (SELECT count(*) FROM matter WHERE out) AS excluded
FROM standing
