-- The six figures of one person's day, each with its base.
-- A clock that stopped today, or was missed today, belongs to a matter that is open or ended today:
-- whatever was stopped ended with its matter. So history costs nothing here.
WITH open_ones AS MATERIALIZED (
  SELECT id, due_next_at
  FROM interactions_interaction
  WHERE owner_id = %(me)s AND removed_at IS NULL
    AND status NOT IN ('completed', 'closed', 'cancelled', 'merged')
),
mine AS (
  SELECT id FROM open_ones
  UNION
  SELECT id FROM interactions_interaction
  WHERE owner_id = %(me)s AND removed_at IS NULL AND completed_at >= %(start)s
  UNION
  SELECT id FROM interactions_interaction
  WHERE owner_id = %(me)s AND removed_at IS NULL AND closed_at >= %(start)s
    AND status IN ('closed', 'cancelled', 'merged')
),
clock AS MATERIALIZED (
  SELECT one.id, one.stopped_at, one.due_at, one.cancelled_at,
    one.stopped_at >= %(start)s AND one.target IN ('first_response', 'next_response') AS replied,
    one.due_at >= %(start)s AND one.due_at < %(now)s
      AND (one.stopped_at IS NULL OR one.stopped_at > one.due_at) AS missed
  FROM mine
  JOIN interactions_slaclock AS one ON one.interaction_id = mine.id
  WHERE one.stopped_at >= %(start)s OR (one.due_at >= %(start)s AND one.due_at < %(now)s)
),
reply AS (
  SELECT count(*) FILTER (WHERE replied) AS replied,
    count(*) FILTER (WHERE replied AND stopped_at <= due_at) AS in_time,
    count(*) FILTER (WHERE missed) AS missed,
    count(*) FILTER (WHERE missed AND EXISTS (
      SELECT FROM interactions_commitment AS later
      JOIN interactions_message AS notice ON notice.id = later.notice_id
      WHERE later.clock_id = clock.id AND later.number > 1 AND notice.sent_at < clock.due_at
    )) AS told
  FROM clock
  WHERE cancelled_at IS NULL
),
promise AS (
  SELECT count(*) AS decided, count(*) FILTER (WHERE promise.outcome = 'kept') AS kept
  FROM clock
  JOIN interactions_commitment AS promise ON promise.clock_id = clock.id
  WHERE clock.stopped_at >= %(start)s AND promise.outcome IN ('kept', 'missed')
),
fact AS (
  SELECT count(*) AS learnt, count(decided_at) AS decided_facts
  FROM insight_fact
  WHERE recorded_by = %(name)s AND recorded_at >= %(start)s AND interaction IS NOT NULL
),
done AS (
  SELECT count(DISTINCT interaction_id) AS handled
  FROM interactions_interactionevent
  WHERE type = 'completed' AND actor_id = %(me)s AND occurred_at >= %(start)s
)
SELECT reply.*, promise.*, fact.*, done.*,
  (SELECT count(*) FROM open_ones
   WHERE due_next_at >= %(now)s AND due_next_at < %(soon)s) AS soon
FROM reply, promise, fact, done
