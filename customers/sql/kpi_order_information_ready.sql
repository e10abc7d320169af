-- Q-6: orders completed in the window for which every registered process had what it needs.
SELECT
  count(*) FILTER (WHERE o.all_ready)::numeric / nullif(count(*), 0) AS value,
  count(*) FILTER (WHERE o.all_ready) AS part,
  count(*) AS n,
  0 AS excluded
FROM customers_order o
WHERE o.state = 'completed' AND o.completed_at >= %(a)s AND o.completed_at < %(b)s
