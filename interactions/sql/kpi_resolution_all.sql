-- E-3-km: desk seconds to the last resolve of everything that was opened in the window, and how far what
-- is still open has come by now, as counts by time; the estimator is reckoned from these.
WITH followed AS (
  SELECT c.consumed_seconds, c.stopped_at IS NOT NULL AS ended, c.cancelled_at IS NOT NULL AS out,
    c.calendar_version_id, c.calendar, extract(epoch FROM c.due_at)::bigint AS due, c.target_seconds,
    -- One that runs stands as far from its due time as desk time lies between; one that waits stands
    -- where it was when its wait began.
    c.stopped_at IS NULL AND c.due_at IS NOT NULL AND (c.state = 'running'
      OR c.state = 'breached' AND NOT EXISTS (
        SELECT 1 FROM interactions_interactionevent e
        WHERE e.interaction_id = i.id AND e.type = 'pause' AND e.occurred_at >= c.due_at)) AS runs
  FROM interactions_interaction i
  JOIN interactions_slaclock c ON c.interaction_id = i.id AND c.target = 'resolution'
  WHERE i.opened_at >= %(a)s AND i.opened_at < %(b)s AND i.removed_at IS NULL
    AND (%(channel)s::text IS NULL OR i.channel = %(channel)s)
    AND (%(vertical)s::text IS NULL OR %(vertical)s = ANY (i.verticals))
    AND (%(reason)s::text IS NULL
         OR i.reason_id = (SELECT y.id FROM interactions_reason y WHERE y.key = %(reason)s))
    AND (%(team)s::bigint IS NULL OR i.team_id = %(team)s)
    AND (%(segment)s::text IS NULL
         OR EXISTS (SELECT 1 FROM customers_customer u WHERE u.id = i.customer_id AND u.segment = %(segment)s))
    AND (%(rule)s::text IS NULL OR c.rule = %(rule)s)
    AND (%(version)s::bigint IS NULL OR c.capability_version_id = %(version)s)
),
ended AS (
  SELECT consumed_seconds AS seconds, count(*) AS n FROM followed WHERE ended AND NOT out GROUP BY 1
),
waits AS (
  SELECT consumed_seconds AS seconds, count(*) AS n FROM followed
  WHERE NOT ended AND NOT runs AND NOT out GROUP BY 1
),
running AS (
  SELECT calendar_version_id, calendar, due, target_seconds, count(*) AS n FROM followed
  WHERE runs AND NOT out GROUP BY 1, 2, 3, 4
)
SELECT
  (SELECT count(*) FROM followed WHERE NOT out) AS n,
  (SELECT count(*) FROM followed WHERE out) AS excluded,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(seconds, n)), '[]') FROM ended) AS ended,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(seconds, n)), '[]') FROM waits) AS waits,
  (SELECT coalesce(jsonb_agg(jsonb_build_array(calendar_version_id, calendar, due, target_seconds, n)), '[]')
   FROM running) AS running,
  extract(epoch FROM statement_timestamp())::bigint AS seen_at
