-- C-2: contacts that came in during the window per thousand customers, the base being the mean of
-- those at its beginning and at its end; and how many of them about each reason. Only a segment cuts
-- the base too: a channel or a team has no customers of its own.
WITH contact AS (
  SELECT coalesce(y.key, '') AS reason, i.status IN ('cancelled', 'merged') AS out, count(*) AS n
  FROM interactions_interaction i
  LEFT JOIN interactions_reason y ON y.id = i.reason_id
  WHERE i.direction = 'inbound' AND i.removed_at IS NULL
    AND i.opened_at >= %(a)s AND i.opened_at < %(b)s
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
  GROUP BY 1, 2
),
base AS (
  SELECT (count(*) FILTER (WHERE u.since < %(a)s AND (u.ended_at IS NULL OR u.ended_at >= %(a)s))
    + count(*) FILTER (WHERE u.since < %(b)s AND (u.ended_at IS NULL OR u.ended_at >= %(b)s)))::numeric
    / 2 AS customers
  FROM customers_customer u
  WHERE u.removed_at IS NULL AND (%(segment)s::text IS NULL OR u.segment = %(segment)s)
)
SELECT
  1000 * coalesce(sum(n) FILTER (WHERE NOT out), 0) / nullif(max(base.customers), 0) AS value,
  coalesce(max(base.customers), 0) AS customers,
  coalesce(jsonb_object_agg(reason, n) FILTER (WHERE NOT out), '{}') AS by_reason,
  coalesce(sum(n) FILTER (WHERE NOT out), 0)::bigint AS n,
  coalesce(sum(n) FILTER (WHERE out), 0)::bigint AS excluded
FROM base LEFT JOIN contact ON TRUE
