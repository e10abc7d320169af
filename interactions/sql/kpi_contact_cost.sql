-- $-1: what a contact that came in during the window cost: each at the price its channel's version
-- gave when it was logged. A contact of two verticals counts in each of them and costs half in
-- each: the counts of the verticals come to n and `surplus`, their costs to `cost`.
WITH contact AS (
  SELECT i.verticals, i.status IN ('cancelled', 'merged') AS out,
    (priced.config ->> 'cost_cents')::numeric / 100 AS cost,
    1.0 / cardinality(i.verticals) AS share,
    CASE WHEN %(vertical)s::text IS NULL THEN 1 ELSE 1.0 / cardinality(i.verticals) END AS part
  FROM interactions_interaction i
  LEFT JOIN readiness_capabilityversion priced ON priced.id = i.capability_version_id
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
), split AS (
  SELECT vertical, count(*) AS n, coalesce(sum(cost * share), 0) AS cost
  FROM contact CROSS JOIN LATERAL unnest(verticals) AS vertical
  WHERE NOT out AND (%(vertical)s::text IS NULL OR vertical = %(vertical)s)
  GROUP BY 1
)
SELECT
  sum(cost * part) FILTER (WHERE NOT out)
    / nullif(sum(part) FILTER (WHERE NOT out AND cost IS NOT NULL), 0) AS value,
  coalesce(sum(cost * part) FILTER (WHERE NOT out), 0) AS cost,
  count(*) FILTER (WHERE NOT out AND cost IS NULL) AS unpriced,
  coalesce(sum(cardinality(verticals) - 1) FILTER (WHERE NOT out), 0)::bigint AS surplus,
  coalesce((SELECT jsonb_object_agg(vertical, jsonb_build_object('n', n, 'cost', cost)) FROM split),
    '{}') AS by_vertical,
  count(*) FILTER (WHERE NOT out) AS n,
  count(*) FILTER (WHERE out) AS excluded
FROM contact
