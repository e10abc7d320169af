-- Customers with exactly one of these spellings of a name, and a word for each other part.
SELECT l.customer_id, l.kind, l.token
FROM (
  SELECT s.customer_id, s.kind, s.token
  FROM customers_searchtoken s
  WHERE s.token = ANY(%(spellings)s) AND s.kind = 'name'
  LIMIT %(reach)s
) l
WHERE NOT EXISTS (
    SELECT FROM unnest(%(others)s::text[]) AS o (begins)
    WHERE NOT EXISTS (
      SELECT FROM customers_searchtoken s
      WHERE s.customer_id = l.customer_id AND s.kind = ANY(%(kinds)s)
        AND s.token >= o.begins COLLATE "C" AND s.token < (o.begins || U&'\+10FFFF') COLLATE "C"
    )
  )
  AND (%(everyone)s OR EXISTS (
    SELECT FROM customers_customer c
    WHERE c.id = l.customer_id AND c.care_team_id = ANY(%(teams)s)
  ))
LIMIT %(limit)s
