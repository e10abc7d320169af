-- C-6: of the customers who answered in the window how satisfied they are, those who gave one of
-- the two best answers, with the interval of Wilson; and how many of those asked in it answered.
WITH said AS (
  SELECT count(*) FILTER (WHERE s.score >= 4) AS part, count(*) AS n
  FROM interactions_survey s
  JOIN interactions_interaction i ON i.id = s.interaction_id
  WHERE s.kind = 'csat' AND s.answered_at >= %(a)s AND s.answered_at < %(b)s
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
asked AS (
  SELECT count(*) AS n, count(s.answered_at) AS answered
  FROM interactions_survey s
  JOIN interactions_interaction i ON i.id = s.interaction_id
  WHERE s.kind = 'csat' AND s.asked_at >= %(a)s AND s.asked_at < %(b)s
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
  said.part::numeric / nullif(said.n, 0) AS value,
  -- 1.96 standard errors on either side.
  (said.part + 1.9208 - 1.96 * sqrt(said.part::numeric * (said.n - said.part) / nullif(said.n, 0)
    + 0.9604)) / (nullif(said.n, 0) + 3.8416) AS low,
  (said.part + 1.9208 + 1.96 * sqrt(said.part::numeric * (said.n - said.part) / nullif(said.n, 0)
    + 0.9604)) / (nullif(said.n, 0) + 3.8416) AS high,
  asked.answered::numeric / nullif(asked.n, 0) AS response_rate,
  said.part AS part,
  said.n AS n,
  asked.n - asked.answered AS excluded
FROM said, asked
