-- Q-6b: orders completed in the window whose information nobody had to enter again.
SELECT
  count(*) FILTER (WHERE o.reworked = 0)::numeric / nullif(count(*), 0) AS value,
  count(*) FILTER (WHERE o.reworked = 0) AS part,
  count(*) AS n,
  0 AS excluded
FROM customers_order o
WHERE o.state = 'completed' AND o.completed_at >= %(a)s AND o.completed_at < %(b)s
