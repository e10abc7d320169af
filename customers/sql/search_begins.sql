-- Customers with a word that begins as one of the leads does, and with one for each other part; who
-- may be seen is the rule of CustomerQuerySet.visible_to, compared by a test.
SELECT c.id AS customer_id, c.public_id, c.number, c.name, c.type, l.kind, l.token
FROM unnest(%(leads)s::text[]) WITH ORDINALITY AS p (begins, rank)
CROSS JOIN LATERAL (
  SELECT s.customer_id, s.kind, s.token
  FROM customers_searchtoken s
  WHERE s.token >= p.begins COLLATE "C" AND s.token < (p.begins || U&'\+10FFFF') COLLATE "C"
    AND s.kind = ANY(%(kinds)s::text[])
  ORDER BY s.token
  LIMIT %(reach)s::bigint
) l
JOIN customers_customer c ON c.id = l.customer_id
WHERE c.removed_at IS NULL AND (%(everyone)s::bool OR c.care_team_id = ANY(%(teams)s::bigint[]))
  AND NOT EXISTS (
    SELECT FROM unnest(%(others)s::text[]) AS o (begins)
    WHERE NOT EXISTS (
      SELECT FROM customers_searchtoken s
      WHERE s.customer_id = l.customer_id AND s.kind = ANY(%(kinds)s::text[])
        AND s.token >= o.begins COLLATE "C" AND s.token < (o.begins || U&'\+10FFFF') COLLATE "C"
    )
  )
-- Said again, since a join keeps no order: a planner that hashes turns shorter words to the end.
ORDER BY p.rank, l.token
LIMIT %(limit)s::bigint
