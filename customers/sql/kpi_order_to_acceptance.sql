-- F-1: seconds from ordering to the customer's acceptance, for what was accepted in the window.
SELECT
  avg(extract(epoch FROM s.at - o.ordered_at)) AS value,
  count(*) FILTER (WHERE s.at >= o.ordered_at) AS part,
  count(*) AS n,
  0 AS excluded
FROM customers_completionstep s
JOIN customers_order o ON o.id = s.order_id
WHERE s.step = 'acceptance' AND s.state = 'done' AND s.at >= %(a)s AND s.at < %(b)s
