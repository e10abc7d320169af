-- E-7: of the time colleagues spoke, held, wrapped up or were free for it, the part they did not wait, of the calls
-- that reach into the window. Only colleagues are looked at, so nothing but their team and the channel
-- cuts it. A call of somebody who never said in it that they take work counts as left out.
WITH heard AS (
  SELECT call.agent_id, tstzrange(
      greatest(call.answered_at, %(a)s),
      least(greatest(call.ended_at, call.wrapped_at), %(b)s)) AS span
  FROM interactions_call call
  -- Nobody is in a call for a day; so few are read of all there ever were.
  WHERE call.rang_at >= %(a)s - interval '1 day' AND call.rang_at < %(b)s
    AND call.answered_at < %(b)s AND greatest(call.ended_at, call.wrapped_at) > %(a)s
    AND call.ended_at >= call.answered_at AND call.agent_id IS NOT NULL
    AND (%(channel)s::text IS NULL OR %(channel)s = 'phone')
    AND (%(team)s::bigint IS NULL OR EXISTS (
      SELECT 1 FROM accounts_user_teams t WHERE t.user_id = call.agent_id AND t.team_id = %(team)s))
    AND (%(vertical)s::text, %(reason)s::text, %(segment)s::text, %(rule)s::text, %(version)s::bigint)
      IS NULL
),
spoke AS (
  SELECT agent_id, count(*) AS calls, range_agg(span) AS spans FROM heard GROUP BY 1
),
free AS (
  SELECT v.agent_id, range_agg(tstzrange(
      greatest(v.since, %(a)s), least(coalesce(v.until, statement_timestamp()), %(b)s))) AS spans
  FROM interactions_availability v
  WHERE v.state = 'available' AND v.since < least(%(b)s, statement_timestamp())
    AND coalesce(v.until, statement_timestamp()) > %(a)s
    AND (%(channel)s::text IS NULL OR %(channel)s = 'phone')
    AND (%(team)s::bigint IS NULL OR EXISTS (
      SELECT 1 FROM accounts_user_teams t WHERE t.user_id = v.agent_id AND t.team_id = %(team)s))
    AND (%(vertical)s::text, %(reason)s::text, %(segment)s::text, %(rule)s::text, %(version)s::bigint)
      IS NULL
  GROUP BY 1
),
each AS (
  SELECT free.agent_id IS NOT NULL AS known, coalesce(spoke.calls, 0) AS calls,
    (SELECT sum(extract(epoch FROM upper(s) - lower(s))) FROM unnest(spoke.spans) s) AS busy,
    -- Who is on the phone is not free, whatever they said of themselves before.
    (SELECT sum(extract(epoch FROM upper(s) - lower(s)))
     FROM unnest(free.spans - coalesce(spoke.spans, '{}')) s) AS waited
  FROM free FULL JOIN spoke ON spoke.agent_id = free.agent_id
)
SELECT
  coalesce(sum(busy) FILTER (WHERE known), 0)
    / nullif(coalesce(sum(busy) FILTER (WHERE known), 0) + coalesce(sum(waited), 0), 0) AS value,
  coalesce(sum(busy) FILTER (WHERE known), 0) AS busy_seconds,
  coalesce(sum(waited), 0) AS free_seconds,
  count(*) FILTER (WHERE known) AS colleagues,
  coalesce(sum(calls) FILTER (WHERE known), 0)::bigint AS n,
  coalesce(sum(calls) FILTER (WHERE NOT known), 0)::bigint AS excluded
FROM each
