-- C-6: promoters (9, 10) less detractors (0 to 6) among those who answered in the window, as a share.
SELECT
  (count(*) FILTER (WHERE s.score >= 9) - count(*) FILTER (WHERE s.score <= 6))::numeric
    / nullif(count(*), 0) AS value,
  count(*) FILTER (WHERE s.score >= 9) AS part,
  count(*) AS n,
  0 AS excluded
FROM interactions_survey s
JOIN interactions_interaction i ON i.id = s.interaction_id
WHERE s.kind = 'nps' AND s.answered_at >= %(a)s AND s.answered_at < %(b)s
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
