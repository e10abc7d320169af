-- How long each team (and everybody together) needed for each promise and rule, by the newest
-- finished clocks of the window; only queues that finished something since they were learnt last.
WITH finished AS (
  SELECT i.team_id, c.target, c.rule, c.consumed_seconds,
    row_number() OVER (PARTITION BY i.team_id, c.target, c.rule ORDER BY c.stopped_at DESC) AS nth,
    max(c.stopped_at) OVER (PARTITION BY c.target, c.rule) AS last
  FROM interactions_slaclock c
  JOIN interactions_interaction i ON i.id = c.interaction_id
  WHERE c.stopped_at >= %(since)s AND c.cancelled_at IS NULL AND c.target = ANY (%(targets)s)
), learnt AS (
  SELECT CASE grouping(team_id) WHEN 0 THEN team_id END AS team_id, target, rule,
    percentile_disc(%(points)s::float8[]) WITHIN GROUP (ORDER BY consumed_seconds) AS seconds,
    count(*) AS finished
  FROM finished
  WHERE nth <= %(most)s
    AND NOT EXISTS (
      SELECT 1 FROM interactions_queuepace known
      WHERE known.team_id IS NULL AND known.target = finished.target AND known.rule = finished.rule
        AND known.learnt_at >= finished.last
    )
  GROUP BY GROUPING SETS ((team_id, target, rule), (target, rule))
  HAVING (grouping(team_id) = 1 OR team_id IS NOT NULL) AND count(*) >= %(least)s
)
INSERT INTO interactions_queuepace (team_id, target, rule, seconds, finished, learnt_at)
SELECT team_id, target, rule, seconds, finished, %(now)s FROM learnt
ON CONFLICT ON CONSTRAINT queuepace_once_per_queue DO UPDATE
SET seconds = excluded.seconds, finished = excluded.finished, learnt_at = excluded.learnt_at
RETURNING id
